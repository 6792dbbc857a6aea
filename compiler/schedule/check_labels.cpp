#include "compiler/schedule/check_labels.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/ADT/StringRef.h>

#include "compiler/base/nearest.h"
#include "compiler/schedule/label_flow.h"

namespace plait {
namespace {

using ir::NodeKind;
using schedule::LabelFlow;
using schedule::PossibleTexts;

std::string Listed(const std::set<std::string>& texts) {
  constexpr size_t kMost = 12;
  std::vector<std::string> shown;
  for (const std::string& text : texts) {
    if (shown.size() == kMost) {
      shown.push_back(fmt::format("… ({} in all)", texts.size()));
      break;
    }
    shown.push_back(QuoteJson(text));
  }
  return fmt::format("{}", fmt::join(shown, ", "));
}

/// The label that is meant: the same in other letters, one that begins with the text or that the text begins with, or one with few typing
/// errors.
std::optional<std::string> NearestLabel(const std::string& text, const std::set<std::string>& labels) {
  std::string lower = llvm::StringRef(text).lower();
  std::vector<std::string> beginning;
  std::map<std::string, std::string> by_lower;
  for (const std::string& label : labels) {
    std::string lower_label = llvm::StringRef(label).lower();
    by_lower.emplace(lower_label, label);
    bool begins = llvm::StringRef(lower_label).starts_with(lower) || llvm::StringRef(lower).starts_with(lower_label);
    if (begins && !lower_label.empty() && !lower.empty()) {
      beginning.push_back(label);
    }
  }
  if (auto same = by_lower.find(lower); same != by_lower.end()) {
    return same->second;
  }
  if (beginning.size() == 1) {
    return beginning[0];
  }
  std::vector<std::string> candidates;
  std::transform(by_lower.begin(), by_lower.end(), std::back_inserter(candidates), [](const auto& label) { return label.first; });
  std::optional<std::string> near = Nearest(lower, candidates);
  return near ? std::optional(by_lower[*near]) : std::nullopt;
}

enum class Use { Equal, Contains, Cast };

class LabelChecker {
 public:
  LabelChecker(const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, const SourceManager& sources, Sink& sink)
      : graph_(graph), facts_(facts), sources_(sources), sink_(sink) {}

  void Run() {
    for (const ir::Function& function : graph_.functions) {
      if (function.is_entry) {
        FindUses(function);
      }
    }
    for (const auto& [place, seen] : seen_) {
      if (seen.is_possible) {
        continue;
      }
      if (std::get<Use>(place) == Use::Cast) {
        ReportCast(seen);
      } else {
        ReportText(std::get<std::string>(place), std::get<Use>(place), seen);
      }
    }
  }

 private:
  /// One text, or one conversion, at one place of the source. Inlining repeats it for every way that leads there, and it is a mistake only
  /// where it is one on all of them.
  using Place = std::tuple<uint32_t, uint32_t, uint32_t, Use, std::string>;
  struct Seen {
    bool is_possible = false;
    PossibleTexts labels;
    Span span;
    /// Cast: the enum, and whether a label that is none of its variants is taken care of.
    std::string enum_name;
    bool is_guarded = true;
  };

  void FindUses(const ir::Function& function) {
    LabelFlow flow(graph_, function, facts_);
    std::set<uint32_t> guarded = GuardedCasts(function);
    for (uint32_t i = 0; i < function.nodes.size(); ++i) {
      const ir::Node& node = function.nodes[ir::NodeId{i}];
      bool is_equality = node.operation == Operation::Equal || node.operation == Operation::NotEqual;
      if (node.kind == NodeKind::Apply && is_equality) {
        SeeEqual(function, flow, node.operands[0], node.operands[1]);
        SeeEqual(function, flow, node.operands[1], node.operands[0]);
      } else if (node.kind == NodeKind::Apply && node.operation == Operation::In) {
        SeeIn(function, flow, node);
      } else if (node.kind == NodeKind::Cast && WithoutOptional(node.type).Is(TypeKind::Enum)) {
        Seen& seen = See(node.span, Use::Cast, "", flow.TextsOf(node.operands[0]));
        seen.enum_name = WithoutOptional(node.type).name();
        seen.is_guarded = seen.is_guarded && guarded.contains(i);
      }
    }
  }

