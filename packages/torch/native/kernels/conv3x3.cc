// The three passes of the 3x3 convolution as operators: checks, memory, and the split over threads.
#include "conv3x3.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "threads.h"
#include "winograd.h"
#include "workspace.h"

namespace ocelli {
namespace {

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

bool isPicture(const at::Tensor& t) {
  return t.dim() == 4 && t.scalar_type() == at::kFloat && t.device().is_cpu() &&
         t.layout() == at::kStrided && t.numel() > 0;
}

// Whether the own kernels take these operands; `picture` is the input or the gradient of the output.
// Few channels stay with ATen: the 36 products become smaller than the transforms around them.
bool takes(const at::Tensor& picture, const at::Tensor& weight, int64_t pictureChannels) {
  return winogradKernels() && isPicture(picture) && isPicture(weight) &&
         picture.is_contiguous(kChannelsLast) && weight.size(2) == 3 && weight.size(3) == 3 &&
         weight.size(0) >= 8 && weight.size(1) >= 8 && picture.size(1) == pictureChannels;
}

bool takesForward(const at::Tensor& input, const at::Tensor& weight) {
  return weight.dim() == 4 && takes(input, weight, weight.size(1));
}

thread_local Workspace threadScratch;
thread_local Workspace callScratch;

FilterStrides stridesOf(const at::Tensor& weight) {
  return {weight.stride(0), weight.stride(1), weight.stride(2), weight.stride(3)};
}

at::Tensor run(const ConvShape& shape, const at::Tensor& input, const float* weight,
               FilterStrides strides) {
  const WinogradKernels& kernels = *winogradKernels();
  at::Tensor output = at::empty({shape.n, shape.k, shape.h, shape.w},
                                input.options().memory_format(kChannelsLast));
  const float* in = input.data_ptr<float>();
  float* out = output.data_ptr<float>();
  float* filters = callScratch.get(kernels.filterSize(shape));
  const int64_t panels = kernels.panelCount(shape), tiles = kernels.tileCount(shape);
  onThreads(panels, [&](int64_t i, int64_t n) {
    kernels.transformFilters(shape, weight, strides, part(panels, i, n), filters);
  });
  onThreads(tiles, [&](int64_t i, int64_t n) {
    float* scratch = threadScratch.get(kernels.forwardScratch(shape));
    kernels.forward(shape, in, filters, part(tiles, i, n), out, scratch);
  });
  return output;
}

// Into how many parts of the input channels the threads share a weight gradient. Splitting the tiles
// instead transforms every gradient once, but each part of the tiles needs its own sums.
int64_t channelSplit(int64_t sumsSize) {
  constexpr int64_t kMostSums = int64_t{1} << 22;  // 16 MB
  const int64_t threads = at::get_num_threads();
  for (int64_t parts = 1; parts < threads; ++parts) {
    if (threads % parts == 0 && threads / parts * sumsSize <= kMostSums) return parts;
  }
  return threads;
}

at::Tensor runWeight(const ConvShape& shape, const at::Tensor& input, const at::Tensor& gradient,
                     const at::Tensor& like) {
  const WinogradKernels& kernels = *winogradKernels();
  at::Tensor weight = at::empty_like(like);
  const int64_t tiles = kernels.tileCount(shape), groups = kernels.channelGroupCount(shape);
  const int64_t size = kernels.filterSize(shape), panels = kernels.panelCount(shape);
  const int64_t channelParts = std::min(groups, channelSplit(size));
  const int64_t tileParts = std::min(tiles, at::get_num_threads() / channelParts);
  float* sums = callScratch.get(size * tileParts);
  onThreads(channelParts * tileParts, [&](int64_t first, int64_t n) {
    float* scratch = threadScratch.get(kernels.weightScratch(shape));
    for (int64_t i = first; i < channelParts * tileParts; i += n) {
      const int64_t tilePart = i / channelParts;
      kernels.weightSums(shape, input.data_ptr<float>(), gradient.data_ptr<float>(),
                         part(tiles, tilePart, tileParts),
                         part(groups, i % channelParts, channelParts), sums + tilePart * size,
                         scratch);
    }
  });
  float* out = weight.data_ptr<float>();
  onThreads(panels, [&](int64_t i, int64_t n) {
    kernels.finishWeights(shape, sums, tileParts, size, part(panels, i, n), out, stridesOf(weight));
  });
  return weight;
}

std::tuple<at::Tensor, at::Tensor> plainBackward(const at::Tensor& gradient,
                                                 const at::Tensor& input, const at::Tensor& weight,
                                                 bool needsInput, bool needsWeight) {
  const auto [data, filters, bias] = at::convolution_backward(
      gradient, input, weight, c10::nullopt, {1, 1}, {1, 1}, {1, 1}, false, {0, 0}, 1,
      {needsInput, needsWeight, false});
  return {data, filters};
}

class Conv3x3Function : public torch::autograd::Function<Conv3x3Function> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input,
                            const at::Tensor& weight) {
    at::AutoDispatchBelowADInplaceOrView guard;
    context->save_for_backward({input, weight});
    return conv3x3(input, weight);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1];
    const bool needsInput = context->needs_input_grad(0), needsWeight = context->needs_input_grad(1);
    if (at::GradMode::is_enabled()) {  // second derivatives: ATen's formula is differentiable
      auto [data, filters] = plainBackward(gradients[0], input, weight, needsInput, needsWeight);
      return {data, filters};
    }
    const at::Tensor gradient = gradients[0].contiguous(kChannelsLast);
    return {needsInput ? conv3x3BackwardData(gradient, weight) : at::Tensor(),
            needsWeight ? conv3x3BackwardWeight(gradient, input, weight) : at::Tensor()};
  }
};

