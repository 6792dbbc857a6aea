// plait bench
#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "compiler/formats/json.h"
#include "tools/plait/runtime_library.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--drafts", true, ""},    {"--max-memory", true, ""},
                                   {"--runs", true, ""},      {"--warmup", true, ""},
                                   {"--input", true, ""},     {"--entry", true, ""},
                                   {"--json", false, ""},     {"--protocol", true, ""},
                                   {"--threads", true, ""},   {"--models", true, ""},
                                   {"--machine", true, ""},   {"--strict", false, ""},
                                   {"--locked", false, ""},   {"--warnings-as-errors", false, ""},
                                   {"--allow", true, ""},     {"--allow-code-models", false, ""},
                                   {"--no-cache", false, ""}, {"--quiet", false, ""}};

constexpr std::string_view kHelp = R"(plait bench FILE [options]

Times warm runs of one request on a graph or a plan file: the whole and each step, median and range.

  --runs N              counted runs; 5 otherwise
  --warmup N            runs before them that do not count; 1 otherwise
  --input JSON|@FILE    the arguments by name, as for plait run
  --entry Service.api   which api, where there are several
  --json                all figures as JSON
  --protocol jsonl      stay loaded and run once for each line of standard input, answering with a line of JSON: for
                        interleaving with other programs
  --threads N           computing threads, in place of the plan's
  --models DIR          look for models here first (may be repeated)
  --allow-code-models   run models that are compiled code (torchscript, aoti), whatever their digests
  --machine FILE        a machine profile in place of this machine
  --drafts KINDS        what guesses tokens ahead: int8 (a copy of the weights), text (what was written),
                        model (a smaller model of the graph), several as int8,text, or none; otherwise all,
                        model where it is loaded anyway and promises more; the answer is the same
  --max-memory SIZE     what an api may take at most, as 2GiB; drafts are left out where they do not fit
  --no-cache            compute packed weights anew, and keep none on disk; see plait cache --help
  --strict              resources beyond the machine or below the weights are errors
  --locked              every model must be what plait.lock says
  --warnings-as-errors  warnings fail too
  --allow CODE          not this warning or note (may be repeated)
  --quiet               no progress and no notes

examples
  plait bench graphs/inference_graph.graph --runs 10
  plait bench inference.plan --json > figures.json
)";

struct Figures {
  std::vector<double> seconds;

  [[nodiscard]] double Median() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
  [[nodiscard]] double Least() const { return *std::min_element(seconds.begin(), seconds.end()); }
  [[nodiscard]] double Most() const { return *std::max_element(seconds.begin(), seconds.end()); }
};

/// One step over all runs. Runs of one request do the same work, so the counts are those of the last.
struct StepFigures {
  std::string name;
  Figures figures;
  Value last;
};

struct Measured {
  Figures total;
  /// Until the first piece came, where the result is a stream.
  Figures first_piece;
  /// By stage, in order of its number.
  std::map<int64_t, StepFigures> steps;
};

void AddRun(const Value& report, Measured& measured) {
  measured.total.seconds.push_back(report.Field("seconds")->AsFloat());
  if (const Value* first = report.Field("first_piece"); first != nullptr && first->is_float()) {
    measured.first_piece.seconds.push_back(first->AsFloat());
  }
  for (const Value& step : report.Field("steps")->AsList()) {
    StepFigures& figures = measured.steps[step.Field("stage")->AsInt()];
    figures.name = step.Field("model")->AsString() + "." + step.Field("method")->AsString();
    figures.figures.seconds.push_back(step.Field("seconds")->AsFloat());
    figures.last = step;
  }
}

std::string FormatSeconds(double seconds) {
  constexpr double kMilli = 1e3;
  return seconds >= 1 ? fmt::format("{:.2f} s", seconds) : fmt::format("{:.1f} ms", seconds * kMilli);
}

