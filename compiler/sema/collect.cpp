// Puts every declaration and every member into its scope.

#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/stages.h"

namespace plait::sema {
namespace {

class Collector {
 public:
  explicit Collector(Program& program) : program_(program) {}

  void CollectModule(ModuleId module) {
    module_ = module;
    scope_ = &program_.modules[module].scope;
    CollectImports();
    for (const ast::Decl& decl : tree().decls) {
      std::visit([&](const auto& node) { Collect(node, decl); }, decl.node);
    }
    // The program uses a misspelt import under the right name, and its fault is reported already.
    for (const ImportInfo& import : program_.modules[module].imports) {
      if (!import.meant_alias.empty()) {
        scope_->spaces[static_cast<size_t>(Space::Type)].try_emplace(import.meant_alias,
                                                                     Symbol{SymbolKind::Unavailable, 0, import.alias.span});
      }
    }
  }

  void CollectServiceMembers(ServiceId service) {
    service_ = service;
    ServiceInfo& info = program_.services[service.index];
    module_ = info.module;
    scope_ = &info.scope;
    for (const ast::Member& member : info.decl->members) {
      std::visit([&](const auto& node) { CollectMember(node, member); }, member.node);
    }
  }

 private:
  [[nodiscard]] const ast::Module& tree() const { return *program_.modules[module_].tree; }
  std::string Qualified(const std::string& name) { return program_.modules[module_].prefix + name; }

  void Declare(Space space, const ast::Word& name, SymbolKind kind, size_t index = 0) {
    if (name.text.empty()) {
      return;  // the parser has said what is wrong there
    }
    auto [entry, is_new] =
        scope_->spaces[static_cast<size_t>(space)].try_emplace(name.text, Symbol{kind, static_cast<uint32_t>(index), name.span});
    if (!is_new) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::DuplicateName, name.span, "`{}` is declared twice", name.text)
                                   .Also(entry->second.span, "first declared here"));
    }
  }

  void CollectImports() {
    const std::vector<ImportInfo>& imports = program_.modules[module_].imports;
    for (size_t i = 0; i < imports.size(); ++i) {
      if (!imports[i].alias.text.empty()) {
        Declare(Space::Type, imports[i].alias, imports[i].module.has_value() ? SymbolKind::Module : SymbolKind::Unavailable, i);
      }
    }
  }

  void Collect(const ast::Import& /*node*/, const ast::Decl& /*decl*/) {}

  void Collect(const ast::Const& node, const ast::Decl& /*decl*/) {
    Declare(Space::Data, node.name, SymbolKind::Const, program_.consts.size());
    program_.consts.push_back({module_, &node, Progress::Waiting, {}, {}});
  }

  void Collect(const ast::Record& node, const ast::Decl& /*decl*/) {
    Declare(Space::Type, node.name, SymbolKind::Record, program_.records.size());
    std::string name = Qualified(node.name.text);
    program_.record_indices.try_emplace(name, static_cast<uint32_t>(program_.records.size()));
    program_.records.push_back({module_, &node, std::move(name), {}, Progress::Waiting});
  }

  void Collect(const ast::Enum& node, const ast::Decl& /*decl*/) {
    Declare(Space::Type, node.name, SymbolKind::Enum, program_.enums.size());
    program_.enums.push_back({module_, &node, Qualified(node.name.text)});
  }

  void Collect(const ast::Task& node, const ast::Decl& /*decl*/) {
    Declare(Space::Type, node.name, SymbolKind::Task, program_.tasks.size());
    program_.tasks.push_back({module_, &node});
    Task task;
    task.name = Qualified(node.name.text);
    task.is_users_own = !program_.modules[module_].is_standard;
    program_.result.tasks.Add(std::move(task));
  }

  void Collect(const ast::Function& node, const ast::Decl& decl) {
    if (!node.has_body) {
      CollectLibraryFunction(node);
      return;
    }
    Declare(Space::Callable, node.signature.name, SymbolKind::Function, program_.functions.size());
    AddFunction(node, decl.doc, Qualified(node.signature.name.text));
  }

  void CollectLibraryFunction(const ast::Function& node) {
    const ast::Word& name = node.signature.name;
    std::optional<Operation> operation = LibraryOperation(Qualified(name.text));
    if (!program_.modules[module_].is_standard || !operation) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::SyntaxError, name.span, "the function `{}` has no body", name.text)
                                   .Fix("write `{ return … }` after the type of its result"));
      Declare(Space::Callable, name, SymbolKind::Unavailable);
      return;
    }
    Declare(Space::Callable, name, SymbolKind::LibraryFunction, program_.library.size());
    program_.library.push_back({module_, &node, *operation, {}});
  }

  void Collect(const ast::Service& node, const ast::Decl& decl) {
    if (node.params) {
      Declare(Space::Callable, node.name, SymbolKind::Template, program_.templates.size());
      program_.templates.push_back({module_, &node, false});
      return;
    }
    AddService(node.name, decl.doc).decl = &node;
  }

  void Collect(const ast::ServiceInstance& node, const ast::Decl& decl) {
    // Its template may stand further down or in another module.
    static const ast::Service kNothing;
    ServiceInfo& info = AddService(node.name, decl.doc);
    info.decl = &kNothing;
    info.instance = InstanceInfo{module_, &node, 0, {}};
  }

  ServiceInfo& AddService(const ast::Word& name, const ast::Doc& doc) {
    Declare(Space::Callable, name, SymbolKind::Service, program_.services.size());
    Service service;
    service.name = Qualified(name.text);
    service.doc = doc;
    service.span = name.span;
    program_.result.services.Add(std::move(service));
    program_.services.push_back({module_, nullptr, {}, {}, {}, std::nullopt});
    return program_.services.back();
  }

  /// Names of tests meet no other names.
  void Collect(const ast::Test& node, const ast::Decl& decl) {
    if (module_ != ModuleId{0}) {
      return;
    }
    auto [first, is_new] = test_names_.try_emplace(node.name.text, node.name.span);
    if (!is_new) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::DuplicateName, node.name.span, "two tests are named {}", QuoteJson(node.name.text))
              .Also(first->second, "the first one"));
      return;
    }
    program_.tests.push_back({&node, decl.span});
  }

  void CollectMember(const ast::Settings& /*node*/, const ast::Member& /*member*/) {}

  void CollectMember(const ast::Model& node, const ast::Member& member) {
    ModelId id = program_.result.models.Add({});
    program_.models.push_back({&node, false});
    Model& model = program_.result.models[id];
    model.service = service_;
    model.name = node.name.text;
    model.span = member.span;
    program_.result.services[service_].models.push_back(id);
    Declare(Space::Callable, node.name, SymbolKind::Model, id.index);
  }

  void CollectMember(const ast::Uses& node, const ast::Member& /*member*/) {
    std::vector<EdgeInfo>& edges = program_.services[service_.index].edges;
    Declare(Space::Callable, node.name, SymbolKind::Edge, edges.size());
    edges.push_back({&node, {}, false, false});
    program_.result.services[service_].edges.push_back({node.name.text, {}, node.name.span});
  }

  void CollectMember(const ast::Api& node, const ast::Member& member) {
    const ast::Word& name = node.function.signature.name;
    Declare(Space::Callable, name, SymbolKind::Function, program_.functions.size());
    FunctionId id = AddFunction(node.function, member.doc, name.text);
    program_.result.functions[id].is_api = true;
    program_.result.functions[id].service = service_;
    program_.result.services[service_].apis.push_back(id);
  }

  void CollectMember(const ast::Function& node, const ast::Member& member) {
    Declare(Space::Callable, node.signature.name, SymbolKind::Function, program_.functions.size());
    FunctionId id = AddFunction(node, member.doc, node.signature.name.text);
    program_.result.functions[id].service = service_;
  }

  FunctionId AddFunction(const ast::Function& node, const ast::Doc& doc, std::string name) {
    program_.functions.push_back({module_, &node});
    Function function;
    function.doc = doc;
    function.signature.name = std::move(name);
    function.signature.span = node.signature.name.span;
    return program_.result.functions.Add(std::move(function));
  }

  Program& program_;
  ModuleId module_;
  ServiceId service_;
  Scope* scope_ = nullptr;
  std::map<std::string_view, Span> test_names_;
};

