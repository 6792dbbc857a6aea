"""Holds answers of the runtime against those that the reference library gave on the same models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support import ORACLE, ROOT, Program, RequestFailed, compile_plan

SCORE_TOLERANCE = 1e-4

_SERVICES = {
    "openai-community/gpt2": "Gpt2",
    "distilbert/distilgpt2": "DistilGpt2",
    "google-bert/bert-base-uncased": "Bert",
    "distilbert/distilbert-base-uncased": "DistilBert",
    "distilbert/distilroberta-base": "DistilRoberta",
    "FacebookAI/roberta-large-mnli": "RobertaMnli",
    "sentence-transformers/all-MiniLM-L6-v2": "MiniLm",
}
_METHODS = {"generate": "generate", "classify": "classify", "zero_shot": "zero_shot", "embed": "embed", "embed_all": "embed_all"}


def difference(expected: Any, seen: Any, path: str = "$") -> str | None:
    """The first place where two answers differ: floats by more than the tolerance, all else at all."""
    if isinstance(expected, float) and isinstance(seen, float):
        return None if abs(expected - seen) <= SCORE_TOLERANCE else f"{path}: expected {expected}, found {seen}"
    if type(expected) is not type(seen):
        return f"{path}: expected {expected!r}, found {seen!r}"
    if isinstance(expected, dict):
        if list(expected) != list(seen):
            return f"{path}: expected fields {list(expected)}, found {list(seen)}"
        found = (difference(expected[name], seen[name], f"{path}.{name}") for name in expected)
        return next((fault for fault in found if fault), None)
    if isinstance(expected, list):
        if len(expected) != len(seen):
            return f"{path}: expected {len(expected)} items, found {len(seen)}"
        found = (difference(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(expected, seen, strict=True)))
        return next((fault for fault in found if fault), None)
    return None if expected == seen else f"{path}: expected {expected!r}, found {seen!r}"


class Oracle:
    """The recorded cases, and the programs that they run on; each program is loaded once."""

    def __init__(self, recorded: Path, models: Path):
        self.cases: list[dict[str, Any]] = json.loads(recorded.read_text())["cases"]
        self._models = models
        self._programs: dict[Path, Program] = {}

    def check(self, case: dict[str, Any]) -> str | None:
        """What is wrong with the runtime's answer to a case; nothing where it is right."""
        source, entry, arguments = self._call(case)
        try:
            seen = self._program(source).run(entry, arguments)
        except RequestFailed as failure:
            return None if "error" in case else f"failed: {failure}"
        if "error" in case:
            return f"expected a failure ({case['error']}), found {seen!r}"
        return difference(case["output"], seen)

    def close(self) -> None:
        for program in self._programs.values():
            program.close()

    def _program(self, source: Path) -> Program:
        if source not in self._programs:
            self._programs[source] = Program(*compile_plan(source, self._models))
        return self._programs[source]

    @staticmethod
    def _call(case: dict[str, Any]) -> tuple[Path, str, dict[str, Any]]:
        arguments = dict(case["input"])
        if case["kind"] == "api":
            return ROOT / case["graph"], case["entry"], arguments
        method = _METHODS[case["kind"]]
        if arguments.pop("hypothesis_template", "This text is about {}") != "This text is about {}":
            method = "zero_shot_plain"
        if "stop_strings" in arguments:
            arguments["stop"] = arguments.pop("stop_strings")
        return ORACLE / "calls.graph", f"{_SERVICES[case['model']]}.{method}", arguments
