// The values of a request while it runs. A stage computes for a set of lanes at once: one lane at the top, one an item inside a map,
// some of the outer lanes inside an arm of a branch.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/base/value.h"
#include "compiler/plan/plan.h"

namespace plait {

/// Columns of values, one row a lane. Values of outer lanes are visible; what is written here is not visible outside. Each lane belongs to
/// one of those that the scope of its failures (runtime/exec/scope.h) began with.
/// Stages that run at the same time write different values and may do so from different threads.
class Lanes {
 public:
  /// The one lane that a request begins with.
  Lanes() : count_(1), scope_lanes_{0} {}
  /// One lane for each entry of `outer_lanes`, which says which lane of `outer` it belongs to. `outer` outlives this. With a new scope,
  /// the scope begins with these lanes.
  Lanes(const Lanes& outer, std::vector<uint32_t> outer_lanes, bool begins_scope = false);

  [[nodiscard]] size_t count() const { return count_; }
  [[nodiscard]] const std::vector<uint32_t>& outer_lanes() const { return outer_lanes_; }

  [[nodiscard]] uint32_t scope_lane(size_t lane) const { return scope_lanes_[lane]; }

  /// One value a lane; those of lanes that have failed are never read.
  void Write(plan::ValueId id, std::vector<Value> column);
  /// A value that this lane or one around it holds.
  [[nodiscard]] Value Read(plan::ValueId id, size_t lane) const;
  /// Whether this lane or one around it holds the value.
  [[nodiscard]] bool Has(plan::ValueId id) const;
  /// A value that these lanes themselves hold, by lane.
  [[nodiscard]] std::vector<Value> ColumnOf(plan::ValueId id) const;
  void Free(plan::ValueId id);

 private:
  using Column = std::shared_ptr<const std::vector<Value>>;

  [[nodiscard]] Column Find(plan::ValueId id) const;

  const Lanes* outer_ = nullptr;
  size_t count_;
  std::vector<uint32_t> outer_lanes_;
  std::vector<uint32_t> scope_lanes_;
  mutable std::mutex mutex_;
  std::unordered_map<plan::ValueId, Column> columns_;
};

}  // namespace plait
