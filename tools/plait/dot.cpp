// plait dot
#include <fmt/format.h>

#include "compiler/base/output_file.h"
#include "compiler/plan/views.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--drafts", true, ""},   {"--max-memory", true, ""},
                                   {"--entry", true, ""},    {"--format", true, ""},
                                   {"-o", true, "--output"}, {"--output", true, ""},
                                   {"--models", true, ""},   {"--machine", true, ""},
                                   {"--strict", false, ""},  {"--warnings-as-errors", false, ""},
                                   {"--allow", true, ""}};

constexpr std::string_view kHelp = R"(plait dot FILE [options]

Draws a graph (or a plan file): services as boxes with their models inside, edges with the types that flow, steps that
run at the same time side by side.

  --entry Service.api      one entry only
  --format dot|mermaid     for Graphviz, or for Markdown
  -o, --output FILE        where to write it; standard output otherwise
  --models DIR             look for models here first (may be repeated)
  --machine FILE           a machine profile in place of this machine
  --drafts KINDS           what guesses tokens ahead: int8 (a copy of the weights), text (what was written),
                           model (a smaller model of the graph), several as int8,text, or none; otherwise all,
                           model where it is loaded anyway and promises more; the answer is the same
  --max-memory SIZE        what an api may take at most, as 2GiB; drafts are left out where they do not fit
  --strict                 resources beyond the machine or below the weights are errors
  --warnings-as-errors     warnings fail too
  --allow CODE             not this warning or note (may be repeated)

examples
  plait dot graphs/inference_graph.graph | dot -Tsvg -o inference.svg
  plait dot graphs/ensemble.graph --format mermaid
)";

int RunDot(const World& world, const Arguments& arguments) {
  std::string format = arguments.Get("--format", "dot");
  if (format != "dot" && format != "mermaid") {
    return UsageError("dot", fmt::format("`--format` takes dot or mermaid, not `{}`", format));
  }
  PrepareOutcome outcome = PreparePlan(world, arguments, "dot");
  if (!outcome.prepared) {
    return outcome.exit_code;
  }
  plan::ViewOptions options;
  if (arguments.Has("--entry")) {
    Result<std::string> entry = ChosenEntry(outcome.prepared->plan, arguments);
    if (!entry.ok()) {
      return Fail(world, entry.error());
    }
    options.entry = *entry;
  }
  std::string text = format == "dot" ? plan::ToDot(outcome.prepared->plan, options) : plan::ToMermaid(outcome.prepared->plan, options);
  std::string output = arguments.Get("--output", "-");
  if (output == "-") {
    Print(text);
    return kFine;
  }
  Result<void> written = WriteFileWhole(output, text);
  return written.ok() ? static_cast<int>(kFine) : Fail(world, written.error());
}

}  // namespace

const Verb kDotVerb = {"dot", "draw it", kHelp, kOptions, RunDot};

}  // namespace plait
