#include "runtime/tasks/generation_defaults.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "compiler/base/file_system.h"

namespace plait {
namespace {

/// A key of transformers' GenerationConfig that changes what is written, with the number that switches it off.
struct UnsupportedKey {
  std::string_view name;
  double off;
};

constexpr std::array kUnsupported = {
    UnsupportedKey{"num_beams", 1},
    UnsupportedKey{"num_beam_groups", 1},
    UnsupportedKey{"penalty_alpha", 0},
    UnsupportedKey{"min_length", 0},
    UnsupportedKey{"min_new_tokens", 0},
    UnsupportedKey{"no_repeat_ngram_size", 0},
    UnsupportedKey{"encoder_no_repeat_ngram_size", 0},
    UnsupportedKey{"encoder_repetition_penalty", 1},
    UnsupportedKey{"guidance_scale", 1},
    UnsupportedKey{"min_p", 0},
    UnsupportedKey{"top_h", 0},
    UnsupportedKey{"typical_p", 1},
    UnsupportedKey{"epsilon_cutoff", 0},
    UnsupportedKey{"eta_cutoff", 0},
    UnsupportedKey{"bad_words_ids", 0},
    UnsupportedKey{"sequence_bias", 0},
    UnsupportedKey{"suppress_tokens", 0},
    UnsupportedKey{"begin_suppress_tokens", 0},
    UnsupportedKey{"forced_bos_token_id", -1},
    UnsupportedKey{"forced_eos_token_id", -1},
    UnsupportedKey{"exponential_decay_length_penalty", 0},
    UnsupportedKey{"stop_strings", 0},
    UnsupportedKey{"watermarking_config", 0},
};

bool IsNumber(const Value& value) { return value.is_int() || value.is_float(); }

bool IsOff(const Value& value, double off) {
  if (value.is_null()) {
    return true;
  }
  if (value.is_bool()) {
    return !value.AsBool();
  }
  if (value.is_list()) {
    return value.AsList().empty();
  }
  return IsNumber(value) && value.AsNumber() == off;
}

/// One file's keys; every read fails with the file's name, the key and what was seen.
class KeyReader {
 public:
  KeyReader(const Value& file, std::string place) : file_(file), place_(std::move(place)) {}

  /// The key's value, or nothing where it is absent or null.
  [[nodiscard]] const Value* Find(std::string_view key) const {
    const Value* value = file_.Field(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  [[nodiscard]] Error Invalid(std::string_view key, std::string_view expected) const {
    return Error{FailureKind::ModelConfigInvalid, fmt::format("`{}` is {}, expected {}", key, ToJson(*Find(key)), expected), place_, {}};
  }

  [[nodiscard]] Error Unsupported(std::string_view key) const {
    return Error{FailureKind::ModelUnsupported,
                 fmt::format("`{}` is {}, a way of generating that the runtime does not have", key, ToJson(*Find(key))),
                 place_,
                 {}};
  }

  Result<bool> Bool(std::string_view key, bool otherwise) const {
    const Value* value = Find(key);
    if (value == nullptr) {
      return otherwise;
    }
    if (!value->is_bool()) {
      return Invalid(key, "a boolean");
    }
    return value->AsBool();
  }

  Result<std::optional<int64_t>> Int(std::string_view key, int64_t least) const {
    const Value* value = Find(key);
    if (value == nullptr) {
      return std::optional<int64_t>();
    }
    if (!value->is_int() || value->AsInt() < least) {
      return Invalid(key, fmt::format("an integer from {}", least));
    }
    return std::optional(value->AsInt());
  }

  Result<double> Number(std::string_view key, double otherwise, const std::function<bool(double)>& allowed,
                        std::string_view expected) const {
    const Value* value = Find(key);
    if (value == nullptr) {
      return otherwise;
    }
    if (!IsNumber(*value) || !allowed(value->AsNumber())) {
      return Invalid(key, expected);
    }
    return value->AsNumber();
  }

  /// A token id, or a list of them.
  Result<std::vector<int32_t>> TokenIds(std::string_view key) const {
    const Value* value = Find(key);
    std::vector<int32_t> ids;
    if (value == nullptr) {
      return ids;
    }
    for (const Value& id : value->is_list() ? value->AsList() : ValueList{*value}) {
      if (!id.is_int() || id.AsInt() < 0 || id.AsInt() > std::numeric_limits<int32_t>::max()) {
        return Invalid(key, "token ids");
      }
      ids.push_back(static_cast<int32_t>(id.AsInt()));
    }
    return ids;
  }

 private:
  const Value& file_;
  std::string place_;
};

Result<SamplingParameters> ReadSampling(const KeyReader& keys) {
  auto positive = [](double number) { return number > 0; };
  auto share = [](double number) { return number >= 0 && number <= 1; };
  SamplingParameters sampling;
  PLAIT_TRY(sampling.do_sample, keys.Bool("do_sample", sampling.do_sample));
  PLAIT_TRY(sampling.temperature, keys.Number("temperature", sampling.temperature, positive, "a number above 0"));
  PLAIT_TRY(std::optional<int64_t> top_k, keys.Int("top_k", 0));
  sampling.top_k = top_k.value_or(sampling.top_k);
  PLAIT_TRY(sampling.top_p, keys.Number("top_p", sampling.top_p, share, "a number from 0 to 1"));
  PLAIT_TRY(sampling.repetition_penalty, keys.Number("repetition_penalty", sampling.repetition_penalty, positive, "a number above 0"));
  return sampling;
}

}  // namespace

Result<GenerationDefaults> ReadGenerationDefaults(const Value& generation_config, const Value& config, std::string_view folder) {
  bool is_old = generation_config.is_null();
  KeyReader keys(is_old ? config : generation_config, JoinPath(folder, is_old ? "config.json" : "generation_config.json"));
  for (const UnsupportedKey& key : kUnsupported) {
    const Value* value = keys.Find(key.name);
    if (value != nullptr && !IsOff(*value, key.off)) {
      return keys.Unsupported(key.name);
    }
  }
  GenerationDefaults defaults;
  PLAIT_TRY(defaults.sampling, ReadSampling(keys));
  PLAIT_TRY(defaults.max_length, keys.Int("max_length", 1));
  PLAIT_TRY(defaults.max_new_tokens, keys.Int("max_new_tokens", 1));
  PLAIT_TRY(defaults.eos_token_ids, keys.TokenIds("eos_token_id"));
  PLAIT_TRY(std::vector<int32_t> bos, keys.TokenIds("bos_token_id"));
  if (!bos.empty()) {
    defaults.bos_token_id = bos.front();
  }
  return defaults;
}

}  // namespace plait
