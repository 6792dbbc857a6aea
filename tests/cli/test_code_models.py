"""Models that are compiled code: what PyTorch gives, who may run them, and what goes wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from support import ROOT, FolderTest, plait

MAKER = ROOT / "tools" / "make_code_models"
GRAPH = """
task Net {
  fn forward(image: tensor<f32>[b, 1, 4, 4]) -> tensor<f32>[b, 3]
  fn scaled(image: tensor<f32>[b, 1, 4, 4], factor: float) -> { scores: tensor<f32>[b, 3], best: tensor<i64>[b] }
  fn said(word: string) -> string
}
service Script {
  model net: Net = torchscript("shapes.pt")
  api forward(image: tensor<f32>[b, 1, 4, 4]) -> tensor<f32>[b, 3] { return net.forward(image) }
  api scaled(image: tensor<f32>[b, 1, 4, 4]) -> { scores: tensor<f32>[b, 3], best: tensor<i64>[b] } { return net.scaled(image, 2.0) }
  api each(images: [tensor<f32>[1, 1, 4, 4]]) -> [tensor<f32>[3]] { return [net.forward(image)[0] for image in images] }
  api said(words: [string]) -> [string] { return [net.said(word) for word in words] }
  api pair(image: tensor<f32>[b, 1, 4, 4], other: tensor<f32>[b]) -> int { return len(net.forward(image)) + len(other) }
}
service Package {
  model net: (image: tensor<f32>[b, 1, 4, 4]) -> tensor<f32>[b, 3] = aoti("shapes.pt2")
  api forward(image: tensor<f32>[b, 1, 4, 4]) -> tensor<f32>[b, 3] { return net(image) }
}
"""


@unittest.skipUnless((ROOT / ".deps" / "code_models" / "bin" / "python").exists(), "nothing to compile with: tools/setup --tests")
class CodeModels(FolderTest):
    made: Path
    recorded: dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.made = Path(folder.name)
        subprocess.run([MAKER, cls.made, "--aoti"], check=True, capture_output=True)
        cls.recorded = json.loads((cls.made / "recorded.json").read_text())

    def setUp(self) -> None:
        super().setUp()
        for name in ("shapes.pt", "shapes.pt2"):
            shutil.copy(self.made / name, self.folder / name)
        self.graph = self.write("net.graph", GRAPH)

    def answer(self, entry: str, arguments: dict[str, Any]) -> Any:
        done = plait("run", self.graph, "--allow-code-models", "--entry", entry, "--input", json.dumps(arguments), "--output", "envelope")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def fault(self, *words: str | Path) -> str:
        done = plait(*words)
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stderr

    def assert_same(self, given: Any, wanted: Any) -> None:
        """Lists of floats, which PyTorch writes as doubles and Plait in the fewest digits of their own precision."""
        if isinstance(wanted, list):
            self.assertEqual(len(given), len(wanted))
            for one, other in zip(given, wanted):
                self.assert_same(one, other)
        else:
            self.assertAlmostEqual(given, wanted, delta=1e-6)

    def test_torchscript_gives_what_pytorch_gives(self) -> None:
        images = self.recorded["images"]
        self.assert_same(self.answer("Script.forward", {"image": images})["result"], self.recorded["scores"])
        scaled = self.answer("Script.scaled", {"image": images})["result"]
        self.assert_same(scaled["scores"], self.recorded["scaled"]["scores"])
        self.assertEqual(scaled["best"], self.recorded["scaled"]["best"])

    def test_a_method_may_take_and_give_text(self) -> None:
        self.assertEqual(self.answer("Script.said", {"words": ["naïve", ""]})["result"], ["naïve!", "!"])

    def test_aoti_gives_what_pytorch_gives(self) -> None:
        self.assert_same(self.answer("Package.forward", {"image": self.recorded["images"]})["result"], self.recorded["scores"])

    def test_a_loop_is_one_batch(self) -> None:
        answer = self.answer("Script.each", {"images": [[image] for image in self.recorded["images"]]})
        self.assert_same(answer["result"], self.recorded["scores"])
        self.assertEqual([step["calls"] for step in answer["steps"] if step["kind"] == "call"], [3])

    def test_a_batch_cuts_it_into_passes(self) -> None:
        self.graph.write_text(GRAPH.replace('torchscript("shapes.pt")', 'torchscript("shapes.pt") { batch: 2, device: cpu }'))
        answer = self.answer("Script.each", {"images": [[image] for image in self.recorded["images"]]})
        self.assert_same(answer["result"], self.recorded["scores"])
        self.assertEqual([step["calls"] for step in answer["steps"] if step["kind"] == "call"], [2, 1])

    def test_the_example_runs(self) -> None:
        shutil.copy(ROOT / "graphs" / "tensor_pipeline.graph", self.folder)
        done = plait("run", self.folder / "tensor_pipeline.graph", "--allow-code-models", "--entry", "Shapes.classify", "--input",
                     '{"image": "AAECAwQFBgcICQoLDA0ODw=="}')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(json.loads(done.stdout)["name"], ["square", "cross", "bar"])

    def test_code_needs_a_permission(self) -> None:
        words = ("run", self.graph, "--entry", "Script.forward", "--input", json.dumps({"image": self.recorded["images"]}))
        told = self.fault(*words)
        self.assertIn("[code-not-allowed]", told)
        self.assertIn("--allow-code-models", told)
        digest = next(line.split()[1] for line in told.splitlines() if line.strip().startswith("digest"))
        self.assertIn("[code-not-allowed]", self.fault("bench", *words[1:], "--runs", "1"))
        own = {"XDG_CONFIG_HOME": str(self.folder / "config")}
        self.write("config/plait/plait.toml", f'[code_models]\nallow = ["{digest}"]\n')
        self.assertEqual(plait(*words, env=own).returncode, 0)
        self.write("config/plait/plait.toml", '[code_models]\nallow = ["sha256:1"]\n')
        self.assertIn("[settings-invalid]", plait(*words, env=own).stderr)
        self.write("config/plait/plait.toml", '[code_models]\nallows = []\n')
        self.assertIn("`code_models` has no key `allows`", plait(*words, env=own).stderr)
        # What came with a graph does not vouch for it.
        self.write("plait.toml", f'[code_models]\nallow = ["{digest}"]\n')
        self.assertIn("only your own settings can allow code", self.fault(*words))

    def test_a_plan_holds_to_its_file(self) -> None:
        plan = self.folder / "net.plan"
        self.assertEqual(plait("compile", self.graph, "-o", plan).returncode, 0)
        words = ("run", plan, "--allow-code-models", "--entry", "Script.forward", "--input", json.dumps({"image": self.recorded["images"]}))
        self.assertEqual(plait(*words).returncode, 0)
        with (self.folder / "shapes.pt").open("ab") as file:
            file.write(b"more")
        self.assertIn("[model-changed]", self.fault(*words))

    def test_a_lock_holds_code_too(self) -> None:
        self.assertEqual(plait("lock", self.graph).returncode, 0)
        self.assertEqual(plait("check", "--with-models", "--locked", self.graph).returncode, 0)
        with (self.folder / "shapes.pt").open("ab") as file:
            file.write(b"more")
        done = plait("check", "--with-models", "--locked", self.graph)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[lock-mismatch]", done.stdout)

    def test_missing_and_broken_files(self) -> None:
        words = ("run", self.graph, "--allow-code-models", "--entry", "Package.forward", "--input",
                 json.dumps({"image": self.recorded["images"]}))
        (self.folder / "shapes.pt2").write_bytes(b"no package")
        told = self.fault(*words)
        self.assertIn("shapes.pt2: error: the file is no AOTInductor package", told)
        (self.folder / "shapes.pt2").unlink()
        self.assertIn("[model-not-found]", self.fault(*words))

    def test_wrong_tensors_are_told_with_their_place(self) -> None:
        for arguments, wanted in (
            ({"image": [[[[1, 2, 3, 4]] * 3 + [[1, 2, 3]]]]}, "$.image[0][0][3]: error: expected tensor<f32>[b, 1, 4, 4]"),
            ({"image": [[[["a"] * 4] * 4]]}, "$.image[0][0][0][0]: error: expected an element"),
            ({"image": [[[[0.5] * 4] * 3]]}, "found 3 for dimension 2, which is 4"),
        ):
            told = self.fault("run", self.graph, "--allow-code-models", "--entry", "Script.forward", "--input", json.dumps(arguments))
            self.assertIn(wanted, told)
        told = self.fault("run", self.graph, "--allow-code-models", "--entry", "Script.pair", "--input",
                          json.dumps({"image": self.recorded["images"], "other": [1.0]}))
        self.assertIn("`other` has size 1 for the dimension `b`, `image` has 3", told)


if __name__ == "__main__":
    unittest.main()
