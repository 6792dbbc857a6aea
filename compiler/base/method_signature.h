// What a method of a model of one's own takes and gives: the plan carries it, so that the runtime can check what a model answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/type.h"

namespace plait {

struct MethodSignature {
  std::string name;
  std::vector<Type::Field> parameters;
  Type result;

  /// `embed(x: tensor<f32>[b, 3]) -> tensor<f32>[b, 8]`.
  [[nodiscard]] std::string ToString() const;
  /// The variable that is the first dimension of every tensor which goes in or comes out: along it calls are one batch. Nothing where
  /// there is none, or where something that comes out is no tensor.
  [[nodiscard]] std::optional<std::string> BatchDim() const;

  bool operator==(const MethodSignature&) const = default;
};

/// Reads what `ToString` writes; nothing where the text is no signature.
std::optional<MethodSignature> ParseMethodSignature(std::string_view text);

}  // namespace plait
