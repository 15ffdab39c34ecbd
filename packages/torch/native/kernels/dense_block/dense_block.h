// A dense block, x <- [x, conv3x3(relu(norm2(conv1x1(relu(norm1(x))))))] layer by layer, as one
// operator (Huang et al. 2017): one growing buffer instead of concatenations, statistics of a channel
// taken once, normalised values computed where they are used and again in the backward pass.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace ocelli {

struct DenseNorm {
  at::Tensor weight, bias, runningMean, runningVar;
};
struct DenseLayer {
  DenseNorm norm1, norm2;
  at::Tensor conv1, conv2;
};
using DenseLayers = std::vector<DenseLayer>;

struct DenseOptions {
  bool training;    // statistics of the batch, and update of the running ones
  double momentum;  // weight of the new statistics
  double epsilon;
};

// The same with ATen's operators: every device, dtype and layout; differentiable.
at::Tensor denseComposite(const at::Tensor& input, const DenseLayers&, const DenseOptions&);

// Whether the own kernels take these operands.
bool denseTakes(const at::Tensor& input, const DenseLayers&);

// What the backward pass needs of a layer; constants are (4, channels): scale, shift, mean and
// 1 / deviation.
struct DenseSaved {
  at::Tensor hidden, constants1, constants2;
};
struct DenseResult {
  at::Tensor output;
  std::vector<DenseSaved> layers;
};
DenseResult denseForward(const at::Tensor& input, const DenseLayers&, const DenseOptions&);

// Gradients of a layer, in the order norm1 weight and bias, conv1, norm2 weight and bias, conv2.
struct DenseGradients {
  at::Tensor input;
  std::vector<std::vector<at::Tensor>> layers;
};
// `conv2` holds each layer's 3x3 weight, `conv1` its 1x1 weight.
DenseGradients denseBackward(const at::Tensor& gradient, const DenseResult&, const DenseLayers&,
                             bool training);

}  // namespace ocelli
