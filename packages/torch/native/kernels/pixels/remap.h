// Moving whole pixels: flips, crops and mirrored borders of a batch of images.
#pragma once

#include <ATen/ATen.h>

namespace ocelli {

// Takes pixel (y, x) of image n from (rows[n][y], columns[n][x]) of the source.
// images (N, C, H, W); rows (N or 1, H') and columns (N or 1, W'), int32. Gives (N, C, H', W'),
// channels last in memory.
at::Tensor remap(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns);

}  // namespace ocelli
