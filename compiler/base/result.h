// Either a value or the failure that kept it from being made.
#pragma once

#include <cassert>
#include <utility>
#include <variant>

#include "compiler/base/error.h"

namespace plait {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor): a value is a result
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor): so is an error

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& operator*() const& { return std::get<0>(state_); }
  T& operator*() & { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  const T* operator->() const { return &std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }

  [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
  [[nodiscard]] Error& error() & { return std::get<1>(state_); }
  [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

/// A result that carries nothing when all went well.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor): an error is a result

  [[nodiscard]] bool ok() const { return error_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const& { return std::get<1>(error_); }
  [[nodiscard]] Error& error() & { return std::get<1>(error_); }
  [[nodiscard]] Error&& error() && { return std::get<1>(std::move(error_)); }

 private:
  std::variant<std::monostate, Error> error_;
};

/// `PLAIT_TRY(x, MakeX());` declares `x` from a Result or returns its error from the enclosing function.
#define PLAIT_TRY_CONCAT2(a, b) a##b
#define PLAIT_TRY_CONCAT(a, b) PLAIT_TRY_CONCAT2(a, b)
#define PLAIT_TRY(declaration, expression) PLAIT_TRY_IMPL(declaration, expression, PLAIT_TRY_CONCAT(plait_try_, __COUNTER__))
#define PLAIT_TRY_IMPL(declaration, expression, temporary) \
  auto temporary = (expression);                           \
  if (!temporary.ok()) {                                   \
    return std::move(temporary).error();                   \
  }                                                        \
  declaration = *std::move(temporary)

/// Returns the error of a `Result<void>` from the enclosing function.
#define PLAIT_TRY_VOID(expression)                \
  do {                                            \
    auto plait_try_result = (expression);         \
    if (!plait_try_result.ok()) {                 \
      return std::move(plait_try_result).error(); \
    }                                             \
  } while (false)

}  // namespace plait
