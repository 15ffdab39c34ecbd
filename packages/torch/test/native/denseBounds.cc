// Runs the kernels of the dense block on memory of exactly the documented sizes. Compiled with
// AddressSanitizer by the proof `dense-bounds`: a read or write beyond them ends it. DENSE names the table
// of the instruction set.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "kernels/dense_block/dense.h"

namespace ocelli {
extern const DenseKernels DENSE;
}

using namespace ocelli;

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

Floats filled(int64_t size) {
  Floats values(size);
  for (int64_t i = 0; i < size; ++i) values[i] = static_cast<float>(i % 13) - 6;
  return values;
}

// The buffer is `stride` channels wide; the layer reads the first `depth` of them.
void run(const DenseKernels& k, ProductShape s, int64_t pixels, int64_t stride, Range range) {
  const Floats buffer = filled((pixels - 1) * stride + s.depth), weight = filled(s.depth * s.outputs);
  const Floats constants = filled(2 * std::max(s.depth, s.outputs));
  const NormRelu norm{constants.data(), constants.data()};
  Floats packed(weight.size()), hidden(pixels * s.outputs), activated(pixels * s.outputs);
  Doubles first(std::max(s.depth, s.outputs)), second(first.size());

  k.moments({buffer.data(), stride}, s.depth, range, {first.data(), second.data()});
  k.pack(s, weight.data(), 1, s.depth, {0, s.depth}, packed.data());
  Floats scratch(k.forwardScratch(s));
  k.forward({s, {buffer.data(), stride}, norm, packed.data(), hidden.data()}, range,
            {first.data(), second.data()}, scratch.data());
  k.apply({hidden.data(), s.outputs}, norm, s.outputs, range, activated.data());

  k.pack({s.outputs, s.depth}, weight.data(), s.depth, 1, {0, s.outputs}, packed.data());
  Floats result = buffer, sums(weight.size());
  NormProductGradient p{};
  p.shape = s;
  p.input = {buffer.data(), stride};
  p.norm = p.hiddenNorm = norm;
  p.mean = p.hiddenSlope = p.hiddenOffset = constants.data();
  p.hidden = hidden.data();
  p.gradient = activated.data();
  p.packedTransposed = packed.data();
  p.outer = p.result = result.data();
  scratch.assign(k.backwardScratch(s), 0);
  k.gradientSums(p, constants.data(), range, first.data(), second.data());
  k.backward(p, range, sums.data(), first.data(), second.data(), scratch.data());
  Floats gradient(weight.size());
  k.finishWeights(s, sums.data(), 1, {0, s.depth}, gradient.data());
}

}  // namespace

int main() {
  const ProductShape shapes[] = {{32, 32}, {64, 128}, {288, 128}, {1024, 128}, {96, 256}};
  for (const ProductShape s : shapes) {
    for (const int64_t pixels : {1, 5, 14, 15, 111, 112, 113, 300}) {
      run(DENSE, s, pixels, s.depth + 64, {0, pixels});
      if (pixels > 1) run(DENSE, s, pixels, s.depth, {pixels / 2, pixels});
    }
  }
  std::printf("all within bounds\n");
}
