#include "tensor.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/TensorOptions.h>

#include <cstring>
#include <mutex>
#include <vector>

#include "convert.h"
#include "handles.h"
#include "names.h"

namespace ocelli {
namespace {

const at::Tensor& self(const Napi::CallbackInfo& info) { return tensorOf(info.Env(), info[0]); }

Napi::Value toArray(Napi::Env env, c10::IntArrayRef values) {
  Napi::Array result = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); ++i) result.Set(i, static_cast<double>(values[i]));
  return result;
}

// ArrayBuffers whose tensors are gone. The last reference to a tensor may fall on any thread, or
// inside the garbage collector, where N-API forbids releasing JavaScript values; so they wait here
// until their own environment shares a buffer again.
class Buffers {
 public:
  void letGo(napi_ref buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    released_.push_back(buffer);
  }
  void sweep(napi_env env) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (napi_ref buffer : released_) napi_delete_reference(env, buffer);
    released_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<napi_ref> released_;
};

thread_local const std::shared_ptr<Buffers> buffers = std::make_shared<Buffers>();

}  // namespace

Napi::Value tensorShape(const Napi::CallbackInfo& info) { return toArray(info.Env(), self(info).sizes()); }

Napi::Value tensorStrides(const Napi::CallbackInfo& info) {
  return toArray(info.Env(), self(info).strides());
}

Napi::Value tensorDType(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), nameOf(self(info).scalar_type()));
}

Napi::Value tensorDevice(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), self(info).device().str());
}

Napi::Value tensorNumel(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(self(info).numel()));
}

Napi::Value tensorIsContiguous(const Napi::CallbackInfo& info) {
  const c10::MemoryFormat format = memoryFormatNamed(toString(info.Env(), info[1]));
  return Napi::Boolean::New(info.Env(), self(info).is_contiguous(format));
}

Napi::Value tensorFromBuffer(const Napi::CallbackInfo& info) {
  Napi::ArrayBuffer buffer = info[0].As<Napi::ArrayBuffer>();
  const int64_t byteOffset = toInt(info.Env(), info[1]);
  const ValueType sizes = readType(c10::ListType::ofInts());
  const std::vector<int64_t> shape = toIValue(info.Env(), info[2], sizes).toIntVector();
  const c10::ScalarType dtype = dtypeNamed(toString(info.Env(), info[3]));
  void* data = static_cast<char*>(buffer.Data()) + byteOffset;
  buffers->sweep(info.Env());
  napi_ref reference = nullptr;
  napi_create_reference(info.Env(), buffer, 1, &reference);
  auto owner = buffers;
  const auto letGo = [owner, reference](void*) { owner->letGo(reference); };
  at::Tensor tensor = at::from_blob(data, shape, letGo, c10::TensorOptions(dtype));
  return Napi::Value(info.Env(), newHandle(info.Env(), std::move(tensor)));
}

Napi::Value tensorToBuffer(const Napi::CallbackInfo& info) {
  const at::Tensor& tensor = self(info);
  TORCH_CHECK(tensor.is_contiguous() && tensor.device().is_cpu(), "expected a contiguous CPU tensor");
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(info.Env(), tensor.nbytes());
  if (tensor.nbytes() > 0) std::memcpy(buffer.Data(), tensor.data_ptr(), tensor.nbytes());
  return buffer;
}

}  // namespace ocelli
