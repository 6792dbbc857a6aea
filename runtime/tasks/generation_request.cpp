#include "runtime/tasks/generation_request.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "runtime/tasks/arguments.h"

namespace plait {
namespace {

Error PromptTooLong(size_t prompt_tokens, int64_t max_positions) {
  return Error{
      FailureKind::PromptTooLong,
      fmt::format("the prompt has {} tokens, which leaves none of the model's {} positions for a new one", prompt_tokens, max_positions),
      "",
      {}};
}

Error LeavesNoRoom(size_t prompt_tokens, int64_t max_length) {
  return Error{
      FailureKind::PromptTooLong,
      fmt::format("the prompt has {} tokens, which leaves no room for a new one within `max_length` {}", prompt_tokens, max_length),
      "",
      {{"fix", "raise `max_length`, or set `max_new_tokens`, which does not count the prompt"}}};
}

Result<void> CheckPositive(std::string_view name, std::optional<double> value) {
  if (value && !(*value > 0)) {
    return OutOfRange(name, FormatFloat(*value), "expected a number above 0");
  }
  return {};
}

Result<SamplingParameters> ReadSampling(const ValueFields& arguments, SamplingParameters sampling) {
  const Value& do_sample = Argument(arguments, "do_sample");
  std::optional<double> temperature = NumberArgument(arguments, "temperature");
  std::optional<int64_t> top_k = IntArgument(arguments, "top_k");
  std::optional<double> top_p = NumberArgument(arguments, "top_p");
  std::optional<double> repetition_penalty = NumberArgument(arguments, "repetition_penalty");
  PLAIT_TRY_VOID(CheckPositive("temperature", temperature));
  PLAIT_TRY_VOID(CheckPositive("repetition_penalty", repetition_penalty));
  PLAIT_TRY_VOID(CheckAtLeast("top_k", top_k.value_or(1), 1));
  if (top_p && !(*top_p > 0 && *top_p <= 1)) {
    return OutOfRange("top_p", FormatFloat(*top_p), "expected a number above 0 and at most 1");
  }
  sampling.do_sample = do_sample.is_null() ? sampling.do_sample : do_sample.AsBool();
  sampling.temperature = temperature.value_or(sampling.temperature);
  sampling.top_k = top_k.value_or(sampling.top_k);
  sampling.top_p = top_p.value_or(sampling.top_p);
  sampling.repetition_penalty = repetition_penalty.value_or(sampling.repetition_penalty);
  return sampling;
}

/// The call's own limits, which must fit the model.
Result<int64_t> AskedLength(std::optional<int64_t> max_new_tokens, int64_t max_length, int64_t prompt, int64_t max_positions) {
  if (max_new_tokens) {
    if (*max_new_tokens > max_positions - prompt) {
      return OutOfRange("max_new_tokens", std::to_string(*max_new_tokens),
                        fmt::format("expected at most {}: the model has {} positions and the prompt {} tokens", max_positions - prompt,
                                    max_positions, prompt));
    }
    return prompt + *max_new_tokens;
  }
  if (max_length > max_positions) {
    return OutOfRange("max_length", std::to_string(max_length), fmt::format("expected at most the model's {} positions", max_positions));
  }
  return max_length;
}

Result<int64_t> TotalLength(const ValueFields& arguments, const GenerationDefaults& defaults, size_t prompt_tokens, int64_t max_positions) {
  std::optional<int64_t> max_length = IntArgument(arguments, "max_length");
  std::optional<int64_t> max_new_tokens = IntArgument(arguments, "max_new_tokens");
  PLAIT_TRY_VOID(CheckAtLeast("max_length", max_length.value_or(1), 1));
  PLAIT_TRY_VOID(CheckAtLeast("max_new_tokens", max_new_tokens.value_or(1), 1));
  auto prompt = static_cast<int64_t>(prompt_tokens);
  if (prompt >= max_positions) {
    return PromptTooLong(prompt_tokens, max_positions);
  }
  int64_t total = 0;
  if (max_new_tokens || max_length) {
    PLAIT_TRY(total, AskedLength(max_new_tokens, max_length.value_or(0), prompt, max_positions));
  } else if (defaults.max_length && !defaults.max_new_tokens) {
    total = std::min(*defaults.max_length, max_positions);
  } else {
    total = prompt + std::min(defaults.max_new_tokens.value_or(kDefaultNewTokens), max_positions - prompt);
  }
  if (total <= prompt) {
    return LeavesNoRoom(prompt_tokens, total);
  }
  return total;
}

Result<std::vector<std::string>> ReadStop(const ValueFields& arguments) {
  std::vector<std::string> stop;
  const Value& texts = Argument(arguments, "stop");
  if (texts.is_null()) {
    return stop;
  }
  for (const Value& text : texts.AsList()) {
    if (text.AsString().empty()) {
      return OutOfRange("stop", ToJson(texts), "expected no empty text in it");
    }
    stop.push_back(text.AsString());
  }
  return stop;
}

Result<int64_t> ReadReturnSequences(const ValueFields& arguments, bool do_sample) {
  int64_t count = IntArgument(arguments, "num_return_sequences").value_or(1);
  PLAIT_TRY_VOID(CheckAtLeast("num_return_sequences", count, 1));
  if (count > kMaxReturnSequences) {
    return OutOfRange("num_return_sequences", std::to_string(count), fmt::format("expected at most {}", kMaxReturnSequences));
  }
  if (count > 1 && !do_sample) {
    return OutOfRange("num_return_sequences", std::to_string(count), "but without sampling every sequence would be the same")
        .WithNote("fix", "pass `do_sample: true`, or ask for one sequence");
  }
  return count;
}

}  // namespace

Result<GenerationRequest> MakeGenerationRequest(const ValueFields& arguments, std::vector<int32_t> prompt_ids,
                                                const GenerationDefaults& defaults, int64_t max_positions) {
  GenerationRequest request;
  PLAIT_TRY(request.sampling, ReadSampling(arguments, defaults.sampling));
  PLAIT_TRY(request.num_return_sequences, ReadReturnSequences(arguments, request.sampling.do_sample));
  PLAIT_TRY(request.stop, ReadStop(arguments));
  if (prompt_ids.empty()) {
    if (!defaults.bos_token_id) {
      return OutOfRange("prompt", "empty", "and the model's files name no `bos_token_id` to begin with");
    }
    prompt_ids = {*defaults.bos_token_id};
  }
  PLAIT_TRY(request.max_length, TotalLength(arguments, defaults, prompt_ids.size(), max_positions));
  request.prompt_ids = std::move(prompt_ids);
  request.eos_token_ids = defaults.eos_token_ids;
  request.seed = static_cast<uint64_t>(IntArgument(arguments, "seed").value_or(0));
  return request;
}

}  // namespace plait
