// The plan as TOML: keys in one order, defaults left out, numbers and strings in one spelling.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/plan/expr_syntax.h"
#include "compiler/plan/plan.h"
#include "compiler/plan/text.h"

namespace plait::plan {
namespace {

/// Lists that fit are written on one line.
constexpr size_t kLineWidth = 140;

/// `60_800_000_000`.
std::string IntText(int64_t number) {
  std::string digits = fmt::format("{}", number);
  size_t sign = digits.starts_with('-') ? 1 : 0;
  if (digits.size() - sign < 5) {
    return digits;
  }
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > sign && (digits.size() - i) % 3 == 0) {
      text += '_';
    }
    text += digits[i];
  }
  return text;
}

/// `3.31e+10` as `33.1e9`: an exponent that is a multiple of 3.
std::string EngineeringText(std::string_view scientific) {
  size_t mark = scientific.find('e');
  std::string_view power = scientific.substr(mark + 1);
  int exponent = 0;
  std::from_chars(power.data() + (power.starts_with('+') ? 1 : 0), power.data() + power.size(), exponent);
  std::string digits;
  for (char c : scientific.substr(0, mark)) {
    if (c != '.' && c != '-') {
      digits += c;
    }
  }
  auto shift = static_cast<size_t>(((exponent % 3) + 3) % 3);
  while (digits.size() < shift + 2) {
    digits += '0';
  }
  std::string_view all(digits);
  return fmt::format("{}{}.{}e{}", scientific.starts_with('-') ? "-" : "", all.substr(0, shift + 1), all.substr(shift + 1),
                     exponent - static_cast<int>(shift));
}

/// The fewest digits that read back to the same number; very large and small ones with an exponent.
std::string FloatText(double number) {
  std::array<char, 64> buffer{};
  bool is_plain = number == 0 || (std::abs(number) >= 1e-3 && std::abs(number) < 1e6);
  auto format = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
  auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format);
  (void)error;
  std::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  if (!is_plain) {
    return EngineeringText(text);
  }
  return text.find('.') == std::string_view::npos ? fmt::format("{}.0", text) : std::string(text);
}

/// In single quotes where that spares escapes.
std::string StringText(std::string_view text) {
  bool has_escapes = text.find_first_of("\"\\") != std::string_view::npos;
  bool can_be_literal = text.find('\'') == std::string_view::npos;
  for (char c : text) {
    can_be_literal = can_be_literal && static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
  }
  return has_escapes && can_be_literal ? fmt::format("'{}'", text) : QuoteJson(text);
}

std::string ExprText(const Expr& expr) { return StringText(ToString(expr)); }
std::string ConstantString(const Value& value) { return StringText(ConstantText(value)); }
std::string KeyText(const std::string& key) { return IsName(key) ? key : QuoteJson(key); }

std::string ListText(const std::vector<std::string>& items, size_t indent) {
  std::string line = fmt::format("[{}]", fmt::join(items, ", "));
  if (indent + line.size() <= kLineWidth) {
    return line;
  }
  std::string text = "[\n";
  for (const std::string& item : items) {
    text += fmt::format("  {},\n", item);
  }
  return text + "]";
}

std::string TableText(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string text;
  for (const auto& [key, value] : fields) {
    text += fmt::format("{}{} = {}", text.empty() ? "{ " : ", ", key, value);
  }
  return text + " }";
}

/// Lines `key = value`, each only where its value is not the one that the reader assumes.
class Lines {
 public:
  void Heading(std::string_view heading) { text_ += fmt::format("\n{}\n", heading); }
  void Raw(std::string_view key, std::string_view value) { text_ += fmt::format("{} = {}\n", key, value); }

