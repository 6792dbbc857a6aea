"""Drafts and precision through the command: what they change, and that drafts change no answer."""

import json
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

PROMPTS = ["I have an idea!", "The weather is fine", "a b c a b c a b c", "déjà vu 東京 🙂"]


class TestDrafts(FolderTest):
    def run_on(self, source, prompt, *options, sample=False):
        given = json.dumps({"prompt": prompt, "sample": sample})
        done = plait("run", source, "--models", TINY, "--input", given, "--output", "envelope", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

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

    def test_wrong_words_say_what_there_is(self):
        source = self.write("writer.graph", GRAPH % "")
        for option, value, said in (("--drafts", "int4", "takes `int8`, `text`"), ("--max-memory", "much", "such as 2GiB")):
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
