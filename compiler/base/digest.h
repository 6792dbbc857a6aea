// Digests of files, as plans and settings write them.
#pragma once

#include <string>
#include <string_view>

namespace plait {

/// `sha256:` and 64 hexadecimal digits.
std::string Sha256Digest(std::string_view bytes);

}  // namespace plait
