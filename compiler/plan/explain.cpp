// Why a plan is as it is, in sentences.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/plan/units.h"
#include "compiler/plan/verify.h"
#include "compiler/plan/views.h"

namespace plait::plan {
namespace {

class Explainer {
 public:
  Explainer(const Plan& plan, const Entry& entry, const ViewOptions& options) : plan_(plan), entry_(entry) {
    if (options.colour) {
      bold_ = "\x1b[1m";
      mark_ = "\x1b[33m";
      reset_ = "\x1b[0m";
    }
  }

  std::string Run() {
    Line(fmt::format("{}{}{}", bold_, SignatureOf(entry_), reset_));
    if (!entry_.root) {
      Line("  nothing to run: the result is an expression");
      return text_;
    }
    Line(fmt::format("  predicted {}, and no schedule of these calls on this machine takes less than {}", MsText(entry_.predicted_ms),
                     MsText(entry_.bound_ms)));
    ExplainBounds();
    ExplainChoices();
    if (!entry_.assumes.empty()) {
      Heading("what the prediction rests on");
      for (const std::string& assumption : entry_.assumes) {
        Line("    " + assumption);
      }
    }
    Heading("what would make it faster");
    Line("    " + Advice());
    return text_;
  }

 private:
  void Line(std::string_view line) { text_ += fmt::format("{}\n", line); }
  void Heading(std::string_view heading) { text_ += fmt::format("\n  {}{}{}\n", bold_, heading, reset_); }

  void ExplainBounds() {
    Heading("what bounds the time");
    const Bounds& bounds = entry_.bounds;
    auto bytes = static_cast<double>(entry_.stages[*entry_.root].bytes);
    Bound("critical path", bounds.critical_path_ms,
          fmt::format("the longest chain of calls that need each other, each alone on all {}", Cores()));
    Bound("computation", bounds.computation_ms, fmt::format("all arithmetic, spread over {}", Cores()));
    Bound("bandwidth", bounds.bandwidth_ms,
          fmt::format("{} of weights at {} a second", BytesText(bytes), BytesText(plan_.machine.read_bandwidth)));
  }

  void Bound(std::string_view name, double ms, const std::string& why) {
    std::string mark = entry_.bound_by == name ? fmt::format("   {}◀ the bound{}", mark_, reset_) : "";
    Line(fmt::format("    {:<14} {:>9}   {}{}", name, MsText(ms), why, mark));
  }

  [[nodiscard]] std::string Cores() const { return fmt::format("{} core{}", plan_.machine.cores, plan_.machine.cores == 1 ? "" : "s"); }

  void ExplainChoices() {
    std::vector<StageId> stages;
    for (StageId id = 0; id < entry_.stages.size(); ++id) {
      bool was_weighed =
          std::any_of(entry_.considered.begin(), entry_.considered.end(), [&](const Alternative& a) { return a.stage == id; });
      if (was_weighed) {
        stages.push_back(id);
      }
    }
    if (stages.empty()) {
      return;
    }
    Heading("what was weighed");
    for (StageId id : stages) {
      ExplainChoice(id);
    }
  }

  void ExplainChoice(StageId id) {
    const Stage& stage = entry_.stages[id];
    Line(fmt::format("    stage {}: {}", id, Sentence(stage)));
    Line(fmt::format("      {:>9}   as planned", MsText(entry_.predicted_ms)));
    for (const Alternative& alternative : entry_.considered) {
      if (alternative.stage == id) {
        Line(fmt::format("      {:>9}   {}", MsText(alternative.predicted_ms), alternative.what));
      }
    }
  }

  std::string Sentence(const Stage& stage) {
    std::vector<std::string> parts;
    constexpr size_t kMostNamed = 6;
    for (StageId child : stage.children) {
      const Stage& part = entry_.stages[child];
      if (parts.size() == kMostNamed) {
        parts.push_back(fmt::format("{} more", stage.children.size() - kMostNamed));
        break;
      }
      if (part.kind == StageKind::Compute) {
        continue;
      }
      std::string name = NameOf(part);
      parts.push_back(stage.kind == StageKind::Parallel ? fmt::format("{} on {}", name, Threads(part.threads)) : name);
    }
    if (stage.kind != StageKind::Parallel) {
      return fmt::format("{}, one after the other", fmt::join(parts, ", "));
    }
    return fmt::format("{}, side by side{}", fmt::join(parts, ", "), Growth(stage));
  }

  static std::string Threads(int count) { return fmt::format("{} thread{}", count, count == 1 ? "" : "s"); }

  std::string Growth(const Stage& stage) {
    for (StageId child : stage.children) {
      if (const std::optional<StageId>& heir = entry_.stages[child].yields_to) {
        return fmt::format("; whoever is done first leaves its threads to {}", NameOf(entry_.stages[*heir]));
      }
    }
    return "";
  }

  /// A call's name; of a stage with several calls, the first one's and how many more.
  std::string NameOf(const Stage& stage) {
    std::vector<const Stage*> open = {&stage};
    std::vector<std::string> calls;
    while (!open.empty()) {
      const Stage* next = open.back();
      open.pop_back();
      if (next->kind == StageKind::Call) {
        calls.push_back(CallName(plan_, *next));
      }
      std::vector<StageId> children = ChildrenOf(*next);
      for (auto child = children.rbegin(); child != children.rend(); ++child) {
        open.push_back(&entry_.stages[*child]);
      }
    }
    if (calls.empty()) {
      return std::string(StageKindName(stage.kind));
    }
    return calls.size() == 1 ? calls[0] : fmt::format("{} (and {} more)", calls[0], calls.size() - 1);
  }

  [[nodiscard]] std::string Advice() const {
    if (entry_.bound_by == "bandwidth") {
      return "fewer bytes of weights a token: a smaller model, or `precision: bf16` or `int8`; more texts in one pass cost no more bytes";
    }
    if (entry_.bound_by == "computation") {
      return "more cores, shorter texts or a smaller model";
    }
    return "a shorter chain: calls that do not need each other's results run side by side by themselves";
  }

  const Plan& plan_;
  const Entry& entry_;
  std::string_view bold_;
  std::string_view mark_;
  std::string_view reset_;
  std::string text_;
};

}  // namespace

std::string Explain(const Plan& plan, const ViewOptions& options) {
  std::string text;
  for (const Entry* entry : ChosenEntries(plan, options.entry)) {
    text += (text.empty() ? "" : "\n") + Explainer(plan, *entry, options).Run();
  }
  if (std::string replicas = ReplicasText(plan); !replicas.empty()) {
    text += fmt::format("\n{}\n", replicas);
  }
  return text;
}

}  // namespace plait::plan
