"""What the tests of the command share: running it, and the runtime's C interface."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("PLAIT_BUILD", ROOT / "build" / "release"))
PLAIT = BUILD / "plait"
TINY = ROOT / "build" / "models-tiny"
# No test writes to the user's cache.
os.environ["PLAIT_CACHE"] = "off"
ORACLE = ROOT / "tests" / "oracle" / "page"


def plait(*words: str | Path, stdin: str | bytes = b"", cwd: Path = ROOT, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command without the user's caches, settings and terminal."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    nowhere = str(ROOT / "build" / "no-such-folder")
    clean |= {"HF_HUB_CACHE": nowhere, "XDG_CONFIG_HOME": nowhere, "NO_COLOR": "1"} | (env or {})
    done = subprocess.run(
        [PLAIT, *map(str, words)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=cwd,
        env=clean,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


class FolderTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path


class RequestFailed(Exception):
    """A failure as the runtime tells it."""

    def __init__(self, error: dict[str, Any]):
        super().__init__(f"{error['message']} [{error['code']}]")
        self.code: str = error["code"]
        self.place: str = error["place"]


class _LoadOptions(ctypes.Structure):
    _fields_ = [
        ("model_folders", ctypes.POINTER(ctypes.c_char_p)),
        ("model_folder_count", ctypes.c_size_t),
        ("only_entry", ctypes.c_char_p),
        ("threads", ctypes.c_int),
        ("progress", ctypes.c_void_p),
        ("user", ctypes.c_void_p),
        ("allow_code_models", ctypes.c_int),
        ("allowed_digests", ctypes.POINTER(ctypes.c_char_p)),
        ("allowed_digest_count", ctypes.c_size_t),
        ("cache_folder", ctypes.c_char_p),
        ("cache_bytes", ctypes.c_uint64),
        ("note", ctypes.c_void_p),
    ]


class _RequestOptions(ctypes.Structure):
    _fields_ = [
        ("entry", ctypes.c_char_p),
        ("arguments", ctypes.c_char_p),
        ("arguments_length", ctypes.c_size_t),
        ("arguments_name", ctypes.c_char_p),
        ("seed", ctypes.c_uint64),
        ("timeout_ms", ctypes.c_int64),
        ("on_piece", ctypes.c_void_p),
        ("user", ctypes.c_void_p),
    ]


def _open_library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(BUILD / "libplait_runtime.so"))
    for name in ("plait_load", "plait_request_new"):
        getattr(library, name).restype = ctypes.c_void_p
    for name in ("plait_error_json", "plait_request_result", "plait_request_report", "plait_program_json"):
        getattr(library, name).restype = ctypes.c_char_p
    return library


class Program:
    """A plan loaded through the C interface."""

    _library: ctypes.CDLL | None = None

    def __init__(self, plan: str, folders: list[Path], threads: int = 0, allow_code_models: bool = False):
        Program._library = Program._library or _open_library()
        names = (ctypes.c_char_p * len(folders))(*(str(folder).encode() for folder in folders))
        options = _LoadOptions(names, len(folders), None, threads, None, None, int(allow_code_models), None, 0, None, 0, None)
        error = ctypes.c_void_p()
        text = plan.encode()
        program = self._library.plait_load(text, ctypes.c_size_t(len(text)), b"plan", ctypes.byref(options), ctypes.byref(error))
        if not program:
            self._raise(error)
        self._program = ctypes.c_void_p(program)

    def run(self, entry: str, arguments: dict[str, Any], seed: int = 0) -> Any:
        """One request; raises RequestFailed."""
        text = json.dumps(arguments).encode()
        options = _RequestOptions(entry.encode(), text, len(text), b"arguments", seed, 0, None, None)
        error = ctypes.c_void_p()
        request = self._library.plait_request_new(self._program, ctypes.byref(options), ctypes.byref(error))
        if not request:
            self._raise(error)
        request = ctypes.c_void_p(request)
        try:
            if self._library.plait_request_run(request, ctypes.byref(error)) != 0:
                self._raise(error)
            return json.loads(self._library.plait_request_result(request))
        finally:
            self._library.plait_request_free(request)

    def close(self) -> None:
        self._library.plait_program_free(self._program)

    def _raise(self, error: ctypes.c_void_p) -> None:
        told = json.loads(self._library.plait_error_json(error))
        self._library.plait_error_free(error)
        raise RequestFailed(told)


def compile_plan(source: Path, models: Path, *options: str) -> tuple[str, list[Path]]:
    """A source's plan and where its models lie: in `models` by their names, those that are code beside the source."""
    done = plait("compile", source, "-o", "-", "--models", models, *options)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    places = []
    for model in tomllib.loads(done.stdout).get("model", []):
        kind, place = model["source"].split(":", 1)
        places.append(models / place if kind == "hf" else source.parent / place)
    return done.stdout, places


def optional_passes() -> list[str]:
    """The names that `--disable-pass` takes."""
    listed = plait("test", "--disable-pass", "none", ROOT / "graphs" / "cascade.graph").stderr
    return listed.split("there are ")[1].splitlines()[0].split(", ")
