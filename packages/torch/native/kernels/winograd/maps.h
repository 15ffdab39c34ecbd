// Applies the matrices of F(m, r) to vectors: unrolled by the compiler, which drops zeros.
#pragma once

#include "kernels/vectors/vec.h"
#include "kernels/winograd/matrices.h"

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
#pragma GCC unroll 16
  for (int j = first; j < Map::kFrom; j += step)
    accumulate(sum, empty, Map::kMatrix.at[row][j], in[j]);
  return sum;
}

// Results are points: those of p and -p share their even and their odd terms.
template <typename Map>
[[gnu::always_inline]] inline void mapToPoints(const Vec* in, Vec* out) {
  constexpr int infinity = Map::kTo - 1, first = firstPair(Map::kTo);
  if constexpr (first == 1) out[0] = rowSum<Map>(in, 0, 0, 1);
#pragma GCC unroll 4
  for (int k = first; k < infinity; k += 2) {
    const Vec even = rowSum<Map>(in, k, 0, 2), odd = rowSum<Map>(in, k, 1, 2);
    out[k] = even + odd;
    out[k + 1] = even - odd;
  }
  out[infinity] = rowSum<Map>(in, infinity, 0, 1);
}

// Arguments are points: the sum of a pair goes to even rows, the difference to odd ones.
template <typename Map>
[[gnu::always_inline]] inline void mapFromPoints(const Vec* in, Vec* out) {
  constexpr int infinity = Map::kFrom - 1, first = firstPair(Map::kFrom), pairs = infinity / 2;
  Vec half[2][pairs > 0 ? pairs : 1];
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
    accumulate(sum, empty, Map::kMatrix.at[i][infinity], in[infinity]);
    out[i] = sum;
  }
}

// A matrix as a map: from kFrom values to kTo values.
template <const auto& Values, bool ToPoints>
struct MatrixMap {
  static constexpr auto kMatrix = Values;
  static constexpr int kFrom = kMatrix.kColumns, kTo = kMatrix.kRows;

  [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
    if constexpr (ToPoints) {
      mapToPoints<MatrixMap>(in, out);
    } else {
      mapFromPoints<MatrixMap>(in, out);
    }
  }
};

template <int Points>
constexpr auto kInput = inputMatrix<Points>();
template <int Points, int Outputs>
constexpr auto kOutputGradient = outputGradientMatrix<Points, Outputs>();
template <int Points, int Outputs>
constexpr auto kOutput = outputGradientMatrix<Points, Outputs>().transposed();
template <int Points, int Taps>
constexpr auto kFilter = filterMatrix<Points, Taps>();
template <int Points, int Taps>
constexpr auto kFilterGradient = filterMatrix<Points, Taps>().transposed();

// The maps of F(M, R): pixels to points, outputs' gradients to points, taps to points, and back.
template <int M, int R>
struct Toom {
  static constexpr int kPoints = M + R - 1;
  using Input = MatrixMap<kInput<kPoints>, true>;
  using OutputGradient = MatrixMap<kOutputGradient<kPoints, M>, true>;
  using Filter = MatrixMap<kFilter<kPoints, R>, true>;
  using Output = MatrixMap<kOutput<kPoints, M>, false>;
  using FilterGradient = MatrixMap<kFilterGradient<kPoints, R>, false>;
};

}  // namespace
