// What the fused kernels know to do after a convolution or a normalisation.
#pragma once

namespace ocelli {
enum class Activation { none, relu, gelu, silu };
enum class Pooling { none, before, after };  // the normalisation and its activation
}  // namespace ocelli
