// plait eval
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/ConvertUTF.h>

#include "compiler/base/model_options.h"
#include "compiler/base/nearest.h"
#include "tools/plait/eval_report.h"
#include "tools/plait/evaluation.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--text", true, ""},       {"--model", true, ""},   {"--precision", true, ""},
                                   {"--labels", true, ""},     {"--threads", true, ""}, {"--max-perplexity-change", true, ""},
                                   {"--max-tokens", true, ""}, {"--models", true, ""},  {"--min-agreement", true, ""},
                                   {"--output", true, ""},     {"--locked", false, ""}, {"--warnings-as-errors", false, ""},
                                   {"--no-cache", false, ""},  {"--allow", true, ""},   {"--machine", true, ""},
                                   {"--quiet", false, ""}};

constexpr std::string_view kHelp = R"(plait eval FILE --text TEXT [options]

Tells what a class of weights (precision: bf16, int8) costs in quality. Each model of a graph or a plan file that is
in a class runs in exact and in the class on the same text. Of a text.Generator: both perplexities, the share of
positions with the same likeliest token, and the Kullback-Leibler divergence. For the others each line of TEXT is a
text. Of a text.Classifier or text.ZeroShot: the share with the same best label, and the largest difference of a score.
Of a text.Embedder: the share whose nearest other text, by cosine, is the same, and the mean and the least cosine of a
text's vectors in both.

The tokens of TEXT are cut into windows of as many as the model has positions, one after the other, and each token
but the first of a window is scored once, from those before it there. The weights are in memory in both precisions
meanwhile.

  --text TEXT                the file, UTF-8
  --model Service.model      only this model (may be repeated)
  --precision bf16|int8      evaluate in this class, whatever the models declare
  --labels A,B,C             what a text.ZeroShot chooses from
  --max-tokens N             of TEXT the first N tokens, for generators
  --max-perplexity-change P  exit with 1 where a perplexity grows by more than so much, as 0.5%
  --min-agreement P          exit with 1 where fewer likeliest tokens, best labels or nearest texts are the same, as 99%
  --output text|json         text otherwise
  --threads N                computing threads, in place of the plan's; the figures are the same
  --models DIR               look for models here first (may be repeated)
  --machine FILE             a machine profile in place of this machine
  --no-cache                 compute packed weights anew, and keep none on disk; see plait cache --help
  --locked                   every model must be what plait.lock says
  --warnings-as-errors       warnings fail too
  --allow CODE               not this warning or note (may be repeated)
  --quiet                    no progress and no notes

examples
  plait eval graphs/inference_graph.graph --text graphs/guide/tour.md --model Gpt2.lm --precision int8
  plait eval graphs/ensemble.graph --text graphs/guide/tour.md --precision bf16 --labels plan,test --min-agreement 90%
)";

constexpr std::array<std::string_view, 4> kTasks = {"text.Generator", "text.Classifier", "text.ZeroShot", "text.Embedder"};

std::string TaskNames() { return fmt::format("{} or {}", fmt::join(kTasks.begin(), kTasks.end() - 1, ", "), kTasks.back()); }

bool IsEvaluable(const plan::Model& model) { return model.methods.empty() && std::ranges::find(kTasks, model.task) != kTasks.end(); }

bool IsExact(const plan::Model& model) { return PrecisionOf(model.options) == Precision::Exact; }

