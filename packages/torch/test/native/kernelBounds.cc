// Runs the vector kernels over odd shapes on buffers without a float to spare, and compares with
// plain loops in double precision. Built without libtorch, with AddressSanitizer: see
// scripts/proofs/kernelBounds.ts. KERNELS names the table of the instruction set.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "kernels/winograd/winograd.h"

using namespace ocelli;

namespace ocelli {
extern const WinogradKernels KERNELS;
}  // namespace ocelli

namespace {

std::mt19937 generator(1);

// Exactly as large as asked for: what lies behind is poisoned.
template <typename T>
using Buffer = std::unique_ptr<T[]>;

Buffer<float> noise(int64_t size) {
  std::normal_distribution<float> normal;
  Buffer<float> buffer(new float[size]);
  for (int64_t i = 0; i < size; ++i) buffer[i] = normal(generator);
  return buffer;
}

int failures = 0;

int64_t strideOf(const ConvShape& s) { return s.window == Window::dense ? 1 : 2; }

// Compares with the expected values by the root of the mean square.
void check(const char* what, const ConvShape& s, const float* actual,
           const std::vector<double>& expected) {
  double error = 0, size = 1e-30;
  for (size_t i = 0; i < expected.size(); ++i) {
    error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    size += expected[i] * expected[i];
  }
  const double relative = std::sqrt(error / size);
  if (relative < 1e-5) return;
  ++failures;
  std::printf("%s: n %ld, %ld to %ld channels, %ld x %ld, stride %ld: relative error %.1e\n", what,
              s.n, s.c, s.k, s.h, s.w, strideOf(s), relative);
}

// Calls f(output index, input index, filter index) for each product of a convolution.
template <typename F>
void forProducts(const ConvShape& s, const F& f) {
  for (int64_t n = 0; n < s.n; ++n) {
    for (int64_t y = 0; y < s.outH; ++y) {
      for (int64_t x = 0; x < s.outW; ++x) {
        for (int64_t tap = 0; tap < 9; ++tap) {
          const int64_t v = y * strideOf(s) + tap / 3 - 1, u = x * strideOf(s) + tap % 3 - 1;
          if (v < 0 || v >= s.h || u < 0 || u >= s.w) continue;
          const int64_t out = ((n * s.outH + y) * s.outW + x) * s.k;
          const int64_t in = ((n * s.h + v) * s.w + u) * s.c;
          for (int64_t k = 0; k < s.k; ++k) {
            for (int64_t c = 0; c < s.c; ++c) f(out + k, in + c, (k * s.c + c) * 9 + tap);
          }
        }
      }
    }
  }
}

constexpr int64_t kThreads = 2;

FilterStrides strides(const ConvShape& s) { return {s.c * 9, 9, 3, 1}; }

int64_t filterSize(const ConvShape& s, const Areas& areas) {
  int64_t size = 0;
  for (const Area& a : areas) size += KERNELS.filterSize(s, a);
  return size;
}

int64_t blocksOf(const ConvShape& s, const Areas& areas) {
  int64_t blocks = 0;
  for (const Area& a : areas) blocks += KERNELS.forwardBlocks(s, a, kThreads);
  return blocks;
}

// One thread after the other: the second finds only the block that is its first.
void convolve(const ConvShape& s, const Areas& areas, const Picture& input, const float* weight,
              FilterStrides at, Finish finish) {
  const Buffer<float> filters(new float[filterSize(s, areas)]);
  const int64_t blocks = KERNELS.filterBlockCount(s);
  for (int i = 0; i < 2; ++i) {
    KERNELS.transformFilters(s, areas, weight, at, part(blocks, i, 2), filters.get());
  }
  const float* next = filters.get();
  for (const Area& a : areas) {
    const Buffer<float> scratch(new float[KERNELS.forwardScratch(s, a)]);
    WorkQueue queue(KERNELS.forwardBlocks(s, a, kThreads), kThreads);
    for (int64_t thread = 0; thread < kThreads; ++thread) {
      KERNELS.forward(s, a, input, next, {queue, thread}, finish, scratch.get());
    }
    next += KERNELS.filterSize(s, a);
    finish.moments = finish.moments.after(queue.pieces() * s.k);
  }
}

// 2x2 maxima and who won them.
void pool(const ConvShape& s, const std::vector<double>& full, std::vector<double>& maxima,
          std::vector<uint8_t>& winners) {
  for (int64_t n = 0; n < s.n; ++n) {
    for (int64_t y = 0; y < s.outH / 2; ++y) {
      for (int64_t x = 0; x < s.outW / 2; ++x) {
        for (int64_t k = 0; k < s.k; ++k) {
          const auto at = [&](int i) {
            return full[((n * s.outH + 2 * y + i / 2) * s.outW + 2 * x + i % 2) * s.k + k];
          };
          int best = 0;
          for (int i = 1; i < 4; ++i) best = at(i) > at(best) ? i : best;
          maxima.push_back(at(best));
          winners.push_back(best);
        }
      }
    }
  }
}

void checkForward(const ConvShape& s, const float* input, const float* weight,
                  const std::vector<double>& expected) {
  const Areas areas = coverOutputs(s, s.outH, s.outW, false);
  const int64_t outputs = s.n * s.outH * s.outW * s.k, moments = blocksOf(s, areas) * s.k;
  const Buffer<float> output(new float[outputs]), origin(new float[moments]);
  const Buffer<double> sums(new double[moments]()), squares(new double[moments]());
  const Buffer<int64_t> counts(new int64_t[moments]());
  Finish finish{};
  finish.output = output.get();
  finish.moments = {origin.get(), sums.get(), squares.get(), counts.get()};
  convolve(s, areas, {input, nullptr}, weight, strides(s), finish);
  check("forward", s, output.get(), expected);
  // About a number three deviations from the mean, so that nothing cancels.
  const double far = 9 * std::sqrt(static_cast<double>(s.c));
  std::vector<double> sum(s.k), square(s.k);
  for (int64_t i = 0; i < outputs; ++i) {
    const double y = output[i] - far;
    sum[i % s.k] += y;
    square[i % s.k] += y * y;
  }
  std::vector<double> first(s.k), second(s.k);
  for (int64_t i = 0; i < moments; ++i) {
    if (counts[i] == 0) continue;  // an empty block, which has no origin
    const double o = origin[i] - far, n = static_cast<double>(counts[i]);
    first[i % s.k] += sums[i] + n * o;
    second[i % s.k] += squares[i] + 2 * o * sums[i] + n * o * o;
  }
  check("sums", s, std::vector<float>(first.begin(), first.end()).data(), sum);
  check("squares", s, std::vector<float>(second.begin(), second.end()).data(), square);
}

void checkPool(const ConvShape& s, const float* input, const float* weight,
               const std::vector<double>& expected) {
  if (s.outH < 2 || s.outW < 2) return;
  std::vector<double> maxima;
  std::vector<uint8_t> winners;
  pool(s, expected, maxima, winners);
  const Buffer<float> output(new float[maxima.size()]);
  const Buffer<uint8_t> won(new uint8_t[maxima.size()]);
  Finish finish{};
  finish.output = output.get();
  finish.winners = won.get();
  finish.pooling = Pooling::before;
  convolve(s, coverOutputs(s, s.outH / 2 * 2, s.outW / 2 * 2, true), {input, nullptr}, weight,
           strides(s), finish);
  check("pooled forward", s, output.get(), maxima);
  std::vector<float> got(won.get(), won.get() + maxima.size());
  int64_t different = 0;
  for (size_t i = 0; i < winners.size(); ++i) different += winners[i] != won[i];
  if (different * 10000 > static_cast<int64_t>(winners.size()) + 10000) {
    ++failures;
    std::printf("winners: %ld of %zu differ\n", different, winners.size());
  }
}

// Sums over tiles in small blocks, each mapped and multiplied in two parts, as by two threads.
void sumWeights(const ConvShape& s, const Area& a, const WeightOperands& operands, Range tiles,
                float* sums) {
  constexpr int64_t kMost = 5;
  const int64_t products = KERNELS.weightProducts(s, a);
  const Buffer<float> points(new float[KERNELS.weightScratch(s, a, kMost)]);
  for (int64_t begin = tiles.begin; begin < tiles.end; begin += kMost) {
    const int64_t end = std::min(begin + kMost, tiles.end);
    const WeightBlock block{kMost, {begin, end}, begin == tiles.begin, points.get()};
    const Range next{end, std::min(end + kMost, tiles.end)};
    for (int i = 0; i < 2; ++i) KERNELS.weightPoints(s, a, operands, block, part(block.tiles, i, 2));
    for (int i = 0; i < 2; ++i) {
      KERNELS.weightSums(s, a, operands, block, part(products, i, 2), part(next, i, 2), sums);
    }
  }
}

// The data gradient is the convolution with channels exchanged and taps turned around.
void checkBackward(const ConvShape& s, const float* input, const float* weight,
                   const Picture& gradient, const std::vector<double>& full, const char* what) {
  const int64_t inputs = s.n * s.h * s.w * s.c, taps = s.k * s.c * 9;
  std::vector<double> data(inputs), filters(taps);
  forProducts(s, [&](int64_t o, int64_t i, int64_t f) {
    data[i] += full[o] * weight[f];
    filters[f] += full[o] * input[i];
  });
  const ConvShape back{s.n, s.outH, s.outW, s.k,
                       s.c, s.h,    s.w,    strideOf(s) == 1 ? Window::dense : Window::spread};
  const Buffer<float> result(new float[inputs]), weights(new float[taps]);
  Finish finish{};
  finish.output = result.get();
  convolve(back, coverOutputs(back, s.h, s.w, false), gradient, weight + 8, {9, s.c * 9, -3, -1},
           finish);
  check(what, s, result.get(), data);
  const int64_t h = gradient.winners ? s.outH / 2 * 2 : s.outH,
                w = gradient.winners ? s.outW / 2 * 2 : s.outW;
  bool add = false;
  for (const Area& a : coverOutputs(s, h, w, false)) {
    const int64_t size = KERNELS.filterSize(s, a), tiles = a.tilesOf(s);
    const int64_t parts = std::min<int64_t>(tiles, 9);  // more than are added in turn
    const Buffer<float> sums(new float[parts * size]);
    for (int64_t i = 0; i < parts; ++i) {
      sumWeights(s, a, {input, gradient}, part(tiles, i, parts), sums.get() + i * size);
    }
    KERNELS.finishWeights(s, a, sums.get(), parts, size, {0, KERNELS.filterBlockCount(s)}, add,
                          weights.get(), strides(s));
    add = true;
  }
  check(what, s, weights.get(), filters);
}

void checkConvolution(const ConvShape& s) {
  const int64_t outputs = s.n * s.outH * s.outW * s.k;
  const Buffer<float> input = noise(s.n * s.h * s.w * s.c), weight = noise(s.k * s.c * 9);
  std::vector<double> expected(outputs);
  forProducts(s, [&](int64_t o, int64_t i, int64_t f) {
    expected[o] += static_cast<double>(input[i]) * weight[f];
  });
  checkForward(s, input.get(), weight.get(), expected);
  checkPool(s, input.get(), weight.get(), expected);

  const Buffer<float> gradient = noise(outputs);
  checkBackward(s, input.get(), weight.get(), {gradient.get(), nullptr},
                {gradient.get(), gradient.get() + outputs}, "gradients");
  if (s.outH < 2 || s.outW < 2) return;
  const int64_t pooled = s.n * (s.outH / 2) * (s.outW / 2) * s.k;
  const Buffer<float> small = noise(pooled);
  const Buffer<uint8_t> winners(new uint8_t[pooled]);
  std::vector<double> full(outputs);
  for (int64_t i = 0; i < pooled; ++i) {
    winners[i] = generator() % 4;
    const int64_t k = i % s.k, x = i / s.k % (s.outW / 2), y = i / s.k / (s.outW / 2) % (s.outH / 2);
    const int64_t n = i / s.k / (s.outW / 2) / (s.outH / 2);
    full[((n * s.outH + 2 * y + winners[i] / 2) * s.outW + 2 * x + winners[i] % 2) * s.k + k] = small[i];
  }
  checkBackward(s, input.get(), weight.get(), {small.get(), winners.get()}, full,
                "pooled gradients");
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t cases = argc > 1 ? std::atoi(argv[1]) : 200;
  const auto upTo = [](int64_t most) { return static_cast<int64_t>(generator() % most) + 1; };
  for (int64_t i = 0; i < cases; ++i) {
    const bool wide = i % 8 == 7;  // many channels on few pixels
    const int64_t side = wide ? 5 : 33, channels = wide ? 300 : 40;
    const int64_t n = upTo(5), h = upTo(side), w = upTo(side), c = upTo(channels),
                  k = upTo(channels);
    checkConvolution({n, h, w, c, k, h, w, Window::dense});
    checkConvolution({n, h, w, c, k, (h + 1) / 2, (w + 1) / 2, Window::strided});
  }
  std::printf("%s: %ld shapes, %d failures\n", KERNELS.name, cases, failures);
  return failures > 0;
}
