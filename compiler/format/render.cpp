#include "compiler/format/render.h"

#include <vector>

namespace plait::format {

namespace {

constexpr uint32_t kIndent = 2;

/// `Print` and `Fits` are longer than most, because they have a case for each kind of document.
class Renderer {
 public:
  Renderer(const Documents& documents, const RenderOptions& options)
      : documents_(documents), width_(options.width), line_indent_(options.indent) {}

  std::string Run(Doc doc) {
    stack_.push_back({doc.index, line_indent_, false});
    while (!stack_.empty()) {
      Item item = stack_.back();
      stack_.pop_back();
      Print(item);
    }
    WriteSuffix();
    bool ends_with_comment = at_line_start_ && !text_.empty();
    if (ends_with_comment) {
      text_.resize(text_.find_last_not_of('\n') + 1);
    }
    return std::move(text_);
  }

 private:
  using Node = Documents::Node;

  struct Item {
    uint32_t doc = 0;
    uint32_t indent = 0;
    bool is_flat = false;
  };

  void Print(const Item& item) {
    const Node& node = documents_.At(item.doc);
    switch (node.kind) {
      case DocKind::Text:
        Write(node);
        break;
      case DocKind::Space:
        is_space_pending_ = !at_line_start_;
        break;
      case DocKind::Line:
      case DocKind::SoftLine:
        if (!item.is_flat) {
          BreakLine(item.indent, node.is_blank_before);
        } else if (node.kind == DocKind::Line) {
          is_space_pending_ = !at_line_start_;
        }
        break;
      case DocKind::FlatText:
      case DocKind::BrokenText:
        if (item.is_flat == (node.kind == DocKind::FlatText)) {
          Write(node);
        }
        break;
      case DocKind::ForceBreak:
        break;
      case DocKind::Suffix:
        suffix_ = node.text;
        break;
      case DocKind::Fresh:
        if (!suffix_.empty()) {
          BreakLine(item.indent + kIndent, false);
        }
        break;
      case DocKind::Comment:
        WriteComment(item, node);
        break;
      case DocKind::Concat:
        PushChildren(stack_, node, item);
        break;
      case DocKind::Indent:
        stack_.push_back({node.first, item.indent + kIndent, item.is_flat});
        break;
      case DocKind::Group: {
        Item inner = {node.first, item.indent, true};
        inner.is_flat = item.is_flat || (!node.is_broken && Fits(inner));
        stack_.push_back(inner);
      }
    }
  }

  void PushChildren(std::vector<Item>& stack, const Node& concat, const Item& item) const {
    std::span<const uint32_t> children = documents_.Children(concat);
    for (size_t i = children.size(); i > 0; --i) {
      stack.push_back({children[i - 1], item.indent, item.is_flat});
    }
  }

  /// Whether the item on one line, and what comes behind it up to the first possible line break, fits into the line.
  bool Fits(const Item& item) {
    uint32_t used = (at_line_start_ ? line_indent_ : column_) + (is_space_pending_ ? 1 : 0);
    size_t rest = stack_.size();
    scratch_.assign(1, item);
    while (used <= width_) {
      if (scratch_.empty()) {
        if (rest == 0) {
          return true;
        }
        scratch_.push_back(stack_[--rest]);
      }
      Item next = scratch_.back();
      scratch_.pop_back();
      const Node& node = documents_.At(next.doc);
      switch (node.kind) {
        case DocKind::Text:
          used += node.size;
          if (node.size != node.text.size() && node.text.find('\n') != std::string_view::npos) {
            return used <= width_;
          }
          break;
        case DocKind::Space:
          ++used;
          break;
        case DocKind::Line:
        case DocKind::SoftLine:
          if (!next.is_flat) {
            return true;
          }
          used += node.kind == DocKind::Line ? 1 : 0;
          break;
        case DocKind::FlatText:
        case DocKind::BrokenText:
          used += next.is_flat == (node.kind == DocKind::FlatText) ? node.size : 0;
          break;
        case DocKind::Fresh:
        case DocKind::Comment:
          return true;
        case DocKind::ForceBreak:
        case DocKind::Suffix:
          break;
        case DocKind::Concat:
          PushChildren(scratch_, node, next);
          break;
        case DocKind::Indent:
        case DocKind::Group:
          scratch_.push_back({node.first, next.indent, next.is_flat});
      }
    }
    return false;
  }

  void Write(const Node& node) {
    if (at_line_start_) {
      text_.append(line_indent_, ' ');
      column_ = line_indent_;
      at_line_start_ = false;
    } else if (is_space_pending_) {
      text_ += ' ';
      ++column_;
    }
    is_space_pending_ = false;
    text_ += node.text;
    size_t last_line = node.size == node.text.size() ? std::string_view::npos : node.text.rfind('\n');
    column_ = last_line == std::string_view::npos ? column_ + node.size : WidthOf(node.text.substr(last_line + 1));
  }

  void WriteSuffix() {
    if (suffix_.empty()) {
      return;
    }
    if (at_line_start_) {
      text_.append(line_indent_, ' ');
    } else {
      text_ += ' ';
    }
    text_ += suffix_;
    suffix_ = {};
    at_line_start_ = false;
  }

  /// A line that has nothing on it is not left; only its indentation changes.
  void BreakLine(uint32_t indent, bool is_blank_before) {
    WriteSuffix();
    if (!at_line_start_) {
      text_ += '\n';
    }
    if (is_blank_before && !text_.empty() && !text_.ends_with("\n\n")) {
      text_ += '\n';
    }
    at_line_start_ = true;
    is_space_pending_ = false;
    line_indent_ = indent;
  }

  /// What follows the comment begins below it.
  void WriteComment(const Item& item, const Node& node) {
    BreakLine(at_line_start_ ? line_indent_ : item.indent + kIndent, node.is_blank_before);
    text_.append(line_indent_, ' ');
    text_ += node.text;
    at_line_start_ = false;
    BreakLine(line_indent_, false);
  }

  const Documents& documents_;
  uint32_t width_;
  std::string text_;
  std::vector<Item> stack_;
  std::vector<Item> scratch_;
  std::string_view suffix_;
  uint32_t column_ = 0;
  /// Of the current line; not written before something else is.
  uint32_t line_indent_;
  bool at_line_start_ = true;
  bool is_space_pending_ = false;
};

}  // namespace

std::string Render(const Documents& documents, Doc doc, const RenderOptions& options) { return Renderer(documents, options).Run(doc); }

}  // namespace plait::format
