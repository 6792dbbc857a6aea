// Seeded random texts: whatever is read, nothing crashes and the promises of the tree hold.
#include <doctest/doctest.h>

#include <llvm/Support/JSON.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "tests/unit/compiler/syntax/tree_invariants.h"

namespace plait {
namespace {

using Random = std::mt19937;

constexpr auto kPieces = std::to_array<std::string_view>({
#define X(kind, spelling)
#define RESERVED(kind, spelling) spelling,
#define SYMBOL(kind, spelling) spelling,
#include "compiler/syntax/tokens.def"
#undef X
    "import",
    "const",
    "record",
    "enum",
    "task",
    "fn",
    "service",
    "test",
    "model",
    "uses",
    "api",
    "resources",
    "traffic",
    "given",
    "expect",
    "map",
    "stream",
    "tensor",
    "a",
    "b",
    "True",
    "None",
    "await",
    "lambda",
    "elif",
    "def",
    "var",
    "1",
    "2.5",
    "4GiB",
    "4Gi",
    "20s",
    "\"",
    "\"s\"",
    "\"\"\"",
    "f\"",
    "f\"{a}\"",
    "f\"\"\"",
    "'",
    "\\",
    "\\u{41}",
    "//",
    "///",
    "/*",
    "*/",
    "#",
    ";",
    "&&",
    "||",
    "!",
    "===",
    "+=",
    "@",
    "\n",
    "\n",
    "\n",
    "  ",
    "\u00e9",
    "\u201c",
    "\xff",
    "service A {\n",
    "fn f() -> int { return 1 }\n",
    "if a { b } else { c }",
    "[a for b in c]",
    "{ a: 1 }"});

size_t Below(Random& random, size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random); }

std::string RandomText(Random& random) {
  std::string text;
  for (size_t count = Below(random, 60); count > 0; --count) {
    text += kPieces[Below(random, kPieces.size())];
    text += Below(random, 3) == 0 ? "" : " ";
  }
  return text;
}

std::string Mutate(std::string text, Random& random) {
  for (size_t count = 1 + Below(random, 4); count > 0 && !text.empty(); --count) {
    size_t at = Below(random, text.size());
    size_t length = std::min(1 + Below(random, 12), text.size() - at);
    switch (Below(random, 4)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kPieces[Below(random, kPieces.size())]);
        break;
      case 2:
        text.insert(at, text.substr(Below(random, text.size()), length));
        break;
      default:
        text[at] = static_cast<char>(Below(random, 256));
    }
  }
  return text;
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(PLAIT_SOURCE_DIR) + "/tests/golden")) {
    if (entry.path().extension() == ".graph" && entry.file_size() < 8192) {
      std::ifstream stream(entry.path(), std::ios::binary);
      seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
  }
  return seeds;
}

void CheckText(const std::string& text) {
  CAPTURE(text);
  ParsedText parsed(text);
  CHECK(TreeFault(parsed) == "");
  ast::Dump(parsed.module);
  Dump(parsed.sources, parsed.tokens);
  const std::vector<Diagnostic>& diagnostics = parsed.diagnostics.diagnostics();
  RenderDiagnostics(parsed.sources, diagnostics, {DiagnosticFormat::Human, true});
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse(RenderDiagnostics(parsed.sources, diagnostics, {DiagnosticFormat::Json, false}));
  CHECK(static_cast<bool>(json));
  llvm::consumeError(json.takeError());
}

TEST_CASE("random words") {
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    CheckText(RandomText(random));
  }
}

TEST_CASE("random changes to real files") {
  Random random(2);
  std::vector<std::string> seeds = Seeds();
  REQUIRE(seeds.size() > 20);
  for (int i = 0; i < 1500; ++i) {
    CheckText(Mutate(seeds[Below(random, seeds.size())], random));
  }
}

TEST_CASE("every prefix of a file") {
  std::ifstream stream(std::string(PLAIT_SOURCE_DIR) + "/tests/golden/ast/branches_and_loops.graph", std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  for (size_t length = 0; length < text.size(); ++length) {
    CheckText(text.substr(0, length));
  }
}

}  // namespace
}  // namespace plait
