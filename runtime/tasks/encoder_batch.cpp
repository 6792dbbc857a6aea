#include "runtime/tasks/encoder_batch.h"

#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/pass_limits.h"
#include "runtime/tasks/sampling.h"

namespace plait {
namespace {

using Row = Result<std::vector<float>>;

/// The texts without repetition, in order of first appearance, and where each text of the list stands among them.
struct DistinctTexts {
  std::vector<const Encoding*> texts;
  std::vector<size_t> index;
};

DistinctTexts FindDistinct(std::span<const Encoding> texts) {
  DistinctTexts distinct;
  std::map<std::pair<std::vector<int32_t>, std::vector<int32_t>>, size_t> seen;
  for (const Encoding& text : texts) {
    auto [found, is_new] = seen.try_emplace({text.input_ids, text.token_type_ids}, distinct.texts.size());
    if (is_new) {
      distinct.texts.push_back(&text);
    }
    distinct.index.push_back(found->second);
  }
  return distinct;
}

/// How many texts from the front fit in one pass; at least one.
size_t PortionSize(std::span<const Encoding* const> texts) {
  size_t tokens = 0;
  size_t count = 0;
  while (count < texts.size() && (count == 0 || tokens + texts[count]->input_ids.size() <= static_cast<size_t>(kEncoderTokens))) {
    tokens += texts[count]->input_ids.size();
    ++count;
  }
  return count;
}

void Count(std::span<const EncoderInput> portion, const EncoderCost& cost, CallStatistics* statistics) {
  if (statistics == nullptr) {
    return;
  }
  int64_t tokens = 0;
  for (const EncoderInput& text : portion) {
    tokens += static_cast<int64_t>(text.input_ids.size());
  }
  statistics->prompt_tokens += tokens;
  statistics->bytes_streamed += cost.bytes_per_pass;
  statistics->operations += 2 * (tokens * cost.per_token + static_cast<int64_t>(portion.size()) * cost.per_text);
}

Row CheckedRow(std::span<const float> row, std::string_view what, std::string_view model_name) {
  if (!AllFinite(row)) {
    return Error{FailureKind::Arithmetic, fmt::format("the {} are not finite; the model is {}", what, model_name), "", {}};
  }
  return std::vector<float>(row.begin(), row.end());
}

std::vector<EncoderInput> InputsOf(std::span<const Encoding* const> texts) {
  std::vector<EncoderInput> inputs;
  inputs.reserve(texts.size());
  for (const Encoding* text : texts) {
    inputs.push_back({text->input_ids, text->token_type_ids});
  }
  return inputs;
}

}  // namespace

Result<void> CheckTextLength(const Encoding& text, int64_t max_positions) {
  if (text.input_ids.empty()) {
    return Error{FailureKind::ArgumentRange, "the text has no tokens, expected at least one", "", {}};
  }
  if (static_cast<int64_t>(text.input_ids.size()) > max_positions) {
    return Error{
        FailureKind::PromptTooLong,
        fmt::format("the text has {} tokens with its special ones; the model has {} positions", text.input_ids.size(), max_positions),
        "",
        {}};
  }
  return {};
}

std::vector<Row> RunEncoder(const EncoderModel& model, std::span<const Encoding> texts, std::string_view model_name,
                            const CallContext& context) {
  DistinctTexts distinct = FindDistinct(texts);
  std::vector<Row> rows;
  std::span<const Encoding* const> left = distinct.texts;
  std::optional<Error> stopped;
  while (!left.empty() && !stopped) {
    context.team.AdmitMembers();
    std::vector<EncoderInput> portion = InputsOf(left.first(PortionSize(left)));
    left = left.subspan(portion.size());
    Row numbers = model.forward(portion, context.team, context.cancellation);
    if (!numbers.ok()) {
      stopped = std::move(numbers).error();
      break;
    }
    Count(portion, model.cost, context.statistics);
    auto width = static_cast<size_t>(model.width);
    for (size_t row = 0; row < portion.size(); ++row) {
      rows.push_back(CheckedRow(std::span<const float>(*numbers).subspan(row * width, width), model.what, model_name));
    }
  }
  std::vector<Row> results;
  results.reserve(distinct.index.size());
  for (size_t index : distinct.index) {
    results.push_back(index < rows.size() ? rows[index] : Row(*stopped));
  }
  return results;
}

std::vector<Row> RunEncoder(const SequenceClassifier& model, std::span<const Encoding> texts, std::string_view model_name,
                            const CallContext& context) {
  auto forward = [&](std::span<const EncoderInput> batch, ThreadTeam& team, const Cancellation& cancellation) {
    return model.Forward(batch, team, cancellation);
  };
  return RunEncoder(EncoderModel{model.num_labels(), "logits", model.cost(), forward}, texts, model_name, context);
}

}  // namespace plait
