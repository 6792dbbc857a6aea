// Reading, rewriting and comparing expectations.
#include "tests/golden/golden_case.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

namespace plait::golden {

namespace {

constexpr std::string_view kMarker = "// EXPECT:\n";

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void WriteAll(const std::filesystem::path& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << text;
}

std::filesystem::path BesideOf(std::filesystem::path path) { return path.replace_extension(".expected"); }

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string FromComments(std::string_view comments) {
  std::string text;
  for (std::string_view line : Lines(comments)) {
    text += line.starts_with("// ") ? line.substr(3) : line.substr(std::min<size_t>(line.size(), 2));
  }
  return text;
}

std::string ToComments(std::string_view text) {
  std::string comments;
  for (std::string_view line : Lines(text)) {
    comments += line == "\n" ? "//" : "// ";
    comments += line;
  }
  return comments;
}

}  // namespace

Case ReadCase(const std::filesystem::path& path) {
  Case result;
  result.path = path;
  result.source = ReadAll(path);
  std::filesystem::path beside = BesideOf(path);
  if (std::filesystem::exists(beside)) {
    result.expected = ReadAll(beside);
    result.is_beside = true;
    return result;
  }
  size_t marker = result.source.rfind(kMarker);
  if (marker != std::string::npos) {
    result.expected = FromComments(std::string_view(result.source).substr(marker + kMarker.size()));
    result.source.resize(marker);
  }
  return result;
}

void WriteExpectation(const Case& old, std::string_view output) {
  if (old.is_beside || Lines(output).size() > kMaxInlineLines) {
    WriteAll(BesideOf(old.path), output);
    WriteAll(old.path, old.source);
    return;
  }
  WriteAll(old.path, old.source + std::string(kMarker) + ToComments(output));
}

std::string Difference(std::string_view expected, std::string_view actual) {
  constexpr size_t kContext = 2;
  std::vector<std::string_view> old_lines = Lines(expected);
  std::vector<std::string_view> new_lines = Lines(actual);
  auto [old_first, new_first] = std::mismatch(old_lines.begin(), old_lines.end(), new_lines.begin(), new_lines.end());
  auto [old_last, new_last] =
      std::mismatch(old_lines.rbegin(), std::make_reverse_iterator(old_first), new_lines.rbegin(), std::make_reverse_iterator(new_first));
  std::string text;
  auto add = [&text](std::string_view prefix, auto begin, auto end) {
    for (auto line = begin; line < end; ++line) {
      text += prefix;
      text += *line;
      text += line->ends_with('\n') ? "" : "\n";
    }
  };
  add("      ", std::max(old_lines.begin(), old_first - std::min<std::ptrdiff_t>(kContext, old_first - old_lines.begin())), old_first);
  add("    - ", old_first, old_last.base());
  add("    + ", new_first, new_last.base());
  add("      ", old_last.base(), old_last.base() + std::min<std::ptrdiff_t>(kContext, old_lines.end() - old_last.base()));
  return text;
}

}  // namespace plait::golden
