#include "runtime/tasks/prompt_reader.h"

#include <algorithm>
#include <utility>

namespace plait {
namespace {

/// The text is looked at again when it has grown by so many bytes, and by one of so many parts of what is going to be looked at, so that
/// all looks together take time that grows with the text alone.
constexpr size_t kBytesBetweenLooks = 8;
constexpr size_t kPartsBetweenLooks = 16;

/// The text without its last word and the white space before it, which a tokenizer may join to what follows.
std::string_view StablePart(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\n\r\f\v";
  size_t end = text.find_last_not_of(kWhiteSpace);
  end = end == std::string_view::npos ? end : text.find_last_of(kWhiteSpace, end);
  end = end == std::string_view::npos ? end : text.find_last_not_of(kWhiteSpace, end);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

}  // namespace

void Prefill(const CausalLm& model, WeightCopy copy, std::span<const int32_t> tokens, KeyValueCache& cache, ThreadTeam& team,
             llvm::function_ref<void(int64_t tokens)> after_pass) {
  while (!tokens.empty()) {
    team.AdmitMembers();
    const auto portion = tokens.first(std::min(tokens.size(), static_cast<size_t>(kPrefillTokens)));
    const CausalLm::Step step{0, portion, 0};
    model.Forward(std::span(&step, 1), copy, cache, team);
    after_pass(static_cast<int64_t>(portion.size()));
    tokens = tokens.subspan(portion.size());
  }
}

Result<std::vector<ReadPrompt>> ReadPromptStarts(const CausalLm& model, WeightCopy copy, const Tokenizer& tokenizer,
                                                 std::span<const std::string> texts, ThreadTeam& team) {
  std::vector<ReadPrompt> starts;
  for (const std::string& text : texts) {
    PLAIT_TRY(Encoding encoding, tokenizer.Encode(text, true));
    std::vector<int32_t>& tokens = encoding.input_ids;
    tokens.resize(std::min(tokens.size(), static_cast<size_t>(model.max_positions())));
    if (tokens.empty()) {
      continue;
    }
    ReadPrompt& start = starts.emplace_back();
    start.cache = model.NewCache(1, static_cast<int64_t>(tokens.size()));
    Prefill(model, copy, tokens, *start.cache, team);
    start.tokens = std::move(tokens);
  }
  return starts;
}

PromptReader::PromptReader(const CausalLm& model, const GenerationSettings& settings, const Tokenizer& tokenizer, size_t sequences,
                           CallStatistics* statistics)
    : model_(model),
      settings_(settings),
      tokenizer_(tokenizer),
      statistics_(statistics),
      tokens_(tokenizer.TokensBeforeText()),
      next_look_(kBytesBetweenLooks) {
  int64_t positions = model.max_positions();
  read_.cache = model.NewCache(static_cast<int>(SequencesWithRoom(positions, static_cast<int64_t>(sequences))), positions);
}

Result<void> PromptReader::Feed(std::string_view piece, ThreadTeam& team) {
  text_ += piece;
  bool is_full = read_.tokens.size() >= static_cast<size_t>(model_.max_positions());
  if (is_full || text_.size() < next_look_) {
    return {};
  }
  PLAIT_TRY_VOID(tokenizer_.cuts_at_white_space() ? TokenizeToCut() : TokenizeWhole());
  next_look_ = text_.size() + std::max(kBytesBetweenLooks, (text_.size() - cut_) / kPartsBetweenLooks);
  if (tokens_.size() >= read_.tokens.size() + static_cast<size_t>(kStreamedPrefillTokens / 2)) {
    Read(std::span(tokens_).first(std::min(tokens_.size(), static_cast<size_t>(model_.max_positions()))), team);
  }
  return {};
}

Result<void> PromptReader::TokenizeToCut() {
  const std::string_view rest = std::string_view(text_).substr(cut_);
  const size_t cut = tokenizer_.LastCut(rest);
  if (cut == 0) {
    return {};
  }
  PLAIT_TRY(Encoding words, Tokenize(rest.substr(0, cut), false));
  tokens_.insert(tokens_.end(), words.input_ids.begin(), words.input_ids.end());
  cut_ += cut;
  return {};
}

Result<void> PromptReader::TokenizeWhole() {
  PLAIT_TRY(Encoding whole, Tokenize(text_, true));
  PLAIT_TRY(Encoding stable, Tokenize(StablePart(text_), true));
  stable.input_ids.resize(EqualTokens(stable.input_ids, whole.input_ids));
  tokens_ = std::move(stable.input_ids);
  return {};
}

Result<Encoding> PromptReader::Tokenize(std::string_view text, bool add_special_tokens) {
  bytes_tokenized_ += text.size();
  return tokenizer_.Encode(text, add_special_tokens);
}

void PromptReader::Read(std::span<const int32_t> tokens, ThreadTeam& team) {
  const size_t known = EqualTokens(read_.tokens, tokens);
  if (known < read_.tokens.size()) {
    read_.cache->CopySequence(0, 0, static_cast<int64_t>(known));
  }
  read_.tokens.assign(tokens.begin(), tokens.end());
  Prefill(model_, WeightCopy::Main, tokens.subspan(known), *read_.cache, team, [&](int64_t count) {
    if (statistics_ != nullptr) {
      statistics_->prompt_tokens += count;
      statistics_->bytes_streamed += model_.bytes_per_pass(WeightCopy::Main);
      statistics_->operations += PassOperations(model_, settings_.projection_elements, count, 0);
    }
  });
}

ReadPrompt PromptReader::Take() && { return std::move(read_); }

}  // namespace plait
