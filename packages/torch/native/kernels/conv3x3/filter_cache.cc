#include "kernels/conv3x3/filter_cache.h"

#include <ATen/ATen.h>

#include <map>
#include <mutex>
#include <utility>

namespace ocelli {
namespace {

struct Entry {
  c10::weak_intrusive_ptr<c10::TensorImpl> owner;
  // set_data() gives a tensor other memory, often at the address of the old, and keeps its version.
  c10::weak_intrusive_ptr<c10::StorageImpl> storage;
  const float* data;
  uint32_t version;
  Areas areas;
  at::Tensor filters;  // absent until the weight is seen a second time
};

bool sameAreas(const Areas& a, const Areas& b) {
  bool same = a.count == b.count;
  for (int i = 0; same && i < a.count; ++i) {
    const Area &p = a.list[i], &q = b.list[i];
    same = p.height == q.height && p.width == q.width && p.window == q.window;
  }
  return same;
}

class FilterCache {
 public:
  // Whether this version of the weight was seen before, and the filters if they were kept.
  std::pair<bool, at::Tensor> find(const at::Tensor& weight, const FilterKey& key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find({weight.unsafeGetTensorImpl(), key.turned});
    if (found == entries_.end()) return {false, {}};
    const Entry& entry = found->second;
    const bool same = !entry.owner.expired() && isStorageOf(weight, entry) &&
                      entry.data == weight.data_ptr<float>() &&
                      entry.version == weight._version() && sameAreas(entry.areas, key.areas);
    return same ? std::pair(true, entry.filters) : std::pair(false, at::Tensor());
  }

  void put(const at::Tensor& weight, const FilterKey& key, at::Tensor filters) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      entry = entry->second.owner.expired() ? entries_.erase(entry) : std::next(entry);
    }
    entries_.insert_or_assign(
        {weight.unsafeGetTensorImpl(), key.turned},
        Entry{c10::weak_intrusive_ptr<c10::TensorImpl>(weight.getIntrusivePtr()),
              weight.storage().getWeakStorageImpl(), weight.data_ptr<float>(),
              static_cast<uint32_t>(weight._version()), key.areas,
              std::move(filters)});
  }

 private:
  static bool isStorageOf(const at::Tensor& weight, const Entry& entry) {
    return !entry.storage.expired() &&
           entry.storage._unsafe_get_target() == weight.storage().unsafeGetStorageImpl();
  }

  std::mutex mutex_;
  std::map<std::pair<c10::TensorImpl*, bool>, Entry> entries_;
};

FilterCache& cache() {
  static FilterCache* const instance = new FilterCache;  // outlives every tensor of static lifetime
  return *instance;
}

}  // namespace

at::Tensor transformedFilters(const at::Tensor& weight, const FilterKey& key, int64_t size,
                              const std::function<void(float*)>& transform) {
  // Inference tensors change unnoticed, and so does memory of others, such as a typed array's.
  const bool versioned = !weight.is_inference() && weight.storage().allocator() != nullptr;
  const auto [seen, kept] = versioned ? cache().find(weight, key) : std::pair(false, at::Tensor());
  if (kept.defined()) return kept;
  const at::Tensor filters = at::empty({size}, weight.options().memory_format(c10::nullopt));
  transform(filters.data_ptr<float>());
  if (versioned) cache().put(weight, key, seen ? filters : at::Tensor());
  return filters;
}

}  // namespace ocelli
