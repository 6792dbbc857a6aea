// The tree as nested forms, one declaration after the other.
#include <array>

#include <fmt/format.h>

#include "compiler/base/value.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/dump_form.h"

namespace plait::ast {

namespace {

std::string_view BinaryName(BinaryOp op) {
  static constexpr std::array<std::string_view, 15> kNames = {"+",  "-", "*",  "/",  "%",   "==", "!=", "<",
                                                              "<=", ">", ">=", "in", "and", "or", "??"};
  return kNames[static_cast<size_t>(op)];
}

class Dumper {
 public:
  explicit Dumper(const Module& module) : module_(module) {}

  std::string Run() {
    std::string text;
    for (const Decl& decl : module_.decls) {
      DumpForm form = std::visit([this](const auto& node) { return Form(node); }, decl.node);
      AddDoc(form, decl.doc);
      form.Print(0, text);
      text += "\n";
    }
    return text;
  }

 private:
  // Types, as they are written.
  std::string Text(TypeId id) const {
    if (!id.has_value()) {
      return "(error)";
    }
    return std::visit([this](const auto& node) { return Text(node); }, module_.types[id].node);
  }
  std::string Text(const ErrorType&) const { return "(error)"; }
  std::string Text(const PathType& type) const { return type.path.ToString(); }
  std::string Text(const ListType& type) const { return "[" + Text(type.item) + "]"; }
  std::string Text(const OptionalType& type) const {
    bool is_union = std::holds_alternative<UnionType>(module_.types[type.item].node);
    return is_union ? "(" + Text(type.item) + ")?" : Text(type.item) + "?";
  }
  std::string Text(const UnionType& type) const {
    std::string text;
    for (TypeId member : type.members) {
      text += (text.empty() ? "" : " | ") + Text(member);
    }
    return text;
  }
  std::string Text(const RecordType& type) const {
    std::string text;
    for (const TypeField& field : type.fields) {
      text += (text.empty() ? "" : ", ") + field.name.text + ": " + Text(field.type);
    }
    return "{" + text + "}";
  }
  std::string Text(const NullType&) const { return "null"; }
  std::string Text(const MapType& type) const { return "map<" + Text(type.item) + ">"; }
  std::string Text(const StreamType& type) const { return "stream<" + Text(type.item) + ">"; }
  std::string Text(const TensorType& type) const {
    std::string dims;
    for (const Word& dim : type.dims) {
      dims += (dims.empty() ? "" : ", ") + dim.text;
    }
    return fmt::format("tensor<{}>[{}]", type.element.text, dims);
  }

