// Text to tokens.
#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/token.h"

namespace plait {

/// Lexing and parsing each report at most so many faults of one file; the last one says that there are more.
inline constexpr int kMaxReportsPerFile = 100;

/// Never fails: text that is no token is reported, and an `Invalid` token stands for it. Documentation comments (`///`) are tokens.
///
/// A format string is `FormatStart`, then `FormatText` and `FormatOpen` expression `FormatClose` in any number and order, then
/// `FormatEnd`. That holds for broken ones too: what is missing is put in as an empty token. The spelling of another language is
/// reported, and the token is of the kind that was meant: `&&` gives `And`.
TokenBuffer Lex(const SourceManager& sources, FileId file, Sink& sink);

}  // namespace plait
