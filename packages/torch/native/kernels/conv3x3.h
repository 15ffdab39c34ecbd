// 3x3 convolution, stride 1, zero padding 1, no bias: (N, C, H, W) and (K, C, 3, 3) -> (N, K, H, W).
#pragma once

#include <ATen/core/Tensor.h>

namespace ocelli {

// Ours where it is the faster one, else ATen's; any device and dtype. Differentiable.
at::Tensor conv3x3Autograd(const at::Tensor& input, const at::Tensor& weight);

// The same choice without recording; float32, channels_last results where the own kernel ran.
at::Tensor conv3x3(const at::Tensor& input, const at::Tensor& weight);
at::Tensor conv3x3BackwardData(const at::Tensor& gradient, const at::Tensor& weight);
at::Tensor conv3x3BackwardWeight(const at::Tensor& gradient, const at::Tensor& input,
                                 const at::Tensor& weight);

}  // namespace ocelli
