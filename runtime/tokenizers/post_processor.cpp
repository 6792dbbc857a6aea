// Every post-processor that is supported comes down to a template.
#include "runtime/tokenizers/post_processor.h"

#include <map>
#include <string>

#include <fmt/format.h>

#include "compiler/base/value.h"

namespace plait::tokenizers {
namespace {

using KnownId = std::function<bool(int32_t)>;
using SpecialTokens = std::map<std::string, std::vector<int32_t>>;

TemplatePart Text(size_t sequence, int32_t token_type_id) { return {sequence, {}, token_type_id}; }
TemplatePart Special(int32_t id, int32_t token_type_id) { return {std::nullopt, {id}, token_type_id}; }

Template PlainTemplate() { return {{Text(0, 0)}, {Text(0, 0), Text(1, 1)}}; }

Result<int32_t> ReadKnownId(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(int32_t id, json.AsId());
  if (!is_known(id)) {
    return json.Invalid(fmt::format("the id {} is not in the vocabulary", id));
  }
  return id;
}

/// `["[SEP]", 102]`
Result<int32_t> ReadTokenAndId(const JsonView& json, std::string_view name, const KnownId& is_known) {
  PLAIT_TRY(JsonView field, json.Field(name));
  PLAIT_TRY(std::vector<JsonView> pair, field.AsList());
  if (pair.size() != 2) {
    return field.Invalid("expected a token and its id");
  }
  PLAIT_TRY([[maybe_unused]] std::string token, pair[0].AsString());
  return ReadKnownId(pair[1], is_known);
}

Result<Template> ReadBert(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(int32_t sep, ReadTokenAndId(json, "sep", is_known));
  PLAIT_TRY(int32_t cls, ReadTokenAndId(json, "cls", is_known));
  return Template{{Special(cls, 0), Text(0, 0), Special(sep, 0)},
                  {Special(cls, 0), Text(0, 0), Special(sep, 0), Text(1, 1), Special(sep, 1)}};
}

/// RoBERTa has one type only and two separators between its texts.
Result<Template> ReadRoberta(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(int32_t sep, ReadTokenAndId(json, "sep", is_known));
  PLAIT_TRY(int32_t cls, ReadTokenAndId(json, "cls", is_known));
  return Template{{Special(cls, 0), Text(0, 0), Special(sep, 0)},
                  {Special(cls, 0), Text(0, 0), Special(sep, 0), Special(sep, 0), Text(1, 0), Special(sep, 0)}};
}

Result<SpecialTokens> ReadSpecialTokens(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(JsonView field, json.Field("special_tokens"));
  PLAIT_TRY(auto entries, field.AsFields());
  SpecialTokens tokens;
  for (const auto& [name, entry] : entries) {
    PLAIT_TRY(JsonView ids_field, entry.Field("ids"));
    PLAIT_TRY(std::vector<JsonView> items, ids_field.AsList());
    std::vector<int32_t> ids;
    for (const JsonView& item : items) {
      PLAIT_TRY(int32_t id, ReadKnownId(item, is_known));
      ids.push_back(id);
    }
    tokens[name] = std::move(ids);
  }
  return tokens;
}

Result<TemplatePart> ReadSequencePart(const JsonView& json, size_t texts) {
  PLAIT_TRY(JsonView id_field, json.Field("id"));
  PLAIT_TRY(std::string id, id_field.AsString());
  PLAIT_TRY(JsonView type_field, json.Field("type_id"));
  PLAIT_TRY(int32_t token_type_id, type_field.AsId());
  if (id != "A" && (id != "B" || texts < 2)) {
    return id_field.Invalid(fmt::format("expected {}, found {}", texts < 2 ? "the text `A`" : "the text `A` or `B`", QuoteJson(id)));
  }
  return Text(id == "A" ? 0 : 1, token_type_id);
}

Result<TemplatePart> ReadSpecialPart(const JsonView& json, const SpecialTokens& tokens) {
  PLAIT_TRY(JsonView id_field, json.Field("id"));
  PLAIT_TRY(std::string id, id_field.AsString());
  PLAIT_TRY(JsonView type_field, json.Field("type_id"));
  PLAIT_TRY(int32_t token_type_id, type_field.AsId());
  auto found = tokens.find(id);
  if (found == tokens.end()) {
    return id_field.Invalid(fmt::format("the template names the special token {}, which `special_tokens` does not define", QuoteJson(id)));
  }
  return TemplatePart{std::nullopt, found->second, token_type_id};
}

Result<std::vector<TemplatePart>> ReadParts(const JsonView& json, size_t texts, const SpecialTokens& tokens) {
  PLAIT_TRY(std::vector<JsonView> items, json.AsList());
  std::vector<TemplatePart> parts;
  for (const JsonView& item : items) {
    PLAIT_TRY(std::optional<JsonView> sequence, item.FindField("Sequence"));
    if (sequence) {
      PLAIT_TRY(TemplatePart part, ReadSequencePart(*sequence, texts));
      parts.push_back(std::move(part));
      continue;
    }
    PLAIT_TRY(std::optional<JsonView> special, item.FindField("SpecialToken"));
    if (!special) {
      return item.Invalid("expected a part with `Sequence` or `SpecialToken`");
    }
    PLAIT_TRY(TemplatePart part, ReadSpecialPart(*special, tokens));
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<Template> ReadTemplate(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(SpecialTokens tokens, ReadSpecialTokens(json, is_known));
  PLAIT_TRY(JsonView single_field, json.Field("single"));
  PLAIT_TRY(std::vector<TemplatePart> single, ReadParts(single_field, 1, tokens));
  PLAIT_TRY(JsonView pair_field, json.Field("pair"));
  PLAIT_TRY(std::vector<TemplatePart> pair, ReadParts(pair_field, 2, tokens));
  return Template{std::move(single), std::move(pair)};
}

Result<std::optional<Template>> ReadAny(const JsonView& json, const KnownId& is_known);

Result<std::optional<Template>> ReadSequence(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(JsonView field, json.Field("processors"));
  PLAIT_TRY(std::vector<JsonView> items, field.AsList());
  std::optional<Template> only;
  for (const JsonView& item : items) {
    PLAIT_TRY(std::optional<Template> inner, ReadAny(item, is_known));
    if (inner && only) {
      return item.Unsupported("tokenizer.json asks for a second post-processor that adds tokens, which is not supported");
    }
    if (inner) {
      only = std::move(inner);
    }
  }
  return only;
}

/// Nothing for a post-processor that only moves offsets.
Result<std::optional<Template>> ReadAny(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(std::string type, json.StringField("type"));
  if (type == "Sequence") {
    return ReadSequence(json, is_known);
  }
  if (type == "ByteLevel") {
    return std::optional<Template>();
  }
  if (type != "BertProcessing" && type != "RobertaProcessing" && type != "TemplateProcessing") {
    return json.UnsupportedPart("post-processor", type);
  }
  PLAIT_TRY(Template made, type == "BertProcessing"      ? ReadBert(json, is_known)
                           : type == "RobertaProcessing" ? ReadRoberta(json, is_known)
                                                         : ReadTemplate(json, is_known));
  return std::optional(std::move(made));
}

}  // namespace

PostProcessor::PostProcessor() : template_(PlainTemplate()) {}

Result<PostProcessor> PostProcessor::Read(const JsonView& json, const KnownId& is_known) {
  PLAIT_TRY(std::optional<Template> made, ReadAny(json, is_known));
  return made ? PostProcessor(*std::move(made)) : PostProcessor();
}

Encoding PostProcessor::Apply(const std::vector<std::vector<int32_t>>& texts, bool add_special_tokens) const {
  Encoding encoding;
  for (const TemplatePart& part : texts.size() == 1 ? template_.single : template_.pair) {
    if (!part.sequence && !add_special_tokens) {
      continue;
    }
    const std::vector<int32_t>& ids = part.sequence ? texts[*part.sequence] : part.special_ids;
    encoding.input_ids.insert(encoding.input_ids.end(), ids.begin(), ids.end());
    encoding.token_type_ids.insert(encoding.token_type_ids.end(), ids.size(), part.token_type_id);
  }
  return encoding;
}

std::vector<int32_t> PostProcessor::IdsBeforeText() const {
  std::vector<int32_t> ids;
  for (const TemplatePart& part : template_.single) {
    if (part.sequence) {
      break;
    }
    ids.insert(ids.end(), part.special_ids.begin(), part.special_ids.end());
  }
  return ids;
}

}  // namespace plait::tokenizers
