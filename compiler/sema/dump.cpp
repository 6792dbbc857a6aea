// The typed module as text that reads like the source, with every type and every default spelled out.

#include <fmt/format.h>

#include "compiler/sema/typed_module.h"

namespace plait::sema {
namespace {

std::string ParameterText(const Parameter& parameter) {
  std::string text = fmt::format("{}: {}", parameter.name, parameter.type.ToString());
  return parameter.default_value ? fmt::format("{} = {}", text, ToJson(*parameter.default_value)) : text;
}

std::string SignatureText(const Signature& signature) {
  std::string text = signature.name + "(";
  for (size_t i = 0; i < signature.parameters.size(); ++i) {
    text += (i == 0 ? "" : ", ") + ParameterText(signature.parameters[i]);
  }
  return fmt::format("{}) -> {}", text, signature.result.ToString());
}

class FunctionWriter {
 public:
  FunctionWriter(const TypedModule& module, const Function& function, std::string& text)
      : module_(module), function_(function), text_(text) {}

  void WriteBody(int indent) { WriteBlock(function_.body, indent, "return "); }

 private:
  void WriteBlock(const Block& block, int indent, std::string_view lead) {
    for (const Block::Let& let : block.lets) {
      const Local& local = function_.locals[let.local];
      text_ += fmt::format("{:{}}let {}: {} = {}\n", "", indent, local.name, local.type.ToString(), Text(let.value));
    }
    text_ += fmt::format("{:{}}{}{}\n", "", indent, lead, block.value.has_value() ? Text(block.value) : "<error>");
  }

  std::string Text(ExprId id) {
    const Expr& expr = function_.exprs[id];
    if (expr.type.is_error()) {
      return "<error>";
    }
    if (const auto* cast = std::get_if<Cast>(&expr.node)) {
      return fmt::format("({} as {})", Text(cast->operand), expr.type.ToString());
    }
    return std::visit([&](const auto& node) { return Of(node); }, expr.node);
  }

  std::string Joined(const std::vector<ExprId>& ids) {
    std::string text;
    for (size_t i = 0; i < ids.size(); ++i) {
      text += (i == 0 ? "" : ", ") + Text(ids[i]);
    }
    return text;
  }

  std::string Arguments(const Signature& signature, const std::vector<ExprId>& arguments) {
    std::string text = "(";
    for (size_t i = 0; i < arguments.size(); ++i) {
      text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", signature.parameters[i].name, Text(arguments[i]));
    }
    return text + ")";
  }

  static std::string Of(const Constant& node) { return ToJson(node.value); }
  std::string Of(const LocalRef& node) { return function_.locals[node.local].name; }
  std::string Of(const MakeList& node) { return fmt::format("[{}]", Joined(node.items)); }
  std::string Of(const FieldOf& node) { return fmt::format("{}.{}", Text(node.base), node.name); }

  std::string Of(const MakeRecord& node) {
    std::string text = "{ ";
    for (size_t i = 0; i < node.names.size(); ++i) {
      text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", node.names[i], Text(node.values[i]));
    }
    return text + " }";
  }

  std::string Of(const Apply& node) {
    std::string_view spelling = OperationSpelling(node.operation);
    if (node.operation == Operation::Index) {
      return fmt::format("{}[{}]", Text(node.operands[0]), Text(node.operands[1]));
    }
    bool is_word = node.operation != Operation::In && spelling[0] >= 'a' && spelling[0] <= 'z';
    if (is_word || node.operands.size() == 1) {
      return fmt::format("{}({})", spelling, Joined(node.operands));
    }
    return fmt::format("({} {} {})", Text(node.operands[0]), spelling, Text(node.operands[1]));
  }

  std::string InBraces(const Block& block) {
    std::string text = "{ ";
    for (const Block::Let& let : block.lets) {
      const Local& local = function_.locals[let.local];
      text += fmt::format("let {}: {} = {}; ", local.name, local.type.ToString(), Text(let.value));
    }
    return text + Text(block.value) + " }";
  }

  std::string Of(const If& node) {
    return fmt::format("if {} {} else {}", Text(node.condition), InBraces(node.then_block), InBraces(node.else_block));
  }

  std::string Of(const Comprehension& node) {
    std::string text = "[" + Text(node.element);
    for (const ForClause& clause : node.clauses) {
      text += " for ";
      if (clause.index) {
        text += function_.locals[*clause.index].name + ", ";
      }
      text += fmt::format("{} in {}", function_.locals[clause.item].name, Text(clause.source));
      if (clause.condition) {
        text += " if " + Text(*clause.condition);
      }
    }
    return text + "]";
  }

  std::string Of(const LetIn& node) { return InBraces(node.block); }
  std::string Of(const Cast& node) { return Text(node.operand); }
  std::string Of(const Is& node) { return fmt::format("({} is {})", Text(node.operand), node.tested.ToString()); }

  std::string Of(const Guarded& node) {
    std::string text = "(" + Text(node.call);
    text += node.within_ms ? fmt::format(" within {}ms", *node.within_ms) : "";
    text += node.retries > 0 ? fmt::format(" retry {}", node.retries) : "";
    return text + (node.fallback ? fmt::format(" otherwise {})", Text(*node.fallback)) : ")");
  }

