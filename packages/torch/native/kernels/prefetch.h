// Asks for pixels before they are needed, a few cache lines at a time between two products, so that
// main memory works while the multipliers do. Without it a pass waits a tenth to a third of its time.
#pragma once

#include "winograd_tiles.h"

namespace {

constexpr int64_t kLineFloats = 16;

class PixelPrefetch {
 public:
  // Spreads the pixels of `tiles` (channels `part` of pixels of `channels`) evenly over `steps`.
  PixelPrefetch(const ConvShape& s, const float* image, int64_t channels, Range part, Range tiles,
                int64_t steps)
      : shape_(s), image_(image), channels_(channels), part_(part), tiles_(tiles),
        pixels_(std::max<int64_t>(tiles.size(), 0) * kTile * kTile), steps_(steps) {}

  template <bool Write>
  inline void step() {
    for (due_ += pixels_; due_ >= steps_; due_ -= steps_) pixel<Write>();
  }

 private:
  template <bool Write>
  void pixel() {
    if (next_ == 0) tile_ = tileAt(shape_, tiles_.begin++);
    const int64_t y = tile_.y + next_ / kTile, x = tile_.x + next_ % kTile;
    next_ = (next_ + 1) % (kTile * kTile);
    if (y >= shape_.h || x >= shape_.w) return;
    const float* at = image_ + ((tile_.n * shape_.h + y) * shape_.w + x) * channels_;
    for (int64_t c = part_.begin; c < part_.end; c += kLineFloats) {
      __builtin_prefetch(at + c, Write, 2);
    }
  }

  const ConvShape shape_;
  const float* image_;
  const int64_t channels_;
  const Range part_;
  Range tiles_;
  const int64_t pixels_, steps_;
  int64_t due_ = 0, next_ = 0;
  Tile tile_{};
};

}  // namespace
