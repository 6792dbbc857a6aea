"""What each stand-in consists of: its published configuration, its tensors and its seed."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from standins import tensors
from standins.tensors import Tensor

# Raised when the same catalogue entry would be written as other bytes than before.
RECIPE = 1

# A narrow encoder with the published spread gives every text the same answer; this one tells them apart.
TINY_RANGE = 0.2

TINY_GPT2_VOCABULARY = 1001
TINY_BERT_VOCABULARY = 4000
TINY_ROBERTA_VOCABULARY = 1009


@dataclass(frozen=True)
class Model:
    """One checkpoint, complete enough to be written without looking anything else up."""

    name: str
    vocabulary: str  # "gpt2", "roberta" or "bert": which tokenizer.json it carries
    config: dict[str, Any]
    tokenizer_config: dict[str, Any]
    tensors: list[Tensor] = field(repr=False)
    seed: int
    generation_config: dict[str, Any] | None = None
    # Further files by their paths in the folder, as JSON.
    files: dict[str, Any] = field(default_factory=dict)
    # At true size made only when asked for.
    is_extra: bool = False

    @property
    def bytes(self) -> int:
        """Size of the weights, as they lie in the file."""
        return sum(tensor.bytes for tensor in self.tensors)

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything that decides the written bytes changes."""
        parts = [
            RECIPE,
            self.name,
            self.vocabulary,
            self.config,
            self.tokenizer_config,
            self.generation_config,
            [repr(tensor) for tensor in self.tensors],
            self.seed,
        ]
        parts += [self.files] if self.files else []
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def models(tiny: bool = False) -> list[Model]:
    """The six checkpoints of the page and a sentence embedder, at their true size or cut down for tests."""
    return [
        _gpt2("openai-community/gpt2", layers=12, prefix="", extra={}, tiny=tiny),
        _gpt2(
            "distilbert/distilgpt2",
            layers=6,
            prefix="transformer.",
            extra={"_num_labels": 1, "id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}},
            tiny=tiny,
        ),
        _bert(tiny),
        _roberta_mnli(tiny),
        _distilbert(tiny),
        _distilroberta(tiny),
        _minilm(tiny),
    ]


def _range(tiny: bool) -> float:
    return TINY_RANGE if tiny else tensors.RANGE


# Random text holds random words; these draws write none that a first look should not show.
_DRAWS = {"openai-community/gpt2": 4}


def _seed(name: str, tiny: bool) -> int:
    draw = 0 if tiny else _DRAWS.get(name, 0)
    return zlib.crc32(f"{name}#{draw}".encode() if draw else name.encode())


def _gpt2(name: str, layers: int, prefix: str, extra: dict[str, Any], tiny: bool) -> Model:
    vocabulary = TINY_GPT2_VOCABULARY if tiny else 50257
    hidden, heads = (768, 12) if not tiny else (64, 4) if layers == 12 else (48, 3)
    layers = layers if not tiny else 3 if layers == 12 else 2
    end = vocabulary - 1
    config = {
        **extra,
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.1,
        "bos_token_id": end,
        "embd_pdrop": 0.1,
        "eos_token_id": end,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "model_type": "gpt2",
        "n_ctx": 1024,
        "n_embd": hidden,
        "n_head": heads,
        "n_layer": layers,
        "n_positions": 1024,
        "resid_pdrop": 0.1,
        "summary_activation": None,
        "summary_first_dropout": 0.1,
        "summary_proj_to_labels": True,
        "summary_type": "cls_index",
        "summary_use_proj": True,
        "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}},
        "vocab_size": vocabulary,
    }
    generation = {
        "_from_model_config": True,
        "bos_token_id": end,
        "eos_token_id": end,
        "transformers_version": "4.26.0.dev0",
    }
    return Model(
        name=name,
        vocabulary="gpt2",
        config=config,
        tokenizer_config={"model_max_length": 1024},
        generation_config=generation,
        tensors=tensors.gpt2(prefix, vocabulary, 1024, hidden, layers),
        seed=_seed(name, tiny),
    )


def _bert_config(architecture: str, version: str, tiny: bool, hidden: int, heads: int, inner: int, layers: int) -> dict[str, Any]:
    return {
        "architectures": [architecture],
        "attention_probs_dropout_prob": 0.1,
        "gradient_checkpointing": False,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": hidden,
        "initializer_range": _range(tiny),
        "intermediate_size": inner,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "model_type": "bert",
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        "transformers_version": version,
        "type_vocab_size": 2,
        "use_cache": True,
        "vocab_size": TINY_BERT_VOCABULARY if tiny else 30522,
    }


def _bert(tiny: bool) -> Model:
    name = "google-bert/bert-base-uncased"
    hidden, heads, inner, layers = (48, 4, 112, 2) if tiny else (768, 12, 3072, 12)
    vocabulary = TINY_BERT_VOCABULARY if tiny else 30522
    config = _bert_config("BertForMaskedLM", "4.6.0.dev0", tiny, hidden, heads, inner, layers)
    return Model(
        name=name,
        vocabulary="bert",
        config=config,
        tokenizer_config={"do_lower_case": True, "model_max_length": 512},
        tensors=tensors.bert(vocabulary, hidden, inner, layers, _range(tiny)),
        seed=_seed(name, tiny),
    )


def _distilbert(tiny: bool) -> Model:
    name = "distilbert/distilbert-base-uncased"
    hidden, heads, inner, layers = (32, 2, 96, 2) if tiny else (768, 12, 3072, 6)
    vocabulary = TINY_BERT_VOCABULARY if tiny else 30522
    config = {
        "activation": "gelu",
        "architectures": ["DistilBertForMaskedLM"],
        "attention_dropout": 0.1,
        "dim": hidden,
        "dropout": 0.1,
        "hidden_dim": inner,
        "initializer_range": _range(tiny),
        "max_position_embeddings": 512,
        "model_type": "distilbert",
        "n_heads": heads,
        "n_layers": layers,
        "pad_token_id": 0,
        "qa_dropout": 0.1,
        "seq_classif_dropout": 0.2,
        "sinusoidal_pos_embds": False,
        "tie_weights_": True,
        "transformers_version": "4.10.0.dev0",
        "vocab_size": vocabulary,
    }
    return Model(
        name=name,
        vocabulary="bert",
        config=config,
        tokenizer_config={"do_lower_case": True, "model_max_length": 512},
        tensors=tensors.distilbert(vocabulary, hidden, inner, layers, _range(tiny)),
        seed=_seed(name, tiny),
    )


def _roberta_config(hidden: int, heads: int, inner: int, layers: int, vocabulary: int, tiny: bool) -> dict[str, Any]:
    return {
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": hidden,
        "initializer_range": _range(tiny),
        "intermediate_size": inner,
        "layer_norm_eps": 1e-05,
        "max_position_embeddings": 514,
        "model_type": "roberta",
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "pad_token_id": 1,
        "type_vocab_size": 1,
        "vocab_size": vocabulary,
    }


def _roberta_mnli(tiny: bool) -> Model:
    name = "FacebookAI/roberta-large-mnli"
    hidden, heads, inner, layers = (40, 4, 96, 2) if tiny else (1024, 16, 4096, 24)
    vocabulary = TINY_ROBERTA_VOCABULARY if tiny else 50265
    labels = ["CONTRADICTION", "NEUTRAL", "ENTAILMENT"]
    config = {
        "_num_labels": len(labels),
        "architectures": ["RobertaForSequenceClassification"],
        **_roberta_config(hidden, heads, inner, layers, vocabulary, tiny),
        "id2label": {str(index): label for index, label in enumerate(labels)},
        "label2id": {label: index for index, label in enumerate(labels)},
    }
    return Model(
        name=name,
        vocabulary="roberta",
        config=config,
        tokenizer_config={"model_max_length": 512},
        tensors=tensors.roberta(vocabulary, hidden, inner, layers, _range(tiny))
        + tensors.roberta_classifier(hidden, len(labels), _range(tiny)),
        seed=_seed(name, tiny),
    )


def _distilroberta(tiny: bool) -> Model:
    name = "distilbert/distilroberta-base"
    hidden, heads, inner, layers = (56, 7, 160, 2) if tiny else (768, 12, 3072, 6)
    vocabulary = TINY_ROBERTA_VOCABULARY if tiny else 50265
    config = {
        "architectures": ["RobertaForMaskedLM"],
        **_roberta_config(hidden, heads, inner, layers, vocabulary, tiny),
    }
    return Model(
        name=name,
        vocabulary="roberta",
        config=config,
        tokenizer_config={"model_max_length": 512},
        tensors=tensors.roberta(vocabulary, hidden, inner, layers, _range(tiny))
        + tensors.roberta_language_head(vocabulary, hidden),
        seed=_seed(name, tiny),
    )


def _minilm(tiny: bool) -> Model:
    """A checkpoint of the bare model, with what sentence-transformers writes beside it."""
    name = "sentence-transformers/all-MiniLM-L6-v2"
    hidden, heads, inner, layers = (24, 3, 80, 2) if tiny else (384, 12, 1536, 6)
    vocabulary = TINY_BERT_VOCABULARY if tiny else 30522
    config = {"_name_or_path": "nreimers/MiniLM-L6-H384-uncased"}
    config |= _bert_config("BertModel", "4.8.2", tiny, hidden, heads, inner, layers)
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return Model(
        name=name,
        vocabulary="bert",
        config=config,
        tokenizer_config={"do_lower_case": True, "model_max_length": 512},
        tensors=tensors.bare_bert(vocabulary, hidden, inner, layers, _range(tiny)),
        seed=_seed(name, tiny),
        files={
            "modules.json": [
                {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
                for index, (path, kind) in enumerate(modules)
            ],
            "1_Pooling/config.json": {
                "word_embedding_dimension": hidden,
                "pooling_mode_cls_token": False,
                "pooling_mode_mean_tokens": True,
                "pooling_mode_max_tokens": False,
                "pooling_mode_mean_sqrt_len_tokens": False,
            },
            "sentence_bert_config.json": {"max_seq_length": 256, "do_lower_case": False},
            "config_sentence_transformers.json": {
                "__version__": {"sentence_transformers": "2.0.0", "transformers": "4.6.1", "pytorch": "1.8.1"}
            },
        },
        is_extra=True,
    )
