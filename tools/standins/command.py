"""The `make_models` command: decides what is to be made, makes it, and says what it did."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from standins import catalog, checkpoint, hub_cache
from standins.catalog import Model
from standins.vocabulary import Vocabularies

MARK = "plait.stand_in"
FINGERPRINT = "plait.fingerprint"
FILES = ("config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors")


class Progress:
    """One rewritten line on a terminal, nothing elsewhere."""

    def __init__(self, label: str, total: int):
        self._label = label
        self._total = max(1, total)
        self._done = 0
        self._shown = -1
        self._lock = threading.Lock()
        self._on = sys.stderr.isatty()

    def add(self, amount: int) -> None:
        with self._lock:
            self._done += amount
            percent = 100 * self._done // self._total
            if self._on and percent != self._shown:
                self._shown = percent
                print(f"\r{self._label} {percent:3d} %", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._on:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def main(project: Path, arguments: list[str]) -> int:
    """Runs the command; `project` is the folder that the defaults are relative to."""
    options = _parse(arguments)
    known = {model.name: model for model in catalog.models(options.tiny)}
    if unknown := [name for name in options.models if name not in known]:
        print(f"make_models: unknown model '{unknown[0]}'; known: {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [known[name] for name in options.models]
    chosen = chosen or [model for model in known.values() if options.tiny or options.list or not model.is_extra]
    if options.list:
        for model in chosen:
            print(f"{model.name:40} {_size(model.bytes):>9}   seed {model.seed}")
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that an unfinished model is removed
    out = options.out or project / ("build/models-tiny" if options.tiny else ".models")
    vocabularies = Vocabularies(project / ".deps/cache/vocabularies")
    for model in chosen:
        try:
            print(f"{model.name:40} {_provide(model, out, vocabularies, options)}", flush=True)
        except (OSError, RuntimeError) as error:
            print(f"make_models: {model.name}: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make_models",
        description="Writes stand-ins of the models that the examples use: true configuration, true tokenizer, "
        "seeded random weights. RoBERTa's tokens have other ids than the published ones. A model in the Hugging "
        "Face cache is used instead of a stand-in. The sentence embedder is made at true size only where it is named.",
    )
    parser.add_argument("models", nargs="*", metavar="ORG/NAME", help="only these; without it the six of the examples")
    parser.add_argument("--tiny", action="store_true", help="the same models with small shapes, for tests")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: .models, with --tiny build/models-tiny")
    parser.add_argument("--list", action="store_true", help="print names, sizes and seeds; make nothing")
    parser.add_argument("--force", action="store_true", help="make them even where they are already there")
    return parser.parse_args(arguments)


def _provide(model: Model, out: Path, vocabularies: Vocabularies, options: argparse.Namespace) -> str:
    """Makes sure that a run finds `model`, and returns in a few words how."""
    target = out / model.name
    present = _metadata(target)
    if not options.force:
        if not options.tiny and (real := hub_cache.find(model.name, hub_cache.folder())):
            if present is not None and MARK in present:
                shutil.rmtree(target)
            return f"the real one is used: {real}"
        if present is not None and MARK not in present:
            return f"not a stand-in, left as it is: {target}"
        if present is not None and present.get(FINGERPRINT) == model.fingerprint:
            return "already there"
    begin = time.monotonic()
    _make(model, target, vocabularies)
    return f"made, {_size(model.bytes)} in {time.monotonic() - begin:.1f} s"


def _metadata(folder: Path) -> dict[str, str] | None:
    """What the weights file says about itself; None where the folder is not a whole model."""
    if not all((folder / file).is_file() for file in FILES):
        return None
    return checkpoint.read_metadata(folder / "model.safetensors")


def _make(model: Model, target: Path, vocabularies: Vocabularies) -> None:
    """Writes beside the target and renames, so that the target is whole or absent."""
    tokenizer = vocabularies.tokenizer(model.vocabulary, model.config["vocab_size"])
    _remove_leftovers(target)
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    progress = Progress(model.name, model.bytes)
    try:
        part.mkdir(parents=True)
        _write_json(part / "config.json", model.config)
        _write_json(part / "tokenizer_config.json", model.tokenizer_config)
        if model.generation_config is not None:
            _write_json(part / "generation_config.json", model.generation_config)
        for path, value in model.files.items():
            (part / path).parent.mkdir(exist_ok=True)
            _write_json(part / path, value)
        text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
        (part / "tokenizer.json").write_text(text, encoding="utf-8")
        metadata = {
            "format": "pt",
            MARK: f"seeded random weights, seed {model.seed}",
            FINGERPRINT: model.fingerprint,
        }
        checkpoint.write(part / "model.safetensors", model.tensors, model.seed, metadata, progress.add)
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    finally:
        progress.clear()
        shutil.rmtree(part, ignore_errors=True)


def _remove_leftovers(target: Path) -> None:
    """Removes what a run that was killed outright left beside the target."""
    for part in target.parent.glob(f".{target.name}.part-*"):
        if not Path(f"/proc/{part.name.rpartition('-')[2]}").exists():
            shutil.rmtree(part, ignore_errors=True)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
