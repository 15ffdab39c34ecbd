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

// The rounding of a sum grows as the root of the number of terms that are added in turn. So the sums of so
// many tiles are made for themselves, and those of so many groups, and of groups of groups.
constexpr int64_t kGroupTiles = 16 * kTilesAtOnce, kGroups = 16;

thread_local Workspace callSums, threadPoints;

// The tiles of a group, one of several that all of them are divided into.
int64_t groupOf(int64_t tiles) {
  int64_t group = kGroupTiles;
  while (group * kGroups < tiles) group *= kGroups;
  return group;
}

// Arrays of sums that sumGroups needs.
int64_t arraysFor(int64_t tiles) {
  return tiles <= kGroupTiles ? 1 : 1 + arraysFor(groupOf(tiles));
}

// sumInTurn(tiles, sums) for every group of tiles, whose sums add(more, sums) adds up. More arrays follow
// `sums`, each of `size` floats.
template <typename Sum, typename Add>
void sumGroups(Range tiles, int64_t size, float* sums, const Sum& sumInTurn, const Add& add) {
  if (tiles.size() <= kGroupTiles) return sumInTurn(tiles, sums);
  const int64_t group = groupOf(tiles.size());
  for (int64_t begin = tiles.begin; begin < tiles.end; begin += group) {
    const bool first = begin == tiles.begin;
    const Range some{begin, std::min(begin + group, tiles.end)};
    sumGroups(some, size, first ? sums : sums + size, sumInTurn, add);
    if (!first) add(sums + size, sums);
  }
}

void addSums(const float* more, Range range, float* sums) {
  for (int64_t i = range.begin; i < range.end; ++i) sums[i] += more[i];
}

// Calls f(block, next) for blocks of at most `most` tiles; `next` are the tiles of the one after it, which
// may be those of the next group: all groups end at `end`.
template <typename F>
void forBlocks(Range group, int64_t end, int64_t most, float* points, const F& f) {
  for (int64_t begin = group.begin; begin < group.end; begin += most) {
    const int64_t next = std::min(begin + most, group.end);
    const WeightBlock block{most, {begin, next}, begin == group.begin, points};
    f(block, Range{next, std::min(next + most, end)});
  }
}

void sumApart(const ConvShape& shape, const Area& area, const WeightOperands& operands,
              Range tiles, int64_t size, float* sums) {
  const WinogradKernels& kernels = *winogradKernels();
  const Range products{0, kernels.weightProducts(shape, area)};
  float* points = threadPoints.get(kernels.weightScratch(shape, area, kTiles));
  const auto sumInTurn = [&](Range group, float* groupSums) {
    forBlocks(group, tiles.end, kTiles, points, [&](const WeightBlock& block, Range next) {
      kernels.weightPoints(shape, area, operands, block, block.tiles);
      kernels.weightSums(shape, area, operands, block, products, next, groupSums);
    });
  };
  const auto add = [&](const float* more, float* to) { addSums(more, {0, size}, to); };
  sumGroups(tiles, size, sums, sumInTurn, add);
}

void sumTogether(const ConvShape& shape, const Area& area, const WeightOperands& operands,
                 int64_t size, float* sums) {
  const WinogradKernels& kernels = *winogradKernels();
  const int64_t wanted = kSharedTiles * at::get_num_threads();
  const int64_t most = (wanted + kTilesAtOnce - 1) / kTilesAtOnce * kTilesAtOnce;
  const int64_t tiles = area.tilesOf(shape), products = kernels.weightProducts(shape, area);
  float* points = threadPoints.get(kernels.weightScratch(shape, area, most));
  const auto sumInTurn = [&](Range group, float* groupSums) {
    forBlocks(group, tiles, most, points, [&](const WeightBlock& block, Range next) {
      onThreads(block.tiles.size(), [&](int64_t i, int64_t n) {
        kernels.weightPoints(shape, area, operands, block, part(block.tiles, i, n));
      });
      onThreads(products, [&](int64_t i, int64_t n) {
        kernels.weightSums(shape, area, operands, block, part(products, i, n), part(next, i, n),
                           groupSums);
      });
    });
  };
  const auto add = [&](const float* more, float* to) {
    onThreads(size, [&](int64_t i, int64_t n) { addSums(more, part(size, i, n), to); });
  };
  sumGroups({0, tiles}, size, sums, sumInTurn, add);
}

}  // namespace

WeightSums sumOverTiles(const ConvShape& shape, const Area& area, const WeightOperands& operands) {
  const int64_t size = winogradKernels()->filterSize(shape, area), tiles = area.tilesOf(shape);
  if (size > kMostSums) {
    float* sums = callSums.get(size * arraysFor(tiles));
    sumTogether(shape, area, operands, size, sums);
    return {sums, 1, size};
  }
  const int64_t parts = threadsFor(tiles);
  const int64_t stride = size * arraysFor((tiles + parts - 1) / parts);
  float* sums = callSums.get(stride * parts);
  onThreads(tiles, [&](int64_t i, int64_t n) {
    sumApart(shape, area, operands, part(tiles, i, n), size, sums + i * stride);
  });
  return {sums, parts, stride};
}

}  // namespace ocelli
