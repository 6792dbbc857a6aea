"""Drafts and precision through the command: what they change, and that drafts change no answer."""

import json
import re
import shutil
import unittest

from support import TINY, FolderTest, plait

GRAPH = """
import std.text

service Writer {
  model lm: text.Generator = hf("openai-community/gpt2")%s
  api write(prompt: string, sample: bool = false) -> [text.Generation] {
    return lm.generate(prompt, max_length: 60, do_sample: sample, num_return_sequences: 2 if sample else 1)
  }
}
""".replace("2 if sample else 1", "if sample { 2 } else { 1 }")

PAIR = """
import std.text

service Writers {
  model large: text.Generator = hf("openai-community/gpt2") { precision: %s }
  model small: text.Generator = hf("distilbert/distilgpt2") { precision: %s }

  api both(prompt: string, sample: bool = false) -> [text.Generation] {
    let copies = if sample { 2 } else { 1 }
    return large.generate(prompt, max_length: 100, do_sample: sample, num_return_sequences: copies)
      + small.generate(prompt, max_length: 100, do_sample: sample, num_return_sequences: copies)
  }

  api streamed(prompt: string, sample: bool = false) -> stream<string> {
    return large.stream(small.stream(prompt, max_new_tokens: 20), max_new_tokens: 40, do_sample: sample)
  }

  api alone(prompt: string, sample: bool = false) -> [text.Generation] {
    return large.generate(prompt, max_length: 60, do_sample: sample)
  }
}
"""

PROMPTS = ["I have an idea!", "The weather is fine", "a b c a b c a b c", "déjà vu 東京 🙂"]


