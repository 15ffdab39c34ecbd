#include "handles.h"

#include <unordered_map>
#include <variant>

namespace ocelli {
namespace {

struct Handle {
  std::variant<std::monostate, at::Tensor, at::Generator, c10::IValue> value;
  int64_t accountedBytes = 0;
  // Set where the bytes are accounted for in `storages`.
  c10::StorageImpl* storage = nullptr;
};

// Handles of each large storage: views and unchanged results share one, and its bytes count once.
struct SharedStorage {
  int64_t handles = 0;
  int64_t bytes = 0;
};
thread_local std::unordered_map<c10::StorageImpl*, SharedStorage> storages;

// Below this, counting a shared storage twice does less harm than the look-up.
constexpr int64_t kLargeStorageBytes = 1 << 16;

// What V8 is told of a small tensor beside its elements: about a quarter of what TensorImpl,
// StorageImpl and Handle take. Small garbage dies in the cheap collections of the young generation;
// told more, V8 runs a full one before they come round, at 0.7 us a tensor.
constexpr int64_t kTensorOverheadBytes = 128;

// A worker has its own environment and thread, so a count per thread is a count per environment.
thread_local int64_t liveTensors = 0;

// V8 is told in steps of this size: telling it of every small tensor costs more than the tensor.
constexpr int64_t kAccountingStepBytes = 1 << 17;
thread_local int64_t unaccountedBytes = 0;

// Off inside a scope, which holds its tensors until it frees them: a collection that their bytes
// brought about would find nothing to free.
thread_local bool accounting = true;

void account(napi_env env, int64_t change) {
  unaccountedBytes += change;
  if (std::abs(unaccountedBytes) < kAccountingStepBytes) return;
  int64_t total = 0;
  napi_adjust_external_memory(env, std::exchange(unaccountedBytes, 0), &total);
}

// Bytes that a handle to `storage` adds: none where another handle accounts for it.
int64_t shareStorage(Handle& handle, const c10::Storage& storage) {
  handle.accountedBytes = kTensorOverheadBytes;
  const auto bytes = static_cast<int64_t>(storage.nbytes());
  if (bytes < kLargeStorageBytes) return handle.accountedBytes += bytes;
  handle.storage = storage.unsafeGetStorageImpl();
  SharedStorage& shared = storages[handle.storage];
  if (shared.handles++ == 0) shared.bytes = bytes;
  return handle.accountedBytes + (shared.handles == 1 ? bytes : 0);
}

void accountForTensor(napi_env env, Handle& handle) {
  const at::Tensor* tensor = std::get_if<at::Tensor>(&handle.value);
  if (tensor == nullptr || handle.accountedBytes > 0) return;
  if (tensor->has_storage()) return account(env, shareStorage(handle, tensor->storage()));
  account(env, handle.accountedBytes = kTensorOverheadBytes);
}

// Bytes that the end of a handle gives back: the storage's when it was the last one to it.
int64_t unshareStorage(Handle& handle) {
  const int64_t own = std::exchange(handle.accountedBytes, 0);
  if (handle.storage == nullptr) return own;
  const auto found = storages.find(std::exchange(handle.storage, nullptr));
  if (--found->second.handles > 0) return own;
  const int64_t bytes = found->second.bytes;
  storages.erase(found);
  return own + bytes;
}

void release(napi_env env, Handle& handle) {
  if (std::holds_alternative<at::Tensor>(handle.value)) --liveTensors;
  const int64_t bytes = unshareStorage(handle);
  handle.value = std::monostate();
  account(env, -bytes);
}

void finalize(napi_env env, void* data, void*) {
  auto* handle = static_cast<Handle*>(data);
  release(env, *handle);
  delete handle;
}

napi_value wrap(napi_env env, std::unique_ptr<Handle> handle) {
  napi_value result = nullptr;
  napi_status status = napi_create_external(env, handle.get(), finalize, nullptr, &result);
  NAPI_THROW_IF_FAILED(env, status, nullptr);
  handle.release();
  return result;
}

Handle& handleOf(napi_env env, napi_value value) {
  void* data = nullptr;
  if (napi_get_value_external(env, value, &data) != napi_ok || data == nullptr) {
    throw Napi::TypeError::New(env, "expected a handle of libtorch");
  }
  return *static_cast<Handle*>(data);
}

template <typename T>
const T& held(napi_env env, napi_value value, const char* what) {
  const Handle& handle = handleOf(env, value);
  if (const T* found = std::get_if<T>(&handle.value)) return *found;
  const bool freed = std::holds_alternative<std::monostate>(handle.value);
  throw Napi::TypeError::New(env, freed ? "the tensor was freed (by dispose or at the end of a scope)"
                                        : std::string("expected ") + what);
}

}  // namespace

napi_value newHandle(napi_env env, at::Tensor tensor) {
  auto handle = std::make_unique<Handle>();
  handle->value = std::move(tensor);
  Handle& held = *handle;
  napi_value result = wrap(env, std::move(handle));
  ++liveTensors;
  if (accounting) accountForTensor(env, held);
  return result;
}

napi_value newHandle(napi_env env, at::Generator generator) {
  return wrap(env, std::unique_ptr<Handle>(new Handle{std::move(generator)}));
}

napi_value newOpaqueHandle(napi_env env, c10::IValue value) {
  return wrap(env, std::unique_ptr<Handle>(new Handle{std::move(value)}));
}

const at::Tensor& tensorOf(napi_env env, napi_value value) {
  return held<at::Tensor>(env, value, "a tensor");
}

const at::Generator& generatorOf(napi_env env, napi_value value) {
  return held<at::Generator>(env, value, "a generator");
}

const c10::IValue& opaqueOf(napi_env env, napi_value value) {
  return held<c10::IValue>(env, value, "an opaque value of libtorch");
}

bool isHandle(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type == napi_external;
}

Napi::Value dispose(const Napi::CallbackInfo& info) {
  release(info.Env(), handleOf(info.Env(), info[0]));
  return info.Env().Undefined();
}

Napi::Value setAccounting(const Napi::CallbackInfo& info) {
  accounting = info[0].As<Napi::Boolean>();
  return info.Env().Undefined();
}

Napi::Value accountFor(const Napi::CallbackInfo& info) {
  accountForTensor(info.Env(), handleOf(info.Env(), info[0]));
  return info.Env().Undefined();
}

Napi::Value externalBytes(const Napi::CallbackInfo& info) {
  int64_t total = 0;
  napi_adjust_external_memory(info.Env(), 0, &total);
  return Napi::Number::New(info.Env(), static_cast<double>(total + unaccountedBytes));
}

Napi::Value liveTensorCount(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(liveTensors));
}

}  // namespace ocelli
