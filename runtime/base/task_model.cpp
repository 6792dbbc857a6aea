#include "runtime/base/task_model.h"

#include <fmt/format.h>

namespace plait {

Result<std::shared_ptr<ValueStream>> TaskModel::Open(std::string_view method, const ValueFields& /*call*/,
                                                     const StreamContext& /*context*/) const {
  return Error{FailureKind::PlanInvalid, fmt::format("the method `{}` gives no stream", method), "", {}};
}

}  // namespace plait
