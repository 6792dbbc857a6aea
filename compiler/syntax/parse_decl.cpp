// Parses declarations.
#include <array>

#include "compiler/base/nearest.h"
#include "compiler/syntax/decl_parser.h"

namespace plait {

namespace {

const std::vector<std::string>& DeclarationWords() {
  static const std::vector<std::string> kWords = {"import", "const", "record", "enum", "task", "fn", "service", "test"};
  return kWords;
}

/// How other languages call a declaration.
constexpr std::pair<std::string_view, std::string_view> kForeignWords[] = {
    {"def", "fn"},        {"func", "fn"},     {"function", "fn"}, {"fun", "fn"},         {"class", "record"},
    {"struct", "record"}, {"type", "record"}, {"let", "const"},   {"include", "import"}, {"use", "import"},
};

}  // namespace

ast::Module Parse(const SourceManager& sources, const TokenBuffer& tokens, Sink& sink) { return DeclParser(sources, tokens, sink).Run(); }

DeclParser::DeclParser(const SourceManager& sources, const TokenBuffer& buffer, Sink& sink) : ExprParser(sources, buffer, sink) {
  module_.file = buffer.file;
  module_.has_errors = buffer.has_errors;
}

// file = { decl } ;
ast::Module DeclParser::Run() && {
  while (!At(TokenKind::EndOfFile)) {
    if (TakeExplainedBrace()) {
      continue;
    }
    StartDeclaration();
    ParseDecl();
    if (is_recovering()) {
      SkipToDeclaration();
    }
  }
  module_.has_errors = module_.has_errors || has_faults();
  return std::move(module_);
}

void DeclParser::SkipToDeclaration() {
  while (!At(TokenKind::EndOfFile) && !AtDeclaration()) {
    bool is_declaration_word = Peek().starts_line && At(TokenKind::Name) && IsDeclarationWord(TextOf(Peek()));
    if (is_declaration_word) {
      return;
    }
    SkipOne();
  }
}

/// The word that begins a declaration here, a misspelt one or another language's taken for what was meant; empty where there is none.
std::string_view DeclParser::DeclarationWordHere() {
  std::string_view word = TextOf(Peek());
  bool is_name_next = Peek(1).kind == TokenKind::Name || Peek(1).kind == TokenKind::String;
  if ((!At(TokenKind::Name) && !At(TokenKind::Let)) || IsDeclarationWord(word)) {
    return At(TokenKind::Name) ? word : "";
  }
  for (const auto& [foreign, meant] : kForeignWords) {
    if (word == foreign && is_name_next) {
      ReportForeign(SpanOf(Peek()), meant);
      return meant;
    }
  }
  std::optional<std::string> nearest = Nearest(word, DeclarationWords());
  if (!nearest || !is_name_next) {
    return "";
  }
  Span span = SpanOf(Peek());
  Report(MakeDiagnostic(DiagnosticKind::SyntaxError, span, "`{}` begins no declaration; did you mean `{}`?", word, *nearest)
             .Fix(fmt::format("write `{}`", *nearest), span, *nearest));
  for (const std::string& known : DeclarationWords()) {
    if (known == *nearest) {
      return known;
    }
  }
  return "";
}

// decl = import | const | record | enum | task | fn | service | test ;
void DeclParser::ParseDecl() {
  std::string doc = Documentation();
  for (std::string_view prefix : {"async", "export", "pub", "public", "static"}) {
    if (AtNameThatReads(prefix) && Peek(1).kind == TokenKind::Name) {
      Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(Peek()), "declarations have no `{}` here", prefix)
                 .Fix(fmt::format("drop `{}`", prefix), {SpanOf(Peek()).file, Peek().begin, Peek(1).begin}, ""));
      Advance();
    }
  }
  uint32_t first = index();
  std::string_view word = DeclarationWordHere();
  if (word.empty()) {
    FailExpectedHere("a declaration: `import`, `const`, `record`, `enum`, `task`, `fn`, `service` or `test`");
    SkipOne();
    return;
  }
  Advance();
  if (word == "import") {
    AddDecl(std::move(doc), first, ParseImport());
  } else if (word == "const") {
    AddDecl(std::move(doc), first, ParseConst());
  } else if (word == "record") {
    AddDecl(std::move(doc), first, ParseRecord());
  } else if (word == "enum") {
    AddDecl(std::move(doc), first, ParseEnum());
  } else if (word == "task") {
    AddDecl(std::move(doc), first, ParseTask());
  } else if (word == "fn") {
    AddDecl(std::move(doc), first, ParseFunction(true));
  } else if (word == "service") {
    ParseService(std::move(doc), first);
  } else {
    AddDecl(std::move(doc), first, ParseTest());
  }
}

