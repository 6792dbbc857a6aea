#include "compiler/base/source.h"

#include <algorithm>

#include <fmt/format.h>

namespace plait {

FileId SourceManager::Add(std::string path, std::string text) {
  std::vector<uint32_t> line_starts = {0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      line_starts.push_back(static_cast<uint32_t>(i + 1));
    }
  }
  return files_.Add({std::move(path), std::move(text), std::move(line_starts)});
}

LineColumn SourceManager::Position(FileId file, uint32_t offset) const {
  const std::vector<uint32_t>& starts = files_[file].line_starts;
  auto after = std::upper_bound(starts.begin(), starts.end(), offset);
  auto line = static_cast<uint32_t>(after - starts.begin());
  return {line, offset - starts[line - 1] + 1};
}

std::string_view SourceManager::Line(FileId file, uint32_t line) const {
  const File& source = files_[file];
  uint32_t begin = source.line_starts[line - 1];
  size_t end = source.text.find('\n', begin);
  std::string_view text(source.text);
  text = text.substr(begin, end == std::string::npos ? std::string::npos : end - begin);
  if (!text.empty() && text.back() == '\r') {
    text.remove_suffix(1);
  }
  return text;
}

std::string SourceManager::Place(const Span& span) const {
  if (!span.file.has_value()) {
    return "";
  }
  std::string_view path = Path(span.file);
  if (!root_.empty() && path.starts_with(root_) && path.substr(root_.size()).starts_with('/')) {
    path.remove_prefix(root_.size() + 1);
  }
  LineColumn first = Position(span.file, span.begin);
  LineColumn last = Position(span.file, span.end > span.begin ? span.end - 1 : span.begin);
  if (first.line == last.line) {
    return fmt::format("{}:{}:{}-{}", path, first.line, first.column, last.column);
  }
  return fmt::format("{}:{}:{}-{}:{}", path, first.line, first.column, last.line, last.column);
}

}  // namespace plait
