// The one place where a C++ exception becomes a JavaScript error.
#pragma once

#include <c10/util/Exception.h>
#include <napi.h>

#include <new>

namespace ocelli {

// Wraps an exported function so that nothing thrown by libtorch crosses into V8 as a C++ exception.
template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return Function(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (const c10::Error& error) {
    throw Napi::Error::New(info.Env(), error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    throw Napi::Error::New(info.Env(), "out of memory");
  } catch (const std::exception& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
}

template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
void exportFunction(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<guarded<Function>>(exports.Env(), name));
}

}  // namespace ocelli
