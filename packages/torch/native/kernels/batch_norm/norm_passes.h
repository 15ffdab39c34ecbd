// The passes of the fused normalisation. Each reads every operand once; the activation's argument is
// computed again in the backward passes, because arithmetic is cheaper here than memory.
#pragma once

#include <algorithm>

#include "kernels/batch_norm/norm.h"
#include "kernels/vectors/activation.h"
#include "kernels/vectors/lanes.h"

namespace {

using ocelli::NormProblem;
using ocelli::Range;

// ---- sums ---------------------------------------------------------------------------------------

// Two sums per channel in single precision over a few pixels, emptied into double precision: the
// error stays at that of a single addition however many pixels there are.
class ChannelSums {
 public:
  ChannelSums(int64_t channels, double* first, double* second)
      : channels_(channels), first_(first), second_(second) {}

  static constexpr int64_t kGroup = 256;  // channels whose sums stay in the first-level cache

  float first[kGroup] = {}, second[kGroup] = {};

  void empty(int64_t begin) {
    for (int64_t c = 0; c < std::min(kGroup, channels_ - begin); ++c) {
      first_[begin + c] += first[c];
      second_[begin + c] += second[c];
      first[c] = second[c] = 0;
    }
  }

 private:
  const int64_t channels_;
  double *const first_, *const second_;
};

// Adds a vector at channel c of the group.
inline void addTo(float* sums, int64_t c, Vec v) { store(sums + c, load(sums + c) + v); }

// Runs f(pixel, channel in group, channel, lanes) in blocks of few pixels and kGroup channels.
template <typename F>
inline void sumPixels(int64_t channels, Range pixels, ChannelSums& sums, const F& f) {
  constexpr int64_t kBlock = 128;
  for (int64_t begin = pixels.begin; begin < pixels.end; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, pixels.end);
    for (int64_t group = 0; group < channels; group += ChannelSums::kGroup) {
      const int64_t width = std::min(ChannelSums::kGroup, channels - group);
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        forChannels(width, [&](int64_t c, auto lanes) { f(pixel, c, group + c, lanes); });
      }
      sums.empty(group);
    }
  }
}

inline void moments(const NormProblem& s, const float* origin, Range lines, double* sums,
                    double* squares) {
  ChannelSums partial(s.c, sums, squares);
  const Range pixels{lines.begin * s.w, lines.end * s.w};
  sumPixels(s.c, pixels, partial, [&](int64_t pixel, int64_t i, int64_t c, auto lanes) {
    const Vec d = read(s.input + pixel * s.c + c, lanes) - read(origin + c, lanes);
    addTo(partial.first, i, d);
    addTo(partial.second, i, d * d);
  });
}

// ---- forward ------------------------------------------------------------------------------------

template <typename Lanes>
inline Vec argument(const NormProblem& s, int64_t at, int64_t c, Lanes lanes) {
  const Vec z = read(s.input + at, lanes) * load(s.scale + c) + load(s.shift + c);
  return s.residual ? z + read(s.residual + at, lanes) : z;
}

template <Activation A>
void applyLines(const NormProblem& s, Range lines, float* output) {
  for (int64_t pixel = lines.begin * s.w; pixel < lines.end * s.w; ++pixel) {
    forChannels(s.c, [&](int64_t c, auto lanes) {
      const int64_t at = pixel * s.c + c;
      const Vec y = activate<A>(argument(s, at, c, lanes));
      write(output + at, s.skip ? y + read(s.skip + at, lanes) : y, lanes);
    });
  }
}

template <Activation A>
void applyPool(const NormProblem& s, Range lines, float* output, uint8_t* winners) {
  const int64_t height = s.outputHeight(), width = s.outputWidth();
  for (int64_t line = lines.begin; line < lines.end; ++line) {
    const int64_t top = (line / height * s.h + line % height * 2) * s.w;
    for (int64_t x = 0; x < width; ++x) {
      const int64_t corner = (top + 2 * x) * s.c, out = (line * width + x) * s.c;
      forChannels(s.c, [&](int64_t c, auto lanes) {
        Vec best = activate<A>(argument(s, corner + c, c, lanes));
        IntVec winner{};
        for (int i = 1; i < 4; ++i) {  // the first of equals wins, as in libtorch
          const int64_t at = corner + (i / 2 * s.w + i % 2) * s.c + c;
          const Vec y = activate<A>(argument(s, at, c, lanes));
          const IntVec better = (y > best) | (y != y);
          best = better ? y : best;
          winner = better ? i - IntVec{} : winner;
        }
        write(output + out + c, best, lanes);
        writeBytes(winners + out + c, winner, lanes);
      });
    }
  }
}

