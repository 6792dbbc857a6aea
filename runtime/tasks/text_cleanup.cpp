#include "runtime/tasks/text_cleanup.h"

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
