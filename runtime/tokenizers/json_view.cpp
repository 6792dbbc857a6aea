// Reads tokenizer.json with limits and turns every surprise into an error with a place.
#include "runtime/tokenizers/json_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/base/value.h"
#include "compiler/formats/json.h"

namespace plait::tokenizers {
namespace {

namespace dom = simdjson::dom;

std::string_view KindOf(dom::element element) {
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return "a list";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      return "an integer";
    case dom::element_type::DOUBLE:
      return "a number";
    case dom::element_type::STRING:
      return "a string";
    case dom::element_type::BOOL:
      return "a boolean";
    case dom::element_type::NULL_VALUE:
      return "null";
  }
  return "something else";
}

/// What simdjson says, in the words a user needs.
std::string Describe(simdjson::error_code code) {
  switch (code) {
    case simdjson::EMPTY:
      return "expected JSON, found nothing";
    case simdjson::UTF8_ERROR:
      return "the text is not valid UTF-8";
    case simdjson::DEPTH_ERROR:
      return fmt::format("the JSON is nested more than {} levels deep", kMaxJsonDepth);
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed, as if the file were cut short";
    case simdjson::STRING_ERROR:
      return "a string has a broken escape or a lone surrogate";
    case simdjson::NUMBER_ERROR:
      return "a number is malformed or too large";
    case simdjson::CAPACITY:
      return "the file is larger than 4 GiB";
    case simdjson::MEMALLOC:
      return "the file does not fit into memory";
    default:
      return "the text is not JSON, or was cut short";
  }
}

}  // namespace

Error JsonView::Invalid(std::string message) const { return {FailureKind::TokenizerInvalid, std::move(message), place_, {}}; }

Error JsonView::Unsupported(std::string message) const { return {FailureKind::TokenizerUnsupported, std::move(message), place_, {}}; }

Error JsonView::UnsupportedPart(std::string_view kind, std::string_view part) const {
  return Unsupported(fmt::format("tokenizer.json asks for the {} `{}`, which is not supported", kind, part));
}

Error JsonView::WrongKind(std::string_view expected) const {
  return Invalid(fmt::format("expected {}, found {}", expected, KindOf(element_)));
}

Result<std::string> JsonView::AsString() const {
  std::string_view text;
  if (element_.get(text) != simdjson::SUCCESS) {
    return WrongKind("a string");
  }
  return std::string(text);
}

Result<bool> JsonView::AsBool() const {
  bool value = false;
  if (element_.get(value) != simdjson::SUCCESS) {
    return WrongKind("a boolean");
  }
  return value;
}

Result<int32_t> JsonView::AsId() const {
  if (element_.is_uint64() && !element_.is_int64()) {
    return Invalid(fmt::format("expected an integer from 0 to {}, found {}", kMaxId, element_.get_uint64().value()));
  }
  int64_t value = 0;
  if (!element_.is_int64() || element_.get(value) != simdjson::SUCCESS) {
    return WrongKind("an integer");
  }
  if (value < 0 || value > kMaxId) {
    return Invalid(fmt::format("expected an integer from 0 to {}, found {}", kMaxId, value));
  }
  return static_cast<int32_t>(value);
}

Result<double> JsonView::AsNumber() const {
  double value = 0;
  if (element_.get(value) != simdjson::SUCCESS) {
    return WrongKind("a number");
  }
  return value;
}

Result<dom::array> JsonView::AsArray() const {
  dom::array array;
  if (element_.get(array) != simdjson::SUCCESS) {
    return WrongKind("a list");
  }
  return array;
}

Result<dom::object> JsonView::AsObject() const {
  dom::object object;
  if (element_.get(object) != simdjson::SUCCESS) {
    return WrongKind("an object");
  }
  return object;
}

Result<std::vector<JsonView>> JsonView::AsList() const {
  PLAIT_TRY(dom::array array, AsArray());
  std::vector<JsonView> items;
  for (dom::element item : array) {
    items.emplace_back(item, fmt::format("{}[{}]", place_, items.size()));
  }
  return items;
}

Result<std::vector<std::pair<std::string, JsonView>>> JsonView::AsFields() const {
  PLAIT_TRY(dom::object object, AsObject());
  std::vector<std::pair<std::string, JsonView>> fields;
  for (auto [key, item] : object) {
    fields.emplace_back(std::string(key), JsonView(item, fmt::format("{}[{}]", place_, QuoteJson(key))));
  }
  return fields;
}

Result<std::optional<JsonView>> JsonView::FindField(std::string_view name) const {
  PLAIT_TRY(dom::object object, AsObject());
  std::optional<dom::element> found;
  for (auto [key, item] : object) {
    if (key != name) {
      continue;
    }
    if (found) {
      return Invalid(fmt::format("the field `{}` stands twice", name));
    }
    found = item;
  }
  if (!found || found->is_null()) {
    return std::optional<JsonView>();
  }
  return std::optional(JsonView(*found, fmt::format("{}.{}", place_, name)));
}

Result<JsonView> JsonView::Field(std::string_view name) const {
  PLAIT_TRY(std::optional<JsonView> found, FindField(name));
  if (!found) {
    return Invalid(fmt::format("the field `{}` is missing", name));
  }
  return *std::move(found);
}

Result<std::string> JsonView::StringField(std::string_view name) const {
  PLAIT_TRY(JsonView found, Field(name));
  return found.AsString();
}

Result<bool> JsonView::BoolField(std::string_view name) const {
  PLAIT_TRY(JsonView found, Field(name));
  return found.AsBool();
}

Result<std::string> JsonView::StringFieldOr(std::string_view name, std::string_view fallback) const {
  PLAIT_TRY(std::optional<JsonView> found, FindField(name));
  if (!found) {
    return std::string(fallback);
  }
  return found->AsString();
}

Result<bool> JsonView::BoolFieldOr(std::string_view name, bool fallback) const {
  PLAIT_TRY(std::optional<JsonView> found, FindField(name));
  if (!found) {
    return fallback;
  }
  return found->AsBool();
}

Result<JsonDocument> JsonDocument::Parse(std::string_view text, std::string_view name) {
  auto parser = std::make_unique<dom::parser>();
  constexpr size_t kSmallestCapacity = 64;
  simdjson::error_code error = parser->allocate(std::max(text.size(), kSmallestCapacity), kMaxJsonDepth);
  dom::element root;
  if (error == simdjson::SUCCESS) {
    error = parser->parse(simdjson::padded_string(text)).get(root);
  }
  if (error != simdjson::SUCCESS) {
    return Error{FailureKind::TokenizerInvalid, Describe(error), std::string(name), {}};
  }
  return JsonDocument(std::move(parser), JsonView(root, fmt::format("{}: $", name)));
}

}  // namespace plait::tokenizers
