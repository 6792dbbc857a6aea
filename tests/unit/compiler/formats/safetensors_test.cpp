// Safetensors headers, honest and hostile.
#include "compiler/formats/safetensors.h"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>

namespace plait {
namespace {

/// A file with this header text and `data_size` bytes of data, its stated length right unless another is given.
std::string File(const std::string& header, size_t data_size, std::optional<uint64_t> stated_length = {}) {
  uint64_t length = stated_length.value_or(header.size());
  std::string file;
  for (int i = 0; i < 8; ++i) {
    file += static_cast<char>(length >> (8 * i) & 0xff);
  }
  return file + header + std::string(data_size, '\0');
}

Result<SafetensorsHeader> Parse(const std::string& file) { return ParseSafetensorsHeader(file, file.size(), "m.safetensors"); }

void CheckRefused(const std::string& file, std::string_view message_part) {
  Result<SafetensorsHeader> header = Parse(file);
  REQUIRE(!header.ok());
  CHECK(header.error().kind == FailureKind::WeightsInvalid);
  CHECK(header.error().place.starts_with("m.safetensors"));
  INFO(header.error().message);
  CHECK(header.error().message.find(message_part) != std::string::npos);
}

TEST_CASE("a sound header") {
  std::string text =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[],"data_offsets":[24,26]},)"
      R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"none":{"dtype":"I64","shape":[0,7],"data_offsets":[24,24]}}   )";
  std::string file = File(text, 26);
  Result<SafetensorsHeader> header = Parse(file);
  REQUIRE(header.ok());
  uint64_t data = 8 + text.size();
  CHECK(header->metadata.at("format") == "pt");
  REQUIRE(header->tensors.size() == 3);
  CHECK(header->tensors[0] == SafetensorsTensor{"a", "F32", {2, 3}, data, data + 24});
  CHECK(header->tensors[1] == SafetensorsTensor{"none", "I64", {0, 7}, data + 24, data + 24});
  CHECK(*header->Find("b") == SafetensorsTensor{"b", "F16", {}, data + 24, data + 26});
  CHECK(header->Find("c") == nullptr);
  CHECK(*SafetensorsHeaderBytes(std::string_view(file).substr(0, 8), file.size(), "m") == data);
}

TEST_CASE("no tensors at all is a sound header") { CHECK(Parse(File("{}", 0)).ok()); }

TEST_CASE("lengths that lie") {
  CheckRefused("", "too few");
  CheckRefused("abc", "too few");
  CheckRefused(File("{}", 0, 3), "truncated or not safetensors");
  CheckRefused(File("{}", 0, UINT64_MAX), "truncated or not safetensors");
  std::string huge = File("{}", 0, kMaxSafetensorsHeaderBytes + 1);
  CHECK(SafetensorsHeaderBytes(huge, UINT64_MAX, "m").error().message.find("more than the 100000000") != std::string::npos);
  CHECK(ParseSafetensorsHeader(File("{", 0, 100), 1000, "m").error().message.find("only 9 could be read") != std::string::npos);
  CheckRefused("<html><body>not found</body></html>", "not safetensors");
}

TEST_CASE("headers that are not what they should be") {
  CheckRefused(File("nonsense", 0), "expected JSON");
  CheckRefused(File("", 0), "found nothing");
  CheckRefused(File("[]", 0), "a list, expected an object");
  CheckRefused(File("{\"\xff\":1}", 0), "UTF-8");
  CheckRefused(File(std::string(100, '[') + std::string(100, ']'), 0), "nested");
  CheckRefused(File(R"({"__metadata__":[]})", 0), "`__metadata__`");
  CheckRefused(File(R"({"__metadata__":{"a":1}})", 0), "expected a string");
  CheckRefused(File(R"({"a":1})", 0), "tensor \"a\": its entry");
  CheckRefused(File(R"({"a":{"shape":[],"data_offsets":[0,0]}})", 0), "`dtype` is missing");
  CheckRefused(File(R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4), "the dtype \"F33\" is unknown");
  CheckRefused(File(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4), "`shape` is missing");
  CheckRefused(File(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4), "`shape` holds -1");
  CheckRefused(File(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4), "`shape` holds 1.5");
  CheckRefused(File(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4), "holds 1 numbers");
  std::string tensor = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  CheckRefused(File("{" + tensor + "," + tensor + "}", 4), "\"a\" stands twice");
}

TEST_CASE("ranges that lie") {
  auto one = [](const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  CheckRefused(File(one("[1]", "[4,0]"), 4), "not within");
  CheckRefused(File(one("[2]", "[0,8]"), 4), "not within the file's 4 bytes");
  CheckRefused(File(one("[1]", "[9223372036854775804,9223372036854775807]"), 4), "not within");
  CheckRefused(File(one("[1]", "[0,18446744073709551615]"), 4), "64 bits");
  CheckRefused(File(one("[2]", "[0,4]"), 4), "need 8 bytes");
  CheckRefused(File(one("[4294967296,4294967296,4]", "[0,4]"), 4), "more bytes than 64 bits");
  CheckRefused(File(one("[4611686018427387905]", "[0,4]"), 4), "more bytes than 64 bits");
  CheckRefused(File(one("[1]", "[4,8]"), 8), "4 bytes before its range");
  CheckRefused(File(one("[1]", "[0,4]"), 6), "2 bytes at the end");
  CheckRefused(File(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})", 6),
               "tensor \"b\": its range overlaps");
  CheckRefused(File(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4),
               "overlaps");
}

TEST_CASE("no change to a sound file makes the reader misbehave") {
  std::string sound =
      File(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"U8","shape":[2],"data_offsets":[24,26]}})", 26);
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string file = sound;
    for (uint32_t change = 0; change <= random() % 3; ++change) {
      file[random() % file.size()] = static_cast<char>(random());
    }
    file.resize(file.size() - random() % 2 * (random() % file.size()));
    Result<SafetensorsHeader> header = Parse(file);
    if (!header.ok()) {
      CHECK(header.error().kind == FailureKind::WeightsInvalid);
      continue;
    }
    for (const SafetensorsTensor& tensor : header->tensors) {
      CHECK((tensor.begin <= tensor.end && tensor.end <= file.size()));
    }
  }
}

}  // namespace
}  // namespace plait
