"""The bench's own reckoning, with no peer, no model and no PyTorch."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BENCH = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH))
from harness import agreement, bars, catalog, installing, quality, report, serving, workloads  # noqa: E402
from harness.peer import Peer, PeerError  # noqa: E402
from harness.probe import Machine  # noqa: E402
from harness.report import Row  # noqa: E402
from harness.workloads import WORKLOADS, Precision, Task  # noqa: E402

PLAIT = catalog.PLAIT
ECHO = """
import json, sys
for line in sys.stdin:
    name = json.loads(line)["run"]
    if name == "fail":
        print(json.dumps({"error": "no such row"}), flush=True)
    elif name == "end":
        sys.exit("out of memory")
    else:
        print(json.dumps({"way": "the only one"}), flush=True)
        print(json.dumps({"run": name, "seconds": 0.25}), flush=True)
"""


def row(name: str = "gpt2_alone", **seconds: list[float]) -> Row:
    return Row(workloads.named(name), seconds, weight_bytes=1, bound=0.5)


class RatiosTest(unittest.TestCase):
    def test_a_ratio_is_of_medians(self):
        measured = row(plait=[1.0, 9.0, 2.0], transformers=[6.0, 6.0, 1.0])
        self.assertEqual(measured.ratio_to("transformers", PLAIT), 3.0)

    def test_the_row_has_the_ratio_to_the_fastest_of_the_others(self):
        self.assertEqual(row(plait=[2.0], transformers=[6.0], llama_cpp=[3.0]).ratio(PLAIT), 1.5)

    def test_alone_or_absent_there_is_no_ratio(self):
        self.assertIsNone(row(plait=[1.0]).ratio(PLAIT))
        self.assertIsNone(row(llama_cpp=[1.0], ctranslate2=[2.0]).ratio(PLAIT))

    def test_below_tells_ratios_and_differences_of_the_subject_only(self):
        measured = row(plait=[2.0], llama_cpp=[1.0])
        measured.agreements["llama_cpp"] = agreement.Agreement("differ", ["llama is wrong"])
        self.assertEqual(report.below([measured], PLAIT, 1.0), ["GPT-2 alone: the ratio is 0.50, below 1.0"])
        measured.agreements[PLAIT] = agreement.Agreement("differ", ["Plait is wrong"])
        self.assertEqual(report.below([measured], PLAIT, 0.1), ["Plait is wrong"])

    def test_the_project_itself_is_no_peer(self):
        measured = row(plait=[1.0], plait_drafts=[0.5], llama_cpp=[1.2])
        self.assertEqual(measured.ratio(PLAIT), 1.2)

    def test_a_row_that_the_subject_should_have_run_fails(self):
        self.assertEqual(report.below([row(llama_cpp=[1.0])], PLAIT, 1.0), ["GPT-2 alone: the ratio is not known"])


class BarsTest(unittest.TestCase):
    def test_a_bar_that_is_missed_says_what_the_limit_allows(self):
        measured = row("bert_128", plait=[0.6], transformers=[0.9], openvino=[0.66])
        told = bars.lines(bars.judge([measured]))
        self.assertEqual(
            told,
            [
                "  met     BERT, 128 tokens: Plait is 1.10 × as fast as OpenVINO, the best peer, at least 1.05",
                "  missed  BERT, 128 tokens: Plait is 1.50 × as fast as transformers, at least 1.8; "
                "it takes 1.20 × the limit, at which it would be 1.80 ×",
            ],
        )

    def test_limits_memory_and_drafts_have_bars_of_their_own(self):
        measured = row("reference_graph", plait=[0.6], plait_drafts=[0.3], transformers=[0.75])
        measured.peak_memory = {PLAIT: 2, "plait_drafts": 1}
        met = {verdict.text.split(": ")[1].split(",")[0]: verdict.is_met for verdict in bars.judge([measured])}
        self.assertFalse(met["1.20 × the limit"])
        self.assertFalse(met["Plait takes 2.00 × the bytes of the weights"])
        self.assertIn("Plait, int8 drafts takes 1.00 × the bytes", " ".join(bars.lines(bars.judge([measured]))))
        self.assertFalse(any("hand" in verdict.text for verdict in bars.judge([measured])))

    def test_every_bar_is_of_a_row_and_of_contenders(self):
        for bar in bars.BARS:
            workloads.named(bar.row)
            if isinstance(bar, bars.SpeedBar) and bar.than != bars.BEST:
                self.assertTrue(catalog.named(bar.than).runs(workloads.named(bar.row)), bar)


class GraphTest(unittest.TestCase):
    def test_a_class_of_its_own_is_set_on_every_model(self):
        source = 'model a: text.Generator = hf("o/a")\nmodel b: text.Classifier = hf("o/b") { head: random(seed: 0) }\n'
        expected = (
            'model a: text.Generator = hf("o/a") { precision: int8 }\n'
            'model b: text.Classifier = hf("o/b") { precision: int8, head: random(seed: 0) }\n'
        )
        self.assertEqual(catalog.in_precision(source, Precision.INT8), expected)


class TableTest(unittest.TestCase):
    def test_blocks(self):
        first = row(transformers=[4.0, 3.0, 5.0], plait=[2.0, 1.0, 2.5], llama_cpp=[1.0])
        first.agreements = {PLAIT: agreement.Agreement("same"), "llama_cpp": agreement.Agreement("differ", ["x"])}
        first.peak_memory = {PLAIT: 1_500_000_000}
        first.remarks = {"transformers": {"way": "with 2 of 2 cores"}}
        first.left_out = {"ctranslate2": "not installed: no network"}
        second = row("gpt2_alone_int8")
        second.left_out = {PLAIT: "exit code 69"}
        expected = """\
