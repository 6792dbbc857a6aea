"""The quality gate of a row: how a contender's answer stands to the reference's."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.workloads import Precision, Task, Workload

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools" / "oracle"))
from reference import compare  # noqa: E402


@dataclass(frozen=True)
class Agreement:
    """In fp32 differences are faults; in the other classes the text tells how far the answers agree."""

    text: str  # for the table
    differences: list[str] = field(default_factory=list)  # a line each; only in fp32
    equal_share: float | None = None  # of the new tokens, position by position
    perplexity_changes: dict[str, float] = field(default_factory=dict)  # of the row's models, as fractions

    def as_data(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "differences": self.differences,
            "equal_share": self.equal_share,
            "perplexity_changes": self.perplexity_changes,
        }


def of(workload: Workload, expected: dict[str, Any], got: dict[str, Any]) -> Agreement:
    """Of two answers of peers: "result", and "ids" where there are any. `expected` is the reference's, in fp32."""
    if got.get("result") is None:
        return Agreement("not told")
    if workload.precision is Precision.FP32:
        found = compare.differences(expected["result"], got["result"], compare.TOLERANCE, workload.name)
        if expected.get("ids") and got.get("ids"):
            found += compare.differences(expected["ids"], got["ids"], compare.TOLERANCE, f"{workload.name} ids")
        return Agreement("differ" if found else "same", found)
    if expected.get("ids") and got.get("ids"):
        return _of_sequences(expected["ids"], got["ids"], "tokens")
    texts, others = _strings(expected["result"]), _strings(got["result"])
    if workload.task is Task.WRITE:
        return Agreement("same", equal_share=1.0) if texts == others else _of_sequences(texts, others, "characters")
    return _of_scores(expected["result"], got["result"], texts == others)


def _of_sequences(expected: list[Any], got: list[Any], unit: str) -> Agreement:
    """Greedy texts go apart at one token and stay apart, so the length up to there is told beside the share."""
    total = sum(map(len, expected))
    equal = sum(a == b for left, right in zip(expected, got) for a, b in zip(left, right))
    first = sum(_common(left, right) for left, right in zip(expected, got))
    share = equal / total if total else 1.0
    return Agreement(f"{first} of {total} {unit} until they part, {share:.0%} equal", equal_share=share)


def _common(left: Any, right: Any) -> int:
    """How long the two begin alike."""
    pairs = enumerate(zip(left, right))
    return next((index for index, (a, b) in pairs if a != b), min(len(left), len(right)))


def _of_scores(expected: Any, got: Any, are_labels_equal: bool) -> Agreement:
    if not are_labels_equal:
        return Agreement("other label")
    off = max((abs(a - b) for a, b in zip(_numbers(expected), _numbers(got))), default=0.0)
    return Agreement(f"same label, score off by {off:.1e}")


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _strings(value: Any) -> list[str]:
    return [leaf for leaf in _leaves(value) if isinstance(leaf, str)]


def _numbers(value: Any) -> list[float]:
    return [leaf for leaf in _leaves(value) if isinstance(leaf, float)]
