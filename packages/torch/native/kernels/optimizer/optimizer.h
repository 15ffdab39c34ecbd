// The steps of optimizers as operators: every tensor of a list in one call, in place.
#pragma once

#include <ATen/ATen.h>

namespace ocelli {

// One step of stochastic gradient descent with momentum: packages/torch/src/optim/sgd.ts has the rule.
void sgdStep(at::TensorList params, at::TensorList gradients, at::TensorList buffers, double lr,
             double momentum, double share, double weightDecay, bool nesterov, bool maximize);

// One step of Adam: packages/torch/src/optim/adamOptimizer.ts has the rule. Each parameter is multiplied
// by `keep` first; `penalty` times the parameter is added to its gradient; `largest` is empty without
// AMSGrad; the last factor of the rule and its epsilon differ by the number of steps a parameter has made.
void adamStep(at::TensorList params, at::TensorList gradients, at::TensorList means,
              at::TensorList squares, at::TensorList largest, at::ArrayRef<double> factors,
              at::ArrayRef<double> epsilons, double beta1, double beta2, double keep, double penalty,
              bool maximize);

}  // namespace ocelli
