// Pieces of work that threads take one after the other: none waits long for one whose core is slower at
// the time. Who does a piece must not matter to its result.
#pragma once

#include <atomic>
#include <cstdint>

namespace ocelli {

class WorkQueue {
 public:
  // The first piece of thread i is piece i: a thread takes its next one before it has done the first,
  // to ask for what that reads, and would leave the others nothing where each can have but one.
  WorkQueue(int64_t pieces, int64_t threads) : pieces_(pieces), threads_(threads), taken_(threads) {}

  int64_t pieces() const { return pieces_; }
  int64_t threads() const { return threads_; }

  // The next piece; from pieces() on there is none.
  int64_t take() { return taken_.fetch_add(1, std::memory_order_relaxed); }

 private:
  const int64_t pieces_, threads_;
  std::atomic<int64_t> taken_;
};

}  // namespace ocelli
