// A value inside a tokenizer.json that knows its path, so that every complaint names its place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "compiler/base/result.h"

namespace plait::tokenizers {

/// Points into a JsonDocument and must not outlive it.
class JsonView {
 public:
  /// `place` is what messages say before the colon: the file's name, then a JSON path such as `$.model`.
  JsonView(simdjson::dom::element element, std::string place) : element_(element), place_(std::move(place)) {}

  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] bool is_null() const { return element_.is_null(); }
  [[nodiscard]] bool is_string() const { return element_.is_string(); }
  [[nodiscard]] bool is_list() const { return element_.is_array(); }

  // Each fails with `tokenizer-invalid` where the value is of another kind.
  [[nodiscard]] Result<std::string> AsString() const;
  [[nodiscard]] Result<bool> AsBool() const;
  /// An id or a count: an integer from 0 to kMaxId.
  [[nodiscard]] Result<int32_t> AsId() const;
  [[nodiscard]] Result<double> AsNumber() const;
  [[nodiscard]] Result<std::vector<JsonView>> AsList() const;
  [[nodiscard]] Result<std::vector<std::pair<std::string, JsonView>>> AsFields() const;
  [[nodiscard]] Result<simdjson::dom::object> AsObject() const;
  [[nodiscard]] Result<simdjson::dom::array> AsArray() const;

  /// The field, or nothing where it is absent or null. Fails where this is no object or has the field twice.
  [[nodiscard]] Result<std::optional<JsonView>> FindField(std::string_view name) const;
  /// Fails where the field is absent or null.
  [[nodiscard]] Result<JsonView> Field(std::string_view name) const;

  // A field of that kind that must be there, or may be absent or null.
  [[nodiscard]] Result<std::string> StringField(std::string_view name) const;
  [[nodiscard]] Result<bool> BoolField(std::string_view name) const;
  [[nodiscard]] Result<std::string> StringFieldOr(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] Result<bool> BoolFieldOr(std::string_view name, bool fallback) const;

  [[nodiscard]] Error Invalid(std::string message) const;
  [[nodiscard]] Error Unsupported(std::string message) const;
  /// "tokenizer.json asks for the normalizer `Precompiled`, which is not supported".
  [[nodiscard]] Error UnsupportedPart(std::string_view kind, std::string_view part) const;

  static constexpr int32_t kMaxId = INT32_MAX - 1;

 private:
  [[nodiscard]] Error WrongKind(std::string_view expected) const;

  simdjson::dom::element element_;
  std::string place_;
};

/// A parsed file.
class JsonDocument {
 public:
  static Result<JsonDocument> Parse(std::string_view text, std::string_view name);

  [[nodiscard]] const JsonView& root() const { return root_; }

 private:
  JsonDocument(std::unique_ptr<simdjson::dom::parser> parser, JsonView root) : parser_(std::move(parser)), root_(std::move(root)) {}

  std::unique_ptr<simdjson::dom::parser> parser_;
  JsonView root_;
};

}  // namespace plait::tokenizers
