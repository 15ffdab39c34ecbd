// What the multipliers of one core give at most: fused multiply-adds between registers.
#pragma once

#include "kernels/vectors/vec.h"

namespace {

// Runs `rounds` rounds and returns how many floating-point operations that were. Twelve chains hide
// the latency of any processor there is.
inline int64_t multiplyAdds(int64_t rounds) {
  constexpr int kChains = 12;
  Vec sum[kChains] = {};
  Vec factor = broadcast(0.5f), addend = broadcast(1.0f);
  asm volatile("" : : "m"(factor), "m"(addend) : "memory");  // or nothing would be computed
  const Vec f = factor, a = addend;
  for (int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
    for (int j = 0; j < kChains; ++j) sum[j] = sum[j] * f + a;
  }
#pragma GCC unroll 12
  for (int j = 0; j < kChains; ++j) sum[0] += sum[j];
  asm volatile("" : : "m"(sum[0]));
  return rounds * kChains * kLanes * 2;
}

}  // namespace
