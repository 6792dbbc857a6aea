// The declarations of the grammar.
#pragma once

#include <vector>

#include "compiler/syntax/expr_parser.h"

namespace plait {

class DeclParser : public ExprParser {
 public:
  DeclParser(const SourceManager& sources, const TokenBuffer& buffer, Sink& sink);

  ast::Module Run() &&;

 private:
  void ParseDecl();
  [[nodiscard]] std::string_view DeclarationWordHere();
  void SkipToDeclaration();
  template <class Node>
  void AddDecl(std::string doc, uint32_t first, Node node) {
    module_.decls.push_back({std::move(doc), SpanFrom(first), std::move(node)});
  }

  ast::Import ParseImport();
  ast::Const ParseConst();
  ast::Record ParseRecord();
  ast::Enum ParseEnum();
  ast::Task ParseTask();
  ast::Function ParseFunction(bool may_lack_body);
  ast::Test ParseTest();
  ast::Given ParseGiven();

  ast::Signature ParseSignature();
  std::vector<ast::Param> ParseParams();
  ast::TypeId ParseResult();

  // Services (parse_service.cpp).
  void ParseService(std::string doc, uint32_t first);
  void ParseMember(ast::Service& service);
  [[nodiscard]] std::string_view MemberWordHere();
  void FinishMember();
  ast::Settings ParseSettings(ast::SettingsKind kind);
  ast::Model ParseModel();
  ast::Uses ParseUses();
  ast::Config ParseConfig();
  ast::ConfigEntry ParseConfigEntry();
};

}  // namespace plait
