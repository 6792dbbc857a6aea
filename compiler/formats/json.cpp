#include "compiler/formats/json.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>
#include <simdjson.h>

namespace plait {
namespace {

namespace dom = simdjson::dom;

std::string TooDeep() { return fmt::format("the JSON is nested more than {} levels deep", kMaxJsonDepth); }

struct Converter {
  std::string_view name;
  FailureKind failure;

  [[nodiscard]] Error Fail(std::string message) const { return {failure, std::move(message), std::string(name), {}}; }

  /// `depth` lists and objects are around the element.
  Result<Value> Convert(dom::element element, int depth) const {
    if (depth == kMaxJsonDepth && (element.is_array() || element.is_object())) {
      return Fail(TooDeep());
    }
    switch (element.type()) {
      case dom::element_type::ARRAY:
        return ConvertArray(element.get_array().value(), depth + 1);
      case dom::element_type::OBJECT:
        return ConvertObject(element.get_object().value(), depth + 1);
      case dom::element_type::INT64:
        return Value::Int(element.get_int64().value());
      case dom::element_type::UINT64:
        return Fail(fmt::format("the integer {} does not fit into 64 bits", element.get_uint64().value()));
      case dom::element_type::DOUBLE:
        return Value::Float(element.get_double().value());
      case dom::element_type::STRING:
        return Value::String(std::string(element.get_string().value()));
      case dom::element_type::BOOL:
        return Value::Bool(element.get_bool().value());
      case dom::element_type::NULL_VALUE:
        return Value();
    }
    return Value();
  }

  Result<Value> ConvertArray(dom::array array, int depth) const {
    ValueList items;
    for (dom::element item : array) {
      PLAIT_TRY(Value value, Convert(item, depth));
      items.push_back(std::move(value));
    }
    return Value::List(std::move(items));
  }

  Result<Value> ConvertObject(dom::object object, int depth) const {
    ValueFields fields;
    std::unordered_set<std::string_view> seen;
    for (auto [key, item] : object) {
      if (!seen.insert(key).second) {
        return Fail(fmt::format("the key {} stands twice in one object", QuoteJson(key)));
      }
      PLAIT_TRY(Value value, Convert(item, depth));
      fields.emplace_back(std::string(key), std::move(value));
    }
    return Value::Record(std::move(fields));
  }
};

/// As much of a text as a message shows: no character is cut in two.
std::string_view Start(std::string_view text) {
  constexpr size_t kShown = 24;
  if (text.size() <= kShown) {
    return text;
  }
  size_t end = kShown;
  // Continuation bytes of UTF-8 begin with the bits 10.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end);
}

/// What simdjson says, in the words a user needs.
std::string Describe(simdjson::error_code code, std::string_view text) {
  switch (code) {
    case simdjson::EMPTY:
      return "expected JSON, found nothing";
    case simdjson::UTF8_ERROR:
      return "the text is not valid UTF-8";
    case simdjson::DEPTH_ERROR:
      return TooDeep();
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::STRING_ERROR:
      return "a string has a broken escape or a lone surrogate";
    case simdjson::NUMBER_ERROR:
      return "a number is malformed or too large";
    default: {
      std::string_view start = Start(text);
      return fmt::format("expected JSON, found {}{}", QuoteJson(start), start.size() < text.size() ? "…" : "");
    }
  }
}

/// `name:line:column` of the first byte that is not UTF-8, or just the name.
std::string PlaceOfBadUtf8(std::string_view text, std::string_view name) {
  size_t offset = 0;
  while (offset < text.size()) {
    // A sequence is at most four bytes long, so validity is decided in small steps.
    size_t step = 1;
    while (step <= 4 && offset + step <= text.size() && !simdjson::validate_utf8(text.data() + offset, step)) {
      ++step;
    }
    if (step > 4 || offset + step > text.size()) {
      auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
      size_t line_start = text.rfind('\n', offset);
      size_t column = line_start == std::string_view::npos ? offset + 1 : offset - line_start;
      return fmt::format("{}:{}:{}", name, line, column);
    }
    offset += step;
  }
  return std::string(name);
}

}  // namespace

Result<Value> ParseJson(std::string_view text, std::string_view name, FailureKind failure) {
  dom::parser parser;
  // One level more than is allowed: simdjson does not count an innermost empty list or object, so the converter decides.
  simdjson::error_code error = parser.allocate(std::max<size_t>(text.size(), 64), kMaxJsonDepth + 1);
  dom::element root;
  if (error == simdjson::SUCCESS) {
    error = parser.parse(simdjson::padded_string(text)).get(root);
  }
  if (error != simdjson::SUCCESS) {
    std::string place = error == simdjson::UTF8_ERROR ? PlaceOfBadUtf8(text, name) : std::string(name);
    return Error{failure, Describe(error, text), std::move(place), {}};
  }
  return Converter{name, failure}.Convert(root, 0);
}

Result<Value> ParseJsonOfPython(std::string_view text, std::string_view name, FailureKind failure) {
  // 19 digits fit into 64 bits, all but the last few of them.
  constexpr size_t kMostDigits = 19;
  constexpr std::string_view kDigits = "0123456789";
  std::string widened;
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    size_t digits = in_string ? 0 : std::min(text.find_first_not_of(kDigits, i), text.size()) - i;
    size_t step = digits > 0 ? digits : in_string && text[i] == '\\' ? std::min<size_t>(2, text.size() - i) : 1;
    in_string = in_string != (step == 1 && text[i] == '"');
    widened += text.substr(i, step);
    i += step;
    bool is_fraction = widened.size() > digits && widened[widened.size() - digits - 1] == '.';
    bool goes_on = i < text.size() && (text[i] == '.' || text[i] == 'e' || text[i] == 'E');
    widened += digits > kMostDigits && !is_fraction && !goes_on ? ".0" : "";
  }
  return ParseJson(widened, name, failure);
}

}  // namespace plait
