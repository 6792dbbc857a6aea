// Streams: each is read at most once, and none is part of data.

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/sema/stages.h"
#include "compiler/sema/typed_walk.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

/// What may stand in a place beside data.
enum class Place : uint8_t {
  Data,
  Stream,
  /// What a comprehension over streams makes of streams before they are one.
  Streams,
};

class StreamChecker {
 public:
  StreamChecker(Program& program, const Function& function) : program_(program), function_(function) {}

  void Run() { Walk(function_.body, Place::Stream); }

 private:
  [[nodiscard]] const Type& TypeOf(ExprId id) const { return function_.exprs[id].type; }

  void Walk(const Block& block, Place place) {
    for (const Block::Let& let : block.lets) {
      Walk(let.value, Place::Stream);
      depths_[let.local] = depth_;
    }
    if (block.value.has_value()) {
      Walk(block.value, place);
    }
  }

  void Walk(ExprId id, Place place) {
    const Expr& expr = function_.exprs[id];
    bool is_allowed = place == Place::Streams || !HoldsStream(expr.type) || (place == Place::Stream && expr.type.Is(TypeKind::Stream));
    if (!is_allowed) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::StreamPlacement, expr.span, "`{}` cannot stand here", expr.type.ToString())
                                   .Note("a stream is read once: it can be named, passed on, returned and gone through with `for`")
                                   .Fix(std::string(kCollectStream)));
      return;
    }
    std::visit([&](const auto& node) { In(node, expr, place); }, expr.node);
  }

  template <class Node>
  void In(const Node& /*node*/, const Expr& expr, Place /*place*/) {
    ForEachChild(expr, [&](ExprId child) { Walk(child, Place::Data); });
  }

  void In(const LocalRef& node, const Expr& expr, Place /*place*/) {
    if (!expr.type.Is(TypeKind::Stream)) {
      return;
    }
    const Local& local = function_.locals[node.local];
    auto [first, is_new] = read_.try_emplace(node.local, expr.span);
    bool is_repeated = depths_[node.local] < depth_;
    if (is_new && !is_repeated) {
      return;
    }
    Diagnostic diagnostic =
        is_repeated
            ? MakeDiagnostic(DiagnosticKind::StreamReused, expr.span, "the stream `{}` would be read again in every round", local.name)
                  .Also(local.span, "declared outside the loop")
            : MakeDiagnostic(DiagnosticKind::StreamReused, expr.span, "the stream `{}` is read a second time", local.name)
                  .Also(first->second, "first read here");
    program_.reporter.Report(
        std::move(diagnostic).Fix(fmt::format("collect it once, `let all = collect({})`, and read the list", local.name)));
  }

  void In(const LetIn& node, const Expr& /*expr*/, Place place) { Walk(node.block, place); }

  /// One of two arms runs, so each may read what the other reads.
  void In(const If& node, const Expr& /*expr*/, Place place) {
    Walk(node.condition, Place::Data);
    std::map<LocalId, Span> before = read_;
    Walk(node.then_block, place);
    std::map<LocalId, Span> after = std::exchange(read_, std::move(before));
    Walk(node.else_block, place);
    read_.merge(after);
  }

  void In(const MakeList& node, const Expr& /*expr*/, Place place) {
    for (ExprId item : node.items) {
      Walk(item, place == Place::Streams ? Place::Streams : Place::Data);
    }
  }

  void In(const Comprehension& node, const Expr& /*expr*/, Place place) {
    // The first source is read once, the others for each item of those before.
    int outside = depth_;
    for (const ForClause& clause : node.clauses) {
      Walk(clause.source, Place::Stream);
      ++depth_;
      depths_[clause.item] = depth_;
      if (clause.condition) {
        Walk(*clause.condition, Place::Data);
      }
    }
    Walk(node.element, place == Place::Streams ? Place::Streams : Place::Data);
    depth_ = outside;
  }

  void In(const Apply& node, const Expr& expr, Place /*place*/) {
    bool makes_stream = expr.type.Is(TypeKind::Stream);
    Place operands = makes_stream && (node.operation == Operation::Flatten || node.operation == Operation::ListStream) ? Place::Streams
                     : makes_stream                                                                                    ? Place::Stream
                                                                                                                       : Place::Data;
    for (ExprId operand : node.operands) {
      Walk(operand, operands);
    }
  }

  void In(const CallFunction& node, const Expr& /*expr*/, Place /*place*/) { WalkArguments(node.arguments); }
  void In(const CallModel& node, const Expr& /*expr*/, Place /*place*/) { WalkArguments(node.arguments); }
  void WalkArguments(const std::vector<ExprId>& arguments) {
    for (ExprId argument : arguments) {
      Walk(argument, Place::Stream);
    }
  }

  void In(const Guarded& node, const Expr& /*expr*/, Place place) {
    if (node.retries > 0) {
      RefuseRetry(node.call);
    }
    Walk(node.call, place);
    if (node.fallback) {
      Walk(*node.fallback, place);
    }
  }

  void RefuseRetry(ExprId call) {
    const Expr* expr = &function_.exprs[call];
    if (const auto* let_in = std::get_if<LetIn>(&expr->node)) {
      expr = &function_.exprs[let_in->block.value];
    }
    ForEachChild(*expr, [&](ExprId argument) {
      if (TypeOf(argument).Is(TypeKind::Stream)) {
        program_.reporter.Report(MakeDiagnostic(DiagnosticKind::StreamRetry, function_.exprs[argument].span,
                                                "`retry` makes this call again, and a stream can be read only once")
                                     .Fix(fmt::format("collect it before the call, or leave the `retry` out")));
      }
    });
  }

  void In(const Fails& node, const Expr& /*expr*/, Place /*place*/) { Walk(node.call, Place::Stream); }

  void In(const Repeat& node, const Expr& /*expr*/, Place /*place*/) {
    Walk(node.initial, Place::Data);
    ++depth_;
    depths_[node.state] = depth_;
    Walk(node.condition, Place::Data);
    Walk(node.body, Place::Data);
    --depth_;
  }

  Program& program_;
  const Function& function_;
  /// Loops around what is looked at, and around where each local is declared: none for parameters.
  int depth_ = 0;
  std::map<LocalId, int> depths_;
  /// Streams that were read on the way here, and where.
  std::map<LocalId, Span> read_;
};

bool HasStreams(const Function& function) {
  return std::ranges::any_of(function.exprs, [](const Expr& expr) { return HoldsStream(expr.type); });
}

/// Callers from outside send a request at once.
void CheckEntry(Program& program, const Service& service, const Function& api) {
  for (const Parameter& parameter : api.signature.parameters) {
    if (service.is_exposed && parameter.type.Is(TypeKind::Stream)) {
      program.reporter.Report(MakeDiagnostic(DiagnosticKind::StreamPlacement, parameter.span,
                                             "`{}` is a stream, and callers from outside send whole requests", parameter.name)
                                  .Fix(fmt::format("take a list, and make a stream of it: `list.stream({})`", parameter.name)));
    }
  }
}

}  // namespace

void CheckStreams(Program& program) {
  for (const Function& function : program.result.functions) {
    if (HasStreams(function)) {
      StreamChecker(program, function).Run();
    }
    if (function.is_api) {
      CheckEntry(program, program.result.services[*function.service], function);
    }
  }
  for (const Test& test : program.result.tests) {
    if (HasStreams(test.body)) {
      StreamChecker(program, test.body).Run();
    }
  }
}

}  // namespace plait::sema
