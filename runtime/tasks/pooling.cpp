#include "runtime/tasks/pooling.h"

#include <algorithm>
#include <cmath>

namespace plait {
namespace {

float MeanOf(std::span<const float> rows, size_t width, size_t feature) {
  double sum = 0;
  for (size_t i = feature; i < rows.size(); i += width) {
    sum += rows[i];
  }
  const size_t tokens = rows.size() / width;
  return static_cast<float>(sum / static_cast<double>(tokens));
}

float GreatestOf(std::span<const float> rows, size_t width, size_t feature) {
  float greatest = rows[feature];
  for (size_t i = feature + width; i < rows.size(); i += width) {
    greatest = std::max(greatest, rows[i]);
  }
  return greatest;
}

}  // namespace

void PoolTokens(Pooling pooling, std::span<const float> rows, std::span<float> vector) {
  for (size_t i = 0; i < vector.size(); ++i) {
    switch (pooling) {
      case Pooling::FirstToken:
        vector[i] = rows[i];
        break;
      case Pooling::Mean:
        vector[i] = MeanOf(rows, vector.size(), i);
        break;
      case Pooling::Max:
        vector[i] = GreatestOf(rows, vector.size(), i);
        break;
    }
  }
}

void ScaleToUnit(std::span<float> vector) {
  // What torch.nn.functional.normalize divides by at least.
  constexpr double kLeast = 1e-12;
  double squares = 0;
  for (float number : vector) {
    squares += static_cast<double>(number) * number;
  }
  const double length = std::max(std::sqrt(squares), kLeast);
  for (float& number : vector) {
    number = static_cast<float>(number / length);
  }
}

}  // namespace plait
