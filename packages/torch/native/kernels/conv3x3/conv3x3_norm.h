// The operator ocelli::conv3x3_batch_norm_act, as the dispatcher calls it.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Optional.h>
#include <c10/util/string_view.h>

namespace ocelli {

// batch_norm_act of conv3x3. In training the convolution takes the statistics on the way; in
// evaluation it normalises its outputs before it writes them. `pool`: none, before or after the
// normalisation with its activation.
at::Tensor conv3x3BatchNormAct(const at::Tensor& input, const at::Tensor& weight,
                               const c10::optional<at::Tensor>& normWeight,
                               const c10::optional<at::Tensor>& normBias,
                               const c10::optional<at::Tensor>& runningMean,
                               const c10::optional<at::Tensor>& runningVar, bool training,
                               double momentum, double epsilon, c10::string_view activation,
                               const c10::optional<at::Tensor>& residual, bool residualFirst,
                               c10::string_view pool, int64_t stride);

}  // namespace ocelli
