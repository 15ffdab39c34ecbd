// From pixels to points and back, for tiles of any size: columns first, then rows, through a small
// array in the first-level cache. Neighbouring tiles of a row share the columns that they overlap.
#pragma once

#include <algorithm>

#include "kernels/vectors/lanes.h"
#include "kernels/winograd/windows.h"

namespace {

using ocelli::Area;
using ocelli::ConvShape;
using ocelli::Picture;
using ocelli::Range;

inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Where a tile lies: picture, first output row and column.
struct Tile {
  int64_t n, y, x;
};

inline Tile tileAt(const Area& a, int64_t index) {
  const int64_t perPicture = a.rows * a.columns, inside = index % perPicture;
  return {index / perPicture, a.y + inside / a.columns * a.height,
          a.x + inside % a.columns * a.width};
}

// The same tiles on the inputs: their sides are the pixels from one tile to the next.
inline Area inputsOf(const Area& a) {
  if (a.window == Window::dense) return a;
  const auto scaled = [&](int64_t side) {
    return a.window == Window::strided ? side * 2 : side / 2;
  };
  Area inputs = a;
  inputs.y = scaled(a.y), inputs.x = scaled(a.x);
  inputs.height = scaled(a.height), inputs.width = scaled(a.width);
  return inputs;
}

// How far the first pixel that a tile reads lies before its place on the inputs.
constexpr int64_t marginOf(Window window) { return window == Window::spread ? 0 : 1; }

// Columns that a tile reads beyond the distance to the next.
constexpr int64_t reachOf(Window window) { return window == Window::dense ? 2 : 1; }

// As many tiles as are transformed together: neighbours in a row.
constexpr int64_t kRun = 4;
constexpr int64_t kHalfColumns = kRun * 8 + 2;

// Calls f(index, tile, count) for each run of neighbouring tiles in a range.
template <typename F>
inline void forRuns(const Area& a, Range tiles, const F& f) {
  for (int64_t t = tiles.begin; t < tiles.end;) {
    const int64_t count = std::min({kRun, a.columns - t % a.columns, tiles.end - t});
    f(t, tileAt(a, t), count);
    t += count;
  }
}

// ---- pixels to points ---------------------------------------------------------------------------

// A picture with its size, as the kernels read it.
struct Source {
  Picture picture;
  int64_t h, w, channels;
};

// Where a run of tiles reads: the first pixel, how many columns, and from which channel on.
struct Columns {
  Tile corner;
  int64_t count, channel;
};

// The pixels of a picture from one row and channel on.
struct DenseRows {
  const float* pixels;
  int64_t row, column;  // floats between rows and between columns
  int64_t width;

  DenseRows(const Source& s, const Columns& at)
      : pixels(s.picture.data +
               ((at.corner.n * s.h + at.corner.y) * s.w * s.channels + at.channel)),
        row(s.w * s.channels),
        column(s.channels),
        width(s.w) {}

  template <typename Lanes>
  Vec operator()(int64_t i, int64_t x, Lanes lanes) const {
    return read(pixels + i * row + x * column, lanes);
  }
  static int64_t height(const Source& s) { return s.h; }
};

// The same of the gradient of a pool: of a window only the pixel that won has one. Whether the first
// row is `Odd` is known to the compiler, so that the two rows of a window are read once.
template <bool Odd>
struct PooledRows {
  const float* pixels;
  const uint8_t* winners;
  int64_t row, column, width;

  PooledRows(const Source& s, const Columns& at)
      : row(s.w / 2 * s.channels), column(s.channels), width(s.w / 2 * 2) {
    const int64_t first = at.corner.n * (s.h / 2) + (at.corner.y - Odd) / 2;
    pixels = s.picture.data + first * row + at.channel;
    winners = s.picture.winners + first * row + at.channel;
  }

