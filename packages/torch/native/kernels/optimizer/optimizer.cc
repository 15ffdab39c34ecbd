// Optimizer steps: in one pass over the memory where the vector kernels can, else by ATen's lists.
#include "kernels/optimizer/optimizer.h"

#include <ATen/Parallel.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "kernels/optimizer/update.h"

namespace ocelli {
namespace {

using Lists = std::initializer_list<at::TensorList>;

// Elements of one thread at least: below it, waking another takes longer than the work.
constexpr int64_t kGrain = 1 << 15;

// Whether the numbers of `t` lie in memory as those of `first` do, without gaps.
bool liesAs(const at::Tensor& t, const at::Tensor& first) {
  return t.scalar_type() == at::kFloat && t.device().is_cpu() && t.layout() == at::kStrided &&
         t.is_non_overlapping_and_dense() && t.sizes() == first.sizes() &&
         t.strides() == first.strides();
}

bool takes(at::TensorList params, Lists others) {
  if (!updateKernels()) return false;
  for (size_t i = 0; i < params.size(); ++i) {
    if (!liesAs(params[i], params[i])) return false;
    for (const at::TensorList list : others) {
      if (!list.empty() && !liesAs(list[i], params[i])) return false;
    }
  }
  return true;
}

void checkLengths(const char* name, at::TensorList params, Lists others) {
  for (const at::TensorList list : others) {
    TORCH_CHECK(list.size() == params.size(), name, ": expected ", params.size(),
                " tensors in each list, got ", list.size());
  }
}

float* dataOf(const at::Tensor& t) { return t.data_ptr<float>(); }

// Graphs and cached filters tell by it that a tensor has changed.
void bump(at::TensorList changed) {
  for (const at::Tensor& t : changed) t.unsafeGetTensorImpl()->bump_version();
}

template <typename F>
void overRanges(const at::Tensor& t, const F& f) {
  at::parallel_for(0, t.numel(), kGrain,
                   [&](int64_t begin, int64_t end) { f(Range{begin, end}); });
}

std::vector<at::Scalar> scalars(at::ArrayRef<double> numbers) {
  return {numbers.begin(), numbers.end()};
}

void sgdComposite(at::TensorList params, at::TensorList gradients, at::TensorList buffers,
                  const SgdRule& rule) {
  at::_foreach_mul_(buffers, rule.momentum);
  at::_foreach_add_(buffers, gradients, rule.share * rule.sign);
  if (rule.penalty != 0) at::_foreach_add_(buffers, params, rule.share * rule.penalty);
  if (rule.nesterov) {
    if (rule.penalty != 0) at::_foreach_mul_(params, 1 - rule.rate * rule.penalty);
    at::_foreach_add_(params, gradients, -rule.rate * rule.sign);
  }
  at::_foreach_add_(params, buffers, -rule.rate * (rule.nesterov ? rule.momentum : 1));
}

// `rule` without factor and epsilon, which each parameter has of its own.
void adamComposite(at::TensorList params, at::TensorList gradients, at::TensorList means,
                   at::TensorList squares, at::TensorList largest, at::ArrayRef<double> factors,
                   at::ArrayRef<double> epsilons, const AdamRule& rule) {
  std::vector<at::Tensor> directions = gradients.vec();
  double sign = rule.sign;
  if (rule.penalty != 0) {  // the square of the sum is needed, and so the sum itself
    directions = at::_foreach_mul(params, rule.penalty);
    at::_foreach_add_(directions, gradients, std::exchange(sign, 1));
  }
  if (rule.keep != 1) at::_foreach_mul_(params, rule.keep);
  at::_foreach_mul_(means, rule.beta1);
  at::_foreach_add_(means, directions, sign * (1 - rule.beta1));
  at::_foreach_mul_(squares, rule.beta2);
  at::_foreach_addcmul_(squares, directions, directions, 1 - rule.beta2);
  if (!largest.empty()) at::_foreach_maximum_(largest, squares);
  const std::vector<at::Tensor> roots = at::_foreach_sqrt(largest.empty() ? squares : largest);
  at::_foreach_add_(roots, scalars(epsilons));
  at::_foreach_addcdiv_(params, means, roots, scalars(factors));
}

}  // namespace

void sgdStep(at::TensorList params, at::TensorList gradients, at::TensorList buffers, double lr,
             double momentum, double share, double weightDecay, bool nesterov, bool maximize) {
  checkLengths("ocelli::sgd_step_", params, {gradients, buffers});
  const SgdRule rule{lr, momentum, share, weightDecay, maximize ? -1.0 : 1.0, nesterov};
  if (!takes(params, {gradients, buffers})) return sgdComposite(params, gradients, buffers, rule);
  for (size_t i = 0; i < params.size(); ++i) {
    const SgdTensors t{dataOf(params[i]), dataOf(gradients[i]), dataOf(buffers[i])};
    overRanges(params[i], [&](Range elements) { updateKernels()->sgd(rule, t, elements); });
  }
  bump(params), bump(buffers);
}

void adamStep(at::TensorList params, at::TensorList gradients, at::TensorList means,
              at::TensorList squares, at::TensorList largest, at::ArrayRef<double> factors,
              at::ArrayRef<double> epsilons, double beta1, double beta2, double keep, double penalty,
              bool maximize) {
  checkLengths("ocelli::adam_step_", params, {gradients, means, squares});
  if (!largest.empty()) checkLengths("ocelli::adam_step_", params, {largest});
  TORCH_CHECK(factors.size() == params.size() && epsilons.size() == params.size(),
              "ocelli::adam_step_: expected a factor and an epsilon for each tensor");
  AdamRule rule{beta1, beta2, penalty, maximize ? -1.0 : 1.0, keep, 0, 0};
  if (!takes(params, {gradients, means, squares, largest})) {
    return adamComposite(params, gradients, means, squares, largest, factors, epsilons, rule);
  }
  for (size_t i = 0; i < params.size(); ++i) {
    rule.factor = factors[i], rule.epsilon = epsilons[i];
    const AdamTensors t{dataOf(params[i]), dataOf(gradients[i]), dataOf(means[i]), dataOf(squares[i]),
                        largest.empty() ? nullptr : dataOf(largest[i])};
    overRanges(params[i], [&](Range elements) { updateKernels()->adam(rule, t, elements); });
  }
  bump(params), bump(means), bump(squares), bump(largest);
}

}  // namespace ocelli
