"""`plait run` on graphs and plans: outputs, entries, inputs, traces, and that equal requests have equal answers."""

import json
import tempfile
import unittest
from pathlib import Path

from support import ROOT, TINY, plait

REFERENCE = ROOT / "graphs" / "inference_graph.graph"
MULTI = ROOT / "graphs" / "multi_model.graph"
ROLES = ROOT / "graphs" / "two_roles.graph"

# One prompt leaves no room for a new token, and the score is no number.
GUARDED = """
import std.text

service Writer {
  model lm: text.Generator = hf("openai-community/gpt2")
  api write(prompts: [string], body: json) -> { texts: [string], score: float } {
    return {
      texts: [generate(p) otherwise "nothing" for p in prompts],
      score: (body.score as float) otherwise 0.0,
    }
  }
  fn generate(prompt: string) -> string {
    return lm.generate(prompt, max_length: 5)[0].generated_text
  }
}
"""

# Ten calls of each model, every text a prompt of another length; two are equal.
BATCHED = """
import std.list
import std.text

service Readers {
  scale { replicas: 1..4 }
  model lm: text.Generator = hf("openai-community/gpt2") { device: cpu OPTION }
  model mood: text.Classifier = hf("google-bert/bert-base-uncased") { head: random(seed: 0) OPTION }
  model kind: text.ZeroShot = hf("FacebookAI/roberta-large-mnli") { device: cpu OPTION }
  api read(word: string) -> [{ text: string, mood: text.Label, kind: text.ZeroShotResult }] {
    let prompts = [text.join([word for _j in list.range(1 + i % 9)], " ") for i in list.range(10)]
    return [
      {
        text: lm.generate(p, max_new_tokens: 4, do_sample: true, seed: i)[0].generated_text
        mood: mood.classify(p)[0]
        kind: kind.classify(p, ["a word", "words"])
      }
      for i, p in prompts
    ]
  }
}
"""


def run(*words, **more):
    return plait("run", *words, "--models", TINY, **more)


