#include "runtime/tasks/text_cleanup.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace plait {
namespace {

bool IsTrue(const Value* value) { return value != nullptr && value->is_bool() && value->AsBool(); }

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Whether text that is cleaned up in two parts, cut behind `before`, is as if it were cleaned up as one. Only spaces go, and nothing else
/// is put in: so no replacement reaches over a letter that is in none of them, and none, of which each begins with a space and has four
/// bytes at most, over three bytes without a space.
bool MayCutBehind(std::string_view before) {
  constexpr std::string_view kInReplacements = " .?!,'ntmsver";
  constexpr size_t kReach = 3;
  const std::string_view last = before.substr(before.size() - std::min(before.size(), kReach));
  return !last.empty() && (kInReplacements.find(last.back()) == std::string_view::npos ||
                           (last.size() == kReach && last.find(' ') == std::string_view::npos));
}

}  // namespace

std::string CleanUpTokenization(std::string text) {
  using Replacement = std::pair<std::string_view, std::string_view>;
  // The order matters: each works on what those before it left.
  constexpr std::array kReplacements = {
      Replacement{" .", "."},     Replacement{" ?", "?"},     Replacement{" !", "!"},   Replacement{" ,", ","},
      Replacement{" ' ", "'"},    Replacement{" n't", "n't"}, Replacement{" 'm", "'m"}, Replacement{" 's", "'s"},
      Replacement{" 've", "'ve"}, Replacement{" 're", "'re"},
  };
  for (const auto& [from, to] : kReplacements) {
    ReplaceAll(text, from, to);
  }
  return text;
}

const std::string& GrowingCleanText::Update(std::string_view text, size_t settled) {
  size_t cut = settled;
  while (cut > finished_ && !MayCutBehind(text.substr(finished_, cut - finished_))) {
    --cut;
  }
  clean_.resize(finished_clean_);
  clean_ += CleanUpTokenization(std::string(text.substr(finished_, cut - finished_)));
  finished_ = cut;
  finished_clean_ = clean_.size();
  clean_ += CleanUpTokenization(std::string(text.substr(cut)));
  return clean_;
}

bool WantsCleanUp(const Value& tokenizer_config, const Value& tokenizer) {
  if (!IsTrue(tokenizer_config.Field("clean_up_tokenization_spaces"))) {
    return false;
  }
  const Value* model = tokenizer.Field("model");
  const Value* type = model == nullptr ? nullptr : model->Field("type");
  bool is_bpe = type != nullptr && type->is_string() && type->AsString() == "BPE";
  return !is_bpe || IsTrue(tokenizer_config.Field("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"));
}

}  // namespace plait
