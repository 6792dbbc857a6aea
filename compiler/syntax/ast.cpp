// What the tree says of itself.
#include "compiler/syntax/ast.h"

namespace plait::ast {

std::string Path::ToString() const {
  std::string text;
  for (const Word& word : words) {
    text += text.empty() ? "" : ".";
    text += word.text;
  }
  return text;
}

}  // namespace plait::ast
