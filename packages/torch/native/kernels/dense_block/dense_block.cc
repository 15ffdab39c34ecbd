#include "kernels/dense_block/dense_block.h"

#include <ATen/ATen.h>

#include <cmath>

#include "kernels/conv3x3/conv3x3.h"
#include "kernels/dense_block/dense.h"
#include "kernels/dense_block/dense_statistics.h"
#include "kernels/machine/threads.h"
#include "kernels/machine/workspace.h"

namespace ocelli {
namespace {

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

thread_local Workspace threadScratch;
thread_local Workspace callScratch;
thread_local Workspace sumScratch;

at::Tensor pictures(const at::Tensor& like, int64_t channels) {
  return at::empty({like.size(0), channels, like.size(2), like.size(3)},
                   like.options().memory_format(kChannelsLast));
}

int64_t pixelsOf(const at::Tensor& t) { return t.size(0) * t.size(2) * t.size(3); }

PixelRows rowsOf(const at::Tensor& t) { return {t.data_ptr<float>(), t.size(1)}; }

NormRelu normOf(const at::Tensor& constants) {
  const float* scale = constants.data_ptr<float>();
  return {scale, scale + constants.size(1)};
}

// Copies pictures into channels of the buffer and takes their statistics.
void append(const at::Tensor& buffer, int64_t channel, const at::Tensor& pictures,
            ChannelMoments& moments) {
  buffer.narrow(1, channel, pictures.size(1)).copy_(pictures);
  const int64_t pixels = pixelsOf(buffer), channels = pictures.size(1);
  moments.put(channel, channels, pixels, [&](Range range, MomentsOfRange out) {
    denseKernels()->moments(rowsOf(pictures), channels, range, out);
  });
}

void pack(ProductShape shape, const float* matrix, int64_t depthStride, int64_t outputStride,
          float* packed) {
  onThreads(shape.depth, [&](int64_t i, int64_t n) {
    denseKernels()->pack(shape, matrix, depthStride, outputStride, part(shape.depth, i, n), packed);
  });
}

// The 1x1 convolution of the normalised first channels of the buffer.
at::Tensor hiddenOf(const at::Tensor& buffer, const at::Tensor& weight, NormRelu norm,
                    ChannelMoments& moments) {
  const DenseKernels& kernels = *denseKernels();
  const ProductShape shape{weight.size(1), weight.size(0)};
  at::Tensor hidden = pictures(buffer, shape.outputs);
  float* packed = callScratch.get(shape.depth * shape.outputs);
  pack(shape, weight.data_ptr<float>(), weight.stride(1), weight.stride(0), packed);
  const NormProduct product{shape, rowsOf(buffer), norm, packed, hidden.data_ptr<float>()};
  moments.put(0, shape.outputs, pixelsOf(buffer), [&](Range range, MomentsOfRange out) {
    kernels.forward(product, range, out, threadScratch.get(kernels.forwardScratch(shape)));
  });
  return hidden;
}

at::Tensor activated(const at::Tensor& hidden, const at::Tensor& constants) {
  at::Tensor result = at::empty_like(hidden);
  float* out = result.data_ptr<float>();
  const int64_t pixels = pixelsOf(hidden), channels = hidden.size(1);
  onThreads(pixels, [&](int64_t i, int64_t n) {
    denseKernels()->apply(rowsOf(hidden), normOf(constants), channels, part(pixels, i, n), out);
  });
  return result;
}

// ---- backward -----------------------------------------------------------------------------------

// A gradient of the buffer that grows from the last layer to the first. The statistics of the batch
// make every layer's share linear in the input, so those parts are summed per channel and applied once.
class BufferGradient {
 public:
  BufferGradient(const at::Tensor& buffer, const at::Tensor& outer)
      : buffer_(buffer), outer_(outer), slope_(buffer.size(1)), offset_(buffer.size(1)) {}

  const float* known() const { return (sum_.defined() ? sum_ : outer_).data_ptr<float>(); }
  float* sum() {
    if (!sum_.defined()) next_ = at::empty_like(buffer_);
    return (sum_.defined() ? sum_ : next_).data_ptr<float>();
  }
  void written() {
    if (!sum_.defined()) sum_ = next_;
  }

  void addLinear(const LinearShare& share) {
    for (size_t c = 0; c < share.slope.size(); ++c) {
      slope_[c] += share.slope[c];
      offset_[c] += share.offset[c];
    }
  }

  // The finished gradient of some channels.
  at::Tensor take(int64_t channel, int64_t channels) const {
    const auto options = buffer_.options().memory_format(c10::nullopt);
    const auto vector = [&](const std::vector<double>& values) {
      at::Tensor result = at::empty({1, channels, 1, 1}, options);
      std::copy_n(values.begin() + channel, channels, result.data_ptr<float>());
      return result;
    };
    const at::Tensor source = sum_.defined() ? sum_ : outer_;
    at::Tensor result = pictures(buffer_, channels);
    at::addcmul_out(result, source.narrow(1, channel, channels),
                    buffer_.narrow(1, channel, channels), vector(slope_));
    return result.add_(vector(offset_));
  }

