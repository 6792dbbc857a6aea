// A module's documentation as Markdown.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/document/document.h"
#include "compiler/document/prose.h"

namespace plait::document {

namespace {

size_t LongestRunOfBackquotes(std::string_view text) {
  size_t longest = 0;
  for (size_t at = text.find('`'); at != std::string_view::npos; at = text.find('`', at)) {
    size_t length = std::min(text.find_first_not_of('`', at), text.size()) - at;
    longest = std::max(longest, length);
    at += length;
  }
  return longest;
}

/// Code in a line, in more backquotes than it has itself.
std::string CodeSpan(std::string_view text) {
  std::string quotes(LongestRunOfBackquotes(text) + 1, '`');
  bool needs_blanks = text.starts_with('`') || text.ends_with('`');
  return fmt::format("{0}{1}{2}{1}{0}", quotes, needs_blanks ? " " : "", text);
}

std::string Fenced(std::string_view language, std::string_view text) {
  std::string fence(std::max<size_t>(LongestRunOfBackquotes(text) + 1, 3), '`');
  return fmt::format("{0}{1}\n{2}{3}{0}\n", fence, language, text, text.empty() ? "" : "\n");
}

/// Text that neither opens HTML nor becomes a heading.
std::string EscapedText(std::string_view text, bool begins_line) {
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    bool is_line_start = i == 0 ? begins_line : text[i - 1] == '\n';
    std::string_view line = text.substr(i, std::min(text.find('\n', i), text.size()) - i);
    bool is_underline =
        is_line_start && !line.empty() && (line[0] == '-' || line[0] == '=') && line.find_first_not_of(line[0]) == line.npos;
    if (text[i] == '<' || (is_line_start && text[i] == '#') || is_underline) {
      escaped += '\\';
    }
    escaped += text[i];
  }
  return escaped;
}

std::string EscapedProse(std::string_view text) {
  std::string escaped;
  for (const ProsePiece& piece : SplitCode(text)) {
    escaped += piece.is_code ? CodeSpan(piece.text) : EscapedText(piece.text, escaped.empty());
  }
  return escaped;
}

/// Blocks with an empty line between them, but none between the items of a list.
std::string Prose(std::string_view doc) {
  std::string text;
  ProseKind last = ProseKind::Paragraph;
  for (const ProseBlock& block : ReadProse(doc)) {
    bool continues_list = block.kind == ProseKind::ListItem && last == ProseKind::ListItem;
    text += text.empty() || continues_list ? "" : "\n";
    if (block.kind == ProseKind::CodeBlock) {
      text += Fenced("", block.text);
    } else if (block.kind == ProseKind::Paragraph) {
      text += EscapedProse(block.text) + "\n";
    } else {
      text += "- ";
      for (char byte : EscapedProse(block.text)) {
        text += byte;
        text += byte == '\n' ? "  " : "";
      }
      text += "\n";
    }
    last = block.kind;
  }
  return text;
}

/// All lines but the first two blanks further in.
std::string Indented(std::string_view text) {
  std::string indented;
  for (size_t i = 0; i < text.size(); ++i) {
    bool starts_line = i > 0 && text[i - 1] == '\n' && text[i] != '\n';
    indented += starts_line ? "  " : "";
    indented += text[i];
  }
  return indented;
}

std::string Lines(const std::vector<Line>& lines) {
  std::string text = lines.empty() ? "" : "\n";
  for (const Line& line : lines) {
    std::string prose = Prose(line.doc);
    bool begins_with_text = !prose.empty() && ReadProse(line.doc).front().kind == ProseKind::Paragraph;
    text += fmt::format("- {}", CodeSpan(PlainText(line.code)));
    text += prose.empty() ? "\n" : (begins_with_text ? " – " : "\n\n  ") + Indented(prose);
  }
  return text;
}

void AddEntry(std::string& text, const Entry& entry, std::string_view heading) {
  text += fmt::format("\n{} {}\n", heading, CodeSpan(entry.name));
  if (!entry.code.empty()) {
    text += "\n" + Fenced("graph", PlainText(entry.code));
  }
  if (std::string prose = Prose(entry.doc); !prose.empty()) {
    text += "\n" + prose;
  }
  text += Lines(entry.lines);
  for (const Entry& part : entry.parts) {
    AddEntry(text, part, "####");
  }
}

}  // namespace

std::string ToMarkdown(const ModuleDocument& document) {
  std::string text = fmt::format("# {}\n", CodeSpan(document.title));
  if (std::string prose = Prose(document.doc); !prose.empty()) {
    text += "\n" + prose;
  }
  for (const std::string& import : document.imports) {
    text += (&import == document.imports.data() ? "\nImports " : ", ") + CodeSpan(import);
  }
  text += document.imports.empty() ? "" : ".\n";
  for (const Section& section : document.sections) {
    text += fmt::format("\n## {}\n", section.title);
    text += Lines(section.lines);
    for (const Entry& entry : section.entries) {
      AddEntry(text, entry, "###");
    }
  }
  return text;
}

}  // namespace plait::document
