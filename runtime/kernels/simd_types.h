// What the forms' vectors have in common. Included by simd_*.h only.
#pragma once

#include <cstdint>

namespace plait::PLAIT_FORM {

constexpr int kLanes = 16;

/// The upper half of a float.
struct Bf16 {
  uint16_t bits;
};

}  // namespace plait::PLAIT_FORM
