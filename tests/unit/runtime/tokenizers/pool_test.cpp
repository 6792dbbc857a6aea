// Equal files are read once.
#include "runtime/tokenizers/tokenizer_pool.h"

#include <doctest/doctest.h>

#include "small_files.h"

namespace plait {
namespace {

TEST_CASE("files with the same bytes have one tokenizer, which outlives the pool") {
  const std::string letters = test::SmallBpe().Text();
  const std::string words = test::SmallWordPiece().Text();
  std::shared_ptr<const Tokenizer> first;
  std::shared_ptr<const Tokenizer> other;
  {
    TokenizerPool pool;
    first = *pool.Get(letters, "a/tokenizer.json");
    other = *pool.Get(words, "b/tokenizer.json");
    CHECK(*pool.Get(letters, "c/tokenizer.json") == first);
    CHECK(*pool.Get(words, "d/tokenizer.json") == other);
    // What differs in white space only is read again: bytes are compared, nothing else.
    CHECK(*pool.Get(letters + " ", "e/tokenizer.json") != first);
  }
  CHECK(other != first);
  CHECK(first.use_count() == 1);
  CHECK(first->Encode("abc", true)->input_ids == std::vector<int32_t>{4});
}

TEST_CASE("a broken file is told of by the name of each that has it") {
  TokenizerPool pool;
  for (const char* name : {"a/tokenizer.json", "b/tokenizer.json"}) {
    Result<std::shared_ptr<const Tokenizer>> tokenizer = pool.Get("{", name);
    REQUIRE(!tokenizer.ok());
    CHECK(tokenizer.error().kind == FailureKind::TokenizerInvalid);
    CHECK(tokenizer.error().place.starts_with(name));
  }
}

}  // namespace
}  // namespace plait
