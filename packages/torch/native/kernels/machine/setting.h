// What the environment variable OCELLI_KERNELS asks for.
#pragma once

#include <string_view>

namespace ocelli {

// Its value: "off", "avx2", or "auto" where it is not set. Read once.
std::string_view kernelSetting();

// Whether Ocelli's own code may compute. The tables of vector kernels (winogradKernels() and its like)
// have asked it already.
inline bool ownKernels() { return kernelSetting() != "off"; }

}  // namespace ocelli
