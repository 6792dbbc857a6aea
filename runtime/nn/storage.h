// Memory for weights, caches and activations, owned by tensors.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

namespace plait {

/// Zeroed floats of this shape, aligned to 64 bytes at least. Pages become resident when they are first written, so room that is never
/// used costs nothing. Throws `std::bad_alloc` where the system has no memory to give.
at::Tensor NewFloats(at::IntArrayRef shape);

/// As `NewFloats`, of any type, in huge pages where the system grants them: for what is read whole, over and over.
at::Tensor NewWeights(at::IntArrayRef shape, at::ScalarType type = at::kFloat);

}  // namespace plait
