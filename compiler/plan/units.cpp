#include "compiler/plan/units.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// A time that somebody wrote, exactly: `200 ms`, `1.5 s`, `60 s`.
std::string GivenMsText(int64_t ms) {
  constexpr double kMsPerSecond = 1000;
  return ms < static_cast<int64_t>(kMsPerSecond) ? fmt::format("{} ms", ms) : fmt::format("{:g} s", static_cast<double>(ms) / kMsPerSecond);
}

/// Whether the expression asks if the guard that wrote the value failed.
bool AsksForFailure(const Expr& expr, ValueId value) {
  return expr.kind == Expr::Kind::Field && expr.names[0] == "failed" && expr.operands[0].kind == Expr::Kind::Value &&
         expr.operands[0].value == value;
}

/// What the expression gives where the guard failed, or nothing where it does not ask.
const Expr* FindFallback(const Expr& expr, ValueId value) {
  if (expr.kind == Expr::Kind::If && AsksForFailure(expr.operands[0], value)) {
    return &expr.operands[1];
  }
  for (const Expr& operand : expr.operands) {
    if (const Expr* found = FindFallback(operand, value)) {
      return found;
    }
  }
  return nullptr;
}

/// The expression that stands in for a failure, or "…" where that is more than an expression.
std::string FallbackText(const Entry& entry, ValueId value) {
  constexpr size_t kWidth = 32;
  std::vector<const Expr*> exprs = {&entry.result};
  for (const Stage& stage : entry.stages) {
    exprs.push_back(&stage.source);
    exprs.push_back(&stage.element);
    for (const Argument& argument : stage.arguments) {
      exprs.push_back(&argument.value);
    }
    for (const Assignment& assignment : stage.assignments) {
      exprs.push_back(&assignment.value);
    }
    for (const Arm& arm : stage.arms) {
      exprs.push_back(&arm.value);
      if (arm.condition && AsksForFailure(*arm.condition, value) && !arm.stage) {
        return Shortened(ToString(arm.value), kWidth);
      }
    }
  }
  for (const Expr* expr : exprs) {
    if (const Expr* found = FindFallback(*expr, value)) {
      return Shortened(ToString(*found), kWidth);
    }
  }
  return "…";
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

std::string ReplicasText(const Plan& plan) {
  std::vector<std::string> asked;
  for (const Demand& demand : plan.demands) {
    if (demand.replicas_min && demand.replicas_max) {
      bool is_range = *demand.replicas_min != *demand.replicas_max;
      asked.push_back(
          fmt::format("{}{} for {}", *demand.replicas_min, is_range ? fmt::format("..{}", *demand.replicas_max) : "", demand.service));
    }
  }
  return asked.empty()
             ? ""
             : fmt::format("replicas: {}; they are for a deployment, and a run is one process with one of each", fmt::join(asked, ", "));
}

std::string CallName(const Plan& plan, const Stage& call) { return fmt::format("{}.{}", plan.models[call.model].name, call.method); }

std::string GuardText(const Entry& entry, const Stage& guard) {
  std::vector<std::string> parts;
  if (guard.within_ms) {
    parts.push_back(fmt::format("within {}", GivenMsText(*guard.within_ms)));
  }
  if (guard.retries > 0) {
    parts.push_back(fmt::format("{} {}", guard.retries, guard.retries == 1 ? "retry" : "retries"));
  }
  if (guard.is_tolerant) {
    parts.push_back(fmt::format("otherwise {}", FallbackText(entry, *guard.writes)));
  }
  return fmt::format("{}", fmt::join(parts, " · "));
}

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

bool Collects(const Stage& stage) {
  return stage.is_each && !stage.gives_stream && stage.children.empty() && !stage.condition && stage.element.kind == Expr::Kind::Value &&
         stage.element.value == stage.item;
}

}  // namespace plait::plan
