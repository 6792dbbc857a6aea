// The cleaning of decoded text that some tokenizers ask for.
#include "runtime/tasks/text_cleanup.h"

#include <doctest/doctest.h>

#include "oracle.h"

namespace plait {
namespace {

TEST_CASE("spaces before punctuation and contractions go") {
  CHECK(CleanUpTokenization("do n't , he 's here . why ? no !") == "don't, he's here. why? no!");
  CHECK(CleanUpTokenization("a ' b  . we 've") == "a'b . we've");
  CHECK(CleanUpTokenization("") == "");
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
