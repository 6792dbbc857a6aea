// Nested forms as indented text, for the dump of the tree.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plait {

/// `(head child child)`, or the head alone where it is an atom.
class DumpForm {
 public:
  static DumpForm Atom(std::string text) { return DumpForm(std::move(text), true); }
  explicit DumpForm(std::string head) : DumpForm(std::move(head), false) {}

  DumpForm& Add(DumpForm child) {
    width_ += child.width_ + 1;
    children_.push_back(std::move(child));
    return *this;
  }
  DumpForm& Add(std::string atom) { return Add(Atom(std::move(atom))); }

  /// On one line where that fits, else a line for each child.
  void Print(size_t indentation, std::string& text) const {
    constexpr size_t kColumns = 120;
    if (is_atom_ || indentation + width_ <= kColumns) {
      PrintFlat(text);
      return;
    }
    text.append(1, '(').append(head_);
    for (const DumpForm& child : children_) {
      text.append(1, '\n').append(indentation + 2, ' ');
      child.Print(indentation + 2, text);
    }
    text += ')';
  }

 private:
  DumpForm(std::string head, bool is_atom) : head_(std::move(head)), is_atom_(is_atom), width_(head_.size() + (is_atom ? 0 : 2)) {}

  void PrintFlat(std::string& text) const {
    text.append(is_atom_ ? 0 : 1, '(').append(head_);
    for (const DumpForm& child : children_) {
      text += ' ';
      child.PrintFlat(text);
    }
    text.append(is_atom_ ? 0 : 1, ')');
  }

  std::string head_;
  bool is_atom_;
  size_t width_;
  std::vector<DumpForm> children_;
};

}  // namespace plait
