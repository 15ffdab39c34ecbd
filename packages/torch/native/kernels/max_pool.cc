// The pool as an operator. ATen keeps an int64 index per output, eight bytes beside four of result;
// one byte is enough to say which of four pixels won.
#include "max_pool.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "norm.h"
#include "threads.h"

namespace ocelli {
namespace {

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

bool takes(const at::Tensor& input) {
  return normKernels() && input.dim() == 4 && input.scalar_type() == at::kFloat &&
         input.device().is_cpu() && input.layout() == at::kStrided && input.size(0) > 0 &&
         input.size(1) > 0 && input.size(2) > 1 && input.size(3) > 1 &&
         input.is_contiguous(kChannelsLast);
}

NormProblem problemOf(at::IntArrayRef shape) {
  NormProblem problem{};
  problem.n = shape[0];
  problem.c = shape[1];
  problem.h = shape[2];
  problem.w = shape[3];
  problem.activation = Activation::none;
  problem.pool = true;
  return problem;
}

// Scale 1 and shift 0 change no value.
std::pair<at::Tensor, at::Tensor> pool(const at::Tensor& input) {
  NormProblem problem = problemOf(input.sizes());
  const auto options = input.options().memory_format(c10::nullopt);
  const at::Tensor scale = at::ones({problem.c + kNormPadding}, options);
  const at::Tensor shift = at::zeros({problem.c + kNormPadding}, options);
  problem.input = input.data_ptr<float>();
  problem.scale = scale.data_ptr<float>();
  problem.shift = shift.data_ptr<float>();
  const auto shape = {problem.n, problem.c, problem.outputHeight(), problem.outputWidth()};
  at::Tensor output = at::empty(shape, options, kChannelsLast);
  at::Tensor winners = at::empty(shape, options.dtype(at::kByte), kChannelsLast);
  float* out = output.data_ptr<float>();
  uint8_t* who = winners.data_ptr<uint8_t>();
  onThreads(problem.outputLines(), [&](int64_t i, int64_t n) {
    normKernels()->apply(problem, part(problem.outputLines(), i, n), out, who);
  });
  return {output, winners};
}

class PoolFunction : public torch::autograd::Function<PoolFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input) {
    at::AutoDispatchBelowADInplaceOrView guard;
    const auto [output, winners] = pool(input);
    context->save_for_backward({winners});
    context->saved_data["shape"] = input.sizes().vec();
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(),
                "ocelli::max_pool2x2: expected a first derivative, got create_graph. Start with "
                "OCELLI_KERNELS=off for second derivatives");
    const auto shape = context->saved_data["shape"].toIntVector();
    const at::Tensor gradient = gradients[0].contiguous(kChannelsLast);
    const at::Tensor winners = context->get_saved_variables()[0];
    NormProblem problem = problemOf(shape);
    problem.winners = winners.data_ptr<uint8_t>();
    at::Tensor result = at::empty(shape, gradient.options(), kChannelsLast);
    const float* outer = gradient.data_ptr<float>();
    float* inner = result.data_ptr<float>();
    onThreads(problem.lines(), [&](int64_t i, int64_t n) {
      normKernels()->unpool(problem, outer, part(problem.lines(), i, n), inner);
    });
    return {result};
  }
};

}  // namespace

at::Tensor maxPool2x2(const at::Tensor& input) {
  return takes(input) ? PoolFunction::apply(input) : at::max_pool2d(input, 2);
}

}  // namespace ocelli
