// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace plait::fuzz {

/// What no input may make false. Ends the process, which is how libFuzzer learns of it.
inline void Require(bool holds, std::string_view what) {
  if (!holds) {
    fmt::print(stderr, "does not hold: {}\n", what);
    std::abort();
  }
}

inline std::string TextOf(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace plait::fuzz
