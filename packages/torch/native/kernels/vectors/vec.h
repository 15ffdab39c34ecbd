// Portable SIMD of one width per translation unit: compiler vectors, and intrinsics in bytes.h alone.
//
// Every name below has internal linkage on purpose: the same header is compiled once for each
// instruction set, and the linker must never merge an AVX-512 copy with an AVX2 one.
#pragma once

#include <cstdint>
#include <cstring>

namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kRows = 14;  // 14 x 2 accumulators, 2 filters, 1 broadcast: 31 of 32 registers
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int kLanes = 8;
constexpr int kRows = 6;  // 6 x 2 + 2 + 1: 15 of 16 registers
#elif defined(__ARM_NEON)
constexpr int kLanes = 4;
constexpr int kRows = 12;  // 12 x 2 + 2 + 1: 27 of 32 registers
#else
#error "this file is compiled only with the flags that kernels.cmake sets"
#endif

constexpr int kGradRows = kLanes == 16 ? 8 : 4;  // divides kLanes: no ragged channel groups
constexpr int kPanel = 2 * kLanes;               // output channels of one register tile

constexpr int kLineFloats = 16;  // of a cache line

typedef float Vec __attribute__((vector_size(kLanes * sizeof(float))));
typedef float UnalignedVec __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

typedef int32_t IntVec __attribute__((vector_size(kLanes * sizeof(int32_t))));

inline Vec load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
inline void store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }
inline Vec broadcast(float x) { return x - Vec{}; }

// sum + a * b, rounded once, in the register of the sum. Left to itself GCC puts some of a product's
// results into the registers of its operands; of 16 it then has too few, and sums wait for the stack.
inline Vec multiplyAdd(Vec sum, Vec a, Vec b) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  asm("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
  return sum;
#else
  return sum + a * b;
#endif
}

// The last channels of a row that is no multiple of kLanes.
inline Vec loadPart(const float* p, int64_t count) {
  float lanes[kLanes] = {};
  std::memcpy(lanes, p, count * sizeof(float));
  return load(lanes);
}
inline void storePart(float* p, Vec v, int64_t count) {
  float lanes[kLanes];
  store(lanes, v);
  std::memcpy(p, lanes, count * sizeof(float));
}

}  // namespace
