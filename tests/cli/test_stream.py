"""Streams through the command: pieces as they come, and the answers that the same graph gives without streaming."""

import json
import unittest

from support import TINY, FolderTest, plait

GRAPH = """
import std.list
import std.text

service Writer {
  model lm: text.Generator = hf("openai-community/gpt2")
  api write(prompt: string, max_length: int? = 60, do_sample: bool = false) -> stream<string> {
    return lm.stream(prompt, max_length: max_length, do_sample: do_sample)
  }
  api write_whole(prompt: string, max_length: int? = 60, do_sample: bool = false) -> string {
    return lm.generate(prompt, max_length: max_length, do_sample: do_sample)[0].generated_text
  }
}

service Reader {
  model lm: text.Generator = hf("distilbert/distilgpt2")
  api answer(text: stream<string>, sequences: int) -> [text.Generation] {
    return lm.generate(text, max_new_tokens: 8, num_return_sequences: sequences, do_sample: sequences > 1)
  }
  api answer_whole(text: string, sequences: int) -> [text.Generation] {
    return lm.generate(text, max_new_tokens: 8, num_return_sequences: sequences, do_sample: sequences > 1)
  }
  api go_on(text: stream<string>) -> stream<string> { return lm.stream(text, max_new_tokens: 8) }
}

service Scorer {
  model classifier: text.Classifier = hf("google-bert/bert-base-uncased") { head: random(seed: 0) }
  api score(sentence: string) -> float { return classifier.classify(sentence)[0].score }
}

service Main {
  uses writer: Writer
  uses reader: Reader
  uses scorer: Scorer
  api pieces(prompt: string, sample: bool = false) -> stream<string> { return writer.write(prompt, do_sample: sample) }
  api joined(prompt: string, sample: bool = false) -> string {
    return prompt + text.join(writer.write(prompt, do_sample: sample))
  }
  api whole(prompt: string, sample: bool = false) -> string { return writer.write_whole(prompt, do_sample: sample) }
  api chained(prompt: string, sequences: int = 1) -> [text.Generation] {
    return reader.answer(writer.write(prompt), sequences)
  }
  api chained_whole(prompt: string, sequences: int = 1) -> [text.Generation] {
    return reader.answer_whole(text.join(writer.write(prompt)), sequences)
  }
  api on_and_on(prompt: string) -> stream<string> { return reader.go_on(writer.write(prompt)) }
  api scores(prompt: string) -> stream<float> { return [scorer.score(s) for s in writer.write(prompt) if len(s) > 1] }
  api scores_whole(prompt: string) -> [float] {
    return [scorer.score(s) for s in collect(writer.write(prompt)) if len(s) > 1]
  }
  api broken(prompt: string) -> stream<float> { return [1.0 / (3 - i) for i, s in writer.write(prompt)] }
  api few(prompt: string) -> [string] { return collect(list.take(writer.write(prompt, max_length: null), 2)) }
  api too_long(prompt: string) -> stream<string> { return writer.write(prompt, max_length: 2) }
}
"""

PROMPTS = ["I have an idea!", "", "The weather\n\nis  fine – so what? ", "déjà vu 東京 🙂", "a b c d e f g h i j k l m n o p"]


