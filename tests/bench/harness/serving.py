"""What every peer's process shares: the rows in terms of a few hooks, the search for the fastest way, and the protocol.

A peer subclasses Library, fills in what its library can do, and calls `main`. Nothing here needs more than the
standard library, numpy and tokenizers, so that it works in every peer's environment.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import workloads
from harness.workloads import Precision, Task, Workload

if TYPE_CHECKING:
    import numpy
    from tokenizers import Tokenizer

PROJECT = Path(__file__).resolve().parents[3]

Work = Callable[[], Any]
# Loads what one way of running a workload needs and returns what is timed.
Way = Callable[[], Work]
# From prompt ids and a number of tokens to exactly that many new ids, greedily; the end token does not end it.
Generate = Callable[[list[int], int], list[int]]
# From "input_ids", "attention_mask" and "token_type_ids", each int64 of [texts, tokens], to logits of [texts, labels].
Forward = Callable[[dict[str, "numpy.ndarray"]], "numpy.ndarray"]


@dataclass(frozen=True)
class Answer:
    """What a workload gave: the value that the entry returns, and the ids behind it where texts were written."""

    result: Any
    ids: list[list[int]] | None = None  # new tokens, a list a writer


class Library:
    """One library's side of the bench."""

    packages: tuple[str, ...] = ()  # whose versions say what ran

    def __init__(self, models: Path, cores: int, cache: Path):
        self.models = models
        self.cores = cores
        self._cache = cache
        self._tokenizers: dict[str, Tokenizer] = {}

    # What a peer fills in.

    def generator(self, model: str, form: str, threads: int) -> Generate:
        """A loaded decoder that computes on this many threads."""
        raise NotImplementedError(f"{type(self).__name__} writes no text")

    def encoder(self, model: str, form: str, threads: int) -> Forward:
        """A loaded classifier, head included, that computes on this many threads."""
        raise NotImplementedError(f"{type(self).__name__} classifies nothing")

    def forms(self, precision: Precision) -> tuple[str, ...]:
        """The forms of the weights to choose the fastest from; those of one class of precision."""
        return (precision.value,)

    def ways(self, workload: Workload) -> dict[str, Way]:
        """The ways to run a workload, by name."""
        makers = {
            Task.WRITE: self._ways_to_write,
            Task.CLASSIFY: self._ways_to_classify,
            Task.CHOOSE: self._ways_to_choose,
        }
        if workload.task not in makers:
            raise NotImplementedError(f"{type(self).__name__} does not run {workload.task.value}")
        return makers[workload.task](workload)

    def finish(self, workload: Workload, outcome: Any) -> Answer:
        """From what the work gave to what the entry returns; not timed."""
        if workload.task is Task.WRITE:
            return self._written(workload, outcome)
        if workload.task is Task.CLASSIFY:
            return Answer([self.best_label(workload.calls[0].model, outcome[0])])
        if workload.task is Task.CHOOSE:
            return Answer(self._choice(workload, outcome))
        return Answer(outcome)

    def classify(self, model: str, texts: list[str]) -> list[dict[str, Any]]:
        """The best label of each text with all cores; the encoder stays loaded. For who wires several peers together."""
        if not hasattr(self, "_scorer"):
            self._scorer = self.encoder(model, Precision.FP32.value, self.cores)
        return [self.best_label(model, self._scorer(self.encode([(text,)], model))[0]) for text in texts]

    def close(self) -> None:
        """Ends what the library started."""

    # What peers use.

    def tokenizer(self, model: str) -> Tokenizer:
        from tokenizers import Tokenizer

        if model not in self._tokenizers:
            self._tokenizers[model] = Tokenizer.from_file(str(self.models / model / "tokenizer.json"))
        return self._tokenizers[model]

    def config(self, model: str) -> dict[str, Any]:
        return json.loads((self.models / model / "config.json").read_text(encoding="utf-8"))

    def prompt_ids(self, model: str) -> list[int]:
        return self.tokenizer(model).encode(workloads.PROMPT).ids

    def encode(self, texts: list[tuple[str, ...]], model: str) -> dict[str, numpy.ndarray]:
        """Texts, or pairs of them, as one padded batch."""
        import numpy

        tokenizer = self.tokenizer(model)
        tokenizer.enable_padding(pad_id=self.config(model)["pad_token_id"])
        encoded = [tokenizer.encode(*text) for text in texts]
        columns = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        return {
            name: numpy.array([getattr(text, column) for text in encoded], dtype=numpy.int64)
            for name, column in columns.items()
        }

    def best_label(self, model: str, logits: numpy.ndarray) -> dict[str, Any]:
        shares = _softmax(logits)
        best = int(shares.argmax())
        return {"label": self.config(model).get("id2label", {}).get(str(best), f"LABEL_{best}"), "score": float(shares[best])}

    def converted(self, model: str, form: str, convert: Callable[[Path], None]) -> Path:
        """The folder of a model's converted weights; `convert` fills it the first time.

        Another weights file or another release of the peer's packages makes another folder.
        """
        weights = self.models / model / "model.safetensors"
        status = weights.stat()
        origin = [str(weights.resolve()), status.st_size, status.st_mtime_ns, self.versions()]
        stamp = hashlib.sha256(json.dumps(origin).encode()).hexdigest()[:12]
        folder = self._cache / model.replace("/", "--") / f"{form}-{stamp}"
        if not folder.exists():
            part = folder.with_name(folder.name + ".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            convert(part)
            part.rename(folder)
        return folder

    def versions(self) -> dict[str, str]:
        """Of what runs; known to be whole once a workload has been prepared."""
        return {name: metadata.version(name) for name in self.packages}

    def side_by_side(self, count: int, load: Callable[[int], list[Work]]) -> dict[str, Way]:
        """Several jobs at once with the cores shared or fought over, or one after the other with all of them.

        `load` makes the `count` jobs for a number of threads each.
        """

        def at_once(threads: int) -> Work:
            jobs = load(threads)
            return lambda: beside(jobs)

        def one_by_one() -> Work:
            jobs = load(self.cores)
            return lambda: [job() for job in jobs]

        ways: dict[str, Way] = {}
        for threads in sorted({max(1, self.cores // count), self.cores}):
            ways[f"side by side, {threads} threads each"] = lambda threads=threads: at_once(threads)
        return {**ways, f"one by one, {self.cores} threads": one_by_one}

    def on_some_cores(self, load: Callable[[int], Work]) -> dict[str, Way]:
        """On one core and on all of them."""
        return {
            f"with {threads} of {self.cores} cores": lambda threads=threads: load(threads)
            for threads in sorted({1, self.cores})
        }

    # The rows, in terms of the hooks.

    def _ways_to_write(self, workload: Workload) -> dict[str, Way]:
        def job(model: str, form: str, threads: int) -> Work:
            generate = self.generator(model, form, threads)
            ids = self.prompt_ids(model)
            return lambda: generate(ids, workloads.MAX_LENGTH - len(ids))

        models = [call.model for call in workload.calls]
        ways: dict[str, Way] = {}
        for form in self.forms(workload.precision):
            if len(models) == 1:
                found = self.on_some_cores(lambda threads, form=form: _listed(job(models[0], form, threads)))
            else:
                found = self.side_by_side(
                    len(models), lambda threads, form=form: [job(model, form, threads) for model in models]
                )
            ways |= {self._way_name(name, form, workload): way for name, way in found.items()}
        return ways

    def _written(self, workload: Workload, ids: list[list[int]]) -> Answer:
        texts = [
            workloads.PROMPT + self.tokenizer(call.model).decode(new, skip_special_tokens=True)
            for call, new in zip(workload.calls, ids, strict=True)
        ]
        values = [[{"generated_text": text}] for text in texts]
        return Answer(values[0] if len(values) == 1 else values, ids)

    def _ways_to_classify(self, workload: Workload) -> dict[str, Way]:
        model = workload.calls[0].model
        encoded = self.encode([(workload.input["text"],)], model)

        def load(form: str, threads: int) -> Work:
            forward = self.encoder(model, form, threads)
            return lambda: forward(encoded)

        return self._in_forms(workload, load)

    def _ways_to_choose(self, workload: Workload) -> dict[str, Way]:
        import numpy

        model = workload.calls[0].model
        pairs = [(workload.input["text"], workloads.TEMPLATE.format(label)) for label in workloads.LABELS]

        def at_once(form: str, threads: int) -> Work:
            forward = self.encoder(model, form, threads)
            return lambda: forward(self.encode(pairs, model))

        def one_by_one(form: str, threads: int) -> Work:
            forward = self.encoder(model, form, threads)
            return lambda: numpy.concatenate([forward(self.encode([pair], model)) for pair in pairs])

        ways: dict[str, Way] = {}
        for kind, load in (("one batch", at_once), ("pair by pair", one_by_one)):
            ways |= {f"{kind}, {name}": way for name, way in self._in_forms(workload, load).items()}
        return ways

    def _choice(self, workload: Workload, logits: numpy.ndarray) -> dict[str, Any]:
        names = self.config(workload.calls[0].model)["id2label"]
        entails = next(int(index) for index, name in names.items() if name.lower().startswith("entail"))
        shares = _softmax(logits[:, entails])
        order = sorted(range(len(shares)), key=lambda index: -shares[index])
        return {
            "sequence": workload.input["text"],
            "labels": [workloads.LABELS[index] for index in order],
            "scores": [float(shares[index]) for index in order],
        }

    def _in_forms(self, workload: Workload, load: Callable[[str, int], Work]) -> dict[str, Way]:
        ways: dict[str, Way] = {}
        for form in self.forms(workload.precision):
            found = self.on_some_cores(lambda threads, form=form: load(form, threads))
            ways |= {self._way_name(name, form, workload): way for name, way in found.items()}
        return ways

    def _way_name(self, way: str, form: str, workload: Workload) -> str:
        return way if len(self.forms(workload.precision)) == 1 else f"{form}, {way}"


def beside(jobs: list[Work]) -> list[Any]:
    """Runs the jobs at the same time, a Python thread each."""
    results: list[Any] = [None] * len(jobs)
    failures: list[Exception] = []

    def body(index: int) -> None:
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


def timed(work: Work) -> tuple[float, Any]:
    begin = time.perf_counter()
    outcome = work()
    return time.perf_counter() - begin, outcome


def fastest(ways: dict[str, Way]) -> str:
    """The name of the fastest way, each loaded and warmed up once; a short one is measured more often.

    A way that fails is no way; where all fail, the last failure is raised.
    """
    if len(ways) == 1:
        return next(iter(ways))
    best: dict[str, float] = {}
    failure: Exception | None = None
    for name, way in ways.items():
        try:
            work = way()
            tries = 5 if timed(work)[0] < 1 else 1
            best[name] = min(timed(work)[0] for _ in range(tries))
        except Exception as error:
            failure = error
        work = None
        gc.collect()  # the next way loads its own copy of the weights
    if not best:
        raise failure or ValueError("no way to run this")
    return min(best, key=best.__getitem__)


def main(library: type[Library], about: str, variants: dict[str, type[Library]] | None = None) -> None:
    """Reads the command line and answers requests until the input ends. A variant's flag puts it in the library's place."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--models", type=Path, default=PROJECT / ".models", metavar="DIR", help="default: .models")
    parser.add_argument("--cores", type=int, required=True, metavar="N", help="threads in all, never more")
    parser.add_argument("--cache", type=Path, required=True, metavar="DIR", help="for converted weights")
    for flag, variant in (variants or {}).items():
        parser.add_argument(flag, dest="library", action="store_const", const=variant, default=library)
    options = parser.parse_args()
    chosen = getattr(options, "library", library)
    with contextlib.closing(chosen(options.models, options.cores, options.cache)) as opened:
        _serve(opened)


def _serve(library: Library) -> None:
    answers = _keep_output_clean()
    ready: dict[str, Work] = {}
    for line in sys.stdin:
        try:
            for reply in _reply(library, json.loads(line), ready):
                answers(reply)
        except Exception as error:
            answers({"error": f"{type(error).__name__}: {error}"})


def _keep_output_clean() -> Callable[[dict[str, Any]], None]:
    """What writes answers; whatever else libraries print goes to standard error."""
    output = open(os.dup(1), "w", encoding="utf-8")  # noqa: SIM115: open as long as the process
    os.dup2(2, 1)

    def write(value: dict[str, Any]) -> None:
        output.write(json.dumps(value, ensure_ascii=False) + "\n")
        output.flush()

    return write


def _reply(library: Library, request: dict[str, Any], ready: dict[str, Work]) -> Iterator[dict[str, Any]]:
    if request["run"] == "classify":
        seconds, labels = timed(lambda: library.classify(request["model"], request["texts"]))
        yield {"versions": library.versions()}
        yield {"run": "classify", "seconds": seconds, "result": labels}
        return
    workload = workloads.named(request["run"])
    if workload.name not in ready:
        ways = library.ways(workload)
        way = next(iter(ways)) if request.get("ways") == "first" else fastest(ways)
        ready[workload.name] = ways[way]()
        yield {"way": way, "versions": library.versions()}
    seconds, outcome = timed(ready[workload.name])
    answer = library.finish(workload, outcome)
    yield {"run": workload.name, "seconds": seconds, "result": answer.result, "ids": answer.ids}


def _listed(work: Work) -> Work:
    return lambda: [work()]


def _softmax(logits: numpy.ndarray) -> numpy.ndarray:
    import numpy

    raised = numpy.exp(logits.astype(numpy.float64) - logits.max())
    return raised / raised.sum()