GPT-2 alone   (limit 500 ms)
                median, ms      range        Plait is  × limit   memory  answers  ran
  Plait               2000  1000–2500                     4.00  1.50 GB  same
  llama.cpp           1000  1000–1000  0.50 × as fast     2.00        –  differ
  transformers        4000  3000–5000  2.00 × as fast     8.00        –  –        with 2 of 2 cores
  CTranslate2 is left out: not installed: no network

GPT-2 alone, int8   (limit 500 ms)
  nobody ran it
  Plait is left out: exit code 69"""
        self.assertEqual(report.table([first, second], PLAIT), expected)

    def test_short_times_keep_three_digits(self):
        self.assertIn("18.3", report.table([row("bert_16", plait=[0.01834])], PLAIT))

    def test_data_holds_what_the_table_shows(self):
        measured = row(plait=[2.0], transformers=[3.0])
        measured.agreements[PLAIT] = agreement.Agreement("same")
        data = json.loads(json.dumps(measured.as_data(PLAIT)))
        self.assertEqual(data["workload"], "gpt2_alone")
        self.assertEqual(data["precision"], "fp32")
        self.assertEqual(data["median"], {"plait": 2.0, "transformers": 3.0})
        self.assertEqual((data["ratio"], data["ratios"]), (1.5, {"transformers": 1.5}))
        self.assertEqual(data["times_bound"], {"plait": 4.0, "transformers": 6.0})
        self.assertIs(data["same_answers"], True)


class AgreementTest(unittest.TestCase):
    def text(self, name: str, expected: dict, got: dict) -> str:
        return agreement.of(workloads.named(name), expected, got).text

    def test_fp32_must_be_equal(self):
        written = {"result": [{"generated_text": "a b"}], "ids": [[1, 2]]}
        self.assertEqual(self.text("gpt2_alone", written, {"result": written["result"]}), "same")
        other = agreement.of(workloads.named("gpt2_alone"), written, written | {"ids": [[1, 3]]})
        self.assertEqual(other.text, "differ")
        self.assertEqual(other.differences, ["gpt2_alone ids[0][1]: expected 2, got 3"])

    def test_fp32_scores_have_a_tolerance(self):
        scores = [{"result": [{"label": "A", "score": score}]} for score in (0.5, 0.50005, 0.501)]
        self.assertEqual(self.text("bert_16", scores[0], scores[1]), "same")
        self.assertEqual(self.text("bert_16", scores[0], scores[2]), "differ")

    def test_int8_tells_where_texts_part(self):
        expected = {"result": [], "ids": [[1, 2, 3, 4], [5, 6]]}
        got = {"result": [], "ids": [[1, 2, 9, 4], [5, 6]]}
        found = agreement.of(workloads.named("both_writers_int8"), expected, got)
        self.assertEqual(found.text, "4 of 6 tokens until they part, 83% equal")
        self.assertEqual(found.differences, [])
        self.assertAlmostEqual(found.equal_share, 5 / 6)

    def test_without_ids_characters_are_counted(self):
        expected = {"result": [{"generated_text": "abcd"}], "ids": [[1]]}
        got = {"result": [{"generated_text": "abxd"}]}
        self.assertEqual(
            self.text("gpt2_alone_int8", expected, got), "2 of 4 characters until they part, 75% equal"
        )
        self.assertEqual(self.text("gpt2_alone_int8", expected, {"result": expected["result"]}), "same")

    def test_bf16_scores_are_told_and_no_fault(self):
        expected = {"result": [{"label": "A", "score": 0.5}]}
        self.assertEqual(
            self.text("bert_16_bf16", expected, {"result": [{"label": "A", "score": 0.51}]}),
            "same label, score off by 1.0e-02",
        )
        self.assertEqual(self.text("bert_16_bf16", expected, {"result": [{"label": "B", "score": 0.5}]}), "other label")

    def test_no_result_is_told(self):
        self.assertEqual(self.text("gpt2_alone", {"result": []}, {}), "not told")


class QualityTest(unittest.TestCase):
    def test_writers_in_a_class_are_told_their_perplexity(self):
        told = [workload.name for workload in WORKLOADS if quality.is_told(workload)]
        self.assertEqual(len(told), 6)
        for name in told:
            self.assertRegex(name, "^(both_writers|gpt2_alone|distilgpt2_alone)_(bf16|int8)$")
        self.assertTrue(quality.TEXT.is_file())

    def test_the_changes_stand_behind_the_agreement(self):
        told = {"models": [{"model": "W.a", "perplexity_change": 0.00063}, {"model": "W.b", "perplexity_change": -0.002}]}
        found = quality.with_changes(agreement.Agreement("half", equal_share=0.5), told)
        self.assertEqual(found.text, "half; perplexity +0.06% and -0.20%")
        self.assertEqual(found.as_data()["perplexity_changes"], {"W.a": 0.00063, "W.b": -0.002})
        self.assertEqual(found.equal_share, 0.5)

    def test_why_there_is_none_is_told(self):
        settings = catalog.Settings(Path("/no/models"), Path("/bin/false"), 1)
        found = quality.added_to(agreement.Agreement("half"), workloads.named("gpt2_alone_int8"), settings)
        self.assertEqual(found.text, "half; perplexity not told: exit status 1")


class WorkloadsTest(unittest.TestCase):
    def test_names_are_unique_and_graphs_are_there(self):
        names = [workload.name for workload in WORKLOADS]
        self.assertEqual(len(names), len(set(names)))
        for workload in WORKLOADS:
            if workload.graph:
                self.assertTrue((catalog.PROJECT / workload.graph).is_file(), workload.graph)

    def test_every_row_has_a_peer(self):
        for workload in WORKLOADS:
            self.assertTrue(any(c.runs(workload) for c in catalog.CONTENDERS if c.name != PLAIT), workload.name)

    def write_header(self, folder, model, shapes):
        weights = Path(folder) / model / "model.safetensors"
        weights.parent.mkdir(parents=True)
        header = json.dumps({name: {"shape": shape} for name, shape in shapes.items()}).encode()
        weights.write_bytes(struct.pack("<Q", len(header)) + header)

    def test_limits_follow_from_bytes_or_arithmetic(self):
        with tempfile.TemporaryDirectory() as folder:
            shapes = {"wte.weight": [10, 20], "wpe.weight": [99, 99]}
            shapes |= {"h.0.mlp.c_fc.weight": [20, 40], "h.0.mlp.c_fc.bias": [40]}
            self.write_header(folder, workloads.GPT2, shapes)
            machine = Machine(bandwidth=1000.0, peak=1e9, bf16_peak=2e9)
            bounds = [
                workloads.named(f"gpt2_alone{suffix}").bound(Path(folder), machine) for suffix in ("", "_bf16", "_int8")
            ]
            # 123 passes over 200 + 800 parameters of 4, 2 and 1 bytes; tables of which rows are read do not count.
            self.assertEqual(bounds, [123 * 4.0, 123 * 2.0, 123 * 1.0])
            slow = Machine(bandwidth=1e12, peak=2000.0, bf16_peak=4000.0)
            self.assertEqual(workloads.named("gpt2_alone").bound(Path(folder), slow), 123 * 1.0)
            self.assertEqual(workloads.named("gpt2_alone_bf16").bound(Path(folder), slow), 123 * 0.5)

    def test_the_limit_of_an_encoder_leaves_out_what_nobody_reads_of_its_last_layer(self):
        with tempfile.TemporaryDirectory() as folder:
            shapes = {"bert.embeddings.word_embeddings.weight": [99, 10], "classifier.weight": [2, 10]}
            for layer in (0, 1):
                for part in ("attention.self.query", "attention.self.key", "attention.self.value", "intermediate.dense"):
                    shapes[f"bert.encoder.layer.{layer}.{part}.weight"] = [10, 10]
            self.write_header(folder, workloads.BERT, shapes)
            slow = Machine(bandwidth=1e12, peak=2.0, bf16_peak=2.0)
            # Four matrices and two for 128 tokens, and two for one.
            self.assertEqual(workloads.named("bert_128").bound(Path(folder), slow), 100 * (6 * 128 + 2))


class CatalogTest(unittest.TestCase):
    def test_scripts_and_requirements_are_there(self):
        for contender in catalog.CONTENDERS:
            if contender.script:
                self.assertTrue((catalog.PEERS / contender.script).is_file(), contender.script)
            if contender.environment != catalog.ORACLE:
                self.assertTrue((catalog.REQUIREMENTS / f"{contender.environment}.txt").is_file())

    def test_everything_is_pinned(self):
        for file in catalog.REQUIREMENTS.iterdir():
            for line in file.read_text().splitlines():
                self.assertRegex(line, re.compile(r"^[\w.-]+==[\w.]+( --config-settings=\S+)?$"), file.name)
                self.assertFalse(line.startswith("torch==") and line != "torch==2.13.0", file.name)

    def test_cores_are_told_to_all_but_who_decides_itself(self):
        settings = catalog.Settings(Path("models"), Path("plait"), 2)
        inherited = {"OMP_NUM_THREADS": "7", "HOME": "/"}
        seen = catalog.environment_of(catalog.named("llama_cpp"), settings, inherited)
        self.assertEqual((seen["OMP_NUM_THREADS"], seen["HOME"]), ("2", "/"))
        self.assertNotIn("OMP_NUM_THREADS", catalog.environment_of(catalog.named("bentoml"), settings, inherited))

    def test_the_reason_of_a_failed_installation_is_the_cause(self):
        errors = """
