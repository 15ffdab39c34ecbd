// The operators of the namespace `ocelli`. "Autograd" is tried first on every device; below it, one
// function per operator serves all devices and decides itself between own code and ATen.
#include <torch/library.h>

#include "batch_norm_autograd.h"
#include "conv3x3.h"

TORCH_LIBRARY(ocelli, library) {
  library.def("conv3x3(Tensor input, Tensor weight) -> Tensor");
  library.def("conv3x3_backward_data(Tensor gradient, Tensor weight) -> Tensor");
  library.def("conv3x3_backward_weight(Tensor gradient, Tensor input, Tensor weight) -> Tensor");
  library.def(
      "batch_norm_act(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, "
      "Tensor? running_var, bool training, float momentum, float eps, str activation='none', "
      "Tensor? residual=None, bool residual_first=True, bool pool=False) -> Tensor");
}

TORCH_LIBRARY_IMPL(ocelli, Autograd, library) {
  library.impl("conv3x3", ocelli::conv3x3Autograd);
  library.impl("batch_norm_act", ocelli::batchNormAct);
}

TORCH_LIBRARY_IMPL(ocelli, CompositeExplicitAutograd, library) {
  library.impl("conv3x3", ocelli::conv3x3);
  library.impl("conv3x3_backward_data", ocelli::conv3x3BackwardData);
  library.impl("conv3x3_backward_weight", ocelli::conv3x3BackwardWeight);
  library.impl("batch_norm_act", ocelli::batchNormAct);
}