class TestStreams(FolderTest):
    def setUp(self):
        super().setUp()
        self.graph = self.folder / "streams.graph"
        self.graph.write_text(GRAPH, encoding="utf-8")

    def run_entry(self, entry, arguments, *more):
        return plait("run", self.graph, "--entry", f"Main.{entry}", "--input", json.dumps(arguments), "--models", TINY, "--quiet", *more)

    def lines(self, entry, arguments, *more):
        done = self.run_entry(entry, arguments, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def answer(self, entry, arguments, *more):
        done = self.run_entry(entry, arguments, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_pieces_are_the_text_that_generate_writes(self):
        for prompt in PROMPTS:
            for sample in (False, True):
                arguments = {"prompt": prompt, "sample": sample}
                with self.subTest(**arguments):
                    whole = self.answer("whole", arguments, "--seed", "3")
                    pieces = self.lines("pieces", arguments, "--seed", "3")
                    self.assertGreater(len(pieces), 10)
                    self.assertEqual(prompt + "".join(pieces), whole)
                    self.assertEqual(self.answer("joined", arguments, "--seed", "3"), whole)

    def test_a_second_model_answers_as_if_the_text_had_been_whole(self):
        for prompt in PROMPTS:
            for sequences in (1, 3):
                arguments = {"prompt": prompt, "sequences": sequences}
                with self.subTest(**arguments):
                    streamed = self.answer("chained", arguments)
                    self.assertEqual(len(streamed), sequences)
                    self.assertEqual(streamed, self.answer("chained_whole", arguments))
            written = self.answer("chained", {"prompt": prompt})[0]["generated_text"]
            self.assertTrue(written.endswith("".join(self.lines("on_and_on", {"prompt": prompt}))))

    def test_scores_of_pieces_are_those_of_a_batch(self):
        for threads in ("1", "2"):
            arguments = {"prompt": PROMPTS[0]}
            streamed = self.lines("scores", arguments, "--threads", threads)
            self.assertEqual(streamed, self.answer("scores_whole", arguments, "--threads", threads))

    def test_forms_of_output(self):
        arguments = {"prompt": PROMPTS[0]}
        pieces = self.lines("pieces", arguments)
        text = self.run_entry("pieces", arguments, "--output", "text").stdout
        self.assertEqual(text, "".join(pieces) + "\n")
        scores = self.run_entry("scores", arguments, "--output", "text").stdout.splitlines()
        self.assertEqual([float(line) for line in scores], self.lines("scores", arguments))
        *enveloped, last = self.lines("pieces", arguments, "--output", "envelope")
        self.assertEqual([line["piece"] for line in enveloped], pieces)
        self.assertEqual(last["pieces"], len(pieces))
        self.assertLess(last["first_piece"], last["seconds"])
        self.assertEqual(last["degraded"], [])

    def test_pieces_come_before_a_later_failure(self):
        done = self.run_entry("broken", {"prompt": PROMPTS[0]})
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.splitlines(), ["0.3333333333333333", "0.5", "1.0"])
        self.assertIn("division by zero", done.stderr)

    def test_a_writer_stops_when_enough_is_taken(self):
        trace = self.folder / "trace.json"
        self.assertEqual(len(self.answer("few", {"prompt": PROMPTS[0]}, "--trace", trace)), 2)
        events = json.loads(trace.read_text())["traceEvents"]
        self.assertLess([e for e in events if e["name"] == "Writer.lm.stream"][0]["args"]["new_tokens"], 8)

    def test_a_failure_before_the_first_piece_names_the_call(self):
        done = self.run_entry("too_long", {"prompt": "one two three four"})
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertIn("Writer.lm.stream", done.stderr)
        self.assertIn("streams.graph:", done.stderr)

    def test_a_plan_file_streams_too(self):
        plan = self.folder / "streams.plan"
        self.assertEqual(plait("compile", self.graph, "--models", TINY, "-o", plan).returncode, 0)
        words = ["--entry", "Main.pieces", "--input", json.dumps({"prompt": "Hi"}), "--models", TINY, "--quiet"]
        self.assertEqual(plait("run", plan, *words).stdout, plait("run", self.graph, *words).stdout)

    def test_bench_tells_when_the_first_piece_came(self):
        words = ["--entry", "Main.scores", "--input", json.dumps({"prompt": "Hi"}), "--models", TINY, "--quiet", "--runs", "2"]
        self.assertIn("first piece", plait("bench", self.graph, *words).stdout)
        figures = json.loads(plait("bench", self.graph, *words, "--json").stdout)
        self.assertLess(figures["first_piece"]["median"], figures["median"])


if __name__ == "__main__":
    unittest.main()
