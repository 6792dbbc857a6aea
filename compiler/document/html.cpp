// A module's documentation as one page of HTML.
#include <utility>

#include <fmt/format.h>

#include "compiler/base/markup.h"
#include "compiler/document/document.h"
#include "compiler/document/prose.h"

namespace plait::document {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --line: #8884; --link: #0a58ca; --shade: #8881; }
@media (prefers-color-scheme: dark) { :root { --link: #7ab7ff; } }
body { max-width: 54rem; margin: 0 auto; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
h1, h2, h3, h4 { line-height: 1.2; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; }
pre { padding: 0.6rem 0.9rem; overflow-x: auto; background: var(--shade); border-radius: 4px; }
section section section { margin-left: 1.5rem; }
.lines { padding-left: 0; list-style: none; }
.lines > li { margin-top: 0.4rem; }
.lines p { margin: 0 0 0 1.5rem; }
nav ul { padding-left: 1.2rem; }
:target { background: var(--shade); }
)";

std::string Link(std::string_view anchor, std::string_view text) {
  return fmt::format("<a href=\"#{}\">{}</a>", EscapeMarkup(anchor), EscapeMarkup(text));
}

std::string Id(std::string_view anchor) { return anchor.empty() ? "" : fmt::format(" id=\"{}\"", EscapeMarkup(anchor)); }

std::string CodeHtml(const Code& code) {
  std::string html = "<code>";
  for (const CodePiece& piece : code) {
    html += piece.anchor.empty() ? EscapeMarkup(piece.text) : Link(piece.anchor, piece.text);
  }
  return html + "</code>";
}

class Page {
 public:
  explicit Page(const ModuleDocument& document) : document_(document) {}

  std::string Run() {
    std::string title = EscapeMarkup(document_.title);
    html_ = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n"
        "<header>\n<h1>{0}</h1>\n",
        title, kStyle);
    AddProse(document_.doc);
    AddImports();
    html_ += "</header>\n";
    AddContents();
    html_ += "<main>\n";
    for (const Section& section : document_.sections) {
      html_ += fmt::format("<section{}>\n<h2>{}</h2>\n", Id(section.anchor), EscapeMarkup(section.title));
      AddLines(section.lines);
      for (const Entry& entry : section.entries) {
        AddEntry(entry, 3);
      }
      html_ += "</section>\n";
    }
    html_ += "</main>\n</body>\n</html>\n";
    return std::move(html_);
  }

 private:
  void AddImports() {
    for (const std::string& import : document_.imports) {
      html_ += fmt::format("{}<code>{}</code>", &import == document_.imports.data() ? "<p>Imports " : ", ", EscapeMarkup(import));
    }
    html_ += document_.imports.empty() ? "" : ".</p>\n";
  }

  /// A line for each section, with what stands in it.
  void AddContents() {
    if (document_.sections.empty()) {
      return;
    }
    html_ += "<nav aria-label=\"Contents\">\n<ul>\n";
    for (const Section& section : document_.sections) {
      html_ += "<li>" + Link(section.anchor, section.title);
      bool is_first = true;
      for (const Entry& entry : section.entries) {
        html_ += (is_first ? ": " : ", ") + Link(entry.anchor, entry.name);
        is_first = false;
      }
      html_ += "</li>\n";
    }
    html_ += "</ul>\n</nav>\n";
  }

  void AddEntry(const Entry& entry, int level) {
    html_ += fmt::format("<section{0}>\n<h{1}><code>{2}</code></h{1}>\n", Id(entry.anchor), level, EscapeMarkup(entry.name));
    if (!entry.code.empty()) {
      html_ += fmt::format("<pre>{}</pre>\n", CodeHtml(entry.code));
    }
    AddProse(entry.doc);
    AddLines(entry.lines);
    for (const Entry& part : entry.parts) {
      AddEntry(part, level + 1);
    }
    html_ += "</section>\n";
  }

  void AddLines(const std::vector<Line>& lines) {
    html_ += lines.empty() ? "" : "<ul class=\"lines\">\n";
    for (const Line& line : lines) {
      html_ += fmt::format("<li{}>{}\n", Id(line.anchor), CodeHtml(line.code));
      AddProse(line.doc);
      html_ += "</li>\n";
    }
    html_ += lines.empty() ? "" : "</ul>\n";
  }

  void AddProse(std::string_view doc) {
    bool is_list_open = false;
    for (const ProseBlock& block : ReadProse(doc)) {
      bool is_item = block.kind == ProseKind::ListItem;
      if (is_item != is_list_open) {
        html_ += is_item ? "<ul>\n" : "</ul>\n";
        is_list_open = is_item;
      }
      if (block.kind == ProseKind::CodeBlock) {
        html_ += fmt::format("<pre><code>{}</code></pre>\n", EscapeMarkup(block.text));
      } else {
        html_ += fmt::format("<{0}>{1}</{0}>\n", is_item ? "li" : "p", Inline(block.text));
      }
    }
    html_ += is_list_open ? "</ul>\n" : "";
  }

  /// Code that is the name of something described here leads there.
  [[nodiscard]] std::string Inline(std::string_view text) const {
    std::string html;
    for (const ProsePiece& piece : SplitCode(text)) {
      if (!piece.is_code) {
        html += EscapeMarkup(piece.text);
        continue;
      }
      auto target = document_.anchors.find(piece.text);
      std::string code = target == document_.anchors.end() ? EscapeMarkup(piece.text) : Link(target->second, piece.text);
      html += fmt::format("<code>{}</code>", code);
    }
    return html;
  }

  const ModuleDocument& document_;
  std::string html_;
};

}  // namespace

std::string ToHtml(const ModuleDocument& document) { return Page(document).Run(); }

}  // namespace plait::document
