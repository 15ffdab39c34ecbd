// Splitting work over libtorch's threads.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>

#include "kernels/machine/range.h"

namespace ocelli {

// How many threads share so much work.
inline int64_t threadsFor(int64_t work) {
  return std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), work));
}

// Calls f(index, count) once per thread: a static split, so that results repeat bit by bit.
template <typename F>
void onThreads(int64_t work, const F& f) {
  const int64_t threads = threadsFor(work);
  at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) f(i, threads);
  });
}

}  // namespace ocelli
