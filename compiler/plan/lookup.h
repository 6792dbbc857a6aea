// What both halves look up in a plan, and how they refuse what is not there.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/plan/plan.h"

namespace plait::plan {

/// The entry of that name; where `name` is empty, the only one. Points into the plan. Fails with `entry-unknown`, listing
/// the entries that there are.
Result<const Entry*> FindEntry(const Plan& plan, std::string_view name);

/// Indexes of the models that the entry of that name needs; where `only_entry` is empty, of those that any entry needs: the ones that it
/// calls, and those that make drafts for them. Each stands behind the one that makes its drafts.
std::vector<uint32_t> NeededModels(const Plan& plan, std::string_view only_entry);
std::vector<uint32_t> NeededModels(const Entry& entry, std::span<const Model> models);

/// Adds every value that the expression reads.
void AddReads(const Expr& expr, std::vector<ValueId>& reads);
/// Everything that a stage and the stages below it read, each once, ascending.
std::vector<ValueId> ReadsOf(const Entry& entry, const Stage& stage);

/// Notes who uses the model that the error is about: after what was looked at, before the way out.
Error WithUserOf(const Model& model, Error error);

}  // namespace plait::plan