// import = "import" ( path [ "as" NAME ] | STRING "as" NAME ) ;
ast::Import DeclParser::ParseImport() {
  ast::Import import;
  uint32_t first = index();
  bool is_file = At(TokenKind::String);
  if (is_file) {
    import.target = ParseString();
  } else {
    import.target = ParsePath("a module or the path of a file in quotes");
  }
  import.target_span = SpanFrom(first);
  if (is_recovering()) {
    return import;
  }
  if (Take(TokenKind::As)) {
    import.alias = ParseName("a name");
  } else if (is_file) {
    FailExpected("`as` and a name");
  }
  return import;
}

// const = "const" NAME [ ":" type ] "=" expr ;
ast::Const DeclParser::ParseConst() {
  ast::Const node;
  node.name = ParseName("the name of the constant");
  if (!is_recovering() && Take(TokenKind::Colon)) {
    node.type = ParseType();
  }
  node.value = Expect(TokenKind::Equal) ? ParseExpr() : ParseErrorExpr();
  if (!is_recovering() && AtLineStartFault()) {
    FailLineStart();
  }
  return node;
}

// record = "record" NAME "{" { field SEP } "}" ;
// field = WORD ":" type [ "=" expr ] ;
ast::Record DeclParser::ParseRecord() {
  ast::Record record;
  record.name = ParseName("the name of the record");
  if (!OpenBrace()) {
    return record;
  }
  ParseItems(Separator::CommaOrLine, [&] {
    ast::RecordField field;
    field.doc = Documentation();
    field.name = ParseWord("the name of a field");
    if (Expect(TokenKind::Colon)) {
      field.type = ParseType();
      if (!is_recovering() && Take(TokenKind::Equal)) {
        field.default_value = ParseExpr();
      }
      record.fields.push_back(std::move(field));
    }
  });
  Close();
  return record;
}

// enum = "enum" NAME "{" { NAME [ "=" STRING ] SEP } "}" ;
ast::Enum DeclParser::ParseEnum() {
  ast::Enum node;
  node.name = ParseName("the name of the enum");
  if (!OpenBrace()) {
    return node;
  }
  ParseItems(Separator::CommaOrLine, [&] {
    ast::EnumVariant variant;
    variant.name = ParseName("the name of a variant");
    if (!is_recovering() && Take(TokenKind::Equal)) {
      if (At(TokenKind::String)) {
        variant.label = ParseString();
      } else {
        FailExpected("a string");
      }
    }
    if (!variant.name.text.empty()) {
      node.variants.push_back(std::move(variant));
    }
  });
  Close();
  return node;
}

// task = "task" NAME [ params ] "{" { "fn" sig } "}" ;
ast::Task DeclParser::ParseTask() {
  ast::Task task;
  task.name = ParseName("the name of the task");
  if (At(TokenKind::LeftParen)) {
    task.options = ParseParams();
  }
  if (!OpenBrace()) {
    return task;
  }
  while (!AtEnd()) {
    std::string doc = Documentation();
    if (!AtNameThatReads("fn")) {
      FailExpectedHere("`fn`");
      SkipOne();
    } else {
      Advance();
      task.methods.push_back({std::move(doc), ParseSignature()});
    }
    while (is_recovering() && !AtEnd() && !AtNameThatReads("fn")) {
      SkipOne();
    }
    if (AtNameThatReads("fn")) {
      StopRecovering();
    }
  }
  Close();
  return task;
}

