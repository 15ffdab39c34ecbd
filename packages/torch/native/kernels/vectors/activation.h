// Activations and their derivatives on vectors. NaN passes through, as in libtorch.
#pragma once

#include <type_traits>

#include "kernels/vectors/activation_kind.h"
#include "kernels/vectors/vec.h"

namespace {

using ocelli::Activation;

// e^x to 2 units in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial in r, and n
// added to the exponent bits. Adding 1.5 * 2^23 rounds to an integer that then sits in the low bits.
inline Vec exponential(Vec x) {
  constexpr float kRound = 12582912.0f;
  x = x < -87.0f ? broadcast(-87.0f) : x;
  x = x > 88.0f ? broadcast(88.0f) : x;
  const Vec shifted = x * 1.44269504f + kRound;
  const Vec n = shifted - kRound;
  const Vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 0.5f;
  p = p * r * r + r + 1.0f;
  const IntVec power = ((IntVec)shifted << 23) + 0x3f800000;
  return p * (Vec)power;
}

inline Vec sigmoid(Vec z) { return 1.0f / (1.0f + exponential(-z)); }

// The normal distribution function and its density. Abramowitz & Stegun 7.1.26, |error| < 1.5e-7.
struct Normal {
  Vec below, density;
};
inline Normal normal(Vec z) {
  const Vec x = (z < 0.0f ? -z : z) * 0.70710678f;
  const Vec bell = exponential(-x * x);
  const Vec t = 1.0f / (1.0f + 0.3275911f * x);
  Vec p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const Vec tail = 0.5f * p * t * bell;
  return {z < 0.0f ? tail : 1.0f - tail, 0.39894228f * bell};
}

template <Activation A>
inline Vec activate(Vec z) {
  if constexpr (A == Activation::relu) return z < 0.0f ? Vec{} : z;
  if constexpr (A == Activation::silu) return z * sigmoid(z);
  if constexpr (A == Activation::gelu) return z * normal(z).below;
  return z;
}

// gradient * d activate(z) / dz
template <Activation A>
inline Vec activateBackward(Vec gradient, Vec z) {
  if constexpr (A == Activation::relu) return z <= 0.0f ? Vec{} : gradient;
  if constexpr (A == Activation::silu) {
    const Vec s = sigmoid(z);
    return gradient * s * (1.0f + z * (1.0f - s));
  }
  if constexpr (A == Activation::gelu) {
    const Normal n = normal(z);
    return gradient * (n.below + z * n.density);
  }
  return gradient;
}

// Calls f with the activation as a type, so that nothing of the choice remains in loops.
template <typename F>
inline void withActivation(Activation activation, const F& f) {
  switch (activation) {
    case Activation::none: return f(std::integral_constant<Activation, Activation::none>{});
    case Activation::relu: return f(std::integral_constant<Activation, Activation::relu>{});
    case Activation::gelu: return f(std::integral_constant<Activation, Activation::gelu>{});
    case Activation::silu: return f(std::integral_constant<Activation, Activation::silu>{});
  }
}

}  // namespace