// ---- backward -----------------------------------------------------------------------------------

// Gradient of the activation's output at a pixel: of the window that the pixel won, else zero.
struct PlainGradient {
  const float* gradient;
  PlainGradient(const NormProblem&, const float* g) : gradient(g) {}

  struct Pixel {
    const float* at;
    template <typename Lanes>
    Vec operator()(int64_t c, Lanes lanes) const { return read(at + c, lanes); }
  };
  Pixel at(const NormProblem& s, int64_t pixel) const { return {gradient + pixel * s.c}; }
};

struct PooledGradient {
  const float* gradient;
  const int64_t height, width;
  PooledGradient(const NormProblem& s, const float* g)
      : gradient(g), height(s.outputHeight()), width(s.outputWidth()) {}

  struct Pixel {
    const float* at;  // null in a dropped line or column
    const uint8_t* winners;
    int position;
    template <typename Lanes>
    Vec operator()(int64_t c, Lanes lanes) const {
      if (!at) return Vec{};
      return readBytes(winners + c, lanes) == position ? read(at + c, lanes) : Vec{};
    }
  };
  Pixel at(const NormProblem& s, int64_t pixel) const {
    const int64_t x = pixel % s.w, line = pixel / s.w, y = line % s.h, n = line / s.h;
    if (y / 2 >= height || x / 2 >= width) return {nullptr, nullptr, 0};
    const int64_t window = ((n * height + y / 2) * width + x / 2) * s.c;
    return {gradient + window, s.winners + window, static_cast<int>(y % 2 * 2 + x % 2)};
  }
};

template <Activation A, typename Gradient>
void sumGradients(const NormProblem& s, const float* gradient, const float* mean, Range lines,
                  double* sums, double* products, float* residualGradient) {
  const Gradient source(s, gradient);
  ChannelSums partial(s.c, sums, products);
  const Range pixels{lines.begin * s.w, lines.end * s.w};
  int64_t current = -1;
  typename Gradient::Pixel at = source.at(s, pixels.begin);
  sumPixels(s.c, pixels, partial, [&](int64_t pixel, int64_t i, int64_t c, auto lanes) {
    if (pixel != current) at = source.at(s, current = pixel);
    const int64_t index = pixel * s.c + c;
    const Vec dz = activateBackward<A>(at(c, lanes), argument(s, index, c, lanes));
    if (residualGradient) write(residualGradient + index, dz, lanes);
    addTo(partial.first, i, dz);
    addTo(partial.second, i, dz * (read(s.input + index, lanes) - read(mean + c, lanes)));
  });
}

template <Activation A, typename Gradient>
void inputGradient(const NormProblem& s, const float* gradient, const float* slope,
                   const float* offset, Range lines, float* result) {
  const Gradient source(s, gradient);
  for (int64_t pixel = lines.begin * s.w; pixel < lines.end * s.w; ++pixel) {
    const auto at = source.at(s, pixel);
    forChannels(s.c, [&](int64_t c, auto lanes) {
      const int64_t index = pixel * s.c + c;
      const Vec dz = activateBackward<A>(at(c, lanes), argument(s, index, c, lanes));
      const Vec x = read(s.input + index, lanes);
      write(result + index, dz * load(s.scale + c) + (x * load(slope + c) + load(offset + c)), lanes);
    });
  }
}

// ---- choice of the activation -------------------------------------------------------------------

inline void apply(const NormProblem& s, Range lines, float* output, uint8_t* winners) {
  withActivation(s.activation, [&](auto a) {
    s.pool ? applyPool<a>(s, lines, output, winners) : applyLines<a>(s, lines, output);
  });
}

inline void gradientSums(const NormProblem& s, const float* gradient, const float* mean, Range lines,
                         double* sums, double* products, float* residualGradient) {
  withActivation(s.activation, [&](auto a) {
    const auto run = s.pool ? sumGradients<a, PooledGradient> : sumGradients<a, PlainGradient>;
    run(s, gradient, mean, lines, sums, products, residualGradient);
  });
}

inline void gradientInput(const NormProblem& s, const float* gradient, const float* slope,
                          const float* offset, Range lines, float* result) {
  withActivation(s.activation, [&](auto a) {
    const auto run = s.pool ? inputGradient<a, PooledGradient> : inputGradient<a, PlainGradient>;
    run(s, gradient, slope, offset, lines, result);
  });
}

constexpr ocelli::NormKernels kNormKernels{moments, apply, gradientSums, gradientInput};

}  // namespace
