// Winograd kernels for AVX-512 (vectors of 16 floats).
#if defined(__x86_64__)
#include "kernels/winograd/winograd_passes.h"

namespace ocelli {
extern const WinogradKernels winogradAvx512 = makeKernels("avx512");
}
#endif
