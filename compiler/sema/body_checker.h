// Types the expressions of one body, or of one constant. Its parts stand in check_*.cpp, a file a job.
// Long because it names every form of expression once.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/sema/bindings.h"
#include "compiler/sema/callee.h"
#include "compiler/sema/expectation.h"
#include "compiler/sema/fold.h"
#include "compiler/sema/match_cases.h"
#include "compiler/sema/names.h"

namespace plait::sema {

/// What the arguments of a call told about the type variables of its callee.
struct Inference {
  std::map<std::string, Type> types;
  /// Sizes, or names where the caller's own tensors have them, by the callee's names of dimensions.
  std::map<std::string, std::string> dims;
  /// Of `E` in the signature of the standard library.
  std::string element;

  /// The type with what is known put in.
  [[nodiscard]] Type Known(const Type& type) const;
  /// Notes that a value of type `given` stands for a parameter of type `declared`. False where it cannot.
  bool Learn(const Type& declared, const Type& given);
};

/// Somewhere in it stands a type variable.
bool HasVariable(const Type& type);
/// Somewhere in it stands a dimension that each call gives its size.
bool HasDimVariable(const Type& type);
/// Adds the names of the dimensions that stand in it.
void CollectDims(const Type& type, std::set<std::string>& names);

/// One expression a parameter, and what must be computed before them.
struct BoundArguments {
  std::vector<ExprId> values;
  std::vector<Block::Let> lets;
  Inference inference;
};

class BodyChecker {
 public:
  /// What may stand in the expressions: in a constant no calls, in a test calls of any service.
  enum class Use : uint8_t { Body, Constant, Test };

  /// Adds locals and expressions to `function`.
  BodyChecker(Program& program, const Surroundings& around, Use use, Function& function);

  /// Opens a scope with the parameters as its names and the function's first locals.
  void DeclareParameters(const std::vector<Parameter>& parameters);
  /// Checks the body in the scope that is open and closes it.
  Block CheckBody(const ast::Block& body, const Expectation& result);

  /// An expression of the wanted type, or of type `Error` after a report.
  ExprId CheckAs(ast::ExprId id, const Expectation& want);
  /// An expression of its own type; literals in it take theirs from `want` where it is given.
  ExprId Check(ast::ExprId id, const Expectation* want = nullptr);
  /// The steps of a test, in the scope that `DeclareParameters` opened.
  void CheckTest(const ast::Test& test, Test& result);
  /// The arguments in their places, then the defaults.
  BoundArguments BindArguments(const Callee& callee, const std::vector<ast::Argument>& arguments, const Span& call_span);

 private:
  /// The place of the expression that is being checked.
  struct At {
    ast::ExprId id;
    Span span;
    const Expectation* want = nullptr;
  };

  // check_expressions.cpp
  ExprId Of(const ast::ErrorExpr& node, const At& at);
  ExprId Of(const ast::Name& node, const At& at);
  ExprId Of(const ast::Parenthesized& node, const At& at);
  ExprId Of(const ast::If& node, const At& at);
  ExprId CheckIf(const ast::If& node, const At& at);
  void AddTails(const ast::If& node, std::vector<Span>& tails);
  ExprId Of(const ast::Field& node, const At& at);
  ExprId Of(const ast::Index& node, const At& at);
  Block CheckBlock(const ast::Block& block, const Expectation* want);
  Block CheckInner(const ast::Block& block, const Expectation* want);
  void CheckLet(const ast::Let& let, Block& block);
  bool IsForeignNull(ast::ExprId id);
  ExprId CheckAny(ast::ExprId id, const Expectation* want);
  const RecordField* FindField(const std::string& record, std::string_view name);
  ExprId FieldOfValue(ExprId base, const ast::Word& name, const Span& span);
  ExprId ReportUnknownField(ExprId base, const ast::Word& name);

  // check_absent.cpp
  ExprId IsAbsent(LocalId local, const Type& type, const Span& span);
  ExprId CheckCoalesce(const ast::Binary& node, const At& at);
  ExprId CheckOptionalField(const ast::Field& node, const At& at);
  ExprId MemberOf(Operation operation, ExprId json, Value key, const Span& span);
  /// The local that a condition `name != null` or `name == null` tells about, with the block where it is there: true for the first.
  std::optional<std::pair<LocalId, bool>> FindNarrowing(ast::ExprId condition);
  [[nodiscard]] Type TypeOfLocal(LocalId local) const;

