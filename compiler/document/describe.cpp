// From the tree to what a reader wants to know of it.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/value.h"
#include "compiler/document/code.h"

namespace plait::document {

namespace {

enum Place : size_t { kConstants, kRecords, kEnums, kTasks, kFunctions, kServices, kTemplates, kTests, kPlaceCount };
constexpr std::string_view kTitles[] = {"Constants", "Records", "Enums", "Tasks", "Functions", "Services", "Templates", "Tests"};

class Describer {
 public:
  Describer(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module)
      : sources_(sources), module_(module), writer_(sources, tokens, module, targets_) {}

  void Run(ModuleDocument& document) {
    for (size_t place = 0; place < kPlaceCount; ++place) {
      sections_[place].title = kTitles[place];
      sections_[place].anchor = NewAnchor(fmt::format("section-{}", kTitles[place]));
    }
    for (const ast::Decl& decl : module_.decls) {
      std::visit([&](const auto& node) { Name(node); }, decl.node);
    }
    for (const ast::Decl& decl : module_.decls) {
      std::visit([&](const auto& node) { Add(decl, node); }, decl.node);
    }
    for (Section& section : sections_) {
      if (!section.lines.empty() || !section.entries.empty()) {
        document.sections.push_back(std::move(section));
      }
    }
    document.imports = std::move(imports_);
    document.anchors = std::move(anchors_);
  }

 private:
  /// A name may be declared once in each space of names, so the second of one spelling has a number.
  std::string NewAnchor(const std::string& name) {
    int count = ++taken_[name];
    return count == 1 ? name : NewAnchor(fmt::format("{}-{}", name, count));
  }
  std::string NewTarget(const std::string& name) {
    std::string anchor = NewAnchor(name);
    anchors_.try_emplace(name, anchor);
    return anchor;
  }

  // Types and services have their anchors before anything is described, since they may be named before they are declared.
  template <class Node>
  void Name(const Node& /*node*/) {}
  void NameIn(std::map<std::string, std::string, std::less<>>& targets, const std::string& name) {
    if (!targets.contains(name)) {
      targets[name] = NewTarget(name);
    }
  }
  void Name(const ast::Record& node) { NameIn(targets_.types, node.name.text); }
  void Name(const ast::Enum& node) { NameIn(targets_.types, node.name.text); }
  void Name(const ast::Task& node) { NameIn(targets_.types, node.name.text); }
  void Name(const ast::Service& node) { NameIn(targets_.services, node.name.text); }
  void Name(const ast::ServiceInstance& node) { NameIn(targets_.services, node.name.text); }

  /// The anchor that a declaration was given; a new one where a faulty file declares the name twice.
  std::string Claim(std::map<std::string, std::string, std::less<>>& targets, const std::string& name) {
    const std::string& anchor = targets.at(name);
    return claimed_.insert(anchor).second ? anchor : NewAnchor(name);
  }
  Entry& NewEntry(Place place, std::string name, std::string anchor, const std::string& doc) {
    Entry& entry = sections_[place].entries.emplace_back();
    entry.name = std::move(name);
    entry.anchor = std::move(anchor);
    entry.doc = doc;
    return entry;
  }

  void Add(const ast::Decl& /*decl*/, const ast::Import& node) { imports_.push_back(ImportText(node)); }
  void Add(const ast::Decl& decl, const ast::Const& node);
  void Add(const ast::Decl& decl, const ast::Record& node);
  void Add(const ast::Decl& decl, const ast::Enum& node);
  void Add(const ast::Decl& decl, const ast::Task& node);
  void Add(const ast::Decl& decl, const ast::Function& node);
  void Add(const ast::Decl& decl, const ast::Service& node);
  void Add(const ast::Decl& decl, const ast::ServiceInstance& node);
  void Add(const ast::Decl& decl, const ast::Test& node);

  [[nodiscard]] std::string ImportText(const ast::Import& node) const {
    std::string text(sources_.Text(node.target_span));
    return node.alias ? fmt::format("{} as {}", text, node.alias->text) : text;
  }

  void AddMember(Entry& service, const ast::Member& member, const ast::Settings& node);
  void AddMember(Entry& service, const ast::Member& member, const ast::Model& node) {
    service.lines.push_back({writer_.Model(node), member.doc, ""});
  }
  void AddMember(Entry& service, const ast::Member& member, const ast::Uses& node);
  void AddMember(Entry& service, const ast::Member& member, const ast::Api& node);
  void AddMember(Entry& /*service*/, const ast::Member& /*member*/, const ast::Function& /*node*/) {}

