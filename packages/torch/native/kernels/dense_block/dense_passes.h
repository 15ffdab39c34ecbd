// The kernels of a dense block: products whose operand is normalised while it is packed, and whose
// result is consumed while it is in the first-level cache.
#pragma once

#include <algorithm>

#include "kernels/dense_block/dense.h"
#include "kernels/vectors/gemm.h"

namespace {

using ocelli::MomentsOfRange;
using ocelli::NormProduct;
using ocelli::NormProductGradient;
using ocelli::NormRelu;
using ocelli::PixelRows;
using ocelli::ProductShape;
using ocelli::Range;

// Pixels whose packed operands stay in the second-level cache together, and over which sums in single
// precision are safe.
constexpr int64_t kBlockPixels = 8 * kRows;
constexpr int64_t kChunk = 256;  // channels of the input that a block's products take at a time

inline Vec normRelu(Vec x, const NormRelu& norm, int64_t c) {
  const Vec z = x * load(norm.scale + c) + load(norm.shift + c);
  return z < 0.0f ? Vec{} : z;
}

inline void addTo(float* sums, Vec v) { store(sums, load(sums) + v); }

inline void emptyInto(double* total, float* sums, int64_t channels) {
  for (int64_t c = 0; c < channels; ++c) {
    total[c] += sums[c];
    sums[c] = 0;
  }
}

// Sums about the first pixel become mean and squared deviations.
inline void finishMoments(MomentsOfRange out, const float* origin, int64_t channels, int64_t pixels) {
  for (int64_t c = 0; c < channels; ++c) {
    const double sum = out.mean[c];
    out.squares[c] = std::max(out.squares[c] - sum * sum / pixels, 0.0);
    out.mean[c] = origin[c] + sum / pixels;
  }
}

// packed: panels of kPanel outputs, depth by kPanel each.
inline void pack(ProductShape s, const float* matrix, int64_t depthStride, int64_t outputStride,
                 Range depth, float* packed) {
  for (int64_t panel = 0; panel < s.outputs; panel += kPanel) {
    for (int64_t d = depth.begin; d < depth.end; ++d) {
      float* row = packed + panel * s.depth + d * kPanel;
      const float* from = matrix + d * depthStride + panel * outputStride;
      for (int64_t o = 0; o < kPanel; ++o) row[o] = from[o * outputStride];
    }
  }
}

inline void moments(PixelRows x, int64_t channels, Range pixels, MomentsOfRange out) {
  std::fill_n(out.mean, channels, 0.0);
  std::fill_n(out.squares, channels, 0.0);
  const float* origin = x.data + pixels.begin * x.stride;
  for (int64_t begin = pixels.begin; begin < pixels.end; begin += kBlockPixels) {
    const int64_t end = std::min(begin + kBlockPixels, pixels.end);
    for (int64_t c = 0; c < channels; c += kLanes) {
      Vec sum{}, square{};
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        const Vec d = load(x.data + pixel * x.stride + c) - load(origin + c);
        sum += d;
        square += d * d;
      }
      for (int lane = 0; lane < kLanes; ++lane) {
        out.mean[c + lane] += sum[lane];
        out.squares[c + lane] += square[lane];
      }
    }
  }
  finishMoments(out, origin, channels, pixels.size());
}

inline void apply(PixelRows x, NormRelu norm, int64_t channels, Range pixels, float* output) {
  for (int64_t pixel = pixels.begin; pixel < pixels.end; ++pixel) {
    const float* from = x.data + pixel * x.stride;
    float* to = output + pixel * channels;
    for (int64_t c = 0; c < channels; c += kLanes) store(to + c, normRelu(load(from + c), norm, c));
  }
}

// ---- forward ------------------------------------------------------------------------------------

// Into blocks of kLanes channels, kRows pixels by kLanes floats each.
inline void packRows(const NormProduct& p, int64_t pixel, int64_t rows, float* patches) {
  const float* from = p.input.data + pixel * p.input.stride;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < p.shape.depth; c += kLanes) {
      store(patches + c * kRows + row * kLanes, normRelu(load(from + row * p.input.stride + c), p.norm, c));
    }
  }
}

inline int64_t forwardScratch(ProductShape s) {
  return kRows * s.depth + kRows * kPanel + 3 * s.outputs;
}

// Writes a tile of the output and adds it to the sums of its channels about `origin`.
inline void finishTile(const float* tile, int64_t rows, const float* origin, float* output,
                       int64_t stride, float* sums, float* squares) {
  for (int64_t c = 0; c < kPanel; c += kLanes) {
    Vec sum{}, square{};
    for (int64_t row = 0; row < rows; ++row) {
      const Vec y = load(tile + row * kPanel + c), d = y - load(origin + c);
      store(output + row * stride + c, y);
      sum += d;
      square += d * d;
    }
    addTo(sums + c, sum);
    addTo(squares + c, square);
  }
}

