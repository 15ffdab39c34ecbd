// What the operators know about the Winograd kernels: one table of functions per instruction set.
//
// The functions are single-threaded and work on a part of the problem; conv3x3/conv3x3.cc splits the work.
// This header and the kernels include nothing of libtorch: an inline function of libtorch compiled
// with AVX-512 flags could be chosen by the linker for every caller.
#pragma once

#include <cstdint>

#include "kernels/machine/range.h"
#include "kernels/machine/work_queue.h"
#include "kernels/vectors/activation_kind.h"
#include "kernels/winograd/areas.h"

namespace ocelli {

// A (k, c, 3, 3) tensor in any memory order; strides in floats.
struct FilterStrides {
  int64_t k, c, y, x;
};

// Pixels (n, h, w, channels). With winners it is the gradient of a 2x2 maximum pool of such a
// picture: `data` and `winners` are (n, h / 2, w / 2, channels), and every pixel that did not win
// is 0.
struct Picture {
  const float* data;
  const uint8_t* winners;
};

// Sums over the outputs of one block of tiles, per channel: of x - origin and of its square. The origin
// is the first output, so that a large mean does not swallow the variance. The sums of the blocks follow
// one another.
struct Moments {
  float* origin;
  double *sums, *squares;
  int64_t* counts;  // of outputs; 0 at first

  // Those of later blocks, so many channels on; nothing if none are taken.
  Moments after(int64_t channels) const {
    if (!sums) return *this;
    return {origin + channels, sums + channels, squares + channels, counts + channels};
  }
};

// What happens to outputs before they are written: y = activation(x * scale + shift + residual) +
// skip and a 2x2 maximum pool before or after it, where all of that may be absent. Then moments are
// taken.
struct Finish {
  float* output;
  uint8_t* winners;  // if pooled, may be null: which pixel of a window was the largest
  Pooling pooling;   // stride 2; a last odd line or column is dropped
  Activation activation;
  const float* scale;  // per channel, with shift; or null
  const float* shift;
  const float* residual;  // added before the activation, or null
  const float* skip;      // added after it, or null
  Moments moments;        // of the first block; not taken if `sums` is null
};

// What one of the threads does that share the blocks of an area.
struct Share {
  WorkQueue& blocks;
  int64_t thread;
};

// What a weight gradient is computed from.
struct WeightOperands {
  const float* input;
  Picture gradient;
};

// A weight gradient adds the products of as many tiles of a block at once to the sums: blocks of a multiple
// give the same bits, however large they are.
constexpr int64_t kTilesAtOnce = 64;

// Tiles that are mapped to points together. Threads may share a block: each maps some of its tiles,
// and when all have done so, each makes some of its products.
struct WeightBlock {
  int64_t most;  // tiles for which `points` has room
  Range tiles;
  bool first;  // the sums are written, not added to
  float* points;
};

struct WinogradKernels {
  const char* name;

  // Multiplies and adds between registers; returns the number of operations. See vectors/fma_peak.h.
  int64_t (*multiplyAdds)(int64_t rounds);

  // Floats of the transformed filters of an area, of the scratch space that one thread needs, and of
  // the points of a block of tiles.
  int64_t (*filterSize)(const ConvShape&, const Area&);
  int64_t (*forwardScratch)(const ConvShape&, const Area&);
  int64_t (*weightScratch)(const ConvShape&, const Area&, int64_t tiles);

  // Filters are transformed in blocks of output and input channels; a part is a range of blocks. The
  // areas' filters follow one another in `transformed`.
  int64_t (*filterBlockCount)(const ConvShape&);
  void (*transformFilters)(const ConvShape&, const Areas&, const float* weight, FilterStrides,
                           Range blocks, float* transformed);

  // The tiles of an area go through the cache in blocks. How many there are depends on the number of
  // threads, so that each can do as many.
  int64_t (*forwardBlocks)(const ConvShape&, const Area&, int64_t threads);
  void (*forward)(const ConvShape&, const Area&, const Picture& input, const float* transformed,
                  const Share&, const Finish&, float* scratch);

  // The weight gradient of an area is a sum over its tiles. `sums` holds filterSize floats; pixels of
  // the `next` tiles are asked for on the way.
  void (*weightPoints)(const ConvShape&, const Area&, const WeightOperands&, const WeightBlock&,
                       Range tiles);
  int64_t (*weightProducts)(const ConvShape&, const Area&);
  void (*weightSums)(const ConvShape&, const Area&, const WeightOperands&, const WeightBlock&,
                     Range products, Range next, float* sums);
  // Adds `parts` arrays of sums, `stride` floats apart, and maps them back to the 3x3 filters;
  // adds to `weight` instead of writing it if `add`.
  void (*finishWeights)(const ConvShape&, const Area&, const float* sums, int64_t parts,
                        int64_t stride, Range blocks, bool add, float* weight, FilterStrides);
};

// The best table for this processor, or null: then the operators use ATen.
const WinogradKernels* winogradKernels();

}  // namespace ocelli
