#include "dispatch.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>
#include <deque>

#include "convert.h"
#include "errors.h"
#include "handles.h"

namespace ocelli {
namespace {

struct Argument {
  std::string name;
  ValueType type;
  c10::optional<c10::IValue> defaultValue;
};

struct Result {
  ValueType type;
  // Index of the argument that this result is, for operators that work in place or into `out`.
  std::optional<size_t> sameAs;
};

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Argument> arguments;
  std::vector<Result> results;
};

// One table a JavaScript thread, so that calls need no lock while a worker looks its operators up.
thread_local std::deque<Operator> operators;

std::optional<size_t> argumentWrittenAs(const c10::FunctionSchema& schema, const c10::Argument& result) {
  const c10::AliasInfo* alias = result.alias_info();
  if (alias == nullptr || !alias->isWrite()) return {};
  for (size_t i = 0; i < schema.arguments().size(); ++i) {
    const c10::AliasInfo* candidate = schema.arguments()[i].alias_info();
    if (candidate != nullptr && candidate->isWrite() && candidate->beforeSets() == alias->beforeSets()) {
      return i;
    }
  }
  return {};
}

Operator readOperator(const c10::OperatorHandle& handle) {
  const c10::FunctionSchema& schema = handle.schema();
  Operator result{handle, {}, {}};
  for (const c10::Argument& argument : schema.arguments()) {
    std::optional<int64_t> repeat;
    if (argument.N()) repeat = *argument.N();
    result.arguments.push_back(
        {argument.name(), readType(argument.real_type(), repeat), argument.default_value()});
  }
  for (const c10::Argument& returned : schema.returns()) {
    result.results.push_back({readType(returned.real_type()), argumentWrittenAs(schema, returned)});
  }
  return result;
}

Operator& operatorAt(napi_env env, napi_value value) {
  uint32_t id = 0;
  const bool isNumber = napi_get_value_uint32(env, value, &id) == napi_ok;
  if (!isNumber || id >= operators.size()) throw Napi::TypeError::New(env, "no operator has this id");
  return operators[id];
}

c10::IValue argumentValue(napi_env env, const Argument& argument, napi_value given) {
  napi_valuetype type = napi_undefined;
  if (given != nullptr) napi_typeof(env, given, &type);
  if (type == napi_undefined) {
    if (argument.defaultValue) return *argument.defaultValue;
    if (argument.type.optional) return {};
    throw Napi::TypeError::New(env, "expected argument " + argument.name + ", got nothing");
  }
  try {
    return toIValue(env, given, argument.type);
  } catch (const Napi::Error& error) {
    throw Napi::TypeError::New(env, "argument " + argument.name + ": " + error.Message());
  } catch (const c10::Error& error) {
    throw Napi::TypeError::New(env,
                               "argument " + argument.name + ": " + error.what_without_backtrace());
  }
}

napi_value undefined(napi_env env) {
  napi_value result = nullptr;
  napi_get_undefined(env, &result);
  return result;
}

napi_value resultToJs(napi_env env, const Result& result, const c10::IValue& value) {
  return result.sameAs ? undefined(env) : toJs(env, value, result.type);
}

napi_value resultsToJs(napi_env env, const Operator& op, const torch::jit::Stack& stack) {
  if (op.results.empty()) return undefined(env);
  if (op.results.size() == 1) return resultToJs(env, op.results[0], stack[0]);
  napi_value array = nullptr;
  napi_create_array_with_length(env, op.results.size(), &array);
  for (size_t i = 0; i < op.results.size(); ++i) {
    napi_set_element(env, array, static_cast<uint32_t>(i), resultToJs(env, op.results[i], stack[i]));
  }
  return array;
}

// More than any operator of ATen takes.
constexpr size_t kMaxArguments = 40;

napi_value callOperator(napi_env env, napi_callback_info info) {
  std::array<napi_value, kMaxArguments> given;
  size_t count = given.size();
  napi_get_cb_info(env, info, &count, given.data(), nullptr, nullptr);
  const Operator& op = operatorAt(env, given[0]);
  torch::jit::Stack stack;
  stack.reserve(std::max(op.arguments.size(), op.results.size()));
  for (size_t i = 0; i < op.arguments.size(); ++i) {
    stack.push_back(argumentValue(env, op.arguments[i], i + 1 < count ? given[i + 1] : nullptr));
  }
  op.handle.callBoxed(&stack);
  return resultsToJs(env, op, stack);
}

// The hot path takes N-API's raw callback: node-addon-api's CallbackInfo costs an allocation a call.
napi_value call(napi_env env, napi_callback_info info) {
  try {
    return callOperator(env, info);
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const std::exception&) {
    napi_throw_error(env, nullptr, currentMessage().c_str());
  }
  return nullptr;
}

Napi::Object describeArgument(Napi::Env env, const c10::Argument& argument) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("name", argument.name());
  result.Set("type", argument.real_type()->annotation_str());
  result.Set("keywordOnly", argument.kwarg_only());
  result.Set("hasDefault", argument.default_value().has_value());
  result.Set("repeat", argument.N() ? Napi::Value::From(env, *argument.N()) : env.Undefined());
  return result;
}

Napi::Object describeReturn(Napi::Env env, const c10::FunctionSchema& schema, const c10::Argument& returned) {
  Napi::Object result = Napi::Object::New(env);
  const std::optional<size_t> sameAs = argumentWrittenAs(schema, returned);
  result.Set("name", returned.name());
  result.Set("type", returned.real_type()->annotation_str());
  result.Set("sameAs", sameAs ? Napi::Value::From(env, *sameAs) : env.Undefined());
  return result;
}

Napi::Object describe(Napi::Env env, size_t id, const c10::FunctionSchema& schema) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("id", id);
  result.Set("schema", c10::toString(schema));
  Napi::Array arguments = Napi::Array::New(env, schema.arguments().size());
  for (uint32_t i = 0; i < arguments.Length(); ++i) {
    arguments.Set(i, describeArgument(env, schema.arguments()[i]));
  }
  Napi::Array returns = Napi::Array::New(env, schema.returns().size());
  for (uint32_t i = 0; i < returns.Length(); ++i) {
    returns.Set(i, describeReturn(env, schema, schema.returns()[i]));
  }
  result.Set("arguments", arguments);
  result.Set("returns", returns);
  return result;
}

size_t remember(const c10::OperatorHandle& handle) {
  operators.push_back(readOperator(handle));
  return operators.size() - 1;
}

}  // namespace

Napi::Value operatorNames(const Napi::CallbackInfo& info) {
  c10::Dispatcher& dispatcher = c10::Dispatcher::singleton();
  Napi::Array result = Napi::Array::New(info.Env());
  for (const c10::OperatorName& name : dispatcher.getAllOpNames()) {
    // Some names have kernels but no schema; they cannot be called.
    if (dispatcher.findSchema(name)) result.Set(result.Length(), c10::toString(name));
  }
  return result;
}

Napi::Value findOperator(const Napi::CallbackInfo& info) {
  const c10::OperatorName name{toString(info.Env(), info[0]), toString(info.Env(), info[1])};
  const auto handle = c10::Dispatcher::singleton().findSchema(name);
  if (!handle) return info.Env().Undefined();
  return describe(info.Env(), remember(*handle), handle->schema());
}

void exportCall(Napi::Object exports) {
  napi_value function = nullptr;
  napi_create_function(exports.Env(), "call", NAPI_AUTO_LENGTH, call, nullptr, &function);
  exports.Set("call", Napi::Value(exports.Env(), function));
}

}  // namespace ocelli
