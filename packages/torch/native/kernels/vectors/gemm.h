// The two register-blocked products. Both keep a tile of the result in registers over the whole
// depth; the operands are laid out so that every load is contiguous or a broadcast at a constant
// distance, which needs one address register however many rows there are.
#pragma once

#include "kernels/vectors/vec.h"

namespace {

// result (Rows x kPanel, contiguous) = patches (Rows x depth) * filters (depth x kPanel).
// `patches` holds blocks of kLanes channels: kRows tiles by kLanes floats each. `ahead` is what will
// be read soon: filters from the third-level cache would otherwise cost a tenth of the time.
template <int Rows>
void multiplyTile(const float* patches, const float* filters, int64_t channelBlocks,
                  const float* ahead, float* result) {
  Vec sum[Rows][2] = {};
  for (int64_t block = 0; block < channelBlocks; ++block) {
    for (int channel = 0; channel < kLanes; ++channel) {
      const Vec left = load(filters), right = load(filters + kLanes);
#pragma GCC unroll 16
      for (int row = 0; row < Rows; ++row) {
        const Vec patch = broadcast(patches[row * kLanes + channel]);
        sum[row][0] += patch * left;
        sum[row][1] += patch * right;
      }
      filters += kPanel;
      __builtin_prefetch(ahead, 0, 2);
      ahead += kPanel / 2;
    }
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
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const Vec left = load(gradients), right = load(gradients + kLanes);
#pragma GCC unroll 16
    for (int row = 0; row < kGradRows; ++row) {
      const Vec patch = broadcast(patches[row]);
      sum[row][0] += patch * left;
      sum[row][1] += patch * right;
    }
    patches += kLanes;
    gradients += kPanel;
  }
#pragma GCC unroll 16
  for (int row = 0; row < kGradRows; ++row) {
    store(sums + row * kPanel, sum[row][0]);
    store(sums + row * kPanel + kLanes, sum[row][1]);
  }
}

}  // namespace
