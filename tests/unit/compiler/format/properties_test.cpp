// What formatting never does: change the tree, lose a comment, or change what it has formatted.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/unit/compiler/format/formatted.h"

namespace plait::testing {
namespace {

namespace fs = std::filesystem;

/// Narrow ones break whatever can be broken.
constexpr uint32_t kWidths[] = {100, 40, 12, 1};

std::vector<std::string> SourcesOfProject() {
  std::vector<std::string> texts;
  for (const char* folder : {"graphs", "stdlib", "tests/golden", "tests/bench/graphs"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(PLAIT_SOURCE_DIR) / folder)) {
      if (entry.path().extension() == ".graph") {
        std::ifstream stream(entry.path(), std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
      }
    }
  }
  return texts;
}

/// Where tokens begin.
std::vector<uint32_t> TokenStarts(const std::string& text) {
  SourceManager sources;
  DiagnosticList diagnostics;
  std::vector<uint32_t> starts;
  for (const Token& token : Lex(sources, sources.Add("test.graph", text), diagnostics).tokens) {
    starts.push_back(token.begin);
  }
  return starts;
}

/// One random edit at the start of a token: of blanks, line breaks, comments, brackets, commas; or a token left out or written twice.
std::string Edited(std::string text, std::mt19937& random) {
  std::vector<uint32_t> starts = TokenStarts(text);
  auto choose = [&](size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random); };
  size_t chosen = choose(starts.size());
  uint32_t at = starts[chosen];
  uint32_t next = chosen + 1 < starts.size() ? starts[chosen + 1] : static_cast<uint32_t>(text.size());
  static constexpr std::string_view kInserted[] = {" ",        "\n",        "\n\n\n", "\t",  " // c\n", "\n// d\n", "\n\n// e\n\n",
                                                   " /// f\n", "\n/// g\n", ",",      "\r\n"};
  switch (choose(6)) {
    case 0: {
      size_t first = text.find_last_not_of(" \n\t", at == 0 ? 0 : at - 1);
      bool is_in_comment = first != std::string::npos && text.find("//", text.rfind('\n', first) + 1) < at;
      if (first != std::string::npos && !is_in_comment && first + 1 < at) {
        text.replace(first + 1, at - first - 1, choose(2) == 0 ? " " : "");
      }
      return text;
    }
    case 1:
      return choose(2) == 0 ? text.erase(at, next - at) : text.insert(at, text.substr(at, next - at));
    default:
      return text.insert(at, kInserted[choose(std::size(kInserted))]);
  }
}

}  // namespace

TEST_CASE("every source of the project keeps its tree and its comments") {
  int formatted = 0;
  for (const std::string& text : SourcesOfProject()) {
    if (FormatText(text)) {
      ++formatted;
      for (uint32_t width : kWidths) {
        std::string fault = FaultOfFormat(text, width);
        CHECK_MESSAGE(fault.empty(), text << "\n" << fault);
      }
    }
  }
  CHECK(formatted > 60);
}

TEST_CASE("random edits of the sources keep their trees and their comments") {
  std::mt19937 random(7);
  int formatted = 0;
  for (const std::string& original : SourcesOfProject()) {
    for (int round = 0; round < 12; ++round) {
      std::string text = original;
      for (int edit = 0; edit < 12; ++edit) {
        std::string edited = Edited(text, random);
        if (!FormatText(edited)) {
          continue;
        }
        text = std::move(edited);
        ++formatted;
      }
      if (!FormatText(text)) {
        continue;
      }
      std::string fault = FaultOfFormat(text, kWidths[static_cast<size_t>(round) % std::size(kWidths)]);
      REQUIRE_MESSAGE(fault.empty(), text << "\n" << fault);
    }
  }
  CHECK(formatted > 1000);
}

}  // namespace plait::testing
