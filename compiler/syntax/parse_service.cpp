// Parses services and what stands in them.
#include "compiler/base/nearest.h"
#include "compiler/syntax/decl_parser.h"

namespace plait {

namespace {

const std::vector<std::string>& MemberWords() {
  static const std::vector<std::string> kWords = {"resources", "traffic", "scale", "model", "uses", "api", "fn"};
  return kWords;
}

}  // namespace

// service = "service" NAME ( "=" path args | [ params ] "{" { member } "}" ) ;
void DeclParser::ParseService(std::string doc, uint32_t first) {
  ast::Word name = ParseName("the name of the service");
  if (!is_recovering() && Take(TokenKind::Equal)) {
    ast::ServiceInstance instance{std::move(name), ParsePath("the name of a template"), {}};
    if (!is_recovering() && At(TokenKind::LeftParen)) {
      instance.arguments = ParseArguments();
    } else {
      FailExpected("`(` and the arguments of the template");
    }
    AddDecl(std::move(doc), first, std::move(instance));
    return;
  }
  ast::Service service;
  service.name = std::move(name);
  if (At(TokenKind::LeftParen)) {
    service.params = ParseParams();
  }
  if (OpenBrace()) {
    while (!AtEnd()) {
      uint32_t before = index();
      ParseMember(service);
      FinishMember();
      if (index() == before) {
        Advance();
      }
    }
    Close();
  }
  AddDecl(std::move(doc), first, std::move(service));
}

/// The word that begins a member here, taken for what was meant; empty where there is none.
std::string_view DeclParser::MemberWordHere() {
  std::string_view word = TextOf(Peek());
  if (!At(TokenKind::Name)) {
    return "";
  }
  for (const std::string& known : MemberWords()) {
    if (word == known) {
      return known;
    }
  }
  bool is_before_name = Peek(1).kind == TokenKind::Name;
  if (is_before_name && (word == "def" || word == "func" || word == "function")) {
    ReportForeign(SpanOf(Peek()), "api");
    return "api";
  }
  std::optional<std::string> nearest = Nearest(word, MemberWords());
  if (!nearest || (!is_before_name && Peek(1).kind != TokenKind::LeftBrace)) {
    return "";
  }
  Span span = SpanOf(Peek());
  Report(MakeDiagnostic(DiagnosticKind::SyntaxError, span, "`{}` begins no member of a service; did you mean `{}`?", word, *nearest)
             .Fix(fmt::format("write `{}`", *nearest), span, *nearest));
  for (const std::string& known : MemberWords()) {
    if (known == *nearest) {
      return known;
    }
  }
  return "";
}

// member = ( "resources" | "traffic" | "scale" ) config
//        | "model" NAME ":" ( path | params "->" type ) "=" NAME args [ config ]
//        | "uses" NAME ":" ( path | "[" path { "," path } "]" )
//        | "api" sig body
//        | fn ;
void DeclParser::ParseMember(ast::Service& service) {
  ast::Member member;
  member.doc = Documentation();
  if (AtNameThatReads("async") && Peek(1).kind == TokenKind::Name) {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(Peek()),
                          "there is no `async` here; calls that do not depend on each other run at the same time")
               .Fix("drop `async`", {SpanOf(Peek()).file, Peek().begin, Peek(1).begin}, ""));
    Advance();
  }
  uint32_t first = index();
  std::string_view word = MemberWordHere();
  if (word.empty()) {
    FailExpectedHere("`resources`, `traffic`, `scale`, `model`, `uses`, `api` or `fn`");
    SkipOne();
    return;
  }
  Advance();
  if (word == "resources") {
    member.node = ParseSettings(ast::SettingsKind::Resources);
  } else if (word == "traffic") {
    member.node = ParseSettings(ast::SettingsKind::Traffic);
  } else if (word == "scale") {
    member.node = ParseSettings(ast::SettingsKind::Scale);
  } else if (word == "model") {
    member.node = ParseModel();
  } else if (word == "uses") {
    member.node = ParseUses();
  } else if (word == "api") {
    member.node = ast::Api{ParseFunction(false)};
  } else {
    member.node = ParseFunction(false);
  }
  member.span = SpanFrom(first);
  service.members.push_back(std::move(member));
}

