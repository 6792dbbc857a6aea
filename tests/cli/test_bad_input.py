"""Bad requests, bad models and bad plans: each gives one clear error that names its place, and exit code 1."""

import json
import re
import shutil
import struct
import tempfile
import unittest
from pathlib import Path

from support import ROOT, TINY, plait

REFERENCE = ROOT / "graphs" / "inference_graph.graph"
MULTI = ROOT / "graphs" / "multi_model.graph"
GPT2 = Path("openai-community") / "gpt2"
BERT = Path("google-bert") / "bert-base-uncased"


class BadInputTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def assert_refused(self, done, code, *words):
        """Exactly one error, with its code and the words that a user needs; nothing on standard output."""
        self.assertEqual(done.returncode, 1, done.stderr + done.stdout)
        self.assertEqual(done.stdout, "")
        self.assertEqual(re.findall(r"error: .*\[([\w-]+)\]$", done.stderr, re.MULTILINE), [code], done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        for leak in ("terminate called", "what():", "Exception raised", "frame #", "Sanitizer"):
            self.assertNotIn(leak, done.stderr)


class TestRequests(BadInputTest):
    def refuse(self, request, code, *words, source=REFERENCE, entry=None):
        flags = ["--entry", entry] if entry else []
        self.assert_refused(plait("run", source, "--models", TINY, "--input", request, *flags), code, *words)

    def test_unknown_argument(self):
        self.refuse('{"original_sentense": "x"}', "input-mismatch", "original_sentense", "did you mean", "`original_sentence`")

    def test_missing_argument(self):
        self.refuse("{}", "input-mismatch", "input_data: string", source=MULTI, entry="MultiModelService.process_b")

    def test_wrong_type(self):
        self.refuse('{"original_sentence": 5}', "input-mismatch", "$.original_sentence", "expected string, found an integer 5")

    def test_wrong_type_inside_a_list(self):
        request = '{"input_data": "x", "labels": ["a", 7]}'
        self.refuse(request, "input-mismatch", "$.labels[1]", source=MULTI, entry="MultiModelService.process_a")

    def test_not_an_object(self):
        self.refuse("[1, 2]", "input-mismatch", "object")

    def test_not_json(self):
        self.refuse("{original_sentence", "input-invalid", "--input")

    def test_nested_too_deeply(self):
        self.refuse("[" * 100 + "]" * 100, "input-invalid", "64 levels")

    def test_not_utf8(self):
        request = b'{"original_sentence": "caf\xe9"}'
        self.assert_refused(plait("run", REFERENCE, "--models", TINY, "--input", "-", stdin=request), "input-invalid", "UTF-8")

    def test_empty_input(self):
        self.refuse("", "input-invalid", "found nothing")

    def test_empty_string(self):
        done = plait("run", REFERENCE, "--models", TINY, "--input", '{"original_sentence": ""}')
        if done.returncode != 0:
            self.assert_refused(done, "argument-range", "empty")

    def test_prompt_longer_than_the_model_has_positions(self):
        text = "word " * 3000
        self.refuse(json.dumps({"original_sentence": text}), "prompt-too-long", "tokens", "inference_graph.graph:")
        request = json.dumps({"input_data": text})
        self.refuse(request, "prompt-too-long", "positions", source=MULTI, entry="MultiModelService.process_b")

    def test_max_length_below_the_prompt(self):
        source = self.folder / "short.graph"
        source.write_text(REFERENCE.read_text().replace("max_length: int = 128", "max_length: int = 3"))
        self.refuse("{}", "prompt-too-long", "short.graph:", "3", source=source)

    def test_unknown_entry(self):
        self.refuse("{}", "entry-unknown", "did you mean", "MultiModelService.process_a", source=MULTI, entry="MultiModelService.proces_a")

    def test_no_entry_where_there_are_several(self):
        self.refuse("{}", "entry-unknown", "--entry", "MultiModelService.combined_process", source=MULTI)

    def test_timeout(self):
        done = plait("run", REFERENCE, "--models", TINY, "--timeout", "1ms")
        self.assert_refused(done, "deadline-exceeded")

    def test_missing_file(self):
        self.assert_refused(plait("run", "nowhere.graph"), "file-not-found", "nowhere.graph")
        self.assert_refused(plait("run", REFERENCE, "--models", TINY, "--input", "@nowhere.json"), "file-not-found", "nowhere.json")


class TestModels(BadInputTest):
    """One file of one model damaged at a time."""

    def setUp(self):
        super().setUp()
        self.models = self.folder / "models"
        shutil.copytree(TINY, self.models)

    def refuse(self, code, *words):
        self.assert_refused(plait("run", REFERENCE, "--models", self.models), code, *words)

    def rewrite_header(self, model, change):
        """Changes a safetensors header in place; the data stays as it is."""
        path = self.models / model / "model.safetensors"
        data = path.read_bytes()
        (size,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + size])
        change(header)
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + size :])

    def test_model_that_is_nowhere(self):
        shutil.rmtree(self.models / GPT2)
        # Away from graphs/plait.toml, which names another place.
        source = self.folder / "alone.graph"
        source.write_text(REFERENCE.read_text())
        done = plait("run", source, "--models", self.models)
        words = ("looked in", str(self.models / GPT2), "used by", "Gpt2.lm", "alone.graph:", "hf download openai-community/gpt2")
        self.assert_refused(done, "model-not-found", *words)

    def test_weights_missing(self):
        (self.models / GPT2 / "model.safetensors").unlink()
        self.refuse_somewhere("model.safetensors")

    def test_config_missing(self):
        (self.models / BERT / "config.json").unlink()
        self.refuse_somewhere("config.json")

    def test_tokenizer_missing(self):
        (self.models / GPT2 / "tokenizer.json").unlink()
        self.refuse("model-file-missing", "tokenizer.json", "Gpt2.lm")

    def test_weights_cut_short(self):
        path = self.models / GPT2 / "model.safetensors"
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        self.refuse_somewhere("model.safetensors")

    def test_weights_empty(self):
        (self.models / GPT2 / "model.safetensors").write_bytes(b"")
        self.refuse_somewhere("model.safetensors")

    def test_header_that_lies_about_its_length(self):
        path = self.models / GPT2 / "model.safetensors"
        path.write_bytes(struct.pack("<Q", 1 << 62) + path.read_bytes()[8:])
        self.refuse_somewhere("model.safetensors")

    def test_header_that_lies_about_offsets(self):
        def lie(header):
            header["wte.weight"]["data_offsets"] = [0, 1 << 60]

        self.rewrite_header(GPT2, lie)
        self.refuse_somewhere("wte.weight")

    def test_wrong_shape(self):
        def reshape(header):
            rows, columns = header["wpe.weight"]["shape"]
            header["wpe.weight"]["shape"] = [columns, rows]

        self.rewrite_header(GPT2, reshape)
        self.refuse("weights-mismatch", "wpe.weight", "Gpt2.lm")

    def test_wrong_dtype(self):
        def relabel(header):
            header["wpe.weight"]["dtype"] = "I32"

        self.rewrite_header(GPT2, relabel)
        self.refuse("weights-mismatch", "wpe.weight", "I32")

    def test_tensor_missing(self):
        def rename(header):
            header["another.weight"] = header.pop("wpe.weight")

        self.rewrite_header(GPT2, rename)
        self.refuse("weights-mismatch", "wpe.weight")

    def test_config_not_json(self):
        (self.models / GPT2 / "config.json").write_text('{"model_type": "gpt2", ')
        self.refuse_somewhere("config.json")

    def test_architecture_unknown(self):
        config = json.loads((self.models / GPT2 / "config.json").read_text())
        (self.models / GPT2 / "config.json").write_text(json.dumps(config | {"model_type": "mystery"}))
        self.refuse_somewhere("mystery")

    def test_tokenizer_cut_short(self):
        path = self.models / GPT2 / "tokenizer.json"
        path.write_text(path.read_text()[:5000])
        self.refuse("tokenizer-invalid", "tokenizer.json", "Gpt2.lm")

    def test_tokenizer_asks_for_what_there_is_not(self):
        path = self.models / BERT / "tokenizer.json"
        tokenizer = json.loads(path.read_text())
        path.write_text(json.dumps(tokenizer | {"normalizer": {"type": "Precompiled", "precompiled_charsmap": ""}}))
        self.refuse("tokenizer-unsupported", "Precompiled")

    def test_head_that_nothing_trained(self):
        source = self.folder / "headless.graph"
        source.write_text(REFERENCE.read_text().replace("{ head: random(seed: 0) }", ""))
        done = plait("run", source, "--models", self.models)
        self.assert_refused(done, "untrained-head", "headless.graph:", "head: random(seed: 0)")

    def refuse_somewhere(self, *words):
        """Metadata is read when the plan is made, so the compiler may be the first to see the fault."""
        done = plait("run", REFERENCE, "--models", self.models)
        codes = re.findall(r"error: .*\[([\w-]+)\]$", done.stderr, re.MULTILINE)
        self.assertEqual(len(codes), 1, done.stderr)
        self.assertIn(
            codes[0], {"model-metadata", "model-file-missing", "model-config-invalid", "model-unsupported", "weights-invalid"}, done.stderr
        )
        self.assert_refused(done, codes[0], *words)


