// The cleaning of decoded text that some tokenizers ask for.
#include "runtime/tasks/text_cleanup.h"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "oracle.h"

namespace plait {
namespace {

TEST_CASE("spaces before punctuation and contractions go") {
  CHECK(CleanUpTokenization("do n't , he 's here . why ? no !") == "don't, he's here. why? no!");
  CHECK(CleanUpTokenization("a ' b  . we 've") == "a'b . we've");
  CHECK(CleanUpTokenization("") == "");
}

TEST_CASE("text that grows is cleaned up as it would be at once") {
  constexpr std::array<std::string_view, 20> kPieces = {" ",   ".",    "' ",  "'",  "n't", " n", "'t", "'", "ve",      " 'v",
                                                        "'re", "word", " 's", "  ", " ' ", "!",  "é",  ",", " do not", "I I"};
  std::mt19937 random(31);
  for (int round = 0; round < 3000; ++round) {
    GrowingCleanText growing;
    std::string text;
    size_t settled = 0;
    for (int step = 0; step < 40; ++step) {
      // What is not settled may become anything.
      text.resize(settled);
      for (size_t count = random() % 4; count > 0; --count) {
        text += kPieces[random() % kPieces.size()];
      }
      settled += random() % (text.size() - settled + 1);
      REQUIRE(growing.Update(text, settled) == CleanUpTokenization(text));
    }
  }
}

TEST_CASE("only where the tokenizer asks for it, and BPE not even then") {
  Value word_piece = Json(R"({"model": {"type": "WordPiece"}})");
  Value bpe = Json(R"({"model": {"type": "BPE"}})");
  Value asks = Json(R"({"clean_up_tokenization_spaces": true})");
  CHECK(WantsCleanUp(asks, word_piece));
  CHECK(!WantsCleanUp(asks, bpe));
  CHECK(!WantsCleanUp(Json("{}"), word_piece));
  CHECK(!WantsCleanUp(Json(R"({"clean_up_tokenization_spaces": false})"), word_piece));
  CHECK(WantsCleanUp(Json(R"({"clean_up_tokenization_spaces": true,
                              "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output": true})"),
                     bpe));
}

}  // namespace
}  // namespace plait
