// What the operators know about the fused normalisation kernels: one table per instruction set.
//
// All pictures are (n, h, w, c) in memory. The functions are single-threaded and work on a range of
// lines (rows of pixels, numbered through the batch); batch_norm.cc splits the work. No libtorch
// here, for the reason given in winograd/winograd.h.
#pragma once

#include <cstdint>

#include "kernels/machine/range.h"
#include "kernels/vectors/activation_kind.h"

namespace ocelli {

// y = pool(activation(x * scale + shift [+ residual])) [+ residual]; scale and shift per channel,
// rounded up to whole vectors of kNormPadding floats.
struct NormProblem {
  int64_t n, h, w, c;
  Activation activation;
  bool pool;  // 2x2 maximum, stride 2; a last odd line or column is dropped
  const float* input;
  const float* scale;
  const float* shift;
  const float* residual;  // added before the activation, or null
  const float* skip;      // added after the activation, or null
  const uint8_t* winners; // which of the four pixels of a window was the largest; if `pool`

  int64_t lines() const { return n * h; }
  int64_t outputHeight() const { return pool ? h / 2 : h; }
  int64_t outputWidth() const { return pool ? w / 2 : w; }
  int64_t outputLines() const { return n * outputHeight(); }
};

constexpr int64_t kNormPadding = 16;

struct NormKernels {
  // Adds the sums of (x - origin) and of their squares to `sums` and `squares`, per channel.
  void (*moments)(const NormProblem&, const float* origin, Range lines, double* sums,
                  double* squares);
  // Writes a range of output lines, and the winners if the problem pools.
  void (*apply)(const NormProblem&, Range outputLines, float* output, uint8_t* winners);
  // With z the activation's argument: adds the sums of dz and of dz * (x - mean) per channel; writes
  // dz itself if `residualGradient` is not null.
  void (*gradientSums)(const NormProblem&, const float* gradient, const float* mean, Range lines,
                       double* sums, double* products, float* residualGradient);
  // dx = dz * scale + x * slope + offset, with slope and offset per channel.
  void (*gradientInput)(const NormProblem&, const float* gradient, const float* slope,
                        const float* offset, Range lines, float* result);
};

// The best table for this processor, or null: then the operators use ATen.
const NormKernels* normKernels();

}  // namespace ocelli
