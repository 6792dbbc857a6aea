"""Holds the runtime's tokenizers against the `tokenizers` library: equal ids, token types and decoded texts, or exit status 1.

    python compare.py --probe build/release/tokenizer_probe FOLDER...

Each folder, or a folder below it, has a tokenizer.json. Written for tokenizers 0.23.3.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys

from tokenizers import Tokenizer

PLAIN = [
    "", " ", "  ", "\n", "\t", "\r\n", "Hello", "Hello, world!", " Hello  world ", "It's we'll they've I'm you're he'd can't DON'T",
    "The quick brown fox jumps over the lazy dog.", "3.14159 and 1,000,000 or 0x7fff", "a.b,c;d:e!f?g", "(brackets) [more] {yet} <tags>",
    "don't stop ! really ? yes , ok . it 's we 're do not", "CamelCaseAndALLCAPS and snake_case_words", "https://example.org/a?b=c&d=%20#e",
    "user@example.org", "$5.00 \u00a37 \u20ac8 \u00a59 50% #1 @me ~x ^y `z`", "tabs\tand\nnew\r\nlines\x0b\x0c\x85end", "trailing spaces   ",
    "   leading spaces", "many     inner          spaces", "\n\n\n", " \n \n ", "\u00a0nbsp\u2003em\u3000ideographic\u200bzero\u202fnarrow\u180emvs",
    "\x00\x01\x02\x1f\x7f\x80\x9f", "nul\x00inside", "\ufeffbom", "replacement \ufffd here", "soft\u00adhyphen", "\u200d\u200c\u2060",
]
SCRIPTS = [
    "caf\u00e9 na\u00efve \u00dcber stra\u00dfe \u00c5ngstr\u00f6m", "cafe\u0301 nai\u0308ve U\u0308ber", "\u0130stanbul \u0131\u015f\u0131k I\u0307",
    "\u1e9e \u00df \u01c5 \u01c6 \ufb01 \ufb00 \u017f", "\u03a3\u0391\u03a3 \u03c3\u03b1\u03c2 \u0386\u03bd\u03b8\u03c1\u03c9\u03c0\u03bf\u03c2 \u1f88\u1fb3",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u0401\u0436 \u0439 \u0438\u0306", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0650\u0633\u0652\u0645\u0650 \u0627\u0644\u0644\u0651\u064e\u0647\u0650 \u06f1\u06f2\u06f3",
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u05e2\u05d5\u05dc\u05dd", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e \u0967\u0968\u0969", "\u0baa\u0bca\u0ba4\u0bc1 \u0ba4\u0bae\u0bbf\u0bb4\u0bcd",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01 \u0e54\u0e55", "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u6f22\u5b57", "\u3053\u3093\u306b\u3061\u306f\u4e16\u754c \u30ab\u30bf\u30ab\u30ca \uff76\uff9e \u3099",
    "\uc548\ub155\ud558\uc138\uc694 \uc138\uacc4 \u1112\u1161\u11ab\u1100\u1173\u11af", "\u10d2\u10d0\u10db\u10d0\u10e0\u10ef\u10dd\u10d1\u10d0 \u10a0 \u1c90", "\u13a0\u13b9 \uab70",
    "\u12a5\u1295\u12f0\u121d\u1295 \u1369", "\U00010330\U00010331 \U0001e900\U0001e922\U0001e944", "\U00020000\U0002a6d6\U0002b820\U0002f800\U00031350",
    "x\u00b2 + y\u00b3 = \u00bd \u2167 \u2460 \u3220 \u0bf0", "\uff21\uff22\uff23\uff11\uff12\uff13\uff01", "\u212b \u2126 \u212a \u1e9b\u0323", "q\u0307\u0323 q\u0323\u0307 \u0344",
    "Z\u0351\u036b\u0343a\u0328\u0301l\u0334\u0338\u0301go\u0361\u035c", "\u2018quotes\u2019 \u201cdouble\u201d \u2013 \u2014 \u2026 \u00ab\u00bb \u3008\u3009",
    "\u2211\u222b\u221a\u221e\u2260\u2264 \u2190\u2191\u2192 \u2588\u2591 \u2669\u266a", "\U0001d400\U0001d7ce \U0001d54f",
    "\U0001f600\U0001f602\u2764\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea \u0031\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U0010ffff \ue000 \ufdd0 \ufffe \U000f0000", "\u0378 \U00016ea0 \ua7d2 \u1c89 \U00010d50",
    "\u07fd\u0898\u1734\u0eba\u32ff\ua7f2\U00010781\U00011938 \U00011935\U00011930 \u1cf2\u061d\u166d",
]
LONG = [
    "a" * 99, "a" * 100, "a" * 101, "ab" * 500, " ".join("word%d" % i for i in range(300)), "x" * 3000, " " * 2000 + "y", "\u4e2d" * 500,
    "\u00e9" * 120, "e\u0301" * 120, "\n" * 500, "!?" * 300, "1" * 400, "\U0001f600" * 150, "\u0301" * 300, "internationalization" * 30, "'s" * 200,
]
ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz  ", "aAbBzZ09 .,!?'\"-\n\t", " \t\n\r\u00a0\u2003\u3000a", "\u0301\u0308\u0323\u0334ae\u00e9 ", "'stremvld '  a",
    "\u4e2d\u6587a1 \uff0c", "\U0001f468\u200d\ufe0f\U0001f3fd a", "[]<>|CLSEPMASKUN/smaskpd ", "##a##b#", "\u1100\u1161\u11a8\uac00 ",
]


def random_texts(rng, count):
    for _ in range(count):
        yield "".join(rng.choice(rng.choice(ALPHABETS)) for _ in range(rng.randrange(1, 60)))
    for _ in range(count):
        alphabet = rng.choice(ALPHABETS)
        yield "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 80)))
    for limit in (0x250, 0x3000, 0x20000, 0x110000):
        for _ in range(count):
            picked = (rng.randrange(limit) for _ in range(rng.randrange(1, 50)))
            yield "".join(chr(c) if not 0xD800 <= c <= 0xDFFF else " " for c in picked)


def texts_for(library, rng, count):
    added = [token.content for token in library.get_added_tokens_decoder().values()]
    vocabulary = sorted(library.get_vocab())
    texts = PLAIN + SCRIPTS + LONG
    for token in added[:40]:
        texts += [token, token + token, f" {token} ", f"a{token}b", f"a {token} b", f"before  {token}\n\nafter", token.lower(), token.upper(),
                  token[:-1], f"{token}{token[1:]}", f"\u00e9{token}\u0301", f"\t{token}\u3000{token}"]
    for _ in range(count):
        pieces = rng.choices(PLAIN + SCRIPTS, k=3) + rng.choices(added or [""], k=2) + rng.choices(vocabulary, k=3)
        rng.shuffle(pieces)
        texts.append(rng.choice(["", " ", "\n"]).join(pieces))
    return texts + list(random_texts(rng, count))


def requests_for(library, seed, count):
    rng = random.Random(seed)
    texts = texts_for(library, rng, count)
    requests = [{"text": text, "pair": None, "special": special} for text in texts for special in (True, False)]
    for _ in range(count):
        requests.append({"text": rng.choice(texts), "pair": rng.choice(texts), "special": rng.random() < 0.7})
    end = max(library.get_vocab().values()) + 1
    for _ in range(count):
        ids = [rng.randrange(end + 3) for _ in range(rng.randrange(0, 40))]
        requests += [{"ids": ids, "skip": skip} for skip in (True, False)]
    return requests


def expected(library, request):
    """What the library answers, or None where it breaks down itself, as with replacements of nothing."""
    try:
        return answer(library, request)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


def answer(library, request):
    if "ids" in request:
        return {"text": library.decode(request["ids"], skip_special_tokens=request["skip"])}
    encoding = library.encode(request["text"], request["pair"], add_special_tokens=request["special"])
    return {"ids": encoding.ids, "types": encoding.type_ids}


def ask(probe, path, requests):
    lines = "".join(json.dumps(request, ensure_ascii=False) + "\n" for request in requests)
    done = subprocess.run([probe, str(path)], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    # Not splitlines: texts hold other line separators.
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def differences(probe, path, requests, library):
    answers = ask(probe, path, requests)
    assert len(answers) == len(requests), f"{len(answers)} answers for {len(requests)} requests"
    wanted = [expected(library, request) for request in requests]
    return [(r, w, a) for r, w, a in zip(requests, wanted, answers) if w is not None and w != a], wanted


def compare(probe, path, seed, count):
    library = Tokenizer.from_file(str(path))
    library.no_truncation()
    library.no_padding()
    requests = requests_for(library, seed, count)
    wrong, wanted = differences(probe, path, requests, library)
    decodes = [{"ids": w["ids"], "skip": skip} for w in wanted if w is not None and "ids" in w for skip in (True, False)]
    wrong_decodes, _ = differences(probe, path, decodes, library)
    wrong += wrong_decodes
    for request, want, got in wrong[:5]:
        print(f"  {json.dumps(request)[:400]}\n    expected {json.dumps(want)[:400]}\n    got      {json.dumps(got)[:400]}")
    panics = wanted.count(None)
    print(f"{path}: {len(requests) + len(decodes)} requests, {len(wrong)} differ" + (f", {panics} break the library" if panics else ""))
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", required=True, help="the program tokenizer_probe")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150, help="random texts of each kind")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    paths = sorted({path for folder in arguments.folders for path in folder.rglob("tokenizer*.json") if path.name != "tokenizer_config.json"})
    if not paths:
        sys.exit("no tokenizer.json found")
    sys.exit(0 if all([compare(arguments.probe, path, arguments.seed, arguments.count) for path in paths]) else 1)


if __name__ == "__main__":
    main()
