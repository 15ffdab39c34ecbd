// Autograd of the fused normalisation.
#include "batch_norm_autograd.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "batch_norm.h"

namespace ocelli {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void saveOptions(AutogradContext* context, const NormOptions& options) {
  context->saved_data["training"] = options.training;
  context->saved_data["activation"] = static_cast<int64_t>(options.activation);
  context->saved_data["residualFirst"] = options.residualFirst;
  context->saved_data["pool"] = options.pool;
}

NormOptions savedOptions(AutogradContext* context) {
  NormOptions options{};
  options.training = context->saved_data["training"].toBool();
  options.activation = static_cast<Activation>(context->saved_data["activation"].toInt());
  options.residualFirst = context->saved_data["residualFirst"].toBool();
  options.pool = context->saved_data["pool"].toBool();
  return options;
}

using OptionalTensor = c10::optional<at::Tensor>;

at::Tensor tensorOf(const OptionalTensor& t) { return t.value_or(at::Tensor()); }

class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  // Absent tensors come as options: autograd skips those, but asks an undefined tensor for its device.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                            const OptionalTensor& weight, const OptionalTensor& bias,
                            const OptionalTensor& optionalResidual,
                            const OptionalTensor& runningMean, const OptionalTensor& runningVar,
                            const NormOptions& options) {
    at::AutoDispatchBelowADInplaceOrView guard;
    const at::Tensor residual = tensorOf(optionalResidual);
    const NormResult result = normForward({input, tensorOf(weight), tensorOf(bias),
                                           tensorOf(runningMean), tensorOf(runningVar), residual},
                                          options);
    const bool needsResidual = options.residualFirst && options.activation != Activation::none;
    context->save_for_backward({input, needsResidual ? residual : at::Tensor(), result.constants,
                                result.winners});
    context->saved_data["residual"] = residual.defined();
    context->saved_data["weight"] = weight.has_value();
    context->saved_data["bias"] = bias.has_value();
    saveOptions(context, options);
    return result.output;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(),
                "ocelli::batch_norm_act: expected a first derivative, got create_graph. Start with "
                "OCELLI_KERNELS=off for second derivatives");
    const auto saved = context->get_saved_variables();
    const NormOptions options = savedOptions(context);
    const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const NormGradients inner =
        normBackward(gradient, saved[0], saved[1], {{}, saved[2], saved[3]}, options);
    // Autograd refuses gradients of absent tensors.
    const auto given = [&](const char* name, const at::Tensor& tensor) {
      return context->saved_data[name].toBool() ? tensor : at::Tensor();
    };
    // Where nothing non-linear lies behind the addition, the residual's gradient is the outer one.
    const at::Tensor residual = inner.residual.defined() ? inner.residual : gradient;
    return {inner.input, given("weight", inner.weight), given("bias", inner.bias),
            given("residual", residual), {}, {}, {}};
  }
};

Activation activationOf(c10::string_view name) {
  if (name == "none") return Activation::none;
  if (name == "relu") return Activation::relu;
  if (name == "gelu") return Activation::gelu;
  TORCH_CHECK(name == "silu",
              "ocelli::batch_norm_act: expected activation to be none, relu, gelu or silu, got ",
              name);
  return Activation::silu;
}

}  // namespace

at::Tensor batchNormAct(const at::Tensor& input, const OptionalTensor& weight,
                        const OptionalTensor& bias, const OptionalTensor& runningMean,
                        const OptionalTensor& runningVar, bool training, double momentum,
                        double epsilon, c10::string_view activation, const OptionalTensor& residual,
                        bool residualFirst, bool pool) {
  const NormTensors tensors{input,
                            tensorOf(weight),
                            tensorOf(bias),
                            tensorOf(runningMean),
                            tensorOf(runningVar),
                            tensorOf(residual)};
  const NormOptions options{training,      momentum, epsilon, activationOf(activation),
                            residualFirst, pool};
  if (!normTakes(tensors, options)) return normComposite(tensors, options);
  return NormFunction::apply(input, weight, bias, residual, runningMean, runningVar, options);
}

}  // namespace ocelli