/// After a fault the parser goes on at the next line that begins a member.
void DeclParser::FinishMember() {
  auto is_at_member = [this] {
    std::string_view word = TextOf(Peek());
    for (const std::string& known : MemberWords()) {
      if (word == known) {
        return AtWord(1) || Peek(1).kind == TokenKind::LeftBrace;
      }
    }
    return false;
  };
  while (is_recovering() && !AtEnd() && !(Peek().starts_line && is_at_member())) {
    SkipOne();
  }
  if (!AtEnd()) {
    StopRecovering();
  }
  if (!AtEnd() && At(TokenKind::Comma)) {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, SpanOf(Peek()), "the members of a service are not separated by commas")
               .Fix("drop the `,`", SpanOf(Peek()), ""));
    Advance();
  }
}

ast::Settings DeclParser::ParseSettings(ast::SettingsKind kind) { return {kind, ParseConfig()}; }

ast::Model DeclParser::ParseModel() {
  ast::Model model;
  model.name = ParseName("the name of the model");
  if (!Expect(TokenKind::Colon)) {
    return model;
  }
  if (At(TokenKind::LeftParen)) {
    ast::ModelSignature signature;
    signature.params = ParseParams();
    signature.result = ParseResult();
    model.type = std::move(signature);
  } else {
    model.type = ParsePath("a task such as `text.Generator`");
  }
  if (!Expect(TokenKind::Equal)) {
    return model;
  }
  model.source = ParseName("where the model comes from, such as `hf(\"organisation/name\")`");
  if (is_recovering()) {
    return model;
  }
  if (!At(TokenKind::LeftParen)) {
    FailExpected("`(`");
    return model;
  }
  model.source_arguments = ParseArguments();
  if (!is_recovering() && At(TokenKind::LeftBrace)) {
    model.options = ParseConfig();
  }
  return model;
}

ast::Uses DeclParser::ParseUses() {
  ast::Uses uses;
  uses.name = ParseName("the name of the edge");
  if (!Expect(TokenKind::Colon)) {
    return uses;
  }
  if (!At(TokenKind::LeftBracket)) {
    uses.targets.push_back(ParsePath("a service, or services in `[ ]`"));
    return uses;
  }
  uses.is_list = true;
  Open();
  ParseItems(Separator::Comma, [&] { uses.targets.push_back(ParsePath("a service")); });
  if (uses.targets.empty()) {
    FailExpected("a service");
  }
  Close();
  return uses;
}

// config = "{" { WORD ":" ( config | expr [ ".." expr ] ) SEP } "}" ;
ast::Config DeclParser::ParseConfig() {
  auto deeper = Deeper();
  uint32_t first = index();
  ast::Config config;
  if (IsTooDeep()) {
    FailTooDeep();
  } else if (OpenBrace()) {
    ParseItems(Separator::CommaOrLine, [&] { config.entries.push_back(ParseConfigEntry()); });
    Close();
  }
  config.span = SpanFrom(first);
  return config;
}

ast::ConfigEntry DeclParser::ParseConfigEntry() {
  uint32_t first = index();
  ast::ConfigEntry entry;
  entry.name = ParseWord("the name of a setting");
  if (At(TokenKind::Equal) && !is_recovering()) {
    ReportForeign(SpanOf(Peek()), ":");
    Advance();
  } else {
    Expect(TokenKind::Colon);
  }
  bool is_value_missing = Peek().starts_line && AtWord() && Peek(1).kind == TokenKind::Colon;
  if (is_value_missing) {
    FailExpected("a value");
  }
  if (is_recovering()) {
    entry.value = ast::ConfigRange{ParseErrorExpr(), std::nullopt};
  } else if (At(TokenKind::LeftBrace)) {
    entry.value = ParseConfig();
  } else {
    ast::ConfigRange range{ParseExpr(), std::nullopt};
    if (!is_recovering() && Take(TokenKind::DotDot)) {
      range.last = ParseExpr();
    }
    entry.value = range;
  }
  entry.span = SpanFrom(first);
  return entry;
}

}  // namespace plait
