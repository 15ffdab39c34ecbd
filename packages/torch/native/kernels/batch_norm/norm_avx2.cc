// Fused normalisation kernels for AVX2 (vectors of 8 floats).
#if defined(__x86_64__)
#include "kernels/batch_norm/norm_passes.h"

namespace ocelli {
extern const NormKernels normAvx2 = kNormKernels;
}
#endif
