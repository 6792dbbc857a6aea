// Text with choices: where lines may break, and what belongs together. After P. Wadler, "A prettier printer" (1998).
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plait::format {

enum class DocKind : uint8_t {
  Text,
  Space,       // one blank, none at the start of a line
  Line,        // a blank, or a line break where its group is broken
  SoftLine,    // nothing, or a line break where its group is broken
  FlatText,    // text only where its group is on one line
  BrokenText,  // text only where its group is broken
  ForceBreak,  // nothing; the groups around it are broken
  Suffix,      // a comment that goes to the end of the line, whatever else comes onto that line
  Fresh,       // a line break if the line has a suffix: what follows may not come onto it
  Comment,     // a comment on a line of its own
  Concat,
  Indent,
  Group,
};

/// A document of an arena. Cheap to copy.
struct Doc {
  uint32_t index = 0;
  /// A line break in it cannot be avoided, so that the groups around it are broken.
  bool is_broken = false;
};

/// The arena. Texts are views that outlive it.
class Documents {
 public:
  struct Node {
    DocKind kind = DocKind::Text;
    /// Line, SoftLine, Comment: an empty line stands before it where it breaks.
    bool is_blank_before = false;
    /// Group: it is always broken.
    bool is_broken = false;
    /// Texts: how many characters, of the first line where there are several. Concat: how many children.
    uint32_t size = 0;
    /// Concat: its first child in `children`. Indent, Group: what is in it.
    uint32_t first = 0;
    std::string_view text = {};
  };

  Documents() { Clear(); }

  Doc Empty() const { return {}; }
  Doc Text(std::string_view text) { return AddText(DocKind::Text, text); }
  Doc FlatText(std::string_view text) { return AddText(DocKind::FlatText, text); }
  Doc BrokenText(std::string_view text) { return AddText(DocKind::BrokenText, text); }
  Doc Suffix(std::string_view comment) { return AddText(DocKind::Suffix, comment); }
  Doc Comment(std::string_view comment, bool is_blank_before);
  Doc Space() { return Add({.kind = DocKind::Space}); }
  Doc Line(bool is_blank_before = false) { return Add({.kind = DocKind::Line, .is_blank_before = is_blank_before}); }
  Doc SoftLine() { return Add({.kind = DocKind::SoftLine}); }
  /// A line that is always broken.
  Doc HardLine(bool is_blank_before = false) { return Concat({ForceBreak(), Line(is_blank_before)}); }
  Doc ForceBreak() { return {Add({.kind = DocKind::ForceBreak}).index, true}; }
  Doc Fresh() { return {Add({.kind = DocKind::Fresh}).index, true}; }
  Doc Concat(std::span<const Doc> children);
  Doc Concat(std::initializer_list<Doc> children) { return Concat(std::span(children.begin(), children.size())); }
  Doc Indent(Doc inner) { return Wrap(DocKind::Indent, inner); }
  /// On one line if it fits there up to the first place behind it where a line may break, else each of its own lines is broken.
  Doc Group(Doc inner) { return Wrap(DocKind::Group, inner); }

  [[nodiscard]] const Node& At(uint32_t index) const { return nodes_[index]; }
  [[nodiscard]] std::span<const uint32_t> Children(const Node& concat) const {
    return std::span(children_).subspan(concat.first, concat.size);
  }

  /// Forgets every document.
  void Clear();

 private:
  Doc Add(const Node& node);
  Doc AddText(DocKind kind, std::string_view text);
  Doc Wrap(DocKind kind, Doc inner);

  /// The first is the empty document.
  std::vector<Node> nodes_;
  std::vector<uint32_t> children_;
};

/// Characters, not bytes, up to the first line break.
uint32_t WidthOf(std::string_view text);

}  // namespace plait::format
