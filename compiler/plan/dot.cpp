// A plan for Graphviz.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/base/markup.h"
#include "compiler/plan/drawing.h"
#include "compiler/plan/units.h"
#include "compiler/plan/views.h"

namespace plait::plan {
namespace {

constexpr std::string_view kHead = R"(digraph plan {
  graph [rankdir=TB, newrank=true, fontname="Helvetica", fontsize=10, fontcolor="#475569", nodesep=0.5, ranksep=0.5, pad=0.3, bgcolor="#ffffff"];
  node [fontname="Helvetica", fontsize=11, fontcolor="#0f172a", shape=box, style="rounded,filled", color="#94a3b8", fillcolor="#ffffff", penwidth=1.1, margin="0.18,0.09"];
  edge [fontname="Helvetica", fontsize=9, fontcolor="#475569", color="#64748b", arrowsize=0.7, penwidth=1.1];
)";

std::string_view StyleOf(NodeShape shape) {
  switch (shape) {
    case NodeShape::Request:
      return R"(fillcolor="#0f172a", color="#0f172a", fontcolor="#ffffff")";
    case NodeShape::Result:
      return R"(fillcolor="#dcfce7", color="#4ade80")";
    case NodeShape::Call:
      return R"(fillcolor="#ffffff", color="#60a5fa")";
    case NodeShape::Compute:
      return R"(fillcolor="#f8fafc", color="#cbd5e1", fontcolor="#334155", fontsize=10)";
    case NodeShape::Item:
      return R"(shape=ellipse, style=filled, fillcolor="#fef3c7", color="#f59e0b", fontsize=10, margin="0.08,0.04")";
    case NodeShape::Gather:
      return R"(fillcolor="#fffbeb", color="#f59e0b", fontcolor="#334155", fontsize=10)";
    case NodeShape::Choice:
      return R"(shape=hexagon, style=filled, fillcolor="#f3e8ff", color="#a855f7", fontsize=10, margin="0.1,0.06")";
    case NodeShape::Merge:
      return R"(shape=circle, style=filled, fillcolor="#a855f7", color="#a855f7", width=0.12, height=0.12, fixedsize=true)";
  }
  return "";
}

std::string_view StyleOf(GroupKind kind) {
  switch (kind) {
    case GroupKind::Service:
      return R"(style="rounded,filled", fillcolor="#eff6ff", color="#bfdbfe", fontcolor="#1d4ed8", labeljust=l)";
    case GroupKind::Repeated:
      return R"(style="rounded,dashed", color="#f59e0b", fontcolor="#b45309", labeljust=r)";
    case GroupKind::Guarded:
      return R"(style="rounded,dashed", color="#94a3b8", fontcolor="#475569", labeljust=r)";
  }
  return "";
}

/// Text of a label of Graphviz's HTML kind, in which a tag ends a line.
std::string EscapeHtml(std::string_view text) {
  std::string escaped = EscapeMarkup(text);
  for (size_t at = escaped.find('\n'); at != std::string::npos; at = escaped.find('\n', at)) {
    escaped.replace(at, 1, "<br/>");
  }
  return escaped;
}

/// In quotes; Graphviz reads `\n` in them itself, so every backslash of the text is doubled.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + "\"";
}

/// Broken after blanks into lines of about one width.
std::string Wrapped(std::string_view text) {
  constexpr size_t kLineWidth = 34;
  constexpr size_t kMostLines = 5;
  std::string wrapped;
  size_t lines = 1;
  while (!text.empty()) {
    size_t end = std::min(text.find(' ', 0), text.size());
    while (end < text.size() && WidthOf(text.substr(0, end)) < kLineWidth) {
      size_t next = std::min(text.find(' ', end + 1), text.size());
      if (WidthOf(text.substr(0, next)) > kLineWidth) {
        break;
      }
      end = next;
    }
    wrapped += Shortened(text.substr(0, end), 2 * kLineWidth);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (!text.empty() && ++lines > kMostLines) {
      return wrapped + " …";
    }
    wrapped += text.empty() ? "" : "\n";
  }
  return wrapped;
}

std::string LabelOf(const DrawnNode& node) {
  if (node.shape == NodeShape::Merge) {
    return "\"\"";
  }
  bool is_expression = node.shape == NodeShape::Compute || node.shape == NodeShape::Gather;
  std::string_view detail_colour = node.shape == NodeShape::Request ? "#cbd5e1" : "#64748b";
  std::string wrapped = EscapeHtml(Wrapped(node.title));
  std::string title = is_expression || node.shape == NodeShape::Choice ? wrapped : fmt::format("<b>{}</b>", wrapped);
  // The lines of a detail are given, a long expression in it is not.
  std::string lines = EscapeHtml(node.shape == NodeShape::Call ? node.detail : Wrapped(node.detail));
  std::string detail = lines.empty() ? "" : fmt::format("<br/><font point-size=\"9\" color=\"{}\">{}</font>", detail_colour, lines);
  return fmt::format("<{}{}>", title, detail);
}

