#include "compiler/base/digest.h"

#include <llvm/ADT/StringExtras.h>

namespace plait {
namespace {

constexpr std::string_view kPrefix = "sha256:";

}  // namespace

void Sha256::Add(std::string_view bytes) { hash_.update(llvm::StringRef(bytes.data(), bytes.size())); }

std::string Sha256::Text() { return std::string(kPrefix) + llvm::toHex(hash_.final(), /*LowerCase=*/true); }

std::string Sha256Digest(std::string_view bytes) {
  Sha256 digest;
  digest.Add(bytes);
  return digest.Text();
}

bool IsSha256Digest(std::string_view text) {
  constexpr size_t kDigits = 64;
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + kDigits &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

}  // namespace plait
