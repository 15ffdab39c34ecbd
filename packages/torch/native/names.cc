#include "names.h"

#include <c10/util/Exception.h>

#include <array>
#include <utility>

namespace ocelli {
namespace {

template <typename T, size_t N>
using Names = std::array<std::pair<const char*, T>, N>;

constexpr Names<c10::ScalarType, 17> kDTypes{{
    {"float32", c10::ScalarType::Float},
    {"float64", c10::ScalarType::Double},
    {"float16", c10::ScalarType::Half},
    {"bfloat16", c10::ScalarType::BFloat16},
    {"uint8", c10::ScalarType::Byte},
    {"int8", c10::ScalarType::Char},
    {"int16", c10::ScalarType::Short},
    {"int32", c10::ScalarType::Int},
    {"int64", c10::ScalarType::Long},
    {"bool", c10::ScalarType::Bool},
    {"complex32", c10::ScalarType::ComplexHalf},
    {"complex64", c10::ScalarType::ComplexFloat},
    {"complex128", c10::ScalarType::ComplexDouble},
    {"qint8", c10::ScalarType::QInt8},
    {"quint8", c10::ScalarType::QUInt8},
    {"qint32", c10::ScalarType::QInt32},
    {"quint4x2", c10::ScalarType::QUInt4x2},
}};

constexpr Names<c10::Layout, 4> kLayouts{{
    {"strided", c10::Layout::Strided},
    {"sparse", c10::Layout::Sparse},
    {"sparseCsr", c10::Layout::SparseCsr},
    {"mkldnn", c10::Layout::Mkldnn},
}};

constexpr Names<c10::MemoryFormat, 4> kMemoryFormats{{
    {"contiguous", c10::MemoryFormat::Contiguous},
    {"preserve", c10::MemoryFormat::Preserve},
    {"channelsLast", c10::MemoryFormat::ChannelsLast},
    {"channelsLast3d", c10::MemoryFormat::ChannelsLast3d},
}};

constexpr Names<c10::QScheme, 3> kQSchemes{{
    {"perTensorAffine", c10::kPerTensorAffine},
    {"perChannelAffine", c10::kPerChannelAffine},
    {"perTensorSymmetric", c10::kPerTensorSymmetric},
}};

template <typename T, size_t N>
std::string find(const Names<T, N>& names, T value, const char* what) {
  for (const auto& [name, candidate] : names) {
    if (candidate == value) return name;
  }
  TORCH_CHECK(false, what, " ", static_cast<int>(value), " has no name");
}

template <typename T, size_t N>
T find(const Names<T, N>& names, const std::string& wanted, const char* what) {
  std::string known;
  for (const auto& [name, value] : names) {
    if (wanted == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  TORCH_CHECK(false, "expected ", what, " to be one of ", known, ", got \"", wanted, "\"");
}

}  // namespace

std::string nameOf(c10::ScalarType dtype) { return find(kDTypes, dtype, "dtype"); }
std::string nameOf(c10::Layout layout) { return find(kLayouts, layout, "layout"); }
std::string nameOf(c10::MemoryFormat format) { return find(kMemoryFormats, format, "memory format"); }
std::string nameOf(c10::QScheme scheme) { return find(kQSchemes, scheme, "quantization scheme"); }

c10::ScalarType dtypeNamed(const std::string& name) { return find(kDTypes, name, "dtype"); }
c10::Layout layoutNamed(const std::string& name) { return find(kLayouts, name, "layout"); }
c10::MemoryFormat memoryFormatNamed(const std::string& name) {
  return find(kMemoryFormats, name, "memory format");
}
c10::QScheme qschemeNamed(const std::string& name) {
  return find(kQSchemes, name, "quantization scheme");
}

}  // namespace ocelli
