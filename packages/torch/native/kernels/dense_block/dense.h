// What the operators know about the kernels of a dense block: one table of functions per instruction
// set, as in winograd/winograd.h, single-threaded, on a range of pixels, without libtorch.
//
// A layer reads the channels that all layers before it wrote into one buffer, so pixels lie `stride`
// floats apart. All numbers of channels are multiples of 32: no kernel has a ragged end.
#pragma once

#include <cstdint>

#include "kernels/machine/range.h"

namespace ocelli {

constexpr int64_t kDenseChannels = 32;

// The first channels of pixels that lie `stride` floats apart.
struct PixelRows {
  const float* data;
  int64_t stride;
};

// max(0, x * scale + shift) per channel: batch norm and ReLU.
struct NormRelu {
  const float *scale, *shift;
};

// (pixels, depth) * (depth, outputs): a 1x1 convolution.
struct ProductShape {
  int64_t depth, outputs;
};

// Mean and sum of squared deviations of each channel over a range of pixels.
struct MomentsOfRange {
  double *mean, *squares;
};

struct NormProduct {
  ProductShape shape;
  PixelRows input;
  NormRelu norm;
  const float* packed;  // the weight
  float* output;        // (pixels, outputs)
};

// Back from the gradient of relu(norm2(hidden)) through norm2, the product and norm1.
struct NormProductGradient {
  ProductShape shape;
  PixelRows input;
  NormRelu norm;
  const float* mean;  // of the input's channels
  const float* hidden;
  NormRelu hiddenNorm;
  const float *hiddenSlope, *hiddenOffset;  // d hidden = dz * scale + hidden * slope + offset
  const float* gradient;                    // (pixels, outputs)
  const float* packedTransposed;            // the weight, for the product with (outputs, depth)
  const float* outer;                       // what is known of the buffer's gradient so far
  float* result;                            // that plus dz * scale; may be `outer`
};

struct DenseKernels {
  // A part is a range of the depth.
  void (*pack)(ProductShape, const float* matrix, int64_t depthStride, int64_t outputStride,
               Range depth, float* packed);
  void (*moments)(PixelRows, int64_t channels, Range pixels, MomentsOfRange);
  // output (pixels, channels) without gaps.
  void (*apply)(PixelRows, NormRelu, int64_t channels, Range pixels, float* output);

  int64_t (*forwardScratch)(ProductShape);
  void (*forward)(const NormProduct&, Range pixels, MomentsOfRange ofOutput, float* scratch);

  // Adds per channel the sums of dz and of dz * (x - mean), where dz passed the ReLU.
  void (*gradientSums)(const NormProductGradient&, const float* hiddenMean, Range pixels,
                       double* sums, double* products);
  // `weightSums` is written, in an order of its own; the sums are those of norm1, added.
  int64_t (*backwardScratch)(ProductShape);
  void (*backward)(const NormProductGradient&, Range pixels, float* weightSums, double* sums,
                   double* products, float* scratch);
  // Adds `parts` arrays of sums, depth * outputs floats each, into (outputs, depth).
  void (*finishWeights)(ProductShape, const float* weightSums, int64_t parts, Range depth,
                        float* weight);
};

// The best table for this processor, or null: then the operators use ATen.
const DenseKernels* denseKernels();

}  // namespace ocelli
