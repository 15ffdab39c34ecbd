// What the operators know about the Winograd kernels: one table of functions per instruction set.
//
// The functions are single-threaded and work on a part of the problem; conv3x3.cc splits the work.
// This header and the kernels include nothing of libtorch: an inline function of libtorch compiled
// with AVX-512 flags could be chosen by the linker for every caller.
#pragma once

#include <cstdint>

#include "range.h"

namespace ocelli {

// Images (n, h, w, c) in memory, filters c -> k.
struct ConvShape {
  int64_t n, h, w, c, k;
};

// A (k, c, 3, 3) tensor in any memory order; strides in floats.
struct FilterStrides {
  int64_t k, c, y, x;
};

struct WinogradKernels {
  const char* name;

  // Floats of the transformed filters, and of the scratch space that one thread needs.
  int64_t (*filterSize)(const ConvShape&);
  int64_t (*forwardScratch)(const ConvShape&);
  int64_t (*weightScratch)(const ConvShape&);

  // Filters are transformed in panels of output channels; a part is a range of panels.
  int64_t (*panelCount)(const ConvShape&);
  void (*transformFilters)(const ConvShape&, const float* weight, FilterStrides, Range panels,
                           float* transformed);

  // Output tiles of 4x4 pixels; a part is a range of tiles.
  int64_t (*tileCount)(const ConvShape&);
  void (*forward)(const ConvShape&, const float* input, const float* transformed, Range tiles,
                  float* output, float* scratch);

  // Weight gradient of a range of tiles, kept in the 36 points: `sums` holds filterSize floats and
  // is written, not added to. `channelGroups` limits the input channels (groups of one vector).
  int64_t (*channelGroupCount)(const ConvShape&);
  void (*weightSums)(const ConvShape&, const float* input, const float* gradient, Range tiles,
                     Range channelGroups, float* sums, float* scratch);
  // Adds `parts` arrays of sums, `stride` floats apart, and maps them back to the 3x3 filters.
  void (*finishWeights)(const ConvShape&, const float* sums, int64_t parts, int64_t stride,
                        Range panels, float* weight, FilterStrides);
};

// The best table for this processor, or null: then the operators use ATen.
const WinogradKernels* winogradKernels();

}  // namespace ocelli