  // Expressions.
  DumpForm Form(ExprId id) const {
    return std::visit([this](const auto& node) { return Form(node); }, module_.exprs[id].node);
  }
  DumpForm Form(const ErrorExpr&) const { return DumpForm("error"); }
  DumpForm Form(const IntLiteral& literal) const { return DumpForm::Atom(std::to_string(literal.value)); }
  DumpForm Form(const FloatLiteral& literal) const { return DumpForm::Atom(FormatFloat(literal.value)); }
  DumpForm Form(const UnitLiteral& literal) const {
    return std::move(DumpForm(literal.kind == UnitKind::Bytes ? "bytes" : "ms").Add(std::to_string(literal.amount)));
  }
  DumpForm Form(const StringLiteral& literal) const { return DumpForm::Atom(QuoteJson(literal.value)); }
  DumpForm Form(const FormatString& node) const {
    DumpForm form("format");
    for (size_t i = 0; i < node.texts.size(); ++i) {
      form.Add(QuoteJson(node.texts[i]));
      if (i < node.values.size()) {
        form.Add(Form(node.values[i]));
      }
    }
    return form;
  }
  DumpForm Form(const BoolLiteral& literal) const { return DumpForm::Atom(literal.value ? "true" : "false"); }
  DumpForm Form(const NullLiteral&) const { return DumpForm::Atom("null"); }
  DumpForm Form(const Name& name) const { return DumpForm::Atom(name.text); }
  DumpForm Form(const Selector& selector) const { return DumpForm::Atom("." + selector.field.text); }
  DumpForm Form(const Parenthesized& node) const { return std::move(DumpForm("paren").Add(Form(node.inner))); }
  DumpForm Form(const List& node) const {
    DumpForm form("list");
    for (ExprId item : node.items) {
      form.Add(Form(item));
    }
    return form;
  }
  DumpForm Form(const Comprehension& node) const {
    DumpForm form("each");
    form.Add(Form(node.element));
    for (const ForClause& clause : node.clauses) {
      DumpForm for_form("for " + (clause.index ? clause.index->text + ", " : "") + clause.item.text);
      for_form.Add(Form(clause.source));
      AddOptional(for_form, "if", clause.condition);
      form.Add(std::move(for_form));
    }
    return form;
  }
  DumpForm Form(const Brace& node) const {
    DumpForm form(node.type ? "record " + node.type->ToString() : "record");
    for (const BraceField& field : node.fields) {
      form.Add(std::move(DumpForm(field.is_string ? QuoteJson(field.name.text) : field.name.text).Add(Form(field.value))));
    }
    return form;
  }
  DumpForm Form(const If& node) const {
    return std::move(DumpForm("if").Add(Form(node.condition)).Add(Form(node.then_block)).Add(Form(node.else_block)));
  }
  DumpForm Form(const Match& node) const {
    DumpForm form("match");
    form.Add(Form(node.subject));
    for (const Arm& arm : node.arms) {
      DumpForm arm_form("arm");
      for (const Pattern& pattern : arm.patterns) {
        arm_form.Add(Form(pattern));
      }
      AddOptional(arm_form, "if", arm.condition);
      form.Add(std::move(arm_form.Add(Form(arm.body))));
    }
    return form;
  }
  DumpForm Form(const Pattern& pattern) const {
    DumpForm node = std::holds_alternative<ExprId>(pattern.node) ? Form(std::get<ExprId>(pattern.node))
                                                                 : DumpForm::Atom(std::get<Path>(pattern.node).ToString());
    return pattern.type ? std::move(DumpForm("bind").Add(std::move(node)).Add(Text(*pattern.type))) : node;
  }
  DumpForm Form(const Repeat& node) const {
    DumpForm form("repeat");
    form.Add(std::move(DumpForm("up-to").Add(Form(node.bound))));
    form.Add(std::move(DumpForm("with " + node.state.text).Add(Form(node.initial))));
    form.Add(std::move(DumpForm("while").Add(Form(node.condition))));
    return std::move(form.Add(Form(node.body)));
  }
  DumpForm Form(const Field& node) const {
    return std::move(DumpForm(node.is_optional ? "?." : ".").Add(Form(node.base)).Add(node.name.text));
  }
  DumpForm Form(const Call& node) const {
    DumpForm form("call");
    form.Add(Form(node.callee));
    AddArguments(form, node.arguments);
    return form;
  }
  DumpForm Form(const Index& node) const { return std::move(DumpForm("index").Add(Form(node.base)).Add(Form(node.index))); }
  DumpForm Form(const Unary& node) const {
    return std::move(DumpForm(node.op == UnaryOp::Negate ? "negate" : "not").Add(Form(node.operand)));
  }
  DumpForm Form(const Binary& node) const {
    return std::move(DumpForm(std::string(BinaryName(node.op))).Add(Form(node.left)).Add(Form(node.right)));
  }
  DumpForm Form(const Cast& node) const { return std::move(DumpForm("as").Add(Form(node.operand)).Add(Text(node.type))); }
  DumpForm Form(const Guarded& node) const {
    DumpForm form("guarded");
    form.Add(Form(node.operand));
    AddGuards(form, node.guards);
    return form;
  }
  DumpForm Form(const Pipe& node) const {
    DumpForm form("|>");
    form.Add(Form(node.left)).Add(node.callee.ToString());
    AddArguments(form, node.arguments);
    if (node.guards) {
      AddGuards(form, *node.guards);
    }
    return form;
  }
  DumpForm Form(const Block& block) const {
    if (block.lets.empty()) {
      return Form(block.value);
    }
    DumpForm form("block");
    for (const Let& let : block.lets) {
      form.Add(Form(let));
    }
    return std::move(form.Add(Form(block.value)));
  }
  DumpForm Form(const Let& let) const {
    DumpForm form("let " + let.name.text);
    AddType(form, let.type);
    return std::move(form.Add(Form(let.value)));
  }

