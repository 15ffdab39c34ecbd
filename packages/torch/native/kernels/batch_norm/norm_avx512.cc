// Fused normalisation kernels for AVX-512 (vectors of 16 floats).
#if defined(__x86_64__)
#include "kernels/batch_norm/norm_passes.h"

namespace ocelli {
extern const NormKernels normAvx512 = kNormKernels;
}
#endif