 private:
  const at::Tensor buffer_, outer_;
  at::Tensor sum_, next_;
  std::vector<double> slope_, offset_;
};

// The product's backward pass over all threads; gives conv1's gradient and the sums of norm1.
at::Tensor productBackward(const NormProductGradient& problem, const at::Tensor& weight,
                           int64_t pixels, ChannelSums& sums) {
  const DenseKernels& kernels = *denseKernels();
  const ProductShape shape = problem.shape;
  const int64_t size = shape.depth * shape.outputs;
  float* weightSums = sumScratch.get(size * at::get_num_threads());
  const int64_t parts = sums.add(shape.depth, pixels, [&](Range range, int64_t i, double* first,
                                                          double* second) {
    kernels.backward(problem, range, weightSums + i * size, first, second,
                     threadScratch.get(kernels.backwardScratch(shape)));
  });
  at::Tensor result = at::empty(weight.sizes(), weight.options());
  onThreads(shape.depth, [&](int64_t i, int64_t n) {
    kernels.finishWeights(shape, weightSums, parts, part(shape.depth, i, n),
                          result.data_ptr<float>());
  });
  return result;
}

std::vector<at::Tensor> layerBackward(const at::Tensor& buffer, const DenseLayer& layer,
                                      const DenseSaved& saved, BufferGradient& gradient,
                                      bool training) {
  const DenseKernels& kernels = *denseKernels();
  const int64_t depth = layer.conv1.size(1), outputs = layer.conv1.size(0);
  const int64_t pixels = pixelsOf(buffer);
  const at::Tensor outer = gradient.take(depth, layer.conv2.size(0));
  const at::Tensor hidden = activated(saved.hidden, saved.constants2);
  const at::Tensor conv2 = conv3x3WeightGradient({outer, {}}, hidden, layer.conv2, 1);
  const at::Tensor inner = conv3x3DataGradient({outer, {}}, hidden, layer.conv2, 1);

  float* packed = callScratch.get(depth * outputs);
  pack({outputs, depth}, layer.conv1.data_ptr<float>(), layer.conv1.stride(0),
       layer.conv1.stride(1), packed);
  NormProductGradient problem{};
  problem.shape = {depth, outputs};
  problem.input = rowsOf(buffer);
  problem.norm = normOf(saved.constants1);
  problem.mean = problem.norm.scale + 2 * depth;
  problem.hidden = saved.hidden.data_ptr<float>();
  problem.hiddenNorm = normOf(saved.constants2);
  problem.gradient = inner.data_ptr<float>();
  problem.packedTransposed = packed;

  ChannelSums sums2, sums1;
  sums2.add(outputs, pixels, [&](Range range, int64_t, double* first, double* second) {
    kernels.gradientSums(problem, problem.hiddenNorm.scale + 2 * outputs, range, first, second);
  });
  const LinearShare share2(saved.constants2, sums2, pixels, training);
  problem.hiddenSlope = share2.slope.data();
  problem.hiddenOffset = share2.offset.data();
  problem.outer = gradient.known();
  problem.result = gradient.sum();
  const at::Tensor conv1 = productBackward(problem, layer.conv1, pixels, sums1);
  gradient.written();
  gradient.addLinear(LinearShare(saved.constants1, sums1, pixels, training));
  return {sums1.ofWeight(saved.constants1), sums1.ofBias(saved.constants1), conv1,
          sums2.ofWeight(saved.constants2), sums2.ofBias(saved.constants2), conv2};
}

}  // namespace

DenseResult denseForward(const at::Tensor& input, const DenseLayers& layers,
                         const DenseOptions& options) {
  int64_t channel = input.size(1);
  const DenseLayer& last = layers.back();
  DenseResult result;
  result.output = pictures(input, last.conv1.size(1) + last.conv2.size(0));
  const at::Tensor& buffer = result.output;
  const int64_t pixels = pixelsOf(buffer);
  ChannelMoments moments(buffer.size(1));
  append(buffer, 0, input, moments);
  for (const DenseLayer& layer : layers) {
    DenseSaved saved;
    saved.constants1 = normConstants(layer.norm1, moments, pixels, options);
    ChannelMoments hiddenMoments(layer.conv1.size(0));
    saved.hidden = hiddenOf(buffer, layer.conv1, normOf(saved.constants1), hiddenMoments);
    saved.constants2 = normConstants(layer.norm2, hiddenMoments, pixels, options);
    append(buffer, channel, conv3x3(activated(saved.hidden, saved.constants2), layer.conv2, 1),
           moments);
    channel += layer.conv2.size(0);
    result.layers.push_back(std::move(saved));
  }
  return result;
}

DenseGradients denseBackward(const at::Tensor& gradient, const DenseResult& result,
                             const DenseLayers& layers, bool training) {
  BufferGradient sum(result.output, gradient);
  DenseGradients gradients;
  gradients.layers.resize(layers.size());
  for (size_t i = layers.size(); i-- > 0;) {
    gradients.layers[i] = layerBackward(result.output, layers[i], result.layers[i], sum, training);
  }
  gradients.input = sum.take(0, layers.front().conv1.size(1));
  return gradients;
}

}  // namespace ocelli
