// 2x2 maximum pool with stride 2: the fused normalisation's pool without the normalisation.
#pragma once

#include <ATen/core/Tensor.h>

namespace ocelli {

// A last odd line or column is dropped, as by aten::max_pool2d(x, 2). Differentiable; any device.
at::Tensor maxPool2x2(const at::Tensor& input);

}  // namespace ocelli