class DotWriter {
 public:
  explicit DotWriter(const Drawing& drawing, std::string prefix) : drawing_(drawing), prefix_(std::move(prefix)) {
    nodes_in_.resize(drawing.groups.size() + 1);
    groups_in_.resize(drawing.groups.size() + 1);
    for (size_t i = 0; i < drawing.nodes.size(); ++i) {
      nodes_in_[Slot(drawing.nodes[i].group)].push_back(i);
    }
    for (size_t i = 0; i < drawing.groups.size(); ++i) {
      groups_in_[Slot(drawing.groups[i].parent)].push_back(i);
    }
  }

  std::string Run() {
    WriteInside(0, "  ");
    for (const std::vector<size_t>& side : drawing_.side_by_side) {
      std::vector<std::string> names;
      for (size_t node : side) {
        names.push_back(Name(node));
      }
      text_ += fmt::format("  {{ rank=same; {}; }}\n", fmt::join(names, "; "));
    }
    for (const DrawnEdge& edge : drawing_.edges) {
      std::string style = edge.is_choice ? ", style=dashed, color=\"#a855f7\", fontcolor=\"#7e22ce\"" : "";
      // Spaces keep the words clear of the line.
      std::string label = edge.label.empty() ? "\"\"" : Quoted(fmt::format("  {}  ", edge.label));
      // From straight above, an arrow misses the name of the service.
      std::string_view port = drawing_.nodes[edge.to].shape == NodeShape::Call ? ":n" : "";
      text_ += fmt::format("  {} -> {}{} [label={}{}];\n", Name(edge.from), Name(edge.to), port, label, style);
    }
    return std::move(text_);
  }

 private:
  /// Where the content of a group is listed; what is in none comes first.
  static size_t Slot(const std::optional<size_t>& group) { return group ? *group + 1 : 0; }

  [[nodiscard]] std::string Name(size_t node) const { return fmt::format("{}n{}", prefix_, node); }

  void WriteInside(size_t slot, const std::string& indent) {
    for (size_t node : nodes_in_[slot]) {
      const DrawnNode& drawn = drawing_.nodes[node];
      text_ += fmt::format("{}{} [label={}, {}{}];\n", indent, Name(node), LabelOf(drawn), StyleOf(drawn.shape), WidthFor(drawn));
    }
    for (size_t group : groups_in_[slot]) {
      const DrawnGroup& drawn = drawing_.groups[group];
      std::string_view style = StyleOf(drawn.kind);
      text_ += fmt::format("{}subgraph cluster_{}g{} {{\n", indent, prefix_, group);
      text_ += fmt::format("{}  label={}; {}; margin=12;\n", indent, Quoted(drawn.title), Semicolons(style));
      WriteInside(group + 1, indent + "  ");
      text_ += fmt::format("{}}}\n", indent);
    }
  }

  /// A call is wide enough for its service's name to end before the middle, where arrows come in.
  [[nodiscard]] std::string WidthFor(const DrawnNode& node) const {
    constexpr double kInchesPerLetter = 0.19;
    bool is_titled = node.shape == NodeShape::Call && node.group && drawing_.groups[*node.group].kind == GroupKind::Service;
    return is_titled ? fmt::format(", width={:.2f}", kInchesPerLetter * static_cast<double>(WidthOf(drawing_.groups[*node.group].title)))
                     : "";
  }

  /// Attributes of a cluster are statements.
  static std::string Semicolons(std::string_view attributes) {
    std::string text(attributes);
    for (size_t at = text.find(", "); at != std::string::npos; at = text.find(", ", at)) {
      text.replace(at, 2, "; ");
    }
    return text;
  }

  const Drawing& drawing_;
  std::string prefix_;
  std::string text_;
  std::vector<std::vector<size_t>> nodes_in_;
  std::vector<std::vector<size_t>> groups_in_;
};

}  // namespace

std::string ToDot(const Plan& plan, const ViewOptions& options) {
  std::vector<const Entry*> entries = ChosenEntries(plan, options.entry);
  std::string text(kHead);
  for (size_t i = 0; i < entries.size(); ++i) {
    Drawing drawing = DrawEntry(plan, *entries[i]);
    text += DotWriter(drawing, fmt::format("e{}_", i)).Run();
  }
  return text + "}\n";
}

}  // namespace plait::plan
