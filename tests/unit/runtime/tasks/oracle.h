// Recorded answers of transformers, and the small stand-ins that they were recorded with.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "compiler/formats/json.h"
#include "tests/unit/runtime/models/fixture.h"

namespace plait {

inline std::string SourcePath(std::string_view path) { return std::string(PLAIT_SOURCE_DIR) + "/" + std::string(path); }

inline Value Json(std::string_view text, std::string_view name = "test") {
  Result<Value> value = ParseJson(text, name, FailureKind::InputInvalid);
  REQUIRE(value.ok());
  return *value;
}

inline Value ReadOracle(std::string_view path) { return ReadJson(SourcePath(path)); }

/// The folder of a small stand-in, as `tools/make_models --tiny` writes it.
inline std::string TinyModel(std::string_view name) {
  std::string folder = SourcePath("build/models-tiny/" + std::string(name));
  REQUIRE_MESSAGE(std::ifstream(folder + "/config.json").good(), folder, " is missing: run tools/make_models --tiny");
  return folder;
}

}  // namespace plait
