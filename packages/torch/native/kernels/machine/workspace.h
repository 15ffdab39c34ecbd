// Scratch memory that a thread keeps between calls: fresh pages would cost more than the arithmetic.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace ocelli {

class Workspace {
 public:
  // At least `floats` floats on a 2 MB boundary; the contents are undefined.
  float* get(int64_t floats) {
    if (floats > size_) grow(floats);
    return data_.get();
  }

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;

  void grow(int64_t floats) {
    const std::size_t bytes = (floats * sizeof(float) + kHugePage - 1) / kHugePage * kHugePage;
    data_.reset();
    size_ = 0;
    data_.reset(static_cast<float*>(std::aligned_alloc(kHugePage, bytes)));
    if (!data_) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    madvise(data_.get(), bytes, MADV_HUGEPAGE);  // a hint: refusal costs speed only
#endif
    size_ = bytes / sizeof(float);
  }

  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> data_;
  int64_t size_ = 0;
};

}  // namespace ocelli
