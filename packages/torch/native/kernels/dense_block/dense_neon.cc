// Kernels of a dense block for NEON (vectors of 4 floats).
#if defined(__aarch64__)
#include "kernels/dense_block/dense_passes.h"

namespace ocelli {
extern const DenseKernels denseNeon = kDenseKernels;
}
#endif
