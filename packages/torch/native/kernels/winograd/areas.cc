// Chooses the tiles of a convolution. A height of 16 is two tiles of 6 outputs and one of 4: 22 points
// instead of the 24 of 4 tiles of 4; a width of 16 is two tiles of 8: 20 points.
#include "kernels/winograd/areas.h"

#include <vector>

namespace ocelli {
namespace {

// A side covered by `first` tiles of one size and `second` tiles of another.
struct Side {
  int64_t size[2], tiles[2];
};

int64_t mostOutputs(Window window) {
  return window == Window::strided ? 4 : 8;
}

// Every cover without waste by one or two sizes, and those by one size with waste.
std::vector<Side> sidesOf(Window window, int64_t extent, bool even) {
  const int64_t step = even || window == Window::spread ? 2 : 1;
  extent = (extent + step - 1) / step * step;
  std::vector<Side> sides;
  for (int64_t a = step; a <= mostOutputs(window); a += step) {
    sides.push_back({{a, 0}, {(extent + a - 1) / a, 0}});
    for (int64_t b = a - step; b > 0; b -= step) {
      for (int64_t tiles = 1; tiles * a < extent; ++tiles) {
        const int64_t left = extent - tiles * a;
        if (left % b == 0 && left / b <= 3) sides.push_back({{a, b}, {tiles, left / b}});
      }
    }
  }
  return sides;
}

// Tiles of eight outputs have ten points, which round to 1e-5 only beside eight points or fewer on the other
// side. Wide ones are faster than tall ones: neighbours in a row share the columns that they overlap.
bool roundsWell(Window window, const Side& y, const Side& x) {
  return window != Window::dense || (y.size[0] < 8 && y.size[0] + x.size[0] <= 14);
}

// Multiplications per input and output channel. The product takes tiles by about 14; transforming
// the filters of another area costs about as much as 8 tiles.
int64_t costOf(const ConvShape& shape, const Side& y, const Side& x) {
  constexpr int64_t kRows = 14, kFilters = 8;
  int64_t cost = 0;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      const int64_t tiles = shape.n * y.tiles[i] * x.tiles[j];
      const int64_t points =
          Area::pointsOf(shape.window, y.size[i]) * Area::pointsOf(shape.window, x.size[j]);
      if (tiles > 0) cost += points * ((tiles + kRows - 1) / kRows * kRows + kFilters);
    }
  }
  return cost;
}

}  // namespace

Areas coverOutputs(const ConvShape& shape, int64_t height, int64_t width, bool even) {
  Side bestY{}, bestX{};
  int64_t best = -1;
  const std::vector<Side> across = sidesOf(shape.window, width, even);
  for (const Side& y : sidesOf(shape.window, height, even)) {
    for (const Side& x : across) {
      if (!roundsWell(shape.window, y, x)) continue;
      const int64_t cost = costOf(shape, y, x);
      if (best >= 0 && cost >= best) continue;
      best = cost;
      bestY = y;
      bestX = x;
    }
  }
  Areas areas;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      if (bestY.tiles[i] == 0 || bestX.tiles[j] == 0) continue;
      const int64_t top = i * bestY.size[0] * bestY.tiles[0],
                    left = j * bestX.size[0] * bestX.tiles[0];
      areas.list[areas.count++] = {top,           left,          bestY.tiles[i], bestX.tiles[j],
                                   bestY.size[i], bestX.size[j], height,         width,
                                   shape.window};
    }
  }
  return areas;
}

}  // namespace ocelli
