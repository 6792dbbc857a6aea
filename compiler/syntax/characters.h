// Which bytes make up words and numbers.
#pragma once

namespace plait {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsWordStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c); }

}  // namespace plait
