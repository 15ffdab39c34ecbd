// The passes, built from transforms and products: a block of tiles goes through all its stages
// while it lies in the second-level cache; no transformed tensor ever reaches main memory.
#pragma once

#include "prefetch.h"
#include "winograd_gemm.h"
#include "winograd_tiles.h"

namespace {

using ocelli::FilterStrides;

// Points lie this many floats further apart than they need, or all 36 would share a cache set.
constexpr int64_t kSkew = 5 * 16;

// Half a megabyte each for the patches and for the products of a block of tiles: together with the
// filters of the moment they fit the second-level cache. Measured: a factor of two changes nothing.
constexpr int64_t kBlockFloats = int64_t{1} << 17;

inline int64_t groupsOf(const ConvShape& s) { return ceilDiv(s.c, kLanes); }
inline int64_t panelsOf(const ConvShape& s) { return ceilDiv(s.k, kPanel); }
inline int64_t panelSize(const ConvShape& s) { return kPoints * groupsOf(s) * kLanes * kPanel; }
inline int64_t filterSize(const ConvShape& s) { return panelsOf(s) * panelSize(s); }

// ---- filters ------------------------------------------------------------------------------------

// One lane per output channel; lanes beyond the last channel are zero.
inline void gatherFilters(const float* weight, FilterStrides at, int64_t count, Vec taps[9]) {
  float lanes[9][kLanes] = {};
  for (int64_t lane = 0; lane < count; ++lane) {
    const float* filter = weight + lane * at.k;
    for (int tap = 0; tap < 9; ++tap) lanes[tap][lane] = filter[tap / 3 * at.y + tap % 3 * at.x];
  }
  for (int tap = 0; tap < 9; ++tap) taps[tap] = load(lanes[tap]);
}

// G g G', stored panel by panel, point by point: (channels x kPanel), as multiplyTile reads it.
inline void transformFilters(const ConvShape& s, const float* weight, FilterStrides at,
                             Range panels, float* transformed) {
  const int64_t pointStride = groupsOf(s) * kLanes * kPanel;
  for (int64_t k = panels.begin * kPanel; k < panels.end * kPanel; k += kLanes) {
    const int64_t lanes = std::clamp<int64_t>(s.k - k, 0, kLanes);
    float* out = transformed + k / kPanel * panelSize(s) + k % kPanel;
    for (int64_t c = 0; c < groupsOf(s) * kLanes; ++c, out += kPanel) {
      Vec taps[9], points[kPoints];
      gatherFilters(weight + k * at.k + c * at.c, at, c < s.c ? lanes : 0, taps);
      squareMap<3, kPatch>(taps, points, filterMap<Vec>);
      for (int p = 0; p < kPoints; ++p) store(out + p * pointStride, points[p]);
    }
  }
}

// ---- forward ------------------------------------------------------------------------------------

struct ForwardPlan {
  int64_t tiles;   // of a block, a multiple of kRows
  int64_t panels;  // of output channels that are multiplied before they are mapped back
  int64_t patchStride, productStride;  // floats between points

  // Fewer than four groups of rows would read the filters too often, more than eight gain nothing.
  explicit ForwardPlan(const ConvShape& s) {
    const int64_t groups = groupsOf(s);
    const int64_t rowGroups = kBlockFloats / (kPoints * groups * kLanes * kRows);
    tiles = std::clamp<int64_t>(rowGroups, 4, 8) * kRows;
    panels = std::clamp<int64_t>(kBlockFloats / (kPoints * tiles * kPanel), 1, panelsOf(s));
    patchStride = tiles * groups * kLanes + kSkew;
    productStride = tiles * panels * kPanel + kSkew;
  }
  int64_t blank(const ConvShape& s) const { return groupsOf(s) * kLanes; }
  int64_t scratch(const ConvShape& s) const {
    return blank(s) + kPoints * (patchStride + productStride);
  }
};

inline int64_t forwardScratch(const ConvShape& s) { return ForwardPlan(s).scratch(s); }

inline void transformBlock(const ConvShape& s, const ForwardPlan& plan, const float* input,
                           Range tiles, const float* blank, float* patches) {
  const int64_t groups = groupsOf(s);
  for (int64_t t = tiles.begin; t < tiles.end; ++t) {
    const int64_t i = t - tiles.begin;
    float* out = patches + i / kRows * kRows * groups * kLanes + i % kRows * kLanes;
    transformPatch(s, input, tileAt(s, t), {0, groups}, blank, out, kRows * kLanes,
                   plan.patchStride);
  }
}

inline void multiplyBlock(const ConvShape& s, const ForwardPlan& plan, const float* patches,
                          const float* transformed, int64_t tiles, Range panels, float* products,
                          PixelPrefetch& inputs, PixelPrefetch& outputs) {
  const int64_t groups = groupsOf(s);
  for (int p = 0; p < kPoints; ++p) {
    for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
      const float* filters = transformed + panel * panelSize(s) + p * groups * kLanes * kPanel;
      float* out = products + p * plan.productStride + (panel - panels.begin) * plan.tiles * kPanel;
      for (int64_t t = 0; t < tiles; t += kRows) {
        multiplyTiles(std::min<int64_t>(kRows, tiles - t),
                      patches + p * plan.patchStride + t * groups * kLanes, filters, groups,
                      out + t * kPanel);
        inputs.step<false>();
        outputs.step<true>();
      }
    }
  }
}