  // check_match.cpp
  struct MatchedValue {
    LocalId local;
    Type type;
    Span span;
  };
  struct PatternTest {
    /// Nothing where the pattern takes every value.
    std::optional<ExprId> condition;
    MatchCases::Covered covers;
  };
  struct CheckedArm {
    std::optional<ExprId> test;
    /// Takes every value that comes to it.
    bool is_certain = false;
    /// A pattern of it was reported, so it has no test.
    bool is_faulty = false;
    Block body;
  };
  ExprId Of(const ast::Match& node, const At& at);
  LocalId HoldInLocal(ExprId value, std::string_view name, std::vector<Block::Let>& lets);
  ExprId WithLets(std::vector<Block::Let> lets, ExprId value);
  bool RefuseSubject(ExprId subject);
  CheckedArm CheckArm(const ast::Arm& arm, const MatchedValue& value, MatchCases& cases, const Expectation* want);
  ExprId ChainArms(std::vector<CheckedArm>& arms, const At& at);
  ExprId Either(ExprId first, ExprId second, const Span& span);
  ExprId Both(ExprId first, ExprId second, const Span& span);
  std::optional<PatternTest> CheckPattern(const ast::Pattern& pattern, bool is_alternative, const MatchedValue& value);
  std::optional<PatternTest> CheckTypePattern(const ast::Pattern& pattern, bool is_alternative, const MatchedValue& value);
  std::optional<PatternTest> CheckLiteralPattern(ast::ExprId id, const MatchedValue& value);
  std::optional<PatternTest> CheckNamedPattern(const ast::Path& path, const MatchedValue& value);
  std::optional<PatternTest> TestEquality(const Value& literal, const Type& type, const Span& span, const MatchedValue& value);
  void ReportUnknownPattern(const ast::Path& path, const MatchedValue& value);

  // check_guards.cpp
  ExprId Of(const ast::Cast& node, const At& at);
  ExprId Of(const ast::Guarded& node, const At& at);
  ExprId Of(const ast::Repeat& node, const At& at);
  ExprId CheckGuards(ExprId call, const ast::Guards& guards, const At& at);
  std::optional<int64_t> ReadDuration(ast::ExprId id);
  std::optional<int64_t> ReadCount(ast::ExprId id, std::string_view what, int64_t least);

  // check_tests.cpp
  void CheckGiven(const ast::Given& given, Test& test);
  std::optional<TestedCall> FindTestedCall(const ast::Path& path);
  std::optional<ast::Path> PathOf(ast::ExprId id);
  std::optional<std::variant<Value, FailureKind>> ReadAnswer(ast::ExprId id, const Signature& signature);
  std::optional<FailureKind> ReadFailureKind(ast::ExprId id);
  void CheckExpect(const ast::Expect& expect, Test& test, std::vector<ExprId>& outcomes);
  bool CheckCallCount(const ast::Expect& expect, Test& test);
  bool CheckDegraded(const ast::Expect& expect, Test& test);
  std::optional<ExprId> CheckFails(const ast::Expect& expect, Test& test);
  ExprId OutcomeOf(ExprId condition);
  const ast::Call* CallOf(ast::ExprId id, std::string_view name);

  // check_names.cpp
  const EnumInfo* FindEnum(ast::ExprId id);
  std::optional<ExprId> CheckVariant(const ast::Field& node, const At& at);
  std::string EnumBefore(const ast::Path& path);
  ExprId NotAValue(const Span& span, std::string_view name, const Symbol& symbol);
  ExprId ConstantOf(const Symbol& symbol, const Span& span);
  /// `module.NAME`, or nothing where the base is no module.
  std::optional<ExprId> CheckModuleMember(const ast::Field& node, const At& at);
  LocalId DeclareLocal(const ast::Word& name, Type type, BindingKind kind);
  void Declare(const ast::Word& name, BindingKind kind, decltype(Binding::target) target);
  void LeaveScope();
  void ReportUnknown(const ast::Word& word);
  /// Counts every name in the expression as used, so that a part that is not checked brings no warnings.
  void MarkUsed(ast::ExprId id);
  void MarkUsed(std::string_view name);

  // check_literals.cpp
  ExprId Of(const ast::IntLiteral& node, const At& at);
  ExprId Of(const ast::FloatLiteral& node, const At& at);
  ExprId Of(const ast::UnitLiteral& node, const At& at);
  ExprId Of(const ast::StringLiteral& node, const At& at);
  ExprId Of(const ast::FormatString& node, const At& at);
  ExprId Of(const ast::BoolLiteral& node, const At& at);
  ExprId Of(const ast::NullLiteral& node, const At& at);
  ExprId Of(const ast::List& node, const At& at);
  ExprId JoinStrings(const std::vector<ExprId>& parts, size_t begin, size_t end, const Span& span);

