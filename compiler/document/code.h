// Parts of the tree as text of the language, in one form whatever the source's line breaks are.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/document/document.h"

namespace plait::document {

/// The declarations of a module that its code can name without a path, and where each is described.
struct Targets {
  std::map<std::string, std::string, std::less<>> types;
  std::map<std::string, std::string, std::less<>> services;
};

/// Appends, and joins neighbours that lead nowhere.
void Append(Code& code, std::string_view text, std::string_view anchor = {});
void Append(Code& code, const Code& more);

class CodeWriter {
 public:
  /// All must outlive the writer.
  CodeWriter(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module, const Targets& targets)
      : sources_(sources), tokens_(tokens), module_(module), targets_(targets) {}

  [[nodiscard]] Code Type(ast::TypeId id) const;
  /// `name: type`, with ` = default` where there is one.
  [[nodiscard]] Code Param(const ast::Param& param) const;
  [[nodiscard]] Code Field(const ast::RecordField& field) const;
  /// `(a: int, b: int = 1)` behind `before` and with `after` behind it: in one line, or one parameter a line where that is too long.
  [[nodiscard]] Code Params(std::string_view before, const std::vector<ast::Param>& params, const Code& after) const;
  /// `api f(a: int) -> int`
  [[nodiscard]] Code Signature(std::string_view keyword, const ast::Signature& signature) const;
  [[nodiscard]] Code ServicePath(const ast::Path& path) const;
  /// `model m: text.Classifier = hf("org/name") { head: random(seed: 0) }`
  [[nodiscard]] Code Model(const ast::Model& model) const;
  /// The text between two places, in one line: comments and line breaks go, entries of braces are parted by commas.
  [[nodiscard]] std::string Value(const Span& span) const;
  [[nodiscard]] std::string Value(ast::ExprId id) const;

 private:
  [[nodiscard]] Code Fields(const std::vector<ast::TypeField>& fields) const;
  [[nodiscard]] Code TypePath(const ast::Path& path) const;
  /// What stands between two neighbours among the tokens; `is_in_braces` tells of the innermost bracket open there.
  [[nodiscard]] std::string_view Between(size_t left, bool is_in_braces) const;

  const SourceManager& sources_;
  const TokenBuffer& tokens_;
  const ast::Module& module_;
  const Targets& targets_;
};

}  // namespace plait::document
