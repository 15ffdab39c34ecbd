// The operators of the namespace `ocelli`. "Autograd" is tried first on every device; below it, one
// function per operator serves all devices and decides itself between own code and ATen.
#include <torch/library.h>

#include "kernels/batch_norm/batch_norm_autograd.h"
#include "kernels/conv3x3/conv3x3.h"
#include "kernels/conv3x3/conv3x3_autograd.h"
#include "kernels/conv3x3/conv3x3_norm.h"
#include "kernels/dense_block/dense_block_autograd.h"
#include "kernels/optimizer/optimizer.h"
#include "kernels/peak.h"
#include "kernels/pixels/remap.h"

TORCH_LIBRARY(ocelli, library) {
  library.def("conv3x3(Tensor input, Tensor weight, int stride=1) -> Tensor");
  library.def(
      "batch_norm_act(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, "
      "Tensor? running_var, bool training, float momentum, float eps, str activation='none', "
      "Tensor? residual=None, bool residual_first=True, bool pool=False) -> Tensor");
  library.def(
      "conv3x3_batch_norm_act(Tensor input, Tensor weight, Tensor? norm_weight, Tensor? norm_bias, "
      "Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, "
      "str activation='none', Tensor? residual=None, bool residual_first=True, str pool='none', "
      "int stride=1) -> Tensor");
  library.def(
      "dense_block(Tensor input, Tensor[] parameters, Tensor[] statistics, bool training, "
      "float momentum, float eps) -> Tensor");
  library.def(
      "sgd_step_(Tensor(a!)[] params, Tensor[] gradients, Tensor(b!)[] buffers, float lr, "
      "float momentum, float share, float weight_decay, bool nesterov, bool maximize) -> ()");
  library.def(
      "adam_step_(Tensor(a!)[] params, Tensor[] gradients, Tensor(b!)[] means, Tensor(c!)[] squares, "
      "Tensor(d!)[] largest, float[] factors, float[] epsilons, float beta1, float beta2, float keep, "
      "float penalty, bool maximize) -> ()");
  library.def("remap(Tensor images, Tensor rows, Tensor columns) -> Tensor", ocelli::remap);
  library.def("fma_peak(int rounds) -> float", ocelli::fmaPeak);
}

TORCH_LIBRARY_IMPL(ocelli, Autograd, library) {
  library.impl("conv3x3", ocelli::conv3x3Autograd);
  library.impl("batch_norm_act", ocelli::batchNormAct);
  library.impl("conv3x3_batch_norm_act", ocelli::conv3x3BatchNormAct);
  library.impl("dense_block", ocelli::denseBlock);
}

TORCH_LIBRARY_IMPL(ocelli, CompositeExplicitAutograd, library) {
  library.impl("conv3x3", ocelli::conv3x3);
  library.impl("batch_norm_act", ocelli::batchNormAct);
  library.impl("conv3x3_batch_norm_act", ocelli::conv3x3BatchNormAct);
  library.impl("dense_block", ocelli::denseBlock);
  library.impl("sgd_step_", ocelli::sgdStep);
  library.impl("adam_step_", ocelli::adamStep);
}
