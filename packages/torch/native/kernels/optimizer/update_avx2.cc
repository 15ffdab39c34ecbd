// Fused optimizer steps for AVX2 (vectors of 8 floats).
#if defined(__x86_64__)
#include "kernels/optimizer/update_passes.h"

namespace ocelli {
extern const UpdateKernels updateAvx2 = kUpdateKernels;
}
#endif
