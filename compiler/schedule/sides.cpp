#include "compiler/schedule/sides.h"

#include <algorithm>
#include <limits>

namespace plait::schedule {
namespace {

constexpr double kMsPerSecond = 1e3;

struct State {
  size_t segment = 0;
  /// Of the segment, between 0 and 1.
  double done = 0;
  int threads = 1;
  /// Milliseconds that the whole segment takes at the rates of the moment.
  double segment_ms = 0;
  bool is_active = true;
};

class Runner {
 public:
  Runner(const std::vector<Side>& sides, const Rates& rates) : sides_(sides), rates_(rates), states_(sides.size()), ends_(sides.size(), 0) {
    for (size_t i = 0; i < sides.size(); ++i) {
      states_[i].threads = sides[i].threads;
      states_[i].is_active = !sides[i].profile->empty();
    }
  }

  std::vector<double> Run() {
    while (SetPace()) {
      double step = std::numeric_limits<double>::infinity();
      for (const State& state : states_) {
        if (state.is_active) {
          step = std::min(step, (1 - state.done) * state.segment_ms);
        }
      }
      now_ += step;
      Advance(step);
    }
    return ends_;
  }

 private:
  [[nodiscard]] const Segment& SegmentOf(size_t side) const { return (*sides_[side].profile)[states_[side].segment]; }

  /// Shares the memory: who wants less than an equal share gets what it wants, the others share the rest. False where all are done.
  bool SetPace() {
    struct Demand {
      double bandwidth;
      size_t side;
    };
    std::vector<Demand> demands;
    for (size_t i = 0; i < states_.size(); ++i) {
      if (states_[i].is_active) {
        double alone_ms = rates_.Ms(SegmentOf(i), states_[i].threads);
        demands.push_back({alone_ms == 0 ? 0 : SegmentOf(i).bytes / alone_ms * kMsPerSecond, i});
      }
    }
    std::sort(demands.begin(), demands.end(),
              [](const Demand& a, const Demand& b) { return a.bandwidth != b.bandwidth ? a.bandwidth < b.bandwidth : a.side < b.side; });
    double left = rates_.bandwidth();
    for (size_t i = 0; i < demands.size(); ++i) {
      double share = std::min(demands[i].bandwidth, left / static_cast<double>(demands.size() - i));
      left -= share;
      State& state = states_[demands[i].side];
      const Segment& segment = SegmentOf(demands[i].side);
      double reading_ms = share > 0 ? segment.bytes / share * kMsPerSecond : 0;
      state.segment_ms = std::max(rates_.ComputeMs(segment, state.threads), reading_ms);
    }
    return !demands.empty();
  }

  void Advance(double step) {
    constexpr double kAlmostDone = 1 - 1e-9;
    for (size_t i = 0; i < states_.size(); ++i) {
      State& state = states_[i];
      if (!state.is_active) {
        continue;
      }
      state.done += state.segment_ms > 0 ? step / state.segment_ms : 1;
      if (state.done < kAlmostDone) {
        continue;
      }
      state.done = 0;
      if (++state.segment == sides_[i].profile->size()) {
        Finish(i);
      }
    }
  }

  void Finish(size_t side) {
    states_[side].is_active = false;
    ends_[side] = now_;
    const std::optional<size_t>& heir = sides_[side].heir;
    if (heir && states_[*heir].is_active) {
      states_[*heir].threads += states_[side].threads;
    }
  }

  const std::vector<Side>& sides_;
  const Rates& rates_;
  std::vector<State> states_;
  std::vector<double> ends_;
  double now_ = 0;
};

}  // namespace

std::vector<double> RunSides(const std::vector<Side>& sides, const Rates& rates) { return Runner(sides, rates).Run(); }

}  // namespace plait::schedule