std::string NamesOf(const std::vector<const plan::Model*>& models) {
  std::vector<std::string_view> names;
  std::ranges::transform(models, std::back_inserter(names), [](const plan::Model* model) { return std::string_view(model->name); });
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<const plan::Model*> FindModel(const plan::Plan& plan, const std::string& name, const std::string& place) {
  std::vector<std::string> names;
  for (const plan::Model& model : plan.models) {
    if (model.name != name) {
      names.push_back(model.name);
    } else if (IsEvaluable(model)) {
      return &model;
    } else {
      return Error{FailureKind::InputMismatch, fmt::format("`{}` is compiled code, which has no precision to evaluate", name), place, {}}
          .WithNote("fix", fmt::format("name a {} with weights of its own", TaskNames()));
    }
  }
  std::optional<std::string> nearest = Nearest(name, names);
  return Error{FailureKind::InputMismatch, fmt::format("there is no model `{}`; there are {}", name, fmt::join(names, ", ")), place, {}}
      .WithNote("fix", nearest ? fmt::format("did you mean `{}`?", *nearest) : "name one of them as Service.model");
}

Error OnlyExact(const std::vector<const plan::Model*>& models, const std::string& place) {
  return Error{FailureKind::InputMismatch,
               fmt::format("{} {} in `exact`, which is what a class is compared with", NamesOf(models), models.size() == 1 ? "is" : "are"),
               place,
               {}}
      .WithNote("fix", "say in which class to evaluate: `--precision int8` or `--precision bf16`");
}

struct Choice {
  std::vector<EvaluationSubject> subjects;
  /// Models that are in `exact` and were not named, so that nothing is to be told of them.
  std::vector<const plan::Model*> exact;
};

Result<Choice> ChooseModels(const plan::Plan& plan, const Arguments& arguments) {
  const std::string& place = arguments.positional[0];
  const std::vector<std::string> names = arguments.GetAll("--model");
  std::vector<const plan::Model*> models;
  for (const std::string& name : names) {
    PLAIT_TRY(const plan::Model* model, FindModel(plan, name, place));
    models.push_back(model);
  }
  for (const plan::Model& model : plan.models) {
    if (names.empty() && IsEvaluable(model)) {
      models.push_back(&model);
    }
  }
  if (models.empty()) {
    return Error{FailureKind::InputMismatch, "no model here can be evaluated", place, {}}.WithNote(
        "fix", fmt::format("name a graph that calls a {} with weights of its own", TaskNames()));
  }
  Choice choice;
  for (const plan::Model* model : models) {
    if (arguments.Has("--precision")) {
      choice.subjects.push_back({model, arguments.Get("--precision")});
    } else if (!IsExact(*model)) {
      choice.subjects.push_back({model, PrecisionNames()[static_cast<size_t>(*PrecisionOf(model->options))]});
    } else {
      choice.exact.push_back(model);
    }
  }
  if (choice.subjects.empty() || (!names.empty() && !choice.exact.empty())) {
    return OnlyExact(choice.exact, place);
  }
  return choice;
}

/// Options that say something only about some tasks must not be given in vain.
Result<void> CheckTasks(const Choice& choice, const Arguments& arguments, const std::vector<std::string>& labels) {
  auto first_of = [&](std::string_view task) {
    auto found = std::ranges::find_if(choice.subjects, [&](const EvaluationSubject& subject) { return subject.model->task == task; });
    return found == choice.subjects.end() ? nullptr : found->model;
  };
  const std::string& place = arguments.positional[0];
  const plan::Model* chooser = first_of("text.ZeroShot");
  if (chooser != nullptr && labels.empty()) {
    return Error{
        FailureKind::ArgumentRange, fmt::format("`{}` is a text.ZeroShot, which needs labels to choose from", chooser->name), place, {}}
        .WithNote("fix", "give them, as `--labels weather,sport`, or name other models with `--model`");
  }
  if (chooser == nullptr && !labels.empty()) {
    return Error{FailureKind::ArgumentRange, "`--labels` is for a text.ZeroShot, and none is evaluated", place, {}}.WithNote(
        "fix", "leave it out");
  }
  for (std::string_view option : {"--max-tokens", "--max-perplexity-change"}) {
    if (arguments.Has(option) && first_of("text.Generator") == nullptr) {
      return Error{FailureKind::ArgumentRange, fmt::format("`{}` is for a text.Generator, and none is evaluated", option), place, {}}
          .WithNote("fix", "leave it out; `--min-agreement` bounds what classifiers and embedders may lose");
    }
  }
  return {};
}

Result<std::string> ReadText(const World& world, const std::string& path) {
  PLAIT_TRY(std::string text, world.files->ReadFile(path));
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Error{FailureKind::ArgumentRange, text.empty() ? "the text is empty" : "the text is blank", path, {}}.WithNote(
        "fix", "give a text like those that the models are for");
  }
  const auto* begin = reinterpret_cast<const llvm::UTF8*>(text.data());
  const llvm::UTF8* bad = begin;
  if (!llvm::isLegalUTF8String(&bad, begin + text.size())) {
    const int64_t line = std::count(begin, bad, llvm::UTF8{'\n'}) + 1;
    return Error{FailureKind::InputInvalid,
                 fmt::format("the text is not UTF-8: byte 0x{:02x} at offset {}", static_cast<unsigned>(*bad), bad - begin),
                 fmt::format("{}:{}", path, line),
                 {}}
        .WithNote("fix", "save it as UTF-8");
  }
  return text;
}

std::vector<std::string> LabelsIn(const Arguments& arguments) {
  std::vector<std::string> labels;
  llvm::SmallVector<llvm::StringRef> parts;
  const std::string text = arguments.Get("--labels");
  llvm::StringRef(text).split(parts, ',', -1, false);
  for (llvm::StringRef part : parts) {
    if (!part.trim().empty()) {
      labels.push_back(part.trim().str());
    }
  }
  return labels;
}

