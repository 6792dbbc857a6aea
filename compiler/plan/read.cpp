// TOML to plan. What each table holds is read key by key; whether it makes sense together is `FindFault`'s business.
#include <fmt/format.h>
#include <toml++/toml.h>

#include "compiler/plan/bounds.h"
#include "compiler/plan/text.h"
#include "compiler/plan/toml_table.h"
#include "compiler/plan/verify.h"

namespace plait::plan {
namespace {

constexpr std::string_view kVersionKey = "plait_plan";

/// Where things stand in the file, for faults that show only in the plan as a whole.
struct Positions {
  struct OfEntry {
    Position entry;
    std::vector<Position> stages;
  };
  std::vector<Position> models;
  std::vector<OfEntry> entries;
};

/// Whether some dotted key has so many parts that the nested tables it stands for would exhaust the stack.
bool HasRunawayKey(std::string_view text) {
  constexpr int kMaxParts = 32;
  int dots = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      dots = 0;
    } else if (c == '"' || c == '\'') {
      std::string_view quote = text.substr(i, 3) == std::string(3, c) ? text.substr(i, 3) : text.substr(i, 1);
      for (i += quote.size(); i < text.size() && text.substr(i, quote.size()) != quote && (quote.size() == 3 || text[i] != '\n'); ++i) {
        i += c == '"' && text[i] == '\\' ? 1U : 0U;
      }
      i += i < text.size() && text[i] != '\n' ? quote.size() - 1 : 0;
    } else if (c == '.' && ++dots > kMaxParts) {
      return true;
    } else if (c == '\n' || c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}') {
      dots = 0;
    }
  }
  return false;
}

void CheckId(TomlTable& table, size_t expected, TomlErrors& errors) {
  uint32_t id = table.Id("id");
  if (id != expected) {
    errors.Fail(table.position(), fmt::format("`id` is {}, expected {}: ids count up from 0", id, expected));
  }
}

Machine ReadMachineTable(TomlTable table) {
  Machine machine;
  machine.cores = static_cast<int>(table.Int("cores", 1, INT32_MAX));
  machine.gpus = static_cast<int>(table.OptionalInt("gpus", 0, INT32_MAX).value_or(0));
  machine.core_read_bandwidth = table.OptionalFloat("core_read_bandwidth");
  machine.read_bandwidth = table.OptionalFloat("read_bandwidth");
  machine.core_fp32_peak = table.OptionalFloat("core_fp32_peak");
  machine.memory = table.OptionalInt("memory", 0, INT64_MAX).value_or(0);
  table.Finish();
  return machine;
}

std::map<std::string, std::vector<EnumVariant>> ReadEnums(std::vector<TomlTable> tables, TomlErrors& errors) {
  std::map<std::string, std::vector<EnumVariant>> enums;
  for (TomlTable& table : tables) {
    std::string name = table.String("name");
    std::vector<EnumVariant> variants;
    for (TomlTable& variant : table.OptionalTables("variants")) {
      variants.push_back({variant.String("name"), variant.String("label")});
      variant.Finish();
    }
    table.Finish();
    if (!enums.emplace(name, std::move(variants)).second) {
      errors.Fail(table.position(), fmt::format("the enum `{}` stands twice", name));
    }
  }
  return enums;
}

std::map<std::string, std::vector<RecordField>> ReadRecords(std::vector<TomlTable> tables, TomlErrors& errors) {
  std::map<std::string, std::vector<RecordField>> records;
  for (TomlTable& table : tables) {
    std::string name = table.String("name");
    std::vector<RecordField> fields;
    for (TomlTable& field : table.OptionalTables("fields")) {
      fields.push_back({field.String("name"), field.TypeOf("type"), field.OptionalConstant("default")});
      field.Finish();
    }
    table.Finish();
    if (!records.emplace(name, std::move(fields)).second) {
      errors.Fail(table.position(), fmt::format("the record `{}` stands twice", name));
    }
  }
  return records;
}

