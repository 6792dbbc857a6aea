// A program after checking: every name resolved, every type known, every argument in its parameter's place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/id.h"
#include "compiler/base/operations.h"
#include "compiler/base/source.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait::sema {

using ExprId = Id<struct TypedExprTag>;
using LocalId = Id<struct LocalTag>;
using FunctionId = Id<struct FunctionTag>;
using ServiceId = Id<struct ServiceTag>;
using ModelId = Id<struct ModelTag>;
using TaskId = Id<struct TaskTag>;

struct Parameter {
  std::string name;
  Type type;
  std::optional<Value> default_value;
  Span span;
};

struct Signature {
  std::string name;
  std::vector<Parameter> parameters;
  Type result;
  Span span;
};

/// A kind of model: its options (for the model block) and its methods.
struct Task {
  std::string name;  // qualified: text.Generator
  std::vector<Parameter> options;
  std::vector<Signature> methods;
  /// Declared by the program, not by the standard library: its models are code.
  bool is_users_own = false;
  /// The signature of one model, written in its place: `model m: (x: …) -> … = …`. It has one method, `forward`, called by the model's
  /// name.
  bool is_inline = false;
};

struct Model {
  ServiceId service;
  std::string name;
  TaskId task;
  /// `hf`, `path`, `torchscript` or `aoti`.
  std::string source;
  /// "org/name", or a folder or file (relative to the source file's).
  std::string location;
  /// Empty where none was given.
  std::string revision;
  /// Every option with its value, defaults included, in a fixed order: precision, head, then the task's own in their declared order, then
  /// `batch` where it is given. `head` is null or `{ seed: n }`. Models that are code have no other than `batch`.
  ValueFields options;
  Span span;
};

struct Edge {
  std::string name;
  std::vector<ServiceId> targets;
  Span span;
};

/// What one replica asks for; nothing where the source does not say.
struct Resources {
  std::optional<int64_t> cpu;
  std::optional<int64_t> memory_bytes;
  std::optional<int64_t> gpu_min;
  std::optional<int64_t> gpu_max;
  Span span;
};

struct Traffic {
  std::optional<int64_t> timeout_ms;
  std::optional<int64_t> concurrency;
  std::optional<int64_t> batch_max;
  std::optional<int64_t> batch_wait_ms;
  Span span;
};

/// How many replicas of a service a deployment keeps; both or neither, and at least 1.
struct Scale {
  std::optional<int64_t> replicas_min;
  std::optional<int64_t> replicas_max;
  Span span;
};

struct Service {
  std::string name;
  std::string doc;
  Resources resources;
  Traffic traffic;
  Scale scale;
  std::vector<ModelId> models;
  std::vector<Edge> edges;
  std::vector<FunctionId> apis;
  /// No other service uses it, so callers from outside may.
  bool is_exposed = true;
  Span span;
};

/// A parameter, a let or the variable of a comprehension, of one function.
struct Local {
  std::string name;
  Type type;
  Span span;
};

// Expressions. Operands are already of the type that the operation wants: widenings are explicit (`Operation::ToFloat`).

struct Block {
  struct Let {
    LocalId local;
    ExprId value;
  };
  std::vector<Let> lets;
  ExprId value;
};

struct Constant {
  Value value;
};
/// Its type is the local's, or one that a test on the way here narrowed it to.
struct LocalRef {
  LocalId local;
};
struct MakeList {
  std::vector<ExprId> items;
};
/// A record: fields in the order of its declaration, defaults filled in. A map or json: the keys as written.
struct MakeRecord {
  std::vector<std::string> names;
  std::vector<ExprId> values;
};
struct FieldOf {
  ExprId base;
  std::string name;
};
/// An operation on its operands; an f-string is a chain of Add over Display.
struct Apply {
  Operation operation = Operation::Add;
  std::vector<ExprId> operands;
};
/// `a and b` is `if a { b } else { false }`, `a or b` is `if a { true } else { b }`.
struct If {
  ExprId condition;
  Block then_block;
  Block else_block;
};
struct ForClause {
  std::optional<LocalId> index;
  LocalId item;
  ExprId source;
  std::optional<ExprId> condition;
};
/// One over edges has been unrolled into a MakeList. Several clauses nest, the first outermost, and give one flat list.
struct Comprehension {
  std::vector<ForClause> clauses;
  ExprId element;
};
/// A call of an api or fn; one argument a parameter, defaults filled in.
struct CallFunction {
  FunctionId function;
  std::vector<ExprId> arguments;
};
struct CallModel {
  ModelId model;
  /// Index into the task's methods.
  uint32_t method = 0;
  std::vector<ExprId> arguments;
};

