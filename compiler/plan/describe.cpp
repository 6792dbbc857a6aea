// The stage tree as a table for people.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/base/model_options.h"
#include "compiler/plan/lookup.h"
#include "compiler/plan/units.h"
#include "compiler/plan/verify.h"
#include "compiler/plan/views.h"

namespace plait::plan {
namespace {

constexpr size_t kExprWidth = 64;

struct Style {
  std::string_view bold;
  std::string_view dim;
  std::string_view mark;
  std::string_view reset;
};

Style StyleOf(const ViewOptions& options) { return options.colour ? Style{"\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"} : Style{}; }

/// One line of the table. A line without numbers may be as long as it likes.
struct Row {
  std::string label;
  std::string flow = {};
  bool has_numbers = false;
  std::string threads = {};
  std::string predicted = {};
  std::string share = {};
  std::string bytes = {};
  bool is_critical = false;
};

std::string PadRight(const std::string& text, size_t width) { return text + std::string(width - std::min(width, WidthOf(text)), ' '); }
std::string PadLeft(const std::string& text, size_t width) { return std::string(width - std::min(width, WidthOf(text)), ' ') + text; }

class Table {
 public:
  Table(const Plan& plan, const Entry& entry) : plan_(plan), entry_(entry), gains_(entry.stages.size(), 0) {
    for (const Stage& stage : entry.stages) {
      if (stage.yields_to) {
        gains_[*stage.yields_to] += stage.threads;
      }
    }
    if (entry.root) {
      const Stage& root = entry.stages[*entry.root];
      // A series on top needs no line of its own: its parts stand one below the other.
      std::vector<StageId> parts = root.kind == StageKind::Sequential ? root.children : std::vector<StageId>{*entry.root};
      for (StageId part : parts) {
        Add(part, "", "", true, false);
      }
    }
  }

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  /// `first` stands before the stage's own line, `rest` before those of its parts.
  void Add(StageId id, const std::string& first, const std::string& rest, bool is_critical, bool is_chosen) {
    const Stage& stage = entry_.stages[id];
    switch (stage.kind) {
      case StageKind::Compute:
        for (const Assignment& assignment : stage.assignments) {
          AddText(fmt::format("{}compute  %{} = {}", &assignment == stage.assignments.data() ? first : rest, assignment.target,
                              Shortened(ToString(assignment.value), kExprWidth)));
        }
        return;
      case StageKind::Call:
        AddNumbers(id, first + CallName(plan_, stage), PassesOf(stage) + FlowOf(stage), is_critical && is_chosen);
        return;
      case StageKind::Sequential:
      case StageKind::Parallel:
        AddNumbers(id, first + std::string(StageKindName(stage.kind)), "", false);
        break;
      case StageKind::Map:
        AddMap(id, first);
        break;
      case StageKind::Guard:
        AddNumbers(id, first + fmt::format("guard {}", GuardText(entry_, stage)), fmt::format("→ %{}", stage.writes.value_or(0)), false);
        break;
      case StageKind::Loop:
        AddLoop(id, first);
        break;
      case StageKind::Stream:
        AddStream(id, first);
        break;
      case StageKind::Branch:
        AddNumbers(id, first + "branch", fmt::format("→ %{}", stage.writes.value_or(0)), false);
        AddArms(stage, rest, is_critical, is_chosen);
        return;
    }
    AddParts(stage, rest, is_critical, is_chosen);
  }

  void AddParts(const Stage& stage, const std::string& rest, bool is_critical, bool is_chosen) {
    std::vector<StageId> parts = ChildrenOf(stage);
    double longest = 0;
    for (StageId part : parts) {
      longest = std::max(longest, entry_.stages[part].predicted_ms);
    }
    bool is_parallel = stage.kind == StageKind::Parallel;
    for (size_t i = 0; i < parts.size(); ++i) {
      bool is_last = i + 1 == parts.size();
      bool decides = !is_parallel || entry_.stages[parts[i]].predicted_ms == longest;
      longest = is_parallel && decides ? -1 : longest;
      Add(parts[i], rest + (is_last ? "└─ " : "├─ "), rest + (is_last ? "   " : "│  "), is_critical && decides, is_chosen || is_parallel);
    }
  }

  void AddMap(StageId id, const std::string& first) {
    const Stage& stage = entry_.stages[id];
    std::string index = stage.index ? fmt::format("%{}, ", *stage.index) : "";
    if (Collects(stage)) {
      AddNumbers(id, first + fmt::format("collect {}", Shortened(ToString(stage.source), kExprWidth)),
                 fmt::format("→ %{}", stage.writes.value_or(0)), false);
      return;
    }
    std::string label = fmt::format("map for {}%{} in {}", index, stage.item, Shortened(ToString(stage.source), kExprWidth / 2));
    if (stage.condition) {
      label += fmt::format(" if {}", Shortened(ToString(*stage.condition), kExprWidth / 2));
    }
    bool is_one_pass = !stage.children.empty() && !HasPasses(stage);
    std::string_view how = stage.is_each ? "as they come  " : is_one_pass ? "all in one pass  " : "";
    AddNumbers(id, first + label, fmt::format("{}→ %{}", how, stage.writes.value_or(0)), false);
  }

