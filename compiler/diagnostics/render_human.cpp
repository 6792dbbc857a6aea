// Diagnostics for a person: the source line, what is underlined in it and why, what to do.
#include <algorithm>
#include <set>
#include <string_view>

#include "compiler/diagnostics/display_text.h"
#include "compiler/diagnostics/render_forms.h"

namespace plait {

namespace {

/// The escape sequences, all empty where no colour is asked for.
struct Palette {
  std::string_view bold;
  std::string_view severity;
  std::string_view place;
  std::string_view reset;
};

Palette PaletteOf(Severity severity, bool colour) {
  if (!colour) {
    return {};
  }
  std::string_view own = severity == Severity::Error ? "\x1b[1;31m" : (severity == Severity::Warning ? "\x1b[1;33m" : "\x1b[1;36m");
  return {"\x1b[1m", own, "\x1b[34m", "\x1b[0m"};
}

/// A label on the line that it begins on, in bytes from the start of that line.
struct Mark {
  FileId file;
  uint32_t line = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool is_primary = false;
  std::string_view text;
};

/// Labels that are shown under one source line; the first one decides what is shown of it.
using Group = std::vector<Mark>;

class HumanRenderer {
 public:
  HumanRenderer(const SourceManager& sources, bool colour) : sources_(sources), colour_(colour) {}

  std::string Run(std::span<const Diagnostic> diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
      palette_ = PaletteOf(diagnostic.severity, colour_);
      AddHeadline(diagnostic);
      AddLabels(diagnostic);
      AddHints(diagnostic);
      text_ += "\n";
    }
    AddSummary(CountDiagnostics(diagnostics));
    return std::move(text_);
  }

 private:
  void AddHeadline(const Diagnostic& diagnostic) {
    const Span& span = diagnostic.primary.span;
    if (span.file.has_value()) {
      LineColumn position = sources_.Position(span.file, span.begin);
      text_ += fmt::format("{}{}:{}:{}: {}", palette_.bold, sources_.Path(span.file), position.line, position.column, palette_.reset);
    }
    text_ += fmt::format("{}{}:{} {}{}{} [{}]\n", palette_.severity, SeverityName(diagnostic.severity), palette_.reset, palette_.bold,
                         PrintableText(diagnostic.message), palette_.reset, GetDiagnosticInfo(diagnostic.kind).code);
  }

  void AddLabels(const Diagnostic& diagnostic) {
    FileId file = diagnostic.primary.span.file;
    for (const Group& group : GroupMarks(diagnostic)) {
      if (group.front().file != file) {
        file = group.front().file;
        text_ += fmt::format("      {}-->{} {}:{}\n", palette_.place, palette_.reset, sources_.Path(file), group.front().line);
      }
      AddGroup(group);
    }
  }

  [[nodiscard]] Mark MarkOf(const Label& label, bool is_primary) const {
    LineColumn begin = sources_.Position(label.span.file, label.span.begin);
    std::string_view line = sources_.Line(label.span.file, begin.line);
    uint32_t first = begin.column - 1;
    // A label that crosses lines is shown on its first; one of no width still gets one mark.
    uint32_t last = std::min(first + (label.span.end - label.span.begin), static_cast<uint32_t>(line.size()));
    return {label.span.file, begin.line, first, std::max(first, last), is_primary, label.text};
  }

