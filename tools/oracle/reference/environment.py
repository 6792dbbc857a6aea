"""Enters the pinned Python environment, and says which versions are in it."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
_FOLDER = PROJECT / ".deps" / "oracle"


def enter(script: str) -> None:
    """Starts `script` again under .deps/oracle unless it already runs there."""
    python = _FOLDER / "bin" / "python"
    if not python.exists():
        sys.exit(f"{Path(script).name}: .deps/oracle is missing; run tools/setup --oracle once")
    # Nothing may be fetched: every model comes from a folder.
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TOKENIZERS_PARALLELISM="false")
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    if not os.path.samefile(sys.prefix, _FOLDER):
        os.execv(python, [str(python), script, *sys.argv[1:]])


def versions() -> dict[str, str]:
    """Versions of everything that has a say in the answers."""
    packages = ("torch", "transformers", "tokenizers", "safetensors", "numpy")
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}}
