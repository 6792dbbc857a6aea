#include "compiler/base/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "compiler/base/tensor_values.h"

namespace plait {
namespace {

constexpr size_t kLineWidth = 100;

/// How many bytes the value takes on one line, counted up to the limit only.
size_t WidthUpTo(const Value& value, size_t limit) {
  if (value.is_string()) {
    return value.AsString().size() > limit ? limit + 1 : QuoteJson(value.AsString()).size();
  }
  if (!value.is_list() && !value.is_record()) {
    return ToJson(value).size();
  }
  size_t count = value.is_list() ? value.AsList().size() : value.AsRecord().size();
  size_t width = 2 + (count == 0 ? 0 : (count - 1) * 2);
  auto add = [&](const Value& part) { width += width > limit ? 0 : WidthUpTo(part, limit - width); };
  if (value.is_list()) {
    std::for_each(value.AsList().begin(), value.AsList().end(), add);
    return width;
  }
  for (const auto& [name, part] : value.AsRecord()) {
    width += name.size() > limit ? limit : QuoteJson(name).size() + 2;
    add(part);
  }
  return width;
}

/// Whether the value goes on the line that the text ends in, with a comma after it.
bool FitsOnLine(const Value& value, const std::string& text) {
  size_t column = text.size() - (text.rfind('\n') + 1);
  return column < kLineWidth && column + WidthUpTo(value, kLineWidth) + 1 <= kLineWidth;
}

/// The parts between brackets: one a line where pretty, else separated by ", " or ",".
template <class Items, class Append>
void AppendItems(const Items& items, char open, char close, bool pretty, size_t indent, std::string& text, Append append) {
  text += open;
  bool first = true;
  for (const auto& item : items) {
    if (!first) {
      text += pretty ? "," : ", ";
    }
    first = false;
    if (pretty) {
      text += '\n';
      text.append(indent + 2, ' ');
    }
    append(item);
  }
  if (pretty) {
    text += '\n';
    text.append(indent, ' ');
  }
  text += close;
}

/// The fewest digits that read back to the same number of that precision.
template <class T>
std::string Shortest(T value) {
  if (!std::isfinite(value)) {
    // JSON has no such number; the runtime refuses it before it can be written, and a dump must still read.
    return "null";
  }
  std::array<char, 32> buffer{};
  auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  (void)error;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".e") == std::string::npos) {
    text += ".0";
  }
  return text;
}

/// Nested lists on one line, from element `first` of dimension `depth` on.
void AppendTensor(const Tensor& tensor, size_t depth, size_t first, std::string& text) {
  if (depth == tensor.shape.size()) {
    bool is_single = tensor.element == TensorElement::F32;
    text += is_single ? Shortest(tensor.At<float>(first)) : ToJson(ElementValue(tensor, first));
    return;
  }
  size_t step = 1;
  for (size_t i = depth + 1; i < tensor.shape.size(); ++i) {
    step *= static_cast<size_t>(tensor.shape[i]);
  }
  text += '[';
  for (size_t i = 0; i < static_cast<size_t>(tensor.shape[depth]); ++i) {
    text += i == 0 ? "" : ", ";
    AppendTensor(tensor, depth + 1, first + i * step, text);
  }
  text += ']';
}

void AppendJson(const Value& value, JsonStyle style, size_t indent, std::string& text) {
  bool pretty = style.pretty;
  if (value.is_null()) {
    text += "null";
  } else if (value.is_bool()) {
    text += value.AsBool() ? "true" : "false";
  } else if (value.is_int()) {
    text += fmt::format("{}", value.AsInt());
  } else if (value.is_float()) {
    text += FormatFloat(value.AsFloat());
  } else if (value.is_string()) {
    text += QuoteJson(value.AsString());
  } else if (value.is_stream()) {
    text += "null";  // only dumps come here
  } else if (value.is_bytes()) {
    text += fmt::format(fmt::runtime(style.tagged ? "bytes({})" : "{}"), QuoteJson(BytesToText(value.AsBytes())));
  } else if (value.is_tensor()) {
    const Tensor& tensor = value.AsTensor();
    text += style.tagged ? fmt::format("tensor<{}>{}(", ElementTypeName(tensor.element), ShapeText(tensor.shape)) : "";
    AppendTensor(tensor, 0, 0, text);
    text += style.tagged ? ")" : "";
  } else {
    bool is_empty = value.is_list() ? value.AsList().empty() : value.AsRecord().empty();
    if (pretty && (is_empty || (indent > 0 && FitsOnLine(value, text)))) {
      pretty = false;
    }
    style.pretty = pretty;
    if (value.is_list()) {
      AppendItems(value.AsList(), '[', ']', pretty, indent, text, [&](const Value& item) { AppendJson(item, style, indent + 2, text); });
    } else {
      AppendItems(value.AsRecord(), '{', '}', pretty, indent, text, [&](const auto& field) {
        text += QuoteJson(field.first);
        text += ": ";
        AppendJson(field.second, style, indent + 2, text);
      });
    }
  }
}

}  // namespace

const Value* Value::Field(std::string_view name) const {
  if (!is_record()) {
    return nullptr;
  }
  for (const auto& [field_name, field] : AsRecord()) {
    if (field_name == name) {
      return &field;
    }
  }
  return nullptr;
}

std::string_view Value::KindName() const {
  static constexpr std::array<std::string_view, 10> kNames = {"null",   "a boolean", "an integer", "a number", "a string",
                                                              "a list", "an object", "a stream",   "bytes",    "a tensor"};
  return kNames[data_.index()];
}

bool Value::operator==(const Value& other) const {
  if (data_.index() != other.data_.index()) {
    return false;
  }
  if (is_string()) {
    return AsString() == other.AsString();
  }
  if (is_list()) {
    return AsList() == other.AsList();
  }
  if (is_record()) {
    return AsRecord() == other.AsRecord();
  }
  if (is_bytes()) {
    return AsBytes() == other.AsBytes();
  }
  if (is_tensor()) {
    return AsTensor() == other.AsTensor();
  }
  return data_ == other.data_;
}

std::string ToJson(const Value& value, const JsonStyle& style) {
  std::string text;
  AppendJson(value, style, 0, text);
  return text;
}

std::string ConstantText(const Value& value) { return ToJson(value, {false, true}); }

std::optional<int64_t> WholeNumber(double value) {
  constexpr double kLimit = 0x1p63;
  bool is_whole = std::trunc(value) == value && std::abs(value) < kLimit;
  return is_whole ? std::optional(static_cast<int64_t>(value)) : std::nullopt;
}

std::string FormatFloat(double value) { return Shortest(value); }

std::string QuoteJson(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          quoted += c;
        }
    }
  }
  return quoted + '"';
}

}  // namespace plait
