#include "compiler/base/sentences.h"

#include <array>
#include <optional>
#include <utility>

namespace plait {
namespace {

constexpr std::array<std::string_view, 6> kEnds = {".", "!", "?", "。", "！", "？"};
constexpr std::array<std::string_view, 9> kClosers = {"\"", "'", ")", "]", "}", "”", "’", "»", "」"};
constexpr std::string_view kSpace = " \t\r\n\f\v";

/// The length of whichever of `tokens` stands at `position`, or 0.
template <size_t kCount>
size_t TokenAt(std::string_view text, size_t position, const std::array<std::string_view, kCount>& tokens) {
  for (std::string_view token : tokens) {
    if (text.substr(position).starts_with(token)) {
      return token.size();
    }
  }
  return 0;
}

std::string_view Trimmed(std::string_view text) {
  size_t begin = text.find_first_not_of(kSpace);
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

struct Boundary {
  /// Where the sentence ends, if one does.
  std::optional<size_t> end;
  /// Nothing before here can begin a boundary any more.
  size_t scanned = 0;
};

/// After a sentence's end with what closes it; the length of those marks, and whether white space is known to follow.
std::pair<size_t, bool> MarksAt(std::string_view text, size_t position) {
  size_t end = position;
  for (size_t length = TokenAt(text, end, kEnds); length > 0; length = TokenAt(text, end, kEnds)) {
    end += length;
  }
  if (end == position) {
    return {0, false};
  }
  for (size_t length = TokenAt(text, end, kClosers); length > 0; length = TokenAt(text, end, kClosers)) {
    end += length;
  }
  return {end - position, end < text.size() && kSpace.find(text[end]) != std::string_view::npos};
}

Boundary FindBoundary(std::string_view text, size_t from) {
  for (size_t i = from; i < text.size(); ++i) {
    auto [length, is_end] = MarksAt(text, i);
    if (is_end) {
      return {i + length, i + length};
    }
    if (length > 0 && i + length == text.size()) {
      return {std::nullopt, i};  // what follows decides
    }
    if (length > 0) {
      i += length - 1;
      continue;
    }
    if (text[i] == '\n') {
      size_t next = text.find_first_not_of(" \t\r", i + 1);
      if (next == std::string_view::npos) {
        return {std::nullopt, i};
      }
      if (text[next] == '\n') {
        return {i, next};
      }
    }
  }
  // A character of several bytes may be cut in two.
  constexpr size_t kLongestMark = 4;
  return {std::nullopt, text.size() > from + kLongestMark ? text.size() - kLongestMark : from};
}

}  // namespace

std::vector<std::string> SentenceSplitter::Feed(std::string_view piece) {
  pending_ += piece;
  std::vector<std::string> sentences;
  size_t begin = 0;
  while (true) {
    Boundary boundary = FindBoundary(pending_, scanned_);
    scanned_ = boundary.scanned;
    if (!boundary.end) {
      break;
    }
    if (std::string_view sentence = Trimmed(std::string_view(pending_).substr(begin, *boundary.end - begin)); !sentence.empty()) {
      sentences.emplace_back(sentence);
    }
    begin = *boundary.end;
  }
  pending_.erase(0, begin);
  scanned_ -= begin;
  return sentences;
}

std::vector<std::string> SentenceSplitter::Finish() {
  std::string_view rest = Trimmed(pending_);
  std::vector<std::string> sentences;
  if (!rest.empty()) {
    sentences.emplace_back(rest);
  }
  pending_.clear();
  scanned_ = 0;
  return sentences;
}

std::vector<std::string> SplitSentences(std::string_view text) {
  SentenceSplitter splitter;
  std::vector<std::string> sentences = splitter.Feed(text);
  for (std::string& rest : splitter.Finish()) {
    sentences.push_back(std::move(rest));
  }
  return sentences;
}

}  // namespace plait
