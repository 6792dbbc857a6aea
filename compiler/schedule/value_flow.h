// Where the parts of a value come from, as far as the form of a function tells: which values it is one of, never a guess.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <llvm/ADT/STLFunctionalExtras.h>

#include "compiler/ir/graph.h"

namespace plait::schedule {

/// What is taken of a value, the first step last: the name of a field, or `kItem`.
using ValuePath = std::vector<std::string>;
inline constexpr const char* kItem = "";

struct ValuePart {
  ir::NodeId node;
  ValuePath path;

  auto operator<=>(const ValuePart& other) const = default;
};

/// Shows `take` each value at a path of a constant, but for what is null; false where there is no such part, or `take` says so.
bool VisitPart(const Value& value, ValuePath path, llvm::function_ref<bool(const Value&)> take);

/// Adds the texts at a path of a constant; false where there is something else.
bool CollectTexts(const Value& value, ValuePath path, std::set<std::string>& texts);

/// Of one function of a graph without calls of functions, which outlives the flow.
class ValueFlow {
 public:
  explicit ValueFlow(const ir::Function& function);

  /// The parts of which this one is always one, through fields, items, lists, records, branches, comprehensions, loops and guards. Nothing
  /// where the node itself makes the value, and where it comes with the request.
  [[nodiscard]] std::optional<std::vector<ValuePart>> SourcesOf(ValuePart part) const;

 private:
  using Parts = std::optional<std::vector<ValuePart>>;

  [[nodiscard]] Parts OfParameter(ValuePart part) const;
  [[nodiscard]] ValuePart OfRegion(ir::RegionId region, ValuePath path) const {
    return {function_.regions[region].result, std::move(path)};
  }

  const ir::Function& function_;
  /// By parameter of a map's or loop's region: the values that it takes, and whether those are lists of which it is an item.
  struct Source {
    std::vector<ir::NodeId> values;
    bool is_item = false;
  };
  std::map<uint32_t, Source> sources_;
};

}  // namespace plait::schedule
