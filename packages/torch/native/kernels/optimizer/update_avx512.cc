// Fused optimizer steps for AVX-512 (vectors of 16 floats).
#if defined(__x86_64__)
#include "kernels/optimizer/update_passes.h"

namespace ocelli {
extern const UpdateKernels updateAvx512 = kUpdateKernels;
}
#endif