/// "41.3 tok/s   20.4 GB/s   85 of 92 guesses right, 4.8 a pass", or for encoders "2 texts, 246 tokens, 214 GFLOP/s".
std::string Rates(const StepFigures& step) {
  constexpr double kGiga = 1e9;
  double seconds = step.figures.Median();
  auto count = [&](std::string_view name) { return step.last.Field(name)->AsInt(); };
  if (count("new_tokens") > 0) {
    std::string rates = fmt::format("{:.1f} tok/s   {:.1f} GB/s", static_cast<double>(count("new_tokens")) / seconds,
                                    static_cast<double>(count("bytes_streamed")) / seconds / kGiga);
    if (count("guessed_tokens") > 0) {
      rates += fmt::format("   {} of {} guesses right, {:.1f} a pass", count("right_guesses"), count("guessed_tokens"),
                           static_cast<double>(count("guessed_tokens")) / static_cast<double>(count("passes")));
    }
    return rates;
  }
  return fmt::format("{} text{}, {} tokens, {:.0f} GFLOP/s", count("calls"), count("calls") == 1 ? "" : "s", count("prompt_tokens"),
                     static_cast<double>(count("operations")) / seconds / kGiga);
}

std::string Table(const plan::Entry& entry, const Measured& measured) {
  constexpr double kMilli = 1e3;
  size_t width = entry.name.size();
  for (const auto& [stage, step] : measured.steps) {
    width = std::max(width, step.name.size() + 2);
  }
  std::string text =
      fmt::format("{:<{}}   median {}  ({} – {})   predicted {}   bound {}\n", entry.name, width, FormatSeconds(measured.total.Median()),
                  FormatSeconds(measured.total.Least()), FormatSeconds(measured.total.Most()), FormatSeconds(entry.predicted_ms / kMilli),
                  FormatSeconds(entry.bound_ms / kMilli));
  if (!measured.first_piece.seconds.empty()) {
    text += fmt::format("  {:<{}} {:>9}  ({} – {})\n", "first piece", width, FormatSeconds(measured.first_piece.Median()),
                        FormatSeconds(measured.first_piece.Least()), FormatSeconds(measured.first_piece.Most()));
  }
  for (const auto& [stage, step] : measured.steps) {
    text += fmt::format("  {:<{}} {:>9}  ({} – {})   {}\n", step.name, width, FormatSeconds(step.figures.Median()),
                        FormatSeconds(step.figures.Least()), FormatSeconds(step.figures.Most()), Rates(step));
  }
  return text;
}

ValueFields FiguresAsFields(const Figures& figures) {
  ValueList seconds;
  for (double value : figures.seconds) {
    seconds.push_back(Value::Float(value));
  }
  return {{"median", Value::Float(figures.Median())},
          {"least", Value::Float(figures.Least())},
          {"most", Value::Float(figures.Most())},
          {"seconds", Value::List(std::move(seconds))}};
}

std::string AsJson(const plan::Entry& entry, const Measured& measured, int threads) {
  constexpr double kMilli = 1e3;
  ValueList steps;
  for (const auto& [stage, step] : measured.steps) {
    ValueFields fields = {{"stage", Value::Int(stage)}, {"name", Value::String(step.name)}};
    for (auto& field : FiguresAsFields(step.figures)) {
      fields.push_back(std::move(field));
    }
    for (std::string_view name :
         {"calls", "threads", "prompt_tokens", "new_tokens", "bytes_streamed", "operations", "guessed_tokens", "right_guesses", "passes"}) {
      fields.emplace_back(std::string(name), *step.last.Field(name));
    }
    steps.push_back(Value::Record(std::move(fields)));
  }
  ValueFields all = {{"version", Value::Int(1)}, {"entry", Value::String(entry.name)}, {"threads", Value::Int(threads)}};
  for (auto& field : FiguresAsFields(measured.total)) {
    all.push_back(std::move(field));
  }
  if (!measured.first_piece.seconds.empty()) {
    all.emplace_back("first_piece", Value::Record(FiguresAsFields(measured.first_piece)));
  }
  all.emplace_back("predicted", Value::Float(entry.predicted_ms / kMilli));
  all.emplace_back("bound", Value::Float(entry.bound_ms / kMilli));
  all.emplace_back("steps", Value::List(std::move(steps)));
  return ToJson(Value::Record(std::move(all)), {true}) + "\n";
}

