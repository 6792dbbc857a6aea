#include "compiler/plan/units.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace plait::plan {
namespace {

void AddValues(const Expr& expr, std::vector<ValueId>& values) {
  if (expr.kind == Expr::Kind::Value && std::find(values.begin(), values.end(), expr.value) == values.end()) {
    values.push_back(expr.value);
  }
  for (const Expr& operand : expr.operands) {
    AddValues(operand, values);
  }
}

/// Three digits, or two after the point where the number is small.
std::string ThreeDigits(double number) {
  if (number >= 99.95) {
    return fmt::format("{:.0f}", number);
  }
  return number >= 9.995 ? fmt::format("{:.1f}", number) : fmt::format("{:.2f}", number);
}

}  // namespace

std::string MsText(double ms) {
  constexpr double kMsPerSecond = 1000;
  if (ms >= 0.9995 * kMsPerSecond) {
    return fmt::format("{} s", ThreeDigits(ms / kMsPerSecond));
  }
  return ms == 0 ? "0 ms" : fmt::format("{} ms", ThreeDigits(ms));
}

std::string BytesText(double bytes) {
  constexpr double kUnit = 1000;
  constexpr std::string_view kNames[] = {"bytes", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  // Three digits: 999.5 would be written as a thousand.
  while (bytes >= kUnit - 0.5 && unit + 1 < std::size(kNames)) {
    bytes /= kUnit;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", bytes, unit >= 3 && bytes < 99.95 ? 1 : 0, kNames[unit]);
}

size_t WidthOf(std::string_view text) {
  // Continuation bytes of UTF-8 begin with the bits 10.
  auto width = std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return static_cast<size_t>(width);
}

std::string Shortened(std::string_view text, size_t width) {
  if (WidthOf(text) <= width) {
    return std::string(text);
  }
  size_t end = 0;
  for (size_t columns = 0; end < text.size(); ++end) {
    bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++columns == width) {
      break;
    }
  }
  return fmt::format("{}…", text.substr(0, end));
}

std::string CallName(const Plan& plan, const Stage& call) { return fmt::format("{}.{}", plan.models[call.model].name, call.method); }

std::string SignatureOf(const Entry& entry) {
  std::string parameters;
  for (const Parameter& parameter : entry.parameters) {
    std::string default_value = parameter.default_value ? fmt::format(" = {}", ToJson(*parameter.default_value)) : "";
    parameters += fmt::format("{}{}: {}{}", parameters.empty() ? "" : ", ", parameter.name, parameter.type.ToString(), default_value);
  }
  return fmt::format("{}({}) -> {}", entry.name, parameters, entry.result_type.ToString());
}

std::vector<ValueId> ValuesOf(const Expr& expr) {
  std::vector<ValueId> values;
  AddValues(expr, values);
  return values;
}

std::vector<const Entry*> ChosenEntries(const Plan& plan, std::string_view name) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : plan.entries) {
    if (name.empty() || entry.name == name) {
      entries.push_back(&entry);
    }
  }
  return entries;
}

}  // namespace plait::plan
