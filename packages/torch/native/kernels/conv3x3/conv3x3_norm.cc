#include "kernels/conv3x3/conv3x3_norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "kernels/batch_norm/batch_norm_autograd.h"
#include "kernels/conv3x3/conv3x3.h"
#include "kernels/conv3x3/conv3x3_autograd.h"

namespace ocelli {
namespace {

at::Tensor tensorOf(const c10::optional<at::Tensor>& t) { return t.value_or(at::Tensor()); }

Pooling poolingOf(c10::string_view name) {
  if (name == "none") return Pooling::none;
  if (name == "before") return Pooling::before;
  TORCH_CHECK(name == "after",
              "ocelli::conv3x3_batch_norm_act: expected pool to be none, before or after, got ",
              name);
  return Pooling::after;
}

// Whether autograd has to know of what is computed with these operands.
bool isRecorded(const at::Tensor& input, const at::Tensor& weight, const NormTensors& t) {
  if (!at::GradMode::is_enabled()) return false;
  for (const at::Tensor& tensor : {input, weight, t.weight, t.bias, t.residual}) {
    if (tensor.defined() && tensor.requires_grad()) return true;
  }
  return false;
}

struct Convolution {
  const at::Tensor &input, &weight;
  int64_t stride;

  int64_t outputs(int dimension) const {
    return (input.size(dimension) + stride - 1) / stride;
  }
};

// Whether a residual lies in memory as the outputs of the convolution will.
bool fits(const at::Tensor& residual, const Convolution& conv, Pooling pooling) {
  if (!residual.defined()) return true;
  const std::vector<int64_t> shape{conv.input.size(0), conv.weight.size(0), conv.outputs(2),
                                   conv.outputs(3)};
  return pooling == Pooling::none && residual.sizes() == shape && residual.device().is_cpu() &&
         residual.scalar_type() == at::kFloat &&
         residual.is_contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor evaluate(const Convolution& conv, const NormTensors& tensors,
                    const NormOptions& options, Pooling pooling) {
  const at::Tensor constants = normConstants(tensors, options, conv.weight.size(0));
  Conv3x3Finish finish;
  finish.pooling = pooling;
  finish.activation = options.activation;
  finish.scale = constants[0];
  finish.shift = constants[1];
  (options.residualFirst ? finish.residual : finish.skip) = tensors.residual;
  return conv3x3Own(conv.input, conv.weight, conv.stride, finish).output;
}

}  // namespace

at::Tensor conv3x3BatchNormAct(const at::Tensor& input, const at::Tensor& weight,
                               const c10::optional<at::Tensor>& normWeight,
                               const c10::optional<at::Tensor>& normBias,
                               const c10::optional<at::Tensor>& runningMean,
                               const c10::optional<at::Tensor>& runningVar, bool training,
                               double momentum, double epsilon, c10::string_view activation,
                               const c10::optional<at::Tensor>& residual, bool residualFirst,
                               c10::string_view pool, int64_t stride) {
  TORCH_CHECK(stride > 0, "ocelli::conv3x3_batch_norm_act: expected stride to be above 0, got ",
              stride);
  const Pooling pooling = poolingOf(pool);
  const NormOptions options{training,      momentum,
                            epsilon,       activationOf(activation),
                            residualFirst, pooling == Pooling::after};
  NormTensors tensors{{},
                      tensorOf(normWeight),
                      tensorOf(normBias),
                      tensorOf(runningMean),
                      tensorOf(runningVar),
                      tensorOf(residual),
                      {}};
  const Convolution conv{input, weight, stride};
  const bool evaluated = !training && !isRecorded(input, weight, tensors);
  const bool small = input.dim() == 4 && (conv.outputs(2) < 2 || conv.outputs(3) < 2);
  if (!conv3x3Takes(input, weight, stride) || (small && pooling != Pooling::none)) {
    tensors.input = conv3x3Autograd(input, weight, stride);
    if (pooling == Pooling::before) tensors.input = at::max_pool2d(tensors.input, 2);
    if (evaluated && normTakes(tensors, options)) return normOverwrite(tensors, options);
    return normAutograd(tensors, options);
  }
  if (evaluated && normTakesChannels(tensors, options, weight.size(0)) &&
      fits(tensors.residual, conv, pooling)) {
    return evaluate(conv, tensors, options, pooling);
  }
  const auto [output, moments] =
      conv3x3Recorded(input, weight, stride, pooling == Pooling::before, training);
  tensors.input = output;
  tensors.moments = moments;
  return normAutograd(tensors, options);
}

}  // namespace ocelli
