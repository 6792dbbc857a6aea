#include "compiler/plan/lookup.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compiler/base/nearest.h"

namespace plait::plan {
namespace {

std::string WhyNoEntry(size_t count, std::string_view name) {
  if (count == 0) {
    return "the program has no entries: no service in it has an api";
  }
  return name.empty() ? fmt::format("the program has {} entries; say which one with --entry", count)
                      : fmt::format("no entry is called `{}`", name);
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

std::set<uint32_t> CalledModels(const Plan& plan, std::string_view only_entry) {
  std::set<uint32_t> models;
  for (const Entry& entry : plan.entries) {
    for (const Stage& stage : entry.stages) {
      if (stage.kind == StageKind::Call && (only_entry.empty() || entry.name == only_entry)) {
        models.insert(stage.model);
      }
    }
  }
  return models;
}

Error WithUserOf(const Model& model, Error error) {
  auto fix = std::find_if(error.notes.begin(), error.notes.end(), [](const ErrorNote& note) { return note.label == "fix"; });
  error.notes.insert(fix, {"used by", model.span.empty() ? model.name : fmt::format("{}, {}", model.name, model.span)});
  return error;
}

}  // namespace plait::plan
