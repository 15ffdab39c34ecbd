// Which build of the kernels the processor runs.
#pragma once

namespace ocelli {

// "avx512", "avx2" or "neon"; "none" where libtorch's own operators compute everything.
const char* kernelsInUse();

}  // namespace ocelli