Model ReadModel(TomlTable& table, TomlErrors& errors) {
  Model model;
  model.name = table.String("name");
  model.task = table.String("task");
  model.source = table.String("source");
  model.revision = table.OptionalString("revision");
  model.digest = table.OptionalString("digest");
  model.architecture = table.OptionalString("architecture");
  for (Argument& option : table.OptionalArguments("options")) {
    if (option.value.kind != Expr::Kind::Constant) {
      errors.Fail(table.position(), fmt::format("the option `{}` is no constant", option.name));
    }
    model.options.emplace_back(std::move(option.name), std::move(option.value.constant));
  }
  for (const std::string& text : table.OptionalStrings("methods")) {
    std::optional<MethodSignature> method = ParseMethodSignature(text);
    if (!method) {
      errors.Fail(table.position(), fmt::format("{} is no signature of a method", QuoteJson(text)));
    }
    model.methods.push_back(method.value_or(MethodSignature{}));
  }
  model.weight_bytes = table.OptionalInt("weight_bytes", 0, INT64_MAX).value_or(0);
  for (const std::string& name : table.OptionalStrings("drafts")) {
    std::optional<DraftSource> source = DraftSourceFromName(name);
    if (!source) {
      errors.Fail(table.position(), fmt::format("{} makes no drafts; `int8`, `text` and `model` do", QuoteJson(name)));
    }
    model.drafts.push_back(source.value_or(DraftSource::Text));
  }
  model.draft_bytes = table.OptionalInt("draft_bytes", 0, INT64_MAX).value_or(0);
  model.draft_model = table.OptionalId("draft_model");
  model.prompt_starts = table.OptionalStrings("prompt_starts");
  model.span = table.OptionalString("span");
  table.Finish();
  return model;
}

std::vector<Demand> ReadDemands(std::vector<TomlTable> tables) {
  std::vector<Demand> demands;
  for (TomlTable& table : tables) {
    demands.push_back({table.String("service"), table.OptionalInt("cpu", 0, INT64_MAX), table.OptionalInt("memory", 0, INT64_MAX),
                       table.OptionalInt("gpu_min", 0, INT64_MAX), table.OptionalInt("gpu_max", 0, INT64_MAX),
                       table.OptionalInt("replicas_min", 1, INT64_MAX), table.OptionalInt("replicas_max", 1, INT64_MAX)});
    table.Finish();
  }
  return demands;
}

StageKind ReadKind(TomlTable& table, TomlErrors& errors) {
  std::string name = table.String("kind");
  for (StageKind kind : {StageKind::Call, StageKind::Compute, StageKind::Sequential, StageKind::Parallel, StageKind::Map, StageKind::Branch,
                         StageKind::Guard, StageKind::Loop, StageKind::Stream}) {
    if (StageKindName(kind) == name) {
      return kind;
    }
  }
  errors.Fail(table.position(),
              fmt::format("`kind` is `{}`, expected call, compute, sequential, parallel, map, branch, guard, loop or stream", name));
  return StageKind::Compute;
}

void ReadBody(TomlTable& table, Stage& stage) {
  if (std::optional<uint32_t> body = table.OptionalId("body")) {
    stage.children.push_back(*body);
  }
}

void ReadMap(TomlTable& table, Stage& stage) {
  stage.is_each = table.OptionalBool("each");
  stage.gives_stream = table.OptionalBool("stream");
  stage.source = table.Expression("source");
  stage.item = table.Id("item");
  stage.index = table.OptionalId("index");
  stage.condition_stage = table.OptionalId("condition_stage");
  stage.condition = table.OptionalExpression("condition");
  ReadBody(table, stage);
  stage.element = table.Expression("element");
}

void ReadArms(TomlTable& table, Stage& stage) {
  for (TomlTable& arm : table.OptionalTables("arms")) {
    stage.arms.push_back({arm.OptionalExpression("condition"), arm.OptionalId("stage"), arm.Expression("value")});
    arm.Finish();
  }
}

void ReadGuard(TomlTable& table, Stage& stage) {
  stage.within_ms = table.OptionalInt("within_ms", 1, INT64_MAX);
  stage.retries = table.OptionalInt("retries", 0, INT64_MAX).value_or(0);
  stage.is_tolerant = table.OptionalBool("tolerant");
  ReadBody(table, stage);
  stage.element = table.Expression("value");
}

