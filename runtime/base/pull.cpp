#include "runtime/base/pull.h"

#include <utility>

namespace plait {

Result<void> Drain(ValueStream& stream, const PullContext& context, llvm::function_ref<Result<void>(Value piece)> take) {
  Result<void> outcome;
  while ((outcome = context.cancellation.Check()).ok()) {
    Result<std::optional<Value>> piece = stream.Next(context);
    if (!piece.ok()) {
      outcome = std::move(piece).error();
      break;
    }
    if (!*piece) {
      break;
    }
    outcome = take(**std::move(piece));
    if (!outcome.ok()) {
      break;
    }
  }
  stream.Close();
  return outcome;
}

}  // namespace plait
