// "Did you mean".
#include "compiler/base/nearest.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace plait {
namespace {

TEST_CASE("the nearest candidate within a third of the word's length") {
  std::vector<std::string> names = {"generate", "generated_text", "score", "scorer"};
  CHECK(Nearest("generat", names) == "generate");
  CHECK(Nearest("generated_txt", names) == "generated_text");
  CHECK(Nearest("scorr", names) == "score");
  CHECK_FALSE(Nearest("classify", names).has_value());
}

TEST_CASE("one letter may differ in a short word") {
  std::vector<std::string> names = {"lm", "xy"};
  CHECK(Nearest("ln", names) == "lm");
  CHECK_FALSE(Nearest("ab", names).has_value());
}

TEST_CASE("of equals the first; an exact match is nearest") {
  std::vector<std::string> names = {"cat", "car", "cab"};
  CHECK(Nearest("caz", names) == "cat");
  CHECK(Nearest("cab", names) == "cab");
  CHECK_FALSE(Nearest("cat", {}).has_value());
}

TEST_CASE("a word and candidates that are empty are harmless") {
  std::vector<std::string> names = {"", "a"};
  CHECK(Nearest("", names) == "");
  CHECK(Nearest("", std::vector<std::string>{"a"}) == "a");
}

}  // namespace
}  // namespace plait
