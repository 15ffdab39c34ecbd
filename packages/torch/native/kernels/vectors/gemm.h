// The two register-blocked products. Both keep a tile of the result in registers over the whole
// depth; the operands are laid out so that every load is contiguous or a broadcast at a constant
// distance, which needs one address register however many rows there are. Their loops are unrolled:
// where two threads share a core, each has half of the instructions it can issue, and a loop around
// twelve multiply-adds would take a fifth of them.
#pragma once

#include "kernels/vectors/vec.h"

namespace {

constexpr int kUnrolled = 8;

// As many products ask for a panel of filters together, each for a part: to ask for a line that is
// there already costs the second-level cache as much as to read it.
constexpr int kAheadParts = 4;

// result (Rows x kPanel, contiguous) = patches (Rows x depth) * filters (depth x kPanel).
// `patches` holds blocks of kLanes channels: kRows tiles by kLanes floats each. `ahead` is a
// part of the filters that are read next: those from the third-level cache would otherwise cost a tenth
// of the time.
template <int Rows>
void multiplyTile(const float* patches, const float* filters, int64_t channelBlocks,
                  const float* ahead, float* result) {
  Vec sum[Rows][2] = {};
  for (int64_t block = 0; block < channelBlocks; ++block) {
#pragma GCC unroll kUnrolled
    for (int channel = 0; channel < kLanes; ++channel) {
      const float* filter = filters + channel * kPanel;
      const Vec left = load(filter), right = load(filter + kLanes);
#pragma GCC unroll 16
      for (int row = 0; row < Rows; ++row) {
        const Vec patch = broadcast(patches[row * kLanes + channel]);
        sum[row][0] = multiplyAdd(sum[row][0], patch, left);
        sum[row][1] = multiplyAdd(sum[row][1], patch, right);
      }
      const int reach = channel * kPanel / kAheadParts;
      if (reach % kLineFloats == 0) __builtin_prefetch(ahead + reach, 0, 2);
    }
    filters += kLanes * kPanel;
    ahead += kLanes * kPanel / kAheadParts;
    patches += kRows * kLanes;
  }
#pragma GCC unroll 16
  for (int row = 0; row < Rows; ++row) {
    store(result + row * kPanel, sum[row][0]);
    store(result + row * kPanel + kLanes, sum[row][1]);
  }
}

// Picks the kernel for a last group with fewer rows.
template <int Rows = kRows>
void multiplyTiles(int64_t rows, const float* patches, const float* filters, int64_t channelBlocks,
                   const float* ahead, float* result) {
  if (rows == Rows) return multiplyTile<Rows>(patches, filters, channelBlocks, ahead, result);
  if constexpr (Rows > 1) {
    multiplyTiles<Rows - 1>(rows, patches, filters, channelBlocks, ahead, result);
  }
}

// The same for filters that stay in the first-level cache.
inline void multiplyTiles(int64_t rows, const float* patches, const float* filters,
                          int64_t channelBlocks, float* result) {
  multiplyTiles<kRows>(rows, patches, filters, channelBlocks, filters, result);
}

// sums (kGradRows channels x kPanel) += sum over tiles of patches (tile, channel) * gradients.
// `patches` holds kLanes floats a tile, `gradients` kPanel floats a tile.
template <bool Accumulate>
void multiplyGradients(const float* patches, const float* gradients, int64_t tiles, float* sums) {
  Vec sum[kGradRows][2];
#pragma GCC unroll 16
  for (int row = 0; row < kGradRows; ++row) {
    sum[row][0] = Accumulate ? load(sums + row * kPanel) : Vec{};
    sum[row][1] = Accumulate ? load(sums + row * kPanel + kLanes) : Vec{};
  }
  const auto add = [&](int tile) {
    const float* gradient = gradients + tile * kPanel;
    const Vec left = load(gradient), right = load(gradient + kLanes);
#pragma GCC unroll 16
    for (int row = 0; row < kGradRows; ++row) {
      const Vec patch = broadcast(patches[tile * kLanes + row]);
      sum[row][0] = multiplyAdd(sum[row][0], patch, left);
      sum[row][1] = multiplyAdd(sum[row][1], patch, right);
    }
  };
  for (; tiles >= kUnrolled; tiles -= kUnrolled) {
#pragma GCC unroll kUnrolled
    for (int tile = 0; tile < kUnrolled; ++tile) add(tile);
    patches += kUnrolled * kLanes;
    gradients += kUnrolled * kPanel;
  }
  for (int tile = 0; tile < tiles; ++tile) add(tile);
#pragma GCC unroll 16
  for (int row = 0; row < kGradRows; ++row) {
    store(sums + row * kPanel, sum[row][0]);
    store(sums + row * kPanel + kLanes, sum[row][1]);
  }
}

}  // namespace