inline void writeBlock(const ConvShape& s, const ForwardPlan& plan, const float* products,
                       Range tiles, Range panels, float* output) {
  const int64_t end = std::min(s.k, panels.end * kPanel);
  for (int64_t t = tiles.begin; t < tiles.end; ++t) {
    const Tile tile = tileAt(s, t);
    const float* points = products + (t - tiles.begin) * kPanel;
    for (int64_t k = panels.begin * kPanel; k < end; k += kLanes) {
      const int64_t i = k - panels.begin * kPanel;
      writeOutputs(s, points + i / kPanel * plan.tiles * kPanel + i % kPanel, plan.productStride,
                   tile, k, output);
    }
  }
}

inline void forward(const ConvShape& s, const float* input, const float* transformed, Range tiles,
                    float* output, float* scratch) {
  const ForwardPlan plan(s);
  float* blank = std::fill_n(scratch, plan.blank(s), 0.0f) - plan.blank(s);
  float* patches = blank + plan.blank(s);
  float* products = patches + kPoints * plan.patchStride;
  for (int64_t t = tiles.begin; t < tiles.end; t += plan.tiles) {
    const Range block{t, std::min(t + plan.tiles, tiles.end)};
    const Range next{block.end, std::min(block.end + plan.tiles, tiles.end)};
    const int64_t productsPerPanel = kPoints * ceilDiv(block.size(), kRows);
    transformBlock(s, plan, input, block, blank, patches);
    PixelPrefetch inputs(s, input, s.c, {0, s.c}, next, productsPerPanel * panelsOf(s));
    for (int64_t k = 0; k < panelsOf(s); k += plan.panels) {
      const Range panels{k, std::min(k + plan.panels, panelsOf(s))};
      const Range channels{k * kPanel, std::min(panels.end * kPanel, s.k)};
      PixelPrefetch outputs(s, output, s.k, channels, block, productsPerPanel * panels.size());
      multiplyBlock(s, plan, patches, transformed, block.size(), panels, products, inputs, outputs);
      writeBlock(s, plan, products, block, panels, output);
    }
  }
}

// ---- weight gradient ----------------------------------------------------------------------------

struct WeightPlan {
  int64_t tiles, patchStride, gradientStride;

  explicit WeightPlan(const ConvShape& s) {
    const int64_t width = groupsOf(s) * kLanes + panelsOf(s) * kPanel;
    tiles = std::clamp<int64_t>(kBlockFloats / (kPoints * width), 64, 128);
    patchStride = tiles * groupsOf(s) * kLanes + kSkew;
    gradientStride = tiles * panelsOf(s) * kPanel + kSkew;
  }
  int64_t blank(const ConvShape& s) const {
    return std::max(groupsOf(s) * kLanes, panelsOf(s) * kPanel);
  }
  int64_t scratch(const ConvShape& s) const {
    return blank(s) + kPoints * (patchStride + gradientStride);
  }
};

inline int64_t weightScratch(const ConvShape& s) { return WeightPlan(s).scratch(s); }

