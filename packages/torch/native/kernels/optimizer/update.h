// What the operators know about the fused optimizer steps: one table per instruction set.
//
// A step reads every number once and writes it once: with a few million weights it takes as long as
// the memory does. The functions are single-threaded and work on a range of elements; optimizer.cc
// splits the work. No libtorch here, for the reason given in winograd/winograd.h.
#pragma once

#include <cstdint>

#include "kernels/machine/range.h"

namespace ocelli {

// d = sign * gradient + penalty * p, the buffer becomes momentum * buffer + share * d, and p moves by
// -rate along the buffer, or with `nesterov` along d + momentum * buffer.
struct SgdRule {
  double rate, momentum, share, penalty, sign;
  bool nesterov;
};

struct SgdTensors {
  float* parameter;
  const float* gradient;
  float* buffer;
};

// d = sign * gradient + penalty * p, the mean becomes beta1 * mean + (1 - beta1) * d, the square likewise
// with beta2 and d^2, and p becomes keep * p + factor * mean / (sqrt(square) + epsilon).
struct AdamRule {
  double beta1, beta2, penalty, sign, keep, factor, epsilon;
};

struct AdamTensors {
  float* parameter;
  const float* gradient;
  float* mean;
  float* square;
  float* largest;  // the largest mean square so far, which is divided by instead; or null
};

struct UpdateKernels {
  void (*sgd)(const SgdRule&, const SgdTensors&, Range elements);
  void (*adam)(const AdamRule&, const AdamTensors&, Range elements);
};

// The best table for this processor, or null: then the operators use ATen.
const UpdateKernels* updateKernels();

}  // namespace ocelli
