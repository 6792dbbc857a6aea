// Calls that wait for each other: what all of them may take together against the timeout of the service around.

#include <algorithm>

#include "compiler/sema/lint.h"

namespace plait::sema {
namespace {

/// One call that may take a while, for which the one before it has been waited.
struct Step {
  std::string text;
  Span span;
  std::optional<size_t> before;
};

/// The end of the longest chain that a value waits for.
struct Chain {
  int64_t ms = 0;
  std::optional<size_t> last;
  /// Some step alone takes longer than the timeout, which is told elsewhere.
  bool is_told = false;
};

const Chain& Longer(const Chain& a, const Chain& b) { return b.ms > a.ms ? b : a; }

/// No worst case is told above this, so that products of retries and rounds stay numbers.
constexpr int64_t kMostMs = int64_t{1} << 50;

int64_t Times(int64_t count, int64_t ms) { return ms == 0 || count <= kMostMs / ms ? count * ms : kMostMs; }

class DeadlineLinter {
 public:
  explicit DeadlineLinter(Program& program) : program_(program), module_(program.result), worst_(module_.functions.size()) {}

  void Run() {
    for (uint32_t i = 0; i < module_.functions.size(); ++i) {
      const Function& function = module_.functions[FunctionId{i}];
      std::optional<int64_t> timeout = TimeoutOf(function);
      if (!function.is_api || !timeout) {
        continue;
      }
      Chain chain = Walker(*this, function, timeout).Walk();
      if (chain.ms > *timeout && !chain.is_told) {
        Report(function, *timeout, chain);
      }
    }
  }

 private:
  /// Follows the values of one body. A branch begins when its condition is known, a fallback when what it stands in for has failed.
  class Walker {
   public:
    Walker(DeadlineLinter& linter, const Function& function, std::optional<int64_t> timeout)
        : linter_(linter), function_(function), timeout_(timeout), locals_(function.locals.size()) {}

    Chain Walk() { return In(function_.body, {}); }

   private:
    Chain In(const Block& block, const Chain& start) {
      for (const Block::Let& let : block.lets) {
        locals_[let.local.index] = In(let.value, start);
      }
      return In(block.value, start);
    }

    Chain In(ExprId id, const Chain& start) {
      const Expr& expr = function_.exprs[id];
      return std::visit([&](const auto& node) { return Of(node, expr, start); }, expr.node);
    }

    Chain All(const std::vector<ExprId>& parts, const Chain& start) {
      Chain longest = start;
      for (ExprId part : parts) {
        longest = Longer(longest, In(part, start));
      }
      return longest;
    }

    Chain Of(const Constant& /*node*/, const Expr& /*expr*/, const Chain& start) { return start; }
    Chain Of(const LocalRef& node, const Expr& /*expr*/, const Chain& start) { return Longer(start, locals_[node.local.index]); }
    Chain Of(const MakeList& node, const Expr& /*expr*/, const Chain& start) { return All(node.items, start); }
    Chain Of(const MakeRecord& node, const Expr& /*expr*/, const Chain& start) { return All(node.values, start); }
    Chain Of(const FieldOf& node, const Expr& /*expr*/, const Chain& start) { return In(node.base, start); }
    Chain Of(const Apply& node, const Expr& /*expr*/, const Chain& start) { return All(node.operands, start); }
    Chain Of(const If& node, const Expr& /*expr*/, const Chain& start) {
      Chain condition = In(node.condition, start);
      Chain first = In(node.then_block, condition);
      return Longer(first, In(node.else_block, condition));
    }
    /// All items are one batch.
    Chain Of(const Comprehension& node, const Expr& /*expr*/, const Chain& start) {
      Chain chain = start;
      for (const ForClause& clause : node.clauses) {
        chain = In(clause.source, chain);
        locals_[clause.item.index] = chain;
        chain = clause.condition ? In(*clause.condition, chain) : chain;
      }
      return In(node.element, chain);
    }
    Chain Of(const CallFunction& node, const Expr& expr, const Chain& start) {
      Chain arguments = All(node.arguments, start);
      arguments.is_told = arguments.is_told || IsToldOf(node, nullptr);
      return Add(arguments, linter_.NameOf(node.function), 1, linter_.WorstOf(node.function, function_), expr.span);
    }
    Chain Of(const CallModel& node, const Expr& /*expr*/, const Chain& start) { return All(node.arguments, start); }
    Chain Of(const LetIn& node, const Expr& /*expr*/, const Chain& start) { return In(node.block, start); }
    Chain Of(const Cast& node, const Expr& /*expr*/, const Chain& start) { return In(node.operand, start); }
    Chain Of(const Is& node, const Expr& /*expr*/, const Chain& start) { return In(node.operand, start); }
    Chain Of(const Fails& node, const Expr& /*expr*/, const Chain& start) { return In(node.call, start); }

    Chain Of(const Guarded& node, const Expr& expr, const Chain& start) {
      Chain chain = Guard(node, function_.exprs[node.call], expr.span, start);
      return node.fallback ? Longer(chain, In(*node.fallback, chain)) : chain;
    }