template <bool Accumulate>
void addBlock(const ConvShape& s, const WeightPlan& plan, const float* patches,
              const float* gradients, int64_t tiles, Range groups, float* sums,
              PixelPrefetch& inputs, PixelPrefetch& outputs) {
  const int64_t channels = groupsOf(s) * kLanes;
  for (int p = 0; p < kPoints; ++p) {
    for (int64_t panel = 0; panel < panelsOf(s); ++panel) {
      const float* right = gradients + p * plan.gradientStride + panel * plan.tiles * kPanel;
      float* out = sums + panel * panelSize(s) + p * channels * kPanel;
      for (int64_t c = groups.begin * kLanes; c < groups.end * kLanes; c += kGradRows) {
        const int64_t group = c / kLanes - groups.begin;
        const float* left =
            patches + p * plan.patchStride + group * plan.tiles * kLanes + c % kLanes;
        multiplyGradients<Accumulate>(left, right, tiles, out + c * kPanel);
        inputs.step<false>();
        outputs.step<false>();
      }
    }
  }
}

inline void weightSums(const ConvShape& s, const float* input, const float* gradient, Range tiles,
                       Range groups, float* sums, float* scratch) {
  const WeightPlan plan(s);
  float* blank = std::fill_n(scratch, plan.blank(s), 0.0f) - plan.blank(s);
  float* patches = blank + plan.blank(s);
  float* gradients = patches + kPoints * plan.patchStride;
  for (int64_t begin = tiles.begin; begin < tiles.end; begin += plan.tiles) {
    const int64_t count = std::min(plan.tiles, tiles.end - begin);
    for (int64_t i = 0; i < count; ++i) {
      const Tile tile = tileAt(s, begin + i);
      transformPatch(s, input, tile, groups, blank, patches + i * kLanes, plan.tiles * kLanes,
                     plan.patchStride);
      transformGradient(s, gradient, tile, blank, gradients + i * kPanel, plan.tiles * kPanel,
                        plan.gradientStride);
    }
    const auto add = begin == tiles.begin ? addBlock<false> : addBlock<true>;
    const Range next{begin + count, std::min(begin + count + plan.tiles, tiles.end)};
    const Range channels{groups.begin * kLanes, std::min(groups.end * kLanes, s.c)};
    const int64_t steps = kPoints * panelsOf(s) * groups.size() * (kLanes / kGradRows);
    PixelPrefetch inputs(s, input, s.c, channels, next, steps);
    PixelPrefetch outputs(s, gradient, s.k, {0, s.k}, next, steps);
    add(s, plan, patches, gradients, count, groups, sums, inputs, outputs);
  }
}

inline void scatterFilters(float* weight, FilterStrides at, int64_t count, const Vec taps[9]) {
  float lanes[9][kLanes];
  for (int tap = 0; tap < 9; ++tap) store(lanes[tap], taps[tap]);
  for (int64_t lane = 0; lane < count; ++lane) {
    float* filter = weight + lane * at.k;
    for (int tap = 0; tap < 9; ++tap) filter[tap / 3 * at.y + tap % 3 * at.x] = lanes[tap][lane];
  }
}

inline void finishWeights(const ConvShape& s, const float* sums, int64_t parts, int64_t stride,
                          Range panels, float* weight, FilterStrides at) {
  const int64_t pointStride = groupsOf(s) * kLanes * kPanel;
  const int64_t end = std::min(s.k, panels.end * kPanel);
  for (int64_t k = panels.begin * kPanel; k < end; k += kLanes) {
    for (int64_t c = 0; c < s.c; ++c) {
      const float* in = sums + k / kPanel * panelSize(s) + c * kPanel + k % kPanel;
      Vec points[kPoints], taps[9];
      for (int p = 0; p < kPoints; ++p) points[p] = load(in + p * pointStride);
      for (int64_t part = 1; part < parts; ++part) {
        for (int p = 0; p < kPoints; ++p) points[p] += load(in + part * stride + p * pointStride);
      }
      squareMap<kPatch, 3>(points, taps, filterGradientMap<Vec>);
      scatterFilters(weight + k * at.k + c * at.c, at, std::min<int64_t>(kLanes, s.k - k), taps);
    }
  }
}

constexpr ocelli::WinogradKernels makeKernels(const char* name) {
  return {name,       filterSize, forwardScratch, weightScratch, panelsOf,   transformFilters,
          tilesOf,    forward,    groupsOf,       weightSums,    finishWeights};
}

}  // namespace
