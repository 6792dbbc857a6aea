#include "compiler/schedule/plan_drafts.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace plait::schedule {
namespace {

bool IsGenerator(const ir::Model& model) { return model.task == "text.Generator" && model.methods.empty(); }

/// Chooses the smaller models.
class Chooser {
 public:
  Chooser(const ir::Graph& graph, std::span<const std::optional<ModelFacts>> facts, bool takes_always, std::vector<PlannedDrafts>& drafts)
      : facts_(facts), takes_always_(takes_always), drafts_(drafts) {
    for (const ir::Model& model : graph.models) {
      is_generator_.push_back(IsGenerator(model));
      sizes_.push_back(SizesOf(model, facts[sizes_.size()]));
    }
    for (const ir::Function& function : graph.functions) {
      if (function.is_entry) {
        called_.push_back(CalledBy(function));
      }
    }
  }

  /// The smaller model that promises most, of equals the one that reads least.
  [[nodiscard]] std::optional<uint32_t> ChooseFor(uint32_t model) const {
    std::optional<uint32_t> best;
    for (uint32_t other = 0; other < drafts_.size(); ++other) {
      if (Fits(model, other) && (takes_always_ || (IsLoadedWith(model, other) && Pays(model, other))) &&
          (!best || Rank(model, other) > Rank(model, *best))) {
        best = other;
      }
    }
    return best;
  }

 private:
  static std::set<uint32_t> CalledBy(const ir::Function& function) {
    std::set<uint32_t> models;
    for (const ir::Node& node : function.nodes) {
      if (node.kind == ir::NodeKind::CallModel) {
        models.insert(node.model.index);
      }
    }
    return models;
  }

  [[nodiscard]] bool HasCopy(uint32_t model) const { return drafts_[model].copy_bytes > 0; }
  [[nodiscard]] DraftCosts Costs(uint32_t model, uint32_t smaller) const {
    return CostsOfModel(sizes_[model], HasCopy(model), sizes_[smaller], HasCopy(smaller));
  }
  [[nodiscard]] double Gain(uint32_t model, uint32_t smaller) const {
    return BestGuesses(kRightGuessesOfModel, Costs(model, smaller), 1, kMaxGuesses).gain;
  }
  [[nodiscard]] std::pair<double, double> Rank(uint32_t model, uint32_t smaller) const {
    return {Gain(model, smaller), -Costs(model, smaller).guess};
  }

  /// Whether the other one writes the same tokens for less. It is smaller by an order that is strict, so no model guesses for itself, by
  /// others or not.
  [[nodiscard]] bool Fits(uint32_t model, uint32_t other) const {
    const std::optional<ModelFacts>& facts = facts_[model];
    const std::optional<ModelFacts>& other_facts = facts_[other];
    if (!is_generator_[model] || !is_generator_[other] || !facts || !other_facts) {
      return false;
    }
    auto size = [&](uint32_t of) { return std::pair(sizes_[of].LayerWeights() + sizes_[of].ProjectionWeights(), sizes_[of].bytes_each); };
    return !facts->tokenizer_digest.empty() && facts->tokenizer_digest == other_facts->tokenizer_digest && facts->vocab_size > 0 &&
           facts->vocab_size == other_facts->vocab_size && size(other) < size(model) && Costs(model, other).guess < 1;
  }

  /// Whether whatever calls the model calls the other one too.
  [[nodiscard]] bool IsLoadedWith(uint32_t model, uint32_t other) const {
    return std::ranges::all_of(called_, [&](const std::set<uint32_t>& by) { return !by.contains(model) || by.contains(other); }) &&
           std::ranges::any_of(called_, [&](const std::set<uint32_t>& by) { return by.contains(model); });
  }

  [[nodiscard]] bool Pays(uint32_t model, uint32_t smaller) const {
    const DraftChoice by_copy =
        HasCopy(model) ? BestGuesses(kRightGuessesOfCopy, CostsOfCopy(sizes_[model]), 1, kMaxGuesses) : DraftChoice{};
    return Gain(model, smaller) > by_copy.gain;
  }

  std::span<const std::optional<ModelFacts>> facts_;
  bool takes_always_;
  const std::vector<PlannedDrafts>& drafts_;
  std::vector<bool> is_generator_;
  std::vector<ModelSizes> sizes_;
  /// By entry.
  std::vector<std::set<uint32_t>> called_;
};

}  // namespace

std::vector<PlannedDrafts> PlanDrafts(const ir::Graph& graph, std::span<const std::optional<ModelFacts>> facts, const DraftWishes& wishes) {
  std::vector<PlannedDrafts> drafts;
  for (const ir::Model& model : graph.models) {
    const int64_t copy_bytes = Contains(wishes.sources, DraftSource::Int8) ? DraftBytes(model, facts[drafts.size()]) : 0;
    PlannedDrafts& planned = drafts.emplace_back();
    if (IsGenerator(model)) {
      planned.sources = wishes.sources;
      planned.copy_bytes = copy_bytes;
    }
  }
  // Which copies there are tells what passes cost, so they come first.
  const Chooser chooser(graph, facts, wishes.always_takes_model, drafts);
  for (uint32_t model = 0; model < drafts.size(); ++model) {
    PlannedDrafts& planned = drafts[model];
    planned.model = Contains(planned.sources, DraftSource::Model) ? chooser.ChooseFor(model) : std::nullopt;
    std::erase_if(planned.sources, [&](DraftSource source) {
      return (source == DraftSource::Int8 && planned.copy_bytes == 0) || (source == DraftSource::Model && !planned.model);
    });
  }
  return drafts;
}

double BytesRead(const ModelSizes& sizes, bool has_copy) {
  return sizes.LayerWeights() * sizes.bytes_each + sizes.ProjectionWeights() * (has_copy ? 1 : sizes.bytes_each);
}

DraftCosts CostsOfCopy(const ModelSizes& sizes) {
  DraftCosts costs;
  costs.guess = (sizes.LayerWeights() + sizes.ProjectionWeights()) / BytesRead(sizes, true);
  costs.free_rows = FreeRows(sizes.bytes_each);
  return costs;
}

DraftCosts CostsOfModel(const ModelSizes& sizes, bool has_copy, const ModelSizes& smaller, bool smaller_has_copy) {
  const double bytes_each = smaller_has_copy ? 1 : smaller.bytes_each;
  DraftCosts costs;
  costs.guess = (smaller.LayerWeights() + smaller.ProjectionWeights()) * bytes_each / BytesRead(sizes, has_copy);
  costs.free_rows = FreeRows(sizes.bytes_each);
  costs.guess_free_rows = FreeRows(bytes_each);
  return costs;
}

}  // namespace plait::schedule