    /// The arguments are computed once, before the first try.
    Chain Guard(const Guarded& guard, const Expr& call, const Span& span, const Chain& start) {
      if (const auto* let_in = std::get_if<LetIn>(&call.node)) {
        for (const Block::Let& let : let_in->block.lets) {
          locals_[let.local.index] = In(let.value, start);
        }
        return Guard(guard, function_.exprs[let_in->block.value], span, start);
      }
      if (const auto* apply = std::get_if<Apply>(&call.node); apply != nullptr && apply->operation == Operation::ToFloat) {
        return Guard(guard, function_.exprs[apply->operands[0]], span, start);
      }
      if (const auto* function = std::get_if<CallFunction>(&call.node)) {
        int64_t inner = linter_.WorstOf(function->function, function_);
        int64_t each = guard.within_ms && (inner == 0 || *guard.within_ms < inner) ? *guard.within_ms : inner;
        Chain arguments = All(function->arguments, start);
        arguments.is_told = arguments.is_told || IsToldOf(*function, &guard);
        return Add(arguments, linter_.NameOf(function->function), 1 + guard.retries, each, span);
      }
      if (const auto* model = std::get_if<CallModel>(&call.node)) {
        std::string name = fmt::format("{}.{}", QualifiedName(linter_.module_, linter_.module_.models[model->model]),
                                       linter_.module_.tasks[linter_.module_.models[model->model].task].methods[model->method].name);
        Chain arguments = All(model->arguments, start);
        arguments.is_told = arguments.is_told || IsToldOf(&guard);
        return Add(arguments, name, 1 + guard.retries, guard.within_ms.value_or(0), span);
      }
      return Of(call, start);
    }
    Chain Of(const Expr& expr, const Chain& start) {
      return std::visit([&](const auto& node) { return Of(node, expr, start); }, expr.node);
    }

    /// Rounds follow each other.
    Chain Of(const Repeat& node, const Expr& expr, const Chain& start) {
      Chain initial = In(node.initial, start);
      locals_[node.state.index] = {};
      Chain condition = In(node.condition, {});
      Chain round = In(node.body, condition);
      locals_[node.state.index] = initial;
      initial.is_told = initial.is_told || round.is_told;
      return Add(initial, "the loop", node.limit, round.ms, expr.span);
    }

    Chain Add(Chain chain, std::string_view name, int64_t count, int64_t each, const Span& span) {
      if (each == 0) {
        return chain;
      }
      int64_t ms = Times(count, each);
      std::string quoted = name == "the loop" ? std::string(name) : fmt::format("`{}`", name);
      std::string text =
          count == 1 ? fmt::format("{} {}", quoted, Duration(each)) : fmt::format("{} {} × {}", quoted, count, Duration(each));
      linter_.steps_.push_back({std::move(text), span, chain.last});
      chain.last = linter_.steps_.size() - 1;
      chain.ms = std::min(kMostMs, chain.ms + ms);
      return chain;
    }

    /// `LintServices` tells of a callee that its own service allows more than the timeout, `LintGuards` of a guard.
    [[nodiscard]] bool IsToldOf(const CallFunction& call, const Guarded* guard) const {
      const Function& callee = linter_.module_.functions[call.function];
      return (timeout_ && callee.service != function_.service && linter_.TimeoutOf(callee) > timeout_) || IsToldOf(guard);
    }
    [[nodiscard]] bool IsToldOf(const Guarded* guard) const {
      return timeout_ && guard != nullptr && guard->within_ms && Times(1 + guard->retries, *guard->within_ms) > *timeout_;
    }

    DeadlineLinter& linter_;
    const Function& function_;
    std::optional<int64_t> timeout_;
    /// When each local is there.
    std::vector<Chain> locals_;
  };

  [[nodiscard]] std::optional<int64_t> TimeoutOf(const Function& function) const {
    return function.service ? module_.services[*function.service].traffic.timeout_ms : std::nullopt;
  }

  [[nodiscard]] std::string NameOf(FunctionId id) const { return QualifiedName(module_, module_.functions[id]); }

  /// How long a call may take: what the callee's service allows it, or what its own calls add up to; 0 where nothing bounds it.
  int64_t WorstOf(FunctionId id, const Function& caller) {
    const Function& callee = module_.functions[id];
    bool is_own = callee.service && callee.service == caller.service;
    std::optional<int64_t> timeout = TimeoutOf(callee);
    if (callee.is_api && timeout && !is_own) {
      return *timeout;
    }
    std::optional<int64_t>& known = worst_[id.index];
    if (!known) {
      known = 0;
      int64_t ms = Walker(*this, callee, std::nullopt).Walk().ms;
      worst_[id.index] = ms;
    }
    return *worst_[id.index];
  }

  void Report(const Function& function, int64_t timeout, const Chain& chain) {
    std::vector<const Step*> steps;
    for (std::optional<size_t> step = chain.last; step; step = steps_[*step].before) {
      steps.push_back(&steps_[*step]);
    }
    std::ranges::reverse(steps);
    constexpr size_t kMostSteps = 8;
    Diagnostic diagnostic =
        MakeDiagnostic(DiagnosticKind::DeadlineImpossible, function.signature.span, "`{}` may take {}, but `{}` ends after {}",
                       QualifiedName(module_, function), Duration(chain.ms), module_.services[*function.service].name, Duration(timeout));
    std::string told;
    for (size_t i = 0; i < steps.size() && i < kMostSteps; ++i) {
      told += fmt::format("{}{}", i == 0 ? "" : ", then ", steps[i]->text);
      diagnostic = std::move(diagnostic).Also(steps[i]->span, steps[i]->text);
    }
    told += steps.size() > kMostSteps ? fmt::format(", and {} more", steps.size() - kMostSteps) : "";
    program_.reporter.Report(std::move(diagnostic)
                                 .Also(program_.services[function.service->index].timeout_span, "its timeout")
                                 .Note(fmt::format("{}{}", steps.size() > 1 ? "one waits for the other: " : "", told)));
  }

  Program& program_;
  const TypedModule& module_;
  /// By function, once known.
  std::vector<std::optional<int64_t>> worst_;
  std::vector<Step> steps_;
};

}  // namespace

void LintDeadlines(Program& program) { DeadlineLinter(program).Run(); }

}  // namespace plait::sema
