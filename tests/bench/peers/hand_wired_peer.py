#!/usr/bin/env python3
"""Runs the reference graph from the best parts of the other peers, on request over JSON lines; see harness/peer.py.

Two processes: one whose library writes both texts in two threads, one whose library then scores them. Every pair of
installed libraries is a way; the pipes between the processes cost well under a millisecond.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import catalog, serving, workloads  # noqa: E402
from harness.peer import Peer, PeerError  # noqa: E402
from harness.serving import Way, Work  # noqa: E402
from harness.workloads import Task, Workload  # noqa: E402

_WRITERS = ("llama_cpp", "openvino_genai", "ctranslate2")
_SCORERS = ("openvino", "onnxruntime")
_BOTH = "both_writers"


class HandWired(serving.Library):
    def __init__(self, models: Path, cores: int, cache: Path):
        super().__init__(models, cores, cache)
        self._open = ExitStack()
        self._parts: list[Peer] = []

    def ways(self, workload: Workload) -> dict[str, Way]:
        if workload.task is not Task.REFERENCE_GRAPH:
            raise NotImplementedError("only the reference graph is wired by hand")
        writer, scorer = self._fastest(_WRITERS, self._write), self._fastest(_SCORERS, self._score)
        title = " and ".join(catalog.named(name).title for name in (writer, scorer))
        return {title: lambda: self._wire(writer, scorer)}

    def versions(self) -> dict[str, str]:
        return {name: version for part in self._parts for name, version in part.remarks["versions"].items()}

    def close(self) -> None:
        self._open.close()

    def _wire(self, writer: str, scorer: str) -> Work:
        writing, scoring = self._parts = [self._open.enter_context(self._start(name)) for name in (writer, scorer)]
        self._score(scoring, self._write(writing)[1])  # both say what they are

        def run() -> Any:
            texts = self._write(writing)[1]
            scores = self._score(scoring, texts)[1]
            return [{"generated": text, "score": score} for text, score in zip(texts, scores, strict=True)]

        return run

    def _write(self, peer: Peer) -> tuple[float, list[str]]:
        answer = peer.run(_BOTH)
        return answer["seconds"], [written[0]["generated_text"] for written in answer["result"]]

    def _score(self, peer: Peer, texts: list[str] | None = None) -> tuple[float, list[float]]:
        given = texts or [workloads.text_of(workloads.MAX_LENGTH)] * 2
        answer = peer.ask({"run": "classify", "model": workloads.BERT, "texts": given})
        return answer["seconds"], [label["score"] for label in answer["result"]]

    def _fastest(self, names: tuple[str, ...], use: Any) -> str:
        """Of those that are installed and work; each is started, warmed up, measured and ended."""
        best: dict[str, float] = {}
        failures = []
        for name in names:
            if not catalog.python_of(catalog.named(name).environment).exists():
                continue
            try:
                with self._start(name) as peer:
                    use(peer)
                    best[name] = min(use(peer)[0] for _ in range(2))
            except PeerError as error:
                failures.append(str(error))
        if not best:
            raise RuntimeError("; ".join(failures) or f"none of these is installed: {', '.join(names)}")
        return min(best, key=best.__getitem__)

    def _start(self, name: str) -> Peer:
        contender = catalog.named(name)
        settings = catalog.Settings(self.models, Path(), self.cores)
        return Peer(name, catalog.command_of(contender, settings), dict(os.environ))


if __name__ == "__main__":
    serving.main(HandWired, __doc__)