  void AddLoop(StageId id, const std::string& first) {
    const Stage& stage = entry_.stages[id];
    std::string label = fmt::format("loop up to {} rounds with %{} = {} while {}", stage.limit, stage.item,
                                    Shortened(ToString(stage.source), kExprWidth / 2),
                                    Shortened(ToString(stage.condition.value_or(Expr())), kExprWidth / 2));
    AddNumbers(id, first + label, fmt::format("→ %{}", stage.writes.value_or(0)), false);
  }

  void AddStream(StageId id, const std::string& first) {
    const Stage& stage = entry_.stages[id];
    std::string label = "stream";
    if (stage.buffer) {
      label += fmt::format(", %{} up to {} pieces ahead", *stage.buffer, stage.capacity);
    }
    AddNumbers(id, first + label, stage.replies ? "→ the caller, piece by piece" : "", false);
  }

  void AddArms(const Stage& stage, const std::string& rest, bool is_critical, bool is_chosen) {
    for (size_t i = 0; i < stage.arms.size(); ++i) {
      const Arm& arm = stage.arms[i];
      bool is_last = i + 1 == stage.arms.size();
      std::string condition = arm.condition ? fmt::format("if {}", Shortened(ToString(*arm.condition), kExprWidth)) : "else";
      std::string value = arm.stage ? "" : fmt::format("  {}", Shortened(ToString(arm.value), kExprWidth));
      AddText(fmt::format("{}{}{}{}", rest, is_last ? "└─ " : "├─ ", condition, value));
      if (arm.stage) {
        std::string below = rest + (is_last ? "   " : "│  ");
        Add(*arm.stage, below + "└─ ", below + "   ", is_critical, is_chosen);
      }
    }
  }

  /// How many lanes of a call one pass of its model takes, where the model sets that.
  [[nodiscard]] std::string PassesOf(const Stage& call) const {
    const std::optional<int64_t> batch = BatchOf(plan_.models[call.model].options);
    return batch && !call.gives_stream ? fmt::format("up to {} in one pass  ", *batch) : "";
  }

  /// Whether a call below the stage may be several passes, and says so itself.
  [[nodiscard]] bool HasPasses(const Stage& stage) const {
    return std::ranges::any_of(ChildrenOf(stage), [&](StageId child) {
      const Stage& part = entry_.stages[child];
      return part.kind == StageKind::Call ? !PassesOf(part).empty() : HasPasses(part);
    });
  }

  /// What a call reads and writes.
  static std::string FlowOf(const Stage& stage) {
    std::vector<std::string> reads;
    for (const Argument& argument : stage.arguments) {
      for (ValueId value : ValuesOf(argument.value)) {
        std::string name = fmt::format("%{}", value);
        if (std::find(reads.begin(), reads.end(), name) == reads.end()) {
          reads.push_back(std::move(name));
        }
      }
    }
    return fmt::format("{}→ %{}", reads.empty() ? "" : fmt::format("{} ", fmt::join(reads, ", ")), stage.writes.value_or(0));
  }

  void AddText(std::string text) {
    Row row;
    row.label = std::move(text);
    rows_.push_back(std::move(row));
  }

  void AddNumbers(StageId id, std::string label, std::string flow, bool is_critical) {
    const Stage& stage = entry_.stages[id];
    Row row{std::move(label), std::move(flow), true, fmt::format("{}", stage.threads), "", "", "", is_critical};
    if (gains_[id] > 0) {
      row.threads += fmt::format(" → {}", stage.threads + gains_[id]);
    }
    if (stage.predicted_ms > 0 && entry_.predicted_ms > 0) {
      row.predicted = MsText(stage.predicted_ms);
      row.share = fmt::format("{:.0f} %", 100 * std::min(1.0, stage.predicted_ms / entry_.predicted_ms));
      row.bytes = stage.bytes > 0 ? BytesText(static_cast<double>(stage.bytes)) : "";
    }
    rows_.push_back(std::move(row));
  }

