// Fused optimizer steps for NEON (vectors of 4 floats).
#if defined(__aarch64__)
#include "kernels/optimizer/update_passes.h"

namespace ocelli {
extern const UpdateKernels updateNeon = kUpdateKernels;
}
#endif
