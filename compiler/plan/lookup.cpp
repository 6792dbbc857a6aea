#include "compiler/plan/lookup.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compiler/base/nearest.h"
#include "compiler/plan/verify.h"

namespace plait::plan {
namespace {

std::string WhyNoEntry(size_t count, std::string_view name) {
  if (count == 0) {
    return "the program has no entries: no service in it has an api";
  }
  return name.empty() ? fmt::format("the program has {} entries; say which one with --entry", count)
                      : fmt::format("no entry is called `{}`", name);
}

void CollectReads(const Entry& entry, const Stage& stage, std::vector<ValueId>& reads) {
  for (const Argument& argument : stage.arguments) {
    AddReads(argument.value, reads);
  }
  for (const Assignment& assignment : stage.assignments) {
    AddReads(assignment.value, reads);
  }
  AddReads(stage.source, reads);
  AddReads(stage.element, reads);
  if (stage.condition) {
    AddReads(*stage.condition, reads);
  }
  for (const Arm& arm : stage.arms) {
    AddReads(arm.value, reads);
    if (arm.condition) {
      AddReads(*arm.condition, reads);
    }
  }
  for (StageId child : ChildrenOf(stage)) {
    CollectReads(entry, entry.stages[child], reads);
  }
}

void AddCalls(const Entry& entry, std::set<uint32_t>& models) {
  for (const Stage& stage : entry.stages) {
    if (stage.kind == StageKind::Call) {
      models.insert(stage.model);
    }
  }
}

/// The models and those that make drafts for them, each behind the one that makes its own.
std::vector<uint32_t> WithDraftModels(const std::set<uint32_t>& called, std::span<const Model> models) {
  std::vector<uint32_t> needed;
  for (uint32_t model : called) {
    const auto end = static_cast<ptrdiff_t>(needed.size());
    for (std::optional<uint32_t> next = model; next && std::ranges::find(needed, *next) == needed.end(); next = models[*next].draft_model) {
      needed.insert(needed.begin() + end, *next);
    }
  }
  return needed;
}

}  // namespace

Result<const Entry*> FindEntry(const Plan& plan, std::string_view name) {
  std::vector<std::string> names;
  for (const Entry& entry : plan.entries) {
    if (entry.name == name || (name.empty() && plan.entries.size() == 1)) {
      return &entry;
    }
    names.push_back(entry.name);
  }
  Error error{FailureKind::EntryUnknown, WhyNoEntry(names.size(), name), "", {}};
  if (std::optional<std::string> nearest = Nearest(name, names); nearest && !name.empty()) {
    error.notes.push_back({"did you mean", "--entry " + *nearest});
  }
  for (const std::string& candidate : names) {
    error.notes.push_back({"entries", candidate});
  }
  return error;
}

std::vector<uint32_t> NeededModels(const Plan& plan, std::string_view only_entry) {
  std::set<uint32_t> called;
  for (const Entry& entry : plan.entries) {
    if (only_entry.empty() || entry.name == only_entry) {
      AddCalls(entry, called);
    }
  }
  return WithDraftModels(called, plan.models);
}

std::vector<uint32_t> NeededModels(const Entry& entry, std::span<const Model> models) {
  std::set<uint32_t> called;
  AddCalls(entry, called);
  return WithDraftModels(called, models);
}

Error WithUserOf(const Model& model, Error error) {
  auto fix = std::find_if(error.notes.begin(), error.notes.end(), [](const ErrorNote& note) { return note.label == "fix"; });
  error.notes.insert(fix, {"used by", model.span.empty() ? model.name : fmt::format("{}, {}", model.name, model.span)});
  return error;
}

void AddReads(const Expr& expr, std::vector<ValueId>& reads) {
  if (expr.kind == Expr::Kind::Value) {
    reads.push_back(expr.value);
  }
  for (const Expr& operand : expr.operands) {
    AddReads(operand, reads);
  }
}

std::vector<ValueId> ReadsOf(const Entry& entry, const Stage& stage) {
  std::vector<ValueId> reads;
  CollectReads(entry, stage, reads);
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  return reads;
}

}  // namespace plait::plan