inline void forward(const NormProduct& p, Range pixels, MomentsOfRange out, float* scratch) {
  const auto [depth, outputs] = p.shape;
  float *patches = scratch, *tile = patches + kRows * depth, *origin = tile + kRows * kPanel;
  float *sums = origin + outputs, *squares = sums + outputs;
  std::fill_n(sums, 2 * outputs, 0.0f);
  std::fill_n(out.mean, outputs, 0.0);
  std::fill_n(out.squares, outputs, 0.0);
  for (int64_t pixel = pixels.begin; pixel < pixels.end; pixel += kRows) {
    const int64_t rows = std::min<int64_t>(kRows, pixels.end - pixel);
    packRows(p, pixel, rows, patches);
    for (int64_t o = 0; o < outputs; o += kPanel) {
      multiplyTiles(rows, patches, p.packed + o * depth, depth / kLanes, tile);
      if (pixel == pixels.begin) std::copy_n(tile, kPanel, origin + o);
      finishTile(tile, rows, origin + o, p.output + pixel * outputs + o, outputs, sums + o,
                 squares + o);
    }
    if ((pixel - pixels.begin) % kBlockPixels != 0 && pixel + kRows < pixels.end) continue;
    emptyInto(out.mean, sums, outputs);
    emptyInto(out.squares, squares, outputs);
  }
  finishMoments(out, origin, outputs, pixels.size());
}

// ---- backward -----------------------------------------------------------------------------------

// The gradient of a ReLU's argument.
inline Vec throughRelu(Vec gradient, Vec x, const NormRelu& norm, int64_t c) {
  return x * load(norm.scale + c) + load(norm.shift + c) <= 0.0f ? Vec{} : gradient;
}

inline void gradientSums(const NormProductGradient& p, const float* hiddenMean, Range pixels,
                         double* sums, double* products) {
  const int64_t channels = p.shape.outputs;
  for (int64_t begin = pixels.begin; begin < pixels.end; begin += kBlockPixels) {
    const int64_t end = std::min(begin + kBlockPixels, pixels.end);
    for (int64_t c = 0; c < channels; c += kLanes) {
      const Vec mean = load(hiddenMean + c);
      Vec sum{}, product{};
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        const Vec x = load(p.hidden + pixel * channels + c);
        const Vec dz = throughRelu(load(p.gradient + pixel * channels + c), x, p.hiddenNorm, c);
        sum += dz;
        product += dz * (x - mean);
      }
      for (int lane = 0; lane < kLanes; ++lane) {
        sums[c + lane] += sum[lane];
        products[c + lane] += product[lane];
      }
    }
  }
}

// Where the operands of a block of pixels lie.
struct BackwardScratch {
  float* rows;      // d hidden, for the data product: groups of kRows pixels, blocks of kLanes channels
  float* panels;    // d hidden, for the weight product: panels of kPanel channels
  float* activated; // relu(norm1(input)) of a chunk: groups of kLanes channels
  float *sums, *products, *tile;

  BackwardScratch(ProductShape s, float* scratch)
      : rows(scratch), panels(rows + kBlockPixels * s.outputs),
        activated(panels + kBlockPixels * s.outputs), sums(activated + kBlockPixels * kChunk),
        products(sums + s.depth), tile(products + s.depth) {}
};

inline int64_t backwardScratch(ProductShape s) {
  return 2 * kBlockPixels * s.outputs + kBlockPixels * kChunk + 2 * s.depth + kRows * kPanel;
}

// The gradient of the hidden channels, packed for both products.
inline void packHidden(const NormProductGradient& p, Range block, const BackwardScratch& scratch) {
  const int64_t channels = p.shape.outputs;
  for (int64_t i = 0; i < block.size(); ++i) {
    const int64_t at = (block.begin + i) * channels;
    float* rows = scratch.rows + i / kRows * kRows * channels + i % kRows * kLanes;
    float* panel = scratch.panels + i * kPanel;
    for (int64_t c = 0; c < channels; c += kLanes) {
      const Vec x = load(p.hidden + at + c);
      const Vec dz = throughRelu(load(p.gradient + at + c), x, p.hiddenNorm, c);
      const Vec linear = x * load(p.hiddenSlope + c) + load(p.hiddenOffset + c);
      const Vec d = dz * load(p.hiddenNorm.scale + c) + linear;
      store(rows + c * kRows, d);
      store(panel + c / kPanel * kBlockPixels * kPanel + c % kPanel, d);
    }
  }
}

