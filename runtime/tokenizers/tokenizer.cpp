// Reads the stages of a tokenizer.json and runs a text through them.
#include "runtime/tokenizers/tokenizer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <simdjson.h>

#include "compiler/base/value.h"
#include "runtime/tokenizers/added_tokens.h"
#include "runtime/tokenizers/bpe.h"
#include "runtime/tokenizers/decoder.h"
#include "runtime/tokenizers/json_view.h"
#include "runtime/tokenizers/normalizer.h"
#include "runtime/tokenizers/post_processor.h"
#include "runtime/tokenizers/pre_tokenizer.h"
#include "runtime/tokenizers/unicode.h"
#include "runtime/tokenizers/word_piece.h"

namespace plait {

using tokenizers::JsonView;
using tokenizers::SplitText;

namespace {

using Model = std::variant<tokenizers::BpeModel, tokenizers::WordPieceModel>;

const tokenizers::Vocabulary& VocabularyOf(const Model& model) {
  return std::visit([](const auto& kind) -> const tokenizers::Vocabulary& { return kind.vocabulary(); }, model);
}

/// The type of the model. Older files do not state it, but only BPE has merges.
Result<std::string> ModelType(const JsonView& json) {
  PLAIT_TRY(std::optional<JsonView> type, json.FindField("type"));
  if (type) {
    return type->AsString();
  }
  PLAIT_TRY(std::optional<JsonView> merges, json.FindField("merges"));
  PLAIT_TRY(std::optional<JsonView> longest_word, json.FindField("max_input_chars_per_word"));
  if (!merges && !longest_word) {
    return json.Invalid("the model states no `type` and is neither BPE nor WordPiece");
  }
  return std::string(merges ? "BPE" : "WordPiece");
}

Result<Model> ReadModel(const JsonView& json) {
  PLAIT_TRY(std::string type, ModelType(json));
  if (type == "BPE") {
    PLAIT_TRY(tokenizers::BpeModel model, tokenizers::BpeModel::Read(json));
    return Model(std::move(model));
  }
  if (type == "WordPiece") {
    PLAIT_TRY(tokenizers::WordPieceModel model, tokenizers::WordPieceModel::Read(json));
    return Model(std::move(model));
  }
  return json.UnsupportedPart("model", type);
}

Result<void> CheckVersion(const JsonView& root) {
  PLAIT_TRY(std::string version, root.StringFieldOr("version", "1.0"));
  if (version != "1.0") {
    return root.UnsupportedPart("format version", version);
  }
  return {};
}

/// A stage that may be absent, as its default then.
template <class Stage>
Result<Stage> ReadStage(const JsonView& root, std::string_view name) {
  PLAIT_TRY(std::optional<JsonView> field, root.FindField(name));
  if (!field) {
    return Stage();
  }
  return Stage::Read(*field);
}

Result<void> CheckText(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return Error{FailureKind::InputInvalid, "the text is not valid UTF-8", {}, {}};
  }
  return tokenizers::CheckLength(text.size());
}

}  // namespace

struct Tokenizer::Impl {
  tokenizers::Normalizer normalizer;
  tokenizers::PreTokenizer pre_tokenizer;
  Model model;
  tokenizers::AddedTokens added_tokens;
  tokenizers::PostProcessor post_processor;
  tokenizers::Decoder decoder;

  static Result<std::unique_ptr<const Impl>> Read(const JsonView& root) {
    PLAIT_TRY_VOID(CheckVersion(root));
    PLAIT_TRY(tokenizers::Normalizer normalizer, ReadStage<tokenizers::Normalizer>(root, "normalizer"));
    PLAIT_TRY(tokenizers::PreTokenizer pre_tokenizer, ReadStage<tokenizers::PreTokenizer>(root, "pre_tokenizer"));
    PLAIT_TRY(tokenizers::Decoder decoder, ReadStage<tokenizers::Decoder>(root, "decoder"));
    PLAIT_TRY(JsonView model_field, root.Field("model"));
    PLAIT_TRY(Model model, ReadModel(model_field));
    auto impl = std::make_unique<Impl>(Impl{std::move(normalizer), std::move(pre_tokenizer), std::move(model), {}, {}, std::move(decoder)});
    PLAIT_TRY(std::optional<JsonView> added_field, root.FindField("added_tokens"));
    if (added_field) {
      PLAIT_TRY(impl->added_tokens, tokenizers::AddedTokens::Read(*added_field, VocabularyOf(impl->model), impl->normalizer));
    }
    PLAIT_TRY(std::optional<JsonView> post_field, root.FindField("post_processor"));
    if (post_field) {
      auto is_known = [&](int32_t id) { return impl->TokenOf(id).has_value(); };
      PLAIT_TRY(impl->post_processor, tokenizers::PostProcessor::Read(*post_field, is_known));
    }
    return std::unique_ptr<const Impl>(std::move(impl));
  }

