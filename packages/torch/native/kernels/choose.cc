// Chooses the kernels for the processor that runs.
#include <cstdlib>
#include <string_view>

#include "dense.h"
#include "norm.h"
#include "winograd.h"

namespace ocelli {
namespace {

enum class Vectors { none, avx2, avx512 };

Vectors detect() {
#if defined(__x86_64__)
  const char* setting = std::getenv("OCELLI_KERNELS");
  const std::string_view wanted = setting ? setting : "auto";
  if (wanted == "off") return Vectors::none;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wide && wanted != "avx2") return Vectors::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Vectors::avx2;
#endif
  return Vectors::none;
}

template <typename Kernels>
const Kernels* choose([[maybe_unused]] const Kernels* avx512, [[maybe_unused]] const Kernels* avx2) {
  static const Vectors vectors = detect();
  return vectors == Vectors::avx512 ? avx512 : vectors == Vectors::avx2 ? avx2 : nullptr;
}

}  // namespace

#if defined(__x86_64__)
extern const WinogradKernels winogradAvx512, winogradAvx2;
extern const NormKernels normAvx512, normAvx2;
extern const DenseKernels denseAvx512, denseAvx2;

const WinogradKernels* winogradKernels() { return choose(&winogradAvx512, &winogradAvx2); }
const NormKernels* normKernels() { return choose(&normAvx512, &normAvx2); }
const DenseKernels* denseKernels() { return choose(&denseAvx512, &denseAvx2); }
#else
const WinogradKernels* winogradKernels() { return nullptr; }
const NormKernels* normKernels() { return nullptr; }
const DenseKernels* denseKernels() { return nullptr; }
#endif

}  // namespace ocelli
