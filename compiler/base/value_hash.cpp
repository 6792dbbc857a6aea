#include "compiler/base/value_hash.h"

#include <functional>
#include <string>

namespace plait {

size_t ValueHash::operator()(const Value& value) const {
  size_t hash = 0;
  auto mix = [&](size_t part) {
    constexpr size_t kGolden = 0x9e3779b97f4a7c15U;
    hash ^= part + kGolden + (hash << 6U) + (hash >> 2U);
  };
  if (value.is_bool()) {
    mix(value.AsBool() ? 1 : 0);
  } else if (value.is_int()) {
    mix(std::hash<int64_t>()(value.AsInt()));
  } else if (value.is_float()) {
    mix(std::hash<double>()(value.AsFloat()));
  } else if (value.is_string()) {
    mix(std::hash<std::string>()(value.AsString()));
  } else if (value.is_bytes()) {
    mix(std::hash<std::string>()(value.AsBytes()));
  } else if (value.is_tensor()) {
    mix(std::hash<std::string>()(value.AsTensor().data));
  } else if (value.is_stream()) {
    mix(std::hash<const ValueStream*>()(value.AsStream().get()));
  } else if (value.is_list()) {
    for (const Value& item : value.AsList()) {
      mix((*this)(item));
    }
  } else if (value.is_record()) {
    for (const auto& [name, field] : value.AsRecord()) {
      mix(std::hash<std::string>()(name));
      mix((*this)(field));
    }
  }
  return hash;
}

}  // namespace plait
