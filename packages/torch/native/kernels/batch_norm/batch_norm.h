// Batch normalisation, activation, residual addition and 2x2 maximum pool as one operator.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/vectors/activation_kind.h"

namespace ocelli {

struct NormOptions {
  bool training;    // statistics of the batch, and update of the running ones
  double momentum;  // weight of the new statistics, as in ATen
  double epsilon;
  Activation activation;
  bool residualFirst;  // add the residual before the activation, else to the result
  bool pool;           // 2x2 maximum with stride 2, after the activation
};

struct NormTensors {
  at::Tensor input, weight, bias, runningMean, runningVar, residual;  // all but input may be absent
  at::Tensor moments;  // of the input, if they are known already: see Conv3x3Result
};

// The same with ATen's operators: every device, dtype and layout; differentiable.
at::Tensor normComposite(const NormTensors&, const NormOptions&);

// Whether the own kernels take the operands of one number a channel.
bool normTakesChannels(const NormTensors&, const NormOptions&, int64_t channels);

// Scale and shift of each channel, with mean and 1 / deviation for the backward pass: (4, padded
// channels). In evaluation the input may be absent.
at::Tensor normConstants(const NormTensors&, const NormOptions&, int64_t channels);

// Whether the own kernels take these operands.
bool normTakes(const NormTensors&, const NormOptions&);

struct NormResult {
  at::Tensor output;
  at::Tensor constants;  // (4, padded channels): scale, shift, mean, 1 / deviation
  at::Tensor winners;    // uint8, of the output's shape; absent without pool
};
NormResult normForward(const NormTensors&, const NormOptions&);

// The output alone, of an input that nobody needs any more: without pool it takes the input's place.
at::Tensor normOverwrite(const NormTensors&, const NormOptions&);

struct NormGradients {
  at::Tensor input, weight, bias, residual;
};
// `residual` is needed only where it was added before the activation.
NormGradients normBackward(const at::Tensor& gradient, const at::Tensor& input,
                           const at::Tensor& residual, const NormResult& saved, const NormOptions&);

}  // namespace ocelli