void ReadLoop(TomlTable& table, Stage& stage) {
  stage.limit = table.Int("limit", 1, INT64_MAX);
  stage.source = table.Expression("first");
  stage.item = table.Id("state");
  ReadBody(table, stage);
  stage.element = table.Expression("next");
  stage.condition_stage = table.OptionalId("condition_stage");
  stage.condition = table.Expression("condition");
}

Stage ReadStage(TomlTable& table, TomlErrors& errors) {
  Stage stage;
  stage.kind = ReadKind(table, errors);
  switch (stage.kind) {
    case StageKind::Call:
      stage.model = table.Id("model");
      stage.method = table.String("method");
      stage.arguments = table.OptionalArguments("arguments");
      stage.gives_stream = table.OptionalBool("stream");
      break;
    case StageKind::Compute:
      stage.assignments = table.Assignments("assignments");
      break;
    case StageKind::Sequential:
    case StageKind::Parallel:
      stage.children = table.OptionalIds("children");
      break;
    case StageKind::Map:
      ReadMap(table, stage);
      break;
    case StageKind::Branch:
      ReadArms(table, stage);
      break;
    case StageKind::Guard:
      ReadGuard(table, stage);
      break;
    case StageKind::Loop:
      ReadLoop(table, stage);
      break;
    case StageKind::Stream:
      stage.children = table.OptionalIds("children");
      stage.buffer = table.OptionalId("buffer");
      stage.capacity = table.OptionalInt("capacity", 1, INT32_MAX).value_or(0);
      stage.replies = table.OptionalBool("replies");
      break;
  }
  if (WritesOneValue(stage.kind)) {
    stage.writes = table.Id("writes");
  }
  stage.frees = table.OptionalIds("frees");
  bool may_lack_threads = stage.kind == StageKind::Compute && !table.Has("threads");
  stage.threads = may_lack_threads ? 1 : static_cast<int>(table.Int("threads", 1, INT32_MAX));
  stage.yields_to = table.OptionalId("yields_to");
  stage.predicted_ms = table.OptionalFloat("predicted_ms");
  stage.bytes = table.OptionalInt("bytes", 0, INT64_MAX).value_or(0);
  stage.working_bytes = table.OptionalInt("working_bytes", 0, INT64_MAX).value_or(0);
  stage.span = table.OptionalString("span");
  if (stage.kind == StageKind::Call) {
    stage.item_spans = table.OptionalStrings("item_spans");
  }
  return stage;
}

void ReadPrediction(TomlTable& table, Entry& entry) {
  entry.predicted_ms = table.OptionalFloat("predicted_ms");
  if (std::optional<TomlTable> bounds = table.OptionalSingleTable("bounds_ms")) {
    entry.bounds = {bounds->OptionalFloat("critical_path"), bounds->OptionalFloat("computation"), bounds->OptionalFloat("bandwidth")};
    bounds->Finish();
  }
  entry.bound_ms = GreatestBound(entry.bounds);
  entry.bound_by = GreatestBoundName(entry.bounds);
  entry.peak_memory = table.OptionalInt("peak_memory", 0, INT64_MAX).value_or(0);
  entry.assumes = table.OptionalStrings("assumes");
  for (TomlTable& alternative : table.OptionalTables("considered")) {
    entry.considered.push_back({alternative.Id("stage"), alternative.String("what"), alternative.OptionalFloat("predicted_ms")});
    alternative.Finish();
  }
}

