// What happens to the outputs of a tile on their way to memory: normalisation with an activation,
// pooling, moments.
#pragma once

#include "kernels/vectors/activation.h"
#include "kernels/winograd/tiles.h"

namespace {

using ocelli::Finish;
using ocelli::Moments;

// Outputs of one vector of channels, rows kMostOutputs vectors apart; the first is at the corner.
struct Square {
  Vec* values;
  Tile corner;
  int64_t rows, columns;

  Vec& at(int64_t i, int64_t j) const { return values[i * kMostOutputs + j]; }
};

// Outputs (n, h, w, channels) or, pooled, (n, h / 2, w / 2, channels).
struct Target {
  int64_t h, w, channels;

  int64_t offset(int64_t n, int64_t y, int64_t x, int64_t channel) const {
    return ((n * h + y) * w + x) * channels + channel;
  }
};

template <ocelli::Activation A, typename Lanes>
void normalize(const Finish& f, const Target& target, const Square& s, int64_t channel,
               Lanes lanes) {
  const Vec scale = read(f.scale + channel, lanes), shift = read(f.shift + channel, lanes);
  for (int64_t i = 0; i < s.rows; ++i) {
    int64_t at = target.offset(s.corner.n, s.corner.y + i, s.corner.x, channel);
    for (int64_t j = 0; j < s.columns; ++j, at += target.channels) {
      Vec z = s.at(i, j) * scale + shift;
      if (f.residual) z += read(f.residual + at, lanes);
      z = activate<A>(z);
      s.at(i, j) = f.skip ? z + read(f.skip + at, lanes) : z;
    }
  }
}

template <typename Lanes>
inline void addMoments(const Moments& m, const Square& s, int64_t channel, Lanes lanes) {
  if (m.counts[channel] == 0) write(m.origin + channel, s.at(0, 0), lanes);
  const Vec origin = read(m.origin + channel, lanes);
  Vec sum{}, squares{};
  for (int64_t i = 0; i < s.rows; ++i) {
    for (int64_t j = 0; j < s.columns; ++j) {
      const Vec d = s.at(i, j) - origin;
      sum += d;
      squares += d * d;
    }
  }
  for (int64_t i = 0; i < lanes; ++i) {
    m.counts[channel + i] += s.rows * s.columns;
    m.sums[channel + i] += sum[i];
    m.squares[channel + i] += squares[i];
  }
}

// Halves the square; the first of equals wins, as in libtorch.
template <typename Lanes>
inline void poolSquare(const Finish& f, const Target& target, Square& s, int64_t channel,
                       Lanes lanes) {
  s.corner.y /= 2, s.corner.x /= 2;
  s.rows /= 2, s.columns /= 2;
  for (int64_t i = 0; i < s.rows; ++i) {
    int64_t at = target.offset(s.corner.n, s.corner.y + i, s.corner.x, channel);
    for (int64_t j = 0; j < s.columns; ++j, at += target.channels) {
      Vec best = s.at(2 * i, 2 * j);
      IntVec winner{};
      for (int k = 1; k < 4; ++k) {
        const Vec y = s.at(2 * i + k / 2, 2 * j + k % 2);
        const IntVec better = (y > best) | (y != y);
        best = better ? y : best;
        winner = better ? k - IntVec{} : winner;
      }
      s.at(i, j) = best;
      if (f.winners) writeBytes(f.winners + at, winner, lanes);
    }
  }
}

template <typename Lanes>
inline void writeSquare(const Finish& f, const Target& target, const Square& s, int64_t channel,
                        Lanes lanes) {
  for (int64_t i = 0; i < s.rows; ++i) {
    float* at = f.output + target.offset(s.corner.n, s.corner.y + i, s.corner.x, channel);
    for (int64_t j = 0; j < s.columns; ++j, at += target.channels) write(at, s.at(i, j), lanes);
  }
}

template <typename Lanes>
void finishSquare(const Finish& f, const ConvShape& shape, Square s, int64_t channel, Lanes lanes) {
  Target target{shape.outH, shape.outW, shape.k};
  const auto pool = [&](ocelli::Pooling when) {
    if (f.pooling != when) return;
    target.h /= 2, target.w /= 2;
    poolSquare(f, target, s, channel, lanes);
  };
  pool(ocelli::Pooling::before);
  if (f.scale) {
    withActivation(f.activation, [&](auto a) { normalize<a>(f, target, s, channel, lanes); });
  }
  pool(ocelli::Pooling::after);
  if (f.moments.sums) addMoments(f.moments, s, channel, lanes);
  writeSquare(f, target, s, channel, lanes);
}

}  // namespace
