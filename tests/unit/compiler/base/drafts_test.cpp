// How far it pays to guess.
#include "compiler/base/drafts.h"

#include <doctest/doctest.h>

namespace plait {
namespace {

TEST_CASE("the more often guesses are right and the less they cost, the more are made") {
  const DraftCosts costs{0.25, 8};
  CHECK(BestGuesses(0.95, costs, 1, kMaxGuesses).guesses >= 4);
  CHECK(BestGuesses(0.95, costs, 1, 2).guesses == 2);
  CHECK(BestGuesses(0.95, costs, 1, 0).guesses == 0);
  CHECK(BestGuesses(0.1, costs, 1, kMaxGuesses).guesses == 0);
  CHECK(BestGuesses(0.1, costs, 1, kMaxGuesses).gain == 1);
  // Where many write together a pass is busy with them already.
  CHECK(BestGuesses(0.95, costs, 64, kMaxGuesses).guesses == 0);
  CHECK(BestGuesses(0.95, {0, 8}, 1, kMaxGuesses).gain > BestGuesses(0.95, costs, 1, kMaxGuesses).gain);
}

TEST_CASE("tokens a pass are its own and the guesses before the first wrong one") {
  CHECK(TokensAPass(0, 5) == 1);
  CHECK(TokensAPass(1, 5) == 6);
  CHECK(TokensAPass(0.5, 2) == 1.75);
}

TEST_CASE("sources of drafts by their names") {
  for (DraftSource source : AllDraftSources()) {
    CHECK(DraftSourceFromName(DraftSourceName(source)) == source);
  }
  CHECK(!DraftSourceFromName("other"));
}

}  // namespace
}  // namespace plait
