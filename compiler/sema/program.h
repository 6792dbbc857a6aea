// What checking knows of a program while it works: its modules, their scopes, and the typed module that grows.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/check.h"
#include "compiler/sema/reporter.h"

namespace plait::sema {

using ModuleId = Id<struct ModuleTag>;

/// Names of different spaces never meet: `text` may be a module and a parameter.
enum class Space : uint8_t { Type, Callable, Data };
inline constexpr std::array kSpaces = {Space::Type, Space::Callable, Space::Data};

/// `Unavailable` is a name whose declaration was reported as faulty or as not run by this version; its uses stay silent.
enum class SymbolKind : uint8_t {
  Record,
  Enum,
  Task,
  Module,
  Function,
  LibraryFunction,
  Service,
  Template,
  Model,
  Edge,
  Const,
  Unavailable
};

struct Symbol {
  SymbolKind kind = SymbolKind::Unavailable;
  /// Into the program's list of its kind; a module's into the imports of its module, an edge's into the edges of its service.
  uint32_t index = 0;
  Span span;
};

/// The names that one module or one service declares.
struct Scope {
  using Names = std::map<std::string, Symbol, std::less<>>;

  std::array<Names, kSpaces.size()> spaces;

  [[nodiscard]] const Symbol* Find(Space space, std::string_view name) const;
};

struct ImportInfo {
  ast::Word alias;
  /// Nothing where the import was not found.
  ModuleId module;
  bool is_used = false;
  /// Of an import that was not found: the name that it would have if it were what was probably meant.
  std::string meant_alias = "";
};

struct ModuleInfo {
  const ast::Module* tree = nullptr;
  /// Put before the names of its declarations: `text.`; empty for the file that is checked.
  std::string prefix;
  bool is_standard = false;
  Scope scope;
  std::vector<ImportInfo> imports;
};

/// Of one constant.
inline constexpr size_t kMaxConstantParts = size_t{1} << 20;

enum class Progress : uint8_t { Waiting, Active, Done };

struct RecordInfo {
  ModuleId module;
  const ast::Record* decl = nullptr;
  std::string name;
  /// Of the fields in the record table, in their order: repeated ones are left out.
  std::vector<const ast::RecordField*> fields;
  /// Of its defaults; the types of its fields are known before any expression is checked.
  Progress progress = Progress::Waiting;
};

struct EnumInfo {
  ModuleId module;
  const ast::Enum* decl = nullptr;
  std::string name;
};

struct ConstInfo {
  ModuleId module;
  /// Nothing for a parameter of a template, whose value an instance gives.
  const ast::Const* decl = nullptr;
  Progress progress = Progress::Waiting;
  Type type;
  Value value;
};

struct TaskInfo {
  ModuleId module;
  /// Nothing for the signature of one model.
  const ast::Task* decl = nullptr;
};

/// A function that the standard library declares and `base/library.h` computes.
struct LibraryFunction {
  ModuleId module;
  const ast::Function* decl = nullptr;
  Operation operation = Operation::Add;
  /// Its types may hold variables.
  Signature signature;
};

struct FunctionInfo {
  ModuleId module;
  const ast::Function* decl = nullptr;
};

struct ModelInfo {
  const ast::Model* decl = nullptr;
  bool is_used = false;
};

struct EdgeInfo {
  const ast::Uses* decl = nullptr;
  /// Of `Edge::targets`, in the same order.
  std::vector<Span> target_spans;
  /// Some target was not found, or cannot be called in this version.
  bool is_faulty = false;
  bool is_used = false;
};

/// A service with parameters.
struct TemplateInfo {
  ModuleId module;
  const ast::Service* decl = nullptr;
  bool is_used = false;
};

/// `service A = V("org/a")`: what stands in its declaration, and the constants that its arguments become.
struct InstanceInfo {
  ModuleId module;
  const ast::ServiceInstance* decl = nullptr;
  uint32_t template_index = 0;
  /// Into the consts, one a parameter of the template.
  std::vector<uint32_t> arguments;
};

struct ServiceInfo {
  /// Where the names in its body are looked up: of an instance, the template's.
  ModuleId module;
  const ast::Service* decl = nullptr;
  Scope scope;
  std::vector<EdgeInfo> edges;
  /// Where its timeout stands, if it says one.
  Span timeout_span;
  std::optional<InstanceInfo> instance;

  /// The file that offers it.
  [[nodiscard]] ModuleId declared_in() const { return instance ? instance->module : module; }
};

struct TestInfo {
  const ast::Test* decl = nullptr;
  Span span;
};

/// Lists beside a store of `result` have the store's ids as their indices.
struct Program {
  Program(ModuleSource& module_source, Sink& sink) : sources(module_source), reporter(sink) {}

  ModuleSource& sources;
  Reporter reporter;
  TypedModule result;
  /// The first is the file that is checked; each stands before what it imports.
  Store<ModuleId, ModuleInfo> modules;
  std::vector<RecordInfo> records;
  /// Their indices by qualified name.
  std::map<std::string, uint32_t, std::less<>> record_indices;
  std::vector<EnumInfo> enums;
  std::vector<ConstInfo> consts;
  std::vector<TaskInfo> tasks;
  std::vector<FunctionInfo> functions;
  std::vector<LibraryFunction> library;
  std::vector<ModelInfo> models;
  std::vector<ServiceInfo> services;
  std::vector<TemplateInfo> templates;
  /// Of the file that is checked.
  std::vector<TestInfo> tests;
  /// Of records that were looked into: where each field stands.
  std::map<std::string, std::map<std::string_view, size_t>> field_places;
  /// Of the expressions that are being checked, constants that they need included.
  int depth = 0;
  /// How much the values of constants may still hold: items, fields and bytes of text.
  size_t constant_parts_left = kMaxConstantParts * 16;
  /// How often elements of comprehensions may still be checked for an edge.
  size_t rounds_left = 65'536;
};

}  // namespace plait::sema
