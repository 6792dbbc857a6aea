// The two tables behind GPT-2's alphabet.
#include "runtime/tokenizers/byte_level.h"

#include <array>
#include <cstdint>

#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {
namespace {

constexpr size_t kBytes = 256;
/// Bytes that are no printable character of Latin-1 stand at U+0100 and on, in order.
constexpr uint32_t kFirstMoved = 0x100;
constexpr uint32_t kEndOfAlphabet = 0x144;

constexpr bool IsPrintable(uint32_t byte) { return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE; }

constexpr std::array<uint16_t, kBytes> MakeCharacters() {
  std::array<uint16_t, kBytes> characters{};
  uint32_t moved = kFirstMoved;
  for (uint32_t byte = 0; byte < kBytes; ++byte) {
    characters[byte] = static_cast<uint16_t>(IsPrintable(byte) ? byte : moved++);
  }
  return characters;
}

constexpr std::array<uint16_t, kBytes> kCharacters = MakeCharacters();

constexpr std::array<int16_t, kEndOfAlphabet> MakeBytes() {
  std::array<int16_t, kEndOfAlphabet> bytes{};
  for (int16_t& byte : bytes) {
    byte = -1;
  }
  for (size_t byte = 0; byte < kBytes; ++byte) {
    bytes[kCharacters[byte]] = static_cast<int16_t>(byte);
  }
  return bytes;
}

constexpr std::array<int16_t, kEndOfAlphabet> kBytesOfCharacters = MakeBytes();

}  // namespace

std::string BytesToAlphabet(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    uint32_t character = kCharacters[static_cast<unsigned char>(c)];
    if (character < 0x80) {
      out.push_back(static_cast<char>(character));
    } else {
      out.push_back(static_cast<char>(0xC0U | character >> 6U));
      out.push_back(static_cast<char>(0x80U | (character & 0x3FU)));
    }
  }
  return out;
}

std::optional<std::string> AlphabetToBytes(std::string_view token) {
  std::string out;
  out.reserve(token.size());
  for (size_t offset = 0; offset < token.size();) {
    CodePoint c = DecodeAt(token, offset);
    offset += c.size;
    if (c.value >= kEndOfAlphabet || kBytesOfCharacters[c.value] < 0) {
      return std::nullopt;
    }
    out.push_back(static_cast<char>(kBytesOfCharacters[c.value]));
  }
  return out;
}

}  // namespace plait::tokenizers
