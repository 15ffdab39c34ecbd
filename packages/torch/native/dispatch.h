// Operators of libtorch's dispatcher, found by name and called boxed.
#pragma once

#include <napi.h>

namespace ocelli {

// () -> string[]: "namespace::name.overload" of every operator that has a schema.
Napi::Value operatorNames(const Napi::CallbackInfo& info);

// (name, overload) -> {id, schema, arguments, returns}, or undefined when there is none.
Napi::Value findOperator(const Napi::CallbackInfo& info);

// Adds `call(id, ...arguments)`: arguments in the schema's order, undefined for the default.
// A result that is an argument written in place comes back as undefined: the caller holds it.
void exportCall(Napi::Object exports);

}  // namespace ocelli
