// Fused normalisation kernels for NEON (vectors of 4 floats).
#if defined(__aarch64__)
#include "kernels/batch_norm/norm_passes.h"

namespace ocelli {
extern const NormKernels normNeon = kNormKernels;
}
#endif
