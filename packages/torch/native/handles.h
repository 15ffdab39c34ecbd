// Values that live in libtorch and are held from JavaScript through Externals.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <napi.h>

namespace ocelli {

// Each makes an External whose finalizer drops the reference. Tensors report their bytes to V8, so
// that memory it cannot see still brings the garbage collector round.
napi_value newHandle(napi_env env, at::Tensor tensor);
napi_value newHandle(napi_env env, at::Generator generator);
// For values that JavaScript only passes on, such as packed parameters of quantized operators.
napi_value newOpaqueHandle(napi_env env, c10::IValue value);

// Each throws a Napi::Error when `value` is no such handle or was disposed.
const at::Tensor& tensorOf(napi_env env, napi_value value);
const at::Generator& generatorOf(napi_env env, napi_value value);
const c10::IValue& opaqueOf(napi_env env, napi_value value);

bool isHandle(napi_env env, napi_value value);

// Drops the tensor at once instead of waiting for the garbage collector.
Napi::Value dispose(const Napi::CallbackInfo& info);
// Whether tensors made from now on in this thread report their bytes, and a report made up for.
Napi::Value setAccounting(const Napi::CallbackInfo& info);
Napi::Value accountFor(const Napi::CallbackInfo& info);
// Bytes outside its heap that V8 knows of.
Napi::Value externalBytes(const Napi::CallbackInfo& info);
// Tensor handles of this thread that hold a tensor.
Napi::Value liveTensorCount(const Napi::CallbackInfo& info);

}  // namespace ocelli
