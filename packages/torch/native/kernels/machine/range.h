// A half-open range of work items: what one thread does.
#pragma once

#include <cstdint>

namespace ocelli {

struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

// The index-th of `count` nearly equal parts.
inline Range part(int64_t size, int64_t index, int64_t count) {
  return {size * index / count, size * (index + 1) / count};
}

}  // namespace ocelli
