// Autograd of the dense block.
#include "kernels/dense_block/dense_block_autograd.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <iterator>

#include "kernels/dense_block/dense_block.h"
#include "kernels/autograd/recorded_gradients.h"

namespace ocelli {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr size_t kParameters = 6, kStatistics = 4, kSaved = 3;

DenseLayers layersOf(at::TensorList parameters, at::TensorList statistics) {
  DenseLayers layers(parameters.size() / kParameters);
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto p = parameters.slice(i * kParameters, kParameters);
    const auto s = statistics.slice(i * kStatistics, kStatistics);
    layers[i] = {{p[0], p[1], s[0], s[1]}, {p[3], p[4], s[2], s[3]}, p[2], p[5]};
  }
  return layers;
}

// Not a tensor list of its own: autograd would look for the gradients of its elements.
struct Statistics {
  variable_list tensors;
};

void saveOptions(AutogradContext* context, const DenseOptions& options) {
  context->saved_data["training"] = options.training;
  context->saved_data["epsilon"] = options.epsilon;
}

// For gradients of gradients: the composite, computed once more, is differentiable throughout.
variable_list recordedGradients(const at::Tensor& input, at::TensorList parameters,
                                at::TensorList statistics, const DenseOptions& options,
                                const at::Tensor& outer) {
  variable_list operands{standIn(input)};
  std::transform(parameters.begin(), parameters.end(), std::back_inserter(operands), standIn);
  const at::TensorList own = at::TensorList(operands).slice(1);
  const at::Tensor output = denseComposite(operands[0], layersOf(own, statistics), options);
  return recordedGradientsOf(output, operands, outer);
}

class DenseFunction : public torch::autograd::Function<DenseFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                            at::TensorList parameters, const Statistics& statistics,
                            const DenseOptions& options) {
    at::AutoDispatchBelowADInplaceOrView guard;
    const DenseResult result = denseForward(input, layersOf(parameters, statistics.tensors), options);
    variable_list saved{input, result.output};
    for (const DenseSaved& layer : result.layers) {
      saved.insert(saved.end(), {layer.hidden, layer.constants1, layer.constants2});
    }
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    // In training they have changed already, and no gradient asks for them.
    for (const at::Tensor& t : statistics.tensors) saved.push_back(options.training ? at::Tensor() : t);
    context->save_for_backward(saved);
    saveOptions(context, options);
    return result.output;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::TensorList all(saved);
    const size_t count = (saved.size() - 2) / (kSaved + kParameters + kStatistics);
    const auto parameters = all.slice(2 + count * kSaved, count * kParameters);
    const auto statistics = all.slice(2 + count * (kSaved + kParameters), count * kStatistics);
    const bool training = context->saved_data["training"].toBool();
    variable_list result;
    if (at::GradMode::is_enabled()) {
      const DenseOptions options{training, 0, context->saved_data["epsilon"].toDouble()};
      result = recordedGradients(saved[0], parameters, statistics, options, gradients[0]);
    } else {
      const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
      DenseResult forward{saved[1], {}};
      for (size_t i = 0; i < count; ++i) {
        const auto layer = all.slice(2 + i * kSaved, kSaved);
        forward.layers.push_back({layer[0], layer[1], layer[2]});
      }
      const DenseGradients found =
          denseBackward(gradient, forward, layersOf(parameters, statistics), training);
      result = {found.input};
      for (const auto& layer : found.layers) result.insert(result.end(), layer.begin(), layer.end());
    }
    result.insert(result.end(), 2, at::Tensor());  // statistics and options
    return result;
  }
};

}  // namespace

at::Tensor denseBlock(const at::Tensor& input, at::TensorList parameters, at::TensorList statistics,
                      bool training, double momentum, double epsilon) {
  TORCH_CHECK(parameters.size() / kParameters * kStatistics == statistics.size() &&
                  parameters.size() % kParameters == 0,
              "ocelli::dense_block: expected 6 parameters and 4 statistics for each layer, got ",
              parameters.size(), " and ", statistics.size());
  const DenseLayers layers = layersOf(parameters, statistics);
  const DenseOptions options{training, momentum, epsilon};
  if (!denseTakes(input, layers)) return denseComposite(input, layers, options);
  return DenseFunction::apply(input, parameters, Statistics{statistics.vec()}, options);
}

}  // namespace ocelli
