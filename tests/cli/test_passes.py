"""No pass of the compiler changes an answer: every example with each of them left out, and with all."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path
from typing import Any

from support import ROOT, TINY, Program, compile_plan, optional_passes, plait

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


def choices() -> list[tuple[str, ...]]:
    """What is given to the command: each optional pass left out, then all of them."""
    each = [("--disable-pass", name) for name in optional_passes()]
    return [*each, tuple(word for words in each for word in words)]


class PassTest(unittest.TestCase):
    def test_the_tests_of_the_examples_pass(self) -> None:
        self.assertGreater(len(choices()), 4)
        for options in choices():
            with self.subTest(options=options):
                done = plait("test", "--quiet", *options, *GRAPHS)
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_examples_answer_as_with_all_passes(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        graphs = [Path(shutil.copy(graph, folder.name)) for graph in GRAPHS]
        if HAS_CODE_MODELS:
            subprocess.run([ROOT / "tools" / "make_code_models", folder.name], check=True, capture_output=True)
        else:
            graphs = [graph for graph in graphs if "torchscript(" not in graph.read_text()]
        for graph in graphs:
            wanted = self.answers(graph)
            for options in choices():
                with self.subTest(graph=graph.name, options=options):
                    self.assertEqual(self.answers(graph, *options), wanted)

    @staticmethod
    def answers(graph: Path, *options: str) -> dict[str, Any]:
        """By entry its result."""
        plan, places = compile_plan(graph, TINY, *options)
        program = Program(plan, places, allow_code_models=True)
        names = [entry["name"] for entry in tomllib.loads(plan)["entry"]]
        answers = {name: program.run(name, ARGUMENTS.get(name, {})) for name in names}
        program.close()
        return answers


if __name__ == "__main__":
    unittest.main()
