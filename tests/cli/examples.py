"""The examples in graphs/, with arguments for each of their entries, as they run on the tiny models."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from support import ROOT, TINY, FolderTest, Program, compile_plan

GRAPHS = sorted((ROOT / "graphs").glob("*.graph"))
HAS_CODE_MODELS = (ROOT / ".deps" / "code_models" / "bin" / "python").exists()
IMAGES = ["/wAA/wD//wAA//8A/wAA/w==", "AAAAAP//////////AAAAAA=="]

# What the entries take that has no default.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "Cascade.classify_all": {"sentences": ["What a lovely day!", "It rains.", "What a lovely day!"]},
    "EnsembleService.ensemble_predict": {"input_data": "So good!"},
    "InferenceGraph.splitter": {"user": "ada"},
    "InferenceService.predict": {"input_data": "So good!"},
    "MultiModelService.process_a": {"input_data": "So good!"},
    "MultiModelService.process_b": {"input_data": "So good!"},
    "MultiModelService.combined_process": {"input_data": "So good!"},
    "Rag.sources": {"question": "What does a ticket cost?"},
    "Shapes.classify": {"image": IMAGES[0]},
    "Shapes.classify_all": {"images": [*IMAGES, IMAGES[0]]},
}


def entries(plan: str) -> list[str]:
    """The names of a plan's entries."""
    return [entry["name"] for entry in tomllib.loads(plan)["entry"]]


class ExampleTest(FolderTest):
    """A test over all examples that can run here."""

    def graphs(self) -> list[Path]:
        """Copies of the examples, with the models that are code beside them where they can be made."""
        graphs = [Path(shutil.copy(graph, self.folder)) for graph in GRAPHS]
        if HAS_CODE_MODELS:
            subprocess.run([ROOT / "tools" / "make_code_models", self.folder], check=True, capture_output=True)
            return graphs
        return [graph for graph in graphs if "torchscript(" not in graph.read_text()]

    @staticmethod
    def answers(graph: Path, *options: str, threads: int = 0) -> dict[str, Any]:
        """By entry its result, on the plan that the command makes with the options; 0 takes the plan's threads."""
        plan, places = compile_plan(graph, TINY, *options)
        return ExampleTest.answers_of(plan, places, threads)

    @staticmethod
    def answers_of(plan: str, places: list[Path], threads: int = 0) -> dict[str, Any]:
        program = Program(plan, places, threads=threads, allow_code_models=True)
        try:
            return {name: program.run(name, ARGUMENTS.get(name, {})) for name in entries(plan)}
        finally:
            program.close()
