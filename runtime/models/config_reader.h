// Reads a model's config.json with the checks that every architecture needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "runtime/kernels/linear.h"
#include "runtime/weights/checkpoint.h"

namespace plait {

/// A key that is absent or null gives the default; without one it is an error. All fail with `model-config-invalid`.
class ConfigReader {
 public:
  explicit ConfigReader(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  /// An integer from 1 to `largest`.
  Result<int64_t> Count(std::string_view key, int64_t largest, std::optional<int64_t> otherwise = {}) const;
  /// An integer from 0 on.
  Result<int64_t> TokenId(std::string_view key, int64_t otherwise) const;
  Result<double> Number(std::string_view key, double otherwise) const;
  Result<bool> Bool(std::string_view key, bool otherwise) const;
  Result<std::string> String(std::string_view key, std::optional<std::string> otherwise = {}) const;
  /// An activation by its name in transformers. One that the kernels lack fails with `model-unsupported`.
  Result<Activation> ActivationOf(std::string_view key, std::string otherwise) const;
  /// As transformers counts labels: the entries of `id2label`, else `num_labels`, else 2.
  Result<int64_t> LabelCount() const;

  /// Fails with `model-unsupported` where the key is there and not `supported`.
  Result<void> Refuse(std::string_view key, bool supported) const;

  [[nodiscard]] Error Invalid(std::string message) const;
  [[nodiscard]] Error Unsupported(std::string message) const;

 private:
  /// The value, or nothing where it is absent or null.
  [[nodiscard]] const Value* Find(std::string_view key) const;
  [[nodiscard]] Error Wrong(std::string_view key, const Value* value, std::string_view expected) const;

  const Checkpoint& checkpoint_;
};

}  // namespace plait
