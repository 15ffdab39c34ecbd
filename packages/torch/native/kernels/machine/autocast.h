// Whether operators on the CPU are to compute in half precision.
#pragma once

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace ocelli {

// Kernels of float32 then leave the work to ATen's operators, which autocast knows.
inline bool isCpuAutocast() {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  return at::autocast::is_autocast_enabled(c10::DeviceType::CPU);
#else
  return at::autocast::is_cpu_enabled();
#endif
}

}  // namespace ocelli
