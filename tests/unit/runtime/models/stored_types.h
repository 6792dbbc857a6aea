// Checkpoints whose numbers are stored as another type.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include "tests/unit/runtime/models/fixture.h"

namespace plait {

/// Stores all weights as fp32, which changes none. What is no weight stays as it is.
inline void StoreAsF32(FileTensors& tensors) {
  for (auto& [name, tensor] : tensors) {
    if (tensor.dtype != "F16" && tensor.dtype != "BF16") {
      continue;
    }
    std::string floats;
    for (size_t i = 0; i < tensor.bytes.size(); i += sizeof(uint16_t)) {
      uint16_t bits = 0;
      std::memcpy(&bits, tensor.bytes.data() + i, sizeof(bits));
      const float value = tensor.dtype == "F16" ? static_cast<float>(c10::Half(bits, c10::Half::from_bits()))
                                                : static_cast<float>(c10::BFloat16(bits, c10::BFloat16::from_bits()));
      floats.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    tensor.dtype = "F32";
    tensor.bytes = floats;
  }
}

/// Stores all weights as bf16, rounded to nearest, ties to even.
inline void StoreAsBf16(FileTensors& tensors) {
  StoreAsF32(tensors);
  for (auto& [name, tensor] : tensors) {
    if (tensor.dtype != "F32") {
      continue;
    }
    std::string halves;
    for (size_t i = 0; i < tensor.bytes.size(); i += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, tensor.bytes.data() + i, sizeof(value));
      const c10::BFloat16 half(value);
      halves.append(reinterpret_cast<const char*>(&half.x), sizeof(half.x));
    }
    tensor.dtype = "BF16";
    tensor.bytes = halves;
  }
}

}  // namespace plait