/// Gives an instance the body of its template, and the template's parameters as constants of the service.
void FindTemplate(Program& program, ServiceInfo& service) {
  InstanceInfo& instance = *service.instance;
  std::optional<FoundSymbol> found = ResolvePath(program, {instance.module, std::nullopt}, instance.decl->callee, Space::Callable);
  if (!found || found->symbol.kind == SymbolKind::Unavailable) {
    return;
  }
  if (found->symbol.kind != SymbolKind::Template) {
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::NotCallable, instance.decl->callee.span,
                                           "`{}` is {}, and only a template makes services", instance.decl->callee.ToString(),
                                           KindName(found->symbol.kind))
                                .Also(found->symbol.span, "declared here"));
    return;
  }
  TemplateInfo& info = program.templates[found->symbol.index];
  info.is_used = true;
  instance.template_index = found->symbol.index;
  service.decl = info.decl;
  service.module = info.module;
  for (const ast::Param& parameter : *info.decl->params) {
    auto index = static_cast<uint32_t>(program.consts.size());
    service.scope.spaces[static_cast<size_t>(Space::Data)].try_emplace(parameter.name.text,
                                                                       Symbol{SymbolKind::Const, index, parameter.name.span});
    instance.arguments.push_back(index);
    program.consts.push_back({info.module, nullptr, Progress::Done, {}, {}});
  }
}

}  // namespace

void CollectDeclarations(Program& program) {
  for (uint32_t i = 0; i < program.modules.size(); ++i) {
    Collector(program).CollectModule(ModuleId{i});
  }
  for (ServiceInfo& service : program.services) {
    if (service.instance) {
      FindTemplate(program, service);
    }
  }
  for (uint32_t i = 0; i < program.result.services.size(); ++i) {
    Collector(program).CollectServiceMembers(ServiceId{i});
  }
}

}  // namespace plait::sema
