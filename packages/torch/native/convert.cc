#include "convert.h"

#include <ATen/core/List.h>
#include <c10/core/Stream.h>

#include <cmath>

#include "handles.h"
#include "names.h"

namespace ocelli {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;  // 2^53 - 1

[[noreturn]] void refuse(napi_env env, const char* expected, napi_value got) {
  napi_value text = nullptr;
  napi_valuetype type = napi_undefined;
  napi_typeof(env, got, &type);
  std::string shown = type == napi_external ? "a tensor" : "?";
  if (type != napi_symbol && type != napi_external && napi_coerce_to_string(env, got, &text) == napi_ok) {
    shown = type == napi_string ? '"' + toString(env, text) + '"' : toString(env, text);
  }
  throw Napi::TypeError::New(env, std::string("expected ") + expected + ", got " + shown);
}

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}

double toDouble(napi_env env, napi_value value) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) refuse(env, "a number", value);
  return number;
}

bool toBool(napi_env env, napi_value value) {
  bool flag = false;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) refuse(env, "a boolean", value);
  return flag;
}

bool isSafeInteger(double number) {
  return std::trunc(number) == number && std::abs(number) <= kMaxSafeInteger;
}

c10::complex<double> toComplex(napi_env env, napi_value value) {
  if (typeOf(env, value) == napi_number) return {toDouble(env, value), 0.0};
  napi_value real = nullptr, imaginary = nullptr;
  const bool ok = typeOf(env, value) == napi_object &&
                  napi_get_named_property(env, value, "re", &real) == napi_ok &&
                  napi_get_named_property(env, value, "im", &imaginary) == napi_ok;
  if (!ok) refuse(env, "a complex number {re, im}", value);
  return {toDouble(env, real), toDouble(env, imaginary)};
}

// JavaScript has one kind of number: integral ones become int64, as `x + 2` does in Python, so that
// an integer tensor keeps its dtype; -0 has no integer and stays a double.
c10::IValue toScalar(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_number: {
      const double number = toDouble(env, value);
      const bool integral = isSafeInteger(number) && !(number == 0 && std::signbit(number));
      return integral ? c10::IValue(static_cast<int64_t>(number)) : c10::IValue(number);
    }
    case napi_bigint:
      return toInt(env, value);
    case napi_boolean:
      return toBool(env, value);
    case napi_object:
      return toComplex(env, value);
    default:
      refuse(env, "a number, bigint, boolean or {re, im}", value);
  }
}

c10::IValue toStream(napi_env env, napi_value value) {
  napi_value device = nullptr, id = nullptr;
  const bool ok = typeOf(env, value) == napi_object &&
                  napi_get_named_property(env, value, "device", &device) == napi_ok &&
                  napi_get_named_property(env, value, "id", &id) == napi_ok;
  if (!ok) refuse(env, "a stream {device, id}", value);
  return c10::Stream(c10::Stream::UNSAFE, c10::Device(toString(env, device)), toInt(env, id));
}


template <typename T, typename Convert>
c10::List<T> toTypedList(napi_env env, napi_value array, uint32_t length, Convert convert) {
  c10::List<T> list;
  list.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    napi_get_element(env, array, i, &element);
    list.push_back(convert(element));
  }
  return list;
}

c10::TypePtr elementTypePtr(const ValueType& type) {
  switch (type.kind) {
    case Kind::kScalar:
      return c10::NumberType::get();
    case Kind::kString:
      return c10::StringType::get();
    default:
      return c10::AnyType::get();
  }
}

c10::IValue toTensorList(napi_env env, napi_value array, uint32_t length, const ValueType& element) {
  if (!element.optional) {
    return toTypedList<at::Tensor>(env, array, length,
                                   [env](napi_value value) { return tensorOf(env, value); });
  }
  return toTypedList<c10::optional<at::Tensor>>(env, array, length, [env](napi_value value) {
    const bool given = isHandle(env, value);
    return given ? c10::optional<at::Tensor>(tensorOf(env, value)) : c10::optional<at::Tensor>();
  });
}

c10::IValue toGenericList(napi_env env, napi_value array, uint32_t length, const ValueType& element) {
  c10::impl::GenericList list(elementTypePtr(element));
  for (uint32_t i = 0; i < length; ++i) {
    napi_value value = nullptr;
    napi_get_element(env, array, i, &value);
    list.push_back(toIValue(env, value, element));
  }
  return list;
}

