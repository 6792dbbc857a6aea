// plait run
#include <cstdio>

#include <fmt/format.h>

#include "compiler/base/output_file.h"
#include "compiler/formats/json.h"
#include "compiler/plan/lookup.h"
#include "tools/plait/runtime_library.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--drafts", true, ""},
                                   {"--max-memory", true, ""},
                                   {"--input", true, ""},
                                   {"--entry", true, ""},
                                   {"--outputs", true, ""},
                                   {"--output", true, ""},
                                   {"--seed", true, ""},
                                   {"--timeout", true, ""},
                                   {"--threads", true, ""},
                                   {"--trace", true, ""},
                                   {"--models", true, ""},
                                   {"--machine", true, ""},
                                   {"--strict", false, ""},
                                   {"--locked", false, ""},
                                   {"--warnings-as-errors", false, ""},
                                   {"--allow", true, ""},
                                   {"--allow-code-models", false, ""},
                                   {"--no-cache", false, ""},
                                   {"--quiet", false, ""}};

constexpr std::string_view kHelp = R"(plait run FILE [options]

Runs one request on a graph or a plan file and prints the answer on standard output. The pieces of a stream are printed
as they come, each as a line of JSON.

  --input JSON|@FILE|-           the arguments by name, as a JSON object; parameters with defaults may be left out
  --entry Service.api            which api, where there are several
  --outputs A.B,C                only these fields of the result; what only the others need is not computed
  --output json|text|envelope    text prints strings as they are; envelope adds seed, timings and what was degraded, for a
                                 stream on a last line of its own
  --seed N                       seeds sampling; 0 otherwise, so that equal requests have equal answers
  --timeout 20s                  in place of the service's own
  --threads N                    computing threads, in place of the plan's
  --trace FILE                   what ran when, for chrome://tracing or ui.perfetto.dev
  --models DIR                   look for models here first (may be repeated)
  --allow-code-models            run models that are compiled code (torchscript, aoti), whatever their digests
  --machine FILE                 a machine profile in place of this machine
  --drafts KINDS                 what guesses tokens ahead: int8 (a copy of the weights), text (what was written),
                                 model (a smaller model of the graph), several as int8,text, or none; otherwise all,
                                 model where it is loaded anyway and promises more; the answer is the same
  --max-memory SIZE              what an api may take at most, as 2GiB; drafts are left out where they do not fit
  --no-cache                     compute packed weights anew, and keep none on disk; see plait cache --help
  --strict                       resources beyond the machine or below the weights are errors
  --locked                       every model must be what plait.lock says
  --warnings-as-errors           warnings fail too
  --allow CODE                   not this warning or note (may be repeated)
  --quiet                        no progress and no notes

examples
  plait run graphs/inference_graph.graph
  echo '{"input_data": "so good"}' | plait run graphs/ensemble.graph --input - --output envelope
)";

struct Input {
  std::string text;
  std::string name;
};

Result<Input> ReadInput(const World& world, const Arguments& arguments) {
  std::string given = arguments.Get("--input", "{}");
  if (given == "-") {
    return Input{ReadStandardInput(), "standard input"};
  }
  if (given.starts_with('@')) {
    PLAIT_TRY(std::string text, world.files->ReadFile(given.substr(1)));
    return Input{std::move(text), given.substr(1)};
  }
  return Input{std::move(given), "--input"};
}

/// Strings as they are, one item or field a line.
std::string AsText(const Value& value) {
  if (value.is_string()) {
    return value.AsString();
  }
  std::string text;
  if (value.is_list()) {
    for (const Value& item : value.AsList()) {
      text += fmt::format("{}{}", text.empty() ? "" : "\n", AsText(item));
    }
    return text;
  }
  if (value.is_record()) {
    for (const auto& [name, field] : value.AsRecord()) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", name, AsText(field));
    }
    return text;
  }
  return ToJson(value);
}

std::string Render(const Value& result, const Value& report, std::string_view form) {
  if (form == "text") {
    return AsText(result) + "\n";
  }
  if (form == "json") {
    return ToJson(result, {true}) + "\n";
  }
  ValueFields envelope = {{"result", result}};
  envelope.insert(envelope.end(), report.AsRecord().begin(), report.AsRecord().end());
  return ToJson(Value::Record(std::move(envelope)), {true}) + "\n";
}

/// Prints one piece of a stream. Texts run on as they are; whatever else comes has a line of its own.
void PrintPiece(std::string_view piece, std::string_view form) {
  if (form == "json") {
    Print(fmt::format("{}\n", piece));
  } else if (form == "envelope") {
    Print(fmt::format("{{\"piece\": {}}}\n", piece));
  } else if (Result<Value> value = ParseJson(piece, "the runtime's answer", FailureKind::InputInvalid); value.ok()) {
    Print(AsText(*value) + (value->is_string() ? "" : "\n"));
  }
  std::fflush(stdout);
}

/// What follows the last piece; texts have run on without a line break.
std::string EndOfStream(const Value& report, const Type& piece, std::string_view form) {
  bool is_text = form == "text" && piece.Is(TypeKind::String);
  return form == "envelope" ? ToJson(report) + "\n" : is_text ? "\n" : "";
}

