// What makes random graphs, one node after the other. For random_graph.cpp and random_operations.cpp only.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "compiler/ir/edit.h"
#include "tests/support/random_graph.h"

namespace plait::tests {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

inline const Type kInt = Type::Of(TypeKind::Int);
inline const Type kFloat = Type::Of(TypeKind::Float);
inline const Type kBool = Type::Of(TypeKind::Bool);
inline const Type kString = Type::Of(TypeKind::String);
inline const Type kJson = Type::Of(TypeKind::Json);
inline const Type kMap = Type::Map(kInt);
inline const Type kMood = Type::Enum("Mood");
inline const Type kEither = Type::Union({kInt, kString});
inline const Type kPair = Type::Record("Pair");

/// Fills the regions of one function with nodes, each of which uses what is visible.
class Generator {
 public:
  Generator(ir::Graph& graph, std::mt19937_64& random, const RandomGraphOptions& options)
      : graph_(graph), random_(random), options_(options) {}

  ir::Function Run(std::string name, const std::vector<Type>& parameters, const Type& result, bool is_entry);

 private:
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  bool OneIn(size_t n) { return Below(n) == 0; }
  NodeId AddParameter(RegionId region, const Type& type);

  /// Adds nodes, most of which nobody will use, and a result of the type.
  void FillRegion(RegionId region, const Type& result, int depth);
  /// A list of half of what is visible, as texts.
  NodeId ManyVisible(RegionId region);
  RegionId NewArm(const Type& result, int depth);
  RegionId NewItemRegion(const Type& item, const Type& result, int depth);
  RegionId NewStateRegion(const Type& state, const Type& result, int depth);

  /// A visible node of the type, mostly a late one, or a new one where there is none.
  NodeId Pick(const Type& type, RegionId region, int depth);

  /// A visible node of the type whose parts no pass can see.
  NodeId PickOpaque(const Type& type, RegionId region, int depth);
  NodeId Add(NodeKind kind, const Type& type, std::vector<NodeId> operands, RegionId region);
  NodeId MakeConstant(const Type& type, RegionId region);
  NodeId Make(const Type& type, RegionId region, int depth);

  /// Most casts go well.
  NodeId MakeCast(const Type& type, RegionId region, int depth);

  /// The union's value where it is of the type, else something else.
  NodeId MakeNarrowed(const Type& type, RegionId region, int depth);

  /// A value of the type as json, or now and then another.
  NodeId MakeJson(const Type& type, RegionId region, int depth);

  /// A value that takes no call to have: passes that see that a loop runs once leave out a first state that its body does not read.
  NodeId PickFirstState(const Type& type, RegionId region);
  NodeId MakeLoop(const Type& type, RegionId region, int depth);

  /// The region of a guard, which holds a call or a cast, or anything.
  RegionId NewGuarded(const Type& type, RegionId around, int depth);
  NodeId MakeTry(const Type& type, RegionId region, int depth);

  /// if guard.failed { something else } else { guard.value }
  NodeId MakeOtherwise(NodeId guard, const Type& type, RegionId region, int depth);
  NodeId MakeIf(const Type& type, RegionId region, int depth);
  NodeId MakeMap(const Type& item, const Type& result, RegionId region, int depth);

  /// A call that equals one somewhere else in the function; nothing where none can stand here.
  NodeId CallAgain(const Type& type, RegionId region);
  NodeId MakeCall(const Type& type, RegionId region, int depth);
  NodeId AddCall(const Type& type, NodeId text, NodeId number, RegionId region);
  NodeId MakeFunctionCall(const Type& type, RegionId region, int depth);
  NodeId Apply(Operation operation, const Type& type, std::vector<NodeId> operands, RegionId region);
  NodeId ItemOf(const Type& item, RegionId region, int depth);
  NodeId FieldOf(const std::string& name, const Type& type, RegionId region, int depth);
  NodeId MakeList(const Type& type, RegionId region, int depth, bool may_nest);
  /// The pieces of a stream, each mapped when it comes.
  NodeId MakeStreamed(const Type& source, const Type& item, RegionId region, int depth);
  NodeId MakeInt(RegionId region, int depth);
  NodeId MakeBool(RegionId region, int depth);
  NodeId MakeString(RegionId region, int depth);
  NodeId MakeFloat(RegionId region, int depth);
  NodeId MakePair(RegionId region, int depth);

  ir::Graph& graph_;
  std::mt19937_64& random_;
  const RandomGraphOptions& options_;
  ir::Function function_;
  std::vector<NodeId> visible_;
};

}  // namespace plait::tests
