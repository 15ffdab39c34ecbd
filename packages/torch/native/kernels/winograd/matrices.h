// The matrices of F(m, r), m outputs of a filter with r taps, made by the compiler from the
// m + r - 1 points of interpolation.
//
// Toom and Cook's scheme, transposed (Lavin & Gray 2015, eq. 8): y = A'[(G g) * (B' d)] with
// A'[i][p] = p^i, G[p][j] = p^j / prod(p - q), B'[p] = the coefficients of prod(x - q), q the other
// points; the last point is infinity. Points come in pairs p, -p, whose rows of B', G and columns
// of A' are then mirror images, which halves the arithmetic. All but G is exact in binary.
#pragma once

namespace {

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

// Sizes of the pairs. Those of nine points, which are without zero, and of ten were found by a search:
// they round half as much as 1/4 beside 1, 1/2 and 2.
constexpr double kFewSizes[] = {1, 0.5, 2}, kNineSizes[] = {0.25, 0.6875, 1.125, 2.25},
                 kTenSizes[] = {0.4375, 0.8125, 1.25, 2.375};

constexpr const double* sizesOf(int points) {
  return points == 10 ? kTenSizes : points == 9 ? kNineSizes : kFewSizes;
}

// Zero where the number of finite points is odd; then pairs p, -p.
constexpr double pointAt(int points, int index) {
  const bool zero = points % 2 == 0;
  if (zero && index == 0) return 0;
  const int at = index - (zero ? 1 : 0);
  const double size = sizesOf(points)[at / 2];
  return at % 2 == 1 ? -size : size;
}

// The first index of a pair of points p, -p.
constexpr int firstPair(int points) { return points % 2 == 0 ? 1 : 0; }

// B' and G are scaled by -1 at negative points where there is no zero, so that pairs mirror in both.
constexpr double signAt(int points, int index) {
  return points % 2 == 1 && pointAt(points, index) < 0 ? -1 : 1;
}

template <int Points>
constexpr Matrix<Points, Points> inputMatrix() {
  Matrix<Points, Points> b;
  for (int k = 0; k < Points; ++k) {
    double polynomial[Points + 1] = {k < Points - 1 ? signAt(Points, k) : 1.0};
    int degree = 0;
    for (int l = 0; l < Points - 1; ++l) {
      if (l == k) continue;
      for (int i = ++degree; i >= 0; --i) {
        polynomial[i] = (i > 0 ? polynomial[i - 1] : 0) - pointAt(Points, l) * polynomial[i];
      }
    }
    for (int j = 0; j < Points; ++j) b.at[k][j] = polynomial[j];
  }
  return b;
}

template <int Points, int Outputs>
constexpr Matrix<Points, Outputs> outputGradientMatrix() {
  Matrix<Points, Outputs> a;
  for (int k = 0; k < Points - 1; ++k) {
    double power = 1;
    for (int i = 0; i < Outputs; ++i, power *= pointAt(Points, k)) a.at[k][i] = power;
  }
  a.at[Points - 1][Outputs - 1] = 1;
  return a;
}

template <int Points, int Taps>
constexpr Matrix<Points, Taps> filterMatrix() {
  Matrix<Points, Taps> g;
  for (int k = 0; k < Points - 1; ++k) {
    double factor = signAt(Points, k);
    for (int l = 0; l < Points - 1; ++l) {
      if (l != k) factor /= pointAt(Points, k) - pointAt(Points, l);
    }
    for (int j = 0; j < Taps; ++j, factor *= pointAt(Points, k)) g.at[k][j] = factor;
  }
  g.at[Points - 1][Taps - 1] = 1;
  return g;
}

}  // namespace
