#include "runtime/exec/lanes.h"

#include <cassert>

namespace plait {

Lanes::Lanes(const Lanes& outer, std::vector<uint32_t> outer_lanes, bool begins_scope)
    : outer_(&outer), count_(outer_lanes.size()), outer_lanes_(std::move(outer_lanes)) {
  scope_lanes_.reserve(count_);
  for (size_t lane = 0; lane < count_; ++lane) {
    scope_lanes_.push_back(begins_scope ? static_cast<uint32_t>(lane) : outer.scope_lane(outer_lanes_[lane]));
  }
}

void Lanes::Write(plan::ValueId id, std::vector<Value> column) {
  assert(column.size() == count_);
  auto shared = std::make_shared<const std::vector<Value>>(std::move(column));
  std::lock_guard lock(mutex_);
  columns_[id] = std::move(shared);
}

Lanes::Column Lanes::Find(plan::ValueId id) const {
  std::lock_guard lock(mutex_);
  auto found = columns_.find(id);
  return found == columns_.end() ? nullptr : found->second;
}

Value Lanes::Read(plan::ValueId id, size_t lane) const {
  const Lanes* lanes = this;
  while (true) {
    if (Column column = lanes->Find(id)) {
      return (*column)[lane];
    }
    // A plan that was verified reads only what was written, so some outer set has it.
    assert(lanes->outer_ != nullptr);
    lane = lanes->outer_lanes_[lane];
    lanes = lanes->outer_;
  }
}

bool Lanes::Has(plan::ValueId id) const { return Find(id) != nullptr || (outer_ != nullptr && outer_->Has(id)); }

std::vector<Value> Lanes::ColumnOf(plan::ValueId id) const { return *Find(id); }

void Lanes::Free(plan::ValueId id) {
  std::lock_guard lock(mutex_);
  columns_.erase(id);
}

}  // namespace plait
