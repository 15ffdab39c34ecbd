// The sums of a weight gradient over the tiles of an area.
#pragma once

#include "kernels/winograd/winograd.h"

namespace ocelli {

// Arrays of filterSize floats, `stride` floats apart, whose total is the gradient in the points. They are
// overwritten by the next call of the same thread.
struct WeightSums {
  const float* data;
  int64_t parts, stride;
};

WeightSums sumOverTiles(const ConvShape&, const Area&, const WeightOperands&);

}  // namespace ocelli
