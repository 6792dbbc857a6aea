// The text of documentation comments: the few marks of Markdown that it may have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plait::document {

enum class ProseKind { Paragraph, ListItem, CodeBlock };

struct ProseBlock {
  ProseKind kind = ProseKind::Paragraph;
  /// Lines with line breaks between them; of a list item without `- ` and the blanks under it, of code without its fences.
  std::string text;

  bool operator==(const ProseBlock&) const = default;
};

/// Blank lines part paragraphs; `- ` or `* ` at the start of a line begins an item; ``` fences code, to the end where it is not closed.
std::vector<ProseBlock> ReadProse(std::string_view text);

struct ProsePiece {
  std::string text;
  /// It stood in backquotes, which `text` does not have.
  bool is_code = false;

  bool operator==(const ProsePiece&) const = default;
};

/// Parts code from the rest. Code ends at as many backquotes as it began with; without those, they are text like any other.
std::vector<ProsePiece> SplitCode(std::string_view text);

}  // namespace plait::document
