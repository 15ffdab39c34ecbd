// Transformed filters that outlive a call, as long as nobody changes the weight.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "kernels/winograd/areas.h"

namespace ocelli {

// What transformed filters depend on besides the numbers of the weight.
struct FilterKey {
  bool turned;  // for the data gradient: channels exchanged, taps turned around
  Areas areas;
};

// The filters of `weight`: kept ones, or new ones of `size` floats written by `transform`. They are
// kept from the second call with the same version of the weight on: in evaluation and where
// gradients are accumulated, but not where every step has another weight, which would only cost
// memory.
at::Tensor transformedFilters(const at::Tensor& weight, const FilterKey& key, int64_t size,
                              const std::function<void(float*)>& transform);

}  // namespace ocelli
