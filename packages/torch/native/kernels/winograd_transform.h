// The six one-dimensional maps of F(4x4, 3x3), interpolated at 0, 1, -1, 1/2, -2 and infinity.
//
// Lavin & Gray 2015, eq. 8: Y = A'[(G g G') * (B' d B)]A. The points 1/2 and -2 instead of 2 and -2
// lower the rounding error by a third (Alam et al. 2022); every constant of B and A stays exact in
// binary. The weight gradient is the transpose of the forward map (section 3 of the same paper
// applied to the bilinear form): dg = G'[sum over tiles (A dY A') * (B' d B)]G.
#pragma once

#include "vec.h"

namespace {

constexpr int kTile = 4;                // outputs of a tile, per side
constexpr int kPatch = 6;               // inputs of a tile, per side
constexpr int kPoints = kPatch * kPatch;

// B': 6 inputs of a patch -> 6 points.
template <typename T>
inline void inputMap(const T d[6], T v[6]) {
  const T d31 = d[3] - d[1], d42 = d[4] - d[2];
  v[0] = d[0] - d[2] + d42 + 1.5f * d31;
  v[1] = d42 + d31 + 1.5f * (d[3] + d[2]);
  v[2] = d42 - d31 + 1.5f * (d[3] - d[2]);
  v[3] = d42 + 2.0f * d31;
  v[4] = d42 - 0.5f * d31;
  v[5] = d[5] - d[3] - d31 + 1.5f * d42;
}

// A': 6 points -> 4 outputs.
template <typename T>
inline void outputMap(const T m[6], T y[4]) {
  const T sum = m[1] + m[2], difference = m[1] - m[2];
  y[0] = m[0] + sum + m[3] + m[4];
  y[1] = difference + 0.5f * m[3] - 2.0f * m[4];
  y[2] = sum + 0.25f * m[3] + 4.0f * m[4];
  y[3] = difference + 0.125f * m[3] - 8.0f * m[4] + m[5];
}

// A: gradients of 4 outputs -> 6 points.
template <typename T>
inline void outputGradientMap(const T y[4], T z[6]) {
  const T even = y[0] + y[2], odd = y[1] + y[3];
  z[0] = y[0];
  z[1] = even + odd;
  z[2] = even - odd;
  z[3] = y[0] + 0.5f * y[1] + 0.25f * y[2] + 0.125f * y[3];
  z[4] = y[0] - 2.0f * y[1] + 4.0f * y[2] - 8.0f * y[3];
  z[5] = y[3];
}

// G: 3 filter taps -> 6 points.
template <typename T>
inline void filterMap(const T g[3], T u[6]) {
  const T even = g[0] + g[2];
  u[0] = g[0];
  u[1] = (even + g[1]) * (1.0f / 3);
  u[2] = (g[1] - even) * (1.0f / 3);
  u[3] = (g[0] + 0.5f * g[1] + 0.25f * g[2]) * (-16.0f / 15);
  u[4] = (g[0] - 2.0f * g[1] + 4.0f * g[2]) * (1.0f / 15);
  u[5] = g[2];
}

// G': gradients of 6 points -> 3 filter taps.
template <typename T>
inline void filterGradientMap(const T u[6], T g[3]) {
  const T sum = (u[1] + u[2]) * (1.0f / 3), difference = (u[1] - u[2]) * (1.0f / 3);
  const T half = u[3] * (-16.0f / 15), two = u[4] * (1.0f / 15);
  g[0] = u[0] + difference + half + two;
  g[1] = sum + 0.5f * half - 2.0f * two;
  g[2] = difference + 0.25f * half + 4.0f * two + u[5];
}

// Applies a one-dimensional map to the columns, then to the rows of a square: in (From x From) and
// out (To x To) are stored by rows.
template <int From, int To, typename T, typename Map>
inline void squareMap(const T* in, T* out, Map map) {
  T half[To][From];
#pragma GCC unroll 6
  for (int x = 0; x < From; ++x) {
    T column[From], mapped[To];
#pragma GCC unroll 6
    for (int y = 0; y < From; ++y) column[y] = in[y * From + x];
    map(column, mapped);
#pragma GCC unroll 6
    for (int y = 0; y < To; ++y) half[y][x] = mapped[y];
  }
#pragma GCC unroll 6
  for (int y = 0; y < To; ++y) map(half[y], out + y * To);
}

}  // namespace
