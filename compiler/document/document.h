// The documentation of one module: made from its tree, shown as Markdown or as a page of HTML.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"

namespace plait::document {

/// A piece of the language's own text. `anchor` is that of the declaration in this document that it names, or empty.
struct CodePiece {
  std::string text;
  std::string anchor;

  bool operator==(const CodePiece&) const = default;
};
using Code = std::vector<CodePiece>;

std::string PlainText(const Code& code);

/// What takes one line of a list: a field, a variant, a model, a test.
struct Line {
  Code code;
  std::string doc;
  /// Empty where nothing names it.
  std::string anchor;
};

/// What has a heading of its own: a declaration, or an api or a method within one.
struct Entry {
  std::string name;
  std::string anchor;
  /// How it is declared, in one line or several; empty where `lines` say it all.
  Code code;
  std::string doc;
  std::vector<Line> lines;
  std::vector<Entry> parts;
};

struct Section {
  /// "Records"
  std::string title;
  std::string anchor;
  std::vector<Line> lines;
  std::vector<Entry> entries;
};

struct ModuleDocument {
  std::string title;
  /// The comment that the file begins with.
  std::string doc;
  /// What it imports, as the source says it: `std.text`, `"types.graph" as types`.
  std::vector<std::string> imports;
  /// Those that have something in them, in a fixed order.
  std::vector<Section> sections;
  /// Of each documented name, for references in prose: "Label", "Gpt2.generate".
  std::map<std::string, std::string> anchors;
};

/// Describes what others can see of a module. A `fn` inside a service is seen by nobody else and is left out. `title` names the module.
/// Needs tokens and a tree without errors, the tree made from the tokens. Names need not resolve.
ModuleDocument Describe(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module, std::string title);

/// CommonMark. Documentation keeps its own marks, but for headings and HTML, which would break the page around it.
std::string ToMarkdown(const ModuleDocument& document);

/// One page that needs nothing else: its style is in it, names of types lead to their declarations. Documentation may hold paragraphs,
/// lists with `- `, fenced code and code in backquotes; everything else is shown as it stands.
std::string ToHtml(const ModuleDocument& document);

}  // namespace plait::document
