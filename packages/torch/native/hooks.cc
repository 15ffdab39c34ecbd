#include "hooks.h"

#include <ATen/Parallel.h>
#include <ATen/ThreadLocalState.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "autograd.h"
#include "convert.h"
#include "handles.h"

namespace ocelli {
namespace {

struct Request {
  uint32_t hook;
  at::Tensor gradient;
  at::Tensor answer;
  bool answered = false;
};

struct Hook {
  Napi::FunctionReference function;
  at::Tensor tensor;
  unsigned position;
};

// The hooks of one environment, and the requests for them that are under way.
class HookService {
 public:
  at::Tensor ask(uint32_t hook, const at::Tensor& gradient) {
    Request request{hook, gradient, {}};
    std::unique_lock<std::mutex> lock(mutex_);
    TORCH_CHECK(serving_, "a gradient hook ran outside of backward() of its own thread");
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

  std::unordered_map<uint32_t, Hook> hooks;
  uint32_t nextId = 0;

 private:
  at::Tensor answer(napi_env env, const Request& request) {
    const auto found = hooks.find(request.hook);
    if (failure_ || found == hooks.end()) return {};
    try {
      const Napi::HandleScope scope(env);
      const napi_value gradient = newHandle(env, request.gradient);
      const Napi::Value result = found->second.function.Call({gradient});
      return isHandle(env, result) ? tensorOf(env, result) : at::Tensor();
    } catch (...) {
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
  const at::Tensor tensor = tensorOf(info.Env(), info[0]);
  const uint32_t id = service.nextId++;
  const unsigned position = tensor.register_hook(
      [&service, id](const at::Tensor& gradient) { return service.ask(id, gradient); });
  service.hooks[id] = {Napi::Persistent(info[1].As<Napi::Function>()), tensor, position};
  return Napi::Number::New(info.Env(), id);
}

Napi::Value removeHook(const Napi::CallbackInfo& info) {
  HookService& service = serviceOf(info.Env());
  const auto found = service.hooks.find(info[0].As<Napi::Number>().Uint32Value());
  if (found == service.hooks.end()) return info.Env().Undefined();
  found->second.tensor.remove_hook(found->second.position);
  service.hooks.erase(found);
  return info.Env().Undefined();
}

}  // namespace ocelli