class TestRun(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def answer(self, *words, **more):
        done = run(*words, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_reference_graph_prints_json(self):
        scored = json.loads(self.answer(REFERENCE))
        self.assertEqual(len(scored), 2)
        for item in scored:
            self.assertEqual(list(item), ["generated", "score"])
            self.assertTrue(item["generated"].startswith("I have an idea!"))

    def test_stand_ins_are_noted_once_on_standard_error(self):
        done = run(REFERENCE)
        self.assertEqual(done.stderr.count("stand-in"), 1)
        self.assertNotIn("stand-in", done.stdout)
        self.assertEqual(run(REFERENCE, "--quiet").stderr, "")

    def test_a_plan_answers_as_its_source_does(self):
        plan = self.folder / "reference.plan"
        done = plait("compile", REFERENCE, "-o", plan, "--models", TINY)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.answer(plan), self.answer(REFERENCE))

    def test_equal_requests_have_equal_answers_on_any_number_of_threads(self):
        one = self.answer(REFERENCE, "--threads", "1")
        self.assertEqual(one, self.answer(REFERENCE, "--threads", "2"))
        self.assertEqual(one, self.answer(REFERENCE))

    def test_equal_sources_have_equal_plans(self):
        plans = [plait("compile", REFERENCE, "-o", "-", "--models", TINY).stdout for _ in range(2)]
        elsewhere = plait("compile", "inference_graph.graph", "-o", "-", "--models", TINY, cwd=REFERENCE.parent).stdout
        self.assertEqual(plans[0], plans[1])
        self.assertEqual(plans[0], elsewhere)

    def test_input_comes_inline_from_a_file_or_from_standard_input(self):
        request = json.dumps({"original_sentence": "Once upon a time"})
        file = self.folder / "request.json"
        file.write_text(request)
        inline = self.answer(REFERENCE, "--input", request)
        self.assertIn("Once upon a time", inline)
        self.assertEqual(inline, self.answer(REFERENCE, "--input", f"@{file}"))
        self.assertEqual(inline, self.answer(REFERENCE, "--input", "-", stdin=request))

    def test_envelope_adds_seed_timings_and_degraded(self):
        envelope = json.loads(self.answer(REFERENCE, "--output", "envelope", "--seed", "7"))
        self.assertEqual(envelope["result"], json.loads(self.answer(REFERENCE)))
        self.assertEqual(envelope["seed"], 7)
        self.assertEqual(envelope["degraded"], [])
        self.assertGreater(envelope["seconds"], 0)
        self.assertEqual([step["model"] for step in envelope["steps"] if step["method"] == "classify"], ["BertBaseUncased.classifier"])

    def test_what_an_otherwise_stood_in_for_is_told_in_the_envelope(self):
        graph = self.folder / "guarded.graph"
        graph.write_text(GUARDED)
        request = {"prompts": ["I", "this has far too many tokens for that"], "body": {"score": "high"}}
        envelope = json.loads(self.answer(graph, "--input", json.dumps(request), "--output", "envelope"))
        self.assertEqual(envelope["result"]["texts"][1], "nothing")
        self.assertTrue(envelope["result"]["texts"][0].startswith("I"))
        self.assertEqual(envelope["result"]["score"], 0.0)
        told = [(use["call"], use["place"], use["code"], use["count"]) for use in envelope["degraded"]]
        self.assertEqual(
            told,
            [
                ("Writer.lm.generate", "guarded.graph:8:15-45", "prompt-too-long", 1),
                ("", "guarded.graph:9:14-48", "cast-failed", 1),
            ],
        )
        self.assertIn("high", envelope["degraded"][1]["message"])

    def test_the_two_scores_are_one_batch(self):
        steps = json.loads(self.answer(REFERENCE, "--output", "envelope"))["steps"]
        self.assertEqual([step["calls"] for step in steps if step["method"] == "classify"], [2])

    def test_roles_of_one_model_write_in_one_batch(self):
        together = json.loads(self.answer(ROLES, "--output", "envelope"))
        self.assertEqual([step["calls"] for step in together["steps"]], [2])

    def test_roles_that_differ_in_more_than_the_text_share_a_batch_and_answer_as_alone(self):
        source = self.folder / "roles.graph"
        sampled = "max_new_tokens: {}, do_sample: true, seed: {}"
        text = ROLES.read_text().replace("max_length: 64", sampled.format(9, 1), 1).replace("max_length: 64", sampled.format(23, 2), 1)
        source.write_text(text)
        together = json.loads(self.answer(source, "--output", "envelope", "--drafts", "none"))
        self.assertEqual([(step["calls"], step["new_tokens"]) for step in together["steps"]], [(2, 32)])
        plan = self.folder / "alone.plan"
        done = plait("compile", "--models", TINY, source, "--disable-pass", "batch-calls", "-o", plan)
        self.assertEqual(done.returncode, 0, done.stderr)
        alone = json.loads(self.answer(plan, "--output", "envelope"))
        self.assertEqual([step["calls"] for step in alone["steps"]], [1, 1])
        self.assertEqual(together["result"], alone["result"])

    def test_a_call_of_a_batch_fails_in_its_own_place(self):
        source = self.folder / "roles.graph"
        short = ROLES.read_text().replace("The trouble with {subject} is", "{subject}" + " word" * 70)
        source.write_text(short)
        done = run(source, "--entry", "TwoRoles.debate")
        self.assertEqual(done.returncode, 1, done.stderr)
        line = next(number for number, text in enumerate(short.splitlines(), 1) if "word word" in text)
        self.assertIn("prompt-too-long", done.stderr)
        self.assertIn(f"roles.graph:{line}:", done.stderr)

    def test_a_models_batch_bounds_its_passes_and_changes_no_answer(self):
        graph = self.folder / "batched.graph"
        results = []
        for batch, passes in ((None, [10]), (20, [10]), (4, [4, 4, 2]), (1, [1] * 10)):
            graph.write_text(BATCHED.replace("OPTION", f", batch: {batch}" if batch else ""))
            envelope = json.loads(self.answer(graph, "--input", '{"word": "again"}', "--output", "envelope"))
            results.append(envelope["result"])
            # Equal texts are one call of the two models that do not sample.
            ran = {model: [step["calls"] for step in envelope["steps"] if step["model"] == model] for model in ("Readers.lm", "Readers.mood")}
            self.assertEqual(ran["Readers.lm"], passes)
            self.assertEqual(sum(ran["Readers.mood"]), 9)
            self.assertLessEqual(max(ran["Readers.mood"]), batch or 10)
        self.assertTrue(all(result == results[0] for result in results))

    def test_replicas_are_told_where_the_plan_is(self):
        graph = self.folder / "batched.graph"
        graph.write_text(BATCHED.replace("OPTION", ", batch: 3"))
        told = "replicas: 1..4 for Readers; they are for a deployment, and a run is one process with one of each\n"
        for words in ([], ["--explain"]):
            done = plait("plan", graph, "--models", TINY, *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.endswith("\n\n" + told), done.stdout)

    def test_text_prints_strings_as_they_are(self):
        text = self.answer(REFERENCE, "--output", "text")
        self.assertTrue(text.startswith("generated: I have an idea!"))

    def test_trace_shows_the_writers_at_the_same_time(self):
        # Tiny writers take milliseconds, and a busy machine may not give the second thread its core in time: one overlap is proof enough.
        for _ in range(10):
            first, second = self.traced_writers()
            self.assertNotEqual(first["tid"], second["tid"])
            if second["ts"] < first["ts"] + first["dur"]:
                return
        self.fail("the two writers never ran at the same time")

    def test_an_answer_is_printed_also_where_its_trace_cannot_be_written(self):
        done = run(REFERENCE, "--trace", self.folder / "nowhere" / "trace.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere/trace.json", done.stderr)
        self.assertEqual(len(json.loads(done.stdout)), 2)

    def traced_writers(self):
        trace = self.folder / "trace.json"
        self.answer(REFERENCE, "--trace", trace)
        events = json.loads(trace.read_text())["traceEvents"]
        writers = [event for event in events if event["name"].endswith(".generate")]
        self.assertEqual(len(writers), 2)
        return sorted(writers, key=lambda event: event["ts"])

    def test_each_api_of_several(self):
        for entry, fields in {
            "process_a": ["sequence", "labels", "scores"],
            "process_b": ["label", "score"],
            "combined_process": ["classification", "sentiment"],
        }.items():
            out = self.answer(MULTI, "--entry", f"MultiModelService.{entry}", "--input", '{"input_data": "so good"}')
            self.assertEqual(list(json.loads(out)), fields)

    def test_only_the_models_of_the_entry_are_needed(self):
        models = self.folder / "models"
        wanted = models / "distilbert" / "distilbert-base-uncased"
        wanted.parent.mkdir(parents=True)
        wanted.symlink_to(TINY / "distilbert" / "distilbert-base-uncased")
        done = plait("run", MULTI, "--models", models, "--entry", "MultiModelService.process_b", "--input", '{"input_data": "x"}')
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_calls_that_are_not_needed_do_not_run(self):
        source = self.folder / "branch.graph"
        source.write_text(
            """
import std.text
service Branch {
  model a: text.Classifier = hf("distilbert/distilbert-base-uncased") { head: random(seed: 0) }
  model b: text.Classifier = hf("distilbert/distilroberta-base") { head: random(seed: 0) }
  api pick(text: string, left: bool) -> text.Label {
    let x = a.classify(text)[0]
    let y = b.classify(text)[0]
    return if left { x } else { y }
  }
}
"""
        )
        for left, model in (("true", "Branch.a"), ("false", "Branch.b")):
            out = self.answer(source, "--input", f'{{"text": "hi", "left": {left}}}', "--output", "envelope")
            self.assertEqual([step["model"] for step in json.loads(out)["steps"]], [model])

    def test_a_map_over_nothing_runs_nothing(self):
        source = self.folder / "map.graph"
        source.write_text(
            """
import std.text
service Maps {
  model a: text.Classifier = hf("distilbert/distilbert-base-uncased") { head: random(seed: 0) }
  api labels(texts: [string]) -> [{ place: int, best: text.Label }] {
    return [{ place: i, best: a.classify(t)[0] } for i, t in texts if len(t) > 1]
  }
}
"""
        )
        out = json.loads(self.answer(source, "--input", '{"texts": ["", "x"]}', "--output", "envelope"))
        self.assertEqual((out["result"], out["steps"]), ([], []))
        out = json.loads(self.answer(source, "--input", '{"texts": ["aa", "x", "bb"]}', "--output", "envelope"))
        self.assertEqual([item["place"] for item in out["result"]], [0, 2])
        self.assertEqual([step["calls"] for step in out["steps"]], [2])

    def test_retrieval_finds_the_nearest_passages_and_writes_an_answer(self):
        graph = ROOT / "graphs" / "rag.graph"
        passages = ["The bay is frozen.", "What do tickets cost?", "A lighthouse."]
        given = json.dumps({"question": " what do TICKETS cost? ", "passages": passages})
        out = json.loads(run(graph, "--entry", "Rag.sources", "--input", given, "--output", "envelope").stdout)
        nearest, second = out["result"]
        self.assertEqual(nearest["passage"], "What do tickets cost?")
        self.assertAlmostEqual(nearest["similarity"], 1.0, delta=1e-6)
        self.assertLess(second["similarity"], nearest["similarity"])
        self.assertEqual([step["calls"] for step in out["steps"] if step["kind"] == "call"].count(3), 1)
        pieces = run(graph, "--quiet", "--entry", "Rag.ask", "--input", given)
        self.assertEqual(pieces.returncode, 0, pieces.stderr)
        self.assertGreater(len(pieces.stdout.splitlines()), 1)

    def test_bench_gives_figures_as_json(self):
        done = plait("bench", REFERENCE, "--models", TINY, "--runs", "2", "--json", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        figures = json.loads(done.stdout)
        self.assertEqual(len(figures["seconds"]), 2)
        self.assertEqual(len(figures["steps"]), 3)
        table = plait("bench", REFERENCE, "--models", TINY, "--runs", "2", "--quiet").stdout
        self.assertIn("tok/s", table)

    def test_bench_answers_a_line_with_a_line(self):
        done = plait("bench", REFERENCE, "--models", TINY, "--protocol", "jsonl", "--quiet", stdin='{"run": "x"}\n{"run": "x"}\n')
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(lines[0], {"ready": True})
        self.assertEqual(lines[1]["result"], lines[2]["result"])


if __name__ == "__main__":
    unittest.main()
