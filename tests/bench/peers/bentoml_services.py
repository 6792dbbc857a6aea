"""The services of BentoML's page "Model composition": two writers side by side, then a score for each text.

As on the page but for three things: models come from a folder, generation is greedy, and the classifier's missing head
is the seeded one, so that answers can be compared; and no GPU is asked for.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import bentoml

PROJECT = Path(__file__).resolve().parents[3]
MODELS = Path(os.environ["PLAIT_BENCH_MODELS"])
MAX_LENGTH = 128
NUM_RETURN_SEQUENCES = 1


def writer(name: str) -> Any:
    import transformers

    folder = str(MODELS / name)
    return transformers.pipeline(task="text-generation", model=folder, tokenizer=folder)


@bentoml.service(resources={"memory": "4Gi"})
class GPT2:
    def __init__(self) -> None:
        self.generation_pipeline = writer("openai-community/gpt2")

    @bentoml.api
    def generate(
        self,
        sentence: str,
        max_length: int = MAX_LENGTH,
        num_return_sequences: int = NUM_RETURN_SEQUENCES,
    ) -> list[Any]:
        options = {"max_length": max_length, "num_return_sequences": num_return_sequences, "do_sample": False}
        return self.generation_pipeline(sentence, pad_token_id=50256, **options)


@bentoml.service(resources={"memory": "4Gi"})
class DistilGPT2:
    def __init__(self) -> None:
        self.generation_pipeline = writer("distilbert/distilgpt2")

    @bentoml.api
    def generate(
        self,
        sentence: str,
        max_length: int = MAX_LENGTH,
        num_return_sequences: int = NUM_RETURN_SEQUENCES,
    ) -> list[Any]:
        options = {"max_length": max_length, "num_return_sequences": num_return_sequences, "do_sample": False}
        return self.generation_pipeline(sentence, pad_token_id=50256, **options)


@bentoml.service(resources={"memory": "2Gi"})
class BertBaseUncased:
    def __init__(self) -> None:
        sys.path.insert(0, str(PROJECT / "tools" / "oracle"))
        from reference.models import Classifier

        self.classifier = Classifier(MODELS / "google-bert/bert-base-uncased", 0)

    @bentoml.api
    def classify_generated_texts(self, sentence: str) -> float:
        return self.classifier.classify(sentence)["score"]


@bentoml.service(traffic={"timeout": 600})
class InferenceGraph:
    gpt2_generator = bentoml.depends(GPT2)
    distilgpt2_generator = bentoml.depends(DistilGPT2)
    bert_classifier = bentoml.depends(BertBaseUncased)

    @bentoml.api
    async def generate_score(self, original_sentence: str = "I have an idea!") -> list[dict[str, Any]]:
        generated = await asyncio.gather(
            self.gpt2_generator.to_async.generate(original_sentence),
            self.distilgpt2_generator.to_async.generate(original_sentence),
        )
        results = []
        for sentence in (result[0]["generated_text"] for result in generated):
            score = await self.bert_classifier.to_async.classify_generated_texts(sentence)
            results.append({"generated": sentence, "score": score})
        return results