// fn = "fn" sig [ body ] ;
ast::Function DeclParser::ParseFunction(bool may_lack_body) {
  ast::Function function;
  function.signature = ParseSignature();
  bool ends_here = At(TokenKind::EndOfFile) || At(TokenKind::Doc) || (Peek().starts_line && !At(TokenKind::LeftBrace));
  if (may_lack_body && !is_recovering() && ends_here) {
    function.has_body = false;
    return function;
  }
  function.body = ParseBlock(BlockForm::Body);
  return function;
}

// sig = NAME params "->" type ;
ast::Signature DeclParser::ParseSignature() {
  ast::Signature signature;
  signature.name = ParseName("a name");
  uint32_t first = index();
  if (At(TokenKind::LeftParen)) {
    signature.params = ParseParams();
  } else {
    FailExpected("`(` and the parameters");
  }
  signature.params_span = SpanFrom(first);
  signature.result = ParseResult();
  return signature;
}

ast::TypeId DeclParser::ParseResult() {
  auto no_type = [this] { return module_.types.Add({SpanFrom(index()), ast::ErrorType{}}); };
  if (is_recovering()) {
    return no_type();
  }
  if (At(TokenKind::Colon)) {
    ReportForeign(SpanOf(Peek()), "->");
    Advance();
    return ParseType();
  }
  if (At(TokenKind::LeftBrace)) {
    FailExpected("`->` and the type of the result");
    StopRecovering();
    return no_type();
  }
  return Expect(TokenKind::Arrow) ? ParseType() : no_type();
}

// params = "(" [ param { "," param } ] ")" ;
// param = NAME ":" type [ "=" expr ] ;
std::vector<ast::Param> DeclParser::ParseParams() {
  std::vector<ast::Param> params;
  Open();
  ParseItems(Separator::Comma, [&] {
    uint32_t first = index();
    ast::Param param;
    param.name = ParseName("the name of a parameter");
    if (!Expect(TokenKind::Colon)) {
      return;
    }
    param.type = ParseType();
    if (!is_recovering() && Take(TokenKind::Equal)) {
      param.default_value = ParseExpr();
    }
    param.span = SpanFrom(first);
    params.push_back(std::move(param));
  });
  Close();
  return params;
}

// test = "test" STRING "{" { let | given | expect } "}" ;
// expect = "expect" expr ;
ast::Test DeclParser::ParseTest() {
  ast::Test test;
  if (At(TokenKind::String)) {
    test.name.span = SpanOf(Peek());
    test.name.text = ParseString();
  } else {
    FailExpected("the name of the test in quotes");
  }
  if (!OpenBrace()) {
    return test;
  }
  while (!AtEnd()) {
    uint32_t first = index();
    if (Take(TokenKind::Let)) {
      test.steps.emplace_back(ParseLet());
    } else if (AtNameThatReads("given")) {
      test.steps.emplace_back(ParseGiven());
    } else if (AtNameThatReads("expect")) {
      Advance();
      ast::ExprId condition = ParseExpr();
      test.steps.emplace_back(ast::Expect{condition, SpanFrom(first)});
    } else {
      FailExpectedHere("`let`, `given` or `expect`");
      SkipOne();
    }
    while (is_recovering() && !AtEnd() && !(Peek().starts_line && !AtLineStartFault())) {
      SkipOne();
    }
    if (!AtEnd()) {
      StopRecovering();
    }
  }
  Close();
  return test;
}

// given = "given" path args "=" expr ;
ast::Given DeclParser::ParseGiven() {
  uint32_t first = index();
  Advance();
  ast::Given given;
  given.callee = ParsePath("what is called");
  if (!is_recovering() && At(TokenKind::LeftParen)) {
    given.arguments = ParseArguments();
  } else {
    FailExpected("`(` and the arguments");
  }
  given.result = Expect(TokenKind::Equal) ? ParseExpr() : ParseErrorExpr();
  given.span = SpanFrom(first);
  return given;
}

}  // namespace plait