  /// Casts whose failure is a value.
  static std::set<uint32_t> GuardedCasts(const ir::Function& function) {
    std::set<uint32_t> guarded;
    for (const ir::Node& node : function.nodes) {
      if (node.kind == NodeKind::Try && node.is_tolerant) {
        for (ir::NodeId inner : function.regions[node.regions[0]].nodes) {
          guarded.insert(inner.index);
        }
      }
    }
    return guarded;
  }

  static const std::string* ConstantText(const ir::Function& function, ir::NodeId id) {
    const ir::Node& node = function.nodes[id];
    bool is_text = node.kind == NodeKind::Constant && node.constant.is_string() && WithoutOptional(node.type).Is(TypeKind::String);
    return is_text ? &node.constant.AsString() : nullptr;
  }

  void SeeEqual(const ir::Function& function, LabelFlow& flow, ir::NodeId text, ir::NodeId label) {
    if (const std::string* literal = ConstantText(function, text)) {
      std::optional<PossibleTexts> labels = flow.TextsOf(label);
      bool is_possible = labels && labels->texts.contains(*literal);
      See(function.nodes[text].span, Use::Equal, *literal, std::move(labels)).is_possible |= is_possible;
    }
  }

  void SeeIn(const ir::Function& function, LabelFlow& flow, const ir::Node& node) {
    const ir::Node& container = function.nodes[node.operands[1]];
    if (const std::string* literal = ConstantText(function, node.operands[0])) {
      bool is_list = container.type.Is(TypeKind::List);
      std::optional<PossibleTexts> labels = is_list ? flow.ItemsOf(node.operands[1]) : flow.TextsOf(node.operands[1]);
      bool is_possible = labels && std::any_of(labels->texts.begin(), labels->texts.end(), [&](const std::string& label) {
                           return is_list ? label == *literal : label.find(*literal) != std::string::npos;
                         });
      See(function.nodes[node.operands[0]].span, is_list ? Use::Equal : Use::Contains, *literal, std::move(labels)).is_possible |=
          is_possible;
      return;
    }
    if (container.kind == NodeKind::List) {
      for (ir::NodeId item : container.operands) {
        SeeEqual(function, flow, item, node.operands[0]);
      }
    } else if (container.kind == NodeKind::Constant && container.constant.is_list()) {
      SeeConstantList(flow, container, node.operands[0]);
    }
  }

  void SeeConstantList(LabelFlow& flow, const ir::Node& list, ir::NodeId label) {
    for (const Value& item : list.constant.AsList()) {
      if (item.is_string() && WithoutOptional(list.type.item()).Is(TypeKind::String)) {
        std::optional<PossibleTexts> labels = flow.TextsOf(label);
        bool is_possible = labels && labels->texts.contains(item.AsString());
        See(list.span, Use::Equal, item.AsString(), std::move(labels)).is_possible |= is_possible;
      }
    }
  }

  /// What is not told, or comes from no model, may be any text.
  Seen& See(const Span& span, Use use, const std::string& literal, std::optional<PossibleTexts> labels) {
    uint32_t file = span.file.has_value() ? span.file.index : UINT32_MAX;
    Seen& seen = seen_[{file, span.begin, span.end, use, literal}];
    seen.span = span;
    if (!labels || labels->models.empty()) {
      seen.is_possible = true;
      return seen;
    }
    seen.labels.texts.merge(labels->texts);
    seen.labels.models.merge(labels->models);
    return seen;
  }

  void ReportText(const std::string& text, Use use, const Seen& seen) {
    std::string message = use == Use::Contains
                              ? fmt::format("no label of {} contains {}", Models(seen), QuoteJson(text))
                              : fmt::format("{} is no label of {}, so the two are never equal", QuoteJson(text), Models(seen));
    if (use == Use::Equal && IsLabel(text, seen)) {
      message =
          fmt::format("{} is never equal to what became of the label of {}: {}", QuoteJson(text), Models(seen), Listed(seen.labels.texts));
    }
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::LabelUnknown, seen.span, "{}", message);
    std::optional<std::string> near = NearestLabel(text, seen.labels.texts);
    if (near && use == Use::Equal) {
      bool is_literal = seen.span.file.has_value() && sources_.Text(seen.span.file).substr(seen.span.begin).starts_with('"');
      diagnostic.fixes.push_back(
          {fmt::format("did you mean `{}`?", *near), is_literal ? seen.span : Span(), is_literal ? QuoteJson(*near) : ""});
    }
    Report(std::move(diagnostic), seen);
  }

