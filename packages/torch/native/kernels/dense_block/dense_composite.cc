// The dense block with ATen's operators.
#include <ATen/ATen.h>

#include "kernels/dense_block/dense.h"
#include "kernels/dense_block/dense_block.h"
#include "kernels/machine/autocast.h"

namespace ocelli {
namespace {

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

at::Tensor normRelu(const at::Tensor& input, const DenseNorm& norm, const DenseOptions& options) {
  return at::relu(at::batch_norm(input, norm.weight, norm.bias, norm.runningMean, norm.runningVar,
                                 options.training, options.momentum, options.epsilon, false));
}

bool isFloat(const at::Tensor& t) {
  return t.defined() && t.scalar_type() == at::kFloat && t.device().is_cpu() &&
         t.layout() == at::kStrided;
}

bool takesNorm(const DenseNorm& norm, int64_t channels) {
  const auto vector = [&](const at::Tensor& t) {
    return isFloat(t) && t.dim() == 1 && t.is_contiguous() && t.numel() == channels;
  };
  return vector(norm.weight) && vector(norm.bias) && vector(norm.runningMean) &&
         vector(norm.runningVar);
}

// `channels` are those that the layer reads.
bool takesLayer(const DenseLayer& layer, int64_t channels) {
  if (!isFloat(layer.conv1) || !isFloat(layer.conv2)) return false;
  const int64_t outputs = layer.conv1.size(0);
  return layer.conv1.sizes() == at::IntArrayRef{outputs, channels, 1, 1} &&
         layer.conv2.sizes() == at::IntArrayRef{layer.conv2.size(0), outputs, 3, 3} &&
         outputs % kDenseChannels == 0 && layer.conv2.size(0) % kDenseChannels == 0 &&
         takesNorm(layer.norm1, channels) && takesNorm(layer.norm2, outputs);
}

}  // namespace

at::Tensor denseComposite(const at::Tensor& input, const DenseLayers& layers,
                          const DenseOptions& options) {
  at::Tensor features = input;
  for (const DenseLayer& layer : layers) {
    const at::Tensor hidden = at::conv2d(normRelu(features, layer.norm1, options), layer.conv1);
    const at::Tensor added =
        at::conv2d(normRelu(hidden, layer.norm2, options), layer.conv2, {}, 1, 1);
    features = at::cat({features, added}, 1);
  }
  return features;
}

bool denseTakes(const at::Tensor& input, const DenseLayers& layers) {
  if (!denseKernels() || isCpuAutocast() || layers.empty()) return false;
  if (!isFloat(input) || input.dim() != 4) return false;
  if (input.numel() == 0 || !input.is_contiguous(kChannelsLast)) return false;
  int64_t channels = input.size(1);
  if (channels % kDenseChannels != 0) return false;
  for (const DenseLayer& layer : layers) {
    if (!takesLayer(layer, channels)) return false;
    channels += layer.conv2.size(0);
  }
  return true;
}

}  // namespace ocelli
