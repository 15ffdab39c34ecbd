// The operator ocelli::batch_norm_act, as the dispatcher calls it.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Optional.h>
#include <c10/util/string_view.h>

#include "kernels/batch_norm/batch_norm.h"

namespace ocelli {

// Throws at any other name than those of the activations.
Activation activationOf(c10::string_view name);

// Ours where it takes the operands, else ATen's; any device and dtype.
at::Tensor normAutograd(const NormTensors&, const NormOptions&);

at::Tensor batchNormAct(const at::Tensor& input, const c10::optional<at::Tensor>& weight,
                        const c10::optional<at::Tensor>& bias,
                        const c10::optional<at::Tensor>& runningMean,
                        const c10::optional<at::Tensor>& runningVar, bool training, double momentum,
                        double epsilon, c10::string_view activation,
                        const c10::optional<at::Tensor>& residual, bool residualFirst, bool pool);

}  // namespace ocelli
