// Autograd of the fused normalisation.
#include "kernels/batch_norm/batch_norm_autograd.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/batch_norm/batch_norm.h"
#include "kernels/autograd/recorded_gradients.h"

namespace ocelli {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void saveOptions(AutogradContext* context, const NormOptions& options) {
  context->saved_data["training"] = options.training;
  context->saved_data["activation"] = static_cast<int64_t>(options.activation);
  context->saved_data["residualFirst"] = options.residualFirst;
  context->saved_data["pool"] = options.pool;
  context->saved_data["epsilon"] = options.epsilon;
}

NormOptions savedOptions(AutogradContext* context) {
  NormOptions options{};
  options.training = context->saved_data["training"].toBool();
  options.activation = static_cast<Activation>(context->saved_data["activation"].toInt());
  options.residualFirst = context->saved_data["residualFirst"].toBool();
  options.pool = context->saved_data["pool"].toBool();
  options.epsilon = context->saved_data["epsilon"].toDouble();
  return options;
}

using OptionalTensor = c10::optional<at::Tensor>;

at::Tensor tensorOf(const OptionalTensor& t) { return t.value_or(at::Tensor()); }

// Autograd refuses gradients of absent tensors. Where nothing non-linear lies behind the addition,
// the residual's gradient is the outer one.
variable_list givenGradients(AutogradContext* context, const NormGradients& inner,
                             const at::Tensor& outer) {
  const auto given = [&](const char* name, const at::Tensor& tensor) {
    return context->saved_data[name].toBool() ? tensor : at::Tensor();
  };
  const at::Tensor residual = inner.residual.defined() ? inner.residual : outer;
  return {inner.input,
          given("weight", inner.weight),
          given("bias", inner.bias),
          given("residual", residual),
          {},
          {},
          {},
          {}};
}

// For gradients of gradients: the composite, computed once more, is differentiable throughout.
variable_list recordedGradients(AutogradContext* context, const variable_list& saved,
                                const NormOptions& options, const at::Tensor& outer) {
  const variable_list operands{standIn(saved[0]), standIn(saved[4]), standIn(saved[5]),
                               standIn(saved[1])};
  const NormTensors tensors{operands[0], operands[1], operands[2], saved[6],
                            saved[7],    operands[3], {}};
  const variable_list found =
      recordedGradientsOf(normComposite(tensors, options), operands, outer);
  NormGradients inner;
  inner.input = found[0];
  inner.weight = found[1];
  inner.bias = found[2];
  inner.residual = found[3];
  return givenGradients(context, inner, outer);
}

class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  // Absent tensors come as options: autograd skips those, but asks an undefined tensor for its
  // device.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                            const OptionalTensor& weight, const OptionalTensor& bias,
                            const OptionalTensor& optionalResidual,
                            const OptionalTensor& runningMean, const OptionalTensor& runningVar,
                            const OptionalTensor& moments, const NormOptions& options) {
    at::AutoDispatchBelowADInplaceOrView guard;
    const at::Tensor residual = tensorOf(optionalResidual);
    const NormResult result =
        normForward({input, tensorOf(weight), tensorOf(bias), tensorOf(runningMean),
                     tensorOf(runningVar), residual, tensorOf(moments)},
                    options);
    const bool needsResidual = options.residualFirst && options.activation != Activation::none;
    // In training the running statistics have changed already, and no gradient asks for them.
    const auto evaluated = [&](const OptionalTensor& t) {
      return options.training ? at::Tensor() : tensorOf(t);
    };
    context->save_for_backward({input, needsResidual ? residual : at::Tensor(), result.constants,
                                result.winners, tensorOf(weight), tensorOf(bias),
                                evaluated(runningMean), evaluated(runningVar)});
    context->saved_data["residual"] = residual.defined();
    context->saved_data["weight"] = weight.has_value();
    context->saved_data["bias"] = bias.has_value();
    saveOptions(context, options);
    return result.output;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const NormOptions options = savedOptions(context);
    if (at::GradMode::is_enabled()) return recordedGradients(context, saved, options, gradients[0]);
    const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const NormGradients inner =
        normBackward(gradient, saved[0], saved[1], {{}, saved[2], saved[3]}, options);
    return givenGradients(context, inner, gradient);
  }
};

OptionalTensor optional(const at::Tensor& t) {
  return t.defined() ? OptionalTensor(t) : c10::nullopt;
}

}  // namespace

Activation activationOf(c10::string_view name) {
  if (name == "none") return Activation::none;
  if (name == "relu") return Activation::relu;
  if (name == "gelu") return Activation::gelu;
  TORCH_CHECK(name == "silu",
              "ocelli::batch_norm_act: expected activation to be none, relu, gelu or silu, got ",
              name);
  return Activation::silu;
}

at::Tensor normAutograd(const NormTensors& t, const NormOptions& options) {
  if (!normTakes(t, options)) return normComposite(t, options);
  return NormFunction::apply(t.input, optional(t.weight), optional(t.bias), optional(t.residual),
                             optional(t.runningMean), optional(t.runningVar), optional(t.moments),
                             options);
}

at::Tensor batchNormAct(const at::Tensor& input, const OptionalTensor& weight,
                        const OptionalTensor& bias, const OptionalTensor& runningMean,
                        const OptionalTensor& runningVar, bool training, double momentum,
                        double epsilon, c10::string_view activation, const OptionalTensor& residual,
                        bool residualFirst, bool pool) {
  return normAutograd({input,
                       tensorOf(weight),
                       tensorOf(bias),
                       tensorOf(runningMean),
                       tensorOf(runningVar),
                       tensorOf(residual),
                       {}},
                      {training, momentum, epsilon, activationOf(activation), residualFirst, pool});
}

}  // namespace ocelli