/// Lets for one expression.
struct LetIn {
  Block block;
};
/// `x as T`, where T is the expression's type. May fail.
struct Cast {
  ExprId operand;
};
/// Whether a value, of a union or one that may be null, is of that type.
struct Is {
  ExprId operand;
  Type tested;
};
/// A call or cast with what to do when it fails.
struct Guarded {
  ExprId call;
  /// Of one try.
  std::optional<int64_t> within_ms;
  /// More tries after a transient failure.
  int64_t retries = 0;
  std::optional<ExprId> fallback;
};
/// `fails(call)` in a test: whether the call fails.
struct Fails {
  ExprId call;
};
/// `repeat up to limit with state = initial while condition body`.
struct Repeat {
  int64_t limit = 1;
  LocalId state;
  ExprId initial;
  ExprId condition;
  Block body;
};

struct Expr {
  Type type;
  Span span;
  std::variant<Constant, LocalRef, MakeList, MakeRecord, FieldOf, Apply, If, Comprehension, CallFunction, CallModel, LetIn, Cast, Is,
               Guarded, Fails, Repeat>
      node;
};

/// An api, or a fn of a service or a module.
struct Function {
  std::string doc;
  Signature signature;
  /// Absent for a module's fn.
  std::optional<ServiceId> service;
  bool is_api = false;
  /// Parameters first, in order.
  Store<LocalId, Local> locals;
  Store<ExprId, Expr> exprs;
  Block body;
};

/// Whose calls a test answers or counts: an api, or a method of a model.
struct TestedCall {
  std::optional<FunctionId> api;
  ModelId model;
  uint32_t method = 0;

  bool operator==(const TestedCall&) const = default;
};

/// What calls answer, those whose arguments equal the listed ones. The first that matches in the order of the text counts.
struct Given {
  TestedCall callee;
  /// One a parameter; nothing matches anything.
  std::vector<std::optional<Value>> arguments;
  /// The answer, or how the call fails.
  std::variant<Value, FailureKind> answer;
  Span span;
};

enum class ExpectKind : uint8_t { Holds, Fails, Degraded, Calls };

/// What must be so after the steps of a test. `Holds` and `Fails` have an item in the list that the test's body gives:
/// `{ holds: bool, left: json, right: json }`, both sides where it compares.
struct Expect {
  ExpectKind kind = ExpectKind::Holds;
  /// Fails: of which kind, if the test says so.
  std::optional<FailureKind> failure;
  /// Degraded: whether some `otherwise` was used, or must not have been.
  bool is_wanted = true;
  /// Calls: how many calls there were of `callee`, compared with `count`.
  TestedCall callee;
  Operation comparison = Operation::Equal;
  int64_t count = 0;
  Span span;
};

/// One test of the file. It runs as a request of its own.
struct Test {
  std::string name;
  Span span;
  /// Without parameters; gives a list of json.
  Function body;
  std::vector<Given> givens;
  std::vector<Expect> expects;
};

/// The program that one file and its imports make. Marked where it had errors; then only what was right is complete.
struct TypedModule {
  FileId file;
  TypeTable types;
  Store<TaskId, Task> tasks;
  Store<ServiceId, Service> services;
  Store<ModelId, Model> models;
  /// Acyclic in their calls.
  Store<FunctionId, Function> functions;
  /// Of the file itself.
  std::vector<Test> tests;
  bool has_errors = false;
};

/// `Service.api`, `Service.fn` or a bare name.
std::string QualifiedName(const TypedModule& module, const Function& function);
/// What an api or a method that a test names takes and gives.
const Signature& SignatureOf(const TypedModule& module, const TestedCall& callee);
/// `Service.model`
std::string QualifiedName(const TypedModule& module, const Model& model);

/// Text for `--emit=typed` and tests.
std::string Dump(const TypedModule& module);

}  // namespace plait::sema
