// Runs the autograd engine while JavaScript's thread serves gradient hooks.
#pragma once

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <functional>

namespace ocelli {

// Called once for each environment.
void setUpHooks(Napi::Env env);

// Calls `work` and, when hooks are registered in this environment, serves them meanwhile.
// A hook may be called from any thread of the engine (CUDA has one per device), but JavaScript runs
// on one only: so `work` moves to a second thread and this one answers its requests until it ends.
// Rethrows what `work` threw, or the first JavaScript exception of a hook.
void runServingHooks(napi_env env, const std::function<void()>& work);

}  // namespace ocelli
