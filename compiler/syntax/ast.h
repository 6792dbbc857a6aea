// The tree of one source file, as written: nothing is resolved, nothing is typed.
// Each declaration names the production of grammar.md that it holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/id.h"
#include "compiler/base/source.h"

namespace plait::ast {

using ExprId = Id<struct ExprTag>;
using TypeId = Id<struct TypeTag>;

/// A word with its place.
struct Word {
  std::string text;
  Span span;
};

/// path = NAME { "." WORD } ;
struct Path {
  std::vector<Word> words;
  Span span;

  [[nodiscard]] std::string ToString() const;  // joined with "."
};

// Types -------------------------------------------------------------------------------------------------------------------------------

struct TypeField {
  Word name;
  TypeId type;
};
struct PathType {
  Path path;
};
struct ListType {
  TypeId item;
};
struct OptionalType {
  TypeId item;
};
struct UnionType {
  std::vector<TypeId> members;
};
struct RecordType {
  std::vector<TypeField> fields;
};
struct NullType {};
struct MapType {
  TypeId item;
};
struct StreamType {
  TypeId item;
};
struct TensorType {
  Word element;
  std::vector<Word> dims;
};
struct ErrorType {};

struct Type {
  Span span;
  std::variant<ErrorType, PathType, ListType, OptionalType, UnionType, RecordType, NullType, MapType, StreamType, TensorType> node;
};

// Expressions -------------------------------------------------------------------------------------------------------------------------

/// arg = WORD ":" expr | expr ;
struct Argument {
  std::optional<Word> name;
  ExprId value;
  Span span;
};

/// let = "let" NAME [ ":" type ] "=" expr ;
struct Let {
  Word name;
  std::optional<TypeId> type;
  ExprId value;
  Span span;
};

/// inner = { let } expr ;
struct Block {
  std::vector<Let> lets;
  ExprId value;
  Span span;
};

/// `within e retry e otherwise e`, each at most once.
struct Guards {
  std::optional<ExprId> within;
  std::optional<ExprId> retry;
  std::optional<ExprId> otherwise;
  Span span;
};

enum class UnaryOp { Negate, Not };
enum class BinaryOp {
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  And,
  Or,
  Coalesce
};

/// B, KiB, MiB, GiB, TiB are bytes; ms, s, min, h are milliseconds.
enum class UnitKind { Bytes, Duration };

/// A place where the parser found no expression; a diagnostic has said so.
struct ErrorExpr {};
struct IntLiteral {
  int64_t value = 0;
};
struct FloatLiteral {
  double value = 0;
};
struct UnitLiteral {
  UnitKind kind = UnitKind::Bytes;
  /// Bytes or milliseconds.
  int64_t amount = 0;
};
struct StringLiteral {
  std::string value;
};
/// Text and expressions in turn: `texts` has one more element than `values`.
struct FormatString {
  std::vector<std::string> texts;
  std::vector<ExprId> values;
};
struct BoolLiteral {
  bool value = false;
};
struct NullLiteral {
  /// Written as another language does, which has been reported.
  bool is_foreign = false;
};
struct Name {
  std::string text;
};
/// `.field` as an argument.
struct Selector {
  Word field;
};
struct Parenthesized {
  ExprId inner;
};
struct List {
  std::vector<ExprId> items;
};
/// for = "for" NAME [ "," NAME ] "in" guarded [ "if" guarded ] ;
struct ForClause {
  std::optional<Word> index;
  Word item;
  ExprId source;
  std::optional<ExprId> condition;
};
struct Comprehension {
  ExprId element;
  std::vector<ForClause> clauses;
};
struct BraceField {
  Word name;
  bool is_string = false;
  ExprId value;
};
/// `{ a: 1 }` or `Path { a: 1 }`.
struct Brace {
  std::optional<Path> type;
  std::vector<BraceField> fields;
};
struct If {
  ExprId condition;
  Block then_block;
  /// An `else if` is a block that holds only the inner if.
  Block else_block;
};
struct Pattern {
  /// A literal, or a path with an optional type; `_` is a path.
  std::variant<ExprId, Path> node;
  std::optional<TypeId> type;
  Span span;
};
struct Arm {
  std::vector<Pattern> patterns;
  std::optional<ExprId> condition;
  Block body;
  Span span;
};
struct Match {
  ExprId subject;
  std::vector<Arm> arms;
};
struct Repeat {
  ExprId bound;
  Word state;
  ExprId initial;
  ExprId condition;
  Block body;
};
struct Field {
  ExprId base;
  Word name;
  /// `?.`
  bool is_optional = false;
};
struct Call {
  ExprId callee;
  std::vector<Argument> arguments;
  /// The brackets and what is between them.
  Span arguments_span;
};
struct Index {
  ExprId base;
  ExprId index;
};
struct Unary {
  UnaryOp op = UnaryOp::Negate;
  ExprId operand;
};
struct Binary {
  BinaryOp op = BinaryOp::Add;
  ExprId left;
  ExprId right;
  Span op_span;
};
struct Cast {
  ExprId operand;
  TypeId type;
};
struct Guarded {
  ExprId operand;
  Guards guards;
};
/// `left |> path(arguments)`, with the guards of the call it makes.
struct Pipe {
  ExprId left;
  Path callee;
  std::vector<Argument> arguments;
  std::optional<Guards> guards;
};

struct Expr {
  Span span;
  std::variant<ErrorExpr, IntLiteral, FloatLiteral, UnitLiteral, StringLiteral, FormatString, BoolLiteral, NullLiteral, Name, Selector,
               Parenthesized, List, Comprehension, Brace, If, Match, Repeat, Field, Call, Index, Unary, Binary, Cast, Guarded, Pipe>
      node;
};

// Declarations ------------------------------------------------------------------------------------------------------------------------

/// `///` lines before a declaration, joined with line breaks; empty where there are none.
using Doc = std::string;

struct Param {
  Word name;
  TypeId type;
  std::optional<ExprId> default_value;
  Span span;
};
/// sig = NAME params "->" type ;
struct Signature {
  Word name;
  std::vector<Param> params;
  TypeId result;
  /// The brackets around the parameters.
  Span params_span;
};
/// body = "{" { let } "return" expr "}" ;
using Body = Block;

struct Import {
  /// `std.text` as words, or a file's path.
  std::variant<Path, std::string> target;
  std::optional<Word> alias;
  Span target_span;
};
struct Const {
  Word name;
  std::optional<TypeId> type;
  ExprId value;
};
struct RecordField {
  Doc doc;
  Word name;
  TypeId type;
  std::optional<ExprId> default_value;
};
struct Record {
  Word name;
  std::vector<RecordField> fields;
};
struct EnumVariant {
  Word name;
  std::optional<std::string> label;
};
struct Enum {
  Word name;
  std::vector<EnumVariant> variants;
};
struct TaskMethod {
  Doc doc;
  Signature signature;
};
struct Task {
  Word name;
  std::vector<Param> options;
  std::vector<TaskMethod> methods;
};
struct Function {
  Signature signature;
  Body body;
  /// Only functions of the standard library that the runtime computes have none.
  bool has_body = true;
};

/// config = "{" { WORD ":" ( config | expr [ ".." expr ] ) SEP } "}" ;
struct ConfigEntry;
struct Config {
  std::vector<ConfigEntry> entries;
  Span span;
};
struct ConfigRange {
  ExprId first;
  std::optional<ExprId> last;
};
struct ConfigEntry {
  Word name;
  std::variant<ConfigRange, Config> value;
  Span span;
};

enum class SettingsKind { Resources, Traffic, Scale };
struct Settings {
  SettingsKind kind = SettingsKind::Resources;
  Config config;
};
/// A tensor model's own signature: params "->" type.
struct ModelSignature {
  std::vector<Param> params;
  TypeId result;
};
struct Model {
  Word name;
  std::variant<Path, ModelSignature> type;
  /// `hf`, `path`, `torchscript`, `aoti`.
  Word source;
  std::vector<Argument> source_arguments;
  std::optional<Config> options;
};
struct Uses {
  Word name;
  /// One service, or several in brackets.
  std::vector<Path> targets;
  bool is_list = false;
};
struct Api {
  Function function;
};
struct Member {
  Doc doc;
  Span span;
  std::variant<Settings, Model, Uses, Api, Function> node;
};
struct Service {
  Word name;
  /// Parameters make it a template.
  std::optional<std::vector<Param>> params;
  std::vector<Member> members;
};
/// service A = V("org/a")
struct ServiceInstance {
  Word name;
  Path callee;
  std::vector<Argument> arguments;
};
struct Given {
  Path callee;
  std::vector<Argument> arguments;
  ExprId result;
  Span span;
};
struct Expect {
  ExprId condition;
  Span span;
};
struct Test {
  Word name;
  std::vector<std::variant<Let, Given, Expect>> steps;
};

struct Decl {
  Doc doc;
  Span span;
  std::variant<Import, Const, Record, Enum, Task, Function, Service, ServiceInstance, Test> node;
};

/// One file. Ids refer to its own stores.
struct Module {
  FileId file;
  std::vector<Decl> decls;
  Store<ExprId, Expr> exprs;
  Store<TypeId, Type> types;
  /// Some part of the text did not parse; what did is here.
  bool has_errors = false;
};

/// The tree as indented text, for `--emit=ast` and tests.
std::string Dump(const Module& module);

}  // namespace plait::ast
