// One byte a channel, such as the winners of a pool, to and from vectors of integers. Compilers
// take vectors of so few bytes apart one by one, so these two are written out.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#include "kernels/vectors/vec.h"

namespace {

#if defined(__AVX512F__)
inline IntVec widen(const uint8_t* bytes) {
  const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  return reinterpret_cast<IntVec>(_mm512_maskz_cvtepu8_epi32(0xffff, all));
}
inline void narrow(IntVec v, uint8_t* bytes) {
  const __m128i all = _mm512_maskz_cvtepi32_epi8(0xffff, reinterpret_cast<__m512i>(v));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), all);
}
#elif defined(__AVX2__)
inline IntVec widen(const uint8_t* bytes) {
  const __m128i all = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes));
  return reinterpret_cast<IntVec>(_mm256_cvtepu8_epi32(all));
}
inline void narrow(IntVec v, uint8_t* bytes) {
  const __m256i all = reinterpret_cast<__m256i>(v);
  const __m128i halves =
      _mm_packus_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(bytes), _mm_packus_epi16(halves, halves));
}
#else
inline IntVec widen(const uint8_t* bytes) {
  uint32_t all;
  std::memcpy(&all, bytes, sizeof all);
  return reinterpret_cast<IntVec>(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(all)))));
}
inline void narrow(IntVec v, uint8_t* bytes) {
  const uint16x4_t halves = vmovn_u32(reinterpret_cast<uint32x4_t>(v));
  const uint8x8_t all = vmovn_u16(vcombine_u16(halves, halves));
  const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(all), 0);
  std::memcpy(bytes, &four, sizeof four);
}
#endif

}  // namespace
