// Prints what the fused normalisation, the dense block and the optimizers' steps compute on fixed operands,
// so that one instruction set can be held against another; built without libtorch: see
// scripts/proofs/vectorParity.ts. NORM, DENSE and UPDATE name the tables.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "kernels/batch_norm/norm.h"
#include "kernels/dense_block/dense.h"
#include "kernels/optimizer/update.h"

namespace ocelli {
extern const NormKernels NORM;
extern const DenseKernels DENSE;
extern const UpdateKernels UPDATE;
}  // namespace ocelli

using namespace ocelli;

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

// Between -1.5 and 1.5, without a pattern that a row of any length repeats.
Floats values(int64_t size, uint32_t seed) {
  Floats result(size);
  for (float& value : result) {
    seed = seed * 1664525 + 1013904223;
    value = static_cast<float>(seed >> 8) / (1 << 24) * 3 - 1.5f;
  }
  return result;
}

template <typename Values>
void print(const char* what, const Values& list) {
  double sum = 0, weighed = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    sum += std::abs(static_cast<double>(list[i]));
    weighed += list[i] * static_cast<double>(i % 97 + 1);
  }
  std::printf("%s %.9e %.9e\n", what, sum, weighed);
}

void norm(Activation activation, bool pool, bool residual) {
  NormProblem p{};
  p.n = 2, p.h = 6, p.w = 5, p.c = 37;
  p.activation = activation;
  p.pool = pool;
  const int64_t size = p.n * p.h * p.w * p.c, outputs = p.outputLines() * p.outputWidth() * p.c;
  const Floats input = values(size, 1), scale = values(48, 2), shift = values(48, 3);
  const Floats other = values(size, 4), outer = values(outputs, 5), mean = values(48, 6);
  p.input = input.data(), p.scale = scale.data(), p.shift = shift.data();
  if (residual) p.residual = other.data();
  const Range lines{0, p.lines()}, outputLines{0, p.outputLines()};
  Doubles first(48), second(48);
  Floats output(outputs), inner(size), result(size);
  std::vector<uint8_t> winners(outputs);
  NORM.moments(p, mean.data(), lines, first.data(), second.data());
  print("moments", first), print("squares", second);
  NORM.apply(p, outputLines, output.data(), winners.data());
  print("apply", output);
  if (pool) print("winners", winners), p.winners = winners.data();
  first.assign(48, 0), second.assign(48, 0);
  float* residualGradient = residual ? inner.data() : nullptr;
  NORM.gradientSums(p, outer.data(), mean.data(), lines, first.data(), second.data(),
                    residualGradient);
  print("sums", first), print("products", second), print("residual", inner);
  NORM.gradientInput(p, outer.data(), scale.data(), shift.data(), lines, result.data());
  print("input", result);
}

void dense(ProductShape s, int64_t pixels) {
  const int64_t stride = s.depth + 32, most = std::max(s.depth, s.outputs);
  const Floats buffer = values(pixels * stride, 1), weight = values(s.depth * s.outputs, 2);
  const Floats constants = values(2 * most, 3);
  const NormRelu norm{constants.data(), constants.data() + most};
  const Range all{0, pixels};
  Floats packed(weight.size()), hidden(pixels * s.outputs), activated(hidden.size());
  Doubles first(most), second(most);
  DENSE.moments({buffer.data(), stride}, s.depth, all, {first.data(), second.data()});
  print("dense moments", first), print("dense squares", second);
  DENSE.pack(s, weight.data(), 1, s.depth, {0, s.depth}, packed.data());
  Floats scratch(DENSE.forwardScratch(s));
  DENSE.forward({s, {buffer.data(), stride}, norm, packed.data(), hidden.data()}, all,
                {first.data(), second.data()}, scratch.data());
  print("dense forward", hidden);
  DENSE.apply({hidden.data(), s.outputs}, norm, s.outputs, all, activated.data());
  print("dense apply", activated);
}

// `size` is no multiple of any number of lanes.
void update(int64_t size, bool flag) {
  const Floats gradient = values(size, 1);
  Floats parameter = values(size, 2), mean = values(size, 3), square(size), largest(size);
  for (int64_t i = 0; i < size; ++i) square[i] = mean[i] * mean[i], largest[i] = square[i] * flag;
  const SgdRule sgd{0.1, 0.9, 0.5, 0.01, 1, flag};
  UPDATE.sgd(sgd, {parameter.data(), gradient.data(), mean.data()}, {0, size});
  print("sgd", parameter), print("buffer", mean);
  const AdamRule adam{0.9, 0.999, 0.01, -1, 0.99, -0.1, 1e-8};
  UPDATE.adam(adam,
              {parameter.data(), gradient.data(), mean.data(), square.data(),
               flag ? largest.data() : nullptr},
              {0, size});
  print("adam", parameter), print("mean", mean), print("square", square), print("largest", largest);
}

}  // namespace

int main() {
  for (const Activation a :
       {Activation::none, Activation::relu, Activation::gelu, Activation::silu}) {
    for (const bool pool : {false, true}) norm(a, pool, !pool);
  }
  for (const ProductShape s : {ProductShape{64, 128}, ProductShape{96, 256}}) dense(s, 113);
  for (const bool flag : {false, true}) update(101, flag);
}