Entry ReadEntry(TomlTable& table, TomlErrors& errors, Positions::OfEntry& positions) {
  Entry entry;
  positions.entry = table.position();
  entry.name = table.String("name");
  entry.doc = table.OptionalString("doc");
  for (TomlTable& parameter : table.OptionalTables("parameters")) {
    entry.parameters.push_back(
        {parameter.Id("value"), parameter.String("name"), parameter.TypeOf("type"), parameter.OptionalConstant("default")});
    parameter.Finish();
  }
  entry.result = table.Expression("result");
  entry.result_type = table.TypeOf("result_type");
  entry.timeout_ms = table.Int("timeout_ms", 1, INT64_MAX);
  ReadPrediction(table, entry);
  entry.root = table.OptionalId("root");
  for (TomlTable& stage : table.OptionalTables("stage")) {
    positions.stages.push_back(stage.position());
    CheckId(stage, entry.stages.size(), errors);
    entry.stages.push_back(ReadStage(stage, errors));
    stage.Finish();
  }
  table.Finish();
  return entry;
}

void CheckVersion(const toml::table& root, TomlErrors& errors) {
  const toml::node* version = root.get(kVersionKey);
  if (version == nullptr || !version->is_integer()) {
    errors.Fail({}, fmt::format("the file is no plan: it has no integer `{}`", kVersionKey));
    return;
  }
  if (**version->as_integer() != kPlanVersion) {
    errors.Fail({version->source().begin.line, version->source().begin.column},
                fmt::format("the plan has format version {}, this plait reads version {}; compile it again from its source",
                            **version->as_integer(), kPlanVersion),
                FailureKind::PlanVersion);
  }
}

Plan ReadPlan(const toml::table& root, TomlErrors& errors, Positions& positions) {
  Plan plan;
  TomlTable table(root, errors);
  table.Int(kVersionKey, kPlanVersion, kPlanVersion);
  plan.source_digest = table.OptionalString("source");
  if (std::optional<TomlTable> machine = table.OptionalSingleTable("machine")) {
    plan.machine = ReadMachineTable(*std::move(machine));
  } else {
    errors.Fail({}, "the table `[machine]` is missing");
  }
  plan.types.enums = ReadEnums(table.OptionalTables("enum"), errors);
  plan.types.records = ReadRecords(table.OptionalTables("record"), errors);
  for (TomlTable& model : table.OptionalTables("model")) {
    positions.models.push_back(model.position());
    CheckId(model, plan.models.size(), errors);
    plan.models.push_back(ReadModel(model, errors));
  }
  plan.demands = ReadDemands(table.OptionalTables("demand"));
  for (TomlTable& entry : table.OptionalTables("entry")) {
    positions.entries.emplace_back();
    plan.entries.push_back(ReadEntry(entry, errors, positions.entries.back()));
  }
  table.Finish();
  return plan;
}

void ReportFault(const Plan& plan, const Positions& positions, TomlErrors& errors) {
  std::optional<Fault> fault = FindFault(plan);
  if (!fault) {
    return;
  }
  Position position;
  std::string message = fault->message;
  if (fault->model) {
    position = positions.models[*fault->model];
  } else if (fault->entry) {
    const Positions::OfEntry& entry = positions.entries[*fault->entry];
    position = fault->stage ? entry.stages[*fault->stage] : entry.entry;
    message = fault->stage ? fmt::format("stage {}: {}", *fault->stage, message) : message;
  }
  errors.Fail(position, std::move(message));
}

}  // namespace

Result<Plan> Read(std::string_view text, std::string_view name) {
  TomlErrors errors(name);
  if (HasRunawayKey(text)) {
    return Error{FailureKind::PlanInvalid, "a key has too many parts", std::string(name), {}};
  }
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    errors.Fail({error.source().begin.line, error.source().begin.column}, fmt::format("the plan is not TOML: {}", error.description()));
    return *errors.first();
  }
  CheckVersion(root, errors);
  if (errors.first()) {
    return *errors.first();
  }
  Positions positions;
  Plan plan = ReadPlan(root, errors, positions);
  if (!errors.first()) {
    ReportFault(plan, positions, errors);
  }
  if (errors.first()) {
    return *errors.first();
  }
  return plan;
}

bool LooksLikePlan(std::string_view text) {
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    if (!line.starts_with(kVersionKey)) {
      return false;
    }
    line.remove_prefix(kVersionKey.size());
    size_t next = line.find_first_not_of(" \t");
    return next != std::string_view::npos && line[next] == '=';
  }
  return false;
}

}  // namespace plait::plan
