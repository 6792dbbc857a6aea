#include "compiler/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "compiler/formats/json.h"

namespace plait {
namespace {

constexpr uint64_t kLengthBytes = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

/// Errors about one file.
struct Reporter {
  std::string_view name;

  [[nodiscard]] Error Fail(std::string message) const { return {FailureKind::WeightsInvalid, std::move(message), std::string(name), {}}; }

  [[nodiscard]] Error FailTensor(std::string_view tensor, std::string_view message) const {
    return Fail(fmt::format("tensor {}: {}", QuoteJson(tensor), message));
  }
};

Result<std::map<std::string, std::string>> ParseMetadata(const Value& value, const Reporter& reporter) {
  if (!value.is_record()) {
    return reporter.Fail(fmt::format("`{}` is {}, expected an object", kMetadataKey, value.KindName()));
  }
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.AsRecord()) {
    if (!text.is_string()) {
      return reporter.Fail(fmt::format("`{}` has {} under {}, expected a string", kMetadataKey, text.KindName(), QuoteJson(key)));
    }
    metadata.emplace(key, text.AsString());
  }
  return metadata;
}

Result<std::vector<int64_t>> ParseSizes(const Value* value, std::string_view field, std::string_view tensor, const Reporter& reporter) {
  if (value == nullptr || !value->is_list()) {
    return reporter.FailTensor(tensor, fmt::format("`{}` is {}, expected a list", field, value ? value->KindName() : "missing"));
  }
  std::vector<int64_t> sizes;
  for (const Value& item : value->AsList()) {
    if (!item.is_int() || item.AsInt() < 0) {
      return reporter.FailTensor(tensor, fmt::format("`{}` holds {}, expected integers from 0 on", field, ToJson(item)));
    }
    sizes.push_back(item.AsInt());
  }
  return sizes;
}

/// The bytes that shape and dtype ask for; nothing where they do not fit into 64 bits.
std::optional<uint64_t> BytesOf(const std::vector<int64_t>& shape, uint64_t element_size) {
  uint64_t bytes = element_size;
  for (int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes)) {
      return std::nullopt;
    }
  }
  return bytes;
}

Result<SafetensorsTensor> ParseTensor(const std::string& name, const Value& value, uint64_t data_begin, uint64_t data_size,
                                      const Reporter& reporter) {
  if (!value.is_record()) {
    return reporter.FailTensor(name, fmt::format("its entry is {}, expected an object", value.KindName()));
  }
  const Value* dtype = value.Field("dtype");
  if (dtype == nullptr || !dtype->is_string()) {
    return reporter.FailTensor(name, fmt::format("`dtype` is {}, expected a string", dtype ? dtype->KindName() : "missing"));
  }
  uint64_t element_size = SafetensorsElementSize(dtype->AsString());
  if (element_size == 0) {
    return reporter.FailTensor(name, fmt::format("the dtype {} is unknown", QuoteJson(dtype->AsString())));
  }
  PLAIT_TRY(std::vector<int64_t> shape, ParseSizes(value.Field("shape"), "shape", name, reporter));
  PLAIT_TRY(std::vector<int64_t> offsets, ParseSizes(value.Field("data_offsets"), "data_offsets", name, reporter));
  if (offsets.size() != 2) {
    return reporter.FailTensor(name, fmt::format("`data_offsets` holds {} numbers, expected 2", offsets.size()));
  }
  auto begin = static_cast<uint64_t>(offsets[0]);
  auto end = static_cast<uint64_t>(offsets[1]);
  if (begin > end || end > data_size) {
    return reporter.FailTensor(name, fmt::format("its range {}–{} is not within the file's {} bytes of data", begin, end, data_size));
  }
  std::optional<uint64_t> bytes = BytesOf(shape, element_size);
  if (!bytes || *bytes != end - begin) {
    std::string needed = bytes ? fmt::format("{} bytes", *bytes) : "more bytes than 64 bits can count";
    return reporter.FailTensor(name, fmt::format("its range has {} bytes, its shape and dtype need {}", end - begin, needed));
  }
  return SafetensorsTensor{name, dtype->AsString(), std::move(shape), data_begin + begin, data_begin + end};
}

