"""What is measured: each row of the table, as every peer is told about it."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.probe import Machine

GPT2 = "openai-community/gpt2"
DISTILGPT2 = "distilbert/distilgpt2"
BERT = "google-bert/bert-base-uncased"
ROBERTA_MNLI = "FacebookAI/roberta-large-mnli"
DISTILBERT = "distilbert/distilbert-base-uncased"

PROMPT = "I have an idea!"
REVIEW = "The plot was thin, but I still enjoyed every minute of it."
LABELS = ["positive", "negative", "neutral"]
TEMPLATE = "This text is about {}"
MAX_LENGTH = 128
_NEW_TOKENS = 123  # of MAX_LENGTH; the prompt has five

# Each is one token of the uncased BERT vocabulary.
_WORDS = "the of and in to was he is as for on with that it his by at from her she".split()


def text_of(tokens: int) -> str:
    """A text of this many BERT tokens, the two special ones counted."""
    return " ".join(_WORDS[index % len(_WORDS)] for index in range(tokens - 2))


class Task(Enum):
    """What a row asks for; the value is what `--list` calls it."""

    WRITE = "generation"
    CLASSIFY = "one forward pass"
    CHOOSE = "zero-shot"
    REFERENCE_GRAPH = "the reference graph"
    ENSEMBLE = "two classifiers"


class Precision(Enum):
    """How weights are stored, which is what a row's limit and its quality gate follow from.

    FP32 answers must be equal to the reference's. The other two are classes of their own: their answers' agreement
    with fp32 is told and is no fault.
    """

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"

    @property
    def bytes(self) -> int:
        """Of one weight."""
        return {Precision.FP32: 4, Precision.BF16: 2, Precision.INT8: 1}[self]


@dataclass(frozen=True)
class Call:
    """One call of a model, in the terms that its lower bound is made of."""

    model: str
    passes: int  # over the weights
    tokens: int  # a pass


@dataclass(frozen=True)
class Workload:
    """One row. Its graph is written in fp32; that of another class is the same with the precision of each model set."""

    name: str
    title: str
    task: Task
    precision: Precision
    graph: str  # from the project's folder
    entry: str
    input: dict[str, Any]
    calls: tuple[Call, ...]

    def bound(self, models: Path, machine: Machine) -> float:
        """Seconds that no run of this precision with a pass a token can beat here: every call's bytes or arithmetic."""
        return sum(_bound(call, self.precision, models, machine) for call in self.calls)

    def weight_bytes(self, models: Path) -> int:
        """Bytes of the weight files of every model in the row, as they lie in fp32."""
        names = {call.model for call in self.calls}
        return sum((models / name / "model.safetensors").stat().st_size for name in names)


def _writers(
    name: str, title: str, precision: Precision, models: tuple[str, ...], graph: str, entry: str
) -> Workload:
    calls = tuple(Call(model, _NEW_TOKENS, 1) for model in models)
    return Workload(name, title, Task.WRITE, precision, graph, entry, {"sentence": PROMPT}, calls)


def _in_every_precision(name: str, title: str, models: tuple[str, ...], graph: str, entry: str) -> list[Workload]:
    """The fp32 row of a graph, and those of the other classes."""
    return [
        _writers(name, title, Precision.FP32, models, graph, entry),
        *(
            _writers(f"{name}_{precision.value}", f"{title}, {precision.value}", precision, models, graph, entry)
            for precision in (Precision.BF16, Precision.INT8)
        ),
    ]


def _forward(name: str, title: str, model: str, tokens: int, precision: Precision, graph: str) -> Workload:
    call = Call(model, 1, tokens)
    given = {"text": text_of(tokens)}
    return Workload(name, title, Task.CLASSIFY, precision, graph, "Scorer.score", given, (call,))


