// How the outputs of a picture are covered with tiles.
#pragma once

#include <cstdint>

namespace ocelli {

// Images (n, h, w, c) in memory, filters c -> k; as many outputs as inputs.
struct ConvShape {
  int64_t n, h, w, c, k;
};

// A rectangle of outputs, in every picture, that is covered by tiles of one size.
struct Area {
  int64_t y, x;           // of the first output
  int64_t rows, columns;  // tiles of a picture
  int64_t height, width;  // outputs of a tile, 1 to 6 each
  int64_t bottom, right;  // where the wanted outputs end; tiles may reach beyond

  int64_t tilesOf(const ConvShape& s) const { return s.n * rows * columns; }
  int64_t points() const { return (height + 2) * (width + 2); }
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
