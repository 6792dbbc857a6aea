// The border that no exception crosses: what a model, its libraries and the allocator throw becomes a failure.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "compiler/base/result.h"

namespace plait {

/// Runs `work`, which gives a Result. `when` is "while loading the model".
template <class Work>
auto Contain(std::string_view when, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Error{FailureKind::OutOfMemory, fmt::format("not enough memory {}", when), "", {}};
  } catch (const std::exception& exception) {
    // Only the first line: LibTorch appends a C++ stack trace.
    std::string message = exception.what();
    return Error{FailureKind::ModelUnsupported, fmt::format("failed {}: {}", when, message.substr(0, message.find('\n'))), "", {}};
  }
}

}  // namespace plait