inline void packActivated(const NormProductGradient& p, Range block, Range channels,
                          float* activated) {
  for (int64_t i = 0; i < block.size(); ++i) {
    const float* x = p.input.data + (block.begin + i) * p.input.stride;
    for (int64_t c = channels.begin; c < channels.end; c += kLanes) {
      store(activated + (c - channels.begin) * kBlockPixels + i * kLanes,
            normRelu(load(x + c), p.norm, c));
    }
  }
}

inline void addWeights(const NormProductGradient& p, int64_t pixels, Range channels,
                       const BackwardScratch& scratch, float* weightSums) {
  for (int64_t c = channels.begin; c < channels.end; c += kGradRows) {
    const int64_t inChunk = c - channels.begin;
    const float* activated =
        scratch.activated + inChunk / kLanes * kLanes * kBlockPixels + inChunk % kLanes;
    for (int64_t o = 0; o < p.shape.outputs; o += kPanel) {
      multiplyGradients(activated, scratch.panels + o * kBlockPixels, pixels, true,
                        weightSums + c * p.shape.outputs + o * kGradRows);
    }
  }
}

// A tile of the gradient of relu(norm1(input)) goes into the buffer's gradient and the channels' sums.
// What the statistics add is linear in the input and left to the caller.
inline void finishGradientTile(const NormProductGradient& p, int64_t pixel, int64_t rows, int64_t c,
                               const BackwardScratch& scratch) {
  for (int64_t i = 0; i < kPanel; i += kLanes) {
    const Vec scale = load(p.norm.scale + c + i), mean = load(p.mean + c + i);
    Vec sum{}, product{};
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t at = (pixel + row) * p.input.stride + c + i;
      const Vec x = load(p.input.data + at);
      const Vec dz = throughRelu(load(scratch.tile + row * kPanel + i), x, p.norm, c + i);
      sum += dz;
      product += dz * (x - mean);
      store(p.result + at, load(p.outer + at) + dz * scale);
    }
    addTo(scratch.sums + c + i, sum);
    addTo(scratch.products + c + i, product);
  }
}

inline void addGradients(const NormProductGradient& p, Range block, Range channels,
                         const BackwardScratch& scratch) {
  const int64_t outputs = p.shape.outputs;
  for (int64_t first = 0; first < block.size(); first += kRows) {
    const int64_t rows = std::min<int64_t>(kRows, block.size() - first);
    for (int64_t c = channels.begin; c < channels.end; c += kPanel) {
      multiplyTiles(rows, scratch.rows + first * outputs, p.packedTransposed + c * outputs,
                    outputs / kLanes, scratch.tile);
      finishGradientTile(p, block.begin + first, rows, c, scratch);
    }
  }
}

inline void backward(const NormProductGradient& p, Range pixels, float* weightSums, double* sums,
                     double* products, float* memory) {
  const auto [depth, outputs] = p.shape;
  const BackwardScratch scratch(p.shape, memory);
  std::fill_n(weightSums, depth * outputs, 0.0f);
  std::fill_n(scratch.sums, 2 * depth, 0.0f);
  for (int64_t begin = pixels.begin; begin < pixels.end; begin += kBlockPixels) {
    const Range block{begin, std::min(begin + kBlockPixels, pixels.end)};
    packHidden(p, block, scratch);
    for (int64_t c = 0; c < depth; c += kChunk) {
      const Range channels{c, std::min(c + kChunk, depth)};
      packActivated(p, block, channels, scratch.activated);
      addWeights(p, block.size(), channels, scratch, weightSums);
      addGradients(p, block, channels, scratch);
    }
    emptyInto(sums, scratch.sums, depth);
    emptyInto(products, scratch.products, depth);
  }
}

inline void finishWeights(ProductShape s, const float* weightSums, int64_t parts, Range depth,
                          float* weight) {
  for (int64_t c = depth.begin; c < depth.end; ++c) {
    const float* from = weightSums + c / kGradRows * kGradRows * s.outputs + c % kGradRows * kPanel;
    for (int64_t o = 0; o < s.outputs; ++o) {
      const float* sums = from + o / kPanel * kPanel * kGradRows + o % kPanel;
      float sum = 0;
      for (int64_t part = 0; part < parts; ++part) sum += sums[part * s.depth * s.outputs];
      weight[o * s.depth + c] = sum;
    }
  }
}

constexpr ocelli::DenseKernels kDenseKernels{pack,         moments,         apply,    forwardScratch,
                                             forward,      gradientSums,    backwardScratch,
                                             backward,     finishWeights};

}  // namespace