  /// Whether a model calls a class that, so that the program has changed the label on the way.
  [[nodiscard]] bool IsLabel(const std::string& text, const Seen& seen) const {
    return std::any_of(seen.labels.models.begin(), seen.labels.models.end(), [&](uint32_t model) {
      return facts_[model] && std::find(facts_[model]->labels.begin(), facts_[model]->labels.end(), text) != facts_[model]->labels.end();
    });
  }

  /// The variants against the labels. A label without a variant makes the conversion fail; a variant without a label is never seen.
  void ReportCast(const Seen& seen) {
    const std::vector<EnumVariant>* variants = graph_.types.FindEnum(seen.enum_name);
    if (variants == nullptr) {
      return;
    }
    std::set<std::string> left = seen.labels.texts;
    std::set<std::string> never;
    for (const EnumVariant& variant : *variants) {
      if (left.erase(variant.label) == 0) {
        never.insert(variant.label);
      }
    }
    std::optional<std::string> meant = MeantVariant(*variants, never, left);
    bool is_meant = seen.is_guarded && !meant && left.size() < seen.labels.texts.size();
    if (!left.empty() && !is_meant) {
      Report(MakeDiagnostic(DiagnosticKind::LabelUnknown, seen.span, "`{}` has no variant for {}, which {} may answer", seen.enum_name,
                            Listed(left), Models(seen))
                 .Fix(meant.value_or("add variants for them, or say what else it is: `… otherwise …`")),
             seen);
    } else if (left.empty() && !never.empty()) {
      Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::LabelUnknown, seen.span, "{} of `{}` is no label of {}", Listed(never),
                                             seen.enum_name, Models(seen));
      // It does no harm: the conversion always succeeds.
      diagnostic.severity = Severity::Warning;
      Report(std::move(diagnostic), seen);
    }
  }

  /// A fix for a variant whose label is nearly one of those that are left.
  static std::optional<std::string> MeantVariant(const std::vector<EnumVariant>& variants, const std::set<std::string>& never,
                                                 const std::set<std::string>& left) {
    for (const EnumVariant& variant : variants) {
      std::optional<std::string> near = never.contains(variant.label) ? NearestLabel(variant.label, left) : std::nullopt;
      if (near) {
        return fmt::format("did you mean `{} = {}`?", variant.name, QuoteJson(*near));
      }
    }
    return std::nullopt;
  }

  void Report(Diagnostic diagnostic, const Seen& seen) {
    for (uint32_t model : seen.labels.models) {
      const ir::Model& declared = graph_.models[ir::ModelId{model}];
      if (declared.task == "text.ZeroShot" || !facts_[model]) {
        diagnostic.notes.push_back(fmt::format("the candidate labels given to `{}`: {}", declared.location, Listed(seen.labels.texts)));
        continue;
      }
      const ModelFacts& facts = *facts_[model];
      std::string labels = Listed({facts.labels.begin(), facts.labels.end()});
      std::string path = JoinPath(facts.folder, "config.json");
      diagnostic.notes.push_back(facts.names_labels ? fmt::format("`id2label` in {}: {}", path, labels)
                                                    : fmt::format("{} has no `id2label`, so its labels are {}", path, labels));
    }
    sink_.Report(std::move(diagnostic));
  }

  [[nodiscard]] std::string Models(const Seen& seen) const {
    std::vector<std::string> names;
    for (uint32_t model : seen.labels.models) {
      names.push_back(fmt::format("`{}`", graph_.models[ir::ModelId{model}].location));
    }
    return fmt::format("{}", fmt::join(names, " or "));
  }

  const ir::Graph& graph_;
  const std::vector<std::optional<ModelFacts>>& facts_;
  const SourceManager& sources_;
  Sink& sink_;
  std::map<Place, Seen> seen_;
};

}  // namespace

void CheckLabels(const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, const SourceManager& sources, Sink& sink) {
  LabelChecker(graph, facts, sources, sink).Run();
}

}  // namespace plait
