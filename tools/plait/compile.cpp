// plait compile
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "compiler/base/output_file.h"
#include "compiler/plan/text.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--drafts", true, ""},       {"--max-memory", true, ""},
                                   {"-o", true, "--output"},     {"--output", true, ""},
                                   {"--emit", true, ""},         {"--models", true, ""},
                                   {"--machine", true, ""},      {"--strict", false, ""},
                                   {"--locked", false, ""},      {"--warnings-as-errors", false, ""},
                                   {"--allow", true, ""},        {"--disable-pass", true, ""},
                                   {"--time-passes", false, ""}, {"--outputs", true, ""},
                                   {"--entry", true, ""}};

constexpr std::string_view kHelp = R"(plait compile FILE -o FILE.plan [options]
plait compile FILE --emit STAGE [options]

Makes the plan of a graph for this machine and writes it as TOML. A plan runs as its source does: plait run FILE.plan.
Models whose folders are found are measured by their metadata; for the others the plan rests on the declarations.

  -o, --output FILE     where to write the plan (- is standard output)
  --emit STAGE          print one stage's product instead: tokens, ast, typed, ir or plan
  --models DIR          look for models here first (may be repeated)
  --machine FILE        a machine profile in place of this machine
  --drafts KINDS        what guesses tokens ahead: int8 (a copy of the weights), text (what was written),
                        model (a smaller model of the graph), several as int8,text, or none; otherwise all,
                        model where it is loaded anyway and promises more; the answer is the same
  --max-memory SIZE     what an api may take at most, as 2GiB; drafts are left out where they do not fit
  --strict              resources beyond the machine or below the weights are errors
  --locked              every model must be what plait.lock says
  --warnings-as-errors  warnings fail too
  --allow CODE          not this warning or note (may be repeated)
  --disable-pass NAME   leave out an optional pass (may be repeated)
  --time-passes         print what each pass took, and how much of the graph it left
  --outputs A.B,C       only these fields of the result; what only the others need is not computed
  --entry Service.api   whose outputs are meant, where there are several

examples
  plait compile graphs/inference_graph.graph -o inference.plan
  plait compile graphs/inference_graph.graph --emit ir
)";

/// A line a pass: what it took, and how many nodes it left.
void PrintPass(const Pass& pass, const ir::Graph& graph, std::chrono::nanoseconds time) {
  size_t nodes = 0;
  for (const ir::Function& function : graph.functions) {
    nodes += function.nodes.size();
  }
  constexpr double kNanosecondsPerMs = 1e6;
  PrintError(fmt::format("  {:<20} {:>9.3f} ms  {:>8} nodes\n", pass.name, static_cast<double>(time.count()) / kNanosecondsPerMs, nodes));
}

Result<CompileOptions> OptionsFor(const World& world, const Arguments& arguments, Stop stop, PassOptions passes,
                                  const DraftsAndMemory& chosen, const std::string& path) {
  CompileOptions options;
  options.stop = stop;
  PLAIT_TRY(options.machine, ChosenMachine(world, arguments));
  PLAIT_TRY(options.places, FindModelPlaces(*world.files, world.environment, arguments.GetAll("--models"), path));
  options.strict = arguments.Has("--strict");
  options.locked = arguments.Has("--locked");
  options.drafts = chosen.drafts;
  options.max_memory = chosen.max_memory;
  options.passes = std::move(passes);
  if (arguments.Has("--time-passes")) {
    options.passes.after = PrintPass;
  }
  options.outputs = ChosenOutputs(arguments);
  options.entry = arguments.Get("--entry");
  return options;
}

int RunCompile(const World& world, const Arguments& arguments) {
  if (arguments.positional.size() != 1) {
    return UsageError("compile", "name one .graph file");
  }
  if (arguments.Has("--output") == arguments.Has("--emit")) {
    return UsageError("compile", "give either -o FILE or --emit STAGE");
  }
  std::optional<Stop> stop = arguments.Has("--emit") ? StopFromName(arguments.Get("--emit")) : Stop::Plan;
  if (!stop) {
    return UsageError("compile", fmt::format("`--emit` takes {}, not `{}`", StopNames(), arguments.Get("--emit")));
  }
  PassChoice passes = ChosenPasses(arguments);
  if (!passes.fault.empty()) {
    return UsageError("compile", passes.fault);
  }
  FilterChoice chosen = ChosenFilter(arguments);
  if (!chosen.fault.empty()) {
    return UsageError("compile", chosen.fault);
  }
  DraftsAndMemory drafts_and_memory = ChosenDraftsAndMemory(arguments);
  if (!drafts_and_memory.fault.empty()) {
    return UsageError("compile", drafts_and_memory.fault);
  }
  const std::string& path = arguments.positional[0];
  Result<CompileOptions> options = OptionsFor(world, arguments, *stop, std::move(passes.passes), drafts_and_memory, path);
  if (!options.ok()) {
    return Fail(world, options.error());
  }
  Result<Compilation> compilation = Compile(*world.files, path, *options);
  if (!compilation.ok()) {
    return Fail(world, compilation.error());
  }
  std::vector<Diagnostic> found = Filter(compilation->diagnostics.diagnostics(), chosen.filter);
  PrintError(RenderDiagnostics(compilation->sources, found, {DiagnosticFormat::Human, world.colour_err}));
  bool is_early = *stop == Stop::Tokens || *stop == Stop::Ast || *stop == Stop::Typed;
  if (HasErrors(found) && !is_early) {
    return kFaults;
  }
  std::string text = Emit(*compilation, *stop);
  std::string output = arguments.Get("--output", "-");
  if (output == "-") {
    Print(text);
  } else if (Result<void> written = WriteFileWhole(output, text); !written.ok()) {
    return Fail(world, written.error());
  }
  return HasErrors(found) ? kFaults : kFine;
}

}  // namespace

const Verb kCompileVerb = {"compile", "write the plan, or print any stage", kHelp, kOptions, RunCompile};

}  // namespace plait
