"""Finds models in the user's Hugging Face cache, where the real ones would be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The cache folder, by the rules of the `huggingface_hub` package."""
    if cache := environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE"):
        return Path(cache).expanduser()
    if home := environment.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    base = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "huggingface" / "hub"


def find(name: str, cache: Path) -> Path | None:
    """The snapshot of `name` that `main` points to, if it holds all that a run needs."""
    repository = cache / ("models--" + name.replace("/", "--"))
    try:
        revision = (repository / "refs" / "main").read_text().strip()
    except OSError:
        return None
    snapshot = repository / "snapshots" / revision
    needed = ("config.json", "tokenizer.json", "model.safetensors")
    return snapshot if revision and all((snapshot / file).is_file() for file in needed) else None
