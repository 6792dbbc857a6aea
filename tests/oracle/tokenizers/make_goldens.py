"""Writes the small tokenizers beside this file and goldens.json, the ids and texts that the `tokenizers` library gives for them.

    python tests/oracle/tokenizers/make_goldens.py

Made with Python 3.11 and tokenizers 0.23.3. The unit tests of runtime/tokenizers read what it wrote; they need no Python.
"""

import json
import pathlib

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent

CORPUS = [
    "The graph has nodes, and every node has inputs and outputs.",
    "A compiler reads the program, checks its types and writes a plan.",
    "The runner loads the weights, reads the request and answers it.",
    "It's a small language: it isn't large, and we're glad that it's so.",
    "Tokens are numbers; numbers are cheap: 1, 2, 3, 10, 100, 1000, 2024.",
    "She said that they'd come, he'll wait, I've been there and you're late.",
    "Reading, writing, loading, running, checking, answering, unhappily, international, tokenization.",
    "Der gro\u00dfe B\u00e4r schl\u00e4ft \u00fcber dem Fluss. Le gar\u00e7on a mang\u00e9 une cr\u00eape.",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440. \u039a\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1 \u03ba\u03cc\u03c3\u03bc\u03b5.",
    "\u4f60\u597d\u4e16\u754c \u3053\u3093\u306b\u3061\u306f \uc548\ub155 \U0001f600 \u2764\ufe0f",
] * 4

TEXTS = [
    "", " ", "Hello world", "The graph has nodes.", " The  runner's   plan\n\n isn't ready yet!", "unhappily tokenizing internationalization",
    "don't, we'll, they've, I'm, you're, it's, he'd", "caf\u00e9 cafe\u0301 na\u00efve \u00dcBER \u0130stanbul", "\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440! \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002 \u3053\u3093\u306b\u3061\u306f \uc548\ub155\ud558\uc138\uc694", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f \U0001f44d\U0001f3fd", "a\x00b\x07c\u200bd\ufeffe\ufffdf",
    "\u00a0\u2003x\u3000y\u180ez\u0085w", "1234567890 3.14 1,000 x2 \u00bd \u2167 \u0967", "a" * 150, "(a) [b] {c} <d> \u00abe\u00bb \u201cf\u201d \u2014 g_h",
    "<|endoftext|>a<|endoftext|> b", "<s>x</s> <mask> y", "[CLS] a [MASK] b [SEP]", "a  <pad>  b", "tail   ", "\t\ttabs\tand\r\nlines",
    "\uff26\uff55\uff4c\uff4c \ufb01ne \u2460 \u1e9b\u0323", "hi HI hippo hi! <ins>x</ins> \u00a7\u00a7",
]
PAIRS = [("Hello", "world"), ("", ""), ("The plan.", ""), ("a [SEP] b", "c</s>d"), ("\u4f60\u597d", "\U0001f600 ok")]


def byte_level(special_tokens, add_prefix_space=False):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=700, show_progress=False, special_tokens=special_tokens,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def gpt2():
    tokenizer = byte_level(["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def roberta():
    mask = AddedToken("<mask>", lstrip=True, special=True)
    tokenizer = byte_level(["<s>", "<pad>", "</s>", "<unk>", mask])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def bert():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=500, show_progress=False, special_tokens=names))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def mixed():
    """What the three families leave out: every flag of added tokens, sequences of stages, words that end with a suffix."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("\u00a7", "ss"), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\s+"), "removed"), pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Punctuation("contiguous")])
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    tokenizer.train_from_iterator(CORPUS[:7], trainers.BpeTrainer(
        vocab_size=300, show_progress=False, special_tokens=["<unk>", "<pad>"], end_of_word_suffix="</w>"))
    tokenizer.add_tokens([AddedToken("hi", single_word=True), AddedToken("<ins>", lstrip=True, normalized=False),
                          AddedToken("</ins>", rstrip=True, normalized=False), AddedToken("Graph", normalized=True)])
    return tokenizer


def cases(name, tokenizer):
    requests = [(text, None) for text in TEXTS] + PAIRS
    for text, pair in requests:
        for special in (True, False):
            encoding = tokenizer.encode(text, pair, add_special_tokens=special)
            yield {"tokenizer": name, "text": text, "pair": pair, "special": special, "ids": encoding.ids, "types": encoding.type_ids,
                   "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False),
                   "decoded_skipping": tokenizer.decode(encoding.ids, skip_special_tokens=True)}


def main():
    goldens = []
    for name, make in {"gpt2_tiny": gpt2, "roberta_tiny": roberta, "bert_tiny": bert, "mixed_tiny": mixed}.items():
        tokenizer = make()
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
        goldens += cases(name, tokenizer)
    lines = ",\n".join(json.dumps(case) for case in goldens)
    (HERE / "goldens.json").write_text(f'{{"tokenizers": "{tokenizers.__version__}", "cases": [\n{lines}\n]}}\n', encoding="utf-8")


main()