c10::IValue toRepeatedList(napi_env env, napi_value value, const ValueType& type) {
  const auto count = static_cast<size_t>(*type.repeat);
  if (type.element->kind == Kind::kFloat) {
    return c10::List<double>(std::vector<double>(count, toDouble(env, value)));
  }
  return c10::List<int64_t>(std::vector<int64_t>(count, toInt(env, value)));
}

c10::IValue toList(napi_env env, napi_value value, const ValueType& type) {
  bool isArray = false;
  napi_is_array(env, value, &isArray);
  const ValueType& element = *type.element;
  if (!isArray) {
    const bool number = typeOf(env, value) == napi_number || typeOf(env, value) == napi_bigint;
    if (type.repeat && number) return toRepeatedList(env, value, type);
    refuse(env, "an array", value);
  }
  uint32_t length = 0;
  napi_get_array_length(env, value, &length);
  switch (element.kind) {
    case Kind::kTensor:
      return toTensorList(env, value, length, element);
    case Kind::kInt:
      return toTypedList<int64_t>(env, value, length, [env](napi_value v) { return toInt(env, v); });
    case Kind::kFloat:
      return toTypedList<double>(env, value, length, [env](napi_value v) { return toDouble(env, v); });
    case Kind::kBool:
      return toTypedList<bool>(env, value, length, [env](napi_value v) { return toBool(env, v); });
    default:
      return toGenericList(env, value, length, element);
  }
}

napi_value number(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

napi_value boolean(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value string(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

napi_value null(napi_env env) {
  napi_value result = nullptr;
  napi_get_null(env, &result);
  return result;
}

napi_value complexToJs(napi_env env, c10::complex<double> value) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "re", number(env, value.real()));
  napi_set_named_property(env, result, "im", number(env, value.imag()));
  return result;
}

napi_value streamToJs(napi_env env, const c10::Stream& stream) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "device", string(env, stream.device().str()));
  napi_set_named_property(env, result, "id", toJs(env, static_cast<int64_t>(stream.id())));
  return result;
}

napi_value scalarToJs(napi_env env, const c10::IValue& value) {
  if (value.isInt()) return toJs(env, value.toInt());
  if (value.isBool()) return boolean(env, value.toBool());
  if (value.isComplexDouble()) return complexToJs(env, value.toComplexDouble());
  return number(env, value.toDouble());
}

template <typename Elements>
napi_value arrayToJs(napi_env env, const Elements& elements, const ValueType& element) {
  napi_value result = nullptr;
  napi_create_array_with_length(env, elements.size(), &result);
  for (size_t i = 0; i < elements.size(); ++i) {
    napi_set_element(env, result, static_cast<uint32_t>(i), toJs(env, elements[i], element));
  }
  return result;
}

}  // namespace

ValueType readType(const c10::TypePtr& type, std::optional<int64_t> repeat) {
  ValueType result;
  switch (type->kind()) {
    case c10::TypeKind::OptionalType:
      result = readType(type->castRaw<c10::OptionalType>()->getElementType(), repeat);
      result.optional = true;
      return result;
    case c10::TypeKind::ListType:
      result.kind = Kind::kList;
      result.repeat = repeat;
      result.element =
          std::make_unique<ValueType>(readType(type->castRaw<c10::ListType>()->getElementType()));
      return result;
    case c10::TypeKind::TensorType: result.kind = Kind::kTensor; return result;
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::IntType: result.kind = Kind::kInt; return result;
    case c10::TypeKind::SymFloatType:
    case c10::TypeKind::FloatType: result.kind = Kind::kFloat; return result;
    case c10::TypeKind::ComplexType: result.kind = Kind::kComplex; return result;
    case c10::TypeKind::BoolType: result.kind = Kind::kBool; return result;
    case c10::TypeKind::NumberType: result.kind = Kind::kScalar; return result;
    case c10::TypeKind::StringType: result.kind = Kind::kString; return result;
    case c10::TypeKind::ScalarTypeType: result.kind = Kind::kDType; return result;
    case c10::TypeKind::DeviceObjType: result.kind = Kind::kDevice; return result;
    case c10::TypeKind::LayoutType: result.kind = Kind::kLayout; return result;
    case c10::TypeKind::MemoryFormatType: result.kind = Kind::kMemoryFormat; return result;
    case c10::TypeKind::QSchemeType: result.kind = Kind::kQScheme; return result;
    case c10::TypeKind::GeneratorType: result.kind = Kind::kGenerator; return result;
    case c10::TypeKind::StreamObjType: result.kind = Kind::kStream; return result;
    case c10::TypeKind::StorageType: result.kind = Kind::kStorage; return result;
    case c10::TypeKind::TupleType: result.kind = Kind::kTuple; return result;
    default: return result;
  }
}

