"""Help texts, usage errors, `explain`, and the verbs that only compile."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import PLAIT, ROOT, TINY, plait

VERBS = ["check", "fmt", "plan", "dot", "doc", "explain", "run", "bench", "eval", "compile", "profile"]
REFERENCE = ROOT / "graphs" / "inference_graph.graph"


class TestHelp(unittest.TestCase):
    def test_main_help_fits_one_screen_and_names_every_verb(self):
        done = plait("--help")
        self.assertEqual(done.returncode, 0)
        lines = done.stdout.splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 120)
        for verb in VERBS:
            self.assertRegex(done.stdout, rf"\n  {verb} +\w")

    def test_every_verb_has_help_with_two_examples_that_run(self):
        for verb in VERBS:
            with self.subTest(verb):
                text = plait(verb, "--help").stdout
                examples = [line.strip() for line in text.split("\nexamples\n")[1].splitlines()]
                self.assertEqual(len(examples), 2)
                self.run_examples(examples)

    def test_main_help_example_runs(self):
        self.run_examples([plait("--help").stdout.split("\nexample\n")[1].strip()])

    def run_examples(self, examples):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "graphs").symlink_to(ROOT / "graphs")
            self.assertEqual(plait("compile", REFERENCE, "-o", "inference.plan", "--models", TINY, cwd=folder).returncode, 0)
            for example in examples:
                command = re.sub(r"\bplait (?!explain|fmt|doc|profile)(\w+)", rf"{PLAIT} \1 --models {TINY}", example)
                command = re.sub(r"\bplait (explain|fmt|doc|profile)", rf"{PLAIT} \1", command)
                environment = os.environ | {"XDG_CONFIG_HOME": folder}
                done = subprocess.run(
                    ["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
                self.assertEqual(done.returncode, 0, f"{example}\n{done.stderr}")

    def test_wrong_usage_is_exit_code_2_and_says_what_to_do(self):
        for words, seen in {
            ("chekc", REFERENCE): "did you mean `check`?",
            ("run", REFERENCE, "--inptu", "{}"): "did you mean `--input`?",
            ("run", REFERENCE, "--output", "xml"): "json, text or envelope",
            ("run", REFERENCE, "--timeout", "soon"): "a duration such as",
            ("run",): "name a .graph or .plan file",
            ("compile", REFERENCE): "-o FILE or --emit STAGE",
            ("compile", REFERENCE, "--emit", "soup"): "tokens, ast, typed, ir, plan",
            ("compile", REFERENCE, "-o"): "`-o` needs a value",
            ("bench", REFERENCE, "--runs", "0"): "from 1 on",
            ("explain", "unknown-argumnt"): "did you mean `unknown-argument`?",
            (): "usage",
        }.items():
            with self.subTest(words):
                done = plait(*words)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(seen, done.stderr)

    def test_output_that_cannot_be_written_is_a_fault(self):
        for words in [("--help",), ("doc", "std.text"), ("compile", REFERENCE, "--models", TINY, "--emit", "plan")]:
            with self.subTest(words), open("/dev/full", "wb") as full:
                done = subprocess.run([PLAIT, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("standard output", done.stderr)

    def test_explain_knows_every_code(self):
        codes = plait("explain", "--list").stdout.split()
        self.assertIn("unknown-argument", codes)
        self.assertIn("model-not-found", codes)
        for code in codes:
            self.assertTrue(plait("explain", code).stdout.startswith(f"# {code}"))


class TestCompileVerbs(unittest.TestCase):
    def test_every_graph_checks_clean(self):
        for graph in sorted((ROOT / "graphs").glob("*.graph")):
            done = plait("check", graph)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertNotIn("warning", done.stdout)

    def test_check_writes_json_of_a_stated_version(self):
        done = plait("check", "--format", "json", ROOT / "tests" / "golden" / "check" / "page_as_written.graph")
        self.assertEqual(done.returncode, 1)
        told = json.loads(done.stdout)
        self.assertEqual(told["version"], 1)
        self.assertIn("unknown-argument", {item["code"] for item in told["diagnostics"]})

    def test_every_stage_is_printed(self):
        for stage in ("tokens", "ast", "typed", "ir", "plan"):
            done = plait("compile", REFERENCE, "--emit", stage, "--models", TINY)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(len(done.stdout), 100)

    def test_plan_is_made_from_declarations_where_no_model_is(self):
        with tempfile.TemporaryDirectory() as folder:
            # Away from graphs/plait.toml, which names a place where there may be models.
            source = Path(folder) / "alone.graph"
            source.write_text(REFERENCE.read_text())
            done = plait("compile", source, "-o", "-", "--models", "nowhere")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("[metadata-absent]", done.stderr)

    def test_pictures_are_valid_graphviz(self):
        for graph in sorted((ROOT / "graphs").glob("*.graph")):
            dot = plait("dot", graph, "--models", TINY)
            self.assertEqual(dot.returncode, 0, dot.stderr)
            drawn = subprocess.run(["dot", "-Tsvg"], input=dot.stdout, capture_output=True, text=True, check=False)
            self.assertEqual((drawn.returncode, drawn.stderr), (0, ""))
            self.assertIn("<svg", drawn.stdout)

    def test_compile_verbs_do_not_link_libtorch(self):
        linked = subprocess.run(["ldd", PLAIT], capture_output=True, text=True, check=True).stdout
        self.assertNotIn("torch", linked)

    def test_a_failed_write_leaves_no_part_behind(self):
        done = plait("compile", REFERENCE, "-o", "nowhere/x.plan", "--models", TINY)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write `nowhere/x.plan`", done.stderr)


if __name__ == "__main__":
    unittest.main()
