// A CPU allocator that keeps large blocks for the next tensor of that size.
//
// libtorch's own allocator gives every large tensor back to the system; the next one then pays for
// each page again, about 0.1 s per GB: in a training step on few cores that is more than the
// convolutions cost. Blocks are kept on 2 MB pages and reused when at most an eighth would be lost.
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <string_view>
#include <unordered_map>

namespace ocelli {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kSmallest = std::size_t{1} << 18;  // below, the C library's cache is good
constexpr std::size_t kAlignment = 64;

std::size_t roundUp(std::size_t bytes, std::size_t step) { return (bytes + step - 1) / step * step; }

class BlockCache {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::size_t size = roundUp(bytes, bytes < kHugePage ? 1 << 16 : kHugePage);
    const auto block = free_.lower_bound(size);
    if (block != free_.end() && block->first <= size + size / 8) {
      const auto [found, address] = *block;
      free_.erase(block);
      kept_ -= found;
      return use(address, found);
    }
    // The process never holds more than a half above what its tensors needed at the same time: a
    // training step asks for its sizes in waves, and with an eighth it mapped half of them anew.
    const std::size_t peak = std::max(peak_, used_ + size);
    const std::size_t most = peak + peak / 2;
    while (kept_ > 0 && used_ + kept_ + size > most) drop(used_ + kept_ + size - most);
    return use(map(size), size);
  }

  // False if the block is not of this cache.
  bool give(void* address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto block = live_.find(address);
    if (block == live_.end()) return false;
    const std::size_t size = block->second;
    used_ -= size;
    kept_ += size;
    free_.emplace(size, address);
    live_.erase(block);
    return true;
  }

 private:
  void* use(void* address, std::size_t size) {
    live_.emplace(address, size);
    used_ += size;
    peak_ = std::max(peak_, used_);
    return address;
  }

  void* map(std::size_t size) {
    void* address = std::aligned_alloc(size < kHugePage ? kAlignment : kHugePage, size);
    if (!address) {
      while (kept_ > 0) drop(kept_);
      address = std::aligned_alloc(kAlignment, size);
    }
    if (!address) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (size >= kHugePage) madvise(address, size, MADV_HUGEPAGE);  // a hint: refusal costs only time
#endif
    return address;
  }

  // Gives the smallest block back that is enough, or else the largest: the others need not be cleared
  // again.
  void drop(std::size_t wanted) {
    auto block = free_.lower_bound(wanted);
    if (block == free_.end()) --block;
    kept_ -= block->first;
    std::free(block->second);
    free_.erase(block);
  }

  std::mutex mutex_;
  std::multimap<std::size_t, void*> free_;
  std::unordered_map<void*, std::size_t> live_;
  std::size_t used_ = 0, kept_ = 0, peak_ = 0;
};

BlockCache& cache() {
  static BlockCache* const instance = new BlockCache;  // outlives every tensor of static lifetime
  return *instance;
}

c10::Allocator* smallBlocks = nullptr;  // libtorch's own allocator

// raw_deallocate() must be able to free blocks of either size with this one function.
void giveBack(void* data) {
  if (!cache().give(data)) smallBlocks->raw_deallocate(data);
}

// libtorch 2.x dropped the const of allocate(), and added copy_data: without `override`, the
// functions below implement the interface of either version.
class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) const {
    if (bytes < kSmallest) return smallBlocks->allocate(bytes);
    void* data = cache().take(bytes);
    return {data, data, giveBack, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DataPtr allocate(std::size_t bytes) {
    return static_cast<const CachingAllocator*>(this)->allocate(bytes);
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const {
    std::copy_n(static_cast<const char*>(from), bytes, static_cast<char*>(to));
  }
  c10::DeleterFnPtr raw_deleter() const override { return giveBack; }
};

bool wanted() {
  const char* setting = std::getenv("OCELLI_CPU_CACHE");
  return !setting || std::string_view(setting) != "off";
}

[[maybe_unused]] const bool installed = [] {
  if (!wanted()) return false;
  static CachingAllocator allocator;
  smallBlocks = c10::GetCPUAllocator();
  c10::SetCPUAllocator(&allocator, 1);
  return true;
}();

}  // namespace
}  // namespace ocelli
