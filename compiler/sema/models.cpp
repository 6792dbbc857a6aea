#include "compiler/sema/models.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "compiler/base/model_options.h"
#include "compiler/base/model_source.h"
#include "compiler/sema/constants.h"
#include "compiler/sema/settings.h"
#include "compiler/sema/signatures.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

class ModelReader {
 public:
  ModelReader(Program& program, ModelId id)
      : program_(program),
        decl_(*program.models[id.index].decl),
        id_(id),
        around_{ModuleOf(program, id), program.result.models[id].service} {}

  void Read() {
    model().task = ReadTask();
    ReadSource();
    CheckSourceFitsTask();
    if (!IsCode()) {
      model().options = {{"precision", Value::String("exact")}, {"head", Value()}};
    }
    if (model().task.has_value()) {
      for (const Parameter& option : program_.result.tasks[model().task].options) {
        model().options.emplace_back(option.name, option.default_value.value_or(Value()));
      }
    }
    if (decl_.options) {
      ReadOptions(*decl_.options);
    }
  }

 private:
  static ModuleId ModuleOf(const Program& program, ModelId id) { return program.services[program.result.models[id].service.index].module; }

  [[nodiscard]] const ast::Expr& ExprOf(ast::ExprId id) const { return program_.modules[around_.module].tree->exprs[id]; }
  Model& model() { return program_.result.models[id_]; }