  const Plan& plan_;
  const Entry& entry_;
  /// By stage: the threads that its siblings leave to it.
  std::vector<int> gains_;
  std::vector<Row> rows_;
};

std::string TableText(const std::vector<Row>& rows, const Style& style) {
  Row head{"", "", true, "threads", "predicted", "share", "bytes", false};
  size_t label = 0;
  size_t flow = 0;
  size_t threads = WidthOf(head.threads);
  for (const Row& row : rows) {
    if (row.has_numbers) {
      label = std::max(label, WidthOf(row.label));
      flow = std::max(flow, WidthOf(row.flow));
      threads = std::max(threads, WidthOf(row.threads));
    }
  }
  auto line = [&](const Row& row) {
    std::string text =
        fmt::format("{}   {}   {}  {}  {}  {}", PadRight(row.label, label), PadRight(row.flow, flow), PadRight(row.threads, threads),
                    PadLeft(row.predicted, 10), PadLeft(row.share, 6), PadLeft(row.bytes, 9));
    return text.substr(0, text.find_last_not_of(' ') + 1);
  };
  std::string text = fmt::format("  {}{}{}\n", style.dim, line(head), style.reset);
  for (const Row& row : rows) {
    std::string mark = row.is_critical ? fmt::format("   {}◀ critical{}", style.mark, style.reset) : "";
    text += fmt::format("  {}{}\n", row.has_numbers ? line(row) : row.label, mark);
  }
  return text;
}

/// The services whose models the entry calls.
std::set<std::string> ServicesOf(const Plan& plan, const Entry& entry) {
  std::set<std::string> services;
  for (const Stage& stage : entry.stages) {
    if (stage.kind == StageKind::Call) {
      const std::string& name = plan.models[stage.model].name;
      services.insert(name.substr(0, name.rfind('.')));
    }
  }
  return services;
}

/// What was asked for and is not there, with who asked.
std::string AskedAndGot(const Plan& plan, const Entry& entry) {
  std::set<std::string> services = ServicesOf(plan, entry);
  std::map<std::string, std::vector<std::string>> asked;
  std::vector<std::string> got;
  auto add = [&](std::string what, const std::string& service, std::string instead) {
    asked[std::move(what)].push_back(service);
    if (std::find(got.begin(), got.end(), instead) == got.end()) {
      got.push_back(std::move(instead));
    }
  };
  for (const Demand& demand : plan.demands) {
    if (!services.contains(demand.service)) {
      continue;
    }
    if (demand.gpu_min.value_or(0) > 0) {
      add(fmt::format("gpu {}", *demand.gpu_min), demand.service, "cpu (models run on nothing else)");
    }
    if (demand.cpu.value_or(0) > plan.machine.cores) {
      add(fmt::format("cpu {}", *demand.cpu), demand.service, fmt::format("cpu {}", plan.machine.cores));
    }
  }
  if (asked.empty()) {
    return "";
  }
  std::vector<std::string> parts;
  for (const auto& [what, who] : asked) {
    parts.push_back(fmt::format("{} for {}", what, fmt::join(who, ", ")));
  }
  return fmt::format("asked: {} · got: {}; --strict refuses", fmt::join(parts, ", "), fmt::join(got, ", "));
}

/// What copies of weights for drafts take of the memory.
std::string DraftMemory(const Plan& plan, const Entry& entry) {
  int64_t bytes = 0;
  for (uint32_t model : NeededModels(entry, plan.models)) {
    bytes += plan.models[model].draft_bytes;
  }
  return bytes > 0 ? fmt::format(", {} of it for drafts", BytesText(static_cast<double>(bytes))) : "";
}

std::string Summary(const Plan& plan, const Entry& entry, const Style& style) {
  std::string bound_by = entry.bound_by == "bandwidth" ? "memory bandwidth" : entry.bound_by;
  std::string bound = entry.bound_ms > 0 ? fmt::format(" · bound {} ({})", MsText(entry.bound_ms), bound_by) : "";
  std::string total = plan.machine.memory > 0 ? fmt::format(" of {}", BytesText(static_cast<double>(plan.machine.memory))) : "";
  std::string text = fmt::format("  {}predicted {}{}{} · peak memory {}{}{}\n", style.bold, MsText(entry.predicted_ms), style.reset, bound,
                                 BytesText(static_cast<double>(entry.peak_memory)), total, DraftMemory(plan, entry));
  if (std::string asked = AskedAndGot(plan, entry); !asked.empty()) {
    text += fmt::format("  {}\n", asked);
  }
  std::string_view label = "assumes:";
  for (const std::string& assumption : entry.assumes) {
    text += fmt::format("  {}{} {}{}\n", style.dim, label, assumption, style.reset);
    label = "        ";
  }
  return text + fmt::format("  {}why not faster: plait plan --explain{}\n", style.dim, style.reset);
}

}  // namespace

std::string DescribeForPeople(const Plan& plan, const ViewOptions& options) {
  Style style = StyleOf(options);
  std::string text;
  for (const Entry* entry : ChosenEntries(plan, options.entry)) {
    text += fmt::format("{}{}{}{}\n\n", text.empty() ? "" : "\n", style.bold, SignatureOf(*entry), style.reset);
    if (!entry->root) {
      text += fmt::format("  nothing to run: {}\n", Shortened(ToString(entry->result), kExprWidth));
      continue;
    }
    text += TableText(Table(plan, *entry).rows(), style) + "\n" + Summary(plan, *entry, style);
  }
  if (std::string replicas = ReplicasText(plan); !replicas.empty()) {
    text += fmt::format("\n{}\n", replicas);
  }
  return text;
}

}  // namespace plait::plan
