// How threads share a weight gradient. Small sums every thread has for itself, with its share of the
// tiles. Large ones would crowd each other out of the cache, so there is one array: all threads map a
// block of tiles to points, and then each makes its share of the products.
#include "kernels/conv3x3/weight_sums.h"

#include <algorithm>

#include "kernels/machine/threads.h"
#include "kernels/machine/workspace.h"

namespace ocelli {
namespace {

constexpr int64_t kTiles = 48;                   // of a block of one thread
constexpr int64_t kSharedTiles = 16;             // at least, for each thread that shares one
constexpr int64_t kMostSums = int64_t{1} << 19;  // 2 MB a thread

thread_local Workspace callSums, threadPoints;

// Calls f(block, next) for blocks of at most `most` tiles; `next` are the tiles of the one after it.
template <typename F>
void forBlocks(Range tiles, int64_t most, float* points, const F& f) {
  for (int64_t begin = tiles.begin; begin < tiles.end; begin += most) {
    const int64_t end = std::min(begin + most, tiles.end);
    const WeightBlock block{most, {begin, end}, begin == tiles.begin, points};
    f(block, Range{end, std::min(end + most, tiles.end)});
  }
}

void sumApart(const ConvShape& shape, const Area& area, const WeightOperands& operands,
              Range tiles, float* sums) {
  const WinogradKernels& kernels = *winogradKernels();
  const Range products{0, kernels.weightProducts(shape, area)};
  float* points = threadPoints.get(kernels.weightScratch(shape, area, kTiles));
  forBlocks(tiles, kTiles, points, [&](const WeightBlock& block, Range next) {
    kernels.weightPoints(shape, area, operands, block, block.tiles);
    kernels.weightSums(shape, area, operands, block, products, next, sums);
  });
}

void sumTogether(const ConvShape& shape, const Area& area, const WeightOperands& operands,
                 float* sums) {
  const WinogradKernels& kernels = *winogradKernels();
  const int64_t wanted = kSharedTiles * at::get_num_threads();
  const int64_t most = (wanted + kTilesAtOnce - 1) / kTilesAtOnce * kTilesAtOnce;
  const int64_t products = kernels.weightProducts(shape, area);
  float* points = threadPoints.get(kernels.weightScratch(shape, area, most));
  forBlocks({0, area.tilesOf(shape)}, most, points, [&](const WeightBlock& block, Range next) {
    onThreads(block.tiles.size(), [&](int64_t i, int64_t n) {
      kernels.weightPoints(shape, area, operands, block, part(block.tiles, i, n));
    });
    onThreads(products, [&](int64_t i, int64_t n) {
      kernels.weightSums(shape, area, operands, block, part(products, i, n), part(next, i, n), sums);
    });
  });
}

}  // namespace

WeightSums sumOverTiles(const ConvShape& shape, const Area& area, const WeightOperands& operands) {
  const int64_t size = winogradKernels()->filterSize(shape, area), tiles = area.tilesOf(shape);
  if (size > kMostSums) {
    float* sums = callSums.get(size);
    sumTogether(shape, area, operands, sums);
    return {sums, 1};
  }
  const int64_t parts = std::min<int64_t>(at::get_num_threads(), tiles);
  float* sums = callSums.get(size * parts);
  onThreads(tiles, [&](int64_t i, int64_t n) {
    sumApart(shape, area, operands, part(tiles, i, n), sums + i * size);
  });
  return {sums, parts};
}

}  // namespace ocelli
