"""Writes one tokenizer.json for every part and option that the runtime supports, to hold against the library with compare.py.

    python make_variants.py tests/oracle/tokenizers FOLDER
"""

import copy
import json
import pathlib
import sys

BEHAVIORS = ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")
LLAMA = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def regex(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def literal(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"String": pattern}, "behavior": behavior, "invert": invert}


def bert(clean=True, chinese=True, accents=None, lower=True):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}


def added(token_id, content, **flags):
    token = {"id": token_id, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return token | flags


NORMALIZERS = {
    "nfc": {"type": "NFC"}, "nfd": {"type": "NFD"}, "nfkc": {"type": "NFKC"}, "nfkd": {"type": "NFKD"}, "lower": {"type": "Lowercase"},
    "accents": {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}, "only_accents": {"type": "StripAccents"},
    "strip": {"type": "Strip", "strip_left": True, "strip_right": True}, "left": {"type": "Strip", "strip_left": True, "strip_right": False},
    "replace": {"type": "Replace", "pattern": {"String": "a"}, "content": "\u00e9e"},
    "replace_regex": {"type": "Replace", "pattern": {"Regex": r" {2,}|\p{N}+"}, "content": " "}, "prepend": {"type": "Prepend", "prepend": "\u2581x"},
    "bert_clean": bert(True, False, False, False), "bert_chinese": bert(False, True, False, False), "bert_accents": bert(False, False, True, False),
    "bert_lower": bert(False, False, None, True), "bert_all": bert(),
}
PRE_TOKENIZERS = {
    "none": None, "whitespace": {"type": "Whitespace"}, "whitespace_split": {"type": "WhitespaceSplit"}, "bert": {"type": "BertPreTokenizer"},
    "digits": {"type": "Digits", "individual_digits": True}, "digit_runs": {"type": "Digits", "individual_digits": False},
    "bytes": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": False},
    "bytes_prefix": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    "llama": {"type": "Sequence", "pretokenizers": [regex(LLAMA), {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
    "words": regex(r"\w+|[^\w\s]+", "Removed", True), "digit_class": regex(r"[\d\s]+"), "not_digit": regex(r"\D|[^\S]"), "empties": regex(r"a*"),
    "lines": regex("^.|.$", "Isolated"), "cases": regex(r"\p{Lu}?\p{Ll}+|\p{Lo}+|\P{L}|[^\p{Lm}\p{Lt}]"), "categories": regex(r"\p{P}|\p{S}|\p{M}|\p{^N}\p{Nd}"),
    "literal_nothing": literal("", "Isolated"), "literal_dot": literal(".", "MergedWithPrevious"),
    "sequence": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Contiguous"}, {"type": "Digits", "individual_digits": True}]},
} | {f"punctuation_{b}": {"type": "Punctuation", "behavior": b} for b in BEHAVIORS} \
  | {f"space_{b}": literal(" ", b) for b in BEHAVIORS} | {f"spaces_inverted_{b}": regex(r"\s+", b, True) for b in BEHAVIORS}
ADDED = [
    ("<lr>", {"lstrip": True, "rstrip": True}), ("<l>", {"lstrip": True, "special": True}), ("<r>", {"rstrip": True}), ("the", {"single_word": True}),
    ("Graph", {"normalized": True}), ("\u00c9t\u00e9", {"normalized": True, "special": True}), ("  ", {}), ("<r> ", {}), ("an", {"single_word": True, "normalized": True}),
    ("\u4e16", {"single_word": True}), ("a\u0301", {}), ("<lrx", {"normalized": True, "rstrip": True}),
]


def with_added(base):
    made = copy.deepcopy(base)
    first = max(list(made["model"]["vocab"].values()) + [t["id"] for t in made["added_tokens"]]) + 1
    present = {token["content"] for token in made["added_tokens"]}
    fresh = [(c, f) for c, f in ADDED if c not in made["model"]["vocab"] and c not in present]
    made["added_tokens"] += [added(first + i, content, **flags) for i, (content, flags) in enumerate(fresh)]
    made["added_tokens"] += [added(made["model"]["vocab"][c], c, **f) for c, f in ADDED if c in made["model"]["vocab"] and c not in present]
    return made


def variants(bases):
    gpt2, wordpiece, mixed = bases["gpt2_tiny"], bases["bert_tiny"], bases["mixed_tiny"]
    for name, base in bases.items():
        yield f"{name}_added", with_added(base)
        yield f"{name}_no_decoder", base | {"decoder": None, "post_processor": None}
        for option in ("ignore_merges", "fuse_unk", "byte_fallback"):
            if base["model"]["type"] == "BPE":
                yield f"{name}_{option}", base | {"model": base["model"] | {option: not base["model"][option]}}
        for key, normalizer in NORMALIZERS.items():
            yield f"{name}_normalizer_{key}", with_added(base | {"normalizer": normalizer})
    for key, pre_tokenizer in PRE_TOKENIZERS.items():
        for name, base in (("gpt2", gpt2), ("wordpiece", wordpiece), ("mixed", mixed)):
            yield f"{name}_pre_tokenizer_{key}", base | {"pre_tokenizer": pre_tokenizer}
    no_type = {k: v for k, v in gpt2["model"].items() if k != "type"}
    yield "merges_as_text", gpt2 | {"model": no_type | {"merges": ["#version: 0.2"] + [" ".join(m) for m in no_type["merges"]], "unk_token": ""}}
    yield "bert_processing", wordpiece | {"post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}}
    yield "processor_sequence", wordpiece | {"post_processor": {"type": "Sequence", "processors": [
        {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}, wordpiece["post_processor"]]}}
    yield "short_words", wordpiece | {"model": wordpiece["model"] | {"max_input_chars_per_word": 5}}
    yield "no_cleanup", wordpiece | {"decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False}}
    yield "fused", wordpiece | {"decoder": {"type": "Sequence", "decoders": [wordpiece["decoder"], {"type": "Fuse"}]}}
    byte_tokens = {f"<0x{byte:02X}>": 10_000 + byte for byte in range(256)}
    yield "byte_fallback", mixed | {"added_tokens": [], "model": mixed["model"] | {"byte_fallback": True, "vocab": mixed["model"]["vocab"] | byte_tokens}}
    vocabulary = {"[UNK]": 0, "a": 1, "b": 2, "c": 3, "##a": 4, "##b": 5, "##c": 6, "ab": 7, "##bc": 8, "abc": 9, "##ab": 10}
    merges = [["a", "##b"], ["##b", "##c"], ["ab", "##c"], ["##a", "##b"]]
    yield "prefixed", mixed | {"added_tokens": [], "normalizer": None, "decoder": None, "model": {
        "type": "BPE", "dropout": None, "unk_token": "[UNK]", "continuing_subword_prefix": "##", "end_of_word_suffix": None,
        "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocabulary, "merges": merges}}


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    bases = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in source.glob("*/tokenizer.json")}
    for name, variant in variants(bases):
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(variant), encoding="utf-8")


main()