  // Declarations.
  DumpForm Form(const Import& node) const {
    DumpForm form("import");
    const auto* path = std::get_if<Path>(&node.target);
    form.Add(path != nullptr ? path->ToString() : QuoteJson(std::get<std::string>(node.target)));
    if (node.alias) {
      form.Add("as " + node.alias->text);
    }
    return form;
  }
  DumpForm Form(const Const& node) const {
    DumpForm form("const " + node.name.text);
    AddType(form, node.type);
    return std::move(form.Add(Form(node.value)));
  }
  DumpForm Form(const Record& node) const {
    DumpForm form("record " + node.name.text);
    for (const RecordField& field : node.fields) {
      DumpForm field_form("field " + field.name.text);
      field_form.Add(Text(field.type));
      AddOptional(field_form, "default", field.default_value);
      AddDoc(field_form, field.doc);
      form.Add(std::move(field_form));
    }
    return form;
  }
  DumpForm Form(const Enum& node) const {
    DumpForm form("enum " + node.name.text);
    for (const EnumVariant& variant : node.variants) {
      DumpForm variant_form("variant " + variant.name.text);
      if (variant.label) {
        variant_form.Add(QuoteJson(*variant.label));
      }
      form.Add(std::move(variant_form));
    }
    return form;
  }
  DumpForm Form(const Task& node) const {
    DumpForm form("task " + node.name.text);
    AddParams(form, node.options);
    for (const TaskMethod& method : node.methods) {
      DumpForm method_form("fn " + method.signature.name.text);
      AddSignature(method_form, method.signature);
      AddDoc(method_form, method.doc);
      form.Add(std::move(method_form));
    }
    return form;
  }
  DumpForm Form(const Function& node) const { return FunctionForm("fn", node); }
  DumpForm Form(const Api& node) const { return FunctionForm("api", node.function); }
  DumpForm FunctionForm(const std::string& head, const Function& node) const {
    DumpForm form(head + " " + node.signature.name.text);
    AddSignature(form, node.signature);
    if (node.has_body) {
      form.Add(Form(node.body));
    }
    return form;
  }
  DumpForm Form(const Service& node) const {
    DumpForm form((node.params ? "template " : "service ") + node.name.text);
    AddParams(form, node.params.value_or(std::vector<Param>()));
    for (const Member& member : node.members) {
      DumpForm member_form = std::visit([this](const auto& inner) { return Form(inner); }, member.node);
      AddDoc(member_form, member.doc);
      form.Add(std::move(member_form));
    }
    return form;
  }
  DumpForm Form(const Settings& node) const {
    static constexpr std::array<std::string_view, 3> kNames = {"resources", "traffic", "scale"};
    DumpForm form{std::string(kNames[static_cast<size_t>(node.kind)])};
    AddConfig(form, node.config);
    return form;
  }
  DumpForm Form(const Model& node) const {
    DumpForm form("model " + node.name.text);
    if (const auto* path = std::get_if<Path>(&node.type)) {
      form.Add(path->ToString());
    } else {
      const auto& signature = std::get<ModelSignature>(node.type);
      AddParams(form, signature.params);
      form.Add("-> " + Text(signature.result));
    }
    DumpForm source(node.source.text);
    AddArguments(source, node.source_arguments);
    form.Add(std::move(source));
    if (node.options) {
      DumpForm options("options");
      AddConfig(options, *node.options);
      form.Add(std::move(options));
    }
    return form;
  }
  DumpForm Form(const Uses& node) const {
    DumpForm form("uses " + node.name.text);
    DumpForm list("list");
    for (const Path& target : node.targets) {
      (node.is_list ? list : form).Add(target.ToString());
    }
    return node.is_list ? std::move(form.Add(std::move(list))) : form;
  }
  DumpForm Form(const ServiceInstance& node) const {
    DumpForm form("instance " + node.name.text);
    form.Add(node.callee.ToString());
    AddArguments(form, node.arguments);
    return form;
  }
  DumpForm Form(const Test& node) const {
    DumpForm form("test " + QuoteJson(node.name.text));
    for (const auto& step : node.steps) {
      form.Add(std::visit([this](const auto& inner) { return Form(inner); }, step));
    }
    return form;
  }
  DumpForm Form(const Given& node) const {
    DumpForm form("given " + node.callee.ToString());
    AddArguments(form, node.arguments);
    return std::move(form.Add(std::move(DumpForm("result").Add(Form(node.result)))));
  }
  DumpForm Form(const Expect& node) const { return std::move(DumpForm("expect").Add(Form(node.condition))); }

  // Parts.
  void AddDoc(DumpForm& form, const Doc& doc) const {
    if (!doc.empty()) {
      form.Add(std::move(DumpForm("doc").Add(QuoteJson(doc))));
    }
  }
  void AddType(DumpForm& form, const std::optional<TypeId>& type) const {
    if (type) {
      form.Add(std::move(DumpForm(":").Add(Text(*type))));
    }
  }
  void AddOptional(DumpForm& form, std::string head, const std::optional<ExprId>& expr) const {
    if (expr) {
      form.Add(std::move(DumpForm(std::move(head)).Add(Form(*expr))));
    }
  }
  void AddArguments(DumpForm& form, const std::vector<Argument>& arguments) const {
    for (const Argument& argument : arguments) {
      form.Add(argument.name ? std::move(DumpForm(argument.name->text + ":").Add(Form(argument.value))) : Form(argument.value));
    }
  }
  void AddGuards(DumpForm& form, const Guards& guards) const {
    AddOptional(form, "within", guards.within);
    AddOptional(form, "retry", guards.retry);
    AddOptional(form, "otherwise", guards.otherwise);
  }
  void AddParams(DumpForm& form, const std::vector<Param>& params) const {
    for (const Param& param : params) {
      DumpForm param_form("param " + param.name.text);
      param_form.Add(Text(param.type));
      AddOptional(param_form, "default", param.default_value);
      form.Add(std::move(param_form));
    }
  }
  void AddSignature(DumpForm& form, const Signature& signature) const {
    AddParams(form, signature.params);
    form.Add("-> " + Text(signature.result));
  }
  void AddConfig(DumpForm& form, const Config& config) const {
    for (const ConfigEntry& entry : config.entries) {
      DumpForm entry_form(entry.name.text);
      if (const auto* inner = std::get_if<Config>(&entry.value)) {
        AddConfig(entry_form, *inner);
      } else {
        const auto& range = std::get<ConfigRange>(entry.value);
        entry_form.Add(Form(range.first));
        AddOptional(entry_form, "..", range.last);
      }
      form.Add(std::move(entry_form));
    }
  }

  const Module& module_;
};

}  // namespace

std::string Dump(const Module& module) { return Dumper(module).Run(); }

}  // namespace plait::ast
