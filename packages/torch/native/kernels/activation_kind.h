// The activations that the fused kernels know.
#pragma once

namespace ocelli {
enum class Activation { none, relu, gelu, silu };
}
