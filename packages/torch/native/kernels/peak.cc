#include "kernels/peak.h"

#include <ctime>
#include <vector>

#include "kernels/machine/threads.h"
#include "kernels/winograd/winograd.h"

namespace ocelli {

double fmaPeak(int64_t rounds) {
  const WinogradKernels* kernels = winogradKernels();
  if (!kernels) return 0;
  const int64_t threads = at::get_num_threads();
  std::vector<int64_t> operations(threads);
  const std::clock_t start = std::clock();  // processor time: other programs do not count
  onThreads(threads, [&](int64_t i, int64_t) { operations[i] = kernels->multiplyAdds(rounds); });
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / threads;
  int64_t total = 0;
  for (const int64_t each : operations) total += each;
  return static_cast<double>(total) / seconds / 1e9;
}

}  // namespace ocelli
