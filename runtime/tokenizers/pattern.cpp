// Compiles patterns with PCRE2's JIT and walks over their matches.
#include "runtime/tokenizers/pattern.h"

#include <algorithm>
#include <optional>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {
namespace {

/// Steps that a search may take: some for every byte, since each is a place to try, and a fixed number beside.
constexpr size_t kStepsPerByte = 16;
constexpr size_t kStepsAtLeast = 1'000'000;
constexpr uint32_t kHeapLimitKibibytes = 64 * 1024;

PCRE2_SPTR Bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

template <class T, void (*Free)(T*)>
struct Freer {
  void operator()(T* pointer) const { Free(pointer); }
};
using CompileContext = std::unique_ptr<pcre2_compile_context, Freer<pcre2_compile_context, pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freer<pcre2_match_context, pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data, pcre2_match_data_free>>;

struct Match {
  size_t begin;
  size_t end;
};

/// Searches one text from ever later places.
class Search {
 public:
  Search(const pcre2_code* code, std::string_view text)
      : code_(code), text_(text), data_(pcre2_match_data_create(1, nullptr)), context_(pcre2_match_context_create(nullptr)) {
    pcre2_set_match_limit(context_.get(), static_cast<uint32_t>(std::min<size_t>(kStepsAtLeast + kStepsPerByte * text.size(), UINT32_MAX)));
    pcre2_set_heap_limit(context_.get(), kHeapLimitKibibytes);
  }

  Result<std::optional<Match>> From(size_t offset) const {
    int found = Try(offset, PCRE2_NO_UTF_CHECK);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
      // The interpreter keeps its state on the heap, where there is more of it.
      found = Try(offset, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT);
    }
    if (found == PCRE2_ERROR_NOMATCH) {
      return std::optional<Match>();
    }
    if (found < 0) {
      return Error{FailureKind::InputInvalid, "the text makes a pattern of the tokenizer take too many steps", {}, {}};
    }
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data_.get());
    return std::optional(Match{bounds[0], bounds[1]});
  }

 private:
  [[nodiscard]] int Try(size_t offset, uint32_t options) const {
    return pcre2_match(code_, Bytes(text_), text_.size(), offset, options, data_.get(), context_.get());
  }

  const pcre2_code* code_;
  std::string_view text_;
  MatchData data_;
  MatchContext context_;
};

}  // namespace

Result<Pattern> Pattern::Compile(std::string_view pattern, bool is_literal, const JsonView* json) {
  CompileContext context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  // Oniguruma's ^ and $ match at every line.
  uint32_t options = is_literal ? PCRE2_UTF | PCRE2_LITERAL : PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(Bytes(pattern), pattern.size(), options, &error, &offset, context.get());
  if (code == nullptr) {
    constexpr size_t kLongestMessage = 256;
    PCRE2_UCHAR message[kLongestMessage] = {};
    pcre2_get_error_message(error, message, kLongestMessage);
    std::string text = fmt::format("the pattern cannot be compiled: {}", reinterpret_cast<const char*>(message));
    return json != nullptr ? json->Unsupported(std::move(text)) : Error{FailureKind::TokenizerUnsupported, std::move(text), {}, {}};
  }
  Code owned(code, [](const pcre2_code* held) { pcre2_code_free(const_cast<pcre2_code*>(held)); });
  // Without a JIT for this machine the interpreter does the work, only slower.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  return Pattern(std::move(owned));
}

Result<Pattern> Pattern::Read(const JsonView& json) {
  PLAIT_TRY(std::optional<JsonView> literal, json.FindField("String"));
  if (literal) {
    PLAIT_TRY(std::string text, literal->AsString());
    return Compile(text, true, &*literal);
  }
  PLAIT_TRY(std::optional<JsonView> regex, json.FindField("Regex"));
  if (!regex) {
    return json.Invalid("expected a pattern with `String` or `Regex`");
  }
  PLAIT_TRY(std::string text, regex->AsString());
  Result<std::string> translated = TranslateToPcre2(text);
  if (!translated.ok()) {
    return std::move(translated).error().WithPlace(regex->place());
  }
  return Compile(*translated, false, &*regex);
}

Result<Pattern> Pattern::Gpt2() {
  PLAIT_TRY(std::string translated, TranslateToPcre2(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"));
  return Compile(translated, false, nullptr);
}

bool Pattern::CanMatchNothing() const {
  uint32_t can = 0;
  return pcre2_pattern_info(code_.get(), PCRE2_INFO_MATCHEMPTY, &can) == 0 && can != 0;
}

Result<std::vector<Stretch>> Pattern::Find(std::string_view text) const {
  Search search(code_.get(), text);
  std::vector<Stretch> stretches;
  size_t covered = 0;
  std::optional<size_t> last_end;
  for (size_t from = 0; from <= text.size();) {
    PLAIT_TRY(std::optional<Match> match, search.From(from));
    if (!match) {
      break;
    }
    if (match->begin == match->end && last_end == match->end) {
      // An empty match right behind the last one is passed over, one code point at a time.
      from += from < text.size() ? DecodeAt(text, from).size : 1;
      continue;
    }
    if (covered != match->begin) {
      stretches.push_back({covered, match->begin, false});
    }
    stretches.push_back({match->begin, match->end, true});
    covered = from = match->end;
    last_end = match->end;
  }
  if (covered != text.size()) {
    stretches.push_back({covered, text.size(), false});
  }
  return stretches;
}

}  // namespace plait::tokenizers