  [[nodiscard]] std::optional<std::string_view> TokenOf(int32_t id) const {
    std::optional<std::string_view> added = added_tokens.Token(id);
    return added ? added : VocabularyOf(model).Token(id);
  }

  /// The ids of one text without the special tokens around it.
  [[nodiscard]] Result<std::vector<int32_t>> EncodeText(std::string_view text) const {
    PLAIT_TRY_VOID(CheckText(text));
    PLAIT_TRY(SplitText split, added_tokens.Extract(text, normalizer));
    PLAIT_TRY(SplitText words, pre_tokenizer.Apply(std::move(split)));
    return std::visit([&](const auto& kind) -> Result<std::vector<int32_t>> { return kind.Encode(words); }, model);
  }
};

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::Parse(std::string_view tokenizer_json, std::string_view name) {
  PLAIT_TRY(tokenizers::JsonDocument document, tokenizers::JsonDocument::Parse(tokenizer_json, name));
  PLAIT_TRY(std::unique_ptr<const Impl> impl, Impl::Read(document.root()));
  return Tokenizer(std::move(impl));
}

Result<Encoding> Tokenizer::Encode(std::string_view text, bool add_special_tokens) const {
  PLAIT_TRY(std::vector<int32_t> ids, impl_->EncodeText(text));
  return impl_->post_processor.Apply({std::move(ids)}, add_special_tokens);
}

Result<Encoding> Tokenizer::EncodePair(std::string_view first, std::string_view second, bool add_special_tokens) const {
  PLAIT_TRY(std::vector<int32_t> first_ids, impl_->EncodeText(first));
  PLAIT_TRY(std::vector<int32_t> second_ids, impl_->EncodeText(second));
  return impl_->post_processor.Apply({std::move(first_ids), std::move(second_ids)}, add_special_tokens);
}

std::vector<int32_t> Tokenizer::TokensBeforeText() const { return impl_->post_processor.IdsBeforeText(); }

bool Tokenizer::cuts_at_white_space() const {
  // A normalizer may write white space, and drop what stands before it.
  return impl_->normalizer.is_empty() && impl_->added_tokens.leave_white_space() && impl_->pre_tokenizer.cuts_at_white_space();
}

size_t Tokenizer::LastCut(std::string_view text) const {
  constexpr std::string_view kWhiteSpace = " \t\n\r\f\v";
  if (!cuts_at_white_space() || !simdjson::validate_utf8(text.data(), text.size())) {
    return 0;
  }
  for (size_t cut = text.find_last_of(kWhiteSpace); cut != std::string_view::npos && cut > 0;
       cut = text.find_last_of(kWhiteSpace, cut - 1)) {
    // Between two white spaces they may belong together.
    const uint32_t before = tokenizers::DecodeBefore(text, cut).value;
    if ((before > ' ' && before < 0x7F) || (before >= 0x80 && tokenizers::IsWord(before))) {
      return cut;
    }
  }
  return 0;
}

std::string Tokenizer::Decode(std::span<const int32_t> ids, bool skip_special_tokens) const {
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for (int32_t id : ids) {
    std::optional<std::string_view> token = impl_->TokenOf(id);
    if (token && !(skip_special_tokens && impl_->added_tokens.IsSpecial(*token))) {
      tokens.emplace_back(*token);
    }
  }
  return impl_->decoder.Apply(std::move(tokens));
}

bool Tokenizer::decodes_each_token() const { return impl_->decoder.decodes_each_token(); }

std::optional<int32_t> Tokenizer::TokenToId(std::string_view token) const {
  std::optional<int32_t> added = impl_->added_tokens.Find(token);
  return added ? added : VocabularyOf(impl_->model).Find(token);
}

int32_t Tokenizer::vocab_size() const { return std::max(VocabularyOf(impl_->model).end_id(), impl_->added_tokens.end_id()); }

}  // namespace plait
