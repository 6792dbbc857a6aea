#!/usr/bin/env python3
"""Runs the bench's workloads with the transformers library, on request over JSON lines; see harness/peer.py.

Each workload is tried with every sensible use of the allowed cores when it is first asked for, and then always
runs with the fastest. Only the work itself is timed: models are loaded, and for the rows of one model prompts
are turned into ids, before the clock starts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(PROJECT / "tools" / "oracle"), str(PROJECT / "tests" / "bench")]
from reference import environment  # noqa: E402

from harness import workloads  # noqa: E402

Work = Callable[[], Any]
# Several ways to run one workload, by name; each sets the library's threads itself.
Ways = dict[str, Work]


def beside(jobs: list[Work], threads: int) -> list[Any]:
    """Runs the jobs at the same time, a Python thread each, with `threads` library threads each."""
    import torch

    results: list[Any] = [None] * len(jobs)
    failures: list[Exception] = []

    def body(index: int) -> None:
        torch.set_num_threads(threads)
        try:
            results[index] = jobs[index]()
        except Exception as error:
            failures.append(error)

    started = [threading.Thread(target=body, args=(index,)) for index in range(len(jobs))]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if failures:
        raise failures[0]
    return results


class Workloads:
    """The workloads, each of which loads its models when it is made."""

    def __init__(self, models: Path, cores: int):
        from reference.models import Models

        self._models = Models(models)
        self._cores = cores

    def ways(self, name: str) -> tuple[Ways, Callable[[Any], Any]]:
        """The ways to run a workload, and what turns its outcome into the value that the entry returns."""
        workload = next(workload for workload in workloads.WORKLOADS if workload.name == name)
        if name == "reference_graph":
            return self._reference_graph(), lambda outcome: outcome
        if name == "zero_shot":
            return self._ensemble(workload.input["input_data"]), lambda outcome: outcome
        if name.startswith("bert_"):
            return self._bert(workload.input["text"])
        return self._writer(workload.calls[0].model)

    def _with_threads(self, work: Work) -> Ways:
        """On one core and on all."""
        import torch

        def run(threads: int) -> Any:
            torch.set_num_threads(threads)
            return work()

        counts = sorted({1, self._cores})
        return {f"with {count} of {self._cores} cores": lambda count=count: run(count) for count in counts}

    def _side_by_side(self, jobs: list[Work], then: Callable[[list[Any]], Any]) -> Ways:
        """Both jobs at once with the cores shared or fought over, or one after the other with all of them."""
        import torch

        def finish(outcomes: list[Any]) -> Any:
            torch.set_num_threads(self._cores)
            return then(outcomes)

        def one_by_one() -> Any:
            torch.set_num_threads(self._cores)
            return finish([job() for job in jobs])

        shared = max(1, self._cores // len(jobs))
        return {
            f"side by side, {shared} threads each": lambda: finish(beside(jobs, shared)),
            f"side by side, {self._cores} threads each": lambda: finish(beside(jobs, self._cores)),
            f"one by one, {self._cores} threads": one_by_one,
        }

    def _reference_graph(self) -> Ways:
        from transformers import pipeline

        scorer = self._models.classifier(workloads.BERT)

        def job(name: str) -> Work:
            writer = self._models.writer(name)
            run = pipeline("text-generation", model=writer.model, tokenizer=writer.tokenizer)
            end = writer.model.config.eos_token_id
            options = {"max_length": workloads.MAX_LENGTH, "do_sample": False, "pad_token_id": end}
            return lambda: run(workloads.PROMPT, **options)[0]["generated_text"]

        def score(texts: list[str]) -> Any:
            return [{"generated": text, "score": scorer.classify(text)["score"]} for text in texts]

        return self._side_by_side([job(workloads.GPT2), job(workloads.DISTILGPT2)], score)

    def _writer(self, name: str) -> tuple[Ways, Callable[[Any], Any]]:
        import torch

        writer = self._models.writer(name)
        encoded = writer.tokenizer(workloads.PROMPT, return_tensors="pt")
        options = {"max_length": workloads.MAX_LENGTH, "do_sample": False}
        options["pad_token_id"] = writer.model.config.eos_token_id

        def work() -> Any:
            with torch.inference_mode():
                return writer.model.generate(**encoded, **options)

        def finish(ids: Any) -> Any:
            new = ids[0, encoded.input_ids.shape[1] :]
            return [{"generated_text": workloads.PROMPT + writer.tokenizer.decode(new, skip_special_tokens=True)}]

        return self._with_threads(work), finish

    def _bert(self, text: str) -> tuple[Ways, Callable[[Any], Any]]:
        import torch

        classifier = self._models.classifier(workloads.BERT)
        encoded = classifier.tokenizer(text, return_tensors="pt")

        def work() -> Any:
            with torch.inference_mode():
                return classifier.model(**encoded).logits

        def finish(logits: Any) -> Any:
            score, label = torch.softmax(logits[0], dim=-1).max(dim=-1)
            return [{"label": classifier.model.config.id2label[label.item()], "score": score.item()}]

        return self._with_threads(work), finish

    def _ensemble(self, text: str) -> Ways:
        from reference.models import LABELS, TEMPLATE

        judge = self._models.classifier(workloads.ROBERTA_MNLI)
        sentiment = self._models.classifier(workloads.DISTILBERT)
        jobs = [lambda: judge.choose(text, LABELS, TEMPLATE), lambda: sentiment.classify(text)]
        return self._side_by_side(
            jobs, lambda both: {"zero_shot_classification": both[0], "sentiment_analysis": both[1]}
        )


def timed(work: Work) -> tuple[float, Any]:
    begin = time.perf_counter()
    outcome = work()
    return time.perf_counter() - begin, outcome


def fastest(ways: Ways) -> str:
    """The name of the fastest way, each warmed up once; a short one is measured more often."""
    if len(ways) == 1:
        return next(iter(ways))
    best = {}
    for name, work in ways.items():
        tries = 5 if timed(work)[0] < 1 else 1
        best[name] = min(timed(work)[0] for _ in range(tries))
    return min(best, key=best.__getitem__)


def digest(result: Any) -> str:
    """Equal for equal texts and labels and for scores that agree in three digits."""
    text = json.dumps(result, sort_keys=True, ensure_ascii=False)
    rounded = json.loads(text, parse_float=lambda number: f"{float(number):.3f}")
    return hashlib.sha256(json.dumps(rounded, sort_keys=True).encode()).hexdigest()[:16]


def answer(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def serve(models: Path, cores: int) -> None:
    """Answers requests until the input ends."""
    loaded = Workloads(models, cores)
    ready: dict[str, tuple[Work, Callable[[Any], Any]]] = {}
    for line in sys.stdin:
        try:
            name = json.loads(line)["run"]
            if name not in ready:
                ways, finish = loaded.ways(name)
                way = fastest(ways)
                ready[name] = ways[way], finish
                answer({"way": way})
            work, finish = ready[name]
            seconds, outcome = timed(work)
            result = finish(outcome)
            answer({"run": name, "seconds": seconds, "digest": digest(result), "result": result})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="transformers_peer", description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=PROJECT / ".models", metavar="DIR", help="default: .models")
    parser.add_argument("--cores", type=int, required=True, metavar="N", help="threads in all, never more")
    return parser.parse_args()


if __name__ == "__main__":
    options = parse()
    environment.enter(__file__)
    serve(options.models, options.cores)
