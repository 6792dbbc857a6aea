// Excerpts of a real text, for prompts.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/runtime/tasks/oracle.h"

namespace plait {

/// The guide's first page, word by word; the last word of a line ends with the line's end.
class GuideText {
 public:
  GuideText() {
    std::istringstream lines(ReadText(SourcePath("graphs/guide/tour.md")));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      for (std::string word; words >> word;) {
        words_.push_back(word + " ");
      }
      if (!words_.empty()) {
        words_.back().back() = '\n';
      }
    }
    REQUIRE(words_.size() > 1000);
  }

  /// So many words from any on; the text begins again where it ends.
  [[nodiscard]] std::string Excerpt(size_t first, size_t count) const {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      text += words_[(first + i) % words_.size()];
    }
    text.resize(text.empty() ? 0 : text.size() - 1);
    return text;
  }

 private:
  std::vector<std::string> words_;
};

}  // namespace plait
