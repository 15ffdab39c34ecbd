// The addon's export table. It holds no policy: names, defaults and checks live in TypeScript.
#include "autograd.h"
#ifdef OCELLI_CUDA_GRAPHS
#include "cuda/cuda_graph.h"
#endif
#include "dispatch.h"
#include "errors.h"
#include "handles.h"
#include "hooks.h"
#include "runtime.h"
#include "tensor.h"

namespace ocelli {
namespace {

void exportDispatch(Napi::Object exports) {
  exportFunction<operatorNames>(exports, "operatorNames");
  exportFunction<findOperator>(exports, "findOperator");
  exportCall(exports);
}

void exportTensor(Napi::Object exports) {
  exportFunction<tensorShape>(exports, "shape");
  exportFunction<tensorStrides>(exports, "strides");
  exportFunction<tensorDType>(exports, "dtype");
  exportFunction<tensorDevice>(exports, "device");
  exportFunction<tensorNumel>(exports, "numel");
  exportFunction<tensorIsContiguous>(exports, "isContiguous");
  exportFunction<tensorFromBuffer>(exports, "fromBuffer");
  exportFunction<tensorToBuffer>(exports, "toBuffer");
  exportFunction<dispose>(exports, "dispose");
  exportFunction<setAccounting>(exports, "setAccounting");
  exportFunction<externalBytes>(exports, "externalBytes");
  exportFunction<accountFor>(exports, "accountFor");
  exportFunction<liveTensorCount>(exports, "liveTensorCount");
}

void exportAutograd(Napi::Object exports) {
  exportFunction<requiresGrad>(exports, "requiresGrad");
  exportFunction<setRequiresGrad>(exports, "setRequiresGrad");
  exportFunction<isLeaf>(exports, "isLeaf");
  exportFunction<gradOf>(exports, "gradOf");
  exportFunction<setGrad>(exports, "setGrad");
  exportFunction<backward>(exports, "backward");
  exportFunction<gradients>(exports, "gradients");
  exportFunction<setGradEnabled>(exports, "setGradEnabled");
  exportFunction<isGradEnabled>(exports, "isGradEnabled");
  exportFunction<enterInferenceMode>(exports, "enterInferenceMode");
  exportFunction<leaveInferenceMode>(exports, "leaveInferenceMode");
  exportFunction<addHook>(exports, "addHook");
  exportFunction<removeHook>(exports, "removeHook");
}

void exportRuntime(Napi::Object exports) {
  exportFunction<libtorchVersion>(exports, "libtorchVersion");
  exportFunction<cpuKernels>(exports, "cpuKernels");
  exportFunction<getNumThreads>(exports, "getNumThreads");
  exportFunction<setNumThreads>(exports, "setNumThreads");
  exportFunction<cudaDeviceCount>(exports, "cudaDeviceCount");
  exportFunction<cudnnBenchmark>(exports, "cudnnBenchmark");
  exportFunction<setCudnnBenchmark>(exports, "setCudnnBenchmark");
  exportFunction<synchronize>(exports, "synchronize");
  exportFunction<defaultGenerator>(exports, "defaultGenerator");
  exportFunction<newGenerator>(exports, "newGenerator");
  exportFunction<setSeed>(exports, "setSeed");
  exportFunction<currentSeed>(exports, "currentSeed");
  exportFunction<generatorState>(exports, "generatorState");
  exportFunction<setGeneratorState>(exports, "setGeneratorState");
  exportFunction<setAutocast>(exports, "setAutocast");
  exportFunction<clearAutocastCache>(exports, "clearAutocastCache");
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  setUpHooks(env);
  exportDispatch(exports);
  exportTensor(exports);
  exportAutograd(exports);
  exportRuntime(exports);
#ifdef OCELLI_CUDA_GRAPHS
  exportCudaGraphs(exports);
#endif
  return exports;
}

}  // namespace
}  // namespace ocelli

using ocelli::initialize;
NODE_API_MODULE(ocelli_torch, initialize)
