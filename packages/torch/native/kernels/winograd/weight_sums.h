// The weight gradient: a block of tiles is mapped to points, then the points of the pixels are
// multiplied with those of the gradients and added to sums, which are mapped back to filters last.
#pragma once

#include "kernels/vectors/gemm.h"
#include "kernels/winograd/filters.h"
#include "kernels/winograd/prefetch.h"

namespace {

using ocelli::WeightBlock;
using ocelli::WeightOperands;

static_assert(ocelli::kTilesAtOnce == kTerms);

// How the points of a block lie in memory: those of the pixels, then those of the gradients.
struct WeightPlan {
  int64_t tiles;                        // for which there is room
  int64_t patchStride, gradientStride;  // floats between points

  WeightPlan(const ConvShape& s, int64_t tiles)
      : tiles(tiles),
        patchStride(tiles * groupsOf(s) * kLanes + kSkew),
        gradientStride(tiles * panelsOf(s) * kPanel + kSkew) {}
};

inline int64_t weightScratch(const ConvShape& s, const Area& a, int64_t tiles) {
  const WeightPlan plan(s, tiles);
  return a.points() * (plan.patchStride + plan.gradientStride);
}

inline float* gradientPoints(const Area& a, const WeightPlan& plan, const WeightBlock& block) {
  return block.points + a.points() * plan.patchStride;
}

inline Source inputOf(const ConvShape& s, const WeightOperands& operands) {
  return {{operands.input, nullptr}, s.h, s.w, s.c};
}
inline Source gradientOf(const ConvShape& s, const WeightOperands& operands) {
  return {operands.gradient, s.outH, s.outW, s.k};
}

// B' d B of all input channels, and A dY A' of all output channels.
template <typename Scheme>
inline void weightPoints(const ConvShape& s, const Area& a, const WeightOperands& operands,
                         const WeightBlock& block, Range tiles) {
  const WeightPlan plan(s, block.most);
  const Source input = inputOf(s, operands), gradient = gradientOf(s, operands);
  const Area inputs = inputsOf(a);
  float* gradients = gradientPoints(a, plan, block);
  forRuns(a, tiles, [&](int64_t t, Tile corner, int64_t count) {
    const int64_t row = t - block.tiles.begin;
    const RunOfTiles pixels = inputRun(a, inputs, tileAt(inputs, t), count);
    for (int64_t g = 0; g < groupsOf(s); ++g) {
      float* out = block.points + g * plan.tiles * kLanes + row * kLanes;
      transformRun<Scheme::template Input, Scheme::kMost>(
          input, pixels, g * kLanes, plan.patchStride, [&](int64_t i) { return out + i * kLanes; });
    }
    const RunOfTiles outputs{corner, count, a.sizeY(), a.sizeX(), a.pointsY(), a.width, 0};
    for (int64_t k = 0; k < panelsOf(s) * kPanel; k += kLanes) {
      float* out = gradients + k / kPanel * plan.tiles * kPanel + row * kPanel + k % kPanel;
      transformRun<Scheme::template OutputGradient, Scheme::kMost>(
          gradient, outputs, k, plan.gradientStride, [&](int64_t i) { return out + i * kPanel; });
    }
  });
}

// A product is one filter point of one panel of output channels, with all input channels.
inline int64_t weightProducts(const ConvShape& s, const Area& a) {
  return a.filterPoints() * panelsOf(s);
}

// Asks for the pixels of the next tiles, a little after each register tile.
struct PairPrefetch {
  PixelPrefetch inputs, gradients;

  PairPrefetch(const ConvShape& s, const Area& a, const WeightOperands& operands, Range next,
               int64_t steps)
      : inputs(inputOf(s, operands), inputsOf(a), {0, s.c}, next, steps),
        gradients(gradientOf(s, operands), a, {0, s.k}, next, steps) {}
  void step() {
    inputs.step<false>();
    gradients.step<false>();
  }
};

// Large sums lie in the third-level cache or beyond: they are asked for this many products before.
constexpr int64_t kSumsAhead = 8;

// Asks for the sums of one product.
inline void prefetchSums(const float* sums) {
  for (int i = 0; i < kGradRows * kPanel; i += kLineFloats) __builtin_prefetch(sums + i, 1, 2);
}

// Adds the products of one point, or writes them if not `add`.
inline void addPoint(const ConvShape& s, const Area& a, const WeightBlock& block, int64_t point,
                     Range panels, bool add, float* sums, PairPrefetch& prefetch) {
  const WeightPlan plan(s, block.most);
  const float* patches = block.points + point * plan.patchStride;
  const float* gradients = gradientPoints(a, plan, block) + point * plan.gradientStride;
  float* filter = sums + filterPoint(a, point) * filterStride(s);
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    const float* right = gradients + panel * plan.tiles * kPanel;
    float* out = filter + panel * panelSize(s, a);
    for (int64_t c = 0; c < groupsOf(s) * kLanes; c += kGradRows) {
      const float* left = patches + c / kLanes * plan.tiles * kLanes + c % kLanes;
      prefetchSums(out + (c + kSumsAhead * kGradRows) * kPanel);
      multiplyGradients(left, right, block.tiles.size(), add, out + c * kPanel);
      prefetch.step();
    }
  }
}

inline void weightSums(const ConvShape& s, const Area& a, const WeightOperands& operands,
                       const WeightBlock& block, Range products, Range next, float* sums) {
  PairPrefetch prefetch(s, a, operands, next,
                        products.size() * groupsOf(s) * (kLanes / kGradRows));
  for (int64_t filter = products.begin / panelsOf(s); filter * panelsOf(s) < products.end; ++filter) {
    const int64_t first = filter * panelsOf(s);
    const Range panels{std::max<int64_t>(products.begin - first, 0),
                       std::min(products.end - first, panelsOf(s))};
    forPointsOf(a, filter, [&](int64_t point, bool isFirst) {
      addPoint(s, a, block, point, panels, !block.first || !isFirst, sums, prefetch);
    });
  }
}

}  // namespace
