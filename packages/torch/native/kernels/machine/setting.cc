#include "kernels/machine/setting.h"

#include <cstdlib>

namespace ocelli {

std::string_view kernelSetting() {
  static const char* const value = std::getenv("OCELLI_KERNELS");
  return value ? value : "auto";
}

}  // namespace ocelli