setup: this command failed: pip install -r x.txt
setup: the end of .deps/logs/bench/x-pip.log:
  | Collecting x
  | ERROR: No matching distribution found for x==1
  | a notice
"""
        self.assertEqual(
            installing.reason(errors),
            "No matching distribution found for x==1 (see .deps/logs/bench/x-pip.log)",
        )
        self.assertEqual(installing.reason("setup: python3 on PATH is too old"), "python3 on PATH is too old")
        self.assertEqual(installing.reason(""), "tools/setup failed and did not say why")


class ServingTest(unittest.TestCase):
    def test_the_fastest_way_is_taken_and_a_failing_one_is_none(self):
        def failing():
            raise MemoryError

        self.assertEqual(serving.fastest({"broken": failing, "works": lambda: lambda: None}), "works")
        with self.assertRaises(MemoryError):
            serving.fastest({"broken": failing, "broken too": failing})

    def test_jobs_run_at_the_same_time_and_keep_their_order(self):
        self.assertEqual(serving.beside([lambda: "a", lambda: "b"]), ["a", "b"])
        with self.assertRaises(ZeroDivisionError):
            serving.beside([lambda: 1 // 0, lambda: "b"])

    def test_ways_are_named_by_form_where_there_are_several(self):
        class Two(serving.Library):
            def forms(self, precision):
                return ("F16", "BF16") if precision is Precision.BF16 else ("F32",)

        library = Two(Path(), 2, Path())
        self.assertEqual(
            list(library.ways(workloads.named("gpt2_alone"))), ["with 1 of 2 cores", "with 2 of 2 cores"]
        )
        self.assertIn("BF16, side by side, 1 threads each", library.ways(workloads.named("both_writers_bf16")))

    def test_a_task_that_no_library_has_is_refused(self):
        workload = next(workload for workload in WORKLOADS if workload.task is Task.ENSEMBLE)
        with self.assertRaisesRegex(NotImplementedError, "does not run two classifiers"):
            serving.Library(Path(), 2, Path()).ways(workload)

    def test_weights_are_converted_once(self):
        with tempfile.TemporaryDirectory() as folder:
            weights = Path(folder) / "org" / "m" / "model.safetensors"
            weights.parent.mkdir(parents=True)
            weights.write_bytes(b"1")
            library = serving.Library(Path(folder), 2, Path(folder) / "cache")
            calls = []

            def convert(target: Path) -> None:
                calls.append(target)
                (target / "w").write_text("x")

            first = library.converted("org/m", "int8", convert)
            self.assertEqual((first / "w").read_text(), "x")
            self.assertEqual(library.converted("org/m", "int8", convert), first)
            weights.write_bytes(b"22")
            self.assertNotEqual(library.converted("org/m", "int8", convert), first)
            self.assertEqual(len(calls), 2)


class PeerTest(unittest.TestCase):
    def peer(self) -> Peer:
        peer = Peer("echo", [sys.executable, "-c", ECHO])
        self.addCleanup(peer.close)
        return peer

    def test_answers_and_remarks(self):
        peer = self.peer()
        self.assertEqual(peer.run("x"), {"run": "x", "seconds": 0.25})
        self.assertEqual(peer.remarks, {"way": "the only one"})
        self.assertGreater(peer.peak_memory(), 1_000_000)

    def test_an_error_and_an_end_are_told(self):
        peer = self.peer()
        with self.assertRaisesRegex(PeerError, "^echo: no such row$"):
            peer.run("fail")
        with self.assertRaisesRegex(PeerError, "(?s)ended with status 1.*out of memory"):
            peer.run("end")

    def test_what_cannot_be_started_is_told(self):
        with self.assertRaisesRegex(PeerError, "could not start /no/such: No such file"):
            Peer("ghost", ["/no/such"])


class CommandTest(unittest.TestCase):
    def run_bench(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, BENCH / "run", *words], capture_output=True, text=True, check=False)

    def test_list_names_every_row_and_peer(self):
        done = self.run_bench("--list")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in [*catalog.NAMES, *(workload.name for workload in WORKLOADS)]:
            self.assertRegex(done.stdout, rf"(?m)^  {name} ")

    def test_wrong_words_are_answered_with_the_right_ones(self):
        for words, said in {
            ("--only", "gpt3"): "unknown row 'gpt3'; rows: reference_graph, ",
            ("--peers", "plait,vllm"): "unknown peer 'vllm'; peers: plait, ",
            ("--cores", "0"): "--cores must be between 1 and ",
            ("--rounds", "0"): "--rounds must be 1 or more, not 0",
        }.items():
            done = self.run_bench(*words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)

    def test_help_shows_examples(self):
        self.assertIn("tests/bench/run --only gpt2_alone", self.run_bench("--help").stdout)


if __name__ == "__main__":
    unittest.main()