/// Runs once a line of standard input and answers each with {"seconds", "result"} or {"error"}.
int ServeLines(const LoadedProgram& program, const RequestSettings& settings) {
  Print("{\"ready\": true}\n");
  std::string line;
  while (std::getline(std::cin, line)) {
    RequestOutcome outcome = program.Run(settings);
    if (outcome.error) {
      Print(ToJson(Value::Record({{"error", Value::String(outcome.error->text)}})) + "\n");
      return kFaults;
    }
    Print(fmt::format("{{\"seconds\": {}, \"result\": {}}}\n", FormatFloat(outcome.report.Field("seconds")->AsFloat()), outcome.result));
  }
  return kFine;
}

int Measure(const Arguments& arguments, const plan::Entry& entry, const LoadedProgram& program, RequestSettings settings) {
  if (entry.result_type.Is(TypeKind::Stream)) {
    settings.on_piece = [](std::string_view /*piece*/) { return true; };
  }
  int64_t runs = ParseCount(arguments.Get("--runs", "5"), 1).value_or(0);
  int64_t warmup = ParseCount(arguments.Get("--warmup", "1"), 0).value_or(0);
  Measured measured;
  for (int64_t i = 0; i < warmup + runs; ++i) {
    RequestOutcome outcome = program.Run(settings);
    if (outcome.error) {
      PrintError(outcome.error->text);
      return kFaults;
    }
    if (i >= warmup) {
      AddRun(outcome.report, measured);
    }
  }
  Print(arguments.Has("--json") ? AsJson(entry, measured, program.threads()) : Table(entry, measured));
  return kFine;
}

std::string CheckOptions(const Arguments& arguments) {
  for (const auto& [name, least] : {std::pair("--runs", 1), std::pair("--warmup", 0), std::pair("--threads", 1)}) {
    if (arguments.Has(name) && !ParseCount(arguments.Get(name), least)) {
      return fmt::format("`{}` takes a whole number from {} on, not `{}`", name, least, arguments.Get(name));
    }
  }
  if (arguments.Has("--protocol") && arguments.Get("--protocol") != "jsonl") {
    return fmt::format("`--protocol` takes jsonl, not `{}`", arguments.Get("--protocol"));
  }
  return "";
}

int RunBench(const World& world, const Arguments& arguments) {
  if (std::string fault = CheckOptions(arguments); !fault.empty()) {
    return UsageError("bench", fault);
  }
  PrepareOutcome outcome = PreparePlan(world, arguments, "bench");
  if (!outcome.prepared) {
    return outcome.exit_code;
  }
  Result<std::string> entry_name = ChosenEntry(outcome.prepared->plan, arguments);
  if (!entry_name.ok()) {
    return Fail(world, entry_name.error());
  }
  std::string input = arguments.Get("--input", "{}");
  if (input.starts_with('@')) {
    Result<std::string> text = world.files->ReadFile(input.substr(1));
    if (!text.ok()) {
      return Fail(world, text.error());
    }
    input = *text;
  }
  int threads = static_cast<int>(ParseCount(arguments.Get("--threads"), 1).value_or(0));
  LoadOutcome loaded = LoadProgram(world, *outcome.prepared, *entry_name, threads, arguments.Has("--quiet"));
  if (!loaded.program) {
    return loaded.exit_code;
  }
  RequestSettings settings{*entry_name, input, "--input", 0, 0, world.colour_err, {}};
  if (arguments.Has("--protocol")) {
    return ServeLines(*loaded.program, settings);
  }
  const std::vector<plan::Entry>& entries = outcome.prepared->plan.entries;
  auto entry = std::find_if(entries.begin(), entries.end(), [&](const plan::Entry& candidate) { return candidate.name == *entry_name; });
  int exit_code = Measure(arguments, *entry, *loaded.program, settings);
  if (exit_code == kFine && !arguments.Has("--quiet")) {
    NoteStandIns(world, *loaded.program, outcome.prepared->plan.models.size());
  }
  return exit_code;
}

}  // namespace

const Verb kBenchVerb = {"bench", "time warm runs", kHelp, kOptions, RunBench};

}  // namespace plait
