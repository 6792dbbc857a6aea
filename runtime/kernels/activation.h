// The element-wise functions that stand after linear layers.
#pragma once

namespace plait {

enum class Activation { None, GeluTanh, GeluErf, Relu, Tanh, Silu, QuickGelu };

}  // namespace plait