  const SourceManager& sources_;
  const ast::Module& module_;
  Targets targets_;
  CodeWriter writer_;
  std::map<std::string, int> taken_;
  std::set<std::string> claimed_;
  std::map<std::string, std::string> anchors_;
  std::vector<std::string> imports_;
  Section sections_[kPlaceCount];
};

void Describer::Add(const ast::Decl& decl, const ast::Const& node) {
  Code code;
  Append(code, node.name.text);
  if (node.type) {
    Append(code, ": ");
    Append(code, writer_.Type(*node.type));
  }
  Append(code, " = " + writer_.Value(node.value));
  sections_[kConstants].lines.push_back({std::move(code), decl.doc, NewTarget(node.name.text)});
}

void Describer::Add(const ast::Decl& decl, const ast::Record& node) {
  Entry& entry = NewEntry(kRecords, node.name.text, Claim(targets_.types, node.name.text), decl.doc);
  for (const ast::RecordField& field : node.fields) {
    entry.lines.push_back({writer_.Field(field), field.doc, ""});
  }
}

void Describer::Add(const ast::Decl& decl, const ast::Enum& node) {
  Entry& entry = NewEntry(kEnums, node.name.text, Claim(targets_.types, node.name.text), decl.doc);
  for (const ast::EnumVariant& variant : node.variants) {
    Code code;
    Append(code, fmt::format("{} = {}", variant.name.text, QuoteJson(variant.label.value_or(variant.name.text))));
    entry.lines.push_back({std::move(code), "", ""});
  }
}

void Describer::Add(const ast::Decl& decl, const ast::Task& node) {
  Entry& entry = NewEntry(kTasks, node.name.text, Claim(targets_.types, node.name.text), decl.doc);
  if (!node.options.empty()) {
    entry.code = writer_.Params(fmt::format("task {}", node.name.text), node.options, {});
  }
  for (const ast::TaskMethod& method : node.methods) {
    std::string name = fmt::format("{}.{}", node.name.text, method.signature.name.text);
    entry.parts.push_back({name, NewTarget(name), writer_.Signature("fn", method.signature), method.doc, {}, {}});
  }
}

void Describer::Add(const ast::Decl& decl, const ast::Function& node) {
  const std::string& name = node.signature.name.text;
  NewEntry(kFunctions, name, NewTarget(name), decl.doc).code = writer_.Signature("fn", node.signature);
}

void Describer::Add(const ast::Decl& decl, const ast::Service& node) {
  Entry& entry = NewEntry(node.params ? kTemplates : kServices, node.name.text, Claim(targets_.services, node.name.text), decl.doc);
  if (node.params) {
    entry.code = writer_.Params(fmt::format("service {}", node.name.text), *node.params, {});
  }
  for (const ast::Member& member : node.members) {
    std::visit([&](const auto& part) { AddMember(entry, member, part); }, member.node);
  }
}

void Describer::Add(const ast::Decl& decl, const ast::ServiceInstance& node) {
  Entry& entry = NewEntry(kServices, node.name.text, Claim(targets_.services, node.name.text), decl.doc);
  Append(entry.code, fmt::format("service {} = ", node.name.text));
  Append(entry.code, writer_.ServicePath(node.callee));
  Append(entry.code, "(");
  for (const ast::Argument& argument : node.arguments) {
    Append(entry.code, &argument == node.arguments.data() ? "" : ", ");
    Append(entry.code, writer_.Value(argument.span));
  }
  Append(entry.code, ")");
}

void Describer::Add(const ast::Decl& decl, const ast::Test& node) {
  Code code;
  Append(code, QuoteJson(node.name.text));
  sections_[kTests].lines.push_back({std::move(code), decl.doc, ""});
}

void Describer::AddMember(Entry& service, const ast::Member& member, const ast::Settings& node) {
  constexpr std::string_view kNames[] = {"resources", "traffic", "scale"};
  Code code;
  Append(code, fmt::format("{} {}", kNames[static_cast<size_t>(node.kind)], writer_.Value(node.config.span)));
  service.lines.push_back({std::move(code), member.doc, ""});
}

void Describer::AddMember(Entry& service, const ast::Member& member, const ast::Uses& node) {
  Code code;
  Append(code, fmt::format("uses {}: {}", node.name.text, node.is_list ? "[" : ""));
  for (const ast::Path& target : node.targets) {
    Append(code, &target == node.targets.data() ? "" : ", ");
    Append(code, writer_.ServicePath(target));
  }
  Append(code, node.is_list ? "]" : "");
  service.lines.push_back({std::move(code), member.doc, ""});
}

void Describer::AddMember(Entry& service, const ast::Member& member, const ast::Api& node) {
  std::string name = fmt::format("{}.{}", service.name, node.function.signature.name.text);
  service.parts.push_back({name, NewTarget(name), writer_.Signature("api", node.function.signature), member.doc, {}, {}});
}

/// The comment lines that stand directly below each other from the first line on that has anything in it.
std::string LeadingComment(const SourceManager& sources, const TokenBuffer& tokens) {
  std::string_view source = sources.Text(tokens.file);
  std::string doc;
  uint32_t last_line = 0;
  for (const Comment& comment : tokens.comments) {
    uint32_t line = sources.Position(tokens.file, comment.begin).line;
    if (comment.begin > tokens.tokens.front().begin || (last_line != 0 && line != last_line + 1)) {
      break;
    }
    std::string_view text = source.substr(comment.begin, comment.end - comment.begin);
    text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
    text.remove_prefix(text.starts_with(' ') ? 1 : 0);
    text = text.substr(0, text.find_last_not_of(" \t\r") + 1);
    doc += (last_line == 0 ? "" : "\n") + std::string(text);
    last_line = line;
  }
  return doc;
}

}  // namespace

ModuleDocument Describe(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module, std::string title) {
  ModuleDocument document;
  document.title = std::move(title);
  document.doc = LeadingComment(sources, tokens);
  Describer(sources, tokens, module).Run(document);
  return document;
}

}  // namespace plait::document
