#include "compiler/document/prose.h"

#include <algorithm>

namespace plait::document {

namespace {

constexpr std::string_view kFence = "```";

std::string_view WithoutIndentation(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

/// Takes the next line off the text.
std::string_view TakeLine(std::string_view& text) {
  size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void AddLine(std::string& text, std::string_view line) {
  text += text.empty() ? "" : "\n";
  text += line;
}

size_t RunOfBackquotes(std::string_view text, size_t at) { return std::min(text.find_first_not_of('`', at), text.size()) - at; }

/// Where the next run of exactly `length` backquotes begins.
size_t FindRun(std::string_view text, size_t from, size_t length) {
  for (size_t at = text.find('`', from); at != std::string_view::npos; at = text.find('`', at)) {
    size_t found = RunOfBackquotes(text, at);
    if (found == length) {
      return at;
    }
    at += found;
  }
  return std::string_view::npos;
}

void AddText(std::vector<ProsePiece>& pieces, std::string_view text) {
  if (pieces.empty() || pieces.back().is_code) {
    pieces.emplace_back();
  }
  pieces.back().text += text;
}

}  // namespace

std::vector<ProseBlock> ReadProse(std::string_view text) {
  std::vector<ProseBlock> blocks;
  bool is_open = false;
  while (!text.empty()) {
    std::string_view line = TakeLine(text);
    std::string_view content = WithoutIndentation(line);
    if (content.starts_with(kFence)) {
      std::string code;
      for (bool is_first = true; !text.empty(); is_first = false) {
        std::string_view next = TakeLine(text);
        if (WithoutIndentation(next).starts_with(kFence)) {
          break;
        }
        code += is_first ? "" : "\n";
        code += next;
      }
      blocks.push_back({ProseKind::CodeBlock, std::move(code)});
      is_open = false;
    } else if (content.empty()) {
      is_open = false;
    } else if (content.starts_with("- ") || content.starts_with("* ")) {
      blocks.push_back({ProseKind::ListItem, std::string(WithoutIndentation(content.substr(2)))});
      is_open = true;
    } else if (is_open) {
      AddLine(blocks.back().text, content);
    } else {
      blocks.push_back({ProseKind::Paragraph, std::string(content)});
      is_open = true;
    }
  }
  return blocks;
}

std::vector<ProsePiece> SplitCode(std::string_view text) {
  std::vector<ProsePiece> pieces;
  size_t at = 0;
  while (at < text.size()) {
    size_t begin = std::min(text.find('`', at), text.size());
    if (begin > at) {
      AddText(pieces, text.substr(at, begin - at));
    }
    size_t length = begin < text.size() ? RunOfBackquotes(text, begin) : 0;
    size_t end = length > 0 ? FindRun(text, begin + length, length) : std::string_view::npos;
    if (end == std::string_view::npos) {
      if (length > 0) {
        AddText(pieces, text.substr(begin, length));
      }
      at = begin + length;
      continue;
    }
    pieces.push_back({std::string(text.substr(begin + length, end - begin - length)), true});
    at = end + length;
  }
  return pieces;
}

}  // namespace plait::document
