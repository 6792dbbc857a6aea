// Guards: what their tries may cost together, and where they do nothing.

#include <algorithm>

#include "compiler/sema/lint.h"
#include "compiler/sema/typed_walk.h"

namespace plait::sema {
namespace {

class GuardLinter {
 public:
  explicit GuardLinter(Program& program) : program_(program), module_(program.result), attempts_(module_.functions.size()) {}

  void Run() {
    for (uint32_t i = 0; i < module_.functions.size(); ++i) {
      const Function& function = module_.functions[FunctionId{i}];
      for (const Expr& expr : function.exprs) {
        if (const auto* guarded = std::get_if<Guarded>(&expr.node)) {
          LintRetries(function, *guarded, expr.span);
          LintDeadline(function, *guarded, expr.span);
        }
      }
    }
  }

 private:
  /// The guarded call, without what widens its value or is computed before it.
  static const Expr& CallOf(const Function& function, const Guarded& guarded) {
    const Expr* expr = &function.exprs[guarded.call];
    while (true) {
      if (const auto* let_in = std::get_if<LetIn>(&expr->node)) {
        expr = &function.exprs[let_in->block.value];
      } else if (const auto* apply = std::get_if<Apply>(&expr->node); apply != nullptr && apply->operation == Operation::ToFloat) {
        expr = &function.exprs[apply->operands[0]];
      } else {
        return *expr;
      }
    }
  }

  /// How often one call of the function may try what it tries most often. Of functions in a circle, which is an error, 1.
  int64_t AttemptsIn(FunctionId id) {
    std::optional<int64_t>& known = attempts_[id.index];
    if (known) {
      return *known;
    }
    known = 1;
    int64_t most = 1;
    const Function& function = module_.functions[id];
    for (const Expr& expr : function.exprs) {
      if (const auto* call = std::get_if<CallFunction>(&expr.node)) {
        most = std::max(most, AttemptsIn(call->function));
      } else if (const auto* guarded = std::get_if<Guarded>(&expr.node)) {
        most = std::max(most, AttemptsOf(function, *guarded));
      }
    }
    attempts_[id.index] = most;
    return most;
  }

  int64_t AttemptsOf(const Function& function, const Guarded& guarded) {
    constexpr int64_t kEnough = 1'000'000;
    const auto* call = std::get_if<CallFunction>(&CallOf(function, guarded).node);
    int64_t inner = call != nullptr ? AttemptsIn(call->function) : 1;
    return std::min(kEnough, (1 + guarded.retries) * inner);
  }

  void LintRetries(const Function& function, const Guarded& guarded, const Span& span) {
    constexpr int64_t kMostAttempts = 8;
    if (guarded.retries == 0) {
      return;
    }
    int64_t attempts = AttemptsOf(function, guarded);
    int64_t inner = attempts / (1 + guarded.retries);
    if (inner > 1 && attempts > kMostAttempts) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::RetryFanout, span, "this may try {} × {} = {} times", 1 + guarded.retries, inner, attempts)
              .Note("the call retries itself what it calls"));
    }
    if (!guarded.within_ms && !MayPass(function, guarded)) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::RetryNoEffect, span, "what fails here fails for good, so `retry` does nothing")
              .Note("only a deadline or an unavailable service passes; bound each try: `within 1s retry …`"));
    }
  }

  /// Whether a failure of the call may be one that passes: some service in it has a timeout.
  bool MayPass(const Function& function, const Guarded& guarded) {
    const Expr& called = CallOf(function, guarded);
    const auto* call = std::get_if<CallFunction>(&called.node);
    return call != nullptr && HasDeadline(call->function, 0);
  }

  bool HasDeadline(FunctionId id, int depth) {
    constexpr int kMostDepth = 64;
    const Function& function = module_.functions[id];
    if (depth == kMostDepth || (function.service && module_.services[*function.service].traffic.timeout_ms)) {
      return true;
    }
    return std::any_of(function.exprs.begin(), function.exprs.end(), [&](const Expr& expr) {
      const auto* call = std::get_if<CallFunction>(&expr.node);
      const auto* guarded = std::get_if<Guarded>(&expr.node);
      return (guarded != nullptr && guarded->within_ms) || (call != nullptr && HasDeadline(call->function, depth + 1));
    });
  }

  /// All tries together against the timeout of the service around.
  void LintDeadline(const Function& function, const Guarded& guarded, const Span& span) {
    const std::optional<int64_t> timeout = function.service ? module_.services[*function.service].traffic.timeout_ms : std::nullopt;
    if (!timeout || !guarded.within_ms || (1 + guarded.retries) * *guarded.within_ms <= *timeout) {
      return;
    }
    std::string tries =
        guarded.retries == 0 ? Duration(*guarded.within_ms) : fmt::format("{} × {}", 1 + guarded.retries, Duration(*guarded.within_ms));
    program_.reporter.Report(MakeDiagnostic(DiagnosticKind::DeadlineImpossible, span, "this may take {}, but `{}` ends after {}", tries,
                                            module_.services[*function.service].name, Duration(*timeout))
                                 .Also(program_.services[function.service->index].timeout_span, "its timeout"));
  }

  Program& program_;
  const TypedModule& module_;
  /// By function, once known.
  std::vector<std::optional<int64_t>> attempts_;
};

}  // namespace

void LintGuards(Program& program) { GuardLinter(program).Run(); }

}  // namespace plait::sema
