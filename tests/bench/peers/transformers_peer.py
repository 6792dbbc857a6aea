#!/usr/bin/env python3
"""Runs the bench's workloads with the transformers library, on request over JSON lines; see harness/peer.py.

With --compile, decoders and encoders go through torch.compile first; the page's pipelines, which the other rows call, do not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(PROJECT / "tools" / "oracle"), str(PROJECT / "tests" / "bench")]
from harness import onnx_export, serving, workloads  # noqa: E402
from harness.serving import Answer, Way, Work  # noqa: E402
from harness.workloads import Task, Workload  # noqa: E402


class Transformers(serving.Library):
    packages = ("transformers", "torch")

    def __init__(self, models: Path, cores: int, cache: Path):
        from reference.models import Models

        super().__init__(models, cores, cache)
        self._models = Models(models)

    def generator(self, model: str, form: str, threads: int) -> serving.Generate:
        import torch

        writer = self._models.writer(model)
        end = writer.model.config.eos_token_id
        options = {"do_sample": False, "pad_token_id": end, **self._decoding(writer.model)}

        def generate(ids: list[int], count: int) -> list[int]:
            torch.set_num_threads(threads)  # of this thread only
            given = torch.tensor([ids])
            with torch.inference_mode():
                # The least number keeps the end token from being chosen.
                output = writer.model.generate(
                    given, attention_mask=torch.ones_like(given), max_new_tokens=count, min_new_tokens=count, **options
                )
            return output[0, len(ids) :].tolist()

        return generate

    def encoder(self, model: str, form: str, threads: int) -> serving.Forward:
        import torch

        classifier = self._models.classifier(model)
        forward = self._forward(classifier.model)
        names = onnx_export.inputs_of(classifier.model)

        def run(encoded: dict[str, Any]) -> Any:
            torch.set_num_threads(threads)
            with torch.inference_mode():
                inputs = {name: torch.from_numpy(encoded[name]) for name in names}
                return forward(**inputs).logits.numpy()

        return run

    def ways(self, workload: Workload) -> dict[str, Way]:
        if workload.task is Task.REFERENCE_GRAPH:
            return self._reference_graph()
        if workload.task is Task.ENSEMBLE:
            return self._ensemble(workload.input["input_data"])
        return super().ways(workload)

    def _decoding(self, model: Any) -> dict[str, Any]:
        """What `generate` is told beside the common options."""
        return {}

    def _forward(self, model: Any) -> Callable[..., Any]:
        return model

    def _with_threads(self, work: Work, threads: int) -> Work:
        import torch

        def run() -> Any:
            torch.set_num_threads(threads)
            return work()

        return run

    def _then(self, ways: dict[str, Way], then: Callable[[list[Any]], Any]) -> dict[str, Way]:
        """The same ways, each followed by a step with all cores."""

        def followed(way: Way) -> Work:
            work = way()
            last = self._with_threads(lambda: then(work()), self.cores)
            return last

        return {name: lambda way=way: followed(way) for name, way in ways.items()}

    def _reference_graph(self) -> dict[str, Way]:
        import torch
        from transformers import pipeline

        scorer = self._models.classifier(workloads.BERT)

        def job(name: str, threads: int) -> Work:
            writer = self._models.writer(name)
            run = pipeline("text-generation", model=writer.model, tokenizer=writer.tokenizer)
            end = writer.model.config.eos_token_id
            options = {"max_length": workloads.MAX_LENGTH, "do_sample": False, "pad_token_id": end}
            return self._with_threads(lambda: run(workloads.PROMPT, **options)[0]["generated_text"], threads)

        def score(texts: list[str]) -> Any:
            torch.set_num_threads(self.cores)
            return [{"generated": text, "score": scorer.classify(text)["score"]} for text in texts]

        writers = (workloads.GPT2, workloads.DISTILGPT2)
        return self._then(
            self.side_by_side(len(writers), lambda threads: [job(name, threads) for name in writers]), score
        )

    def _ensemble(self, text: str) -> dict[str, Way]:
        judge = self._models.classifier(workloads.ROBERTA_MNLI)
        sentiment = self._models.classifier(workloads.DISTILBERT)
        jobs: list[Work] = [
            lambda: judge.choose(text, workloads.LABELS, workloads.TEMPLATE),
            lambda: sentiment.classify(text),
        ]
        return self._then(
            self.side_by_side(len(jobs), lambda threads: [self._with_threads(job, threads) for job in jobs]),
            lambda both: {"zero_shot_classification": both[0], "sentiment_analysis": both[1]},
        )


class Compiled(Transformers):
    """The same behind torch.compile. A decoder needs a key/value cache of fixed size, or every step compiles anew."""

    def _decoding(self, model: Any) -> dict[str, Any]:
        import torch

        if not hasattr(model, "eager_forward"):
            model.eager_forward = model.forward
            model.forward = torch.compile(model.forward)
        return {"cache_implementation": "static"}

    def _forward(self, model: Any) -> Callable[..., Any]:
        import torch

        return torch.compile(model)

    def ways(self, workload: Workload) -> dict[str, Way]:
        if workload.task in (Task.REFERENCE_GRAPH, Task.ENSEMBLE):
            raise NotImplementedError("the page's pipelines are not compiled")
        return super().ways(workload)


if __name__ == "__main__":
    serving.main(Transformers, __doc__, {"--compile": Compiled})
