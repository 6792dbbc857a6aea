// The packed matrices of one model in one format, as the cache on disk keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/thread_team.h"
#include "runtime/cache/weight_cache.h"
#include "runtime/nn/packed_matrix.h"

namespace plait {

class PackedEntry {
 public:
  /// Without a cache it finds nothing and keeps nothing. `identity` is Checkpoint::Identity; references must outlive the entry.
  PackedEntry(WeightCache* cache, std::string model, std::string format, const std::string& identity, ThreadTeam& team);

  /// The matrix that was kept under this name, to the bit; nothing where there is none of this format and shape. fp32 matrices are not
  /// kept: packing them is a copy, from the checkpoint as from here.
  std::optional<PackedMatrix> Find(const std::string& name, WeightFormat format, int64_t depth, int64_t columns);

  /// Takes note of a matrix, computed or found. Shares its memory.
  void Add(const std::string& name, const PackedMatrix& matrix, bool is_found);

  /// Once all matrices were added: writes them to the cache where it lacked one.
  void Keep();

 private:
  WeightCache* cache_;
  BlockFileLabels labels_;
  ThreadTeam& team_;
  bool is_open_ = false;
  std::optional<BlockFile> file_;
  bool lacks_some_ = false;
  std::vector<std::pair<std::string, PackedMatrix>> matrices_;
};

}  // namespace plait
