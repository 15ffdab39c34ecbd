// CUDA graphs: what a piece of work queues on a device, recorded once and then launched as one.
#pragma once

#include <napi.h>

namespace ocelli {

// Adds `cudaGraphs`: {begin, end, replay, reset}. Built only where the headers of CUDA are found.
void exportCudaGraphs(Napi::Object exports);

}  // namespace ocelli
