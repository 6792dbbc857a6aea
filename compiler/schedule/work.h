// What a stage asks of the machine, and how long that takes on some of its threads.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/catalog/machine.h"

namespace plait::schedule {

/// A stretch of a stage that is either computing or reading all the time: its wall time is the greater of the two.
struct Segment {
  double flops = 0;
  /// Of weights, read once whatever the number of lanes.
  double bytes = 0;
  /// What no thread and no bandwidth shortens.
  double fixed_ms = 0;
};

using Profile = std::vector<Segment>;

struct Work {
  Profile profile;
  /// Key/value slabs and activations while it runs.
  int64_t working_bytes = 0;
};

/// The machine's rates for teams of threads.
class Rates {
 public:
  explicit Rates(const Machine& machine) : machine_(machine) {}

  [[nodiscard]] int cores() const { return machine_.cores; }
  /// Bytes a second of all cores together.
  [[nodiscard]] double bandwidth() const;
  /// Bytes a second that a team could read with the memory to itself.
  [[nodiscard]] double TeamBandwidth(int threads) const;
  [[nodiscard]] double ComputeMs(const Segment& segment, int threads) const;
  /// With the memory to itself.
  [[nodiscard]] double Ms(const Segment& segment, int threads) const;
  [[nodiscard]] double Ms(const Profile& profile, int threads) const;
  /// The fewest core-milliseconds that any team spends on it.
  [[nodiscard]] double CoreMs(const Profile& profile) const { return Ms(profile, 1); }
  /// Those of them that no faster memory would save.
  [[nodiscard]] double ArithmeticMs(const Profile& profile) const;

 private:
  Machine machine_;
};

double TotalBytes(const Profile& profile);
Profile Scaled(const Profile& profile, double factor);
/// Appends `more`; beyond a number of segments those of one sort, computing or reading, become one.
void Append(Profile& profile, const Profile& more, const Rates& rates);

}  // namespace plait::schedule
