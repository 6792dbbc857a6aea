// The pictures of a plan, as text.
#include "compiler/plan/views.h"

#include <doctest/doctest.h>

#include "tests/unit/compiler/plan/sample_plan.h"

using namespace plait;
using namespace plait::plan;

namespace {

bool Holds(const std::string& text, std::string_view piece) { return text.find(piece) != std::string::npos; }

ViewOptions Only(std::string entry) {
  ViewOptions options;
  options.entry = std::move(entry);
  return options;
}

}  // namespace

TEST_CASE("the stage tree for people") {
  CHECK(DescribeForPeople(SamplePlan(), Only("InferenceGraph.generate_score")) == "");
}

TEST_CASE("a plan with branches and filters for people") {
  CHECK(DescribeForPeople(SamplePlan(), Only("InferenceGraph.check")) == "");
}

TEST_CASE("why it is as it is") { CHECK(Explain(SamplePlan(), Only("InferenceGraph.generate_score")) == ""); }

TEST_CASE("every entry is shown where none is chosen") {
  for (const std::string& text : {DescribeForPeople(SamplePlan(), {}), Explain(SamplePlan(), {}), ToDot(SamplePlan(), {}), ToMermaid(SamplePlan(), {})}) {
    CHECK(Holds(text, "InferenceGraph.generate_score"));
    CHECK(Holds(text, "InferenceGraph.check"));
  }
}

TEST_CASE("colour only where it is asked for") {
  ViewOptions options;
  CHECK_FALSE(Holds(DescribeForPeople(SamplePlan(), options), "\x1b"));
  options.colour = true;
  CHECK(Holds(DescribeForPeople(SamplePlan(), options), "\x1b[1m"));
}