class TestPlans(BadInputTest):
    def setUp(self):
        super().setUp()
        self.plan = self.folder / "reference.plan"
        done = plait("compile", REFERENCE, "-o", self.plan, "--models", TINY)
        self.assertEqual(done.returncode, 0, done.stderr)

    def refuse(self, change, code, *words):
        text = self.plan.read_text()
        changed = change(text)
        self.assertNotEqual(text, changed)
        self.plan.write_text(changed)
        self.assert_refused(plait("run", self.plan, "--models", TINY), code, *words)

    def test_another_version(self):
        self.refuse(lambda text: text.replace("plait_plan = 1", "plait_plan = 99"), "plan-version", "99", "reference.plan")

    def test_not_toml(self):
        self.refuse(lambda text: text.replace("[machine]", "[machine"), "plan-invalid", "reference.plan:")

    def test_unknown_key(self):
        self.refuse(lambda text: text.replace("[machine]\n", "[machine]\nspeed = 11\n"), "plan-invalid", "speed")

    def test_cut_short(self):
        self.refuse(lambda text: text[: len(text) * 2 // 3], "plan-invalid", "reference.plan")

    def test_more_threads_than_cores(self):
        self.refuse(lambda text: re.sub(r"cores = \d+", "cores = 1", text), "plan-invalid", "threads")

    def test_stage_that_is_not_there(self):
        self.refuse(lambda text: re.sub(r"children = \[[^\]]*\]", "children = [77]", text, count=1), "plan-invalid", "77")

    def test_value_that_is_never_written(self):
        self.refuse(lambda text: text.replace('"%0"', '"%99"', 1), "plan-invalid", "%99")

    def test_model_of_another_task(self):
        self.refuse(lambda text: text.replace('method = "generate"', 'method = "dance"', 1), "plan-invalid", "dance")


if __name__ == "__main__":
    unittest.main()