  template <typename Lanes>
  Vec operator()(int64_t i, int64_t x, Lanes lanes) const {
    const int64_t at = (i + Odd) / 2 * row + x / 2 * column;
    const int position = static_cast<int>((i + Odd) % 2 * 2 + x % 2);
    return readBytes(winners + at, lanes) == position ? read(pixels + at, lanes) : Vec{};
  }
  static int64_t height(const Source& s) { return s.h / 2 * 2; }
};

// Maps columns of Map::kFrom pixels. Pixels outside the picture are zero; `Inside`: no row is.
template <typename Map, typename Rows, bool Inside, typename Lanes>
void mapColumns(const Source& s, const Columns& at, Lanes lanes, Vec* half) {
  const Rows rows(s, at);
  const int64_t top = -at.corner.y, bottom = Rows::height(s) - at.corner.y;
  for (int64_t x = at.corner.x; x < at.corner.x + at.count; ++x, ++half) {
    Vec in[Map::kFrom] = {}, out[Map::kTo];
    if (x >= 0 && x < rows.width) {
#pragma GCC unroll 16
      for (int i = 0; i < Map::kFrom; ++i) {
        if (Inside || (i >= top && i < bottom)) in[i] = rows(i, x, lanes);
      }
    }
    Map::apply(in, out);
#pragma GCC unroll 16
    for (int k = 0; k < Map::kTo; ++k) half[k * kHalfColumns] = out[k];
  }
}

template <typename Map, typename Rows>
void mapColumnsOf(const Source& s, const Columns& at, Vec* half) {
  const int64_t lanes = s.channels - at.channel, y = at.corner.y;
  if (lanes < kLanes)
    return mapColumns<Map, Rows, false>(s, at, std::max<int64_t>(lanes, 0), half);
  if (y >= 0 && y + Map::kFrom <= Rows::height(s))
    return mapColumns<Map, Rows, true>(s, at, AllLanes{}, half);
  mapColumns<Map, Rows, false>(s, at, AllLanes{}, half);
}

template <typename Map>
void mapPixels(const Source& s, const Columns& at, Vec* half) {
  if (!s.picture.winners) return mapColumnsOf<Map, DenseRows>(s, at, half);
  if (at.corner.y % 2 == 0) return mapColumnsOf<Map, PooledRows<false>>(s, at, half);
  mapColumnsOf<Map, PooledRows<true>>(s, at, half);
}

// Maps the rows of a tile whose columns are mapped, and stores its points.
template <typename Map>
void mapRows(const Vec* half, int64_t rows, float* out, int64_t pointStride) {
  for (int64_t r = 0; r < rows; ++r, half += kHalfColumns) {
    Vec points[Map::kTo];
    Map::apply(half, points);
#pragma GCC unroll 16
    for (int j = 0; j < Map::kTo; ++j, out += pointStride) store(out, points[j]);
  }
}

// The functions of one map for each size of a tile, from 1 on.
template <template <int> typename Map, typename Sizes>
struct ToPointsTable;
template <template <int> typename Map, int... M>
struct ToPointsTable<Map, std::integer_sequence<int, M...>> {
  static constexpr decltype(&mapPixels<Map<1>>) columns[] = {mapPixels<Map<M + 1>>...};
  static constexpr decltype(&mapRows<Map<1>>) rows[] = {mapRows<Map<M + 1>>...};
};

// One vector of channels of a run of tiles of size `y` by `x`: `corner` is the first pixel that the
// first tile reads, `step` the pixels to the next tile, `reach` how many columns a tile reads beyond
// that. Tile i goes to out(i).
struct RunOfTiles {
  Tile corner;
  int64_t count, y, x, pointsY;
  int64_t step, reach;
};

// A run of tiles of `inputs` as the map of the inputs reads it.
inline RunOfTiles inputRun(const Area& a, const Area& inputs, Tile place, int64_t count) {
  const int64_t margin = marginOf(a.window);
  return {{place.n, place.y - margin, place.x - margin},
          count,
          a.sizeY(),
          a.sizeX(),
          a.pointsY(),
          inputs.width,
          reachOf(a.window)};
}

template <template <int> typename Map, int Most, typename Out>
inline void transformRun(const Source& s, const RunOfTiles& run, int64_t channel,
                         int64_t pointStride, const Out& out) {
  using Table = ToPointsTable<Map, std::make_integer_sequence<int, Most>>;
  Vec half[kMostPoints * kHalfColumns];
  Table::columns[run.y - 1](s, {run.corner, run.count * run.step + run.reach, channel}, half);
  for (int64_t i = 0; i < run.count; ++i) {
    Table::rows[run.x - 1](half + i * run.step, run.pointsY, out(i), pointStride);
  }
}

// ---- points to outputs --------------------------------------------------------------------------

template <typename Map>
void mapPointRows(const float* points, int64_t rows, int64_t pointStride, Vec* half) {
  for (int64_t r = 0; r < rows; ++r, half += kMostOutputs) {
    Vec in[Map::kFrom];
#pragma GCC unroll 16
    for (int j = 0; j < Map::kFrom; ++j, points += pointStride) in[j] = load(points);
    Map::apply(in, half);
  }
}

template <typename Map>
void mapPointColumns(const Vec* half, int64_t columns, Vec* out) {
  for (int64_t x = 0; x < columns; ++x) {
    Vec in[Map::kFrom], mapped[Map::kTo];
#pragma GCC unroll 16
    for (int k = 0; k < Map::kFrom; ++k) in[k] = half[k * kMostOutputs + x];
    Map::apply(in, mapped);
#pragma GCC unroll 16
    for (int i = 0; i < Map::kTo; ++i) out[i * kMostOutputs + x] = mapped[i];
  }
}

template <template <int> typename Map, typename Sizes>
struct FromPointsTable;
template <template <int> typename Map, int... M>
struct FromPointsTable<Map, std::integer_sequence<int, M...>> {
  static constexpr decltype(&mapPointRows<Map<1>>) rows[] = {mapPointRows<Map<M + 1>>...};
  static constexpr decltype(&mapPointColumns<Map<1>>) columns[] = {mapPointColumns<Map<M + 1>>...};
};

// One vector of channels of a tile. Row i of the result is out[i * kMostOutputs].
template <typename Scheme>
inline void transformBack(const Area& a, const float* points, int64_t pointStride, Vec* out) {
  using Table = FromPointsTable<Scheme::template Output,
                                std::make_integer_sequence<int, Scheme::kMost>>;
  Vec half[kMostPoints * kMostOutputs];
  Table::rows[a.sizeX() - 1](points, a.pointsY(), pointStride, half);
  Table::columns[a.sizeY() - 1](half, a.width, out);
}

}  // namespace
