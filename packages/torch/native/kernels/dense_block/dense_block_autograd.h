// The operator ocelli::dense_block, as the dispatcher calls it.
#pragma once

#include <ATen/core/Tensor.h>

namespace ocelli {

// Per layer six parameters (norm1 weight and bias, conv1, norm2 weight and bias, conv2) and four
// statistics (running mean and variance of norm1 and of norm2).
at::Tensor denseBlock(const at::Tensor& input, at::TensorList parameters, at::TensorList statistics,
                      bool training, double momentum, double epsilon);

}  // namespace ocelli
