// libtorch as a whole: version, threads, devices, random generators, autocast.
#pragma once

#include <napi.h>

namespace ocelli {

// () -> {version, config}
Napi::Value libtorchVersion(const Napi::CallbackInfo& info);
// () -> "avx512", "avx2", "neon" or "none"
Napi::Value cpuKernels(const Napi::CallbackInfo& info);

Napi::Value getNumThreads(const Napi::CallbackInfo& info);
Napi::Value setNumThreads(const Napi::CallbackInfo& info);

Napi::Value cudaDeviceCount(const Napi::CallbackInfo& info);
// Whether cuDNN tries its algorithms on each new shape.
Napi::Value cudnnBenchmark(const Napi::CallbackInfo& info);
Napi::Value setCudnnBenchmark(const Napi::CallbackInfo& info);
// (device): waits until everything queued on it is done.
Napi::Value synchronize(const Napi::CallbackInfo& info);

// (device) -> handle of the generator that operators use when none is given
Napi::Value defaultGenerator(const Napi::CallbackInfo& info);
// (device) -> handle of a new generator
Napi::Value newGenerator(const Napi::CallbackInfo& info);
// (generator, seed as bigint)
Napi::Value setSeed(const Napi::CallbackInfo& info);
Napi::Value currentSeed(const Napi::CallbackInfo& info);
// (generator) -> handle of a uint8 tensor
Napi::Value generatorState(const Napi::CallbackInfo& info);
Napi::Value setGeneratorState(const Napi::CallbackInfo& info);

// (device type, enabled, dtype) -> {enabled, dtype} before
Napi::Value setAutocast(const Napi::CallbackInfo& info);
Napi::Value clearAutocastCache(const Napi::CallbackInfo& info);

}  // namespace ocelli
