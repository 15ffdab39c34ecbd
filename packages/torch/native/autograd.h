// Entry points of the autograd engine, its modes, and gradient hooks.
#pragma once

#include <napi.h>

namespace ocelli {

Napi::Value requiresGrad(const Napi::CallbackInfo& info);
Napi::Value setRequiresGrad(const Napi::CallbackInfo& info);
Napi::Value isLeaf(const Napi::CallbackInfo& info);
// (tensor) -> handle of its gradient, or undefined.
Napi::Value gradOf(const Napi::CallbackInfo& info);
// (tensor, gradient | undefined)
Napi::Value setGrad(const Napi::CallbackInfo& info);

// (roots, gradients (undefined for ones), retainGraph, createGraph, inputs)
Napi::Value backward(const Napi::CallbackInfo& info);
// (outputs, gradients, inputs, retainGraph, createGraph, allowUnused) -> (handle | undefined)[]
Napi::Value gradients(const Napi::CallbackInfo& info);

// (enabled) -> the state before
Napi::Value setGradEnabled(const Napi::CallbackInfo& info);
Napi::Value isGradEnabled(const Napi::CallbackInfo& info);
Napi::Value enterInferenceMode(const Napi::CallbackInfo& info);
Napi::Value leaveInferenceMode(const Napi::CallbackInfo& info);

// (tensor, function(gradient handle) -> handle | undefined) -> id, to be removed with removeHook.
Napi::Value addHook(const Napi::CallbackInfo& info);
Napi::Value removeHook(const Napi::CallbackInfo& info);

}  // namespace ocelli
