// Print: the graph as text.
//
//   record   = "record" name "{" [ field { "," field } ] "}"           field = name ":" type [ "=" json ]
//   model    = "model" "@" INT name ":" name "=" name "(" string [ "," string ] ")" json { "fn" string }
//   demand   = "demand" name { ( "cpu" | "memory" | "gpu_min" | "gpu_max" | "replicas_min" | "replicas_max" ) INT }
//   function = { "///" text } "func" "@" name "(" [ param { "," param } ] ")" "->" type [ "entry" ] [ "timeout_ms" INT ]
//              "{" nodes "return" "%" INT "}"                          param = "%" INT name ":" type [ "=" json ]
//   nodes    = { "%" INT "=" operation ":" type [ regions ] }
//   regions  = arm [ "else" arm ] | "each" items [ ( "where" | "while" ) items ]
//   arm      = "{" nodes "yield" "%" INT "}"                             items = "(" [ "%" INT ":" type { "," "%" INT ":" type } ] ")" arm
#include <algorithm>

#include <fmt/format.h>

#include "compiler/ir/edit.h"
#include "compiler/ir/node_names.h"
#include "compiler/ir/text.h"

namespace plait::ir {
namespace {

bool IsWord(std::string_view text) {
  auto is_word_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word_byte);
}

/// A name as it is, or quoted where it is no word.
std::string Name(std::string_view name) { return IsWord(name) ? std::string(name) : QuoteJson(name); }

std::string Default(const std::optional<Value>& value) { return value ? " = " + ConstantText(*value) : ""; }

/// Prints one function, which is canonical.
class FunctionPrinter {
 public:
  FunctionPrinter(const Graph& graph, const Function& function, const SourceManager* sources)
      : graph_(graph), function_(function), sources_(sources) {}

  std::string Run() {
    PrintDoc();
    text_ += fmt::format("func @{}(", Name(function_.name));
    const std::vector<NodeId>& nodes = function_.regions[function_.body].parameters;
    for (size_t i = 0; i < function_.parameters.size(); ++i) {
      const Parameter& parameter = function_.parameters[i];
      text_ += fmt::format("{}{} {}: {}{}", i == 0 ? "" : ", ", Use(nodes[i]), Name(parameter.name), parameter.type.ToString(),
                           Default(parameter.default_value));
    }
    text_ += fmt::format(") -> {}", function_.result.ToString());
    if (function_.is_entry) {
      text_ += " entry";
    }
    if (function_.timeout_ms) {
      text_ += fmt::format(" timeout_ms {}", *function_.timeout_ms);
    }
    text_ += " {" + Place(function_.span) + "\n";
    PrintRegion(function_.body, "return", 2);
    text_ += "}\n";
    return std::move(text_);
  }

 private:
  void PrintDoc() {
    if (function_.doc.empty()) {
      return;
    }
    std::string_view rest = function_.doc;
    for (bool is_last = false; !is_last;) {
      size_t end = std::min(rest.find('\n'), rest.size());
      text_ += fmt::format("///{}{}\n", end == 0 ? "" : " ", rest.substr(0, end));
      is_last = end == rest.size();
      rest.remove_prefix(is_last ? end : end + 1);
    }
  }

  static std::string Use(NodeId node) { return fmt::format("%{}", node.index); }
  [[nodiscard]] std::string Operand(const Node& node, size_t i) const { return Use(node.operands[i]); }

  [[nodiscard]] std::string Place(const Span& span) const {
    std::string place = sources_ == nullptr ? "" : sources_->Place(span);
    return place.empty() ? "" : "  // " + place;
  }

  void PrintRegion(RegionId region, std::string_view keyword, size_t indent) {
    for (NodeId node : function_.regions[region].nodes) {
      PrintNode(node, indent);
    }
    text_ += fmt::format("{:{}}{} {}\n", "", indent, keyword, Use(function_.regions[region].result));
  }

  void PrintNode(NodeId id, size_t indent) {
    const Node& node = function_.nodes[id];
    text_ += fmt::format("{:{}}{} = {} : {}", "", indent, Use(id), Spelling(node), node.type.ToString());
    for (size_t i = 0; i < node.regions.size(); ++i) {
      text_ += RegionHead(node, i) + (i == 0 ? Place(node.span) : "") + "\n";
      PrintRegion(node.regions[i], "yield", indent + 2);
      text_ += fmt::format("{:{}}}}", "", indent);
    }
    text_ += (node.regions.empty() ? Place(node.span) : "") + "\n";
  }

  [[nodiscard]] std::string RegionHead(const Node& node, size_t i) const {
    if (node.kind == NodeKind::If) {
      return i == 0 ? " {" : " else {";
    }
    if (node.kind == NodeKind::Try) {
      return " {";
    }
    std::string head = i == 0 ? " each (" : node.kind == NodeKind::Loop ? " while (" : " where (";
    const std::vector<NodeId>& parameters = function_.regions[node.regions[i]].parameters;
    for (size_t k = 0; k < parameters.size(); ++k) {
      head += fmt::format("{}{}: {}", k == 0 ? "" : ", ", Use(parameters[k]), function_.nodes[parameters[k]].type.ToString());
    }
    return head + ") {";
  }

