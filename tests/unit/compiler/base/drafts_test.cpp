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

TEST_CASE("what guesses is busy too where many write together") {
  DraftCosts costs{0.25, 8};
  const double alone = BestGuesses(0.9, costs, 1, kMaxGuesses).gain;
  const double together = BestGuesses(0.9, costs, 2, kMaxGuesses).gain;
  costs.guess_free_rows = 1;
  CHECK(BestGuesses(0.9, costs, 1, kMaxGuesses).gain == alone);
  CHECK(BestGuesses(0.9, costs, 2, kMaxGuesses).gain < together);
  CHECK(costs.OfGuessing(4) == 1);
  CHECK(costs.OfPass(4) == 1);
  CHECK(costs.OfPass(12) == 1.5);
}

TEST_CASE("what may be lost is little of what is done anyway") {
  CHECK(MostToLose(0, 0) == 0);
  CHECK(MostToLose(500, 500) < 0.02 * 1000);
  CHECK(MostToLose(100, 28) == MostToLose(28, 100));
  // A text that may go on for long may still end soon.
  CHECK(MostToLose(0, 100'000) < 5);
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
