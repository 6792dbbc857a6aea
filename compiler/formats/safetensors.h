// The header of a safetensors file: which tensors it holds and where. Reads no weight.
// Source: the format's own description, https://github.com/huggingface/safetensors#format
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"

namespace plait {

struct SafetensorsTensor {
  std::string name;
  /// As the header spells it: F32, F16, BF16, I64, …
  std::string dtype;
  std::vector<int64_t> shape;
  /// Offsets into the file (not into the data section), `begin <= end <= file size`.
  uint64_t begin = 0;
  uint64_t end = 0;

  bool operator==(const SafetensorsTensor&) const = default;
};

struct SafetensorsHeader {
  /// In order of `begin`; names are unique; ranges neither overlap nor leave holes and end at the file's end.
  std::vector<SafetensorsTensor> tensors;
  /// The `__metadata__` object.
  std::map<std::string, std::string> metadata;

  [[nodiscard]] const SafetensorsTensor* Find(std::string_view name) const;
};

inline constexpr uint64_t kMaxSafetensorsHeaderBytes = 100'000'000;

/// Bytes of one element of a dtype; 0 for one that is unknown.
uint64_t SafetensorsElementSize(std::string_view dtype);

/// How many bytes of the file `ParseSafetensorsHeader` needs to see, told from its first 8. Fails with `weights-invalid`.
Result<uint64_t> SafetensorsHeaderBytes(std::string_view first_bytes, uint64_t file_size, std::string_view name);

/// `prefix` holds at least the header. `name` is what messages call the file. Every number in the header is checked against
/// `file_size`, every range against shape × dtype. Fails with `weights-invalid`.
Result<SafetensorsHeader> ParseSafetensorsHeader(std::string_view prefix, uint64_t file_size, std::string_view name);

}  // namespace plait
