// plait plan
#include "compiler/plan/plan.h"

#include <fmt/format.h>

#include "compiler/plan/views.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {
    {"--drafts", true, ""}, {"--max-memory", true, ""}, {"--entry", true, ""},   {"--explain", false, ""},
    {"--models", true, ""}, {"--machine", true, ""},    {"--strict", false, ""}, {"--warnings-as-errors", false, ""},
    {"--allow", true, ""}};

constexpr std::string_view kHelp = R"(plait plan FILE [options]

Shows the plan of a graph (or of a plan file) as a person reads it: the stages, what runs beside what, on how many
threads, what each step is predicted to take, and what bounds the whole.

  --entry Service.api   one entry only
  --explain             why each choice was made, and why it is not faster
  --models DIR          look for models here first (may be repeated)
  --machine FILE        a machine profile in place of this machine
  --drafts KINDS        what guesses tokens ahead: int8 (a copy of the weights), text (what was written),
                        model (a smaller model of the graph), several as int8,text, or none; otherwise all,
                        model where it is loaded anyway and promises more; the answer is the same
  --max-memory SIZE     what an api may take at most, as 2GiB; drafts are left out where they do not fit
  --strict              resources beyond the machine or below the weights are errors
  --warnings-as-errors  warnings fail too
  --allow CODE          not this warning or note (may be repeated)

examples
  plait plan graphs/inference_graph.graph
  plait plan inference.plan --explain
)";

int RunPlan(const World& world, const Arguments& arguments) {
  PrepareOutcome outcome = PreparePlan(world, arguments, "plan");
  if (!outcome.prepared) {
    return outcome.exit_code;
  }
  plan::ViewOptions options{world.colour_out, ""};
  if (arguments.Has("--entry")) {
    Result<std::string> entry = ChosenEntry(outcome.prepared->plan, arguments);
    if (!entry.ok()) {
      return Fail(world, entry.error());
    }
    options.entry = *entry;
  }
  Print(arguments.Has("--explain") ? plan::Explain(outcome.prepared->plan, options)
                                   : plan::DescribeForPeople(outcome.prepared->plan, options));
  return kFine;
}

}  // namespace

const Verb kPlanVerb = {"plan", "show what runs beside what, and for how long", kHelp, kOptions, RunPlan};

}  // namespace plait
