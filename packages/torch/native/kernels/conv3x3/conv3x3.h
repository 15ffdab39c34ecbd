// 3x3 convolution, stride 1 or 2, zero padding 1, no bias: (N, C, H, W) and (K, C, 3, 3) -> (N, K,
// H', W') with H' = ceil(H / stride), where asked for with what follows it: a 2x2 maximum pool,
// normalisation, moments.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/vectors/activation_kind.h"

namespace ocelli {

// Whether the own kernels compute the convolution of these operands.
bool conv3x3Takes(const at::Tensor& input, const at::Tensor& weight, int64_t stride);

// What the convolution does to its outputs; see Finish in winograd/winograd.h.
struct Conv3x3Finish {
  Pooling pooling = Pooling::none;
  bool moments = false;
  Activation activation = Activation::none;
  at::Tensor scale, shift;    // (K); normalise if given
  at::Tensor residual, skip;  // of the output's shape
};

struct Conv3x3Result {
  at::Tensor output;
  at::Tensor winners;  // uint8, of the output's shape, if pooled
  at::Tensor moments;  // float64 (2, K): mean of the outputs, sum of their squared deviations
};

// Only for operands that conv3x3Takes.
Conv3x3Result conv3x3Own(const at::Tensor& input, const at::Tensor& weight, int64_t stride,
                         const Conv3x3Finish&);

// Ours where it is the faster one, else ATen's; any device and dtype; not recorded.
at::Tensor conv3x3(const at::Tensor& input, const at::Tensor& weight, int64_t stride);

// The gradient of the outputs; with `winners`, that of the pool after the convolution.
struct OutputGradient {
  at::Tensor gradient, winners;
};
at::Tensor conv3x3DataGradient(const OutputGradient&, const at::Tensor& input,
                               const at::Tensor& weight, int64_t stride);
at::Tensor conv3x3WeightGradient(const OutputGradient&, const at::Tensor& input,
                                 const at::Tensor& weight, int64_t stride);

}  // namespace ocelli
