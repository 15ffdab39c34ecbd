// The three passes of the 3x3 convolution: memory, and the split over threads.
#include "kernels/conv3x3/conv3x3.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "kernels/conv3x3/filter_cache.h"
#include "kernels/conv3x3/weight_sums.h"
#include "kernels/machine/autocast.h"
#include "kernels/machine/threads.h"
#include "kernels/machine/workspace.h"
#include "kernels/winograd/winograd.h"

namespace ocelli {
namespace {

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

bool isPicture(const at::Tensor& t) {
  return t.dim() == 4 && t.scalar_type() == at::kFloat && t.device().is_cpu() &&
         t.layout() == at::kStrided && t.numel() > 0;
}

ConvShape shapeOf(const at::Tensor& input, const at::Tensor& weight, int64_t stride) {
  const int64_t h = input.size(2), w = input.size(3);
  return {input.size(0),
          h,
          w,
          weight.size(1),
          weight.size(0),
          (h + stride - 1) / stride,
          (w + stride - 1) / stride,
          stride == 1 ? Window::dense : Window::strided};
}

thread_local Workspace threadScratch;

FilterStrides stridesOf(const at::Tensor& weight) {
  return {weight.stride(0), weight.stride(1), weight.stride(2), weight.stride(3)};
}

int64_t filterSizeOf(const ConvShape& shape, const Areas& areas) {
  int64_t size = 0;
  for (const Area& area : areas) size += winogradKernels()->filterSize(shape, area);
  return size;
}

at::Tensor filtersOf(const ConvShape& shape, const at::Tensor& weight, const FilterKey& key) {
  FilterStrides at = stridesOf(weight);
  const float* first = weight.data_ptr<float>();
  if (key.turned) {  // from the last tap backwards, with input and output channels exchanged
    first += 2 * at.y + 2 * at.x;
    at = {at.c, at.k, -at.y, -at.x};
  }
  return transformedFilters(weight, key, filterSizeOf(shape, key.areas), [&](float* filters) {
    const int64_t blocks = winogradKernels()->filterBlockCount(shape);
    onThreads(blocks, [&](int64_t i, int64_t n) {
      winogradKernels()->transformFilters(shape, key.areas, first, at, part(blocks, i, n), filters);
    });
  });
}

int64_t blocksOf(const ConvShape& shape, const Area& area) {
  return winogradKernels()->forwardBlocks(shape, area, threadsFor(area.tilesOf(shape)));
}

// Every area's blocks of tiles, shared by the threads.
void convolve(const ConvShape& shape, const Picture& input, const at::Tensor& filters,
              const Areas& areas, Finish finish) {
  const WinogradKernels& kernels = *winogradKernels();
  const float* transformed = filters.data_ptr<float>();
  for (const Area& area : areas) {
    const int64_t tiles = area.tilesOf(shape);
    WorkQueue blocks(blocksOf(shape, area), threadsFor(tiles));
    onThreads(tiles, [&](int64_t i, int64_t) {
      float* scratch = threadScratch.get(kernels.forwardScratch(shape, area));
      kernels.forward(shape, area, input, transformed, {blocks, i}, finish, scratch);
    });
    transformed += kernels.filterSize(shape, area);
    finish.moments = finish.moments.after(blocks.pieces() * shape.k);
  }
}

// The moments of the outputs of each block, brought together in the order of the blocks.
class BlockMoments {
 public:
  BlockMoments(int64_t blocks, int64_t channels)
      : blocks_(blocks),
        channels_(channels),
        origin_(blocks * channels),
        sums_(blocks * channels),
        squares_(blocks * channels),
        counts_(blocks * channels) {}

  Moments first() { return {origin_.data(), sums_.data(), squares_.data(), counts_.data()}; }

  // Chan, Golub & LeVeque 1979: sums of squares about the common mean.
  at::Tensor total() const {
    at::Tensor result = at::zeros({2, channels_}, at::kDouble);
    double *mean = result.data_ptr<double>(), *squares = mean + channels_;
    std::vector<double> counts(channels_);
    for (int64_t at = 0; at < blocks_ * channels_; ++at) {
      const int64_t c = at % channels_;
      const double n = static_cast<double>(counts_[at]);
      if (n == 0) continue;
      const double all = counts[c] + n, away = origin_[at] + sums_[at] / n - mean[c];
      squares[c] += std::max(squares_[at] - sums_[at] * sums_[at] / n, 0.0) +
                    away * away * counts[c] * n / all;
      mean[c] += away * n / all;
      counts[c] = all;
    }
    return result;
  }