std::string CheckOptions(const Arguments& arguments) {
  if (!arguments.Has("--text")) {
    return "name a text with `--text FILE`";
  }
  for (std::string_view name : {"--max-tokens", "--threads"}) {
    const int64_t least = name == "--threads" ? 1 : 2;
    if (arguments.Has(name) && !ParseCount(arguments.Get(name), least)) {
      return fmt::format("`{}` takes a whole number from {} on, not `{}`", name, least, arguments.Get(name));
    }
  }
  for (std::string_view name : {"--max-perplexity-change", "--min-agreement"}) {
    if (arguments.Has(name) && !ParsePercentage(arguments.Get(name))) {
      return fmt::format("`{}` takes a percentage such as 0.5%, not `{}`", name, arguments.Get(name));
    }
  }
  if (std::string output = arguments.Get("--output", "text"); output != "text" && output != "json") {
    return fmt::format("`--output` takes text or json, not `{}`", output);
  }
  std::string precision = arguments.Get("--precision", "int8");
  if (precision == "exact") {
    return "`--precision` takes bf16 or int8; `exact` is what they are compared with";
  }
  if (!PrecisionFromName(precision)) {
    return fmt::format("`--precision` takes bf16 or int8, not `{}`", precision);
  }
  if (arguments.Has("--labels") && LabelsIn(arguments).empty()) {
    return fmt::format("`--labels` takes labels with commas between them, not `{}`", arguments.Get("--labels"));
  }
  return "";
}

/// Evaluates model by model, and prints each in its turn where people read.
int EvaluateAll(const World& world, const Arguments& arguments, const PreparedPlan& prepared, const Choice& choice,
                const EvaluationSettings& settings) {
  const bool is_text = arguments.Get("--output", "text") == "text";
  QualityBounds bounds{ParsePercentage(arguments.Get("--max-perplexity-change")), ParsePercentage(arguments.Get("--min-agreement"))};
  std::vector<Value> models;
  std::string broken;
  bool has_stand_in = false;
  for (const EvaluationSubject& subject : choice.subjects) {
    std::optional<Value> figures = EvaluateInClass(world, prepared, subject, settings);
    if (!figures) {
      return kFaults;
    }
    if (is_text) {
      Print((models.empty() ? "" : "\n") + EvaluationText(*figures));
    }
    if (std::string fault = BrokenBound(*figures, bounds); !fault.empty()) {
      broken += fmt::format("plait eval: {}\n", fault);
    }
    has_stand_in = has_stand_in || figures->Field("stand_in")->AsBool();
    models.push_back(*std::move(figures));
  }
  if (!is_text) {
    Print(EvaluationJson(settings.text_name, models));
  }
  if (!arguments.Has("--quiet") && !choice.exact.empty()) {
    PrintNote(world.colour_err,
              fmt::format("{} in `exact`, with nothing to compare; `--precision int8` evaluates every model in that class",
                          NamesOf(choice.exact) + (choice.exact.size() == 1 ? " is" : " are")));
  }
  if (!arguments.Has("--quiet") && has_stand_in) {
    PrintNote(world.colour_err,
              "stand-ins have random weights (made by tools/make_models): no text is likely to them, and the figures say nothing of "
              "real models");
  }
  PrintError(broken);
  return broken.empty() ? kFine : kFaults;
}

int RunEval(const World& world, const Arguments& arguments) {
  if (std::string fault = CheckOptions(arguments); !fault.empty()) {
    return UsageError("eval", fault);
  }
  PrepareOutcome outcome = PreparePlan(world, arguments, "eval");
  if (!outcome.prepared) {
    return outcome.exit_code;
  }
  Result<Choice> choice = ChooseModels(outcome.prepared->plan, arguments);
  if (!choice.ok()) {
    return Fail(world, choice.error());
  }
  EvaluationSettings settings;
  settings.labels = LabelsIn(arguments);
  if (Result<void> checked = CheckTasks(*choice, arguments, settings.labels); !checked.ok()) {
    return Fail(world, checked.error());
  }
  settings.text_name = arguments.Get("--text");
  Result<std::string> text = ReadText(world, settings.text_name);
  if (!text.ok()) {
    return Fail(world, text.error());
  }
  settings.text = *std::move(text);
  settings.max_tokens = ParseCount(arguments.Get("--max-tokens"), 2).value_or(0);
  settings.threads = static_cast<int>(ParseCount(arguments.Get("--threads"), 1).value_or(0));
  settings.shows_notes = !arguments.Has("--quiet");
  settings.shows_progress = world.error_is_terminal && settings.shows_notes;
  return EvaluateAll(world, arguments, *outcome.prepared, *choice, settings);
}

}  // namespace

const Verb kEvalVerb = {"eval", "tell what a class of weights costs", kHelp, kOptions, RunEval};

}  // namespace plait
