"""What Plait is held to in a run, and where a bar stands beyond what the machine can give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness import catalog
from harness.catalog import PLAIT, PLAIT_DRAFTS, TRANSFORMERS
from harness.report import Row

BEST = "the best peer"


@dataclass(frozen=True)
class SpeedBar:
    """In this row Plait is at least so many times as fast as someone."""

    row: str
    at_least: float
    than: str  # a contender's name, or BEST
    subject: str = PLAIT


@dataclass(frozen=True)
class LimitBar:
    """The row takes at most so many times its limit."""

    row: str
    at_most: float


@dataclass(frozen=True)
class MemoryBar:
    """The process takes at most so many times the bytes of the row's weights."""

    row: str
    at_most: float
    subject: str = PLAIT


Bar = SpeedBar | LimitBar | MemoryBar

BARS: list[Bar] = [
    SpeedBar("gpt2_alone", 2.2, TRANSFORMERS),
    SpeedBar("gpt2_alone", 1.1, BEST),
    LimitBar("gpt2_alone", 1 / 0.9),
    SpeedBar("gpt2_alone", 1.9, PLAIT, PLAIT_DRAFTS),
    SpeedBar("gpt2_alone_int8", 1.5, BEST),
    LimitBar("gpt2_alone_int8", 1 / 0.8),
    SpeedBar("both_writers_int8", 1.3, BEST),
    SpeedBar("reference_graph", 1.6, TRANSFORMERS),
    SpeedBar("reference_graph", 1.05, "hand_wired"),
    LimitBar("reference_graph", 1.1),
    SpeedBar("reference_graph", 3.0, TRANSFORMERS, PLAIT_DRAFTS),
    SpeedBar("reference_graph", 2.2, "hand_wired", PLAIT_DRAFTS),
    SpeedBar("reference_graph", 8.0, "bentoml", PLAIT_DRAFTS),
    SpeedBar("reference_graph", 3.3, "bentoml_tuned", PLAIT_DRAFTS),
    MemoryBar("reference_graph", 1.15),
    MemoryBar("reference_graph", 1.4, PLAIT_DRAFTS),
    SpeedBar("bert_16", 3.0, TRANSFORMERS),
    SpeedBar("bert_16", 1.15, BEST),
    SpeedBar("bert_128", 1.8, TRANSFORMERS),
    SpeedBar("bert_128", 1.05, BEST),
    SpeedBar("zero_shot", 2.5, TRANSFORMERS),
]


@dataclass(frozen=True)
class Verdict:
    """One bar in this run."""

    text: str
    is_met: bool


def judge(rows: Iterable[Row]) -> list[Verdict]:
    """Each bar of these rows whose parts were measured."""
    by_name = {row.workload.name: row for row in rows}
    verdicts = [_judge(bar, by_name[bar.row]) for bar in BARS if bar.row in by_name]
    return [verdict for verdict in verdicts if verdict is not None]


def lines(verdicts: list[Verdict]) -> list[str]:
    """A line each, those that are missed last."""
    ordered = sorted(verdicts, key=lambda verdict: not verdict.is_met)
    return [f"  {'met   ' if verdict.is_met else 'missed'}  {verdict.text}" for verdict in ordered]


def _judge(bar: Bar, row: Row) -> Verdict | None:
    if isinstance(bar, SpeedBar):
        return _judge_speed(bar, row)
    if isinstance(bar, LimitBar):
        if PLAIT not in row.seconds or not row.bound:
            return None
        times = row.median(PLAIT) / row.bound
        return Verdict(f"{row.workload.title}: {times:.2f} × the limit, at most {bar.at_most:.2f}", times <= bar.at_most)
    if not row.peak_memory.get(bar.subject) or not row.weight_bytes:
        return None
    times = row.peak_memory[bar.subject] / row.weight_bytes
    who = catalog.named(bar.subject).title
    text = f"{row.workload.title}: {who} takes {times:.2f} × the bytes of the weights, at most {bar.at_most:.2f}"
    return Verdict(text, times <= bar.at_most)


def _judge_speed(bar: SpeedBar, row: Row) -> Verdict | None:
    than = _best(row) if bar.than == BEST else bar.than
    ratio = row.ratio_to(than, bar.subject) if than else None
    if ratio is None:
        return None
    other = catalog.named(than).title + (f", {BEST}" if bar.than == BEST else "")
    text = f"{row.workload.title}: {catalog.named(bar.subject).title} is {ratio:.2f} × as fast as {other}, at least {bar.at_least}"
    # Drafts take fewer passes than the limit counts.
    if ratio < bar.at_least and bar.subject == PLAIT and row.bound:
        text += f"; it takes {row.median(PLAIT) / row.bound:.2f} × the limit, at which it would be {row.median(than) / row.bound:.2f} ×"
    return Verdict(text, ratio >= bar.at_least)


def _best(row: Row) -> str | None:
    peers = [name for name in row.seconds if name not in catalog.OWN]
    return min(peers, key=row.median, default=None)
