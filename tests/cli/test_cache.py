"""The cache of packed weights: what run, bench and eval keep and find again, `plait cache`, and the ways to turn it off."""

import json
import os
import subprocess
import unittest

from support import PLAIT, ROOT, TINY, FolderTest, plait

GRAPH = """import std.text

service Writer {
  model lm: text.Generator = hf("openai-community/gpt2") { precision: int8 }
  model other: text.Generator = hf("distilbert/distilgpt2")

  api write(prompt: string = "I") -> string {
    return lm.generate(prompt, max_length: 8)[0].generated_text
  }

  api draft(prompt: string = "I") -> string {
    return other.generate(prompt, max_length: 8)[0].generated_text
  }
}
"""
NAME = "openai-community/gpt2"


class TestCache(FolderTest):
    def setUp(self):
        super().setUp()
        self.graph = self.write("writer.graph", GRAPH)
        self.cache = self.folder / "cache" / "plait"
        self.environment = {"PLAIT_CACHE": "", "XDG_CACHE_HOME": str(self.folder / "cache")}

    def plait(self, *words, **environment):
        return plait(*words, env=self.environment | environment)

    def answer(self, *words, entry="Writer.write", **environment):
        """What the request gives, and what was said beside it."""
        done = self.plait("run", self.graph, "--models", TINY, "--entry", entry, *words, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, [line for line in done.stderr.splitlines() if "stand-in" not in line]

    def listed(self):
        done = self.plait("cache", "--output", "json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def files(self):
        return sorted(self.cache.iterdir()) if self.cache.is_dir() else []

    def test_what_was_kept_is_found_again_and_changes_no_answer(self):
        plain = self.answer("--no-cache")
        self.assertEqual(self.files(), [])
        self.assertEqual(self.answer(), plain)
        first = self.listed()
        self.assertEqual([(entry["model"], entry["format"]) for entry in first["entries"]], [(NAME, "int8")])
        os.utime(self.files()[0], (0, 0))
        self.assertEqual(self.listed()["entries"][0]["last_used"], "1970-01-01T00:00:00Z")
        self.assertEqual(self.answer(), plain)
        self.assertGreaterEqual(self.listed()["entries"][0]["last_used"], first["entries"][0]["last_used"])
        self.assertEqual(self.listed()["bytes"], self.files()[0].stat().st_size)

    def test_bench_keeps_the_copies_that_make_drafts(self):
        done = self.plait("bench", self.graph, "--models", TINY, "--entry", "Writer.draft", "--runs", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([(entry["model"], entry["format"]) for entry in self.listed()["entries"]], [("distilbert/distilgpt2", "int8")])

    def test_eval_shares_what_run_keeps_and_its_figures_are_the_same(self):
        text = self.write("text.txt", "The bridge ends in the middle of the river.\n" * 3)

        def evaluate(*words):
            done = self.plait("eval", self.graph, "--text", text, "--models", TINY, "--model", "Writer.lm", "--output", "json", *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout, [line for line in done.stderr.splitlines() if "stand-in" not in line]

        plain = evaluate("--no-cache")
        self.assertEqual((plain[1], self.files()), ([], []))
        self.assertEqual(evaluate(), plain)
        self.assertEqual([(entry["model"], entry["format"]) for entry in self.listed()["entries"]], [(NAME, "int8")])
        os.utime(self.files()[0], (0, 0))
        self.assertEqual(evaluate(), plain)
        self.assertNotEqual(self.listed()["entries"][0]["last_used"], "1970-01-01T00:00:00Z")
        self.answer()
        self.assertEqual(len(self.files()), 1)
        evaluate("--precision", "bf16")
        self.assertEqual(sorted(entry["format"] for entry in self.listed()["entries"]), ["bf16", "int8"])
        for path in self.files():
            path.write_bytes(b"")
        answer, said = evaluate()
        self.assertEqual((answer, len(said)), (plain[0], 1))
        self.assertTrue(said[0].startswith(f"note: the cached weights of `{NAME}` were not usable"), said)
        self.files()[0].write_bytes(b"")
        self.files()[1].write_bytes(b"")
        self.assertEqual(evaluate("--quiet"), (plain[0], []))

    def test_the_list_in_words_and_clear(self):
        done = self.plait("cache")
        self.assertRegex(done.stdout, r"plait: 0 entries, 0 B of at most \S+ \w+\n$")
        self.assertEqual(self.plait("cache", "clear").stdout, f"{self.cache}: removed 0 entries, 0 B\n")
        self.answer()
        self.answer(entry="Writer.draft")
        text = self.plait("cache").stdout
        self.assertRegex(text, r"plait: 2 entries, ")
        self.assertRegex(text, r"\n  openai-community/gpt2 +int8 +\S+ \w+ +last used \d{4}-\d\d-\d\d \d\d:\d\d\n")
        done = self.plait("cache", "clear", "gpt")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing is cached of a model `gpt`", done.stderr)
        self.assertIn("[file-not-found]", done.stderr)
        self.assertEqual(len(self.files()), 2)
        self.assertIn("removed 1 entry, ", self.plait("cache", "clear", "gpt2").stdout)
        self.assertEqual([entry["model"] for entry in self.listed()["entries"]], ["distilbert/distilgpt2"])
        self.assertEqual(json.loads(self.plait("cache", "clear", "--output", "json").stdout)["removed"], 1)
        self.assertEqual(self.files(), [])

    def test_off_by_a_variable(self):
        self.assertEqual(self.answer(PLAIT_CACHE="off")[1], [])
        self.assertEqual(self.files(), [])
        self.assertIn("turned off by PLAIT_CACHE", self.plait("cache", PLAIT_CACHE="off").stdout)

    def test_a_broken_file_is_told_of_and_made_anew(self):
        plain, _ = self.answer()
        path = self.files()[0]
        whole = path.read_bytes()
        middle = len(whole) // 2 // 4096 * 4096  # of a block: each begins at a multiple
        changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        for broken in (whole[:middle], changed, b"", whole[:5000] + b"?" * (len(whole) - 5000)):
            path.write_bytes(broken)
            answer, said = self.answer()
            self.assertEqual(answer, plain)
            self.assertEqual(len(said), 1, said)
            self.assertTrue(said[0].startswith(f"note: the cached weights of `{NAME}` were not usable"), said)
            self.assertEqual(self.answer(), (plain, []))
        path.write_bytes(b"x")
        self.assertIn("(not readable)", self.plait("cache").stdout)
        self.assertEqual(self.answer("--quiet"), (plain, []))

    def test_a_folder_that_cannot_be_written_is_one_note(self):
        plain, _ = self.answer("--no-cache")
        self.write("cache", "a file where a folder should be")
        answer, said = self.answer()
        self.assertEqual(answer, plain)
        self.assertEqual(len(said), 1, said)
        self.assertTrue(said[0].startswith(f"note: the packed weights of `{NAME}` are not cached: cannot make the folder"), said)
        self.assertEqual(self.answer("--quiet"), (plain, []))

    def test_a_bound_that_is_too_small_is_told_and_the_least_used_leaves_first(self):
        self.assertIn("the cache holds at most", self.answer(PLAIT_CACHE_SIZE="1KiB")[1][0])
        self.assertEqual(self.files(), [])
        self.answer()
        size = self.files()[0].stat().st_size
        self.answer(entry="Writer.draft", PLAIT_CACHE_SIZE=f"{size + 1}B")
        self.assertEqual([entry["model"] for entry in self.listed()["entries"]], ["distilbert/distilgpt2"])

    def test_processes_at_the_same_time(self):
        plain, _ = self.answer("--no-cache")
        words = [PLAIT, "run", self.graph, "--models", TINY, "--entry", "Writer.write"]
        running = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=os.environ | self.environment) for _ in range(4)]
        for process in running:
            out, told = process.communicate(timeout=120)
            self.assertEqual((process.returncode, out.decode()), (0, plain), told)
        self.assertEqual(len(self.files()), 1)
        self.assertEqual(self.answer(), (plain, []))

    def test_wrong_words_and_variables_say_what_there_is(self):
        for words, said in ((["shrink"], "there is `clear`"), (["clear", "a", "b"], "one model only"), (["--output", "xml"], "text or json")):
            done = self.plait("cache", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
        for name, value, said in (("PLAIT_CACHE", "no", "expected `off` or `on`"), ("PLAIT_CACHE_SIZE", "much", "such as 5GiB")):
            text = self.write("text.txt", "I write.")
            of_models = (["run", self.graph, "--entry", "Writer.write"], ["eval", self.graph, "--model", "Writer.lm", "--text", text])
            for words in (["cache"], *([*words, "--models", TINY] for words in of_models)):
                done = self.plait(*words, **{name: value})
                self.assertEqual(done.returncode, 1)
                self.assertIn("[settings-invalid]", done.stderr)
                self.assertIn(said, done.stderr)

    def test_the_list_needs_no_runtime(self):
        copy = self.folder / "plait"
        copy.write_bytes(PLAIT.read_bytes())
        copy.chmod(0o755)
        done = subprocess.run([copy, "cache"], capture_output=True, env=os.environ | self.environment, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
