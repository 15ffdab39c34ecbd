// How C++ exceptions become JavaScript errors.
#pragma once

#include <c10/util/Exception.h>
#include <napi.h>

#include <new>
#include <string>

namespace ocelli {

// What JavaScript is told of the exception that is being handled.
inline std::string currentMessage() {
  try {
    throw;
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Wraps an exported function so that nothing thrown by libtorch crosses into V8 as a C++ exception.
template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return Function(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception&) {
    throw Napi::Error::New(info.Env(), currentMessage());
  }
}

template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
void exportFunction(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<guarded<Function>>(exports.Env(), name));
}

}  // namespace ocelli
