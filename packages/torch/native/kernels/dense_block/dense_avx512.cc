// Kernels of a dense block for AVX-512 (vectors of 16 floats).
#if defined(__x86_64__)
#include "kernels/dense_block/dense_passes.h"

namespace ocelli {
extern const DenseKernels denseAvx512 = kDenseKernels;
}
#endif
