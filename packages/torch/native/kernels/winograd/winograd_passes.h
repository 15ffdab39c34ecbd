// The forward pass, built from transforms and products: a block of tiles goes through all its stages
// while it lies in the cache; no transformed tensor ever reaches main memory. And the table of all
// passes.
#pragma once

#include "kernels/vectors/fma_peak.h"
#include "kernels/vectors/gemm.h"
#include "kernels/winograd/filters.h"
#include "kernels/winograd/finish.h"
#include "kernels/winograd/prefetch.h"
#include "kernels/winograd/weight_sums.h"

namespace {

using ocelli::Share;
using ocelli::WorkQueue;

// Half a megabyte for the patches of a block of tiles and half of that for the products that wait to be
// mapped back: with the filters of the moment they fit a second-level cache of one megabyte. Measured: half
// or twice of either changes a layer by 5 % at most.
constexpr int64_t kPatchFloats = int64_t{1} << 17, kProductFloats = kPatchFloats / 2;

// An area with more filters than this gets them from main memory.
constexpr int64_t kNearFilters = int64_t{3} << 20;

struct ForwardPlan {
  int64_t tiles;   // of a block at most, a multiple of kRows
  int64_t panels;  // of output channels that are multiplied before they are mapped back
  int64_t patchStride, productStride;  // floats between points

  // Fewer groups of rows than ask for the next filters would read them too often, more than eight gain
  // nothing, and filters that lie far away are read as seldom as that allows.
  ForwardPlan(const ConvShape& s, const Area& a) {
    constexpr int64_t kMost = 8;
    const int64_t groups = groupsOf(s);
    const int64_t rowGroups = kPatchFloats / (a.points() * groups * kLanes * kRows);
    const int64_t least = filterSize(s, a) > kNearFilters ? kMost : kAheadParts;
    tiles = std::clamp(rowGroups, least, kMost) * kRows;
    panels = std::clamp<int64_t>(kProductFloats / (a.points() * tiles * kPanel), 1, panelsOf(s));
    patchStride = tiles * groups * kLanes + kSkew;
    productStride = tiles * panels * kPanel + kSkew;
  }
  int64_t scratch(const Area& a) const { return a.points() * (patchStride + productStride); }
};

inline int64_t forwardScratch(const ConvShape& s, const Area& a) {
  return ForwardPlan(s, a).scratch(a);
}

// Blocks of at most as many tiles as planned, as many for every thread.
inline int64_t forwardBlocks(const ConvShape& s, const Area& a, int64_t threads) {
  return ceilDiv(a.tilesOf(s), ForwardPlan(s, a).tiles * threads) * threads;
}

// Nearly equal blocks; where a thread has several, of whole groups of rows. None lies behind the last.
inline Range blockAt(const WorkQueue& blocks, int64_t index, int64_t tiles) {
  if (index >= blocks.pieces()) return {tiles, tiles};
  const int64_t rows = blocks.pieces() > blocks.threads() ? kRows : 1;
  const Range groups = ocelli::part(ceilDiv(tiles, rows), index, blocks.pieces());
  return {std::min(groups.begin * rows, tiles), std::min(groups.end * rows, tiles)};
}

// Mapping tiles of seven or eight outputs back enlarges the rounding of their sums most.
inline Depth depthOf(const ConvShape& s, const Area& a) {
  const bool large = a.window == Window::dense && std::max(a.height, a.width) > 6;
  return {groupsOf(s), (large ? kTerms : 4 * kTerms) / kLanes};
}

template <typename Scheme>
inline void transformBlock(const ConvShape& s, const Area& a, const ForwardPlan& plan,
                           const Source& input, Range tiles, float* patches) {
  const int64_t groups = groupsOf(s);
  const Area inputs = inputsOf(a);
  forRuns(inputs, tiles, [&](int64_t t, Tile place, int64_t count) {
    const RunOfTiles run = inputRun(a, inputs, place, count);
    for (int64_t g = 0; g < groups; ++g) {
      transformRun<Scheme::template Input, Scheme::kMost>(
          input, run, g * kLanes, plan.patchStride, [&](int64_t i) {
            const int64_t row = t + i - tiles.begin;
            return patches + (row / kRows * groups + g) * kRows * kLanes + row % kRows * kLanes;
          });
    }
  });
}

inline void multiplyBlock(const ConvShape& s, const Area& a, const ForwardPlan& plan,
                          const float* patches, const float* transformed, int64_t tiles,
                          Range panels, float* products, PixelPrefetch& inputs,
                          PixelPrefetch& outputs) {
  const int64_t groups = groupsOf(s);
  const Depth depth = depthOf(s, a);
  const auto filtersAt = [&](int64_t p, int64_t panel) {
    return transformed + panel * panelSize(s, a) + filterPoint(a, p) * filterStride(s);
  };
  for (int64_t p = 0; p < a.points(); ++p) {
    for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
      const float* filters = filtersAt(p, panel);
      const bool last = panel + 1 == panels.end;
      const float* next = filtersAt(last ? p + 1 : p, last ? panels.begin : panel + 1);
      float* out = products + p * plan.productStride + (panel - panels.begin) * plan.tiles * kPanel;
      for (int64_t t = 0; t < tiles; t += kRows) {
        const float* ahead = next + t / kRows % kAheadParts * groups * kLanes * (kPanel / kAheadParts);
        multiplyTiles(std::min<int64_t>(kRows, tiles - t),
                      patches + p * plan.patchStride + t * groups * kLanes, filters, depth, ahead,
                      out + t * kPanel);
        inputs.step<false>();
        outputs.step<true>();
      }
    }
  }
}

