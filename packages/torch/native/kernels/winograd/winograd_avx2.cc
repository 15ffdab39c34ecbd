// Winograd kernels for AVX2 with FMA (vectors of 8 floats).
#if defined(__x86_64__)
#include "kernels/winograd/winograd_passes.h"

namespace ocelli {
extern const WinogradKernels winogradAvx2 = makeKernels("avx2");
}
#endif
