// A model's folder in Hugging Face form: config.json and memory-mapped safetensors, one file or sharded by an index.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// One tensor's bytes in the mapped file; valid as long as the checkpoint.
struct TensorView {
  std::string_view name;
  std::string_view dtype;  // F32, F16, BF16, …
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;
};

class Checkpoint {
 public:
  /// Maps the folder's weights and reads its configuration. Fails with `model-file-missing`, `model-config-invalid`, `weights-invalid`.
  static Result<Checkpoint> Open(const std::string& folder);

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  [[nodiscard]] const std::string& folder() const;
  /// config.json, an object.
  [[nodiscard]] const Value& config() const;
  /// generation_config.json, or null where the folder has none.
  [[nodiscard]] const Value& generation_config() const;
  /// Whether the weights say of themselves that they are random (made by tools/make_models).
  [[nodiscard]] bool is_stand_in() const;
  /// What tells these weights from others without reading them all: a digest of config.json, of the files' headers and of the beginning,
  /// the middle and the end of every tensor, and each file's size and time of change in nanoseconds. Trainings of one base are told apart
  /// also where all files have one time; where a hand changed but numbers in between, only the time tells.
  [[nodiscard]] std::string Identity() const;

  [[nodiscard]] bool Has(std::string_view tensor_name) const;
  [[nodiscard]] std::vector<std::string> TensorNames() const;
  /// Fails with `weights-mismatch` where the tensor is missing, naming it and near names.
  Result<TensorView> Tensor(std::string_view name) const;
  /// Tells the system that a tensor's pages will not be read again, so that a packed copy does not double resident memory.
  void Release(const TensorView& tensor) const;
  /// The same of all tensors. Reading one brings in pages of its neighbours, also of those that were released before.
  void ReleaseAll() const;

 private:
  struct Impl;
  explicit Checkpoint(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace plait
