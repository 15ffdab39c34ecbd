// The maps of one side of a tile for each way in which a window of three taps moves, by the size of
// the tile.
//
// A window that moves by two pixels is the sum of two that move by one: taps 0 and 2 on every other
// pixel, tap 1 on the pixels between them. The first goes through F(m, 2); in the second every
// output needs one product, so its points are the pixels themselves. That is 2m + 1 products for m
// outputs instead of 3m, and (2m + 1)^2 instead of 9m^2 in two dimensions.
#pragma once

#include <utility>

#include "kernels/winograd/maps.h"
#include "kernels/winograd/winograd.h"

namespace {

using ocelli::Window;

constexpr int kFilterTaps = 3;
constexpr int kMostPoints = 10;  // of a side
constexpr int kMostOutputs = 8;  // of a side

// Stride 1: F(m, 3).
struct Dense {
  static constexpr Window kWindow = Window::dense;
  static constexpr int kMost = 8;
  template <int M>
  using Input = typename Toom<M, 3>::Input;
  template <int M>
  using OutputGradient = typename Toom<M, 3>::OutputGradient;
  template <int M>
  using Output = typename Toom<M, 3>::Output;
  template <int M>
  using Filter = typename Toom<M, 3>::Filter;
  template <int M>
  using FilterGradient = typename Toom<M, 3>::FilterGradient;
};

// From every other value, or to every other value.
template <int Count>
[[gnu::always_inline]] inline void takeOthers(const Vec* in, Vec* out) {
#pragma GCC unroll 16
  for (int i = 0; i < Count; ++i) out[i] = in[2 * i];
}

// Taps 0 and 2 have the points of F(M, 2), tap 1 a single one.
template <int M>
struct PhaseFilter {
  static constexpr int kFrom = kFilterTaps, kTo = M + 2;
  [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
    Vec outer[2];
    takeOthers<2>(in, outer);
    Toom<M, 2>::Filter::apply(outer, out);
    out[M + 1] = in[1];
  }
};

// Stride 2. The first pixel of a tile stands before that at twice the first output.
struct Strided {
  static constexpr Window kWindow = Window::strided;
  static constexpr int kMost = 4;
  template <int M>
  struct Input {
    static constexpr int kFrom = 2 * M + 1, kTo = 2 * M + 1;
    [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
      Vec outer[M + 1];
      takeOthers<M + 1>(in, outer);
      Toom<M, 2>::Input::apply(outer, out);
      takeOthers<M>(in + 1, out + M + 1);
    }
  };
  template <int M>
  struct OutputGradient {
    static constexpr int kFrom = M, kTo = 2 * M + 1;
    [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
      Toom<M, 2>::OutputGradient::apply(in, out);
#pragma GCC unroll 16
      for (int i = 0; i < M; ++i) out[M + 1 + i] = in[i];
    }
  };
  template <int M>
  struct Output {
    static constexpr int kFrom = 2 * M + 1, kTo = M;
    [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
      Toom<M, 2>::Output::apply(in, out);
#pragma GCC unroll 16
      for (int i = 0; i < M; ++i) out[i] += in[M + 1 + i];
    }
  };
  template <int M>
  using Filter = PhaseFilter<M>;
  template <int M>
  struct FilterGradient {
    static constexpr int kFrom = M + 2, kTo = kFilterTaps;
    [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
      Vec outer[2];
      Toom<M, 2>::FilterGradient::apply(in, outer);
      out[0] = outer[0];
      out[1] = in[M + 1];
      out[2] = outer[1];
    }
  };
};

// The gradient of stride 2 with respect to its input, with the taps turned around: tap 1 gives the
// pixels in even places, taps 0 and 2 those between them. A tile has 2M pixels.
struct Spread {
  static constexpr Window kWindow = Window::spread;
  static constexpr int kMost = 4;
  template <int M>
  struct Input {
    static constexpr int kFrom = M + 1, kTo = 2 * M + 1;
    [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
      Toom<M, 2>::Input::apply(in, out);
#pragma GCC unroll 16
      for (int i = 0; i < M; ++i) out[M + 1 + i] = in[i];
    }
  };
  template <int M>
  struct Output {
    static constexpr int kFrom = 2 * M + 1, kTo = 2 * M;
    [[gnu::always_inline]] static inline void apply(const Vec* in, Vec* out) {
      Vec between[M];
      Toom<M, 2>::Output::apply(in, between);
#pragma GCC unroll 16
      for (int i = 0; i < M; ++i) {
        out[2 * i] = in[M + 1 + i];
        out[2 * i + 1] = between[i];
      }
    }
  };
  template <int M>
  using Filter = PhaseFilter<M>;
};

}  // namespace
