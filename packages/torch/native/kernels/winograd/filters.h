// Filters to points, and sums of points back to gradients of filters.
#pragma once

#include "kernels/winograd/tiles.h"

namespace {

using ocelli::Areas;
using ocelli::FilterStrides;

// Points lie this many floats further apart than they need, or all of them would share a cache set.
constexpr int64_t kSkew = 5 * 16;

inline int64_t groupsOf(const ConvShape& s) { return ceilDiv(s.c, kLanes); }
inline int64_t panelsOf(const ConvShape& s) { return ceilDiv(s.k, kPanel); }

// Filters are transformed and mapped back block by block: a vector of input channels of a panel of
// output channels.
inline int64_t filterBlocksOf(const ConvShape& s) { return panelsOf(s) * groupsOf(s); }

// Calls f(k, c) for each vector of output channels, beginning at k, and each input channel of some
// blocks.
template <typename F>
inline void forFilters(const ConvShape& s, Range blocks, const F& f) {
  for (int64_t block = blocks.begin; block < blocks.end; ++block) {
    const int64_t panel = block / groupsOf(s), group = block % groupsOf(s);
    for (int64_t k = panel * kPanel; k < (panel + 1) * kPanel; k += kLanes) {
      for (int64_t c = group * kLanes; c < (group + 1) * kLanes; ++c) f(k, c);
    }
  }
}

// A panel of filters is (points, channels, kPanel).
inline int64_t filterStride(const ConvShape& s) { return groupsOf(s) * kLanes * kPanel + kSkew; }
inline int64_t panelSize(const ConvShape& s, const Area& a) { return a.filterPoints() * filterStride(s); }
inline int64_t filterSize(const ConvShape& s, const Area& a) {
  return panelsOf(s) * panelSize(s, a);
}

// The filters of a point of the inputs: those of tap 1 of a strided window serve many points.
inline int64_t filterPoint(const Area& a, int64_t point) {
  const int64_t y = std::min(point / a.pointsX(), a.filterPointsY() - 1),
                x = std::min(point % a.pointsX(), a.filterPointsX() - 1);
  return y * a.filterPointsX() + x;
}

// Calls f(point, isFirst) for each point of the inputs that these filters serve.
template <typename F>
inline void forPointsOf(const Area& a, int64_t filter, const F& f) {
  const auto served = [](int64_t at, int64_t filters, int64_t points) {
    return Range{at, at + 1 < filters ? at + 1 : points};
  };
  const Range ys = served(filter / a.filterPointsX(), a.filterPointsY(), a.pointsY()),
              xs = served(filter % a.filterPointsX(), a.filterPointsX(), a.pointsX());
  for (int64_t y = ys.begin; y < ys.end; ++y) {
    for (int64_t x = xs.begin; x < xs.end; ++x)
      f(y * a.pointsX() + x, y == ys.begin && x == xs.begin);
  }
}

// One lane per output channel; lanes beyond the last channel are zero.
inline void gatherFilters(const float* weight, FilterStrides at, int64_t count, Vec* taps) {
  float lanes[9][kLanes] = {};
  for (int64_t lane = 0; lane < count; ++lane) {
    const float* filter = weight + lane * at.k;
    for (int tap = 0; tap < 9; ++tap) lanes[tap][lane] = filter[tap / 3 * at.y + tap % 3 * at.x];
  }
  for (int tap = 0; tap < 9; ++tap) taps[tap] = load(lanes[tap]);
}

inline void scatterFilters(float* weight, FilterStrides at, int64_t count, bool add,
                           const Vec* taps) {
  float lanes[9][kLanes];
  for (int tap = 0; tap < 9; ++tap) store(lanes[tap], taps[tap]);
  for (int64_t lane = 0; lane < count; ++lane) {
    float* filter = weight + lane * at.k;
    for (int tap = 0; tap < 9; ++tap) {
      float& to = filter[tap / 3 * at.y + tap % 3 * at.x];
      to = add ? to + lanes[tap][lane] : lanes[tap][lane];
    }
  }
}

// A square whose sides are mapped by different sizes of tiles: columns, then rows.
template <typename Map>
void mapTapColumns(const Vec* in, int64_t columns, Vec* half) {
  for (int64_t x = 0; x < columns; ++x) {
    Vec column[Map::kFrom], mapped[Map::kTo];
    for (int i = 0; i < Map::kFrom; ++i) column[i] = in[i * columns + x];
    Map::apply(column, mapped);
    for (int i = 0; i < Map::kTo; ++i) half[i * columns + x] = mapped[i];
  }
}

template <typename Map>
void mapTapRows(const Vec* half, int64_t rows, Vec* out) {
  for (int64_t r = 0; r < rows; ++r) Map::apply(half + r * Map::kFrom, out + r * Map::kTo);
}

template <template <int> typename Map, typename Sizes>
struct SquareTable;
template <template <int> typename Map, int... M>
struct SquareTable<Map, std::integer_sequence<int, M...>> {
  static constexpr decltype(&mapTapColumns<Map<1>>) columns[] = {mapTapColumns<Map<M + 1>>...};
  static constexpr decltype(&mapTapRows<Map<1>>) rows[] = {mapTapRows<Map<M + 1>>...};
};
template <template <int> typename Map, typename Scheme>
using Square2d = SquareTable<Map, std::make_integer_sequence<int, Scheme::kMost>>;

// G g G' for every area, stored panel by panel, point by point, as multiplyTile reads it.
template <typename Scheme>
inline void transformFilters(const ConvShape& s, const Areas& areas, const float* weight,
                             FilterStrides at, Range blocks, float* transformed) {
  using Maps = Square2d<Scheme::template Filter, Scheme>;
  forFilters(s, blocks, [&](int64_t k, int64_t c) {
    Vec taps[9], half[kMostPoints * kFilterTaps];
    Vec points[kMostPoints * kMostPoints];
    const int64_t lanes = c < s.c ? std::clamp<int64_t>(s.k - k, 0, kLanes) : 0;
    gatherFilters(weight + k * at.k + c * at.c, at, lanes, taps);
    float* out = transformed + k % kPanel + c * kPanel;
    for (const Area& a : areas) {
      Maps::columns[a.sizeY() - 1](taps, kFilterTaps, half);
      Maps::rows[a.sizeX() - 1](half, a.filterPointsY(), points);
      float* panel = out + k / kPanel * panelSize(s, a);
      for (int64_t p = 0; p < a.filterPoints(); ++p) store(panel + p * filterStride(s), points[p]);
      out += filterSize(s, a);
    }
  });
}

// Sums of the parts of a weight gradient are added up in groups: a hundred threads have a hundred parts.
constexpr int64_t kPartsInTurn = 8;

template <typename Scheme>
inline void finishWeights(const ConvShape& s, const Area& a, const float* sums, int64_t parts,
                          int64_t stride, Range blocks, bool add, float* weight, FilterStrides at) {
  using Maps = Square2d<Scheme::template FilterGradient, Scheme>;
  const int64_t points = a.filterPoints();
  forFilters(s, blocks, [&](int64_t k, int64_t c) {
    if (k >= s.k || c >= s.c) return;
    const float* in = sums + k / kPanel * panelSize(s, a) + c * kPanel + k % kPanel;
    Vec total[kMostPoints * kMostPoints], half[kMostPoints * kFilterTaps];
    Vec taps[9];
    for (int64_t first = 0; first < parts; first += kPartsInTurn, in += kPartsInTurn * stride) {
      const int64_t count = std::min(parts - first, kPartsInTurn);
      for (int64_t p = 0; p < points; ++p) {
        Vec sum = load(in + p * filterStride(s));
        for (int64_t i = 1; i < count; ++i) sum += load(in + i * stride + p * filterStride(s));
        total[p] = first > 0 ? total[p] + sum : sum;
      }
    }
    Maps::columns[a.sizeY() - 1](total, a.filterPointsX(), half);
    Maps::rows[a.sizeX() - 1](half, kFilterTaps, taps);
    scatterFilters(weight + k * at.k + c * at.c, at, std::min<int64_t>(kLanes, s.k - k), add, taps);
  });
}

}  // namespace
