// std.text.
#include <utf8proc.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/library.h"
#include "compiler/base/sentences.h"
#include "compiler/base/value_stream.h"

namespace plait::library {
namespace {

Error Fail(std::string message) { return {FailureKind::ArgumentRange, std::move(message), "", {}}; }

Value Texts(std::vector<std::string> texts) {
  ValueList items;
  items.reserve(texts.size());
  for (std::string& text : texts) {
    items.push_back(Value::String(std::move(text)));
  }
  return Value::List(std::move(items));
}

/// Every code point of valid UTF-8 through `map`.
Value Mapped(const std::string& text, utf8proc_int32_t (*map)(utf8proc_int32_t)) {
  std::string result;
  result.reserve(text.size());
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t i = 0; i < text.size();) {
    utf8proc_int32_t code_point = 0;
    utf8proc_ssize_t length = utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &code_point);
    if (length <= 0) {
      result += text[i++];
      continue;
    }
    utf8proc_uint8_t encoded[4];
    utf8proc_ssize_t written = utf8proc_encode_char(map(code_point), encoded);
    result.append(reinterpret_cast<const char*>(encoded), static_cast<size_t>(written));
    i += static_cast<size_t>(length);
  }
  return Value::String(std::move(result));
}

constexpr std::string_view kSpace = " \t\r\n\f\v";

/// Where the code point of that number begins; the end where there are fewer.
size_t OffsetOf(std::string_view text, int64_t code_point) {
  size_t offset = 0;
  while (offset < text.size() && code_point > 0) {
    ++offset;
    while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0U) == 0x80U) {
      ++offset;
    }
    --code_point;
  }
  return offset;
}

}  // namespace

Result<Value> TextLower(std::span<const Value> operands) { return Mapped(operands[0].AsString(), utf8proc_tolower); }
Result<Value> TextUpper(std::span<const Value> operands) { return Mapped(operands[0].AsString(), utf8proc_toupper); }

Result<Value> TextTrim(std::span<const Value> operands) {
  const std::string& text = operands[0].AsString();
  size_t begin = text.find_first_not_of(kSpace);
  return Value::String(begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

Result<Value> TextSplit(std::span<const Value> operands) {
  const std::string& text = operands[0].AsString();
  const std::string& separator = operands[1].AsString();
  if (separator.empty()) {
    return Fail("text.split wants a separator that is not empty");
  }
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  parts.push_back(text.substr(begin));
  return Texts(std::move(parts));
}

Result<Value> TextJoin(std::span<const Value> operands) {
  std::string joined;
  bool is_first = true;
  for (const Value& part : operands[0].AsList()) {
    joined += is_first ? "" : operands[1].AsString();
    joined += part.AsString();
    is_first = false;
  }
  return Value::String(std::move(joined));
}

Result<Value> TextReplace(std::span<const Value> operands) {
  const std::string& text = operands[0].AsString();
  const std::string& old_part = operands[1].AsString();
  if (old_part.empty()) {
    return Fail("text.replace wants a text to look for that is not empty");
  }
  std::string replaced;
  size_t begin = 0;
  for (size_t found = text.find(old_part); found != std::string::npos; found = text.find(old_part, begin)) {
    replaced.append(text, begin, found - begin).append(operands[2].AsString());
    begin = found + old_part.size();
  }
  return Value::String(replaced.append(text, begin));
}

Result<Value> TextStartsWith(std::span<const Value> operands) {
  return Value::Bool(operands[0].AsString().starts_with(operands[1].AsString()));
}
Result<Value> TextEndsWith(std::span<const Value> operands) {
  return Value::Bool(operands[0].AsString().ends_with(operands[1].AsString()));
}

Result<Value> TextSlice(std::span<const Value> operands) {
  const std::string& text = operands[0].AsString();
  int64_t begin = operands[1].AsInt();
  if (begin < 0 || (!operands[2].is_null() && operands[2].AsInt() < begin)) {
    return Fail(fmt::format("text.slice wants 0 <= begin <= end, found {} and {}", begin, ToJson(operands[2])));
  }
  size_t first = OffsetOf(text, begin);
  std::string_view rest = std::string_view(text).substr(first);
  return Value::String(std::string(operands[2].is_null() ? rest : rest.substr(0, OffsetOf(rest, operands[2].AsInt() - begin))));
}

Result<Value> TextWords(std::span<const Value> operands) {
  const std::string& text = operands[0].AsString();
  std::vector<std::string> words;
  for (size_t begin = text.find_first_not_of(kSpace); begin != std::string::npos;) {
    size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kSpace, end);
  }
  return Texts(std::move(words));
}

Result<Value> TextSentences(std::span<const Value> operands) {
  return operands[0].is_stream() ? SentenceStream(operands[0]) : Texts(SplitSentences(operands[0].AsString()));
}

Result<Value> TextFixed(std::span<const Value> operands) {
  constexpr int64_t kMostDigits = 17;
  int64_t digits = operands[1].AsInt();
  if (digits < 0 || digits > kMostDigits) {
    return Fail(fmt::format("text.fixed writes 0 to {} digits after the point, not {}", kMostDigits, digits));
  }
  return Value::String(fmt::format("{:.{}f}", operands[0].AsNumber(), digits));
}

Result<Value> TextEncode(std::span<const Value> operands) { return Value::Bytes(operands[0].AsString()); }

Result<Value> TextDecode(std::span<const Value> operands) {
  const std::string& bytes = operands[0].AsBytes();
  auto size = static_cast<utf8proc_ssize_t>(bytes.size());
  for (utf8proc_ssize_t at = 0; at < size;) {
    utf8proc_int32_t code_point = 0;
    utf8proc_ssize_t length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()) + at, size - at, &code_point);
    if (length <= 0) {
      return Fail(fmt::format("text.decode wants UTF-8, and byte {} begins no character", at));
    }
    at += length;
  }
  return Value::String(bytes);
}

}  // namespace plait::library
