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

inline Range part(Range range, int64_t index, int64_t count) {
  const Range inside = part(range.size(), index, count);
  return {range.begin + inside.begin, range.begin + inside.end};
}

}  // namespace ocelli
