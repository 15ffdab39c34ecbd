// JavaScript values to and from libtorch's IValues, led by the types of an operator's schema.
#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <napi.h>

#include <memory>
#include <optional>

namespace ocelli {

enum class Kind {
  kTensor,
  kInt,
  kFloat,
  kComplex,
  kBool,
  kScalar,
  kString,
  kDType,
  kDevice,
  kLayout,
  kMemoryFormat,
  kQScheme,
  kGenerator,
  kStream,
  kStorage,
  kList,
  kTuple,
  kOpaque,
};

// A schema type, read once so that a call does not walk libtorch's type objects.
struct ValueType {
  Kind kind = Kind::kOpaque;
  bool optional = false;
  // Length to which a single number is repeated where a list is due (`int[2] stride`).
  std::optional<int64_t> repeat;
  std::unique_ptr<ValueType> element;  // of a list
};

ValueType readType(const c10::TypePtr& type, std::optional<int64_t> repeat = {});

// Throws Napi::TypeError with what the type takes and what came; the caller adds the argument's name.
c10::IValue toIValue(napi_env env, napi_value value, const ValueType& type);
napi_value toJs(napi_env env, const c10::IValue& value, const ValueType& type);

// Integers beyond 2^53 become BigInt.
napi_value toJs(napi_env env, int64_t value);
std::string toString(napi_env env, napi_value value);
int64_t toInt(napi_env env, napi_value value);

}  // namespace ocelli
