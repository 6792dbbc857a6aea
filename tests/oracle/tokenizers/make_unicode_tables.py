"""Writes runtime/tokenizers/unicode_tables.cpp: what the `tokenizers` library knows of Unicode, asked code point by code point.

The library mixes several versions of Unicode: its normalisers and its notion of punctuation are older than utf8proc's, its regular
expressions newer than PCRE2's. Exact ids need its answers, so they are recorded here.

Run from the repository root with Python 3.11 (Unicode 14, as PCRE2 10.42), tokenizers 0.23.3 and libutf8proc 2.8:
    python tests/oracle/tokenizers/make_unicode_tables.py > runtime/tokenizers/unicode_tables.cpp
"""

import ctypes
import ctypes.util
import unicodedata

from tokenizers import Regex, normalizers, pre_tokenizers

# Without C and Cn: there PCRE2's classes are the larger ones.
CATEGORIES = ("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
              "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "Cc", "Co")
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def ranges(code_points):
    found = []
    for c in sorted(code_points):
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def removed_by(pre_tokenizer):
    return {c for c in CODE_POINTS if not pre_tokenizer.pre_tokenize_str(chr(c))}


def emptied_by(normalizer):
    return {c for c in CODE_POINTS if normalizer.normalize_str(chr(c)) == ""}


def newer_than_pcre2(pattern, known):
    matched = removed_by(pre_tokenizers.Split(Regex(pattern), "removed"))
    return {c for c in matched if not known(c)}


def category_starts(*prefixes):
    return lambda c: unicodedata.category(chr(c)).startswith(prefixes)


def word_in_pcre2(c):
    # PCRE2 has \p{Alphabetic}; Python lacks it, so what is left out here is what both of them are sure of.
    return category_starts("L", "Nl", "M", "Nd", "Pc")(c)


class Utf8procProperty(ctypes.Structure):
    _fields_ = [("category", ctypes.c_int16), ("combining_class", ctypes.c_int16)]


def unknown_to_normalization():
    """Code points that utf8proc decomposes, composes or reorders and the library does not."""
    utf8proc = ctypes.CDLL(ctypes.util.find_library("utf8proc"))
    utf8proc.utf8proc_get_property.restype = ctypes.POINTER(Utf8procProperty)
    utf8proc.utf8proc_decompose_char.argtypes = [
        ctypes.c_int32, ctypes.POINTER(ctypes.c_int32), ctypes.c_ssize_t, ctypes.c_int, ctypes.POINTER(ctypes.c_int)]
    utf8proc.utf8proc_decompose_char.restype = ctypes.c_ssize_t
    buffer = (ctypes.c_int32 * 32)()
    decompose, compat, stable = 1 << 4, 1 << 2, 1 << 1
    forms = ((normalizers.NFD(), decompose | stable), (normalizers.NFKD(), decompose | compat | stable))
    nfd = forms[0][0]
    unknown = set()
    for c in CODE_POINTS:
        for library, options in forms:
            length = utf8proc.utf8proc_decompose_char(c, buffer, 32, options, ctypes.byref(ctypes.c_int()))
            if "".join(map(chr, buffer[:length])) != library.normalize_str(chr(c)):
                unknown.add(c)
        combining_class = utf8proc.utf8proc_get_property(c).contents.combining_class
        text = chr(c) + "\u0334" if combining_class > 1 else "\u0301" + chr(c)
        if combining_class > 0 and nfd.normalize_str(text) == text:
            unknown.add(c)
    # The one pair that composes since Unicode 13: its second half is kept apart.
    return unknown | {0x11930}


def lowercase_beyond_unicode_14():
    lower = normalizers.Lowercase()
    moved = []
    for c in CODE_POINTS:
        target = lower.normalize_str(chr(c))
        if target == chr(c).lower():
            continue
        assert len(target) == 1
        delta = ord(target) - c
        if moved and moved[-1][1] == c - 1 and moved[-1][2] == delta:
            moved[-1][1] = c
        else:
            moved.append([c, c, delta])
    return moved


def write_table(name, rows):
    print(f"constexpr CodePointRange k{name}[] = {{")
    for i in range(0, len(rows), 6):
        print("    " + " ".join("{" + ", ".join(f"{v:#x}" for v in row) + "}," for row in rows[i:i + 6]))
    print("};\n")


def main():
    assert unicodedata.unidata_version == "14.0.0"
    clean = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    strip = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    words = pre_tokenizers.Whitespace()
    digits = pre_tokenizers.Digits(individual_digits=True)
    tables = {
        "WhiteSpace": removed_by(pre_tokenizers.WhitespaceSplit()),
        "BertDropped": emptied_by(clean),
        "Punctuation": removed_by(pre_tokenizers.Punctuation("removed")),
        "NonspacingMark": emptied_by(strip),
        "CombiningMark": emptied_by(normalizers.StripAccents()),
        "Numeric": {c for c in CODE_POINTS if len(digits.pre_tokenize_str("a" + chr(c))) == 2},
        "Word": {c for c in CODE_POINTS if len(words.pre_tokenize_str("a" + chr(c))) == 1} - removed_by(words),
        "UnknownToNormalization": unknown_to_normalization(),
        "RegexWord": newer_than_pcre2(r"[\w]", word_in_pcre2),
    }
    categories = {name: newer_than_pcre2(r"\p{%s}" % name, category_starts(name)) for name in CATEGORIES}
    print("// Sets of code points as the `tokenizers` library 0.23.3 sees them; written by tests/oracle/tokenizers/make_unicode_tables.py.")
    print("// It is data, hence its length.")
    print('#include "runtime/tokenizers/unicode_tables.h"\n\n#include <utility>\n')
    print("namespace plait::tokenizers {\nnamespace {\n\n// clang-format off")
    for name, code_points in tables.items():
        write_table(name, ranges(code_points))
    for name, code_points in categories.items():
        if code_points:
            write_table(f"Category{name}", ranges(code_points))
    print("constexpr CodePointShift kLowercase[] = {")
    for first, last, delta in lowercase_beyond_unicode_14():
        print(f"    {{{first:#x}, {last:#x}, {delta}}},")
    print("};\n// clang-format on\n\n}  // namespace\n")
    for name in tables:
        print(f"std::span<const CodePointRange> {name}Table() {{ return k{name}; }}")
    print("std::span<const CodePointShift> LowercaseTable() { return kLowercase; }")
    print("\nstd::optional<std::span<const CodePointRange>> RegexCategoryTable(std::string_view category) {")
    print("  static constexpr std::pair<std::string_view, std::span<const CodePointRange>> kCategories[] = {")
    print("      // clang-format off")
    for name, code_points in categories.items():
        print(f'      {{"{name}", {f"kCategory{name}" if code_points else "{}"}}},')
    print("      // clang-format on")
    print("  };\n  for (const auto& [name, table] : kCategories) {\n    if (name == category) {\n      return table;\n    }\n  }")
    print("  return std::nullopt;\n}")
    print("\n}  // namespace plait::tokenizers")


main()