/// `tensors` in order of `begin`: one after the other from the start of the data to its end.
Result<void> CheckRanges(const std::vector<SafetensorsTensor>& tensors, uint64_t data_begin, uint64_t file_size, const Reporter& reporter) {
  uint64_t expected = data_begin;
  for (const SafetensorsTensor& tensor : tensors) {
    if (tensor.begin < expected) {
      return reporter.FailTensor(tensor.name, "its range overlaps another tensor's");
    }
    if (tensor.begin > expected) {
      return reporter.FailTensor(tensor.name, fmt::format("{} bytes before its range belong to no tensor", tensor.begin - expected));
    }
    expected = tensor.end;
  }
  if (expected != file_size) {
    return reporter.Fail(fmt::format("{} bytes at the end of the file belong to no tensor", file_size - expected));
  }
  return {};
}

}  // namespace

const SafetensorsTensor* SafetensorsHeader::Find(std::string_view name) const {
  auto found = std::find_if(tensors.begin(), tensors.end(), [&](const SafetensorsTensor& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

uint64_t SafetensorsElementSize(std::string_view dtype) {
  static constexpr std::array<std::pair<std::string_view, uint64_t>, 17> kSizes = {{
      {"BOOL", 1},
      {"U8", 1},
      {"I8", 1},
      {"F8_E4M3", 1},
      {"F8_E5M2", 1},
      {"F8_E8M0", 1},
      {"I16", 2},
      {"U16", 2},
      {"F16", 2},
      {"BF16", 2},
      {"I32", 4},
      {"U32", 4},
      {"F32", 4},
      {"I64", 8},
      {"U64", 8},
      {"F64", 8},
      {"C64", 8},
  }};
  for (const auto& [name, size] : kSizes) {
    if (name == dtype) {
      return size;
    }
  }
  return 0;
}

Result<uint64_t> SafetensorsHeaderBytes(std::string_view first_bytes, uint64_t file_size, std::string_view name) {
  Reporter reporter{name};
  if (file_size < kLengthBytes || first_bytes.size() < kLengthBytes) {
    return reporter.Fail(
        fmt::format("the file has {} bytes, too few for a safetensors header", std::min<uint64_t>(file_size, first_bytes.size())));
  }
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length |= static_cast<uint64_t>(static_cast<unsigned char>(first_bytes[i])) << (8 * i);
  }
  if (length > file_size - kLengthBytes) {
    return reporter.Fail(fmt::format("the header claims {} bytes, the file has {}: it is truncated or not safetensors", length, file_size));
  }
  if (length > kMaxSafetensorsHeaderBytes) {
    return reporter.Fail(fmt::format("the header claims {} bytes, more than the {} that are allowed", length, kMaxSafetensorsHeaderBytes));
  }
  return kLengthBytes + length;
}

Result<SafetensorsHeader> ParseSafetensorsHeader(std::string_view prefix, uint64_t file_size, std::string_view name) {
  Reporter reporter{name};
  PLAIT_TRY(uint64_t data_begin, SafetensorsHeaderBytes(prefix, file_size, name));
  if (prefix.size() < data_begin) {
    return reporter.Fail(fmt::format("the header has {} bytes, only {} could be read", data_begin, prefix.size()));
  }
  std::string_view text = prefix.substr(kLengthBytes, data_begin - kLengthBytes);
  PLAIT_TRY(Value root, ParseJson(text, name, FailureKind::WeightsInvalid));
  if (!root.is_record()) {
    return reporter.Fail(fmt::format("the header is {}, expected an object", root.KindName()));
  }
  SafetensorsHeader header;
  for (const auto& [key, value] : root.AsRecord()) {
    if (key == kMetadataKey) {
      PLAIT_TRY(header.metadata, ParseMetadata(value, reporter));
      continue;
    }
    PLAIT_TRY(SafetensorsTensor tensor, ParseTensor(key, value, data_begin, file_size - data_begin, reporter));
    header.tensors.push_back(std::move(tensor));
  }
  // Empty tensors come before the one that begins where they stand, or they would seem to overlap it.
  std::sort(header.tensors.begin(), header.tensors.end(), [](const SafetensorsTensor& a, const SafetensorsTensor& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  PLAIT_TRY_VOID(CheckRanges(header.tensors, data_begin, file_size, reporter));
  return header;
}

}  // namespace plait
