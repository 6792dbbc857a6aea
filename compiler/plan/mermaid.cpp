// A plan for Mermaid, which Markdown viewers draw.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/plan/drawing.h"
#include "compiler/plan/units.h"
#include "compiler/plan/views.h"

namespace plait::plan {
namespace {

/// Inside quotes: what Mermaid or HTML would take for more than text becomes an entity.
std::string Escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '"':
        escaped += "#quot;";
        break;
      case '<':
        escaped += "#lt;";
        break;
      case '>':
        escaped += "#gt;";
        break;
      case '#':
        escaped += "#35;";
        break;
      case '&':
        escaped += "#amp;";
        break;
      case '\n':
        escaped += "<br>";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

std::string NodeText(const DrawnNode& node) {
  std::string label = Escape(node.title);
  if (!node.detail.empty()) {
    label += fmt::format("<br>{}", Escape(node.detail));
  }
  switch (node.shape) {
    case NodeShape::Request:
    case NodeShape::Result:
      return fmt::format("([\"{}\"])", label);
    case NodeShape::Call:
      return fmt::format("[\"{}\"]", label);
    case NodeShape::Compute:
    case NodeShape::Gather:
      return fmt::format("(\"{}\")", label);
    case NodeShape::Item:
      return fmt::format("((\"{}\"))", label);
    case NodeShape::Choice:
      return fmt::format("{{\"{}\"}}", label);
    case NodeShape::Merge:
      return "((\" \"))";
  }
  return "";
}

class MermaidWriter {
 public:
  MermaidWriter(const Drawing& drawing, std::string prefix) : drawing_(drawing), prefix_(std::move(prefix)) {}

  std::string Run() {
    WriteInside(std::nullopt, "  ");
    for (const DrawnEdge& edge : drawing_.edges) {
      std::string_view arrow = edge.is_choice ? "-.->" : "-->";
      std::string label = edge.label.empty() ? "" : fmt::format("|\"{}\"|", Escape(edge.label));
      text_ += fmt::format("  {}n{} {}{} {}n{}\n", prefix_, edge.from, arrow, label, prefix_, edge.to);
    }
    return std::move(text_);
  }

 private:
  void WriteInside(const std::optional<size_t>& group, const std::string& indent) {
    for (size_t i = 0; i < drawing_.nodes.size(); ++i) {
      if (drawing_.nodes[i].group == group) {
        text_ += fmt::format("{}{}n{}{}\n", indent, prefix_, i, NodeText(drawing_.nodes[i]));
      }
    }
    for (size_t i = 0; i < drawing_.groups.size(); ++i) {
      if (drawing_.groups[i].parent == group) {
        text_ += fmt::format("{}subgraph {}g{} [\"{}\"]\n", indent, prefix_, i, Escape(drawing_.groups[i].title));
        WriteInside(i, indent + "  ");
        text_ += fmt::format("{}end\n", indent);
      }
    }
  }

  const Drawing& drawing_;
  std::string prefix_;
  std::string text_;
};

}  // namespace

std::string ToMermaid(const Plan& plan, const ViewOptions& options) {
  std::vector<const Entry*> entries = ChosenEntries(plan, options.entry);
  std::string text = "flowchart TD\n";
  for (size_t i = 0; i < entries.size(); ++i) {
    Drawing drawing = DrawEntry(plan, *entries[i]);
    text += MermaidWriter(drawing, fmt::format("e{}_", i)).Run();
  }
  return text;
}

}  // namespace plait::plan
