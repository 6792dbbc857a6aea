"""Writes recordings: one case a line, numbers with the digits that a float32 has."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def short_numbers(value: Any) -> Any:
    """The same value with every float at nine significant digits, which float32 needs to read back equal."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: short_numbers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [short_numbers(item) for item in value]
    return value


def write(path: Path, head: dict[str, Any], cases: list[dict[str, Any]]) -> None:
    """Writes `head` and the list `cases` as one JSON object, whole or not at all."""
    lines = [f"{json.dumps(key)}: {_line(value)}," for key, value in head.items()]
    lines.append('"cases": [')
    lines += [_line(case) + "," for case in cases]
    lines[-1] = lines[-1].removesuffix(",")
    text = "{\n" + "\n".join(lines) + "\n]\n}\n"
    json.loads(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.rename(path)


def _line(value: Any) -> str:
    return json.dumps(short_numbers(value), ensure_ascii=False)
