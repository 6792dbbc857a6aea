// Graphs as text through passes, for tests.
#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"

namespace plait::tests {

/// A model that the texts of tests may call as @0.
inline constexpr std::string_view kModel = "model @0 S.m: test.Task = path(\"m\") {}\n";

/// Reads functions that may call the model.
inline ir::Graph ReadFunctions(std::string_view functions) {
  Result<ir::Graph> graph = ir::Read(std::string(kModel) + std::string(functions));
  REQUIRE_MESSAGE(graph.ok(), (graph.ok() ? "" : graph.error().place + ": " + graph.error().message));
  return *std::move(graph);
}

/// What the pass makes of the functions, without the lines before them.
inline std::string Passed(ir::Graph (*pass)(ir::Graph), std::string_view functions) {
  ir::Graph graph = pass(ReadFunctions(functions));
  REQUIRE(ir::Verify(graph) == "");
  std::string text = ir::Print(graph);
  return text.substr(text.find("func @"));
}

}  // namespace plait::tests