class TestDrafts(FolderTest):
    def run_on(self, source, prompt, *options, sample=False):
        given = json.dumps({"prompt": prompt, "sample": sample})
        done = plait("run", source, "--models", TINY, "--input", given, "--output", "envelope", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        # The pieces of a stream stand before the rest, one a line.
        *pieces, rest = re.split(r"\n(?={\"entry\")", done.stdout)
        return json.loads(rest) | ({"result": pieces} if pieces else {})

    def test_drafts_change_no_answer(self):
        source = self.write("writer.graph", GRAPH % "")
        guessed = 0
        for prompt in PROMPTS:
            for sample in (False, True):
                plain = self.run_on(source, prompt, "--drafts", "none", sample=sample)
                for kinds in ("int8", "text", "int8,text"):
                    with self.subTest(prompt=prompt, sample=sample, kinds=kinds):
                        drafted = self.run_on(source, prompt, "--drafts", kinds, sample=sample)
                        self.assertEqual(drafted["result"], plain["result"])
                        guessed += sum(step.get("guessed_tokens", 0) for step in drafted["steps"])
                self.assertEqual(sum(step.get("guessed_tokens", 0) for step in plain["steps"]), 0)
        self.assertGreater(guessed, 100)

    def test_the_plan_says_what_makes_drafts(self):
        source = self.write("writer.graph", GRAPH % "")
        plan = self.folder / "writer.plan"
        for options, drafts in (((), '["int8", "text"]'), (("--drafts", "text"), '["text"]')):
            done = plait("compile", source, "--models", TINY, "-o", plan, *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"drafts = {drafts}", plan.read_text())
        # A plan keeps what it was made with, and can do with less.
        self.assertEqual(plait("run", plan, "--models", TINY, "--input", '{"prompt": "a"}', "--drafts", "none").returncode, 0)
        done = plait("run", plan, "--models", TINY, "--input", '{"prompt": "a"}', "--max-memory", "1GiB")
        self.assertEqual(done.returncode, 1)
        self.assertIn("`--max-memory` takes a source", done.stderr)

    def test_bench_tells_how_many_guesses_were_right(self):
        source = self.write("writer.graph", GRAPH % "")
        given = json.dumps({"prompt": PROMPTS[0]})

        def bench(*options):
            done = plait("bench", source, "--models", TINY, "--input", given, "--runs", "2", "--warmup", "0", "--quiet", *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        step = self.run_on(source, PROMPTS[0])["steps"][0]
        guessed, right, passes = (step[name] for name in ("guessed_tokens", "right_guesses", "passes"))
        self.assertGreater(right, 0)
        # What is guessed follows from what was right before, so it is the same in each run.
        (counts,) = re.findall(r"(\d+) of (\d+) guesses right, (\d+\.\d) a pass$", bench(), re.MULTILINE)
        self.assertEqual(counts, (str(right), str(guessed), f"{guessed / passes:.1f}"))
        (figures,) = json.loads(bench("--json"))["steps"]
        self.assertEqual([figures[name] for name in ("guessed_tokens", "right_guesses", "passes")], [guessed, right, passes])
        # A pass decides a token for each right guess before it, and one by itself.
        self.assertEqual(figures["new_tokens"], right + passes)
        self.assertNotIn("guesses", bench("--drafts", "none"))
        (figures,) = json.loads(bench("--json", "--drafts", "none"))["steps"]
        self.assertEqual([figures[name] for name in ("guessed_tokens", "right_guesses")], [0, 0])

    def test_copies_are_left_out_before_a_graph_is_refused(self):
        source = self.write("writer.graph", GRAPH % "")
        plan = self.folder / "writer.plan"
        plait("compile", source, "--models", TINY, "-o", plan, "--drafts", "none")
        peak = int(next(line for line in plan.read_text().splitlines() if line.startswith("peak_memory")).split()[-1].replace("_", ""))
        done = plait("compile", source, "--models", TINY, "-o", plan, "--max-memory", f"{peak}B")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('drafts = ["text"]', plan.read_text())
        done = plait("compile", source, "--models", TINY, "-o", plan, "--max-memory", f"{peak - 1}B")
        self.assertEqual(done.returncode, 1)
        self.assertIn("[memory-too-small]", done.stderr)

    def test_a_smaller_model_changes_no_answer(self):
        source = self.write("pair.graph", PAIR % ("exact", "exact"))
        guessed = 0
        for entry in ("both", "streamed", "alone"):
            for prompt in PROMPTS[::2]:
                for sample in (False, True):
                    with self.subTest(entry=entry, prompt=prompt, sample=sample):
                        asked = ("--entry", f"Writers.{entry}", "--drafts")
                        plain = self.run_on(source, prompt, *asked, "none", sample=sample)
                        drafted = self.run_on(source, prompt, *asked, "model", sample=sample)
                        self.assertEqual(drafted["result"], plain["result"])
                        guessed += sum(step.get("guessed_tokens", 0) for step in drafted["steps"])
        self.assertGreater(guessed, 0)

    def test_the_plan_says_which_model_makes_drafts(self):
        plan = self.folder / "pair.plan"

        def drafts_of(large, small, *options):
            source = self.write("pair.graph", PAIR % (large, small))
            done = plait("compile", source, "--models", TINY, "-o", plan, *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            return [line for line in plan.read_text().splitlines() if line.startswith(("drafts", "draft_model"))]

        # The large one is called alone too, so the small one is not loaded with it anyway, and its own copy promises more.
        self.assertEqual(drafts_of("exact", "exact"), ['drafts = ["int8", "text"]'] * 2)
        self.assertEqual(drafts_of("int8", "int8"), ['drafts = ["text"]'] * 2)
        self.assertEqual(drafts_of("exact", "exact", "--drafts", "text,model"), ['drafts = ["text", "model"]', "draft_model = 1", 'drafts = ["text"]'])
        # A plan can do with less than it was made for.
        for kinds in ("text", "model", "none"):
            done = plait("run", plan, "--models", TINY, "--entry", "Writers.alone", "--input", '{"prompt": "a"}', "--drafts", kinds)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_model_that_is_loaded_anyway_makes_drafts_where_there_is_no_room_for_copies(self):
        alone = PAIR.index("  api alone")
        source = self.write("pair.graph", PAIR[:alone] % ("exact", "exact") + "}\n")
        plan = self.folder / "pair.plan"

        def compile_with(*options):
            done = plait("compile", source, "--models", TINY, "-o", plan, *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            peaks = [line for line in plan.read_text().splitlines() if line.startswith("peak_memory")]
            return max(int(line.split()[-1].replace("_", "")) for line in peaks)

        peak = compile_with()
        self.assertNotIn("draft_model", plan.read_text())
        peak = compile_with("--max-memory", f"{peak - 1}B")
        self.assertIn('drafts = ["text", "model"]', plan.read_text())
        self.assertIn("draft_model = 1", plan.read_text())
        compile_with("--max-memory", f"{peak - 1}B")
        self.assertNotIn("draft_model", plan.read_text())

    def test_a_folder_that_changed_its_tokenizer_is_refused(self):
        models = self.folder / "models"
        shutil.copytree(TINY, models, symlinks=False)
        source = self.write("pair.graph", PAIR % ("exact", "exact"))
        plan = self.folder / "pair.plan"
        done = plait("compile", source, "--models", models, "-o", plan, "--drafts", "model")
        self.assertEqual(done.returncode, 0, done.stderr)
        tokenizer = models / "distilbert" / "distilgpt2" / "tokenizer.json"
        tokenizer.write_text(tokenizer.read_text() + "\n")
        done = plait("run", plan, "--models", models, "--entry", "Writers.alone", "--input", '{"prompt": "a"}')
        self.assertEqual(done.returncode, 1)
        self.assertIn("which has another tokenizer", done.stderr)
        self.assertIn("compile the graph again", done.stderr)

    def test_wrong_words_say_what_there_is(self):
        source = self.write("writer.graph", GRAPH % "")
        for option, value, said in (("--drafts", "int4", "takes `int8`, `text`, `model`"), ("--max-memory", "much", "such as 2GiB")):
            done = plait("plan", source, option, value)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)

    def test_a_precision_of_its_own_runs(self):
        answers = {}
        for precision in ("exact", "bf16", "int8"):
            source = self.write(f"{precision}.graph", GRAPH % f" {{ precision: {precision} }}")
            answers[precision] = self.run_on(source, PROMPTS[0])["result"][0]["generated_text"]
            again = self.run_on(source, PROMPTS[0], "--threads", "1", "--drafts", "none")["result"][0]["generated_text"]
            self.assertEqual(again, answers[precision])
        self.assertEqual(len(answers["int8"].split()[0]), len(answers["exact"].split()[0]))


if __name__ == "__main__":
    unittest.main()
