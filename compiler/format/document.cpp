#include "compiler/format/document.h"

#include <algorithm>

namespace plait::format {

uint32_t WidthOf(std::string_view text) {
  auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  std::string_view line = text.substr(0, text.find('\n'));
  return static_cast<uint32_t>(std::count_if(line.begin(), line.end(), begins_character));
}

void Documents::Clear() {
  nodes_.assign(1, {});
  children_.clear();
}

Doc Documents::Add(const Node& node) {
  nodes_.push_back(node);
  return {static_cast<uint32_t>(nodes_.size() - 1), false};
}

Doc Documents::AddText(DocKind kind, std::string_view text) { return Add({.kind = kind, .size = WidthOf(text), .text = text}); }

Doc Documents::Comment(std::string_view comment, bool is_blank_before) {
  Doc doc = Add({.kind = DocKind::Comment, .is_blank_before = is_blank_before, .text = comment});
  return {doc.index, true};
}

Doc Documents::Concat(std::span<const Doc> children) {
  auto first = static_cast<uint32_t>(children_.size());
  bool is_broken = false;
  for (Doc child : children) {
    if (child.index != 0) {
      children_.push_back(child.index);
      is_broken = is_broken || child.is_broken;
    }
  }
  auto size = static_cast<uint32_t>(children_.size()) - first;
  if (size == 0) {
    return Empty();
  }
  return {Add({.kind = DocKind::Concat, .size = size, .first = first}).index, is_broken};
}

Doc Documents::Wrap(DocKind kind, Doc inner) {
  return {Add({.kind = kind, .is_broken = inner.is_broken, .first = inner.index}).index, inner.is_broken};
}

}  // namespace plait::format
