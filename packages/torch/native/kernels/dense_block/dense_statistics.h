// Statistics of the channels of a dense block, and what batch norm makes of them.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/dense_block/dense.h"
#include "kernels/dense_block/dense_block.h"
#include "kernels/machine/threads.h"

namespace ocelli {

// Mean and sum of squared deviations of each channel.
struct ChannelMoments {
  std::vector<double> mean, squares;
  explicit ChannelMoments(int64_t channels) : mean(channels), squares(channels) {}

  // Fills `channels` of them: f(range of pixels, where its moments go), joined in a fixed order.
  template <typename F>
  void put(int64_t channel, int64_t channels, int64_t pixels, const F& f) {
    const int64_t threads = std::min<int64_t>(at::get_num_threads(), pixels);
    std::vector<double> parts(2 * threads * channels);
    onThreads(pixels, [&](int64_t i, int64_t n) {
      double* own = parts.data() + 2 * i * channels;
      f(part(pixels, i, n), MomentsOfRange{own, own + channels});
    });
    for (int64_t i = 0; i < threads; ++i) {
      const Range range = part(pixels, i, threads);
      const double* own = parts.data() + 2 * i * channels;
      for (int64_t c = 0; c < channels; ++c) {
        join(channel + c, range.begin, own[c], own[channels + c], range.size());
      }
    }
  }

 private:
  // Chan, Golub & LeVeque 1983, for two disjoint sets of pixels.
  void join(int64_t c, int64_t before, double newMean, double newSquares, int64_t count) {
    const double share = static_cast<double>(count) / (before + count);
    const double difference = newMean - mean[c];
    squares[c] = before == 0 ? newSquares
                             : squares[c] + newSquares + difference * difference * before * share;
    mean[c] = before == 0 ? newMean : mean[c] + difference * share;
  }
};

// Scale, shift, mean and 1 / deviation (4, channels) of a norm, which in training moves its running
// statistics: new = (1 - momentum) * old + momentum * batch, with the unbiased variance.
inline at::Tensor normConstants(const DenseNorm& norm, const ChannelMoments& batch, int64_t count,
                                const DenseOptions& options) {
  const int64_t channels = norm.weight.numel();
  at::Tensor constants = at::empty({4, channels}, norm.weight.options());
  const float *weight = norm.weight.data_ptr<float>(), *bias = norm.bias.data_ptr<float>();
  float *mean = norm.runningMean.data_ptr<float>(), *variance = norm.runningVar.data_ptr<float>();
  float* out = constants.data_ptr<float>();
  for (int64_t c = 0; c < channels; ++c) {
    const double m = options.training ? batch.mean[c] : mean[c];
    const double v = options.training ? batch.squares[c] / count : variance[c];
    const double inverse = 1 / std::sqrt(v + options.epsilon), scale = weight[c] * inverse;
    out[c] = scale;
    out[channels + c] = bias[c] - m * scale;
    out[2 * channels + c] = m;
    out[3 * channels + c] = inverse;
    if (!options.training) continue;
    mean[c] += options.momentum * (m - mean[c]);
    variance[c] += options.momentum * (batch.squares[c] / (count - 1) - variance[c]);
  }
  if (options.training) {
    norm.runningMean.unsafeGetTensorImpl()->bump_version();
    norm.runningVar.unsafeGetTensorImpl()->bump_version();
  }
  return constants;
}

// The sums of dz and of dz * (x - mean) per channel.
struct ChannelSums {
  std::vector<double> sums, products;

  // f(range of pixels, index of the thread, sums, products); returns the number of threads.
  template <typename F>
  int64_t add(int64_t channels, int64_t pixels, const F& f) {
    const int64_t threads = std::min<int64_t>(at::get_num_threads(), pixels);
    std::vector<double> parts(2 * threads * channels);
    onThreads(pixels, [&](int64_t i, int64_t n) {
      double* own = parts.data() + 2 * i * channels;
      f(part(pixels, i, n), i, own, own + channels);
    });
    for (int64_t i = 2 * channels; i < 2 * threads * channels; ++i) {
      parts[i % (2 * channels)] += parts[i];
    }
    sums.assign(parts.begin(), parts.begin() + channels);
    products.assign(parts.begin() + channels, parts.begin() + 2 * channels);
    return threads;
  }

  at::Tensor ofWeight(const at::Tensor& constants) const {
    const float* inverse = constants.data_ptr<float>() + 3 * constants.size(1);
    return filled(constants, [&](int64_t c) { return products[c] * inverse[c]; });
  }
  at::Tensor ofBias(const at::Tensor& constants) const {
    return filled(constants, [&](int64_t c) { return sums[c]; });
  }

 private:
  template <typename F>
  static at::Tensor filled(const at::Tensor& constants, const F& f) {
    at::Tensor result = at::empty({constants.size(1)}, constants.options());
    float* out = result.data_ptr<float>();
    for (int64_t c = 0; c < constants.size(1); ++c) out[c] = f(c);
    return result;
  }
};

// The share of the gradient of a norm's input that comes through the batch's statistics,
// x * slope + offset; nothing where those did not depend on the input.
struct LinearShare {
  std::vector<float> slope, offset;

  LinearShare(const at::Tensor& constants, const ChannelSums& sums, int64_t count, bool training)
      : slope(constants.size(1)), offset(constants.size(1)) {
    if (!training) return;
    const int64_t channels = constants.size(1);
    const float *scale = constants.data_ptr<float>(), *mean = scale + 2 * channels;
    const float* inverse = scale + 3 * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const double tilt = -scale[c] * sums.products[c] / count * inverse[c] * inverse[c];
      slope[c] = tilt;
      offset[c] = -scale[c] * sums.sums[c] / count - tilt * mean[c];
    }
  }
};

}  // namespace ocelli
