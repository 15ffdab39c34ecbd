// A gather of whole pixels. ATen's index_select treats each pixel as a row of three elements and takes
// longer for the call of its copy than for the bytes.
#include "kernels/pixels/remap.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/machine/setting.h"

namespace ocelli {
namespace {

// Bytes of one thread at least: below it, waking another takes longer than the work.
constexpr int64_t kGrain = 1 << 16;

// One image: where its rows and columns come from.
struct Source {
  const char* pixels;
  const int32_t *rows, *columns;
  int64_t rowBytes;
};

struct Target {
  char* pixels;
  int64_t height, width;
};

// Of pixels whose size the compiler knows, so that a copy is one or two moves.
template <int64_t kBytes>
void copyPixels(const Source& from, const Target& to, int64_t) {
  char* next = to.pixels;
  for (int64_t y = 0; y < to.height; ++y) {
    const char* row = from.pixels + from.rows[y] * from.rowBytes;
    for (int64_t x = 0; x < to.width; ++x, next += kBytes) {
      std::memcpy(next, row + from.columns[x] * kBytes, kBytes);
    }
  }
}

void copyAnyPixels(const Source& from, const Target& to, int64_t bytes) {
  char* next = to.pixels;
  for (int64_t y = 0; y < to.height; ++y) {
    const char* row = from.pixels + from.rows[y] * from.rowBytes;
    for (int64_t x = 0; x < to.width; ++x, next += bytes) {
      std::memcpy(next, row + from.columns[x] * bytes, bytes);
    }
  }
}

using CopyPixels = void (*)(const Source&, const Target&, int64_t);

// Grey and coloured pixels, of bytes and of floats.
CopyPixels copyOf(int64_t bytes) {
  switch (bytes) {
    case 1: return copyPixels<1>;
    case 3: return copyPixels<3>;
    case 4: return copyPixels<4>;
    case 12: return copyPixels<12>;
    default: return copyAnyPixels;
  }
}

bool within(const at::Tensor& positions, int64_t length) {
  if (positions.numel() == 0) return true;
  const auto [least, most] = at::aminmax(positions);
  return least.item<int32_t>() >= 0 && most.item<int32_t>() < length;
}

void check(const at::Tensor& images, const at::Tensor& positions, const char* name, int64_t length) {
  TORCH_CHECK(positions.dim() == 2 && positions.scalar_type() == at::kInt &&
                  (positions.size(0) == images.size(0) || positions.size(0) == 1),
              "ocelli::remap: expected ", name, " to be int32 of (", images.size(0), " or 1, length), got ",
              positions.scalar_type(), " of ", positions.sizes());
  // Elsewhere index_select looks at every place, and reading here would wait for the device.
  if (positions.is_cpu()) {
    TORCH_CHECK_INDEX(within(positions, length), "ocelli::remap: expected ", name, " to be from 0 to ",
                      length - 1);
  }
}

at::Tensor composite(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns) {
  const int64_t count = images.size(0), height = images.size(2), width = images.size(3);
  const bool isLarge = images.numel() > std::numeric_limits<int32_t>::max();
  const auto index = rows.options().dtype(isLarge ? at::kLong : at::kInt);
  const at::Tensor first = at::arange(count, index).mul_(height * width).view({count, 1, 1});
  const at::Tensor pixels = first + rows.mul(width).unsqueeze(2) + columns.unsqueeze(1);
  return images.permute({0, 2, 3, 1})
      .reshape({count * height * width, images.size(1)})
      .index_select(0, pixels.flatten())
      .view({count, rows.size(1), columns.size(1), images.size(1)})
      .permute({0, 3, 1, 2});
}

at::Tensor copied(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns) {
  const int64_t count = images.size(0), height = rows.size(1), width = columns.size(1);
  const at::Tensor source = images.permute({0, 2, 3, 1}).contiguous();
  const at::Tensor target = at::empty({count, height, width, images.size(1)}, images.options());
  const at::Tensor allRows = rows.expand({count, height}).contiguous();
  const at::Tensor allColumns = columns.expand({count, width}).contiguous();
  const int64_t bytes = images.size(1) * images.element_size();
  const int64_t sourceBytes = source.size(1) * source.size(2) * bytes, targetBytes = height * width * bytes;
  const CopyPixels copy = copyOf(bytes);
  const char* from = static_cast<const char*>(source.data_ptr());
  char* to = static_cast<char*>(target.data_ptr());
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, targetBytes));
  at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      copy({from + n * sourceBytes, allRows.data_ptr<int32_t>() + n * height,
            allColumns.data_ptr<int32_t>() + n * width, source.size(2) * bytes},
           {to + n * targetBytes, height, width}, bytes);
    }
  });
  return target.permute({0, 3, 1, 2});
}

}  // namespace

at::Tensor remap(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns) {
  TORCH_CHECK(images.dim() == 4, "ocelli::remap: expected images to be (N, C, H, W), got ", images.sizes());
  check(images, rows, "rows", images.size(2));
  check(images, columns, "columns", images.size(3));
  const bool isTraced = at::GradMode::is_enabled() && images.requires_grad();
  const bool ownCode = !isTraced && images.is_cpu() && rows.is_cpu() && columns.is_cpu();
  return ownCode && ownKernels() ? copied(images, rows, columns) : composite(images, rows, columns);
}

}  // namespace ocelli