  void String(std::string_view key, std::string_view value) {
    if (!value.empty()) {
      Raw(key, StringText(value));
    }
  }
  void Int(std::string_view key, int64_t value, int64_t assumed = 0) {
    if (value != assumed) {
      Raw(key, IntText(value));
    }
  }
  void Float(std::string_view key, double value) {
    if (value != 0) {
      Raw(key, FloatText(value));
    }
  }
  void Flag(std::string_view key, bool value) {
    if (value) {
      Raw(key, "true");
    }
  }
  template <class T>
  void Optional(std::string_view key, const std::optional<T>& value) {
    if (value) {
      Raw(key, IntText(*value));
    }
  }
  void List(std::string_view key, const std::vector<std::string>& items) {
    if (!items.empty()) {
      Raw(key, ListText(items, key.size() + 3));
    }
  }
  void Strings(std::string_view key, const std::vector<std::string>& strings) {
    std::vector<std::string> items;
    for (const std::string& text : strings) {
      items.push_back(StringText(text));
    }
    List(key, items);
  }
  void Ids(std::string_view key, const std::vector<uint32_t>& ids) {
    if (!ids.empty()) {
      Raw(key, fmt::format("[{}]", fmt::join(ids, ", ")));
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void WriteTypes(const TypeTable& types, Lines& lines) {
  for (const auto& [name, variants] : types.enums) {
    lines.Heading("[[enum]]");
    lines.Raw("name", StringText(name));
    std::vector<std::string> tables;
    for (const EnumVariant& variant : variants) {
      tables.push_back(TableText({{"name", StringText(variant.name)}, {"label", StringText(variant.label)}}));
    }
    lines.List("variants", tables);
  }
  for (const auto& [name, record] : types.records) {
    lines.Heading("[[record]]");
    lines.Raw("name", StringText(name));
    std::vector<std::string> fields;
    for (const RecordField& field : record) {
      std::vector<std::pair<std::string, std::string>> table = {{"name", StringText(field.name)},
                                                                {"type", StringText(field.type.ToString())}};
      if (field.default_value) {
        table.emplace_back("default", ConstantString(*field.default_value));
      }
      fields.push_back(TableText(table));
    }
    lines.List("fields", fields);
  }
}

void WriteMachine(const Machine& machine, Lines& lines) {
  lines.Heading("[machine]");
  lines.Raw("cores", IntText(machine.cores));
  lines.Int("gpus", machine.gpus);
  lines.Float("core_read_bandwidth", machine.core_read_bandwidth);
  lines.Float("read_bandwidth", machine.read_bandwidth);
  lines.Float("core_fp32_peak", machine.core_fp32_peak);
  lines.Int("memory", machine.memory);
}

void WriteModels(const std::vector<Model>& models, Lines& lines) {
  for (size_t i = 0; i < models.size(); ++i) {
    const Model& model = models[i];
    lines.Heading("[[model]]");
    lines.Raw("id", IntText(static_cast<int64_t>(i)));
    lines.Raw("name", StringText(model.name));
    lines.Raw("task", StringText(model.task));
    lines.Raw("source", StringText(model.source));
    lines.String("revision", model.revision);
    lines.String("digest", model.digest);
    lines.String("architecture", model.architecture);
    std::vector<std::pair<std::string, std::string>> options;
    for (const auto& [name, value] : model.options) {
      options.emplace_back(KeyText(name), ConstantString(value));
    }
    if (!options.empty()) {
      lines.Raw("options", TableText(options));
    }
    if (!model.methods.empty()) {
      std::vector<std::string> methods;
      std::ranges::transform(model.methods, std::back_inserter(methods),
                             [](const MethodSignature& method) { return StringText(method.ToString()); });
      lines.Raw("methods", ListText(methods, 0));
    }
    lines.Int("weight_bytes", model.weight_bytes);
    if (!model.drafts.empty()) {
      std::vector<std::string> drafts;
      std::ranges::transform(model.drafts, std::back_inserter(drafts),
                             [](DraftSource source) { return StringText(std::string(DraftSourceName(source))); });
      lines.Raw("drafts", ListText(drafts, 0));
    }
    lines.Int("draft_bytes", model.draft_bytes);
    lines.Optional("draft_model", model.draft_model);
    lines.Strings("prompt_starts", model.prompt_starts);
    lines.String("span", model.span);
  }
}

void WriteDemands(const std::vector<Demand>& demands, Lines& lines) {
  for (const Demand& demand : demands) {
    lines.Heading("[[demand]]");
    lines.Raw("service", StringText(demand.service));
    lines.Optional("cpu", demand.cpu);
    lines.Optional("memory", demand.memory);
    lines.Optional("gpu_min", demand.gpu_min);
    lines.Optional("gpu_max", demand.gpu_max);
    lines.Optional("replicas_min", demand.replicas_min);
    lines.Optional("replicas_max", demand.replicas_max);
  }
}

void WriteCall(const Stage& stage, Lines& lines) {
  lines.Raw("model", IntText(stage.model));
  lines.Raw("method", StringText(stage.method));
  std::vector<std::pair<std::string, std::string>> arguments;
  for (const Argument& argument : stage.arguments) {
    arguments.emplace_back(KeyText(argument.name), ExprText(argument.value));
  }
  if (!arguments.empty()) {
    lines.Raw("arguments", TableText(arguments));
  }
  lines.Flag("stream", stage.gives_stream);
}

void WriteCompute(const Stage& stage, Lines& lines) {
  std::vector<std::string> assignments;
  for (const Assignment& assignment : stage.assignments) {
    assignments.push_back(StringText(fmt::format("%{} = {}", assignment.target, ToString(assignment.value))));
  }
  lines.List("assignments", assignments);
}

void WriteMap(const Stage& stage, Lines& lines) {
  lines.Flag("each", stage.is_each);
  lines.Flag("stream", stage.gives_stream);
  lines.Raw("source", ExprText(stage.source));
  lines.Raw("item", IntText(stage.item));
  lines.Optional("index", stage.index);
  lines.Optional("condition_stage", stage.condition_stage);
  if (stage.condition) {
    lines.Raw("condition", ExprText(*stage.condition));
  }
  if (!stage.children.empty()) {
    lines.Raw("body", IntText(stage.children.front()));
  }
  lines.Raw("element", ExprText(stage.element));
}

void WriteBranch(const Stage& stage, Lines& lines) {
  std::vector<std::string> arms;
  for (const Arm& arm : stage.arms) {
    std::vector<std::pair<std::string, std::string>> table;
    if (arm.condition) {
      table.emplace_back("condition", ExprText(*arm.condition));
    }
    if (arm.stage) {
      table.emplace_back("stage", IntText(*arm.stage));
    }
    table.emplace_back("value", ExprText(arm.value));
    arms.push_back(TableText(table));
  }
  lines.List("arms", arms);
}

void WriteGuard(const Stage& stage, Lines& lines) {
  lines.Optional("within_ms", stage.within_ms);
  lines.Int("retries", stage.retries);
  lines.Flag("tolerant", stage.is_tolerant);
  if (!stage.children.empty()) {
    lines.Raw("body", IntText(stage.children.front()));
  }
  lines.Raw("value", ExprText(stage.element));
}

void WriteLoop(const Stage& stage, Lines& lines) {
  lines.Raw("limit", IntText(stage.limit));
  lines.Raw("first", ExprText(stage.source));
  lines.Raw("state", IntText(stage.item));
  if (!stage.children.empty()) {
    lines.Raw("body", IntText(stage.children.front()));
  }
  lines.Raw("next", ExprText(stage.element));
  lines.Optional("condition_stage", stage.condition_stage);
  lines.Raw("condition", ExprText(stage.condition.value_or(Expr())));
}

void WriteStage(const Stage& stage, size_t id, Lines& lines) {
  lines.Heading("[[entry.stage]]");
  lines.Raw("id", IntText(static_cast<int64_t>(id)));
  lines.Raw("kind", StringText(StageKindName(stage.kind)));
  switch (stage.kind) {
    case StageKind::Call:
      WriteCall(stage, lines);
      break;
    case StageKind::Compute:
      WriteCompute(stage, lines);
      break;
    case StageKind::Sequential:
    case StageKind::Parallel:
      lines.Ids("children", stage.children);
      break;
    case StageKind::Map:
      WriteMap(stage, lines);
      break;
    case StageKind::Branch:
      WriteBranch(stage, lines);
      break;
    case StageKind::Guard:
      WriteGuard(stage, lines);
      break;
    case StageKind::Loop:
      WriteLoop(stage, lines);
      break;
    case StageKind::Stream:
      lines.Ids("children", stage.children);
      lines.Optional("buffer", stage.buffer);
      lines.Int("capacity", stage.capacity);
      lines.Flag("replies", stage.replies);
      break;
  }
  lines.Optional("writes", stage.writes);
  lines.Ids("frees", stage.frees);
  lines.Int("threads", stage.threads, stage.kind == StageKind::Compute ? 1 : 0);
  lines.Optional("yields_to", stage.yields_to);
  lines.Float("predicted_ms", stage.predicted_ms);
  lines.Int("bytes", stage.bytes);
  lines.Int("working_bytes", stage.working_bytes);
  lines.String("span", stage.span);
  lines.Strings("item_spans", stage.item_spans);
}

void WriteParameters(const std::vector<Parameter>& parameters, Lines& lines) {
  std::vector<std::string> tables;
  for (const Parameter& parameter : parameters) {
    std::vector<std::pair<std::string, std::string>> table = {
        {"value", IntText(parameter.value)}, {"name", StringText(parameter.name)}, {"type", StringText(parameter.type.ToString())}};
    if (parameter.default_value) {
      table.emplace_back("default", ConstantString(*parameter.default_value));
    }
    tables.push_back(TableText(table));
  }
  lines.List("parameters", tables);
}

void WritePrediction(const Entry& entry, Lines& lines) {
  lines.Float("predicted_ms", entry.predicted_ms);
  const Bounds& bounds = entry.bounds;
  if (bounds != Bounds()) {
    lines.Raw("bounds_ms", TableText({{"critical_path", FloatText(bounds.critical_path_ms)},
                                      {"computation", FloatText(bounds.computation_ms)},
                                      {"bandwidth", FloatText(bounds.bandwidth_ms)}}));
  }
  lines.Int("peak_memory", entry.peak_memory);
  lines.Strings("assumes", entry.assumes);
  std::vector<std::string> considered;
  for (const Alternative& alternative : entry.considered) {
    considered.push_back(TableText({{"stage", IntText(alternative.stage)},
                                    {"what", StringText(alternative.what)},
                                    {"predicted_ms", FloatText(alternative.predicted_ms)}}));
  }
  lines.List("considered", considered);
}

void WriteEntry(const Entry& entry, Lines& lines) {
  lines.Heading("[[entry]]");
  lines.Raw("name", StringText(entry.name));
  lines.String("doc", entry.doc);
  WriteParameters(entry.parameters, lines);
  lines.Raw("result", ExprText(entry.result));
  lines.Raw("result_type", StringText(entry.result_type.ToString()));
  lines.Raw("timeout_ms", IntText(entry.timeout_ms));
  WritePrediction(entry, lines);
  lines.Optional("root", entry.root);
  for (size_t i = 0; i < entry.stages.size(); ++i) {
    WriteStage(entry.stages[i], i, lines);
  }
}

}  // namespace

std::string Write(const Plan& plan) {
  Lines lines;
  lines.Raw("plait_plan", IntText(kPlanVersion));
  lines.String("source", plan.source_digest);
  WriteMachine(plan.machine, lines);
  WriteTypes(plan.types, lines);
  WriteModels(plan.models, lines);
  WriteDemands(plan.demands, lines);
  for (const Entry& entry : plan.entries) {
    WriteEntry(entry, lines);
  }
  return lines.Take();
}

}  // namespace plait::plan
