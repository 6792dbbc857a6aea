// How large the program of an api becomes when each call of a function is replaced by its body.

#include <algorithm>

#include "compiler/sema/stages.h"

namespace plait::sema {
namespace {

/// Expressions, those of the functions that are called counted at each call. Beyond this, planning would take minutes.
constexpr size_t kMaxSteps = 100'000;

class SizeCounter {
 public:
  explicit SizeCounter(Program& program) : program_(program), sizes_(program.functions.size()) {}

  /// Callees first, so that each function is counted once; the call graph has no circles.
  void Count(FunctionId root) {
    std::vector<FunctionId> open = {root};
    while (!open.empty()) {
      FunctionId id = open.back();
      if (sizes_[id.index] > 0) {
        open.pop_back();
        continue;
      }
      size_t before = open.size();
      for (const Expr& expr : program_.result.functions[id].exprs) {
        const auto* call = std::get_if<CallFunction>(&expr.node);
        if (call != nullptr && sizes_[call->function.index] == 0) {
          open.push_back(call->function);
        }
      }
      if (open.size() == before) {
        sizes_[id.index] = SizeOf(program_.result.functions[id]);
        open.pop_back();
      }
    }
  }

 private:
  size_t SizeOf(const Function& function) {
    size_t size = 1 + function.exprs.size();
    for (const Expr& expr : function.exprs) {
      const auto* call = std::get_if<CallFunction>(&expr.node);
      size += call == nullptr ? 0 : sizes_[call->function.index];
    }
    if (size <= kMaxSteps) {
      return size;
    }
    program_.reporter.Report(MakeDiagnostic(DiagnosticKind::TooLarge, function.signature.span,
                                            "`{}` comes to {} steps, and the limit is {}", QualifiedName(program_.result, function), size,
                                            kMaxSteps)
                                 .Note("each call of a function stands for all steps of its body")
                                 .Fix("call functions less often, or go over a list with a comprehension"));
    // Its callers would be too large for no other reason.
    return 1;
  }

  Program& program_;
  /// By function; 0 where it was not counted yet.
  std::vector<size_t> sizes_;
};

}  // namespace

void CheckSizes(Program& program) {
  if (program.reporter.has_errors()) {
    return;  // calls may go round in a circle
  }
  SizeCounter counter(program);
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    if (program.result.functions[FunctionId{i}].is_api) {
      counter.Count(FunctionId{i});
    }
  }
}

}  // namespace plait::sema
