"""`plait eval`: what a class of weights costs, against the reference library, and what it says where it cannot tell."""

import json
import math
import operator
import os
import pty
import select
import struct
import subprocess
import unittest

from support import PLAIT, ROOT, TINY, FolderTest, plait

GRAPH = """
import std.text

service Writer {
  model lm: text.Generator = hf("%s")%s
  api write(prompt: string) -> [text.Generation] { return lm.generate(prompt) }
}

service Reader {
  model m: text.Classifier = hf("distilbert/distilbert-base-uncased") { %s head: random(seed: 0) }
  api read(text: string) -> [text.Label] { return m.classify(text) }
}

service Judge {
  model nli: text.ZeroShot = hf("FacebookAI/roberta-large-mnli")
  api judge(text: string) -> text.ZeroShotResult { return nli.classify(text, ["a", "b"]) }
}
"""
EMBEDDER = """
import std.text

service Search {
  model m: text.Embedder = hf("sentence-transformers/all-MiniLM-L6-v2") { precision: %s }
  api embed(texts: [string]) -> [tensor<f32>[_]] { return [m.embed(t) for t in texts] }
}
"""
WORDS = "river bridge harbour winter ferry ticket museum lamp island stone rain letter garden clock".split()
# The same words in orders that differ little: near each other, so that a class changes which are nearest.
TURNED = [WORDS[i % 14 :] + WORDS[: i % 14] for i in range(98)]
ORDERS = [" ".join(words[1 + i // 14 :] + words[: 1 + i // 14][::-1]) for i, words in enumerate(TURNED)]
GPT2 = "openai-community/gpt2"
SENTENCE = "The bridge ends in the middle of the river, and nobody knows why.\n"


class EvalTest(FolderTest):
    def graph(self, model=GPT2, writer=" { precision: int8 }", reader=""):
        return self.write("classes.graph", GRAPH % (model, writer, reader))

    def eval(self, source, text, *options):
        path = self.write("text.txt", text)
        return plait("eval", source, "--text", path, "--models", TINY, *options)

    def figures(self, source, text, *options):
        done = self.eval(source, text, "--output", "json", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["models"]


class TestFigures(EvalTest):
    def test_perplexity_is_that_of_the_reference_library(self):
        cases = json.loads((ROOT / "tests" / "oracle" / "tasks" / "perplexity.json").read_text())["cases"]
        self.assertEqual(len(cases), 12)
        for case in cases:
            with self.subTest(case["name"]):
                most = case["input"].get("max_tokens")
                options = ("--max-tokens", most) if most else ()
                (model,) = self.figures(self.graph(case["model"]), case["input"]["text"], "--model", "Writer.lm", *options)
                expected = case["output"]
                for name in ("tokens", "windows", "scored_tokens"):
                    self.assertEqual(model[name], expected[name])
                seen = model["exact"]["perplexity"]
                self.assertLess(abs(seen / expected["perplexity"] - 1), 1e-4)
                change = model["in_class"]["perplexity"] / seen - 1
                self.assertAlmostEqual(model["perplexity_change"], change, delta=1e-9)

    def test_int8_costs_more_than_bf16_and_both_take_less(self):
        told = {}
        for precision in ("bf16", "int8"):
            (told[precision],) = self.figures(self.graph(), SENTENCE * 40, "--model", "Writer.lm", "--precision", precision)
            self.assertEqual(told[precision]["precision"], precision)
        self.assertEqual(told["bf16"]["exact"], told["int8"]["exact"])
        self.assertLess(0, told["bf16"]["mean_divergence"])
        self.assertLess(told["bf16"]["mean_divergence"], told["int8"]["mean_divergence"])
        self.assertGreaterEqual(told["bf16"]["equal_top_share"], told["int8"]["equal_top_share"])
        exact = told["bf16"]["exact"]["bytes_per_pass"]
        self.assertEqual(told["bf16"]["in_class"]["bytes_per_pass"] * 2, exact)
        self.assertLess(told["int8"]["in_class"]["bytes_per_pass"] * 3, exact)

    def test_figures_do_not_depend_on_threads(self):
        source = self.graph(reader="precision: bf16,")
        told = [self.eval(source, SENTENCE * 20, "--output", "json", "--threads", n).stdout for n in ("1", "2")]
        self.assertEqual(told[0], told[1])

    def test_declared_classes_are_evaluated_and_exact_is_noted(self):
        done = self.eval(self.graph(reader="precision: bf16,"), SENTENCE * 3)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"Writer\.lm   text\.Generator, .*tokens, .* scored, in 1 window of up to 1,024 tokens\n")
        self.assertRegex(done.stdout, r"\n {2,}exact +int8 +change\n")
        self.assertRegex(done.stdout, r"\n  perplexity +[\d,]+ +[\d,]+ +[+-]\d+\.\d{3} %\n")
        self.assertRegex(done.stdout, r"Reader\.m   text\.Classifier, .*; 3 texts, bf16 against exact\n  equal best labels +100\.00 %  \(3 of 3\)\n")
        self.assertNotIn("Judge", done.stdout)
        self.assertIn("note: Judge.nli is in `exact`, with nothing to compare", done.stderr)
        self.assertIn("stand-ins have random weights", done.stderr)
        self.assertEqual(self.eval(self.graph(), SENTENCE, "--quiet").stderr, "")

    def test_zero_shot_chooses_from_the_labels(self):
        (model,) = self.figures(self.graph(), SENTENCE + "\n" + "It rains.\n", "--model", "Judge.nli", "--precision", "int8", "--labels", "a, b")
        self.assertEqual(model["texts"], 2)
        self.assertIn(model["largest_difference_line"], (1, 3))
        self.assertLess(0, model["largest_score_difference"])
        self.assertEqual(model["equal_tops"] / 2, model["equal_top_share"])

    def vectors(self, lines, precision):
        """What `run` embeds the lines as, to the bit."""
        source = self.write(f"{precision}.graph", EMBEDDER % precision)
        request = json.dumps({"texts": lines})
        done = plait("run", source, "--models", TINY, "--input", "-", stdin=request)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [[struct.unpack("f", struct.pack("f", number))[0] for number in vector] for vector in json.loads(done.stdout)]

    def test_embedders_agree_as_far_as_their_vectors_tell(self):
        def product(a, b):
            return sum(map(operator.mul, a, b))

        def cosine(a, b):
            return product(a, b) / math.sqrt(product(a, a) * product(b, b))

        def nearest(vectors):
            squares = [product(vector, vector) for vector in vectors]
            found = []
            for row, vector in enumerate(vectors):
                cosines = [product(vector, other) / math.sqrt(squares[row] * square) for other, square in zip(vectors, squares)]
                cosines[row] = -2
                found.append(cosines.index(max(cosines)))
            return found

        lines = ORDERS[:]
        lines[40] = lines[7]  # each is the other's nearest
        text = "\n".join([lines[0], "", *lines[1:], " "])
        exact = self.vectors(lines, "exact")
        for precision in ("bf16", "int8"):
            with self.subTest(precision):
                in_class = self.vectors(lines, precision)
                (model,) = self.figures(self.folder / f"{precision}.graph", text)
                self.assertEqual((model["task"], model["precision"], model["texts"]), ("text.Embedder", precision, len(lines)))
                equal = sum(one == other for one, other in zip(nearest(exact), nearest(in_class)))
                self.assertEqual(model["equal_tops"], equal)
                self.assertEqual(model["equal_top_share"], equal / len(lines))
                cosines = [cosine(one, other) for one, other in zip(exact, in_class)]
                self.assertAlmostEqual(model["mean_cosine"], sum(cosines) / len(cosines), delta=1e-12)
                self.assertAlmostEqual(model["least_cosine"], min(cosines), delta=1e-12)
                self.assertEqual(model["least_cosine_line"], 1 if cosines.index(min(cosines)) == 0 else cosines.index(min(cosines)) + 2)
                self.assertTrue(model["stand_in"])
        self.assertLess(equal, len(lines))  # of int8: a figure that cannot fall would show nothing

    def test_an_embedder_in_words_and_on_any_number_of_threads(self):
        source = self.write("search.graph", EMBEDDER % "int8")
        text = "".join(f"{word} {SENTENCE}" for word in WORDS)
        done = self.eval(source, text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^Search\.m   text\.Embedder, hf:sentence-transformers/all-MiniLM-L6-v2; 14 texts, int8 against exact\n"
                         r"  equal nearest texts +\d+\.\d\d %  \(\d+ of 14\)\n  mean cosine +0\.\d{6}\n  least cosine +0\.\d{6}  \(line \d+\)\n$")
        told = [self.eval(source, text, "--output", "json", "--threads", n).stdout for n in ("1", "2")]
        self.assertEqual(told[0], told[1])

    def test_a_plan_file_is_evaluated_as_its_source(self):
        source = self.graph()
        plan = self.folder / "classes.plan"
        self.assertEqual(plait("compile", source, "-o", plan, "--models", TINY, "--entry", "Writer.write").returncode, 0)
        self.assertEqual(self.eval(plan, SENTENCE, "--output", "json").stdout, self.eval(source, SENTENCE, "--output", "json").stdout)


class TestProgress(EvalTest):
    def errors_of(self, source, *options):
        """What the command writes to a terminal that is its standard error."""
        text = self.write("text.txt", SENTENCE * 100)
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        command = [PLAIT, "eval", source, "--text", text, "--models", TINY, *options]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=follower, check=False)
        self.assertEqual(done.returncode, 0)
        seen = os.read(leader, 65536).decode() if select.select([leader], [], [], 0)[0] else ""
        os.close(follower)
        return seen

    def test_a_terminal_sees_how_far_it_is_and_a_pipe_does_not(self):
        source = self.graph()
        seen = self.errors_of(source, "--model", "Writer.lm")
        self.assertIn("evaluating Writer.lm in int8  loading it in both", seen)
        self.assertRegex(seen, r"evaluating Writer\.lm in int8  [\d,]+ of 2,\d{3} tokens")
        self.assertEqual(self.errors_of(source, "--model", "Writer.lm", "--quiet"), "")
        self.assertNotIn("evaluating", self.eval(source, SENTENCE, "--model", "Writer.lm").stderr)


class TestBounds(EvalTest):
    def test_a_class_beyond_a_bound_is_exit_code_1(self):
        source = self.graph()
        text = SENTENCE * 20
        (model,) = self.figures(source, text, "--model", "Writer.lm")
        change, share = model["perplexity_change"], model["equal_top_share"]
        self.assertLess(share, 1)
        self.assertEqual(self.eval(source, text, "--max-perplexity-change", f"{100 * abs(change) + 1:.3f}%").returncode, 0)
        if change > 0:
            done = self.eval(source, text, "--max-perplexity-change", "0%")
            self.assertEqual(done.returncode, 1)
            self.assertIn("Writer.lm in int8: perplexity changes by +", done.stderr)
        self.assertEqual(self.eval(source, text, "--min-agreement", f"{100 * share - 1:.3f}%").returncode, 0)
        done = self.eval(source, text, "--min-agreement", "100%", "--output", "json")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"Writer\.lm in int8: \d+\.\d+ % of the likeliest tokens agree with exact, fewer than the 100 %")
        self.assertEqual(len(json.loads(done.stdout)["models"]), 1)

    def test_nearest_texts_are_bounded_too(self):
        source = self.write("search.graph", EMBEDDER % "int8")
        text = "\n".join(ORDERS)
        (model,) = self.figures(source, text)
        share = model["equal_top_share"]
        self.assertLess(share, 1)
        self.assertEqual(self.eval(source, text, "--min-agreement", f"{100 * share - 1:.3f}%").returncode, 0)
        done = self.eval(source, text, "--min-agreement", "100%")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"Search\.m in int8: \d+\.\d+ % of the nearest texts agree with exact, fewer than the 100 %")


