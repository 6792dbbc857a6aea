#include "runtime/code_models/batch.h"

#include <numeric>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace plait {
namespace {

/// Equal for calls that can be one.
std::string KeyOf(const ValueFields& arguments) {
  std::string key;
  for (const auto& [name, value] : arguments) {
    if (value.is_tensor()) {
      std::vector<int64_t> row(value.AsTensor().shape.begin() + 1, value.AsTensor().shape.end());
      key += ShapeText(row);
    } else {
      key += ToJson(value);
    }
    key += '\n';
  }
  return key;
}

/// Rows from `first` on of a tensor, or of each in a record.
Value Rows(const Value& value, int64_t first, int64_t count) {
  if (value.is_record()) {
    ValueFields fields;
    for (const auto& [name, field] : value.AsRecord()) {
      fields.emplace_back(name, Rows(field, first, count));
    }
    return Value::Record(std::move(fields));
  }
  const Tensor& tensor = value.AsTensor();
  size_t bytes = tensor.row_size() * ElementBytes(tensor.element);
  Tensor part{tensor.element, tensor.shape, tensor.data.substr(static_cast<size_t>(first) * bytes, static_cast<size_t>(count) * bytes)};
  part.shape[0] = count;
  return Value::OfTensor(std::move(part));
}

}  // namespace

std::vector<std::vector<size_t>> GroupCalls(const MethodSignature& signature, std::span<const ValueFields> calls) {
  std::vector<std::vector<size_t>> groups;
  bool has_batch = signature.BatchDim().has_value();
  std::unordered_map<std::string, size_t> by_key;
  for (size_t i = 0; i < calls.size(); ++i) {
    size_t group = has_batch ? by_key.try_emplace(KeyOf(calls[i]), groups.size()).first->second : groups.size();
    groups.resize(std::max(groups.size(), group + 1));
    groups[group].push_back(i);
  }
  return groups;
}

JoinedCall JoinCalls(std::span<const ValueFields> calls, const std::vector<size_t>& group) {
  JoinedCall joined{calls[group[0]], {}};
  for (size_t at = 0; at < joined.arguments.size(); ++at) {
    if (!joined.arguments[at].second.is_tensor()) {
      continue;
    }
    Tensor whole = joined.arguments[at].second.AsTensor();
    whole.shape[0] = 0;
    whole.data.clear();
    std::vector<int64_t> rows;
    for (size_t call : group) {
      const Tensor& part = calls[call][at].second.AsTensor();
      whole.shape[0] += part.shape[0];
      whole.data += part.data;
      rows.push_back(part.shape[0]);
    }
    joined.arguments[at].second = Value::OfTensor(std::move(whole));
    joined.rows = std::move(rows);
  }
  return joined;
}

std::vector<Value> SplitResult(const Value& result, const std::vector<int64_t>& rows) {
  std::vector<Value> parts;
  int64_t first = 0;
  for (int64_t count : rows) {
    parts.push_back(Rows(result, first, count));
    first += count;
  }
  return parts;
}

}  // namespace plait
