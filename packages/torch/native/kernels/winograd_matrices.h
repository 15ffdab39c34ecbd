// The matrices of F(m, 3) for m = 1 to 6, made by the compiler from the points of interpolation.
//
// Toom and Cook's scheme, transposed (Lavin & Gray 2015, eq. 8): y = A'[(G g) * (B' d)] with
// A'[i][p] = p^i, G[p][j] = p^j / prod(p - q), B'[p] = the coefficients of prod(x - q), q the other
// points; the last point is infinity. Points come in pairs p, -p, whose rows of B', G and columns
// of A' are then mirror images, which halves the arithmetic. All but G is exact in binary.
#pragma once

namespace {

constexpr int kMostTile = 6;               // outputs of a tile, per side
constexpr int kMostPatch = kMostTile + 2;  // inputs of a tile, and points, per side
constexpr int kFilterTaps = 3;

template <int Rows, int Columns>
struct Matrix {
  static constexpr int kRows = Rows, kColumns = Columns;
  double at[Rows][Columns] = {};

  constexpr Matrix<Columns, Rows> transposed() const {
    Matrix<Columns, Rows> result;
    for (int i = 0; i < Rows; ++i) {
      for (int j = 0; j < Columns; ++j) result.at[j][i] = at[i][j];
    }
    return result;
  }
};

// Zero where the number of finite points, m + 1, is odd; then 1, -1, 1/2, -1/2, 2, -2.
constexpr double pointAt(int m, int index) {
  if (m % 2 == 0 && index == 0) return 0;
  const int pair = (index - (m % 2 == 0 ? 1 : 0)) / 2;
  const bool negative = (index - (m % 2 == 0 ? 1 : 0)) % 2 == 1;
  const double size = pair == 0 ? 1 : pair == 1 ? 0.5 : 2;
  return negative ? -size : size;
}

// The first index of a pair of points p, -p.
constexpr int firstPair(int m) { return m % 2 == 0 ? 1 : 0; }

// B' and G are scaled by -1 at negative points where m is odd, so that pairs mirror in both.
constexpr double signAt(int m, int index) { return m % 2 == 1 && pointAt(m, index) < 0 ? -1 : 1; }

template <int M>
constexpr Matrix<M + 2, M + 2> inputMatrix() {
  Matrix<M + 2, M + 2> b;
  for (int k = 0; k < M + 2; ++k) {
    double polynomial[M + 3] = {k < M + 1 ? signAt(M, k) : 1.0};
    int degree = 0;
    for (int l = 0; l < M + 1; ++l) {
      if (l == k) continue;
      for (int i = ++degree; i >= 0; --i) {
        polynomial[i] = (i > 0 ? polynomial[i - 1] : 0) - pointAt(M, l) * polynomial[i];
      }
    }
    for (int j = 0; j < M + 2; ++j) b.at[k][j] = polynomial[j];
  }
  return b;
}

template <int M>
constexpr Matrix<M + 2, M> outputGradientMatrix() {
  Matrix<M + 2, M> a;
  for (int k = 0; k < M + 1; ++k) {
    double power = 1;
    for (int i = 0; i < M; ++i, power *= pointAt(M, k)) a.at[k][i] = power;
  }
  a.at[M + 1][M - 1] = 1;
  return a;
}

template <int M>
constexpr Matrix<M + 2, kFilterTaps> filterMatrix() {
  Matrix<M + 2, kFilterTaps> g;
  for (int k = 0; k < M + 1; ++k) {
    double factor = signAt(M, k);
    for (int l = 0; l < M + 1; ++l) {
      if (l != k) factor /= pointAt(M, k) - pointAt(M, l);
    }
    for (int j = 0; j < kFilterTaps; ++j, factor *= pointAt(M, k)) g.at[k][j] = factor;
  }
  g.at[M + 1][kFilterTaps - 1] = 1;
  return g;
}

// One-dimensional maps: kFrom values to kTo values. `kMirrored` tells whether the pairs of points
// are among the results (rows) or among the arguments (columns).
template <int M>
struct InputMap {  // pixels of a patch -> points
  static constexpr int kFrom = M + 2, kTo = M + 2, kTile = M;
  static constexpr bool kPointsOut = true;
  static constexpr auto kMatrix = inputMatrix<M>();
};
template <int M>
struct OutputGradientMap {  // gradients of the outputs -> points
  static constexpr int kFrom = M, kTo = M + 2, kTile = M;
  static constexpr bool kPointsOut = true;
  static constexpr auto kMatrix = outputGradientMatrix<M>();
};
template <int M>
struct FilterMap {  // taps -> points
  static constexpr int kFrom = kFilterTaps, kTo = M + 2, kTile = M;
  static constexpr bool kPointsOut = true;
  static constexpr auto kMatrix = filterMatrix<M>();
};
template <int M>
struct OutputMap {  // points -> outputs
  static constexpr int kFrom = M + 2, kTo = M, kTile = M;
  static constexpr bool kPointsOut = false;
  static constexpr auto kMatrix = outputGradientMatrix<M>().transposed();
};
template <int M>
struct FilterGradientMap {  // points -> gradients of the taps
  static constexpr int kFrom = M + 2, kTo = kFilterTaps, kTile = M;
  static constexpr bool kPointsOut = false;
  static constexpr auto kMatrix = filterMatrix<M>().transposed();
};

}  // namespace
