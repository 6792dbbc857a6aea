#include "compiler/format/unified_diff.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace plait {

namespace {

/// The work and the memory grow with the square of the number of differences.
constexpr int64_t kMaxDifferences = 2000;
constexpr size_t kContext = 3;

using Lines = std::vector<std::string_view>;
/// A line of the one text and the equal line of the other.
using Match = std::pair<int64_t, int64_t>;

Lines SplitLines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

/// The lines of a longest common subsequence. E. Myers, "An O(ND) difference algorithm and its variations" (1986), on what is between the
/// first and the last difference. A path through both texts is on the diagonal `lines left out - lines added`.
class Matcher {
 public:
  Matcher(const Lines& before, const Lines& after) : before_(before), after_(after) {}

  std::vector<Match> Run() {
    auto before_end = static_cast<int64_t>(before_.size());
    auto after_end = static_cast<int64_t>(after_.size());
    std::vector<Match> matches;
    while (begin_ < std::min(before_end, after_end) && IsEqual(begin_, begin_)) {
      matches.emplace_back(begin_, begin_);
      ++begin_;
    }
    std::vector<Match> last;
    while (std::min(before_end, after_end) > begin_ && IsEqual(before_end - 1, after_end - 1)) {
      last.emplace_back(--before_end, --after_end);
    }
    std::vector<Match> middle = Middle(before_end - begin_, after_end - begin_);
    matches.insert(matches.end(), middle.rbegin(), middle.rend());
    matches.insert(matches.end(), last.rbegin(), last.rend());
    return matches;
  }

 private:
  [[nodiscard]] bool IsEqual(int64_t before, int64_t after) const {
    return before_[static_cast<size_t>(before)] == after_[static_cast<size_t>(after)];
  }

  /// How many lines of `before_` the furthest path with so many differences takes on the diagonal.
  [[nodiscard]] int64_t Reached(int64_t differences, int64_t diagonal) const {
    return furthest_[static_cast<size_t>(differences)][static_cast<size_t>(diagonal + differences)];
  }
  /// Whether the last difference of that path is a line added, not one left out.
  [[nodiscard]] bool EndsWithAddition(int64_t differences, int64_t diagonal) const {
    return diagonal == -differences ||
           (diagonal != differences && Reached(differences - 1, diagonal - 1) < Reached(differences - 1, diagonal + 1));
  }
  /// The same as `Reached`, without the equal lines after the last difference.
  [[nodiscard]] int64_t Start(int64_t differences, int64_t diagonal) const {
    if (differences == 0) {
      return 0;
    }
    return EndsWithAddition(differences, diagonal) ? Reached(differences - 1, diagonal + 1) : Reached(differences - 1, diagonal - 1) + 1;
  }

  /// In reverse order; none where there are too many differences.
  std::vector<Match> Middle(int64_t before_count, int64_t after_count) {
    for (int64_t differences = 0; differences <= kMaxDifferences; ++differences) {
      std::vector<int64_t> reached(static_cast<size_t>(2 * differences + 1));
      for (int64_t diagonal = -differences; diagonal <= differences; diagonal += 2) {
        int64_t x = Start(differences, diagonal);
        while (x < before_count && x - diagonal < after_count && IsEqual(begin_ + x, begin_ + x - diagonal)) {
          ++x;
        }
        reached[static_cast<size_t>(diagonal + differences)] = x;
        if (x >= before_count && x - diagonal >= after_count) {
          return MatchesOnPath(x, diagonal, differences);
        }
      }
      furthest_.push_back(std::move(reached));
    }
    return {};
  }

  [[nodiscard]] std::vector<Match> MatchesOnPath(int64_t x, int64_t diagonal, int64_t differences) const {
    std::vector<Match> matches;
    for (; differences >= 0; --differences) {
      int64_t start = Start(differences, diagonal);
      while (x > start) {
        --x;
        matches.emplace_back(begin_ + x, begin_ + x - diagonal);
      }
      if (differences > 0) {
        diagonal += EndsWithAddition(differences, diagonal) ? 1 : -1;
        x = Reached(differences - 1, diagonal);
      }
    }
    return matches;
  }

  const Lines& before_;
  const Lines& after_;
  int64_t begin_ = 0;
  /// By number of differences and diagonal.
  std::vector<std::vector<int64_t>> furthest_;
};

/// A line of the difference, and the lines of both texts that stand before it.
struct Row {
  char mark = ' ';
  std::string_view line;
  int64_t before = 0;
  int64_t after = 0;
};

std::vector<Row> MakeRows(const Lines& before, const Lines& after) {
  std::vector<Match> matches = Matcher(before, after).Run();
  matches.emplace_back(before.size(), after.size());
  std::vector<Row> rows;
  int64_t x = 0;
  int64_t y = 0;
  for (const auto& [next_x, next_y] : matches) {
    for (; x < next_x; ++x) {
      rows.push_back({'-', before[static_cast<size_t>(x)], x, y});
    }
    for (; y < next_y; ++y) {
      rows.push_back({'+', after[static_cast<size_t>(y)], x, y});
    }
    if (x < static_cast<int64_t>(before.size()) && y < static_cast<int64_t>(after.size())) {
      rows.push_back({' ', before[static_cast<size_t>(x)], x, y});
      ++x;
      ++y;
    }
  }
  return rows;
}

/// `first,count` as hunks state it: lines count from 1, and an empty range stands behind its line.
std::string Range(int64_t first, int64_t count) {
  int64_t line = count == 0 ? first : first + 1;
  return count == 1 ? fmt::format("{}", line) : fmt::format("{},{}", line, count);
}

std::string Hunk(const std::vector<Row>& rows, size_t begin, size_t end) {
  int64_t before_count = 0;
  int64_t after_count = 0;
  std::string text;
  for (size_t i = begin; i < end; ++i) {
    const Row& row = rows[i];
    before_count += row.mark != '+' ? 1 : 0;
    after_count += row.mark != '-' ? 1 : 0;
    text += row.mark;
    text += row.line;
    text += row.line.ends_with('\n') ? "" : "\n\\ No newline at end of file\n";
  }
  return fmt::format("@@ -{} +{} @@\n{}", Range(rows[begin].before, before_count), Range(rows[begin].after, after_count), text);
}

}  // namespace

std::string UnifiedDiff(std::string_view path, std::string_view before, std::string_view after) {
  std::vector<Row> rows = MakeRows(SplitLines(before), SplitLines(after));
  auto is_change = [](const Row& row) { return row.mark != ' '; };
  std::string text;
  auto next = std::find_if(rows.begin(), rows.end(), is_change);
  while (next != rows.end()) {
    auto begin = static_cast<size_t>(next - rows.begin());
    size_t end = begin;
    // A hunk goes on while fewer lines are equal than two contexts hold.
    for (size_t i = begin; i < rows.size() && i <= end + 2 * kContext; ++i) {
      end = is_change(rows[i]) ? i : end;
    }
    text += Hunk(rows, begin - std::min(begin, kContext), std::min(rows.size(), end + 1 + kContext));
    next = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(end) + 1, rows.end(), is_change);
  }
  return text.empty() ? "" : fmt::format("--- {0}\n+++ {0}\n{1}", path, text);
}

}  // namespace plait
