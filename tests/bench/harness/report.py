"""Rows of measurements, as a table and as plain data."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any

from harness import catalog
from harness.agreement import Agreement
from harness.workloads import Workload


@dataclass
class Row:
    """All rounds of one workload, each by the name of who ran it."""

    workload: Workload
    seconds: dict[str, list[float]] = field(default_factory=dict)
    remarks: dict[str, dict[str, Any]] = field(default_factory=dict)
    peak_memory: dict[str, int] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)  # why
    weight_bytes: int = 0
    bandwidths: list[float] = field(default_factory=list)  # bytes a second, a figure a round
    bound: float = 0.0

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio_to(self, name: str, subject: str) -> float | None:
        """How many times faster the subject is than this one."""
        is_measured = name in self.seconds and subject in self.seconds
        return self.median(name) / self.median(subject) if is_measured else None

    def ratio(self, subject: str) -> float | None:
        """How many times faster the subject is than the best of the peers."""
        ratios = [self.ratio_to(name, subject) for name in self.seconds if name not in catalog.OWN]
        return min((ratio for ratio in ratios if ratio is not None), default=None)

    def differences(self, name: str) -> list[str]:
        """What is wrong with the answers of this one, a line each."""
        return self.agreements[name].differences if name in self.agreements else []

    def as_data(self, subject: str) -> dict[str, Any]:
        own = self.agreements.get(subject)
        return {
            "workload": self.workload.name,
            "precision": self.workload.precision.value,
            "seconds": self.seconds,
            "median": {name: self.median(name) for name in self.seconds},
            "ratio": self.ratio(subject),
            "ratios": {name: self.ratio_to(name, subject) for name in self.seconds if name != subject},
            "bandwidths": self.bandwidths,
            "bound_seconds": self.bound,
            "times_bound": {name: self.median(name) / self.bound for name in self.seconds} if self.bound else {},
            "weight_bytes": self.weight_bytes,
            "peak_memory": self.peak_memory,
            "same_answers": None if own is None else not own.differences,
            "agreement": {name: agreement.as_data() for name, agreement in self.agreements.items()},
            "left_out": self.left_out,
            "remarks": self.remarks,
        }


HEAD = ["median, ms", "range", "Plait is", "× limit", "memory", "answers", "ran"]


def table(rows: list[Row], subject: str) -> str:
    """A block a row, a line for each that ran it, with times in milliseconds and the subject first.

    "2.00 × as fast" stands beside one that takes twice the subject's time.
    """
    lines = [(row, name, _cells(row, name, subject)) for row in rows for name in _in_order(row, subject)]
    widths = [max(map(len, column)) for column in zip(HEAD, *(cells for _, _, cells in lines))]
    first = max((len(catalog.named(name).title) for _, name, _ in lines), default=0)
    blocks = []
    for row in rows:
        own = [(name, cells) for other, name, cells in lines if other is row]
        block = [f"{row.workload.title}   ({_limit(row)})"]
        if own:
            block.append(_line("", HEAD, first, widths))
            block += [_line(catalog.named(name).title, cells, first, widths) for name, cells in own]
        else:
            block.append("  nobody ran it")
        block += [f"  {catalog.named(name).title} is left out: {why}" for name, why in row.left_out.items()]
        blocks.append("\n".join(block))
    return "\n\n".join(blocks)


def below(rows: list[Row], subject: str, required: float) -> list[str]:
    """What keeps a run from passing, a line each."""
    found = []
    for row in rows:
        ratio = row.ratio(subject)
        if ratio is None or ratio < required:
            said = "not known" if ratio is None else f"{ratio:.2f}, below {required}"
            found.append(f"{row.workload.title}: the ratio is {said}")
        found += row.differences(subject)
    return found


def _in_order(row: Row, subject: str) -> list[str]:
    """The subject, then the others from the fastest on."""
    return sorted(row.seconds, key=lambda name: (name != subject, row.median(name)))


def _line(title: str, cells: list[str], first: int, widths: list[int]) -> str:
    *numbers, answers, way = cells
    aligned = [cell.rjust(width) for cell, width in zip(numbers, widths)]
    return "  ".join(["", title.ljust(first), *aligned, answers.ljust(widths[-2]), way]).rstrip()


def _cells(row: Row, name: str, subject: str) -> list[str]:
    seconds = row.seconds[name]
    ratio = None if name == subject else row.ratio_to(name, subject)
    memory = row.peak_memory.get(name)
    agreement = row.agreements.get(name)
    return [
        _ms(statistics.median(seconds)),
        f"{_ms(min(seconds))}–{_ms(max(seconds))}",
        "" if ratio is None else f"{ratio:.2f} × as fast",
        f"{row.median(name) / row.bound:.2f}" if row.bound else "–",
        "–" if not memory else f"{memory / 1e9:.2f} GB",
        "–" if agreement is None else agreement.text,
        row.remarks.get(name, {}).get("way", ""),
    ]


def _limit(row: Row) -> str:
    if not row.bandwidths:
        return f"limit {_ms(row.bound)} ms"
    rates = [rate / 1e9 for rate in row.bandwidths]
    return f"limit {_ms(row.bound)} ms; memory gave {statistics.median(rates):.0f} GB/s, {min(rates):.0f}–{max(rates):.0f}"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.0f}" if seconds >= 0.1 else f"{1e3 * seconds:.3g}"
