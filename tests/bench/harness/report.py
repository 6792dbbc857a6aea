"""Rows of measurements, as a table and as plain data."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any

from harness.workloads import Workload


@dataclass
class Row:
    """All rounds of one workload."""

    workload: Workload
    seconds: dict[str, list[float]] = field(default_factory=dict)  # a peer, its rounds
    remarks: dict[str, dict[str, Any]] = field(default_factory=dict)
    peak_memory: dict[str, int] = field(default_factory=dict)
    differences: list[str] | None = None  # between the answers; None where they could not be compared
    weight_bytes: int = 0
    bound: float = 0.0

    def median(self, peer: str) -> float:
        return statistics.median(self.seconds[peer])

    def ratio(self, subject: str) -> float | None:
        """How many times faster the subject is than the best of the others."""
        others = [self.median(peer) for peer in self.seconds if peer != subject]
        return min(others) / self.median(subject) if others and subject in self.seconds else None

    def as_data(self, subject: str) -> dict[str, Any]:
        return {
            "workload": self.workload.name,
            "seconds": self.seconds,
            "median": {peer: self.median(peer) for peer in self.seconds},
            "ratio": self.ratio(subject),
            "bound_seconds": self.bound,
            "weight_bytes": self.weight_bytes,
            "peak_memory": self.peak_memory,
            "same_answers": None if self.differences is None else not self.differences,
            "remarks": self.remarks,
        }


def table(rows: list[Row], peers: list[str], subject: str) -> str:
    """Median and range in milliseconds; the ratio is the best other peer's median over the subject's."""
    head = ["", *(f"{peer}, ms" for peer in peers), "ratio", "bound, ms", "× bound", "memory", "answers"]
    lines = [head, *(_cells(row, peers, subject) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: list[str], widths: list[int]) -> str:
    first, *rest = (cell.rjust(width) for cell, width in zip(cells, widths))
    return "  ".join([first.strip().ljust(widths[0]), *rest])


def _cells(row: Row, peers: list[str], subject: str) -> list[str]:
    ratio = row.ratio(subject)
    reference = subject if subject in row.seconds else peers[0]
    memory = row.peak_memory.get(reference)
    return [
        row.workload.title,
        *(_spread(row.seconds[peer]) for peer in peers),
        "–" if ratio is None else f"{ratio:.2f}",
        _ms(row.bound),
        f"{row.median(reference) / row.bound:.2f}",
        "–" if memory is None else f"{memory / 1e9:.2f} GB, {memory / row.weight_bytes:.2f} × weights",
        "–" if row.differences is None else "differ" if row.differences else "same",
    ]


def _spread(seconds: list[float]) -> str:
    return f"{_ms(statistics.median(seconds))} ({_ms(min(seconds))}–{_ms(max(seconds))})"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.0f}" if seconds >= 0.1 else f"{1e3 * seconds:.3g}"
