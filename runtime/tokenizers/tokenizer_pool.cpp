#include "runtime/tokenizers/tokenizer_pool.h"

#include <algorithm>
#include <utility>

namespace plait {

Result<std::shared_ptr<const Tokenizer>> TokenizerPool::Get(std::string_view tokenizer_json, std::string_view name) {
  const auto known = std::ranges::find(parsed_, tokenizer_json, &Parsed::tokenizer_json);
  if (known != parsed_.end()) {
    return known->tokenizer;
  }
  PLAIT_TRY(Tokenizer tokenizer, Tokenizer::Parse(tokenizer_json, name));
  parsed_.push_back({std::string(tokenizer_json), std::make_shared<const Tokenizer>(std::move(tokenizer))});
  return parsed_.back().tokenizer;
}

}  // namespace plait
