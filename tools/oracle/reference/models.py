"""Loads the page's models with the reference library and calls them as its pipelines do."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer, pipeline

from reference import random_head

GPT2 = "openai-community/gpt2"
DISTILGPT2 = "distilbert/distilgpt2"
BERT = "google-bert/bert-base-uncased"
ROBERTA_MNLI = "FacebookAI/roberta-large-mnli"
DISTILBERT = "distilbert/distilbert-base-uncased"
DISTILROBERTA = "distilbert/distilroberta-base"
WRITERS = (GPT2, DISTILGPT2)
CLASSIFIERS = (BERT, DISTILBERT, DISTILROBERTA)
EMBEDDER = "sentence-transformers/all-MiniLM-L6-v2"
EVERY = (*WRITERS, BERT, ROBERTA_MNLI, DISTILBERT, DISTILROBERTA)

TEMPLATE = "This text is about {}"
LABELS = ["positive", "negative", "neutral"]


@dataclass(frozen=True)
class Written:
    """What one greedy generation gave."""

    prompt_ids: list[int]
    ids: list[int]  # prompt and new ones
    generated_text: str
    smallest_gap: float  # between the best and the second score, over all steps


class Writer:
    """A causal language model, called greedily."""

    def __init__(self, folder: Path):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self._pipeline = pipeline("text-generation", model=self.model, tokenizer=self.tokenizer)
        self._written: dict[str, Written] = {}

    def write(self, prompt: str, **options: Any) -> Written:
        """The pipeline's own steps before and after `generate`, which is called here to see its scores."""
        key = json.dumps([prompt, options], sort_keys=True)
        if key not in self._written:
            self._written[key] = self._write(prompt, options)
        return self._written[key]

    def _write(self, prompt: str, options: dict[str, Any]) -> Written:
        if "stop_strings" in options:
            options = options | {"tokenizer": self.tokenizer}
        encoded = self._pipeline.preprocess(prompt)
        prompt_ids = encoded["input_ids"]
        # An empty prompt: the library starts from the model's first token.
        inputs = {name: encoded[name] for name in ("input_ids", "attention_mask")} if prompt_ids.numel() else {}
        with torch.inference_mode():
            output = self.model.generate(
                **inputs,
                **options,
                do_sample=False,
                pad_token_id=self.model.config.eos_token_id,
                output_scores=True,
                return_dict_in_generate=True,
            )
        outputs = {"generated_sequence": output.sequences[None], "input_ids": prompt_ids, "prompt_text": prompt}
        best = torch.stack(output.scores)[:, 0].topk(2).values
        return Written(
            prompt_ids=prompt_ids[0].tolist(),
            ids=output.sequences[0].tolist(),
            generated_text=self._pipeline.postprocess(outputs)[0]["generated_text"],
            smallest_gap=(best[:, 0] - best[:, 1]).min().item(),
        )


class Classifier:
    """A sequence classifier, with a drawn head where the checkpoint has none."""

    def __init__(self, folder: Path, seed: int):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model, report = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True
        )
        self.head_is_random = random_head.draw(self.model, set(report["missing_keys"]), seed)
        self.model.eval()

    @cached_property
    def _labels(self) -> Any:
        return pipeline("text-classification", model=self.model, tokenizer=self.tokenizer)

    @cached_property
    def _zero_shot(self) -> Any:
        return pipeline("zero-shot-classification", model=self.model, tokenizer=self.tokenizer)

    def classify(self, text: str) -> dict[str, Any]:
        """The best label, by softmax over all."""
        return self._labels(text)[0]

    def choose(self, text: str, labels: list[str], template: str, multi_label: bool = False) -> dict[str, Any]:
        """The candidate labels, best first."""
        return self._zero_shot(text, labels, hypothesis_template=template, multi_label=multi_label)

    def logits(self, text: str, pair: str | None = None) -> tuple[list[int], list[float]]:
        """Ids and logits of one text, or of a premise and its hypothesis."""
        encoded = self.tokenizer(text, pair, return_tensors="pt")
        with torch.inference_mode():
            logits = self.model(**encoded).logits[0]
        return encoded.input_ids[0].tolist(), logits.tolist()


class Embedder:
    """A sentence embedder, by transformers and the steps that sentence-transformers adds to it, from the files that it writes.

    That library need not be installed: its Transformer strips and cuts a text, its Pooling and Normalize are a few lines each.
    """

    def __init__(self, folder: Path):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
        modules = self._read(folder / "modules.json", [])
        kinds = [module["type"].rpartition(".")[2] for module in modules]
        has_modules = bool(modules)
        self._pooling = self._read(folder / modules[1]["path"] / "config.json", {}) if has_modules else {}
        own = self._read(folder / "sentence_bert_config.json", {}) if has_modules else {}
        default = min(self.model.config.max_position_embeddings, self.tokenizer.model_max_length)
        self._most = own.get("max_seq_length") or default
        self._lowers = own.get("do_lower_case", False)
        self._normalizes = "Normalize" in kinds

    @staticmethod
    def _read(path: Path, absent: Any) -> Any:
        return json.loads(path.read_text()) if path.exists() else absent

    def embed(self, text: str) -> tuple[list[int], list[float]]:
        """The ids of a text, and its vector."""
        text = text.strip()
        text = text.lower() if self._lowers else text
        encoded = self.tokenizer(text, return_tensors="pt", truncation="longest_first", max_length=self._most)
        with torch.inference_mode():
            tokens = self.model(**encoded).last_hidden_state
            vector = self._pool(tokens, encoded.attention_mask.unsqueeze(-1).expand(tokens.size()).float())
            vector = torch.nn.functional.normalize(vector, p=2, dim=1) if self._normalizes else vector
        return encoded.input_ids[0].tolist(), vector[0].tolist()

    def _pool(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        if self._pooling.get("pooling_mode_cls_token"):
            return tokens[:, 0]
        if self._pooling.get("pooling_mode_max_tokens"):
            return tokens.masked_fill(mask == 0, -1e9).max(1).values
        return (tokens * mask).sum(1) / mask.sum(1).clamp(min=1e-9)


class Models:
    """The models of a folder `<root>/<org>/<name>`, each loaded when first asked for."""

    def __init__(self, root: Path, head_seed: int = 0):
        self.root = root
        self._head_seed = head_seed
        self._loaded: dict[str, Any] = {}

    def writer(self, name: str) -> Writer:
        return self._loaded.setdefault(name, None) or self._load(name, Writer(self._folder(name)))

    def classifier(self, name: str) -> Classifier:
        return self._loaded.setdefault(name, None) or self._load(name, Classifier(self._folder(name), self._head_seed))

    def embedder(self, name: str) -> Embedder:
        return self._loaded.setdefault(name, None) or self._load(name, Embedder(self._folder(name)))

    def digest(self, name: str) -> str:
        """Identifies the weights: answers belong to these and to no others."""
        with open(self._folder(name) / "model.safetensors", "rb") as file:
            return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"no model in {folder}; tools/make_models writes the stand-ins")
        return folder

    def _load(self, name: str, loaded: Any) -> Any:
        self._loaded[name] = loaded
        return loaded
