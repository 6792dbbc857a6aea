// Digests of files, as plans, locks and settings write them.
#pragma once

#include <string>
#include <string_view>

#include <llvm/Support/SHA256.h>

namespace plait {

/// Of bytes that come in parts.
class Sha256 {
 public:
  void Add(std::string_view bytes);
  /// `sha256:` and 64 hexadecimal digits. Once.
  std::string Text();

 private:
  llvm::SHA256 hash_;
};

std::string Sha256Digest(std::string_view bytes);

/// Whether the text has the form that `Sha256Digest` gives.
bool IsSha256Digest(std::string_view text);

}  // namespace plait
