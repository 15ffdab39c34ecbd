// The words by which JavaScript names libtorch's enumerations, in both directions.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/QScheme.h>
#include <c10/core/ScalarType.h>

#include <string>

namespace ocelli {

std::string nameOf(c10::ScalarType dtype);
std::string nameOf(c10::Layout layout);
std::string nameOf(c10::MemoryFormat format);
std::string nameOf(c10::QScheme scheme);

// Each throws c10::Error for a word that names nothing.
c10::ScalarType dtypeNamed(const std::string& name);
c10::Layout layoutNamed(const std::string& name);
c10::MemoryFormat memoryFormatNamed(const std::string& name);
c10::QScheme qschemeNamed(const std::string& name);

}  // namespace ocelli