  // check_records.cpp
  ExprId Of(const ast::Brace& node, const At& at);
  ExprId CheckAnonymous(const ast::Brace& node, const At& at, const Type* want);
  ExprId CheckNamed(const ast::Brace& node, const At& at, const std::string& record);
  const Type* FindMemberFor(const ast::Brace& node, const Type& all);
  bool HasRepeatedFields(const ast::Brace& node);
  void ReportFields(const ast::Brace& node, const At& at, const Type& type, const std::vector<std::string>& wanted,
                    std::vector<std::string> missing);

  // check_maps.cpp
  ExprId CheckMap(const ast::Brace& node, const At& at, const Type* want);
  ExprId CheckMapIndex(ExprId base, const ast::Index& node, const At& at);
  ExprId CheckJsonIndex(ExprId base, const ast::Index& node, const At& at);
  ForClause CheckMapClause(const ast::ForClause& clause, ExprId map, std::vector<Block::Let>& lets);

  // check_operators.cpp
  ExprId Of(const ast::Unary& node, const At& at);
  ExprId Of(const ast::Binary& node, const At& at);
  ExprId CheckLogic(const ast::Binary& node, const At& at);
  ExprId CheckArithmetic(const ast::Binary& node, const At& at);
  ExprId CheckEquality(const ast::Binary& node, const At& at);
  ExprId CheckOrder(const ast::Binary& node, const At& at);
  ExprId CheckIn(const ast::Binary& node, const At& at);
  bool RefuseOperand(ExprId operand, std::string_view op, std::string_view wants);
  ExprId ReportOperands(const ast::Binary& node, ExprId left, ExprId right, std::string_view wants);

  // check_calls.cpp
  /// What a call calls: words, or an expression where it is none of these.
  struct CalledName {
    std::vector<ast::Word> words;
    Span span;
    ast::ExprId expr;
  };
  ExprId Of(const ast::Call& node, const At& at);
  ExprId CheckCall(const CalledName& called, const std::vector<ast::Argument>& arguments, const At& at);
  void CheckLoose(ast::ExprId id);
  ExprId CheckLength(const std::vector<ast::Argument>& arguments, const At& at);
  ExprId CheckCollect(const std::vector<ast::Argument>& arguments, const At& at);
  ExprId MakeCall(const Callee& callee, BoundArguments bound, const Span& span);
  std::optional<Callee> ResolveCallee(const CalledName& called);
  std::optional<Callee> ResolveBareCallee(const ast::Name& node, const Span& span);
  std::optional<Callee> ResolveMember(const ast::Name& base, const Span& base_span, const ast::Word& member);
  [[nodiscard]] bool IsInline(ModelId model) const;
  Callee ResolveInline(ModelId model);
  std::optional<Callee> ResolveMethod(ModelId model, const ast::Word& member);
  std::optional<Callee> ResolveApi(ServiceId service, const ast::Word& member);
  std::optional<Callee> ResolveEdgeMember(const Symbol& symbol, const ast::Name& base, const Span& base_span, const ast::Word& member);
  std::optional<Callee> ResolveModuleMember(const std::string& alias, ModuleId module, const ast::Word& member, const Span& span);

  // check_callees.cpp
  [[nodiscard]] Callee CalleeOf(FunctionId id) const;
  static Callee CalleeOf(const LibraryFunction& function);
  std::optional<ServiceId> FindQualifiedService(ast::ExprId id);
  void ReportServiceCall(ServiceId service, const Span& span);
  const std::string* FindEdgeTo(ServiceId service);
  void ReportNotCalledSo(const Span& span, std::string_view name, std::string_view kind, const Span& declared, std::string fix);
  void ReportTypeCall(const Span& span, std::string_view name, const Symbol& symbol);
  void ReportDataCall(const Span& span, const Type& type, const std::string& method, std::string_view base = "");
  void ReportUnknownMethod(const ast::Word& member, const std::string& what, const std::vector<std::string>& names, const Span& declared);

  // check_arguments.cpp
  struct Placement {
    /// The parameters by name.
    std::map<std::string_view, size_t> indices;
    /// One a parameter, where an argument gives it.
    std::vector<std::optional<ExprId>> values;
    /// Some faulty argument probably means this parameter.
    std::vector<bool> is_meant;
    /// What a selector needs computed before the call.
    std::vector<Block::Let> lets;
    Inference inference;
  };
  ExprId CheckArgument(ast::ExprId argument, const Expectation& want, Placement& placement);
  static Placement NoArguments(const Signature& signature);
  Placement PlaceArguments(const Callee& callee, const std::vector<ast::Argument>& arguments);
  std::optional<size_t> PlaceByName(const Callee& callee, const ast::Argument& argument, Placement& placement);
  std::optional<size_t> PlaceByPosition(const Callee& callee, const ast::Argument& argument, size_t position, bool after_named,
                                        Placement& placement);
  std::string ReportUnknownArgument(const Callee& callee, const ast::Argument& argument);
  ExprId AddDefault(const Type& type, const Value& value, const Span& span);
  void ReportTooMany(const Callee& callee, const ast::Argument& argument);
  void ReportMissing(const Callee& callee, const std::vector<const Parameter*>& missing, const Span& call_span);

