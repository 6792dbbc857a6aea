#include "compiler/base/nearest.h"

#include <algorithm>

#include <llvm/ADT/StringRef.h>

namespace plait {

std::optional<std::string> Nearest(std::string_view word, std::span<const std::string> candidates) {
  // Two letters that changed places are two edits, which a word of five letters is to forgive.
  auto limit = static_cast<unsigned>(std::max<size_t>(1, (word.size() + 1) / 3));
  std::optional<std::string> best;
  llvm::StringRef wanted(word.data(), word.size());
  for (const std::string& candidate : candidates) {
    unsigned distance = wanted.edit_distance(llvm::StringRef(candidate), true, limit);
    if (distance <= limit && (!best || distance < wanted.edit_distance(llvm::StringRef(*best), true, limit))) {
      best = candidate;
    }
  }
  return best;
}

}  // namespace plait
