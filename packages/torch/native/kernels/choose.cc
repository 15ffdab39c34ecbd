#include "kernels/choose.h"

#include "kernels/batch_norm/norm.h"
#include "kernels/dense_block/dense.h"
#include "kernels/machine/setting.h"
#include "kernels/optimizer/update.h"
#include "kernels/winograd/winograd.h"

namespace ocelli {

#if defined(__x86_64__)
namespace {

enum class Vectors { none, avx2, avx512 };

Vectors detect() {
  if (!ownKernels()) return Vectors::none;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wide && kernelSetting() != "avx2") return Vectors::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Vectors::avx2;
  return Vectors::none;
}

Vectors vectors() {
  static const Vectors detected = detect();
  return detected;
}

template <typename Kernels>
const Kernels* choose(const Kernels* avx512, const Kernels* avx2) {
  return vectors() == Vectors::avx512 ? avx512 : vectors() == Vectors::avx2 ? avx2 : nullptr;
}

}  // namespace

extern const WinogradKernels winogradAvx512, winogradAvx2;
extern const NormKernels normAvx512, normAvx2;
extern const DenseKernels denseAvx512, denseAvx2;
extern const UpdateKernels updateAvx512, updateAvx2;

const WinogradKernels* winogradKernels() { return choose(&winogradAvx512, &winogradAvx2); }
const NormKernels* normKernels() { return choose(&normAvx512, &normAvx2); }
const DenseKernels* denseKernels() { return choose(&denseAvx512, &denseAvx2); }
const UpdateKernels* updateKernels() { return choose(&updateAvx512, &updateAvx2); }

const char* kernelsInUse() {
  return vectors() == Vectors::avx512 ? "avx512" : vectors() == Vectors::avx2 ? "avx2" : "none";
}
#elif defined(__aarch64__)
namespace {

// Every 64-bit ARM processor has NEON.
template <typename Kernels>
const Kernels* unlessOff(const Kernels* neon) {
  return ownKernels() ? neon : nullptr;
}

}  // namespace

extern const WinogradKernels winogradNeon;
extern const NormKernels normNeon;
extern const DenseKernels denseNeon;
extern const UpdateKernels updateNeon;

const WinogradKernels* winogradKernels() { return unlessOff(&winogradNeon); }
const NormKernels* normKernels() { return unlessOff(&normNeon); }
const DenseKernels* denseKernels() { return unlessOff(&denseNeon); }
const UpdateKernels* updateKernels() { return unlessOff(&updateNeon); }

const char* kernelsInUse() { return ownKernels() ? "neon" : "none"; }
#else
const WinogradKernels* winogradKernels() { return nullptr; }
const NormKernels* normKernels() { return nullptr; }
const DenseKernels* denseKernels() { return nullptr; }
const UpdateKernels* updateKernels() { return nullptr; }

const char* kernelsInUse() { return "none"; }
#endif

}  // namespace ocelli
