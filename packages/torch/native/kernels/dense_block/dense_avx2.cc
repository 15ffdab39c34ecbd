// Kernels of a dense block for AVX2 (vectors of 8 floats).
#if defined(__x86_64__)
#include "kernels/dense_block/dense_passes.h"

namespace ocelli {
extern const DenseKernels denseAvx2 = kDenseKernels;
}
#endif
