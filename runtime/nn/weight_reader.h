// Reads a checkpoint's tensors by name, each checked against the shape that the architecture needs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compiler/base/model_options.h"
#include "compiler/base/result.h"
#include "runtime/base/thread_team.h"
#include "runtime/kernels/kernel_form.h"
#include "runtime/kernels/linear.h"
#include "runtime/kernels/pack.h"
#include "runtime/nn/packed_entry.h"
#include "runtime/weights/checkpoint.h"

namespace plait {

/// `[2, 3]`
std::string FormatShape(const std::vector<int64_t>& shape);

class WeightReader {
 public:
  /// The cache that may have packed weights, or null, and what it calls the model.
  struct Cache {
    WeightCache* cache = nullptr;
    std::string model;
  };
  /// `precision` and `progress` are as in LoadOptions. The references must outlive the reader.
  WeightReader(const Checkpoint& checkpoint, Precision precision, std::function<void(uint64_t bytes)> progress, ThreadTeam& team,
               const Cache& cache);
  WeightReader(const WeightReader&) = delete;
  WeightReader& operator=(const WeightReader&) = delete;
  /// Lets go of all pages of the checkpoint.
  ~WeightReader() { checkpoint_.ReleaseAll(); }

  [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }
  [[nodiscard]] ThreadTeam& team() const { return team_; }
  /// The form that the layers built from these weights will use.
  [[nodiscard]] const KernelForm& form() const { return form_; }
  [[nodiscard]] bool Has(std::string_view name) const { return checkpoint_.Has(name); }

  /// A tensor and how to read it as a matrix; a vector is one row.
  struct Source {
    TensorView view;
    MatrixSource matrix;
  };
  /// Fails with `weights-mismatch` where the tensor is missing or has another shape or a dtype that is not F32, F16 or BF16.
  Result<Source> Find(std::string_view name, const std::vector<int64_t>& shape) const;
  /// How a layer of these weights is stored.
  [[nodiscard]] WeightFormat FormatOf(std::span<const Source> sources) const;
  /// The tensor converted to floats.
  Result<at::Tensor> Read(std::string_view name, const std::vector<int64_t>& shape);

  /// Rows [begin, end) of a source have been read and will not be again: counts them and lets their pages go.
  void Done(const Source& source, int64_t begin, int64_t end);
  /// Counts bytes that were made of weights that are in memory.
  void Done(uint64_t bytes);

  /// What the cache has of the layers' weights, and of their copies for drafts.
  [[nodiscard]] PackedEntry& packed() { return packed_; }
  [[nodiscard]] PackedEntry& packed_drafts() { return packed_drafts_; }
  /// Once all layers are there: gives the cache what it lacked.
  void KeepPacked();

 private:
  const Checkpoint& checkpoint_;
  Precision precision_;
  std::function<void(uint64_t bytes)> progress_;
  ThreadTeam& team_;
  const KernelForm& form_;
  /// What the cache knows the checkpoint by.
  std::string identity_;
  PackedEntry packed_;
  PackedEntry packed_drafts_;
  std::atomic<uint64_t> bytes_done_ = 0;
};

}  // namespace plait
