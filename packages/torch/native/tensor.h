// What a tensor says of itself, and its elements as bytes.
#pragma once

#include <napi.h>

namespace ocelli {

Napi::Value tensorShape(const Napi::CallbackInfo& info);
Napi::Value tensorStrides(const Napi::CallbackInfo& info);
Napi::Value tensorDType(const Napi::CallbackInfo& info);
Napi::Value tensorDevice(const Napi::CallbackInfo& info);
Napi::Value tensorNumel(const Napi::CallbackInfo& info);
Napi::Value tensorIsContiguous(const Napi::CallbackInfo& info);

// (ArrayBuffer, byteOffset, shape, dtype) -> tensor over the same memory, which it keeps alive.
Napi::Value tensorFromBuffer(const Napi::CallbackInfo& info);
// (tensor) -> new ArrayBuffer with a copy of a contiguous CPU tensor's elements.
Napi::Value tensorToBuffer(const Napi::CallbackInfo& info);

}  // namespace ocelli
