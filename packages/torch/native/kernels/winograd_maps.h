// Applies the matrices of F(m, 3) to vectors: unrolled by the compiler, which drops zeros.
#pragma once

#include "vec.h"
#include "winograd_matrices.h"

namespace {

// sum + factor * v. After unrolling, factor is a constant: nothing remains of a zero.
[[gnu::always_inline]] inline void accumulate(Vec& sum, bool& empty, double factor, Vec v) {
  if (factor == 0) return;
  if (empty) {
    sum = factor == 1 ? v : static_cast<float>(factor) * v;
  } else if (factor == 1) {
    sum += v;
  } else if (factor == -1) {
    sum -= v;
  } else {
    sum += static_cast<float>(factor) * v;
  }
  empty = false;
}

// Sum of the terms of one row, of every `step`-th column from `first` on.
template <typename Map>
[[gnu::always_inline]] inline Vec rowSum(const Vec* in, int row, int first, int step) {
  Vec sum{};
  bool empty = true;
#pragma GCC unroll 8
  for (int j = first; j < Map::kFrom; j += step)
    accumulate(sum, empty, Map::kMatrix.at[row][j], in[j]);
  return sum;
}

// Results are points: those of p and -p share their even and their odd terms.
template <typename Map>
[[gnu::always_inline]] inline void mapToPoints(const Vec* in, Vec* out) {
  constexpr int m = Map::kTile, first = firstPair(m);
  if constexpr (first == 1) out[0] = rowSum<Map>(in, 0, 0, 1);
#pragma GCC unroll 4
  for (int k = first; k < m + 1; k += 2) {
    const Vec even = rowSum<Map>(in, k, 0, 2), odd = rowSum<Map>(in, k, 1, 2);
    out[k] = even + odd;
    out[k + 1] = even - odd;
  }
  out[m + 1] = rowSum<Map>(in, m + 1, 0, 1);
}

// Arguments are points: the sum of a pair goes to even rows, the difference to odd ones.
template <typename Map>
[[gnu::always_inline]] inline void mapFromPoints(const Vec* in, Vec* out) {
  constexpr int m = Map::kTile, first = firstPair(m), pairs = (m + 1) / 2;
  Vec half[2][pairs];
#pragma GCC unroll 4
  for (int p = 0; p < pairs; ++p) {
    half[0][p] = in[first + 2 * p] + in[first + 2 * p + 1];
    half[1][p] = in[first + 2 * p] - in[first + 2 * p + 1];
  }
#pragma GCC unroll 8
  for (int i = 0; i < Map::kTo; ++i) {
    Vec sum{};
    bool empty = true;
    if constexpr (first == 1) accumulate(sum, empty, Map::kMatrix.at[i][0], in[0]);
#pragma GCC unroll 4
    for (int p = 0; p < pairs; ++p) {
      accumulate(sum, empty, Map::kMatrix.at[i][first + 2 * p], half[i % 2][p]);
    }
    accumulate(sum, empty, Map::kMatrix.at[i][m + 1], in[m + 1]);
    out[i] = sum;
  }
}

template <typename Map>
[[gnu::always_inline]] inline void applyMap(const Vec* in, Vec* out) {
  if constexpr (Map::kPointsOut) {
    mapToPoints<Map>(in, out);
  } else {
    mapFromPoints<Map>(in, out);
  }
}

}  // namespace
