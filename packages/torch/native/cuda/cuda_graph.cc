#include "cuda_graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "convert.h"
#include "errors.h"

namespace ocelli {
namespace {

using c10::impl::VirtualGuardImpl;

struct Capture {
  at::cuda::CUDAGraph graph;
  c10::Stream before;
};

Capture& captureOf(const Napi::CallbackInfo& info) {
  return *info[0].As<Napi::External<Capture>>().Data();
}

// (device) -> capture. A stream that captures must be another than the default one, and what it reads
// must be there.
Napi::Value begin(const Napi::CallbackInfo& info) {
  const VirtualGuardImpl guard(c10::DeviceType::CUDA);
  const c10::Stream before = guard.getStream(c10::Device(toString(info.Env(), info[0])));
  const c10::DeviceGuard current(before.device());  // the graph takes the stream of the current one
  const c10::Stream aside = guard.getStreamFromGlobalPool(before.device(), false);
  auto capture = std::unique_ptr<Capture>(new Capture{{}, before});
  before.synchronize();
  guard.exchangeStream(aside);
  try {
    capture->graph.capture_begin();
  } catch (...) {
    guard.exchangeStream(before);
    throw;
  }
  return Napi::External<Capture>::New(info.Env(), capture.release(),
                                      [](Napi::Env, Capture* capture) { delete capture; });
}

// (capture): the stream of before is the current one again, whether the capture succeeded or not.
Napi::Value end(const Napi::CallbackInfo& info) {
  Capture& capture = captureOf(info);
  const c10::DeviceGuard current(capture.before.device());
  const VirtualGuardImpl guard(c10::DeviceType::CUDA);
  try {
    capture.graph.capture_end();
  } catch (...) {
    guard.exchangeStream(capture.before);
    throw;
  }
  guard.exchangeStream(capture.before);
  return info.Env().Undefined();
}

Napi::Value replay(const Napi::CallbackInfo& info) {
  Capture& capture = captureOf(info);
  const c10::DeviceGuard current(capture.before.device());
  capture.graph.replay();
  return info.Env().Undefined();
}

// Gives the memory of the graph's tensors back.
Napi::Value reset(const Napi::CallbackInfo& info) {
  captureOf(info).graph.reset();
  return info.Env().Undefined();
}

}  // namespace

void exportCudaGraphs(Napi::Object exports) {
  Napi::Object graphs = Napi::Object::New(exports.Env());
  exportFunction<begin>(graphs, "begin");
  exportFunction<end>(graphs, "end");
  exportFunction<replay>(graphs, "replay");
  exportFunction<reset>(graphs, "reset");
  exports.Set("cudaGraphs", graphs);
}

}  // namespace ocelli
