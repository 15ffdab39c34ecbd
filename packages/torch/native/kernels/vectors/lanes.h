// Vectors of channels in memory: whole ones, and the last of a row that is no multiple of a vector.
#pragma once

#include <type_traits>

#include "kernels/vectors/bytes.h"
#include "kernels/vectors/vec.h"

namespace {

// The number of lanes of a whole vector, as a type: what depends on it is decided by the compiler.
using AllLanes = std::integral_constant<int64_t, kLanes>;

// Calls f(channel, lanes) for each vector of channels; lanes is AllLanes except for the last.
template <typename F>
inline void forChannels(int64_t channels, const F& f) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) f(c, AllLanes{});
  if (c < channels) f(c, channels - c);
}

template <typename Lanes>
inline Vec read(const float* p, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int64_t>) return loadPart(p, lanes);
  return load(p);
}
template <typename Lanes>
inline void write(float* p, Vec v, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int64_t>) return storePart(p, v, lanes);
  store(p, v);
}

template <typename Lanes>
inline IntVec readBytes(const uint8_t* bytes, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, AllLanes>) return widen(bytes);
  uint8_t all[kLanes] = {};
  std::memcpy(all, bytes, lanes);
  return widen(all);
}
template <typename Lanes>
inline void writeBytes(uint8_t* bytes, IntVec v, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, AllLanes>) return narrow(v, bytes);
  uint8_t all[kLanes];
  narrow(v, all);
  std::memcpy(bytes, all, lanes);
}

}  // namespace
