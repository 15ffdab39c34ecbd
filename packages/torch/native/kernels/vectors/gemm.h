// The two register-blocked products. Both keep a tile of the result in registers over the whole
// depth; the operands are laid out so that every load is contiguous or a broadcast at a constant
// distance, which needs one address register however many rows there are. Their loops are unrolled:
// where two threads share a core, each has half of the instructions it can issue, and a loop around
// twelve multiply-adds would take a fifth of them.
#pragma once

#include <algorithm>

#include "kernels/vectors/vec.h"

namespace {

constexpr int kUnrolled = 8;

// As many products ask for a panel of filters together, each for a part: to ask for a line that is
// there already costs the second-level cache as much as to read it.
constexpr int kAheadParts = 4;

// The rounding of a sum grows as the root of the number of terms that are added in turn. Where that is too
// much a sum is begun anew after so many terms, and the sums are added up: for products with filters
// that costs 4 %.
constexpr int kTerms = 64;
static_assert(kTerms % kLanes == 0 && kTerms % kUnrolled == 0);

// How many vectors of channels there are, and after how many a sum is begun anew.
struct Depth {
  int64_t vectors, inTurn;
};

// Adds sums to those in memory, or writes them.
template <int Rows>
[[gnu::always_inline]] inline void keepSums(const Vec (&sum)[Rows][2], bool add, float* sums) {
#pragma GCC unroll 16
  for (int row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      float* at = sums + row * kPanel + half * kLanes;
      store(at, add ? load(at) + sum[row][half] : sum[row][half]);
    }
  }
}

// sum += patches * filters, of one vector of channels. On the way it asks for its share of `ahead`.
template <int Rows>
[[gnu::always_inline]] inline void addChannels(const float* patches, const float* filters,
                                               const float* ahead, Vec (&sum)[Rows][2]) {
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
}

// result (Rows x kPanel, contiguous) = patches (Rows x depth) * filters (depth x kPanel).
// `patches` holds blocks of kLanes channels: kRows tiles by kLanes floats each. `ahead` is a
// part of the filters that are read next: those from the third-level cache would otherwise cost a tenth
// of the time.
template <int Rows>
void multiplyTile(const float* patches, const float* filters, Depth depth, const float* ahead,
                  float* result) {
  for (int64_t first = 0; first < depth.vectors; first += depth.inTurn) {
    Vec sum[Rows][2] = {};
    for (int64_t left = std::min(depth.inTurn, depth.vectors - first); left > 0; --left) {
      addChannels(patches, filters, ahead, sum);
      filters += kLanes * kPanel;
      ahead += kLanes * kPanel / kAheadParts;
      patches += kRows * kLanes;
    }
    keepSums(sum, first > 0, result);
  }
}

// Picks the kernel for a last group with fewer rows.
template <int Rows = kRows>
void multiplyTiles(int64_t rows, const float* patches, const float* filters, Depth depth,
                   const float* ahead, float* result) {
  if (rows == Rows) return multiplyTile<Rows>(patches, filters, depth, ahead, result);
  if constexpr (Rows > 1) multiplyTiles<Rows - 1>(rows, patches, filters, depth, ahead, result);
}

// The same for filters that stay in the first-level cache, with sums in one go.
inline void multiplyTiles(int64_t rows, const float* patches, const float* filters,
                          int64_t vectors, float* result) {
  multiplyTiles<kRows>(rows, patches, filters, {vectors, vectors}, filters, result);
}

// sum += patches of one tile * its gradients.
[[gnu::always_inline]] inline void addTile(const float* patches, const float* gradients,
                                           Vec (&sum)[kGradRows][2]) {
  const Vec left = load(gradients), right = load(gradients + kLanes);
#pragma GCC unroll 16
  for (int row = 0; row < kGradRows; ++row) {
    const Vec patch = broadcast(patches[row]);
    sum[row][0] = multiplyAdd(sum[row][0], patch, left);
    sum[row][1] = multiplyAdd(sum[row][1], patch, right);
  }
}

// sums (kGradRows channels x kPanel) = or, if `add`, += the sum over tiles of
// patches (tile, channel) * gradients. `patches` holds kLanes floats a tile, `gradients` kPanel floats.
inline void multiplyGradients(const float* patches, const float* gradients, int64_t tiles, bool add,
                              float* sums) {
  for (; tiles > 0; tiles -= kTerms, add = true) {
    Vec sum[kGradRows][2] = {};
    int64_t left = std::min<int64_t>(tiles, kTerms);
    for (; left >= kUnrolled; left -= kUnrolled) {
#pragma GCC unroll kUnrolled
      for (int tile = 0; tile < kUnrolled; ++tile) {
        addTile(patches + tile * kLanes, gradients + tile * kPanel, sum);
      }
      patches += kUnrolled * kLanes;
      gradients += kUnrolled * kPanel;
    }
    for (int64_t tile = 0; tile < left; ++tile) {
      addTile(patches + tile * kLanes, gradients + tile * kPanel, sum);
    }
    keepSums(sum, add, sums);
  }
}

}  // namespace