template <typename Scheme>
inline void finishBlock(const ConvShape& s, const Area& a, const ForwardPlan& plan,
                        const float* products, Range tiles, Range panels, const Finish& finish) {
  const int64_t end = std::min(s.k, panels.end * kPanel);
  Vec outputs[kMostOutputs * kMostOutputs];
  for (int64_t t = tiles.begin; t < tiles.end; ++t) {
    const Tile corner = tileAt(a, t);
    const float* points = products + (t - tiles.begin) * kPanel;
    const Square square{outputs, corner, std::min(a.height, a.bottom - corner.y),
                        std::min(a.width, a.right - corner.x)};
    for (int64_t k = panels.begin * kPanel; k < end; k += kLanes) {
      const int64_t i = k - panels.begin * kPanel;
      transformBack<Scheme>(a, points + i / kPanel * plan.tiles * kPanel + i % kPanel,
                            plan.productStride, outputs);
      if (end - k >= kLanes) {
        finishSquare(finish, s, square, k, AllLanes{});
      } else {
        finishSquare(finish, s, square, k, end - k);
      }
    }
  }
}

// Pixels of the `next` tiles are asked for on the way.
template <typename Scheme>
inline void forwardBlock(const ConvShape& s, const Area& a, const Picture& picture,
                         const float* transformed, Range tiles, Range next, const Finish& finish,
                         float* scratch) {
  const ForwardPlan plan(s, a);
  const Source input{picture, s.h, s.w, s.c};
  const Source output{{finish.output, finish.winners}, s.outH, s.outW, s.k};
  float* patches = scratch;
  float* products = patches + a.points() * plan.patchStride;
  const int64_t productsPerPanel = a.points() * ceilDiv(tiles.size(), kRows);
  transformBlock<Scheme>(s, a, plan, input, tiles, patches);
  PixelPrefetch inputs(input, inputsOf(a), {0, s.c}, next, productsPerPanel * panelsOf(s));
  for (int64_t k = 0; k < panelsOf(s); k += plan.panels) {
    const Range panels{k, std::min(k + plan.panels, panelsOf(s))};
    const Range channels{k * kPanel, std::min(panels.end * kPanel, s.k)};
    PixelPrefetch outputs(output, a, channels, tiles, productsPerPanel * panels.size());
    multiplyBlock(s, a, plan, patches, transformed, tiles.size(), panels, products, inputs,
                  outputs);
    finishBlock<Scheme>(s, a, plan, products, tiles, panels, finish);
  }
}

template <typename Scheme>
inline void forward(const ConvShape& s, const Area& a, const Picture& picture,
                    const float* transformed, const Share& share, const Finish& finish,
                    float* scratch) {
  WorkQueue& blocks = share.blocks;
  for (int64_t index = share.thread; index < blocks.pieces();) {
    const int64_t next = blocks.take(), tiles = a.tilesOf(s);
    Finish finishHere = finish;
    finishHere.moments = finish.moments.after(index * s.k);
    forwardBlock<Scheme>(s, a, picture, transformed, blockAt(blocks, index, tiles),
                         blockAt(blocks, next, tiles), finishHere, scratch);
    index = next;
  }
}

// ---- by the way the window moves ------------------------------------------------------------------

template <typename F>
inline void withScheme(Window window, const F& f) {
  if (window == Window::dense) return f(Dense{});
  if (window == Window::strided) return f(Strided{});
  f(Spread{});
}

inline void transformFiltersOf(const ConvShape& s, const Areas& areas, const float* weight,
                               FilterStrides at, Range blocks, float* transformed) {
  withScheme(s.window, [&](auto scheme) {
    transformFilters<decltype(scheme)>(s, areas, weight, at, blocks, transformed);
  });
}

inline void forwardOf(const ConvShape& s, const Area& a, const Picture& picture,
                      const float* transformed, const Share& share, const Finish& finish,
                      float* scratch) {
  withScheme(s.window, [&](auto scheme) {
    forward<decltype(scheme)>(s, a, picture, transformed, share, finish, scratch);
  });
}

// Never asked of `spread`, which is itself a gradient.
inline void weightPointsOf(const ConvShape& s, const Area& a, const WeightOperands& operands,
                           const WeightBlock& block, Range tiles) {
  const auto run = s.window == Window::dense ? weightPoints<Dense> : weightPoints<Strided>;
  run(s, a, operands, block, tiles);
}

inline void finishWeightsOf(const ConvShape& s, const Area& a, const float* sums, int64_t parts,
                            int64_t stride, Range blocks, bool add, float* weight,
                            FilterStrides at) {
  const auto run = s.window == Window::dense ? finishWeights<Dense> : finishWeights<Strided>;
  run(s, a, sums, parts, stride, blocks, add, weight, at);
}

constexpr ocelli::WinogradKernels makeKernels(const char* name) {
  return {name,
          multiplyAdds,
          filterSize,
          forwardScratch,
          weightScratch,
          filterBlocksOf,
          transformFiltersOf,
          forwardBlocks,
          forwardOf,
          weightPointsOf,
          weightProducts,
          weightSums,
          finishWeightsOf};
}

}  // namespace
