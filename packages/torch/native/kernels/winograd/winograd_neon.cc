// Winograd kernels for NEON (vectors of 4 floats).
#if defined(__aarch64__)
#include "kernels/winograd/winograd_passes.h"

namespace ocelli {
extern const WinogradKernels winogradNeon = makeKernels("neon");
}
#endif
