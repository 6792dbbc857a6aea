#include "compiler/base/digest.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>

namespace plait {

std::string Sha256Digest(std::string_view bytes) {
  llvm::SHA256 hash;
  hash.update(llvm::StringRef(bytes.data(), bytes.size()));
  return "sha256:" + llvm::toHex(hash.final(), true);
}

}  // namespace plait
