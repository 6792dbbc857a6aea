"""Names, shapes and distributions of the tensors of each architecture, as the published files have them.

Biases and normalisation parameters carry a little noise: a runtime that skips or swaps one of them then
gives another answer, which it would not with the zeros and ones of a fresh model.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

RANGE = 0.02  # what the six published configurations call initializer_range
BLOCK = 0.05
LOUD = 0.14  # the spread of the published GPT-2 embeddings; keeps the best token clear of the second


@dataclass(frozen=True)
class Tensor:
    """A float32 tensor drawn from N(mean, std), or, with dtype I64, the numbers 0, 1, 2, …"""

    name: str
    shape: tuple[int, ...]
    std: float = RANGE
    mean: float = 0.0
    dtype: str = "F32"

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        return self.elements * (8 if self.dtype == "I64" else 4)


def _linear(name: str, inputs: int, outputs: int, std: float = RANGE) -> list[Tensor]:
    return [Tensor(f"{name}.weight", (outputs, inputs), std), Tensor(f"{name}.bias", (outputs,))]


def _conv1d(name: str, inputs: int, outputs: int, std: float = RANGE) -> list[Tensor]:
    """GPT-2 stores its linear layers the other way round, [inputs, outputs]."""
    return [Tensor(f"{name}.weight", (inputs, outputs), std), Tensor(f"{name}.bias", (outputs,))]


def _norm(name: str, hidden: int, weight: str = "weight", bias: str = "bias") -> list[Tensor]:
    return [Tensor(f"{name}.{weight}", (hidden,), mean=1.0), Tensor(f"{name}.{bias}", (hidden,))]


def _norm_gamma_beta(name: str, hidden: int) -> list[Tensor]:
    """The spelling of the original BERT checkpoints."""
    return _norm(name, hidden, "gamma", "beta")


def gpt2(prefix: str, vocabulary: int, positions: int, hidden: int, layers: int) -> list[Tensor]:
    """GPT-2 with its head tied to `wte`, without the causal-mask buffers `attn.bias`."""
    # Louder than a fresh model, so that the blocks and not the last token decide what comes next, but not so
    # loud that the rounding of one implementation decides it.
    block = BLOCK * math.sqrt(768 / hidden) * (12 / layers) ** 0.25
    embedding = LOUD * math.sqrt(768 / hidden)
    result = [
        Tensor(f"{prefix}wte.weight", (vocabulary, hidden), embedding),
        Tensor(f"{prefix}wpe.weight", (positions, hidden), embedding),
    ]
    for layer in range(layers):
        name = f"{prefix}h.{layer}"
        result += _norm(f"{name}.ln_1", hidden)
        result += _conv1d(f"{name}.attn.c_attn", hidden, 3 * hidden, block)
        result += _conv1d(f"{name}.attn.c_proj", hidden, hidden, block)
        result += _norm(f"{name}.ln_2", hidden)
        result += _conv1d(f"{name}.mlp.c_fc", hidden, 4 * hidden, block)
        result += _conv1d(f"{name}.mlp.c_proj", 4 * hidden, hidden, block)
    return result + _norm(f"{prefix}ln_f", hidden)


_Norm = Callable[[str, int], list[Tensor]]


def _encoder_layer(name: str, hidden: int, inner: int, std: float, norm: _Norm) -> list[Tensor]:
    result = []
    for part in ("query", "key", "value"):
        result += _linear(f"{name}.attention.self.{part}", hidden, hidden, std)
    result += _linear(f"{name}.attention.output.dense", hidden, hidden, std)
    result += norm(f"{name}.attention.output.LayerNorm", hidden)
    result += _linear(f"{name}.intermediate.dense", hidden, inner, std)
    result += _linear(f"{name}.output.dense", inner, hidden, std)
    return result + norm(f"{name}.output.LayerNorm", hidden)


def _bert(prefix: str, vocabulary: int, hidden: int, inner: int, layers: int, std: float, norm: _Norm) -> list[Tensor]:
    """The base model and its pooler."""
    embeddings = f"{prefix}embeddings"
    result = [
        Tensor(f"{embeddings}.word_embeddings.weight", (vocabulary, hidden), std),
        Tensor(f"{embeddings}.position_embeddings.weight", (512, hidden), std),
        Tensor(f"{embeddings}.token_type_embeddings.weight", (2, hidden), std),
        *norm(f"{embeddings}.LayerNorm", hidden),
    ]
    for layer in range(layers):
        result += _encoder_layer(f"{prefix}encoder.layer.{layer}", hidden, inner, std, norm)
    return result + _linear(f"{prefix}pooler.dense", hidden, hidden, std)


def bert(vocabulary: int, hidden: int, inner: int, layers: int, std: float) -> list[Tensor]:
    """BERT with its pooler and both pre-training heads, and no classifier."""
    result = _bert("bert.", vocabulary, hidden, inner, layers, std, _norm_gamma_beta)
    result += _linear("cls.predictions.transform.dense", hidden, hidden)
    result += _norm_gamma_beta("cls.predictions.transform.LayerNorm", hidden)
    result += [Tensor("cls.predictions.bias", (vocabulary,))]
    return result + _linear("cls.seq_relationship", hidden, 2)


def bare_bert(vocabulary: int, hidden: int, inner: int, layers: int, std: float) -> list[Tensor]:
    """The base model alone, with the position numbers that older versions saved."""
    positions = Tensor("embeddings.position_ids", (1, 512), dtype="I64")
    return [positions, *_bert("", vocabulary, hidden, inner, layers, std, _norm)]


def roberta(vocabulary: int, hidden: int, inner: int, layers: int, std: float) -> list[Tensor]:
    """RoBERTa with its pooler and with the position numbers that older versions saved."""
    embeddings = "roberta.embeddings"
    result = [
        Tensor(f"{embeddings}.position_ids", (1, 514), dtype="I64"),
        Tensor(f"{embeddings}.word_embeddings.weight", (vocabulary, hidden), std),
        Tensor(f"{embeddings}.position_embeddings.weight", (514, hidden), std),
        Tensor(f"{embeddings}.token_type_embeddings.weight", (1, hidden), std),
        *_norm(f"{embeddings}.LayerNorm", hidden),
    ]
    for layer in range(layers):
        result += _encoder_layer(f"roberta.encoder.layer.{layer}", hidden, inner, std, _norm)
    return result + _linear("roberta.pooler.dense", hidden, hidden, std)


def roberta_classifier(hidden: int, labels: int, std: float) -> list[Tensor]:
    """The trained head of a fine-tuned RoBERTa."""
    dense = _linear("classifier.dense", hidden, hidden, std)
    return dense + _linear("classifier.out_proj", hidden, labels, 5 * std)


def roberta_language_head(vocabulary: int, hidden: int) -> list[Tensor]:
    """The masked-language head, its decoder tied to the embeddings."""
    dense = _linear("lm_head.dense", hidden, hidden)
    return [*dense, *_norm("lm_head.layer_norm", hidden), Tensor("lm_head.bias", (vocabulary,))]


def distilbert(vocabulary: int, hidden: int, inner: int, layers: int, std: float) -> list[Tensor]:
    """DistilBERT with its masked-language head, and no classifier."""
    embeddings = "distilbert.embeddings"
    result = [
        Tensor(f"{embeddings}.word_embeddings.weight", (vocabulary, hidden), std),
        Tensor(f"{embeddings}.position_embeddings.weight", (512, hidden), std),
        *_norm(f"{embeddings}.LayerNorm", hidden),
    ]
    for layer in range(layers):
        name = f"distilbert.transformer.layer.{layer}"
        for part in ("q_lin", "k_lin", "v_lin", "out_lin"):
            result += _linear(f"{name}.attention.{part}", hidden, hidden, std)
        result += _norm(f"{name}.sa_layer_norm", hidden)
        result += _linear(f"{name}.ffn.lin1", hidden, inner, std)
        result += _linear(f"{name}.ffn.lin2", inner, hidden, std)
        result += _norm(f"{name}.output_layer_norm", hidden)
    result += _linear("vocab_transform", hidden, hidden)
    result += _norm("vocab_layer_norm", hidden)
    return result + [Tensor("vocab_projector.bias", (vocabulary,))]
