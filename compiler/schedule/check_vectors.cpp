#include "compiler/schedule/check_vectors.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/file_system.h"
#include "compiler/schedule/value_flow.h"

namespace plait {
namespace {

using ir::NodeKind;
using schedule::kItem;
using schedule::ValueFlow;
using schedule::ValuePart;

/// The embedders that a value's vectors come from, each with the place of a call. What a constant holds comes from none.
using Origins = std::map<uint32_t, Span>;

bool Compares(Operation operation) {
  return operation == Operation::TensorDot || operation == Operation::TensorCosine || operation == Operation::TensorMatmul;
}

/// The parts whose vectors stay, in the operation's result, vectors of the same model and size.
std::optional<std::vector<ValuePart>> VectorsIn(const ir::Function& function, const ir::Node& node, schedule::ValuePath path) {
  if (node.kind != NodeKind::Apply) {
    return std::nullopt;
  }
  switch (node.operation) {
    case Operation::Index:
      if (!function.nodes[node.operands[0]].type.Is(TypeKind::Tensor)) {
        return std::nullopt;
      }
      break;
    case Operation::TensorNormalize:
    case Operation::TensorScale:
    case Operation::TensorMean:
      break;
    case Operation::TensorAdd:
      return std::vector{ValuePart{node.operands[0], path}, ValuePart{node.operands[1], path}};
    case Operation::TensorStack:
      path.emplace_back(kItem);
      break;
    case Operation::TensorRows:
      if (path.empty() || path.back() != kItem) {
        return std::nullopt;
      }
      path.pop_back();
      break;
    default:
      return std::nullopt;
  }
  return std::vector{ValuePart{node.operands[0], std::move(path)}};
}

class VectorChecker {
 public:
  VectorChecker(const ir::Graph& graph, Sink& sink) : graph_(graph), sink_(sink) {}

  void CheckMixes() {
    ForEachNode([&](const ir::Function& function, const ValueFlow& flow, const ir::Node& node) {
      if (node.kind == NodeKind::Apply && Compares(node.operation)) {
        CheckMix(node, OriginsOf(function, flow, node.operands[0]), OriginsOf(function, flow, node.operands[1]));
      }
    });
  }

  void CheckSizes(const std::vector<std::optional<ModelFacts>>& facts) {
    ForEachNode([&](const ir::Function& function, const ValueFlow& flow, const ir::Node& node) {
      if (node.kind == NodeKind::Cast && WithoutOptional(node.type).Is(TypeKind::Tensor)) {
        CheckSize(node, OriginsOf(function, flow, node.operands[0]).value_or(Origins()), facts);
      }
    });
  }

 private:
  template <class Visit>
  void ForEachNode(Visit visit) {
    for (const ir::Function& function : graph_.functions) {
      if (function.is_entry) {
        ValueFlow flow(function);
        for (const ir::Node& node : function.nodes) {
          visit(function, flow, node);
        }
      }
    }
  }

  /// Nothing where some of it cannot be told.
  [[nodiscard]] std::optional<Origins> OriginsOf(const ir::Function& function, const ValueFlow& flow, ir::NodeId vector) const {
    constexpr size_t kMostParts = 4096;
    constexpr size_t kMostSteps = 16;
    Origins origins;
    std::set<ValuePart> seen;
    std::vector<ValuePart> open = {{vector, {}}};
    while (!open.empty()) {
      ValuePart part = std::move(open.back());
      open.pop_back();
      if (part.path.size() > kMostSteps || seen.size() > kMostParts) {
        return std::nullopt;
      }
      const ir::Node& node = function.nodes[part.node];
      if (!seen.insert(part).second || node.kind == NodeKind::Constant) {
        continue;
      }
      if (node.kind == NodeKind::CallModel && graph_.models[node.model].task == kEmbedderTask) {
        origins.try_emplace(node.model.index, node.span);
        continue;
      }
      std::optional<std::vector<ValuePart>> sources = VectorsIn(function, node, part.path);
      sources = sources ? sources : flow.SourcesOf(part);
      if (!sources) {
        return std::nullopt;
      }
      std::ranges::move(*sources, std::back_inserter(open));
    }
    return origins;
  }

  /// Options such as the precision do not change what a vector means. A model whose revision is not stated may be any.
  [[nodiscard]] bool MayBeSame(uint32_t a, uint32_t b) const {
    const ir::Model& x = graph_.models[ir::ModelId{a}];
    const ir::Model& y = graph_.models[ir::ModelId{b}];
    return x.full_source() == y.full_source() && (x.revision == y.revision || x.revision.empty() || y.revision.empty());
  }

  /// Only where no way through the program gives both sides one model.
  void CheckMix(const ir::Node& node, const std::optional<Origins>& left, const std::optional<Origins>& right) {
    if (!left || !right || left->empty() || right->empty()) {
      return;
    }
    for (const auto& [x, x_call] : *left) {
      for (const auto& [y, y_call] : *right) {
        if (MayBeSame(x, y)) {
          return;
        }
      }
    }
    const auto& [x, x_call] = *left->begin();
    const auto& [y, y_call] = *right->begin();
    if (!IsFirst(node.span, 0)) {
      return;
    }
    sink_.Report(MakeDiagnostic(DiagnosticKind::EmbeddingMix, node.span, "vectors of {} and of {} are compared", NameOf(x), NameOf(y))
                     .Also(x_call, "a vector of " + NameOf(x))
                     .Also(y_call, "a vector of " + NameOf(y))
                     .Note("each model places texts in a space of its own, so the number means nothing")
                     .Fix("embed both texts with one model"));
  }

  void CheckSize(const ir::Node& node, const Origins& origins, const std::vector<std::optional<ModelFacts>>& all_facts) {
    const Type tensor = WithoutOptional(node.type);
    const std::optional<int64_t> size = tensor.FixedDim(tensor.dims().size() - 1);
    for (const auto& [model, call] : origins) {
      const std::optional<ModelFacts>& facts = all_facts[model];
      if (!size || !facts || facts->hidden_size == 0 || facts->hidden_size == *size || !IsFirst(node.span, model)) {
        continue;
      }
      sink_.Report(MakeDiagnostic(DiagnosticKind::ModelLimit, node.span, "expected `{}`, {} makes vectors of {} numbers", tensor.ToString(),
                                  NameOf(model), facts->hidden_size)
                       .Also(graph_.models[ir::ModelId{model}].span, "the model")
                       .Note(fmt::format("`{}` in {}", facts->hidden_size_key, JoinPath(facts->folder, "config.json"))));
    }
  }

  [[nodiscard]] std::string NameOf(uint32_t model) const {
    const ir::Model& found = graph_.models[ir::ModelId{model}];
    return fmt::format("`{}`{}", found.location, found.revision.empty() ? "" : fmt::format(" at revision `{}`", found.revision));
  }

  /// Inlining repeats a place in every entry that reaches it.
  bool IsFirst(const Span& span, uint32_t what) {
    return reported_.insert({span.file.has_value() ? span.file.index : UINT32_MAX, span.begin, span.end, what}).second;
  }

  const ir::Graph& graph_;
  Sink& sink_;
  std::set<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>> reported_;
};

}  // namespace

void CheckEmbeddingMix(const ir::Graph& graph, Sink& sink) { VectorChecker(graph, sink).CheckMixes(); }

void CheckVectorSizes(const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, Sink& sink) {
  VectorChecker(graph, sink).CheckSizes(facts);
}

}  // namespace plait