class TestErrors(EvalTest):
    def refused(self, code, said, *options, text=SENTENCE, source=None):
        done = self.eval(source or self.graph(), text, *options)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"[{code}]", done.stderr)
        self.assertIn(said, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_texts_that_cannot_be_evaluated(self):
        self.refused("argument-range", "text.txt: error: the text is empty", text="")
        self.refused("argument-range", "the text is blank", text=" \n")
        self.refused("argument-range", "the text has 1 token for", text="a")
        search = self.write("search.graph", EMBEDDER % "int8")
        self.refused("argument-range", "the text has 1 line that is not blank; the nearest one is sought among 2 at least", text="a\n\n", source=search)
        long = SENTENCE + "word " * 600
        self.refused("prompt-too-long", "text.txt:2: error:", "--model", "Reader.m", "--precision", "bf16", text=long)
        latin = self.folder / "latin.txt"
        latin.write_bytes(b"fine\ncaf\xe9 x")
        done = plait("eval", self.graph(), "--text", latin, "--models", TINY)
        self.assertEqual(done.returncode, 1)
        self.assertIn("latin.txt:2: error: the text is not UTF-8: byte 0xe9 at offset 8 [input-invalid]", done.stderr)
        done = plait("eval", self.graph(), "--text", "nowhere.txt", "--models", TINY)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot read `nowhere.txt`", done.stderr)

    def test_models_that_cannot_be_evaluated(self):
        self.refused("input-mismatch", "did you mean `Writer.lm`?", "--model", "Writer.ml")
        self.refused("input-mismatch", "Reader.m is in `exact`, which is what a class is compared with", "--model", "Reader.m")
        exact = self.graph(writer="")
        self.refused("input-mismatch", "Writer.lm, Reader.m, Judge.nli are in `exact`", source=exact)
        self.refused("input-mismatch", "--precision int8", source=exact)
        code = ROOT / "graphs" / "tensor_pipeline.graph"
        self.refused("input-mismatch", "no model here can be evaluated", "--precision", "int8", source=code)
        done = plait("eval", self.graph("no/model"), "--text", self.write("text.txt", SENTENCE), "--models", TINY, "--model", "Writer.lm")
        self.assertEqual(done.returncode, 1)
        self.assertIn("[model-not-found]", done.stderr)

    def test_options_that_would_say_nothing(self):
        self.refused("argument-range", "`Judge.nli` is a text.ZeroShot, which needs labels", "--precision", "int8")
        self.refused("argument-range", "`--labels` is for a text.ZeroShot", "--labels", "a,b")
        reader = ("--model", "Reader.m", "--precision", "int8")
        self.refused("argument-range", "`--max-tokens` is for a text.Generator", *reader, "--max-tokens", "9")
        self.refused("argument-range", "`--max-perplexity-change` is for a text.Generator", *reader, "--max-perplexity-change", "1%")
        search = self.write("search.graph", EMBEDDER % "int8")
        for words, task in ((("--max-tokens", "9"), "Generator"), (("--max-perplexity-change", "1%"), "Generator"), (("--labels", "a"), "ZeroShot")):
            self.refused("argument-range", f"`{words[0]}` is for a text.{task}", *words, source=search)

    def test_wrong_usage(self):
        source = self.graph()
        self.assertIn("`--text FILE`", plait("eval", source).stderr)
        for words, said in {
            ("--precision", "exact"): "`exact` is what they are compared with",
            ("--precision", "fp8"): "takes bf16 or int8, not `fp8`",
            ("--max-tokens", "1"): "from 2 on",
            ("--max-perplexity-change", "0.5"): "a percentage such as 0.5%",
            ("--min-agreement", "-1%"): "a percentage such as 0.5%",
            ("--output", "xml"): "text or json",
            ("--labels", " , "): "labels with commas between them",
        }.items():
            with self.subTest(words):
                done = self.eval(source, SENTENCE, *words)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
