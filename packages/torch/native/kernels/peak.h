// The operator ocelli::fma_peak, against which benchmarks hold the kernels.
#pragma once

#include <cstdint>

namespace ocelli {

// GFLOP/s of fused multiply-adds on all threads, by processor time; 0 without own kernels.
double fmaPeak(int64_t rounds);

}  // namespace ocelli
