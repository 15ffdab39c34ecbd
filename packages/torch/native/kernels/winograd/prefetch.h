// Asks for pixels before they are needed, a few cache lines at a time between two products, so that
// main memory works while the multipliers do. Without it a pass waits a tenth to a third of its
// time.
#pragma once

#include "kernels/winograd/tiles.h"

namespace {

class PixelPrefetch {
 public:
  // Spreads the pixels under `tiles` (channels `part` of them) evenly over `steps`.
  PixelPrefetch(const Source& s, const Area& area, Range part, Range tiles, int64_t steps)
      : source_(s),
        area_(area),
        part_(part),
        tiles_(tiles),
        pixels_(std::max<int64_t>(tiles.size(), 0) * area.height * area.width),
        steps_(steps),
        y_(area.height),
        x_(area.width) {}

  template <bool Write>
  inline void step() {
    for (due_ += pixels_; due_ >= steps_; due_ -= steps_) pixel<Write>();
  }

 private:
  template <bool Write>
  void pixel() {
    if (++x_ >= area_.width) {
      x_ = 0;
      if (++y_ >= area_.height) y_ = 0, tile_ = tileAt(area_, tiles_.begin++);
    }
    int64_t h = source_.h, w = source_.w, y = tile_.y + y_, x = tile_.x + x_;
    if (source_.picture.winners) {
      if (y % 2 || x % 2) return;
      h /= 2, w /= 2, y /= 2, x /= 2;
    }
    if (y >= h || x >= w) return;
    const float* at = source_.picture.data + ((tile_.n * h + y) * w + x) * source_.channels;
    for (int64_t c = part_.begin; c < part_.end; c += kLineFloats) {
      __builtin_prefetch(at + c, Write, 2);
    }
  }

  const Source source_;
  const Area area_;
  const Range part_;
  Range tiles_;
  const int64_t pixels_, steps_;
  int64_t due_ = 0;
  int64_t y_, x_;  // of the last pixel in its tile
  Tile tile_{};
};

}  // namespace
