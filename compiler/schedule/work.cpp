#include "compiler/schedule/work.h"

#include <algorithm>

namespace plait::schedule {
namespace {

constexpr double kMsPerSecond = 1e3;
constexpr size_t kMostSegments = 16;

/// How many threads' work a team does: each further thread costs the others a little at every barrier.
double TeamSpeed(int threads) {
  constexpr double kLossPerThread = 0.02;
  return threads / (1 + kLossPerThread * (threads - 1));
}

/// A rate that a profile gave as 0 must not divide.
double AtLeastOne(double rate) { return std::max(rate, 1.0); }

}  // namespace

double Rates::bandwidth() const { return AtLeastOne(std::max(machine_.read_bandwidth, machine_.core_read_bandwidth)); }

double Rates::TeamBandwidth(int threads) const {
  return std::min(AtLeastOne(machine_.core_read_bandwidth) * TeamSpeed(threads), bandwidth());
}

double Rates::ComputeMs(const Segment& segment, int threads) const {
  return segment.flops / (AtLeastOne(machine_.core_fp32_peak) * TeamSpeed(threads)) * kMsPerSecond + segment.fixed_ms;
}

double Rates::Ms(const Segment& segment, int threads) const {
  return std::max(ComputeMs(segment, threads), segment.bytes / TeamBandwidth(threads) * kMsPerSecond);
}

double Rates::Ms(const Profile& profile, int threads) const {
  double ms = 0;
  for (const Segment& segment : profile) {
    ms += Ms(segment, threads);
  }
  return ms;
}

double Rates::ArithmeticMs(const Profile& profile) const {
  double ms = 0;
  for (const Segment& segment : profile) {
    ms += ComputeMs(segment, 1);
  }
  return ms;
}

double TotalBytes(const Profile& profile) {
  double bytes = 0;
  for (const Segment& segment : profile) {
    bytes += segment.bytes;
  }
  return bytes;
}

Profile Scaled(const Profile& profile, double factor) {
  Profile scaled = profile;
  for (Segment& segment : scaled) {
    segment.flops *= factor;
    segment.bytes *= factor;
    segment.fixed_ms *= factor;
  }
  return scaled;
}

void Append(Profile& profile, const Profile& more, const Rates& rates) {
  profile.insert(profile.end(), more.begin(), more.end());
  if (profile.size() <= kMostSegments) {
    return;
  }
  Segment computing;
  Segment reading;
  for (const Segment& segment : profile) {
    bool computes = rates.ComputeMs(segment, 1) >= segment.bytes / rates.TeamBandwidth(1) * kMsPerSecond;
    Segment& sum = computes ? computing : reading;
    sum.flops += segment.flops;
    sum.bytes += segment.bytes;
    sum.fixed_ms += segment.fixed_ms;
  }
  profile = {computing, reading};
}

}  // namespace plait::schedule
