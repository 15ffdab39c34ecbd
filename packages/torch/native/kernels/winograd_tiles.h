// From pixels to points and back, for the tiles of a channels_last picture.
#pragma once

#include <algorithm>

#include "winograd.h"
#include "winograd_transform.h"

namespace {

using ocelli::ConvShape;
using ocelli::Range;

inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Where a tile lies: picture, first output row and column.
struct Tile {
  int64_t n, y, x;
};

inline int64_t tilesOf(const ConvShape& s) { return s.n * ceilDiv(s.h, kTile) * ceilDiv(s.w, kTile); }

inline Tile tileAt(const ConvShape& s, int64_t index) {
  const int64_t columns = ceilDiv(s.w, kTile), rows = ceilDiv(s.h, kTile);
  return {index / (rows * columns), index / columns % rows * kTile, index % columns * kTile};
}

// Addresses of a Size x Size square of pixels; `blank` (zeros) stands for pixels outside.
template <int Size>
inline void pixelsAt(const ConvShape& s, const float* image, int64_t channels, Tile tile,
                     int64_t offset, const float* blank, const float* at[Size * Size]) {
  for (int64_t i = 0; i < Size; ++i) {
    for (int64_t j = 0; j < Size; ++j) {
      const int64_t y = tile.y + i + offset, x = tile.x + j + offset;
      const bool inside = y >= 0 && y < s.h && x >= 0 && x < s.w;
      at[i * Size + j] = inside ? image + ((tile.n * s.h + y) * s.w + x) * channels : blank;
    }
  }
}

// Reads one vector of channels of a square of pixels, maps it, and writes its 36 points.
template <int Size, typename Map>
inline void mapPixels(const float* const* at, int64_t channel, int64_t channels, Map map, float* out,
                      int64_t pointStride) {
  Vec pixels[Size * Size], points[kPoints];
  const int64_t left = channels - channel;
  if (left >= kLanes) {
#pragma GCC unroll 36
    for (int i = 0; i < Size * Size; ++i) pixels[i] = load(at[i] + channel);
  } else {
    for (int i = 0; i < Size * Size; ++i) pixels[i] = left > 0 ? loadPart(at[i] + channel, left) : Vec{};
  }
  squareMap<Size, kPatch>(pixels, points, map);
#pragma GCC unroll 36
  for (int p = 0; p < kPoints; ++p) store(out + p * pointStride, points[p]);
}

// B' d B for all vectors of a range of channel groups.
inline void transformPatch(const ConvShape& s, const float* input, Tile tile, Range groups,
                           const float* blank, float* out, int64_t groupStride,
                           int64_t pointStride) {
  const float* at[kPoints];
  pixelsAt<kPatch>(s, input, s.c, tile, -1, blank, at);
  for (int64_t g = groups.begin; g < groups.end; ++g, out += groupStride) {
    mapPixels<kPatch>(at, g * kLanes, s.c, inputMap<Vec>, out, pointStride);
  }
}

// A dY A' for all output channels, in panels.
inline void transformGradient(const ConvShape& s, const float* gradient, Tile tile,
                              const float* blank, float* out, int64_t panelStride,
                              int64_t pointStride) {
  const float* at[kTile * kTile];
  pixelsAt<kTile>(s, gradient, s.k, tile, 0, blank, at);
  for (int64_t k = 0; k < s.k; k += kPanel, out += panelStride) {
    mapPixels<kTile>(at, k, s.k, outputGradientMap<Vec>, out, pointStride);
    mapPixels<kTile>(at, k + kLanes, s.k, outputGradientMap<Vec>, out + kLanes, pointStride);
  }
}

// A' M A of one vector of output channels; writes the pixels that exist.
inline void writeOutputs(const ConvShape& s, const float* points, int64_t pointStride, Tile tile,
                         int64_t channel, float* output) {
  Vec in[kPoints], out[kTile * kTile];
#pragma GCC unroll 36
  for (int p = 0; p < kPoints; ++p) in[p] = load(points + p * pointStride);
  squareMap<kPatch, kTile>(in, out, outputMap<Vec>);
  const int64_t rows = std::min<int64_t>(kTile, s.h - tile.y);
  const int64_t columns = std::min<int64_t>(kTile, s.w - tile.x);
  const int64_t left = s.k - channel;
  float* corner = output + ((tile.n * s.h + tile.y) * s.w + tile.x) * s.k + channel;
  if (rows == kTile && columns == kTile && left >= kLanes) {
#pragma GCC unroll 16
    for (int i = 0; i < kTile * kTile; ++i) {
      store(corner + (i / kTile * s.w + i % kTile) * s.k, out[i]);
    }
    return;
  }
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      storePart(corner + (i * s.w + j) * s.k, out[i * kTile + j], std::min<int64_t>(left, kLanes));
    }
  }
}

}  // namespace
