#include "compiler/schedule/cost.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/base/model_options.h"
#include "compiler/base/pass_limits.h"

namespace plait::schedule {
namespace {

using ir::NodeKind;

constexpr double kRequestTokens = 16;
constexpr double kSpecialTokens = 2;
constexpr double kHypothesisTokens = 10;
constexpr double kSentenceTokens = 20;
constexpr int64_t kMostItems = 1'000'000;

/// Of a text that is known.
double TokensOfText(const std::string& text) {
  constexpr double kBytesPerToken = 4;
  return 1 + static_cast<double>(text.size()) / kBytesPerToken;
}

/// Of an encoder over so many texts of that length.
double PassesOf(double texts, double tokens) {
  const double texts_a_pass = std::max(1.0, std::floor(static_cast<double>(kEncoderTokens) / std::max(1.0, tokens)));
  return std::ceil(texts / texts_a_pass);
}

bool IsGenerator(const ir::Graph& graph, const ir::Node& call) { return graph.models[call.model].task == "text.Generator"; }

std::string NameOf(const ir::Graph& graph, const ir::Node& call) {
  return fmt::format("{}.{}", graph.models[call.model].name, call.method);
}

}  // namespace

CostModel::CostModel(const ir::Graph& graph, const ir::Function& function, const std::vector<std::optional<ModelFacts>>& facts,
                     std::span<const PlannedDrafts> drafts)
    : graph_(graph),
      function_(function),
      facts_(facts),
      drafts_(drafts),
      known_(function),
      sources_(function.nodes.size()),
      tokens_(function.nodes.size(), -1),
      items_(function.nodes.size(), -1) {}

void CostModel::Assume(std::string assumption) {
  // Long programs repeat few assumptions; what does not repeat is not worth more lines.
  constexpr size_t kMostAssumptions = 24;
  bool is_known = std::find(assumptions_.begin(), assumptions_.end(), assumption) != assumptions_.end();
  if (!is_known && assumptions_.size() < kMostAssumptions) {
    assumptions_.push_back(std::move(assumption));
  }
}

std::optional<int64_t> CostModel::MostOf(ir::NodeId id) const {
  std::optional<int64_t> most;
  for (const KnownValue& known : known_.Of(id)) {
    most = known.value.is_int() ? std::max(most.value_or(known.value.AsInt()), known.value.AsInt()) : most;
  }
  return most;
}

std::optional<int64_t> CostModel::MostOf(const ir::Node& call, std::string_view name) const {
  const std::optional<ir::NodeId> argument = ArgumentOf(call, name);
  return argument ? MostOf(*argument) : std::nullopt;
}

ModelSizes CostModel::SizesOf(ir::ModelId id) const { return schedule::SizesOf(graph_.models[id], facts_[id.index]); }

int64_t CostModel::ItemsOf(ir::NodeId list, int depth) {
  if (items_[list.index] < 0) {
    items_[list.index] = CountItems(list, depth);
  }
  return items_[list.index];
}

int64_t CostModel::CountItems(ir::NodeId list, int depth) {
  constexpr int kMostDepth = 200;
  const ir::Node& node = function_.nodes[list];
  std::optional<size_t> known_items;
  for (const KnownValue& known : known_.Of(list)) {
    known_items = known.value.is_list() ? std::max(known_items.value_or(0), known.value.AsList().size()) : known_items;
  }
  if (known_items) {
    return std::min<int64_t>(static_cast<int64_t>(*known_items), kMostItems);
  }
  if (node.kind == NodeKind::List) {
    return static_cast<int64_t>(node.operands.size());
  }
  bool passes_on =
      (node.kind == NodeKind::Map && node.regions.size() == 1) || (node.kind == NodeKind::Apply && node.operation == Operation::ListStream);
  if (passes_on && depth < kMostDepth) {
    return ItemsOf(node.operands[0], depth + 1);
  }
  if (node.kind == NodeKind::Apply && node.operation == Operation::TextSentences && depth < kMostDepth) {
    return std::clamp<int64_t>(static_cast<int64_t>(TokensOf(node.operands[0], depth + 1) / kSentenceTokens), 1, kMostItems);
  }
  if (node.kind == NodeKind::Apply && node.operation == Operation::Add && depth < kMostDepth) {
    return std::min(ItemsOf(node.operands[0], depth + 1) + ItemsOf(node.operands[1], depth + 1), kMostItems);
  }
  if (node.kind == NodeKind::Apply && node.operation == Operation::ListTake && depth < kMostDepth) {
    const int64_t items = ItemsOf(node.operands[0], depth + 1);
    return std::clamp<int64_t>(MostOf(node.operands[1]).value_or(items), 0, items);
  }
  if (node.kind == NodeKind::CallModel && IsGenerator(graph_, node)) {
    return node.type.Is(TypeKind::Stream) ? static_cast<int64_t>(LengthsOf(node, SizesOf(node.model)).new_tokens) : SequencesOf(node);
  }
  Assume(fmt::format("a list of unknown length has {} items", kAssumedItems));
  return kAssumedItems;
}

int64_t CostModel::SequencesOf(const ir::Node& call) {
  return std::clamp<int64_t>(MostOf(call, "num_return_sequences").value_or(1), 1, kMostItems);
}

double CostModel::WidestOperand(const ir::Node& node, int depth) {
  double tokens = 0;
  for (ir::NodeId operand : node.operands) {
    tokens = std::max(tokens, TokensOf(operand, depth));
  }
  for (ir::RegionId region : node.regions) {
    tokens = std::max(tokens, TokensOf(function_.regions[region].result, depth));
  }
  return tokens;
}

/// How long the texts that a node yields are likely to be.
double CostModel::TokensOf(ir::NodeId id, int depth) {
  constexpr int kMostDepth = 200;
  if (depth > kMostDepth) {
    return kRequestTokens;
  }
  if (tokens_[id.index] >= 0) {
    return tokens_[id.index];
  }
  const ir::Node& node = function_.nodes[id];
  double tokens = kRequestTokens;
  if (node.kind == NodeKind::Constant) {
    tokens = node.constant.is_string() ? TokensOfText(node.constant.AsString()) : 1;
  } else if (node.kind == NodeKind::Parameter) {
    const ir::Parameter* parameter = ParameterOf(function_, id);
    if (sources_[id.index].has_value()) {
      tokens = TokensOfItem(sources_[id.index], depth + 1);
    } else if (parameter != nullptr && parameter->default_value && parameter->default_value->is_string()) {
      tokens = TokensOfText(parameter->default_value->AsString());
      Assume(fmt::format("`{}` is about as long as its default", parameter->name));
    } else {
      Assume(fmt::format("a text of the request has {} tokens", kRequestTokens));
    }
  } else if (node.kind == NodeKind::CallModel) {
    Generation lengths = IsGenerator(graph_, node) ? LengthsOf(node, SizesOf(node.model)) : Generation{4, 0};
    tokens = node.type.Is(TypeKind::Stream) ? lengths.new_tokens : lengths.prompt + lengths.new_tokens;
  } else if (node.kind == NodeKind::Apply && node.operation == Operation::Add) {
    tokens = TokensOf(node.operands[0], depth + 1) + TokensOf(node.operands[1], depth + 1);
  } else {
    tokens = WidestOperand(node, depth + 1);
  }
  constexpr double kMostTokens = 1e5;
  tokens_[id.index] = std::min(std::ceil(tokens), kMostTokens);
  return tokens_[id.index];
}

/// Of one item of a list or one piece of a stream.
double CostModel::TokensOfItem(ir::NodeId list, int depth) {
  const ir::Node& node = function_.nodes[list];
  if (node.kind == NodeKind::Apply && node.operation == Operation::TextSentences) {
    return kSentenceTokens;
  }
  if (node.kind == NodeKind::Map) {
    return TokensOf(function_.regions[node.regions[0]].result, depth);
  }
  bool writes_pieces = node.kind == NodeKind::CallModel && node.type.Is(TypeKind::Stream);
  return writes_pieces ? 1 : TokensOf(list, depth);
}

CostModel::Generation CostModel::LengthsOf(const ir::Node& call, const ModelSizes& sizes) {
  auto constant = [&](std::string_view name) -> std::optional<double> {
    const std::optional<int64_t> most = MostOf(call, name);
    return most ? std::optional(static_cast<double>(std::max<int64_t>(*most, 1))) : std::nullopt;
  };
  std::optional<ir::NodeId> text = ArgumentOf(call, "prompt");
  double prompt = std::min(text ? TokensOf(*text, 1) : kRequestTokens, std::max(1.0, sizes.positions - 1));
  double room = std::max(1.0, sizes.positions - prompt);
  std::string name = NameOf(graph_, call);
  if (std::optional<double> new_tokens = constant("max_new_tokens")) {
    Assume(fmt::format("{}: {} new tokens, as max_new_tokens says; no early end", name, std::min(*new_tokens, room)));
    return {prompt, std::min(*new_tokens, room)};
  }
  std::optional<double> length = constant("max_length");
  double new_tokens = std::clamp(length.value_or(prompt + kDefaultNewTokens) - prompt, 1.0, room);
  Assume(length ? fmt::format("{}: {} new tokens of max_length {}; no early end", name, new_tokens, *length)
                : fmt::format("{}: {} new tokens, as nothing limits them", name, new_tokens));
  return {prompt, new_tokens};
}

double CostModel::SequencesAtOnce(const Generation& lengths, const ModelSizes& sizes, double sequences) {
  const double tokens = std::min(lengths.prompt + lengths.new_tokens, sizes.positions);
  return static_cast<double>(SequencesWithRoom(static_cast<int64_t>(tokens), static_cast<int64_t>(sequences)));
}

Work CostModel::Generate(const ir::Node& call, int64_t lanes) {
  ModelSizes sizes = SizesOf(call.model);
  Generation lengths = LengthsOf(call, sizes);
  double prompts = static_cast<double>(lanes);
  double sequences = prompts * static_cast<double>(SequencesOf(call));
  double head = sizes.ProjectionWeights();
  double pass_bytes = (sizes.LayerWeights() + head) * sizes.bytes_each;
  Segment prefill;
  prefill.flops = 2 * prompts * (sizes.LayerWeights() * lengths.prompt + head) +
                  4 * prompts * sizes.layers * sizes.hidden * lengths.prompt * lengths.prompt;
  prefill.bytes = pass_bytes;
  Segment decode;
  // The first new token comes from the prompt's pass.
  double passes = lengths.new_tokens - 1;
  double mean_length = lengths.prompt + lengths.new_tokens / 2;
  decode.flops = sequences * passes * (2 * (sizes.LayerWeights() + head) + 4 * sizes.layers * sizes.hidden * mean_length);
  decode.bytes = passes * pass_bytes * std::ceil(sequences / SequencesAtOnce(lengths, sizes, sequences));
  auto held = [&](const ModelSizes& of) {
    constexpr double kFloatBytes = 4;
    const double tokens = std::min(lengths.prompt + lengths.new_tokens, of.positions);
    return (2 * of.layers * of.hidden * tokens + of.vocabulary) * kFloatBytes * SequencesAtOnce(lengths, sizes, sequences);
  };
  double bytes = held(sizes);
  if (!drafts_.empty()) {
    Guess(call, lengths, prompts, sequences, prefill, decode);
    const std::optional<uint32_t> smaller = drafts_[call.model.index].model;
    bytes += smaller ? held(SizesOf(ir::ModelId{*smaller})) : 0;
  }
  return {{prefill, decode}, static_cast<int64_t>(bytes)};
}

/// What promises most of what guesses for the call's model.
CostModel::Guesser CostModel::BestGuesser(const ir::Node& call, const Generation& lengths, double prompts, double sequences) const {
  const PlannedDrafts& drafts = drafts_[call.model.index];
  const ModelSizes sizes = SizesOf(call.model);
  Guesser best;
  auto consider = [&](const DraftCosts& costs, double rate, std::optional<uint32_t> model) {
    const DraftChoice choice = BestGuesses(rate, costs, static_cast<int64_t>(sequences), kMaxGuesses);
    if (choice.gain > best.choice.gain) {
      best = {costs, rate, choice, model};
    }
  };
  const bool has_copy = drafts.copy_bytes > 0;
  if (has_copy) {
    consider(CostsOfCopy(sizes), kRightGuessesOfCopy, std::nullopt);
  }
  if (drafts.model) {
    const ModelSizes smaller = SizesOf(ir::ModelId{*drafts.model});
    const DraftCosts costs = CostsOfModel(sizes, has_copy, smaller, drafts_[*drafts.model].copy_bytes > 0);
    const double reading = costs.OfGuessing(prompts * lengths.prompt);
    const bool pays_to_read = reading <= MostToLose(costs.OfPass(prompts * lengths.prompt), lengths.new_tokens);
    if (pays_to_read && lengths.prompt < smaller.positions) {
      consider(costs, kRightGuessesOfModel, drafts.model);
    }
  }
  return best;
}

/// What guessing makes of a call: fewer passes over the weights, of more rows each, and between them the passes over what guesses, which
/// reads the prompts first where it is a model of its own.
void CostModel::Guess(const ir::Node& call, const Generation& lengths, double prompts, double sequences, Segment& prefill,
                      Segment& decode) {
  const Guesser guesser = BestGuesser(call, lengths, prompts, sequences);
  if (guesser.choice.guesses == 0) {
    return;
  }
  const ModelSizes sizes = SizesOf(call.model);
  const double weights = sizes.LayerWeights() + sizes.ProjectionWeights();
  const double read = BytesRead(sizes, drafts_[call.model.index].copy_bytes > 0);
  double guess_weights = weights;
  if (guesser.model) {
    const ModelSizes smaller = SizesOf(ir::ModelId{*guesser.model});
    guess_weights = smaller.LayerWeights() + smaller.ProjectionWeights();
    prefill.flops += 2 * prompts * lengths.prompt * guess_weights;
    prefill.bytes += guesser.costs.guess * read;
  }
  const auto guesses = static_cast<double>(guesser.choice.guesses);
  const double tokens = TokensAPass(guesser.rate, guesser.choice.guesses);
  decode.bytes *= read / (weights * sizes.bytes_each) * (1 + guesses * guesser.costs.guess) / tokens;
  decode.flops *= (1 + guesses + guesses * guess_weights / weights) / tokens;
  const std::string by = guesser.model ? graph_.models[ir::ModelId{*guesser.model}].name : "the int8 copy";
  Assume(fmt::format("{}: {:.1f} tokens a pass, of {} guesses of {} {:.0f} in 100 right", NameOf(graph_, call), tokens,
                     guesser.choice.guesses, by, guesser.rate * 100));
}

Work CostModel::Encode(const ir::Node& call, int64_t lanes) {
  ModelSizes sizes = SizesOf(call.model);
  std::optional<ir::NodeId> text = ArgumentOf(call, "text");
  double tokens = (text ? TokensOf(*text, 1) : kRequestTokens) + kSpecialTokens;
  double sequences = static_cast<double>(lanes);
  if (std::optional<ir::NodeId> labels = ArgumentOf(call, "candidate_labels")) {
    sequences *= static_cast<double>(ItemsOf(*labels));
    tokens += kHypothesisTokens;
  }
  tokens = std::min(tokens, std::max(1.0, sizes.positions));
  const double first_only = call.method == "embed" ? 0 : 1;
  const double hidden = sizes.hidden;
  const double layer_weights = sizes.LayerWeights() / std::max(1.0, sizes.layers);
  // Of the last layer only the first token is read, so the others have just their keys and values there.
  const double unread = first_only * (tokens - 1);
  Segment pass;
  pass.flops = sequences * (2 * sizes.LayerWeights() * tokens - 2 * (layer_weights - 2 * hidden * hidden) * unread +
                            4 * hidden * tokens * (sizes.layers * tokens - unread));
  pass.bytes = sizes.LayerWeights() * sizes.bytes_each * PassesOf(sequences, tokens);
  constexpr double kFloatBytes = 4;
  const double at_once = std::min(sequences * tokens, std::max(tokens, static_cast<double>(kEncoderTokens)));
  const double activations = at_once * (6 * hidden + sizes.inner) * kFloatBytes;
  return {{pass}, static_cast<int64_t>(activations)};
}

/// Nothing is known of what code does, so it is taken to use each byte of its file once as a weight of fp32, for every call of a batch.
Work CostModel::RunCode(const ir::Node& call, int64_t lanes) {
  const std::optional<ModelFacts>& facts = facts_[call.model.index];
  auto bytes = static_cast<double>(facts ? facts->weight_bytes : kAssumedCodeBytes);
  Assume(fmt::format("{}: compiled code, each weight used once a call", NameOf(graph_, call)));
  constexpr double kBytesPerWeight = 4;
  Segment pass;
  pass.flops = 2 * static_cast<double>(lanes) * bytes / kBytesPerWeight;
  pass.bytes = bytes;
  return {{pass}, 0};
}

Work CostModel::WorkOfPass(const ir::Node& call, int64_t lanes) {
  if (!graph_.models[call.model].methods.empty()) {
    return RunCode(call, lanes);
  }
  return IsGenerator(graph_, call) ? Generate(call, lanes) : Encode(call, lanes);
}

Work CostModel::WorkOf(ir::NodeId call, int64_t lanes) {
  const ir::Node& node = function_.nodes[call];
  const int64_t most = BatchOf(graph_.models[node.model].options).value_or(lanes);
  if (lanes <= most) {
    return WorkOfPass(node, lanes);
  }
  const int64_t full_passes = lanes / most;
  Work work = WorkOfPass(node, most);
  work.profile = Scaled(work.profile, static_cast<double>(full_passes));
  if (lanes % most != 0) {
    Profile rest = WorkOfPass(node, lanes % most).profile;
    work.profile.insert(work.profile.end(), rest.begin(), rest.end());
  }
  return work;
}

}  // namespace plait::schedule