  std::string Of(const Fails& node) { return fmt::format("fails({})", Text(node.call)); }

  std::string Of(const Repeat& node) {
    return fmt::format("repeat up to {} with {} = {} while {} {}", node.limit, function_.locals[node.state].name, Text(node.initial),
                       Text(node.condition), InBraces(node.body));
  }

  std::string Of(const CallFunction& node) {
    const Function& callee = module_.functions[node.function];
    return QualifiedName(module_, callee) + Arguments(callee.signature, node.arguments);
  }

  std::string Of(const CallModel& node) {
    const Model& model = module_.models[node.model];
    const Signature& method = module_.tasks[model.task].methods[node.method];
    return fmt::format("{}.{}{}", QualifiedName(module_, model), method.name, Arguments(method, node.arguments));
  }

  const TypedModule& module_;
  const Function& function_;
  std::string& text_;
};

class ModuleWriter {
 public:
  explicit ModuleWriter(const TypedModule& module) : module_(module) {}

  std::string Write() {
    for (const auto& [name, variants] : module_.types.enums) {
      WriteEnum(name, variants);
    }
    for (const auto& [name, fields] : module_.types.records) {
      WriteRecord(name, fields);
    }
    for (const Task& task : module_.tasks) {
      WriteTask(task);
    }
    for (const Service& service : module_.services) {
      WriteService(service);
    }
    for (const Function& function : module_.functions) {
      WriteFunction(function);
    }
    for (const Test& test : module_.tests) {
      text_ += fmt::format("test {}\n", QuoteJson(test.name));
      FunctionWriter(module_, test.body, text_).WriteBody(2);
    }
    return std::move(text_);
  }

 private:
  void WriteRecord(const std::string& name, const std::vector<RecordField>& fields) {
    text_ += fmt::format("record {} {{ ", name);
    for (size_t i = 0; i < fields.size(); ++i) {
      text_ += (i == 0 ? "" : ", ") + ParameterText({fields[i].name, fields[i].type, fields[i].default_value, {}});
    }
    text_ += " }\n";
  }

  void WriteEnum(const std::string& name, const std::vector<EnumVariant>& variants) {
    text_ += fmt::format("enum {} {{ ", name);
    for (size_t i = 0; i < variants.size(); ++i) {
      text_ += fmt::format("{}{} = {}", i == 0 ? "" : ", ", variants[i].name, QuoteJson(variants[i].label));
    }
    text_ += " }\n";
  }

  void WriteTask(const Task& task) {
    text_ += fmt::format("task {}", task.name);
    for (size_t i = 0; i < task.options.size(); ++i) {
      text_ += (i == 0 ? "(" : ", ") + ParameterText(task.options[i]) + (i + 1 == task.options.size() ? ")" : "");
    }
    text_ += "\n";
    for (const Signature& method : task.methods) {
      text_ += fmt::format("  fn {}\n", SignatureText(method));
    }
  }

  void WriteNumber(std::string_view name, const std::optional<int64_t>& number) {
    if (number) {
      text_ += fmt::format("  {} = {}\n", name, *number);
    }
  }

  void WriteService(const Service& service) {
    text_ += fmt::format("service {}{}\n", service.name, service.is_exposed ? " (exposed)" : "");
    WriteNumber("cpu", service.resources.cpu);
    WriteNumber("memory_bytes", service.resources.memory_bytes);
    WriteNumber("gpu_min", service.resources.gpu_min);
    WriteNumber("gpu_max", service.resources.gpu_max);
    WriteNumber("timeout_ms", service.traffic.timeout_ms);
    WriteNumber("concurrency", service.traffic.concurrency);
    WriteNumber("batch_max", service.traffic.batch_max);
    WriteNumber("batch_wait_ms", service.traffic.batch_wait_ms);
    WriteNumber("replicas_min", service.scale.replicas_min);
    WriteNumber("replicas_max", service.scale.replicas_max);
    for (ModelId id : service.models) {
      WriteModel(module_.models[id]);
    }
    for (const Edge& edge : service.edges) {
      text_ += fmt::format("  uses {}:", edge.name);
      for (ServiceId target : edge.targets) {
        text_ += " " + module_.services[target].name;
      }
      text_ += "\n";
    }
  }

  void WriteModel(const Model& model) {
    text_ += fmt::format("  model {}: {} = {}({}", model.name, model.task.has_value() ? module_.tasks[model.task].name : "<error>",
                         model.source, QuoteJson(model.location));
    if (!model.revision.empty()) {
      text_ += ", revision: " + QuoteJson(model.revision);
    }
    text_ += fmt::format(") {}\n", ToJson(Value::Record(model.options)));
  }

  void WriteFunction(const Function& function) {
    std::string owner = function.service ? module_.services[*function.service].name + "." : "";
    text_ += fmt::format("{} {}{}\n", function.is_api ? "api" : "fn", owner, SignatureText(function.signature));
    FunctionWriter(module_, function, text_).WriteBody(2);
  }

  const TypedModule& module_;
  std::string text_;
};

}  // namespace

std::string Dump(const TypedModule& module) { return ModuleWriter(module).Write(); }

}  // namespace plait::sema
