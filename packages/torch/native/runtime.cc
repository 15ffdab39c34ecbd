#include "runtime.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/version.h>

#include <mutex>

#include "convert.h"
#include "handles.h"
#include "kernels/choose.h"
#include "names.h"

namespace ocelli {
namespace {

c10::Device deviceNamed(const Napi::CallbackInfo& info, size_t index) {
  return c10::Device(toString(info.Env(), info[index]));
}

at::Generator generatorArgument(const Napi::CallbackInfo& info) {
  return generatorOf(info.Env(), info[0]);
}

struct Autocast {
  bool enabled;
  c10::ScalarType dtype;
};

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
Autocast autocastOf(c10::DeviceType type) {
  return {at::autocast::is_autocast_enabled(type), at::autocast::get_autocast_dtype(type)};
}

void applyAutocast(c10::DeviceType type, Autocast state) {
  at::autocast::set_autocast_enabled(type, state.enabled);
  at::autocast::set_autocast_dtype(type, state.dtype);
}
#else
Autocast autocastOf(c10::DeviceType type) {
  if (type == c10::DeviceType::CUDA) {
    return {at::autocast::is_enabled(), at::autocast::get_autocast_gpu_dtype()};
  }
  return {at::autocast::is_cpu_enabled(), at::autocast::get_autocast_cpu_dtype()};
}

void applyAutocast(c10::DeviceType type, Autocast state) {
  if (type == c10::DeviceType::CUDA) {
    at::autocast::set_enabled(state.enabled);
    at::autocast::set_autocast_gpu_dtype(state.dtype);
  } else {
    at::autocast::set_cpu_enabled(state.enabled);
    at::autocast::set_autocast_cpu_dtype(state.dtype);
  }
}
#endif

}  // namespace

Napi::Value libtorchVersion(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("version", TORCH_VERSION);
  result.Set("config", at::show_config());
  return result;
}

Napi::Value cpuKernels(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), kernelsInUse());
}

Napi::Value getNumThreads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), at::get_num_threads());
}

Napi::Value setNumThreads(const Napi::CallbackInfo& info) {
  at::set_num_threads(static_cast<int>(toInt(info.Env(), info[0])));
  return info.Env().Undefined();
}

Napi::Value cudaDeviceCount(const Napi::CallbackInfo& info) {
  const bool has = at::globalContext().hasCUDA();
  const int count = has ? c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount() : 0;
  return Napi::Number::New(info.Env(), count);
}

Napi::Value cudnnBenchmark(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), at::globalContext().benchmarkCuDNN());
}

Napi::Value setCudnnBenchmark(const Napi::CallbackInfo& info) {
  at::globalContext().setBenchmarkCuDNN(info[0].As<Napi::Boolean>().Value());
  return info.Env().Undefined();
}

Napi::Value synchronize(const Napi::CallbackInfo& info) {
  const c10::Device device = deviceNamed(info, 0);
  if (device.is_cpu()) return info.Env().Undefined();
  const c10::impl::VirtualGuardImpl guard(device.type());
  guard.getStream(device).synchronize();
  return info.Env().Undefined();
}

Napi::Value defaultGenerator(const Napi::CallbackInfo& info) {
  const at::Generator& generator = at::globalContext().defaultGenerator(deviceNamed(info, 0));
  return Napi::Value(info.Env(), newHandle(info.Env(), generator));
}

Napi::Value newGenerator(const Napi::CallbackInfo& info) {
  const at::Generator& generator = at::globalContext().defaultGenerator(deviceNamed(info, 0));
  return Napi::Value(info.Env(), newHandle(info.Env(), generator.clone()));
}

Napi::Value setSeed(const Napi::CallbackInfo& info) {
  bool lossless = false;
  const uint64_t seed = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  at::Generator generator = generatorArgument(info);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_current_seed(seed);
  return info.Env().Undefined();
}

Napi::Value currentSeed(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), generatorArgument(info).current_seed());
}

Napi::Value generatorState(const Napi::CallbackInfo& info) {
  at::Generator generator = generatorArgument(info);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  return Napi::Value(info.Env(), newHandle(info.Env(), generator.get_state()));
}

Napi::Value setGeneratorState(const Napi::CallbackInfo& info) {
  at::Generator generator = generatorArgument(info);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(tensorOf(info.Env(), info[1]));
  return info.Env().Undefined();
}

Napi::Value setAutocast(const Napi::CallbackInfo& info) {
  const c10::DeviceType type = deviceNamed(info, 0).type();
  const Autocast before = autocastOf(type);
  applyAutocast(type, {info[1].As<Napi::Boolean>().Value(), dtypeNamed(toString(info.Env(), info[2]))});
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("enabled", before.enabled);
  result.Set("dtype", nameOf(before.dtype));
  return result;
}

Napi::Value clearAutocastCache(const Napi::CallbackInfo& info) {
  at::autocast::clear_cache();
  return info.Env().Undefined();
}

}  // namespace ocelli