  TaskId ReadTask() {
    const auto* path = std::get_if<ast::Path>(&decl_.type);
    if (path == nullptr) {
      return MakeInlineTask(std::get<ast::ModelSignature>(decl_.type));
    }
    std::optional<FoundSymbol> found = ResolvePath(program_, around_, *path, Space::Type);
    if (!found || found->symbol.kind == SymbolKind::Unavailable) {
      return {};
    }
    if (found->symbol.kind != SymbolKind::Task) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, path->span, "a model needs a task; `{}` is {}",
                                              path->ToString(), KindName(found->symbol.kind))
                                   .Also(found->symbol.span, "declared here"));
      return {};
    }
    return TaskId{found->symbol.index};
  }

  [[nodiscard]] bool IsCode() const {
    const Model& model = program_.result.models[id_];
    return model.task.has_value() && program_.result.tasks[model.task].is_users_own;
  }

  /// A task with one method, which every model of that signature has.
  TaskId MakeInlineTask(const ast::ModelSignature& declared) {
    Task task;
    task.is_users_own = true;
    task.is_inline = true;
    Signature method{"forward", ResolveParameters(program_, around_, declared.params), ResolveType(program_, around_, declared.result),
                     decl_.name.span};
    CheckCodeSignature(program_, method);
    std::string parameters;
    for (const Parameter& parameter : method.parameters) {
      parameters += fmt::format("{}{}: {}", parameters.empty() ? "" : ", ", parameter.name, parameter.type.ToString());
    }
    task.name = fmt::format("({}) -> {}", parameters, method.result.ToString());
    task.methods.push_back(std::move(method));
    program_.tasks.push_back({around_.module, nullptr});
    return program_.result.tasks.Add(std::move(task));
  }

  // Source ----------------------------------------------------------------------------------------------------------------------------

  void ReadSource() {
    const ast::Word& source = decl_.source;
    const Type string = Type::Of(TypeKind::String);
    if (IsCodeKind(source.text)) {
      ReadSourceArguments({source.text, {{"location", string, {}, {}}}, {}, {}});
    } else if (source.text == "hf") {
      ReadSourceArguments({"hf", {{"location", string, {}, {}}, {"revision", string, Value::String(""), {}}}, {}, {}});
    } else if (source.text == "path") {
      ReadSourceArguments({"path", {{"location", string, {}, {}}}, {}, {}});
    } else if (!source.text.empty()) {
      ReportUnknownSource(source);
    }
  }

  void ReadSourceArguments(const Signature& signature) {
    Callee callee{signature.name, &signature, {}, false};
    auto values = EvaluateArguments(program_, around_, callee, decl_.source_arguments, decl_.source.span);
    auto text = [](const std::optional<Value>& value) { return value && value->is_string() ? value->AsString() : ""; };
    model().source = signature.name;
    model().location = text(values[0]);
    model().revision = values.size() > 1 ? text(values[1]) : "";
  }

  /// The standard library's tasks are folders of weights that the runtime knows how to run; all others are code.
  void CheckSourceFitsTask() {
    const std::string& source = model().source;
    if (source.empty() || !model().task.has_value()) {
      return;
    }
    const Task& task = program_.result.tasks[model().task];
    bool is_code = IsCodeKind(source);
    if (task.is_users_own && !is_code) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, decl_.source.span,
                                              "`{}` loads models of the standard library's tasks, and `{}` is not one of them", source,
                                              task.is_inline ? model().name : task.name)
                                   .Fix("name compiled code: `torchscript(\"m.pt\")` or `aoti(\"m.pt2\")`"));
    } else if (!task.is_users_own && is_code) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::TypeMismatch, decl_.source.span,
                         "`{}` loads compiled code, and the runtime itself does what `{}` says", source, task.name)
              .Fix("name a folder of weights, `hf(\"org/name\")` or `path(\"folder\")`, or declare a `task` of your own"));
    } else if (source == "aoti" && task.methods.size() > 1) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, decl_.source.span,
                                              "an AOTInductor package is one method, and the task `{}` has {}", task.name,
                                              task.methods.size())
                                   .Fix("make it a task for each method, or use `torchscript`"));
    }
  }

  void ReportUnknownSource(const ast::Word& source) {
    std::vector<std::string> known = {"hf", "path", "torchscript", "aoti"};
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownName, source.span, "`{}` is no source of models", source.text);
    if (std::optional<std::string> near = program_.reporter.Suggest(source.text, known)) {
      diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), source.span, *near});
    } else {
      diagnostic.notes.emplace_back(
          "a model comes from `hf(\"org/name\")` or `path(\"folder\")`, compiled code from `torchscript(\"m.pt\")` or "
          "`aoti(\"m.pt2\")`");
    }
    program_.reporter.Report(std::move(diagnostic));
  }

  // Options ---------------------------------------------------------------------------------------------------------------------------

  void ReadOptions(const ast::Config& config) {
    if (!model().task.has_value()) {
      return;  // its own options are not known
    }
    const Task& task = program_.result.tasks[model().task];
    std::vector<std::string> known = {"device", "batch"};
    if (!task.is_users_own) {
      known.insert(known.begin(), {"precision", "head"});
    }
    std::ranges::transform(task.options, std::back_inserter(known), &Parameter::name);
    for (const ast::ConfigEntry* entry : KnownEntries(program_, config, task.name, "option", known)) {
      const auto* range = std::get_if<ast::ConfigRange>(&entry->value);
      if (range == nullptr || range->last) {
        program_.reporter.Report(
            MakeDiagnostic(DiagnosticKind::TypeMismatch, entry->span, "the option `{}` wants one value", entry->name.text));
      } else if (range->first.has_value() && !std::holds_alternative<ast::ErrorExpr>(ExprOf(range->first).node)) {
        ReadOption(*entry, range->first);
      }
    }
  }

  void ReadOption(const ast::ConfigEntry& entry, ast::ExprId expr) {
    std::optional<Value> value;
    if (entry.name.text == "device") {
      ReadDevice(expr);
    } else if (entry.name.text == "batch") {
      ReadBatch(entry, expr);
    } else if (entry.name.text == "precision") {
      value = ReadPrecision(expr);
    } else if (entry.name.text == "head") {
      value = ReadHead(expr);
    } else {
      const std::vector<Parameter>& options = program_.result.tasks[model().task].options;
      const Parameter& option = *std::ranges::find(options, entry.name.text, &Parameter::name);
      value = EvaluateConstant(program_, around_, expr,
                               {option.type, option.span, fmt::format("`{}` is `{}`", option.name, option.type.ToString())});
    }
    if (value) {
      std::ranges::find(model().options, entry.name.text, [](const auto& field) { return field.first; })->second = *std::move(value);
    }
  }

  /// `cpu` is the only one, and the default: to write it changes nothing, so that the model stays equal to those that do not.
  void ReadDevice(ast::ExprId id) {
    const ast::Expr& expr = ExprOf(id);
    const auto* name = std::get_if<ast::Name>(&expr.node);
    if (name != nullptr && name->text == "cpu") {
      return;
    }
    const auto* text = std::get_if<ast::StringLiteral>(&expr.node);
    std::string seen = name != nullptr ? fmt::format("`{}`", name->text) : text != nullptr ? QuoteJson(text->value) : "";
    std::string message = seen.empty() ? "`device` wants the name of a device" : fmt::format("this version has no device {}", seen);
    program_.reporter.Report(MakeDiagnostic(DiagnosticKind::UnknownOption, expr.span, "{}; there is only `cpu`", message)
                                 .Fix("write `cpu`, or leave it out, which is the same", expr.span, "cpu"));
  }

  /// Kept only where it is given; a model without it takes all lanes of a call in one pass.
  void ReadBatch(const ast::ConfigEntry& entry, ast::ExprId id) {
    const ast::Expr& expr = ExprOf(id);
    std::optional<Value> value = EvaluateConstant(program_, around_, id, {Type::Of(TypeKind::Int), entry.name.span, "`batch` is `int`"});
    if (!value || !value->is_int()) {
      return;
    }
    if (value->AsInt() < 1) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::NumberRange, expr.span, "`batch` is at least 1, found {}", value->AsInt()));
      return;
    }
    model().options.emplace_back(kBatchOption, *std::move(value));
  }

  std::optional<Value> ReadPrecision(ast::ExprId id) {
    const ast::Expr& expr = ExprOf(id);
    const auto* name = std::get_if<ast::Name>(&expr.node);
    std::string word = name != nullptr ? name->text : "";
    if (PrecisionFromName(word)) {
      return Value::String(word);
    }
    std::vector<std::string> known = PrecisionNames();
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownOption, expr.span, "`precision` is one of {}", fmt::join(known, ", "));
    if (std::optional<std::string> near = program_.reporter.Suggest(word, known)) {
      diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), expr.span, *near});
    }
    program_.reporter.Report(std::move(diagnostic));
    return std::nullopt;
  }

  /// `random(seed: n)` as `{ seed: n }`.
  std::optional<Value> ReadHead(ast::ExprId id) {
    const ast::Expr& expr = ExprOf(id);
    const auto* call = std::get_if<ast::Call>(&expr.node);
    const auto* name = call != nullptr && call->callee.has_value() ? std::get_if<ast::Name>(&ExprOf(call->callee).node) : nullptr;
    if (name == nullptr || name->text != "random") {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, expr.span, "`head` wants a way to make one")
                                   .Fix("write `random(seed: 0)`", expr.span, "random(seed: 0)"));
      return std::nullopt;
    }
    const Signature signature{"random", {{"seed", Type::Of(TypeKind::Int), {}, {}}}, {}, {}};
    std::optional<Value> seed = EvaluateArguments(program_, around_, {"random", &signature, {}, false}, call->arguments, expr.span)[0];
    return seed ? std::optional(Value::Record({{"seed", *seed}})) : std::nullopt;
  }

  Program& program_;
  const ast::Model& decl_;
  ModelId id_;
  Surroundings around_;
};

}  // namespace

void ResolveModel(Program& program, ModelId model) { ModelReader(program, model).Read(); }

}  // namespace plait::sema
