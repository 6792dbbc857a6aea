// From the vectors of a text's tokens to the vector of the text, as sentence-transformers' Pooling and Normalize.
#pragma once

#include <cstdint>
#include <span>

#include "compiler/formats/sentence_files.h"

namespace plait {

/// Makes one vector of rows [tokens, vector.size()], of which there is at least one. The mean is summed in double over ascending tokens and
/// rounded once, so that equal rows give equal bits.
void PoolTokens(Pooling pooling, std::span<const float> rows, std::span<float> vector);

/// Scales to length 1; a vector of length 0 stays as it is.
void ScaleToUnit(std::span<float> vector);

}  // namespace plait