def _forwards(short: str, title: str, model: str) -> list[Workload]:
    """A short and a long text, in fp32 and in bf16."""
    graph = f"tests/bench/graphs/{short}.graph"
    rows = []
    for tokens in (16, 128):
        named = f"{short}_{tokens}", f"{title}, {tokens} tokens"
        rows.append(_forward(*named, model, tokens, Precision.FP32, graph))
        rows.append(_forward(f"{named[0]}_bf16", f"{named[1]}, bf16", model, tokens, Precision.BF16, graph))
    return rows


# A premise of 14 tokens with a hypothesis of 5, and four special tokens, for each of three labels.
_THREE_PAIRS = Call(ROBERTA_MNLI, 1, 3 * 23)

WORKLOADS = [
    Workload(
        "reference_graph",
        "reference graph",
        Task.REFERENCE_GRAPH,
        Precision.FP32,
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
    *_in_every_precision(
        "both_writers",
        "both writers",
        (GPT2, DISTILGPT2),
        "tests/bench/graphs/both_writers.graph",
        "Writers.write",
    ),
    *_in_every_precision(
        "gpt2_alone", "GPT-2 alone", (GPT2,), "tests/bench/graphs/gpt2_alone.graph", "Writer.write"
    ),
    *_in_every_precision(
        "distilgpt2_alone",
        "DistilGPT2 alone",
        (DISTILGPT2,),
        "tests/bench/graphs/distilgpt2_alone.graph",
        "Writer.write",
    ),
    *_forwards("bert", "BERT", BERT),
    *_forwards("distilbert", "DistilBERT", DISTILBERT),
    Workload(
        "zero_shot",
        "RoBERTa-large, zero-shot of 3 labels",
        Task.CHOOSE,
        Precision.FP32,
        "tests/bench/graphs/zero_shot.graph",
        "Judge.choose",
        {"text": REVIEW},
        (_THREE_PAIRS,),
    ),
    Workload(
        "ensemble",
        "zero-shot ensemble",
        Task.ENSEMBLE,
        Precision.FP32,
        "graphs/ensemble.graph",
        "EnsembleService.ensemble_predict",
        {"input_data": REVIEW},
        (_THREE_PAIRS, Call(DISTILBERT, 1, 16)),
    ),
]


def named(name: str) -> Workload:
    """The row of this name."""
    return next(workload for workload in WORKLOADS if workload.name == name)


def _bound(call: Call, precision: Precision, models: Path, machine: Machine) -> float:
    matrices = _matrices(models / call.model / "model.safetensors")
    parameters = sum(matrices.values())
    # Activations of int8 weights are fp32 or bf16 in every peer: the faster of the two bounds the arithmetic.
    peak = machine.peak if precision is Precision.FP32 else machine.bf16_peak
    products = call.tokens * parameters
    last = max(_layer(name) for name in matrices)
    if last >= 0:
        # Only an encoder's first token is read, so its last layer needs keys and values of the others and nothing else.
        unread = sum(size for name, size in matrices.items() if _layer(name) == last and not _KEYS_OR_VALUES.search(name))
        products -= (call.tokens - 1) * unread
    return call.passes * max(precision.bytes * parameters / machine.bandwidth, 2 * products / peak)


_LAYER = re.compile(r"\.layer\.(\d+)\.")
_KEYS_OR_VALUES = re.compile(r"attention\.(self\.key|self\.value|k_lin|v_lin)\.")


def _layer(name: str) -> int:
    """The number of an encoder's layer; negative for all else."""
    match = _LAYER.search(name)
    return int(match[1]) if match else -1


def _matrices(path: Path) -> dict[str, int]:
    """Parameters of the matrices that every pass reads whole, without tables of which it reads some rows."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    sizes = {}
    for name, entry in header.items():
        # GPT-2's token table is its output projection too, so a decoder reads all of it.
        in_layers = ".layer." in name or name.removeprefix("transformer.").startswith(("h.", "wte."))
        if in_layers and len(entry["shape"]) == 2:
            sizes[name] = entry["shape"][0] * entry["shape"][1]
    return sizes