  [[nodiscard]] std::string Spelling(const Node& node) const {
    std::string_view name = NodeKindName(node.kind);
    switch (node.kind) {
      case NodeKind::Parameter:
        return std::string(name);
      case NodeKind::Constant:
        return fmt::format("{} {}", name, ConstantText(node.constant));
      case NodeKind::Apply:
        return ApplySpelling(node);
      case NodeKind::Field:
        return fmt::format("{} {}.{}", name, Operand(node, 0), Name(node.names[0]));
      case NodeKind::List:
      case NodeKind::Record:
        return fmt::format("{}{}", name, Arguments(node));
      case NodeKind::If:
      case NodeKind::Map:
      case NodeKind::Cast:
        return fmt::format("{} {}", name, Operand(node, 0));
      case NodeKind::Is:
        return fmt::format("{} {} {}", name, Operand(node, 0), node.tested.ToString());
      case NodeKind::Try:
        return TrySpelling(node);
      case NodeKind::Loop:
        return fmt::format("{} {} up to {}", name, Operand(node, 0), node.limit);
      case NodeKind::CallModel:
        return fmt::format("{} @{}.{}{}", name, node.model.index, Name(node.method), Arguments(node));
      case NodeKind::CallFunction:
        return fmt::format("{} @{}{}", name, Name(graph_.functions[node.function].name), Arguments(node));
    }
    return "";
  }

  static std::string TrySpelling(const Node& node) {
    std::string text(NodeKindName(node.kind));
    if (node.within_ms) {
      text += fmt::format(" within_ms {}", *node.within_ms);
    }
    if (node.retries != 0) {
      text += fmt::format(" retries {}", node.retries);
    }
    return text + (node.is_tolerant ? " tolerant" : "");
  }

  static std::string Arguments(const Node& node) {
    std::string text = "(";
    for (size_t i = 0; i < node.operands.size(); ++i) {
      text += i == 0 ? "" : ", ";
      if (!node.names.empty()) {
        text += Name(node.names[i]) + ": ";
      }
      text += Use(node.operands[i]);
    }
    return text + ")";
  }

  [[nodiscard]] std::string ApplySpelling(const Node& node) const {
    std::string_view spelling = OperationSpelling(node.operation);
    if (node.operation == Operation::Index) {
      return fmt::format("{}[{}]", Operand(node, 0), Operand(node, 1));
    }
    if (node.operands.size() == 2) {
      return fmt::format("{} {} {}", Operand(node, 0), spelling, Operand(node, 1));
    }
    std::string text(spelling);
    for (size_t i = 0; i < node.operands.size(); ++i) {
      text += fmt::format("{} {}", i == 0 ? "" : ",", Operand(node, i));
    }
    return text;
  }

  const Graph& graph_;
  const Function& function_;
  const SourceManager* sources_;
  std::string text_;
};

std::string PrintEnum(const std::string& name, const std::vector<EnumVariant>& variants) {
  std::string text;
  for (const EnumVariant& variant : variants) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", variant.name, QuoteJson(variant.label));
  }
  return fmt::format("enum {} {{ {} }}\n", name, text);
}

std::string PrintRecord(const std::string& name, const std::vector<RecordField>& fields) {
  std::string text = fmt::format("record {} {{ ", Name(name));
  for (size_t i = 0; i < fields.size(); ++i) {
    text +=
        fmt::format("{}{}: {}{}", i == 0 ? "" : ", ", Name(fields[i].name), fields[i].type.ToString(), Default(fields[i].default_value));
  }
  return text + " }\n";
}

std::string PrintModel(ModelId id, const Model& model) {
  std::string revision = model.revision.empty() ? "" : ", " + QuoteJson(model.revision);
  std::string methods;
  for (const MethodSignature& method : model.methods) {
    methods += " fn " + QuoteJson(method.ToString());
  }
  return fmt::format("model @{} {}: {} = {}({}{}) {}{}", id.index, Name(model.name), Name(model.task), Name(model.source),
                     QuoteJson(model.location), revision, ConstantText(Value::Record(model.options)), methods);
}

std::string PrintDemand(const Demand& demand) {
  std::string text = fmt::format("demand {}", Name(demand.service));
  auto print = [&](std::string_view name, const std::optional<int64_t>& value) {
    if (value) {
      text += fmt::format(" {} {}", name, *value);
    }
  };
  print("cpu", demand.cpu);
  print("memory", demand.memory_bytes);
  print("gpu_min", demand.gpu_min);
  print("gpu_max", demand.gpu_max);
  print("replicas_min", demand.replicas_min);
  print("replicas_max", demand.replicas_max);
  return text;
}

}  // namespace

std::string Print(const Graph& graph, const SourceManager* sources) {
  auto comment = [&](const Span& span) {
    std::string place = sources == nullptr ? "" : sources->Place(span);
    return place.empty() ? "\n" : "  // " + place + "\n";
  };
  std::string text;
  for (const auto& [name, variants] : graph.types.enums) {
    text += PrintEnum(name, variants);
  }
  for (const auto& [name, fields] : graph.types.records) {
    text += PrintRecord(name, fields);
  }
  for (uint32_t i = 0; i < graph.models.size(); ++i) {
    const Model& model = graph.models[ModelId{i}];
    text += PrintModel(ModelId{i}, model) + comment(model.span);
  }
  for (const Demand& demand : graph.demands) {
    text += PrintDemand(demand) + comment(demand.span);
  }
  for (const Function& function : graph.functions) {
    text += text.empty() ? "" : "\n";
    text += FunctionPrinter(graph, Canonical(function), sources).Run();
  }
  return text;
}

}  // namespace plait::ir