  // check_comprehensions.cpp
  ExprId Of(const ast::Comprehension& node, const At& at);
  ExprId CheckClauses(const ast::Comprehension& node, size_t first, const At& at);
  ExprId CheckDataClauses(const ast::Comprehension& node, size_t first, const At& at);
  ForClause CheckDataClause(const ast::ForClause& clause, std::vector<Block::Let>& lets);
  ExprId UnrollEdges(const ast::Comprehension& node, size_t first, const At& at, const Symbol& edge);
  ExprId CheckRound(const ast::Comprehension& node, size_t first, const At& at, ServiceId target, int64_t round);
  bool IsTooMuch(size_t targets, const At& at);
  const Symbol* FindEdge(ast::ExprId source);
  ExprId Flatten(ExprId lists, const Span& span);
  bool ReportDifferingEdges(const ast::Comprehension& node, const std::vector<ExprId>& rounds, const Symbol& edge);
  ExprId AsStream(ExprId list, const Span& span);
  [[nodiscard]] bool ReadsStream(const Comprehension& loop) const;
  /// The pieces of a stream as a list.
  ExprId Collected(ExprId stream, const Span& span);

  // convert.cpp
  ExprId Convert(ExprId value, const Expectation& want);
  std::optional<std::vector<RecordField>> FieldsToFill(const Type& from, const Type& goal, const Span& span);
  ExprId ConvertFields(ExprId value, const Type& goal, const std::vector<RecordField>& fields, const Expectation& want);
  ExprId Widen(ExprId value);
  void ReportMismatch(ExprId value, const Expectation& want);
  bool IsMissedElsewhere(ExprId value, const Expectation& want);
  /// All as one type, or nothing after a report.
  std::optional<Type> Unify(std::vector<ExprId>& values);

  // check_tensors.cpp
  ExprId CheckTensorLiteral(const ast::List& node, const At& at, const Type& tensor);
  ExprId ConvertTensor(ExprId value, const Expectation& want, const Type& goal);
  void ReportDims(ExprId value, const Expectation& want, const std::string& given, const std::string& wanted);
  ExprId CheckReshape(BoundArguments bound, const Span& span);
  std::optional<std::string> DimOfSize(ExprId size);

  // check_pipes.cpp
  ExprId Of(const ast::Pipe& node, const At& at);
  ExprId Of(const ast::Selector& node, const At& at);
  ExprId CheckSelector(const ast::Selector& node, const Span& span, std::optional<ExprId>& items, std::vector<Block::Let>& lets);

  // check_library.cpp
  ExprId CheckInferred(ExprId value, const Expectation& want, Inference& inference);
  void ReportInference(ExprId value, const Expectation& want);
  ExprId CallLibrary(Operation operation, const Signature& signature, BoundArguments bound, const Span& span);

  [[nodiscard]] const ast::Module& tree() const { return *program_.modules[around_.module].tree; }
  [[nodiscard]] const Type& TypeOf(ExprId id) const { return function_.exprs[id].type; }
  /// By value: a reference would not outlive the next expression that is added.
  [[nodiscard]] Span SpanOf(ExprId id) const { return function_.exprs[id].span; }
  ExprId Add(Type type, const Span& span, decltype(Expr::node) node) {
    return function_.exprs.Add({std::move(type), span, std::move(node)});
  }
  ExprId AddError(const Span& span) { return Add({}, span, Constant{}); }
  void Report(Diagnostic diagnostic) { program_.reporter.Report(std::move(diagnostic)); }

  Program& program_;
  Surroundings around_;
  Use use_;
  Function& function_;
  Bindings bindings_;
  std::vector<std::pair<LocalId, Type>> narrowed_;
  /// The branches of an `if` that is being checked: the places of their values, and which types were found where which were wanted.
  struct BranchValues {
    std::vector<Span> tails;
    std::vector<std::pair<Type, Type>> missed;
  };
  std::vector<BranchValues> branch_values_;
  /// Dimensions that the parameters name: each has one size in the body, which the caller chooses.
  std::set<std::string> own_dims_;
  /// How often the expression is checked, for all the edges that the comprehensions around it go over.
  size_t copies_ = 1;
};

}  // namespace plait::sema
