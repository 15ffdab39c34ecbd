// The fused optimizer steps, compiled once for each instruction set.
#pragma once

#include <cmath>

#include "kernels/optimizer/update.h"
#include "kernels/vectors/vec.h"

namespace {

// Calls f(load, store, index) for whole vectors and once for what is left of them.
template <typename F>
inline void overElements(ocelli::Range elements, const F& f) {
  int64_t i = elements.begin;
  for (; i + kLanes <= elements.end; i += kLanes) {
    f([i](const float* p) { return load(p + i); }, [i](float* p, Vec v) { store(p + i, v); });
  }
  const int64_t left = elements.end - i;
  if (left == 0) return;
  f([i, left](const float* p) { return loadPart(p + i, left); },
    [i, left](float* p, Vec v) { storePart(p + i, v, left); });
}

inline Vec root(Vec v) {
  for (int lane = 0; lane < kLanes; ++lane) v[lane] = std::sqrt(v[lane]);
  return v;
}

inline Vec largerOf(Vec a, Vec b) { return a > b ? a : b; }

template <bool nesterov>
void sgdStep(const ocelli::SgdRule& rule, const ocelli::SgdTensors& t, ocelli::Range elements) {
  const float rate = rule.rate, momentum = rule.momentum, share = rule.share;
  const float penalty = rule.penalty, sign = rule.sign;
  overElements(elements, [&](auto read, auto write) {
    const Vec p = read(t.parameter);
    const Vec d = sign * read(t.gradient) + penalty * p;
    const Vec buffer = momentum * read(t.buffer) + share * d;
    write(t.buffer, buffer);
    write(t.parameter, p - rate * (nesterov ? d + momentum * buffer : buffer));
  });
}

void sgd(const ocelli::SgdRule& rule, const ocelli::SgdTensors& t, ocelli::Range elements) {
  rule.nesterov ? sgdStep<true>(rule, t, elements) : sgdStep<false>(rule, t, elements);
}

template <bool bounded>
void adamStep(const ocelli::AdamRule& rule, const ocelli::AdamTensors& t, ocelli::Range elements) {
  const float beta1 = rule.beta1, share1 = 1 - rule.beta1;
  const float beta2 = rule.beta2, share2 = 1 - rule.beta2;
  const float penalty = rule.penalty, sign = rule.sign;
  const float keep = rule.keep, factor = rule.factor, epsilon = rule.epsilon;
  overElements(elements, [&](auto read, auto write) {
    const Vec p = read(t.parameter);
    const Vec d = sign * read(t.gradient) + penalty * p;
    const Vec mean = beta1 * read(t.mean) + share1 * d;
    const Vec square = beta2 * read(t.square) + share2 * (d * d);
    write(t.mean, mean);
    write(t.square, square);
    Vec bound = square;
    if constexpr (bounded) write(t.largest, bound = largerOf(read(t.largest), square));
    write(t.parameter, keep * p + factor * mean / (root(bound) + epsilon));
  });
}

void adam(const ocelli::AdamRule& rule, const ocelli::AdamTensors& t, ocelli::Range elements) {
  t.largest ? adamStep<true>(rule, t, elements) : adamStep<false>(rule, t, elements);
}

constexpr ocelli::UpdateKernels kUpdateKernels{sgd, adam};

}  // namespace
