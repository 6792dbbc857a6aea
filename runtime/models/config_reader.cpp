#include "runtime/models/config_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/file_system.h"

namespace plait {

const Value* ConfigReader::Find(std::string_view key) const {
  const Value* value = checkpoint_.config().Field(key);
  return value != nullptr && value->is_null() ? nullptr : value;
}

Error ConfigReader::Invalid(std::string message) const {
  return {FailureKind::ModelConfigInvalid, std::move(message), JoinPath(checkpoint_.folder(), "config.json"), {}};
}

Error ConfigReader::Unsupported(std::string message) const {
  return {FailureKind::ModelUnsupported, std::move(message), JoinPath(checkpoint_.folder(), "config.json"), {}};
}

Error ConfigReader::Wrong(std::string_view key, const Value* value, std::string_view expected) const {
  return Invalid(fmt::format("`{}` is {}, expected {}", key, value ? ToJson(*value) : "missing", expected));
}

Result<int64_t> ConfigReader::Count(std::string_view key, int64_t largest, std::optional<int64_t> otherwise) const {
  const Value* value = Find(key);
  if (value == nullptr && otherwise) {
    return *otherwise;
  }
  if (value == nullptr || !value->is_int() || value->AsInt() < 1 || value->AsInt() > largest) {
    return Wrong(key, value, fmt::format("an integer from 1 to {}", largest));
  }
  return value->AsInt();
}

Result<int64_t> ConfigReader::TokenId(std::string_view key, int64_t otherwise) const {
  const Value* value = Find(key);
  if (value == nullptr) {
    return otherwise;
  }
  if (!value->is_int() || value->AsInt() < 0 || value->AsInt() > INT32_MAX) {
    return Wrong(key, value, "a token id");
  }
  return value->AsInt();
}

Result<double> ConfigReader::Number(std::string_view key, double otherwise) const {
  const Value* value = Find(key);
  if (value == nullptr) {
    return otherwise;
  }
  if (!value->is_int() && !value->is_float()) {
    return Wrong(key, value, "a number");
  }
  return value->AsNumber();
}

Result<bool> ConfigReader::Bool(std::string_view key, bool otherwise) const {
  const Value* value = Find(key);
  if (value == nullptr) {
    return otherwise;
  }
  if (!value->is_bool()) {
    return Wrong(key, value, "true or false");
  }
  return value->AsBool();
}

Result<std::string> ConfigReader::String(std::string_view key, std::optional<std::string> otherwise) const {
  const Value* value = Find(key);
  if (value == nullptr && otherwise) {
    return *std::move(otherwise);
  }
  if (value == nullptr || !value->is_string()) {
    return Wrong(key, value, "a string");
  }
  return value->AsString();
}

Result<Activation> ConfigReader::ActivationOf(std::string_view key, std::string otherwise) const {
  PLAIT_TRY(std::string name, String(key, std::move(otherwise)));
  // As in transformers' ACT2FN; names of one function differ in how it is computed there.
  static constexpr std::pair<std::string_view, Activation> kNames[] = {{"gelu", Activation::GeluErf},
                                                                       {"gelu_python", Activation::GeluErf},
                                                                       {"gelu_new", Activation::GeluTanh},
                                                                       {"gelu_pytorch_tanh", Activation::GeluTanh},
                                                                       {"gelu_fast", Activation::GeluTanh},
                                                                       {"gelu_accurate", Activation::GeluTanh},
                                                                       {"quick_gelu", Activation::QuickGelu},
                                                                       {"relu", Activation::Relu},
                                                                       {"tanh", Activation::Tanh},
                                                                       {"silu", Activation::Silu},
                                                                       {"swish", Activation::Silu}};
  const auto* found = std::ranges::find(kNames, name, [](const auto& known) { return known.first; });
  if (found != std::end(kNames)) {
    return found->second;
  }
  return Unsupported(fmt::format("`{}` is {}, the runtime has gelu, gelu_new, quick_gelu, relu, silu and tanh", key, QuoteJson(name)));
}

Result<int64_t> ConfigReader::LabelCount() const {
  constexpr int64_t kMostLabels = 1'000'000;
  if (const Value* labels = Find("id2label")) {
    if (!labels->is_record() || labels->AsRecord().empty()) {
      return Wrong("id2label", labels, "an object with at least one label");
    }
    return static_cast<int64_t>(labels->AsRecord().size());
  }
  return Count("num_labels", kMostLabels, 2);
}

Result<void> ConfigReader::Refuse(std::string_view key, bool supported) const {
  PLAIT_TRY(bool value, Bool(key, supported));
  if (value != supported) {
    return Unsupported(fmt::format("`{}` is {}, the runtime has only models where it is {}", key, value, supported));
  }
  return {};
}

}  // namespace plait
