#include "hooks.h"

#include <ATen/Parallel.h>
#include <ATen/ThreadLocalState.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "autograd.h"
#include "convert.h"
#include "handles.h"

namespace ocelli {
namespace {

struct Request {
  uint32_t hook;
  at::Tensor gradient;
  bool isRecording;  // whether gradients of gradients are asked for
  at::Tensor answer;
  bool answered = false;
};

// Hooks whose tensors are gone, on whichever thread that was; their functions are let go on JavaScript's.
class GoneHooks {
 public:
  void add(uint32_t id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ids_.push_back(id);
  }
  std::vector<uint32_t> take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(ids_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<uint32_t> ids_;
};

// Lives as long as libtorch keeps the hook.
struct Registration {
  std::shared_ptr<GoneHooks> gone;
  uint32_t id;

  Registration(std::shared_ptr<GoneHooks> goneHooks, uint32_t hook)
      : gone(std::move(goneHooks)), id(hook) {}
  Registration(const Registration&) = delete;
  ~Registration() { gone->add(id); }
};

struct Hook {
  Napi::FunctionReference function;
  c10::weak_intrusive_ptr<c10::TensorImpl> tensor;  // a hook must not keep its tensor, and so the graph
  unsigned position;
};

// The hooks of one environment, and the requests for them that are under way.
class HookService {
 public:
  at::Tensor ask(uint32_t hook, const at::Tensor& gradient) {
    Request request{hook, gradient, at::GradMode::is_enabled(), {}};
    std::unique_lock<std::mutex> lock(mutex_);
    TORCH_CHECK(serving_ && !finished_, "a gradient hook ran outside of backward() of its own thread");
    requests_.push_back(&request);
    changed_.notify_all();
    changed_.wait(lock, [&] { return request.answered; });
    // Stops the engine before it accumulates anything more; end() throws the real reason.
    TORCH_CHECK(!failure_, "a gradient hook threw");
    return request.answer;
  }

  // Answers requests until `finished` is set by finish().
  void serve(napi_env env) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return finished_ || !requests_.empty(); });
      if (requests_.empty()) return;
      Request& request = *requests_.front();
      requests_.pop_front();
      lock.unlock();
      request.answer = answer(env, request);
      lock.lock();
      request.answered = true;
      changed_.notify_all();
    }
  }

  void begin() {
    const std::lock_guard<std::mutex> lock(mutex_);
    TORCH_CHECK(!serving_, "backward() was called from inside a gradient hook");
    serving_ = true;
    finished_ = false;
  }

  void finish() {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }

  // Ends serving; rethrows the first exception a hook threw.
  void end() {
    serving_ = false;
    if (!failure_) return;
    const std::exception_ptr failure = std::exchange(failure_, nullptr);
    std::rethrow_exception(failure);
  }

  // Lets the functions of hooks go whose tensors are gone.
  void sweep() {
    for (const uint32_t id : gone->take()) hooks.erase(id);
  }

  std::unordered_map<uint32_t, Hook> hooks;
  const std::shared_ptr<GoneHooks> gone = std::make_shared<GoneHooks>();
  uint32_t nextId = 0;

 private:
  at::Tensor answer(napi_env env, const Request& request) {
    const auto found = hooks.find(request.hook);
    if (failure_ || found == hooks.end()) return {};
    try {
      const Napi::HandleScope scope(env);
      const at::AutoGradMode recording(request.isRecording);
      const napi_value gradient = newHandle(env, request.gradient);
      const Napi::Value result = found->second.function.Call({gradient});
      return isHandle(env, result) ? tensorOf(env, result) : at::Tensor();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      failure_ = std::current_exception();
      return {};
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request*> requests_;
  bool serving_ = false;
  bool finished_ = false;
  std::exception_ptr failure_;
};

HookService& serviceOf(napi_env env) { return *Napi::Env(env).GetInstanceData<HookService>(); }

// The engine's work on its own thread, with the thread-local state (grad mode, autocast, thread
// count) of the one that asked for it.
std::thread start(HookService& service, const std::function<void()>& work, std::exception_ptr& failure) {
  return std::thread([&, state = at::ThreadLocalState(), threads = at::get_num_threads()] {
    const at::ThreadLocalStateGuard guard(state);
    at::set_num_threads(threads);
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    service.finish();
  });
}

}  // namespace

void setUpHooks(Napi::Env env) { env.SetInstanceData(new HookService()); }

void runServingHooks(napi_env env, const std::function<void()>& work) {
  HookService& service = serviceOf(env);
  service.sweep();
  if (service.hooks.empty()) return work();
  std::exception_ptr failure;
  service.begin();
  std::thread thread = start(service, work, failure);
  service.serve(env);
  thread.join();
  service.end();
  if (failure) std::rethrow_exception(failure);
}

Napi::Value addHook(const Napi::CallbackInfo& info) {
  HookService& service = serviceOf(info.Env());
  service.sweep();
  const at::Tensor tensor = tensorOf(info.Env(), info[0]);
  const uint32_t id = service.nextId++;
  const auto registration = std::make_shared<const Registration>(service.gone, id);
  const unsigned position =
      tensor.register_hook([&service, registration](const at::Tensor& gradient) {
        return service.ask(registration->id, gradient);
      });
  service.hooks.emplace(id, Hook{Napi::Persistent(info[1].As<Napi::Function>()),
                                 c10::weak_intrusive_ptr<c10::TensorImpl>(tensor.getIntrusivePtr()),
                                 position});
  return Napi::Number::New(info.Env(), id);
}

Napi::Value removeHook(const Napi::CallbackInfo& info) {
  HookService& service = serviceOf(info.Env());
  const auto found = service.hooks.find(info[0].As<Napi::Number>().Uint32Value());
  if (found == service.hooks.end()) return info.Env().Undefined();
  // Where the tensor is gone but its graph is not, the hook is still called, and finds no function.
  if (auto tensor = found->second.tensor.lock()) {
    at::Tensor(std::move(tensor)).remove_hook(found->second.position);
  }
  service.hooks.erase(found);
  return info.Env().Undefined();
}

}  // namespace ocelli
