// Whether the environment lets Ocelli's own code compute.
#pragma once

namespace ocelli {

// False with OCELLI_KERNELS=off. Code without vector instructions asks this; the tables of the others
// (winogradKernels() and its like) have asked it already.
bool ownKernels();

}  // namespace ocelli
