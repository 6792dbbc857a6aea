// How a tokenizer.json states several steps in one place.
#pragma once

#include <iterator>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"

namespace plait::tokenizers {

/// The steps of a `Sequence`: those of every item of the list `field`, one after the other.
template <class Step>
Result<std::vector<Step>> ReadSequence(const JsonView& json, std::string_view field, Result<std::vector<Step>> (*read)(const JsonView&)) {
  PLAIT_TRY(JsonView list, json.Field(field));
  PLAIT_TRY(std::vector<JsonView> items, list.AsList());
  std::vector<Step> steps;
  for (const JsonView& item : items) {
    PLAIT_TRY(std::vector<Step> inner, read(item));
    steps.insert(steps.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
  }
  return steps;
}

}  // namespace plait::tokenizers