std::string toString(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    refuse(env, "a string", value);
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

int64_t toInt(napi_env env, napi_value value) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    if (!isSafeInteger(number)) refuse(env, "an integer", value);
    return static_cast<int64_t>(number);
  }
  int64_t integer = 0;
  bool lossless = false;
  if (napi_get_value_bigint_int64(env, value, &integer, &lossless) != napi_ok || !lossless) {
    refuse(env, "an integer of 64 bits", value);
  }
  return integer;
}

c10::IValue toIValue(napi_env env, napi_value value, const ValueType& type) {
  if (type.optional) {
    const napi_valuetype given = typeOf(env, value);
    if (given == napi_null || given == napi_undefined) return {};
  }
  switch (type.kind) {
    case Kind::kTensor: return tensorOf(env, value);
    case Kind::kInt: return toInt(env, value);
    case Kind::kFloat: return toDouble(env, value);
    case Kind::kComplex: return toComplex(env, value);
    case Kind::kBool: return toBool(env, value);
    case Kind::kScalar: return toScalar(env, value);
    case Kind::kString: return toString(env, value);
    case Kind::kDType: return static_cast<int64_t>(dtypeNamed(toString(env, value)));
    case Kind::kDevice: return c10::Device(toString(env, value));
    case Kind::kLayout: return static_cast<int64_t>(layoutNamed(toString(env, value)));
    case Kind::kMemoryFormat: return static_cast<int64_t>(memoryFormatNamed(toString(env, value)));
    case Kind::kQScheme: return static_cast<int64_t>(qschemeNamed(toString(env, value)));
    case Kind::kGenerator: return generatorOf(env, value);
    case Kind::kStream: return toStream(env, value);
    case Kind::kStorage: return tensorOf(env, value).storage();
    case Kind::kList: return toList(env, value, type);
    case Kind::kTuple: refuse(env, "no tuple: no operator of ATen takes one", value);
    case Kind::kOpaque: return opaqueOf(env, value);
  }
  throw Napi::Error::New(env, "internal: unknown kind of argument");
}

napi_value toJs(napi_env env, int64_t value) {
  napi_value result = nullptr;
  if (std::abs(static_cast<double>(value)) <= kMaxSafeInteger) {
    return number(env, static_cast<double>(value));
  }
  napi_create_bigint_int64(env, value, &result);
  return result;
}

napi_value toJs(napi_env env, const c10::IValue& value, const ValueType& type) {
  if (value.isNone()) return null(env);
  switch (type.kind) {
    case Kind::kTensor:
      return value.toTensor().defined() ? newHandle(env, value.toTensor()) : null(env);
    case Kind::kInt: return toJs(env, value.toInt());
    case Kind::kFloat: return number(env, value.toDouble());
    case Kind::kComplex: return complexToJs(env, value.toComplexDouble());
    case Kind::kBool: return boolean(env, value.toBool());
    case Kind::kScalar: return scalarToJs(env, value);
    case Kind::kString: return string(env, value.toStringRef());
    case Kind::kDType: return string(env, nameOf(value.toScalarType()));
    case Kind::kDevice: return string(env, value.toDevice().str());
    case Kind::kLayout: return string(env, nameOf(value.toLayout()));
    case Kind::kMemoryFormat: return string(env, nameOf(value.toMemoryFormat()));
    case Kind::kQScheme: return string(env, nameOf(static_cast<c10::QScheme>(value.toInt())));
    case Kind::kGenerator: return newHandle(env, value.toGenerator());
    case Kind::kStream: return streamToJs(env, value.toStream());
    case Kind::kList: return arrayToJs(env, value.toListRef(), *type.element);
    case Kind::kTuple:
    case Kind::kStorage:
    case Kind::kOpaque: return newOpaqueHandle(env, value);
  }
  throw Napi::Error::New(env, "internal: unknown kind of result");
}

}  // namespace ocelli
