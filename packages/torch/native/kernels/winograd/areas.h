// How the outputs of a picture are covered with tiles.
#pragma once

#include <cstdint>

namespace ocelli {

// How a 3x3 window with a margin of one pixel moves.
enum class Window {
  dense,    // by one pixel: as many outputs as inputs
  strided,  // by two pixels: half as many, rounded up
  spread,   // the gradient of `strided`: its inputs are gradients, its outputs are pixels
};

// Images (n, h, w, c) in memory, filters c -> k, outputs (n, outH, outW, k).
struct ConvShape {
  int64_t n, h, w, c, k;
  int64_t outH, outW;
  Window window;
};

// A rectangle of outputs, in every picture, that is covered by tiles of one size.
struct Area {
  int64_t y, x;           // of the first output
  int64_t rows, columns;  // tiles of a picture
  int64_t height, width;  // outputs of a tile: 1 to 7 by 1 to 8, strided 1 to 4, spread 2, 4, 6 or 8
  int64_t bottom, right;  // where the wanted outputs end; tiles may reach beyond
  Window window;

  // What the maps of a side are numbered by: outputs of one phase.
  static int64_t size(Window window, int64_t side) {
    return window == Window::spread ? side / 2 : side;
  }
  // A window that moves by two pixels is one of two taps on every other pixel and one of a single
  // tap on the rest; the points of the latter are pixels, which share the one filter point.
  static int64_t pointsOf(Window window, int64_t side) {
    return window == Window::dense ? side + 2 : 2 * size(window, side) + 1;
  }
  int64_t sizeY() const { return size(window, height); }
  int64_t sizeX() const { return size(window, width); }
  int64_t pointsY() const { return pointsOf(window, height); }
  int64_t pointsX() const { return pointsOf(window, width); }
  int64_t points() const { return pointsY() * pointsX(); }
  int64_t filterPointsY() const { return sizeY() + 2; }
  int64_t filterPointsX() const { return sizeX() + 2; }
  int64_t filterPoints() const { return filterPointsY() * filterPointsX(); }

  int64_t tilesOf(const ConvShape& s) const { return s.n * rows * columns; }
};

struct Areas {
  static constexpr int kMost = 4;
  Area list[kMost];
  int count = 0;

  const Area* begin() const { return list; }
  const Area* end() const { return list + count; }
};

// The cover of the first `height` x `width` outputs of every picture that needs the fewest
// multiplications. `even` asks for tiles that begin and end between the windows of a 2x2 pool.
Areas coverOutputs(const ConvShape& shape, int64_t height, int64_t width, bool even);

}  // namespace ocelli
