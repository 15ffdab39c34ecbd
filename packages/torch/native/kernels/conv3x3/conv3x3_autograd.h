// The 3x3 convolution with its gradients, and with a maximum pool in the same pass.
#pragma once

#include <ATen/core/Tensor.h>

namespace ocelli {

// Ours where it is the faster one, else ATen's; any device and dtype.
at::Tensor conv3x3Autograd(const at::Tensor& input, const at::Tensor& weight, int64_t stride);

struct ConvolvedMoments {
  at::Tensor output;
  at::Tensor
      moments;  // float64 (2, K), see Conv3x3Result; not differentiable; absent unless wanted
};

// Only for operands that conv3x3Takes: the outputs, pooled 2x2 if asked for, and their moments.
ConvolvedMoments conv3x3Recorded(const at::Tensor& input, const at::Tensor& weight, int64_t stride,
                                 bool pool, bool moments);

}  // namespace ocelli
