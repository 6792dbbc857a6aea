// Formatting a text in tests, and what must hold of every formatted text.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "compiler/format/format.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace plait::testing {

struct Formatted {
  std::string text;
  /// The tree of the file that was formatted, without places.
  std::string tree;
  /// Its comments in order of text, documentation or not.
  std::vector<std::string> comments;
};

/// Nothing where the text has faults.
inline std::optional<Formatted> FormatText(std::string_view text, uint32_t width = 100) {
  SourceManager sources;
  DiagnosticList diagnostics;
  TokenBuffer tokens = Lex(sources, sources.Add("test.graph", std::string(text)), diagnostics);
  ast::Module module = Parse(sources, tokens, diagnostics);
  if (module.has_errors) {
    return std::nullopt;
  }
  Formatted result{Format(sources, tokens, module, {width}), ast::Dump(module), {}};
  auto add_comment = [&](uint32_t begin, uint32_t end) {
    std::string_view comment = text.substr(begin, end - begin);
    result.comments.emplace_back(comment.substr(0, comment.find_last_not_of(" \t\r") + 1));
  };
  for (const Token& token : tokens.tokens) {
    if (token.kind == TokenKind::Doc) {
      add_comment(token.begin, token.end);
    }
  }
  for (const Comment& comment : tokens.comments) {
    add_comment(comment.begin, comment.end);
  }
  std::sort(result.comments.begin(), result.comments.end());
  return result;
}

/// What is wrong with how a text without faults is formatted; empty where nothing is.
inline std::string FaultOfFormat(std::string_view text, uint32_t width = 100) {
  std::optional<Formatted> once = FormatText(text, width);
  std::optional<Formatted> twice = FormatText(once->text, width);
  if (!twice) {
    return "the result does not parse:\n" + once->text;
  }
  if (once->tree != twice->tree) {
    return "the tree differs:\n" + once->text + "\n" + once->tree + "\n" + twice->tree;
  }
  if (once->comments != twice->comments) {
    return "comments were lost:\n" + once->text;
  }
  if (once->text != twice->text) {
    return "formatting again changes it:\n" + once->text + "\n--- then ---\n" + twice->text;
  }
  // Strings of several lines stay as they are.
  bool has_end_blanks = once->text.find("\"\"\"") == std::string::npos && once->text.find(" \n") != std::string::npos;
  return has_end_blanks ? "blanks at the end of a line:\n" + once->text : "";
}

}  // namespace plait::testing
