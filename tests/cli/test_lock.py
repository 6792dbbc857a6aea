"""plait.lock: written by `plait lock`, warned of where it differs, insisted on by --locked."""

import json
import shutil
import unittest

from support import TINY, FolderTest, plait

GRAPH = """import std.text

service Writer {
  model lm: text.Generator = hf("openai-community/gpt2")

  api write(prompt: string = "I") -> string {
    return lm.generate(prompt, max_length: 8)[0].generated_text
  }
}
"""
NAME = "openai-community/gpt2"
COMMIT = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
OTHER = "11c5a3d5811f50298f278a704980280950aedb10"


class TestLock(FolderTest):
    def setUp(self):
        super().setUp()
        self.graph = self.write("graphs/writer.graph", GRAPH)
        self.lock = self.folder / "graphs" / "plait.lock"
        self.models = self.folder / "models"
        shutil.copytree(TINY / NAME, self.models / NAME)

    def plait(self, verb, *words, **more):
        return plait(verb, "--models", self.models, *words, **more)

    def codes(self, *flags):
        """The exit code of `plait check`, and what it says with its severities."""
        done = self.plait("check", "--format", "json", "--with-models", *flags, self.graph)
        return done.returncode, {(item["severity"], item["code"]) for item in json.loads(done.stdout)["diagnostics"]}

    def locked(self):
        done = self.plait("lock", self.graph)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def change_model(self):
        path = self.models / NAME / "config.json"
        path.write_text(path.read_text().rstrip() + "\n\n")

    def test_a_lock_is_written_once_and_names_no_machine(self):
        self.assertIn("new: `hf:openai-community/gpt2`", self.locked())
        text = self.lock.read_text()
        self.assertNotIn(str(self.folder), text)
        self.assertIn('source = "hf:openai-community/gpt2"\ndigest = "sha256:', text)
        before = self.lock.stat().st_mtime_ns
        self.assertIn("up to date", self.locked())
        self.assertEqual(self.lock.stat().st_mtime_ns, before)
        self.assertEqual([path.name for path in self.lock.parent.iterdir() if path.name.startswith("plait.lock")], ["plait.lock"])

    def test_check_writes_nothing(self):
        self.assertEqual(self.plait("lock", "--check", self.graph).returncode, 1)
        self.assertFalse(self.lock.exists())
        self.locked()
        self.assertEqual(self.plait("lock", "--check", self.graph).returncode, 0)
        self.change_model()
        done = self.plait("lock", "--check", self.graph)
        self.assertEqual(done.returncode, 1)
        self.assertIn("out of date", done.stdout)
        self.assertRegex(done.stdout, "changed: .*sha256:(?s:.*)was: .*sha256:")

    def test_entries_of_other_graphs_stay(self):
        shutil.copytree(TINY / "distilbert/distilgpt2", self.models / "distilbert/distilgpt2")
        other = self.write("graphs/deep/other.graph", GRAPH.replace(NAME, "distilbert/distilgpt2"))
        self.locked()
        self.assertEqual(self.plait("lock", other).returncode, 0)
        self.assertFalse((self.folder / "graphs/deep/plait.lock").exists())
        self.assertEqual(self.lock.read_text().count("[[model]]"), 2)
        first = self.lock.read_text()
        self.lock.unlink()
        self.plait("lock", self.graph)
        self.plait("lock", other, self.graph)
        self.assertEqual(self.lock.read_text(), first)

    def test_without_a_lock_nothing_is_said_unless_asked(self):
        self.assertEqual(self.codes(), (0, set()))
        self.assertEqual(self.codes("--locked"), (1, {("error", "unpinned-revision")}))

    def test_a_lock_that_says_what_is_there_is_silent(self):
        self.locked()
        self.assertEqual(self.codes(), (0, set()))
        self.assertEqual(self.codes("--locked"), (0, set()))

    def test_a_model_without_an_entry(self):
        self.lock.write_text("version = 1\n")
        self.assertEqual(self.codes(), (0, {("warning", "unpinned-revision")}))
        self.assertEqual(self.codes("--allow", "unpinned-revision"), (0, set()))
        self.assertEqual(self.codes("--locked", "--allow", "unpinned-revision"), (1, {("error", "unpinned-revision")}))

    def test_a_model_with_other_files(self):
        self.locked()
        self.change_model()
        self.assertEqual(self.codes(), (0, {("warning", "lock-mismatch")}))
        self.assertEqual(self.codes("--locked"), (1, {("error", "lock-mismatch")}))
        for verb in (["compile", "-o", "-"], ["run"], ["bench", "--runs", "1"]):
            with self.subTest(verb[0]):
                done = self.plait(verb[0], *verb[1:], "--locked", self.graph)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("[lock-mismatch]", done.stderr)
                self.assertEqual(done.stderr.count("sha256:"), 2)

    def test_how_an_embedder_pools_is_locked(self):
        name = "sentence-transformers/all-MiniLM-L6-v2"
        shutil.copytree(TINY / name, self.models / name)
        self.graph.write_text(GRAPH.replace("text.Generator", "text.Embedder").replace(NAME, name).replace("-> string", "-> tensor<f32>[_]")
                              .replace("generate(prompt, max_length: 8)[0].generated_text", "embed(prompt)"))
        self.locked()
        self.assertEqual(self.codes("--locked"), (0, set()))
        pooling = self.models / name / "1_Pooling" / "config.json"
        pooling.write_text(pooling.read_text().replace("true", "false").replace('cls_token": false', 'cls_token": true'))
        self.assertEqual(self.codes("--locked"), (1, {("error", "lock-mismatch")}))

    def test_a_model_that_is_not_there(self):
        self.locked()
        shutil.rmtree(self.models / NAME)
        self.assertEqual(self.codes("--locked"), (1, {("error", "lock-mismatch"), ("note", "metadata-absent")}))

    def test_a_plan_is_held_against_the_lock(self):
        plan = self.folder / "graphs" / "writer.plan"
        self.assertEqual(self.plait("compile", self.graph, "-o", plan).returncode, 0)
        done = self.plait("run", "--locked", plan)
        self.assertIn("there is no plait.lock", done.stderr)
        self.locked()
        self.assertEqual(self.plait("run", "--locked", plan).returncode, 0)
        self.change_model()
        done = self.plait("run", "--locked", plan)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[lock-mismatch]", done.stderr)

    def test_a_broken_lock_has_a_place(self):
        for text, place in (("version = 1\nmodles = 1\n", ":2:1"), ("version = 7\n", ":1:11"), ("\x00", ":1:1")):
            with self.subTest(text):
                self.lock.write_text(text)
                for verb in (["check", "--with-models"], ["compile", "-o", "-"], ["lock"]):
                    done = self.plait(*verb, self.graph)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(f"plait.lock{place}", done.stderr)
                    self.assertIn("[lock-invalid]", done.stderr)

    def test_the_pinned_commit_is_the_one_that_is_found(self):
        """The cache's `main` moves on; the lock keeps the snapshot that it was written for, and the plan names it."""
        shutil.rmtree(self.models)
        cache = self.folder / "hub" / "models--openai-community--gpt2"
        for commit in (COMMIT, OTHER):
            shutil.copytree(TINY / NAME, cache / "snapshots" / commit)
        config = cache / "snapshots" / OTHER / "config.json"
        config.write_text(config.read_text() + "\n")
        (cache / "refs").mkdir()
        (cache / "refs" / "main").write_text(COMMIT)
        here = {"HF_HUB_CACHE": str(self.folder / "hub")}
        self.assertIn(COMMIT, plait("lock", self.graph, env=here).stdout)
        (cache / "refs" / "main").write_text(OTHER)
        done = plait("compile", "--locked", self.graph, "-o", "-", env=here)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f'revision = "{COMMIT}"', done.stdout)
        plan = self.write("graphs/writer.plan", done.stdout)
        self.assertEqual(plait("run", "--locked", plan, env=here).returncode, 0)
        self.assertIn(f"commit {OTHER}", plait("lock", "--check", self.graph, env=here).stdout)
        shutil.rmtree(cache / "snapshots" / COMMIT)
        done = plait("run", self.graph, env=here)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"--revision {COMMIT}", done.stderr)

    def test_two_models_of_one_name_need_two_locks(self):
        self.locked()
        graphs = []
        for folder in ("a", "b"):
            shutil.copytree(TINY / NAME, self.folder / "graphs" / folder / "own")
            graphs.append(self.write(f"graphs/{folder}/x.graph", GRAPH.replace(f'hf("{NAME}")', 'path("own")')))
        config = self.folder / "graphs/b/own/config.json"
        config.write_text(config.read_text() + "\n")
        done = self.plait("lock", *graphs)
        self.assertEqual(done.returncode, 1)
        self.assertIn("`path:own` is one model here and another", done.stderr)
        self.write("graphs/b/plait.lock", "version = 1\n")
        self.assertEqual(self.plait("lock", *graphs).returncode, 0)

    def test_a_graph_with_faults_is_not_locked(self):
        self.graph.write_text(GRAPH.replace("lm.generate", "lm.write"))
        done = self.plait("lock", self.graph)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[unknown-name]", done.stderr)
        self.assertFalse(self.lock.exists())


if __name__ == "__main__":
    unittest.main()