ConvShape shapeOf(const at::Tensor& input, const at::Tensor& weight) {
  return {input.size(0), input.size(2), input.size(3), weight.size(1), weight.size(0)};
}

}  // namespace

at::Tensor conv3x3(const at::Tensor& input, const at::Tensor& weight) {
  if (!takesForward(input, weight)) return at::conv2d(input, weight, {}, 1, 1);
  return run(shapeOf(input, weight), input, weight.data_ptr<float>(), stridesOf(weight));
}

// The same convolution with input and output channels exchanged and the taps turned around.
at::Tensor conv3x3BackwardData(const at::Tensor& gradient, const at::Tensor& weight) {
  if (!takes(gradient, weight, weight.size(0))) {
    const auto shape = {gradient.size(0), weight.size(1), gradient.size(2), gradient.size(3)};
    const at::Tensor input = at::empty(shape, gradient.options(), gradient.suggest_memory_format());
    return std::get<0>(plainBackward(gradient, input, weight, true, false));
  }
  const ConvShape shape{gradient.size(0), gradient.size(2), gradient.size(3), weight.size(0),
                        weight.size(1)};
  const FilterStrides s = stridesOf(weight);
  const float* lastTap = weight.data_ptr<float>() + 2 * s.y + 2 * s.x;
  return run(shape, gradient, lastTap, {s.c, s.k, -s.y, -s.x});
}

at::Tensor conv3x3BackwardWeight(const at::Tensor& gradient, const at::Tensor& input,
                                 const at::Tensor& weight) {
  const bool ours = takesForward(input, weight) && takes(gradient, weight, weight.size(0)) &&
                    gradient.size(0) == input.size(0) && gradient.size(2) == input.size(2) &&
                    gradient.size(3) == input.size(3) && weight.is_non_overlapping_and_dense();
  if (!ours) return std::get<1>(plainBackward(gradient, input, weight, false, true));
  return runWeight(shapeOf(input, weight), input, gradient, weight);
}

at::Tensor conv3x3Autograd(const at::Tensor& input, const at::Tensor& weight) {
  if (!takesForward(input, weight)) return at::conv2d(input, weight, {}, 1, 1);
  return Conv3x3Function::apply(input, weight);
}

}  // namespace ocelli