  /// One group a line, in the order in which the lines are first named. On a line that is too wide to be shown whole each label
  /// gets a group of its own.
  [[nodiscard]] std::vector<Group> GroupMarks(const Diagnostic& diagnostic) const {
    std::vector<Group> groups;
    auto add = [&](const Label& label, bool is_primary) {
      if (!label.span.file.has_value()) {
        return;
      }
      Mark mark = MarkOf(label, is_primary);
      bool is_wide = sources_.Line(mark.file, mark.line).size() > kMaxShownColumns;
      auto same_line = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
        return !is_wide && group.front().file == mark.file && group.front().line == mark.line;
      });
      if (same_line == groups.end()) {
        groups.push_back({mark});
      } else {
        same_line->push_back(mark);
      }
    };
    add(diagnostic.primary, true);
    for (const Label& label : diagnostic.secondary) {
      add(label, false);
    }
    return groups;
  }

  void AddGutter(std::string_view number) { text_ += fmt::format("{}{:>5} |{}", palette_.place, number, palette_.reset); }

  void AddGroup(const Group& group) {
    DisplayLine line = MakeDisplayLine(sources_.Line(group.front().file, group.front().line), group.front().begin);
    AddGutter(std::to_string(group.front().line));
    text_ += fmt::format("{}{}\n", line.text.empty() ? "" : " ", line.text);

    // The last label in the line has its words beside its mark, the others one line each below theirs.
    Group marks = group;
    std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
    AddGutter("");
    text_ += fmt::format(" {}{}{}\n", Underline(marks, line), marks.back().text.empty() ? "" : " ", PrintableText(marks.back().text));
    for (auto mark = marks.rbegin() + 1; mark != marks.rend(); ++mark) {
      if (!mark->text.empty()) {
        AddGutter("");
        text_ += fmt::format(" {}{}\n", std::string(line.ColumnOf(mark->begin), ' '), PrintableText(mark->text));
      }
    }
  }

  [[nodiscard]] std::string Underline(const Group& marks, const DisplayLine& line) const {
    std::string underline;
    auto draw = [&](const Mark& mark) {
      uint32_t begin = line.ColumnOf(mark.begin);
      uint32_t end = std::max(begin + 1, line.ColumnOf(mark.end));
      underline.resize(std::max<size_t>(underline.size(), end), ' ');
      std::fill(underline.begin() + begin, underline.begin() + end, mark.is_primary ? '~' : '-');
      underline[begin] = mark.is_primary ? '^' : '-';
    };
    for (bool is_primary : {false, true}) {
      for (const Mark& mark : marks) {
        if (mark.is_primary == is_primary) {
          draw(mark);
        }
      }
    }
    return colour_ ? Coloured(underline) : underline;
  }

  [[nodiscard]] std::string Coloured(std::string_view underline) const {
    std::string text;
    char previous = ' ';
    for (char c : underline) {
      bool is_same = (c == ' ') == (previous == ' ') && (c == '-') == (previous == '-');
      if (!is_same) {
        text += c == ' ' ? palette_.reset : (c == '-' ? palette_.place : palette_.severity);
      }
      text += c;
      previous = c;
    }
    return text + std::string(palette_.reset);
  }

  void AddHint(std::string_view label, std::string_view text) {
    text_ += fmt::format("      {}= {}:{} {}\n", palette_.place, label, palette_.reset, PrintableText(text));
  }

  void AddHints(const Diagnostic& diagnostic) {
    for (const FixIt& fix : diagnostic.fixes) {
      AddHint("fix", fix.text);
    }
    for (const std::string& note : diagnostic.notes) {
      AddHint("note", note);
    }
    std::string_view code = GetDiagnosticInfo(diagnostic.kind).code;
    if (diagnostic.severity != Severity::Note && explained_.insert(code).second) {
      AddHint("more", fmt::format("plait explain {}", code));
    }
  }

  void AddSummary(const DiagnosticCounts& counts) {
    std::string summary;
    for (Severity severity : {Severity::Error, Severity::Warning, Severity::Note}) {
      size_t count = counts[static_cast<size_t>(severity)];
      if (count > 0) {
        summary += fmt::format("{}{} {}{}", summary.empty() ? "" : ", ", count, SeverityName(severity), count == 1 ? "" : "s");
      }
    }
    if (!summary.empty()) {
      text_ += fmt::format("{}\n", summary);
    }
  }

  const SourceManager& sources_;
  bool colour_;
  Palette palette_;
  std::string text_;
  /// The codes whose page has been named.
  std::set<std::string_view> explained_;
};

}  // namespace

std::string RenderHuman(const SourceManager& sources, std::span<const Diagnostic> diagnostics, bool colour) {
  return HumanRenderer(sources, colour).Run(diagnostics);
}

}  // namespace plait