/// A Chrome trace: one row a thread, one bar a step.
std::string MakeTrace(const Value& report) {
  constexpr double kMicroseconds = 1e6;
  ValueList events;
  for (const Value& step : report.Field("steps")->AsList()) {
    ValueFields details;
    for (std::string_view name :
         {"stage", "place", "calls", "threads", "prompt_tokens", "new_tokens", "bytes_streamed", "guessed_tokens", "right_guesses"}) {
      details.emplace_back(std::string(name), *step.Field(name));
    }
    events.push_back(Value::Record({{"name", Value::String(step.Field("model")->AsString() + "." + step.Field("method")->AsString())},
                                    {"cat", *step.Field("kind")},
                                    {"ph", Value::String("X")},
                                    {"pid", Value::Int(1)},
                                    {"tid", *step.Field("track")},
                                    {"ts", Value::Float(step.Field("begin")->AsFloat() * kMicroseconds)},
                                    {"dur", Value::Float(step.Field("seconds")->AsFloat() * kMicroseconds)},
                                    {"args", Value::Record(std::move(details))}}));
  }
  return ToJson(Value::Record({{"displayTimeUnit", Value::String("ms")}, {"traceEvents", Value::List(std::move(events))}}), {true}) + "\n";
}

/// What is wrong with the options, in words.
std::string CheckOptions(const Arguments& arguments) {
  std::string form = arguments.Get("--output", "json");
  if (form != "json" && form != "text" && form != "envelope") {
    return fmt::format("`--output` takes json, text or envelope, not `{}`", form);
  }
  if (arguments.Has("--seed") && !ParseCount(arguments.Get("--seed"), 0)) {
    return fmt::format("`--seed` takes a whole number from 0 on, not `{}`", arguments.Get("--seed"));
  }
  if (arguments.Has("--threads") && !ParseCount(arguments.Get("--threads"), 1)) {
    return fmt::format("`--threads` takes a whole number from 1 on, not `{}`", arguments.Get("--threads"));
  }
  if (arguments.Has("--timeout") && !ParseDuration(arguments.Get("--timeout"))) {
    return fmt::format("`--timeout` takes a duration such as 20s or 150ms, not `{}`", arguments.Get("--timeout"));
  }
  return "";
}

int RunLoaded(const World& world, const Arguments& arguments, const LoadedProgram& program, RequestSettings settings,
              const Type& result_type) {
  bool is_stream = result_type.Is(TypeKind::Stream);
  std::string form = arguments.Get("--output", "json");
  if (is_stream) {
    settings.on_piece = [&](std::string_view piece) {
      PrintPiece(piece, form);
      return true;
    };
  }
  RequestOutcome outcome = program.Run(settings);
  if (outcome.error) {
    PrintError(outcome.error->text);
    return kFaults;
  }
  Result<Value> result = ParseJson(outcome.result, "the runtime's answer", FailureKind::InputInvalid);
  if (!result.ok()) {
    return Fail(world, result.error());
  }
  Print(is_stream ? EndOfStream(outcome.report, result_type.item(), form) : Render(*result, outcome.report, form));
  if (arguments.Has("--trace")) {
    Result<void> written = WriteFileWhole(arguments.Get("--trace"), MakeTrace(outcome.report));
    if (!written.ok()) {
      return Fail(world, written.error());
    }
  }
  return kFine;
}

int RunRun(const World& world, const Arguments& arguments) {
  if (std::string fault = CheckOptions(arguments); !fault.empty()) {
    return UsageError("run", fault);
  }
  PrepareOutcome outcome = PreparePlan(world, arguments, "run");
  if (!outcome.prepared) {
    return outcome.exit_code;
  }
  Result<std::string> entry = ChosenEntry(outcome.prepared->plan, arguments);
  if (!entry.ok()) {
    return Fail(world, entry.error());
  }
  Result<Input> input = ReadInput(world, arguments);
  if (!input.ok()) {
    return Fail(world, input.error());
  }
  const Type& result_type = (*plan::FindEntry(outcome.prepared->plan, *entry))->result_type;
  RequestSettings settings{*entry, input->text, input->name, 0, 0, world.colour_err, {}};
  settings.seed = static_cast<uint64_t>(ParseCount(arguments.Get("--seed"), 0).value_or(0));
  settings.timeout_ms = ParseDuration(arguments.Get("--timeout")).value_or(0);
  int threads = static_cast<int>(ParseCount(arguments.Get("--threads"), 1).value_or(0));
  bool quiet = arguments.Has("--quiet");
  LoadOutcome loaded = LoadProgram(world, *outcome.prepared, *entry, threads, quiet);
  if (!loaded.program) {
    return loaded.exit_code;
  }
  int exit_code = RunLoaded(world, arguments, *loaded.program, std::move(settings), result_type);
  if (exit_code == kFine && !quiet) {
    NoteStandIns(world, *loaded.program, outcome.prepared->plan.models.size());
  }
  return exit_code;
}

}  // namespace

const Verb kRunVerb = {"run", "run one request and print the answer", kHelp, kOptions, RunRun};

}  // namespace plait
