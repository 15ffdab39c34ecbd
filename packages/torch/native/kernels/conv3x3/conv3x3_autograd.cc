#include "kernels/conv3x3/conv3x3_autograd.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/conv3x3/conv3x3.h"
#include "kernels/autograd/recorded_gradients.h"

namespace ocelli {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// For gradients of gradients: ATen's operators, computed once more, are differentiable throughout.
variable_list recordedGradients(AutogradContext* context, const at::Tensor& input,
                                const at::Tensor& weight, const at::Tensor& outer) {
  const variable_list operands{standIn(input), standIn(weight)};
  const int64_t stride = context->saved_data["stride"].toInt();
  at::Tensor output = at::conv2d(operands[0], operands[1], {}, stride, 1);
  if (context->saved_data["pool"].toBool()) output = at::max_pool2d(output, 2);
  variable_list result = recordedGradientsOf(output, operands, outer);
  result.resize(5);
  return result;
}

class Conv3x3Function : public torch::autograd::Function<Conv3x3Function> {
 public:
  // The output and, if asked for, its moments.
  static variable_list forward(AutogradContext* context, const at::Tensor& input,
                               const at::Tensor& weight, int64_t stride, bool pool, bool moments) {
    at::AutoDispatchBelowADInplaceOrView guard;
    Conv3x3Finish finish;
    finish.pooling = pool ? Pooling::before : Pooling::none;
    finish.moments = moments;
    const Conv3x3Result result = conv3x3Own(input, weight, stride, finish);
    context->save_for_backward({input, weight, result.winners});
    context->saved_data["stride"] = stride;
    context->saved_data["pool"] = pool;
    if (!moments) return {result.output};
    context->mark_non_differentiable({result.moments});
    return {result.output, result.moments};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1];
    if (at::GradMode::is_enabled()) return recordedGradients(context, input, weight, gradients[0]);
    const OutputGradient outer{gradients[0].contiguous(at::MemoryFormat::ChannelsLast), saved[2]};
    const int64_t stride = context->saved_data["stride"].toInt();
    variable_list result(5);
    if (context->needs_input_grad(0)) result[0] = conv3x3DataGradient(outer, input, weight, stride);
    if (context->needs_input_grad(1))
      result[1] = conv3x3WeightGradient(outer, input, weight, stride);
    return result;
  }
};

}  // namespace

ConvolvedMoments conv3x3Recorded(const at::Tensor& input, const at::Tensor& weight, int64_t stride,
                                 bool pool, bool moments) {
  const variable_list results = Conv3x3Function::apply(input, weight, stride, pool, moments);
  return {results[0], moments ? results[1] : at::Tensor()};
}

at::Tensor conv3x3Autograd(const at::Tensor& input, const at::Tensor& weight, int64_t stride) {
  if (!conv3x3Takes(input, weight, stride)) return at::conv2d(input, weight, {}, stride, 1);
  return conv3x3Recorded(input, weight, stride, false, false).output;
}

}  // namespace ocelli