 private:
  const int64_t blocks_, channels_;
  std::vector<float> origin_;
  std::vector<double> sums_, squares_;
  std::vector<int64_t> counts_;
};

Finish finishInto(const Conv3x3Result& result, const Conv3x3Finish& wanted) {
  const auto data = [](const at::Tensor& t) { return t.defined() ? t.data_ptr<float>() : nullptr; };
  Finish finish{};
  finish.output = result.output.data_ptr<float>();
  finish.winners = result.winners.defined() ? result.winners.data_ptr<uint8_t>() : nullptr;
  finish.pooling = wanted.pooling;
  finish.activation = wanted.activation;
  finish.scale = data(wanted.scale);
  finish.shift = data(wanted.shift);
  finish.residual = data(wanted.residual);
  finish.skip = data(wanted.skip);
  return finish;
}

Picture pictureOf(const OutputGradient& outer) {
  return {outer.gradient.data_ptr<float>(),
          outer.winners.defined() ? outer.winners.data_ptr<uint8_t>() : nullptr};
}

}  // namespace

// Few channels stay with ATen: the products become smaller than the transforms around them.
bool conv3x3Takes(const at::Tensor& input, const at::Tensor& weight, int64_t stride) {
  return winogradKernels() && !isCpuAutocast() && (stride == 1 || stride == 2) &&
         isPicture(input) && isPicture(weight) && input.is_contiguous(kChannelsLast) &&
         weight.size(2) == 3 && weight.size(3) == 3 &&
         weight.size(0) >= 8 && weight.size(1) >= 8 && input.size(1) == weight.size(1) &&
         weight.is_non_overlapping_and_dense();
}

Conv3x3Result conv3x3Own(const at::Tensor& input, const at::Tensor& weight, int64_t stride,
                         const Conv3x3Finish& wanted) {
  const ConvShape shape = shapeOf(input, weight, stride);
  const bool pooled = wanted.pooling != Pooling::none;
  const int64_t height = pooled ? shape.outH / 2 : shape.outH,
                width = pooled ? shape.outW / 2 : shape.outW;
  const Areas areas =
      coverOutputs(shape, pooled ? height * 2 : height, pooled ? width * 2 : width, pooled);
  const auto like = input.options().memory_format(kChannelsLast);
  Conv3x3Result result;
  result.output = at::empty({shape.n, shape.k, height, width}, like);
  if (wanted.pooling == Pooling::before)
    result.winners = at::empty_like(result.output, like.dtype(at::kByte));
  const at::Tensor filters = filtersOf(shape, weight, {false, areas});
  Finish finish = finishInto(result, wanted);
  if (!wanted.moments) {
    convolve(shape, {input.data_ptr<float>(), nullptr}, filters, areas, finish);
    return result;
  }
  int64_t blocks = 0;
  for (const Area& area : areas) blocks += blocksOf(shape, area);
  BlockMoments moments(blocks, shape.k);
  finish.moments = moments.first();
  convolve(shape, {input.data_ptr<float>(), nullptr}, filters, areas, finish);
  result.moments = moments.total();
  return result;
}

at::Tensor conv3x3(const at::Tensor& input, const at::Tensor& weight, int64_t stride) {
  if (!conv3x3Takes(input, weight, stride)) return at::conv2d(input, weight, {}, stride, 1);
  return conv3x3Own(input, weight, stride, {}).output;
}

at::Tensor conv3x3DataGradient(const OutputGradient& outer, const at::Tensor& input,
                               const at::Tensor& weight, int64_t stride) {
  const ConvShape forward = shapeOf(input, weight, stride);
  const ConvShape shape{forward.n, forward.outH, forward.outW,
                        forward.k, forward.c,    forward.h,
                        forward.w, stride == 1 ? Window::dense : Window::spread};
  const Areas areas = coverOutputs(shape, shape.outH, shape.outW, false);
  const at::Tensor result = at::empty_like(input);
  Finish finish{};
  finish.output = result.data_ptr<float>();
  const at::Tensor filters = filtersOf(shape, weight, {true, areas});
  convolve(shape, pictureOf(outer), filters, areas, finish);
  return result;
}

at::Tensor conv3x3WeightGradient(const OutputGradient& outer, const at::Tensor& input,
                                 const at::Tensor& weight, int64_t stride) {
  const WinogradKernels& kernels = *winogradKernels();
  const ConvShape shape = shapeOf(input, weight, stride);
  const bool pooled = outer.winners.defined();  // what the pool dropped has no gradient
  const int64_t height = pooled ? shape.outH / 2 * 2 : shape.outH,
                width = pooled ? shape.outW / 2 * 2 : shape.outW;
  const at::Tensor result = at::empty_like(weight);
  float* out = result.data_ptr<float>();
  const int64_t blocks = kernels.filterBlockCount(shape);
  const WeightOperands operands{input.data_ptr<float>(), pictureOf(outer)};
  bool add = false;
  for (const Area& area : coverOutputs(shape, height, width, false)) {
    const WeightSums sums = sumOverTiles(shape, area, operands);
    onThreads(blocks, [&](int64_t i, int64_t n) {
      kernels.finishWeights(shape, area, sums.data, sums.parts, sums.stride, part(blocks, i, n), add,
                            out, stridesOf(result));
    });
    add = true;
  }
  return result;
}

}  // namespace ocelli
