#include "autograd.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "convert.h"
#include "handles.h"
#include "hooks.h"

namespace ocelli {
namespace {

std::vector<at::Tensor> tensorsOf(napi_env env, const Napi::Value& value) {
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<at::Tensor> result;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value element = array[i];
    result.push_back(isHandle(env, element) ? tensorOf(env, element) : at::Tensor());
  }
  return result;
}

Napi::Value handleOrUndefined(Napi::Env env, const at::Tensor& tensor) {
  return tensor.defined() ? Napi::Value(env, newHandle(env, tensor)) : env.Undefined();
}

bool flag(const Napi::Value& value) { return value.As<Napi::Boolean>().Value(); }

thread_local std::vector<std::unique_ptr<c10::InferenceMode>> inferenceModes;

}  // namespace

Napi::Value requiresGrad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), tensorOf(info.Env(), info[0]).requires_grad());
}

Napi::Value setRequiresGrad(const Napi::CallbackInfo& info) {
  tensorOf(info.Env(), info[0]).requires_grad_(flag(info[1]));
  return info.Env().Undefined();
}

Napi::Value isLeaf(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), tensorOf(info.Env(), info[0]).is_leaf());
}

Napi::Value gradOf(const Napi::CallbackInfo& info) {
  return handleOrUndefined(info.Env(), tensorOf(info.Env(), info[0]).grad());
}

Napi::Value setGrad(const Napi::CallbackInfo& info) {
  const bool given = isHandle(info.Env(), info[1]);
  tensorOf(info.Env(), info[0]).mutable_grad() = given ? tensorOf(info.Env(), info[1]) : at::Tensor();
  return info.Env().Undefined();
}

Napi::Value backward(const Napi::CallbackInfo& info) {
  const auto roots = tensorsOf(info.Env(), info[0]);
  const auto rootGradients = tensorsOf(info.Env(), info[1]);
  const bool retainGraph = flag(info[2]), createGraph = flag(info[3]);
  const auto inputs = tensorsOf(info.Env(), info[4]);
  runServingHooks(info.Env(), [&] {
    torch::autograd::backward(roots, rootGradients, retainGraph, createGraph, inputs);
  });
  return info.Env().Undefined();
}

Napi::Value gradients(const Napi::CallbackInfo& info) {
  const auto outputs = tensorsOf(info.Env(), info[0]);
  const auto outputGradients = tensorsOf(info.Env(), info[1]);
  const auto inputs = tensorsOf(info.Env(), info[2]);
  const bool retainGraph = flag(info[3]), createGraph = flag(info[4]), allowUnused = flag(info[5]);
  std::vector<at::Tensor> found;
  runServingHooks(info.Env(), [&] {
    found = torch::autograd::grad(outputs, inputs, outputGradients, retainGraph, createGraph, allowUnused);
  });
  Napi::Array result = Napi::Array::New(info.Env(), found.size());
  for (uint32_t i = 0; i < found.size(); ++i) result.Set(i, handleOrUndefined(info.Env(), found[i]));
  return result;
}

Napi::Value setGradEnabled(const Napi::CallbackInfo& info) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(flag(info[0]));
  return Napi::Boolean::New(info.Env(), before);
}

Napi::Value isGradEnabled(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), at::GradMode::is_enabled());
}

Napi::Value enterInferenceMode(const Napi::CallbackInfo& info) {
  inferenceModes.push_back(std::make_unique<c10::InferenceMode>());
  return info.Env().Undefined();
}

Napi::Value leaveInferenceMode(const Napi::CallbackInfo& info) {
  if (!inferenceModes.empty()) inferenceModes.pop_back();
  return info.Env().Undefined();
}

}  // namespace ocelli
