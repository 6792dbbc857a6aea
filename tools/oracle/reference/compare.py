"""Compares results with recorded answers: texts, labels and ids exactly, scores within a tolerance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TOLERANCE = 1e-4
_SHOWN = 60
# What a case may carry beside its answer; a result may leave it out.
_EVIDENCE = ("prompt_ids", "ids", "logits")


def load(path: Path) -> dict[str, Any]:
    """A recording, with its cases by name."""
    recording = json.loads(path.read_text(encoding="utf-8"))
    recording["cases"] = {case["name"]: case for case in recording["cases"]}
    return recording


def case_differences(expected: dict[str, Any], got: dict[str, Any], tolerance: float = TOLERANCE) -> list[str]:
    """What differs between two recordings of one case, a line each; empty where nothing does."""
    if "error" in expected or "error" in got:
        return [] if "error" in expected and "error" in got else ["one of them is an error and the other is not"]
    found = differences(expected["output"], got["output"], tolerance, "output")
    for key in _EVIDENCE:
        if key in expected and key in got:
            found += differences(expected[key], got[key], tolerance, key)
    if found and expected.get("smallest_gap", 1.0) < tolerance:
        found.append(f"note: the best two tokens came within {expected['smallest_gap']:.1e} of each other")
    return found


def differences(expected: Any, got: Any, tolerance: float, place: str) -> list[str]:
    """What differs between two JSON values, a line each with its place."""
    if isinstance(expected, float) and isinstance(got, (int, float)) and not isinstance(got, bool):
        off = abs(expected - got)
        return [] if off <= tolerance else [f"{place}: expected {expected:.9g}, got {got:.9g}, off by {off:.1e}"]
    if type(expected) is not type(got):
        return [f"{place}: expected {_show(expected)}, got {_show(got)}"]
    if isinstance(expected, dict):
        return _object_differences(expected, got, tolerance, place)
    if isinstance(expected, list):
        return _list_differences(expected, got, tolerance, place)
    if expected == got:
        return []
    if isinstance(expected, str):
        return [_text_difference(expected, got, place)]
    return [f"{place}: expected {_show(expected)}, got {_show(got)}"]


def _object_differences(expected: dict[str, Any], got: dict[str, Any], tolerance: float, place: str) -> list[str]:
    found = [f"{place}.{key}: missing" for key in expected.keys() - got.keys()]
    found += [f"{place}.{key}: not expected" for key in got.keys() - expected.keys()]
    for key in expected:
        if key in got:
            found += differences(expected[key], got[key], tolerance, f"{place}.{key}")
    return found


def _list_differences(expected: list[Any], got: list[Any], tolerance: float, place: str) -> list[str]:
    if len(expected) != len(got):
        return [f"{place}: expected {len(expected)} items, got {len(got)}"]
    found = []
    for index, (left, right) in enumerate(zip(expected, got)):
        found += differences(left, right, tolerance, f"{place}[{index}]")
    return found


def _text_difference(expected: str, got: str, place: str) -> str:
    pairs = zip(expected, got)
    start = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(expected), len(got)))
    left, right = expected[start : start + _SHOWN], got[start : start + _SHOWN]
    return f"{place}: from character {start}, expected {left!r}, got {right!r}"


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
