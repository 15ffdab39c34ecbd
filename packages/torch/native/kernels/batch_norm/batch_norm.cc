// The fused normalisation: statistics in double precision, the rest by the vector kernels.
#include "kernels/batch_norm/batch_norm.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "kernels/batch_norm/norm.h"
#include "kernels/machine/threads.h"

namespace ocelli {
namespace {

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

bool isFloat(const at::Tensor& t) {
  return !t.defined() || (t.scalar_type() == at::kFloat && t.device().is_cpu());
}
bool isPicture(const at::Tensor& t) {
  return t.dim() == 4 && isFloat(t) && t.layout() == at::kStrided && t.is_contiguous(kChannelsLast);
}

const float* dataOf(const at::Tensor& t) { return t.defined() ? t.data_ptr<float>() : nullptr; }

NormProblem problemOf(const at::Tensor& input, const at::Tensor& constants,
                      const NormOptions& options) {
  NormProblem problem{};
  problem.n = input.size(0);
  problem.c = input.size(1);
  problem.h = input.size(2);
  problem.w = input.size(3);
  problem.activation = options.activation;
  problem.pool = options.pool;
  problem.input = input.data_ptr<float>();
  problem.scale = constants.data_ptr<float>();
  problem.shift = problem.scale + constants.size(1);
  return problem;
}

// Whether computing the derivative again costs more than bringing it from memory.
bool isCostly(Activation activation) {
  return activation == Activation::gelu || activation == Activation::silu;
}

// Two sums per channel, added up over the threads in a fixed order.
template <typename F>
std::pair<std::vector<double>, std::vector<double>> sumsOf(const NormProblem& problem, const F& f) {
  const int64_t threads = at::get_num_threads(), c = problem.c;
  std::vector<double> all(2 * threads * c);
  onThreads(problem.lines(), [&](int64_t i, int64_t n) {
    double* own = all.data() + 2 * i * c;
    f(part(problem.lines(), i, n), own, own + c);
  });
  for (int64_t i = 2 * c; i < 2 * threads * c; ++i) all[i % (2 * c)] += all[i];
  return {{all.begin(), all.begin() + c}, {all.begin() + c, all.begin() + 2 * c}};
}

struct Moments {
  std::vector<double> mean, squares;  // squares: sum of squared deviations from the mean
};

// Deviations are taken from the first pixel, so that a large mean does not swallow the variance.
Moments momentsOf(const NormProblem& problem) {
  auto [sums, squares] = sumsOf(problem, [&](Range lines, double* first, double* second) {
    normKernels()->moments(problem, problem.input, lines, first, second);
  });
  const double count = static_cast<double>(problem.lines() * problem.w);
  for (int64_t c = 0; c < problem.c; ++c) {
    // In this order max() passes NaN on.
    squares[c] = std::max(squares[c] - sums[c] * sums[c] / count, 0.0);
    sums[c] = problem.input[c] + sums[c] / count;
  }
  return {std::move(sums), std::move(squares)};
}

// new = (1 - momentum) * old + momentum * batch, with the unbiased variance, as aten::batch_norm.
void updateRunning(const NormTensors& t, const Moments& batch, double count, double momentum) {
  const int64_t channels = t.input.size(1);
  if (t.runningMean.defined()) {
    float* mean = t.runningMean.data_ptr<float>();
    for (int64_t c = 0; c < channels; ++c) mean[c] += momentum * (batch.mean[c] - mean[c]);
    t.runningMean.unsafeGetTensorImpl()->bump_version();
  }
  if (t.runningVar.defined()) {
    float* variance = t.runningVar.data_ptr<float>();
    for (int64_t c = 0; c < channels; ++c) {
      variance[c] += momentum * (batch.squares[c] / (count - 1) - variance[c]);
    }
    t.runningVar.unsafeGetTensorImpl()->bump_version();
  }
}

Moments knownMoments(const at::Tensor& moments) {
  const int64_t channels = moments.size(1);
  const double* data = moments.data_ptr<double>();
  return {{data, data + channels}, {data + channels, data + 2 * channels}};
}

// Where no output is given, there is a new one.
NormResult forwardInto(const at::Tensor& output, const NormTensors& t, const NormOptions& options) {
  NormResult result;
  result.constants = normConstants(t, options, t.input.size(1));
  NormProblem problem = problemOf(t.input, result.constants, options);
  (options.residualFirst ? problem.residual : problem.skip) = dataOf(t.residual);
  const auto shape = {problem.n, problem.c, problem.outputHeight(), problem.outputWidth()};
  const auto like = t.input.options().memory_format(kChannelsLast);
  result.output = output.defined() ? output : at::empty(shape, like);
  if (options.pool) result.winners = at::empty(shape, like.dtype(at::kByte));
  float* data = result.output.data_ptr<float>();
  uint8_t* winners = options.pool ? result.winners.data_ptr<uint8_t>() : nullptr;
  onThreads(problem.outputLines(), [&](int64_t i, int64_t n) {
    normKernels()->apply(problem, part(problem.outputLines(), i, n), data, winners);
  });
  return result;
}

}  // namespace

at::Tensor normConstants(const NormTensors& t, const NormOptions& options, int64_t channels) {
  const int64_t padded = (channels + kNormPadding - 1) / kNormPadding * kNormPadding;
  at::Tensor constants = at::zeros({4, padded}, at::kFloat);
  Moments batch;
  double count = 1;
  if (options.training) {
    count = static_cast<double>(t.input.numel() / channels);
    batch = t.moments.defined() ? knownMoments(t.moments)
                                : momentsOf(problemOf(t.input, constants, options));
    updateRunning(t, batch, count, options.momentum);
  }
  const float *weight = dataOf(t.weight), *bias = dataOf(t.bias);
  const float *mean = dataOf(t.runningMean), *variance = dataOf(t.runningVar);
  float* out = constants.data_ptr<float>();
  for (int64_t c = 0; c < channels; ++c) {
    const double m = options.training ? batch.mean[c] : mean[c];
    const double v = options.training ? batch.squares[c] / count : variance[c];
    const double inverse = 1 / std::sqrt(v + options.epsilon);
    const double scale = weight ? weight[c] * inverse : inverse;
    out[c] = scale;
    out[padded + c] = (bias ? bias[c] : 0) - m * scale;
    out[2 * padded + c] = m;
    out[3 * padded + c] = inverse;
  }
  return constants;
}

at::Tensor normComposite(const NormTensors& t, const NormOptions& options) {
  at::Tensor y = at::batch_norm(t.input, t.weight, t.bias, t.runningMean, t.runningVar,
                                options.training, options.momentum, options.epsilon, false);
  if (t.residual.defined() && options.residualFirst) y = y + t.residual;
  if (options.activation == Activation::relu) y = at::relu(y);
  if (options.activation == Activation::gelu) y = at::gelu(y);
  if (options.activation == Activation::silu) y = at::silu(y);
  if (options.pool) y = at::max_pool2d(y, 2);
  return t.residual.defined() && !options.residualFirst ? y + t.residual : y;
}

bool normTakesChannels(const NormTensors& t, const NormOptions& options, int64_t channels) {
  const auto fits = [&](const at::Tensor& x) {
    return !x.defined() || (isFloat(x) && x.is_contiguous() && x.numel() == channels);
  };
  const bool statistics = options.training || (t.runningMean.defined() && t.runningVar.defined());
  return normKernels() && statistics && fits(t.weight) && fits(t.bias) && fits(t.runningMean) &&
         fits(t.runningVar);
}

bool normTakes(const NormTensors& t, const NormOptions& options) {
  if (!isPicture(t.input) || t.input.numel() == 0) return false;
  if (!normTakesChannels(t, options, t.input.size(1))) return false;
  if (options.pool && (t.input.size(2) < 2 || t.input.size(3) < 2)) return false;
  if (!t.residual.defined()) return true;
  return !options.pool && isPicture(t.residual) && t.residual.sizes() == t.input.sizes();
}

NormResult normForward(const NormTensors& t, const NormOptions& options) {
  return forwardInto(at::Tensor(), t, options);
}

at::Tensor normOverwrite(const NormTensors& t, const NormOptions& options) {
  return forwardInto(options.pool ? at::Tensor() : t.input, t, options).output;
}

NormGradients normBackward(const at::Tensor& gradient, const at::Tensor& input,
                           const at::Tensor& residual, const NormResult& saved,
                           const NormOptions& options) {
  NormProblem problem = problemOf(input, saved.constants, options);
  const int64_t padded = saved.constants.size(1);
  const float *mean = problem.scale + 2 * padded, *inverse = problem.scale + 3 * padded;
  const float* outer = gradient.data_ptr<float>();
  if (options.pool) problem.winners = saved.winners.data_ptr<uint8_t>();
  problem.residual = dataOf(residual);

  NormGradients result;
  result.input = at::empty_like(input);
  float* out = result.input.data_ptr<float>();
  if (residual.defined()) result.residual = at::empty_like(residual);
  float* inner = residual.defined()               ? result.residual.data_ptr<float>()
                 : isCostly(options.activation) ? out
                                                : nullptr;
  const auto [sums, products] = sumsOf(problem, [&](Range lines, double* first, double* second) {
    normKernels()->gradientSums(problem, outer, mean, lines, first, second, inner);
  });

  const auto channels = input.options().memory_format(c10::nullopt);
  result.weight = at::empty({problem.c}, channels);
  result.bias = at::empty({problem.c}, channels);
  std::vector<float> slope(padded), offset(padded);
  const double count = static_cast<double>(problem.lines() * problem.w);
  for (int64_t c = 0; c < problem.c; ++c) {
    result.weight.data_ptr<float>()[c] = products[c] * inverse[c];
    result.bias.data_ptr<float>()[c] = sums[c];
    if (!options.training) continue;  // the statistics did not depend on the input
    const double tilt = -problem.scale[c] * products[c] / count * inverse[c] * inverse[c];
    slope[c] = tilt;
    offset[c] = -problem.scale[c] * sums[c] / count - tilt * mean[c];
  }

  if (inner) {  // dz is in memory already: cheaper to read than to compute again
    outer = inner;
    problem.activation = Activation::none;
    problem.pool = false;
    problem.residual = nullptr;
  }
  onThreads(problem.lines(), [&](int64_t i, int64_t n) {
    normKernels()->gradientInput(problem, outer, slope.data(), offset.data(),
                                 part(problem.lines(), i, n), out);
  });
  return result;
}

}  // namespace ocelli
