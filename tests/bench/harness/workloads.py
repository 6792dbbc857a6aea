"""What is measured: each row of the table, as every peer is told about it."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GPT2 = "openai-community/gpt2"
DISTILGPT2 = "distilbert/distilgpt2"
BERT = "google-bert/bert-base-uncased"
ROBERTA_MNLI = "FacebookAI/roberta-large-mnli"
DISTILBERT = "distilbert/distilbert-base-uncased"

PROMPT = "I have an idea!"
REVIEW = "The plot was thin, but I still enjoyed every minute of it."
MAX_LENGTH = 128
_NEW_TOKENS = 123  # of MAX_LENGTH; the prompt has five

# Each is one token of the uncased BERT vocabulary.
_WORDS = "the of and in to was he is as for on with that it his by at from her she".split()


def text_of(tokens: int) -> str:
    """A text of this many BERT tokens, the two special ones counted."""
    return " ".join(_WORDS[index % len(_WORDS)] for index in range(tokens - 2))


@dataclass(frozen=True)
class Call:
    """One call of a model, in the terms that its lower bound is made of."""

    model: str
    passes: int  # over the weights
    tokens: int  # a pass


@dataclass(frozen=True)
class Workload:
    """One row."""

    name: str
    title: str
    graph: str  # from the project's folder
    entry: str
    input: dict[str, Any]
    calls: tuple[Call, ...]

    def bound(self, models: Path, bandwidth: float, peak: float) -> float:
        """Seconds that no fp32 run on this machine can beat: every call's bytes or arithmetic, whichever is more."""
        return sum(_bound(call, models, bandwidth, peak) for call in self.calls)

    def weight_bytes(self, models: Path) -> int:
        """Bytes of the weight files of every model in the row."""
        names = {call.model for call in self.calls}
        return sum((models / name / "model.safetensors").stat().st_size for name in names)


WORKLOADS = [
    Workload(
        "reference_graph",
        "reference graph",
        "graphs/inference_graph.graph",
        "InferenceGraph.generate_score",
        {"original_sentence": PROMPT},
        # BERT cuts the two texts into at least about as many tokens as were written.
        (
            Call(GPT2, _NEW_TOKENS, 1),
            Call(DISTILGPT2, _NEW_TOKENS, 1),
            Call(BERT, 1, 2 * MAX_LENGTH),
        ),
    ),
    Workload(
        "gpt2_alone",
        "GPT-2 alone",
        "tests/bench/graphs/gpt2_alone.graph",
        "Writer.write",
        {"sentence": PROMPT},
        (Call(GPT2, _NEW_TOKENS, 1),),
    ),
    Workload(
        "distilgpt2_alone",
        "DistilGPT2 alone",
        "tests/bench/graphs/distilgpt2_alone.graph",
        "Writer.write",
        {"sentence": PROMPT},
        (Call(DISTILGPT2, _NEW_TOKENS, 1),),
    ),
    *(
        Workload(
            f"bert_{tokens}",
            f"BERT, {tokens} tokens",
            "tests/bench/graphs/bert.graph",
            "Scorer.score",
            {"text": text_of(tokens)},
            (Call(BERT, 1, tokens),),
        )
        for tokens in (16, 128)
    ),
    Workload(
        "zero_shot",
        "zero-shot ensemble",
        "graphs/ensemble.graph",
        "EnsembleService.ensemble_predict",
        {"input_data": REVIEW},
        # A premise of 14 tokens with a hypothesis of 5, and four special tokens, for each of three labels.
        (Call(ROBERTA_MNLI, 1, 3 * 23), Call(DISTILBERT, 1, 16)),
    ),
]


def _bound(call: Call, models: Path, bandwidth: float, peak: float) -> float:
    parameters = _streamed_parameters(models / call.model / "model.safetensors")
    return call.passes * max(4 * parameters / bandwidth, 2 * parameters * call.tokens / peak)


def _streamed_parameters(path: Path) -> int:
    """Parameters that every pass reads whole: the matrices, without tables of which it reads some rows."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    total = 0
    for name, entry in header.items():
        # GPT-2's token table is its output projection too, so a decoder reads all of it.
        in_layers = ".layer." in name or name.removeprefix("transformer.").startswith(("h.", "wte."))
        if in_layers and len(entry["shape"]) == 2:
            total += entry["shape"][0] * entry["shape"][1]
    return total
