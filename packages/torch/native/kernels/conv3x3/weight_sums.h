// The sums of a weight gradient over the tiles of an area.
#pragma once

#include "kernels/winograd/winograd.h"

namespace ocelli {

// Arrays of filterSize floats that follow one another and whose total is the gradient in the points.
// They are overwritten by the next call of the same thread.
struct WeightSums {
  const float* data;
  int64_t parts;
};

WeightSums sumOverTiles(const ConvShape&, const Area&, const WeightOperands&);

}  // namespace ocelli
