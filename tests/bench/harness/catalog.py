"""Who is measured: Plait and its peers, what each can run, and how each is started."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.workloads import Precision, Task, Workload

PROJECT = Path(__file__).resolve().parents[3]
PEERS = PROJECT / "tests" / "bench" / "peers"
REQUIREMENTS = PROJECT / "tests" / "bench" / "requirements"
CACHE = PROJECT / ".deps" / "bench" / "cache"
ORACLE = "oracle"  # the environment that the bench itself runs in

PLAIT = "plait"
PLAIT_DRAFTS = "plait_drafts"
OWN = (PLAIT, PLAIT_DRAFTS)  # the project itself, which is no peer
TRANSFORMERS = "transformers"


@dataclass(frozen=True)
class Settings:
    """What every process is told."""

    models: Path
    plait: Path
    cores: int


@dataclass(frozen=True)
class Contender:
    """Plait or a peer."""

    name: str  # on the command line and in JSON
    title: str
    about: str
    runs: Callable[[Workload], bool]
    environment: str = ORACLE
    script: str = ""
    arguments: tuple[str, ...] = ()
    # Several processes of this peer share the cores: it decides itself on the threads of each.
    sets_own_threads: bool = False


def _writes(*precisions: Precision) -> Callable[[Workload], bool]:
    return lambda workload: workload.task is Task.WRITE and workload.precision in precisions


def _encodes(*precisions: Precision) -> Callable[[Workload], bool]:
    return lambda workload: workload.task in (Task.CLASSIFY, Task.CHOOSE) and workload.precision in precisions


def _is_reference_graph(workload: Workload) -> bool:
    return workload.task is Task.REFERENCE_GRAPH


def _compiles(workload: Workload) -> bool:
    return workload.precision is Precision.FP32 and workload.task in (Task.WRITE, Task.CLASSIFY, Task.CHOOSE)


CONTENDERS = [
    Contender(
        PLAIT, "Plait", "the project's own build, `plait bench`, every token with a pass of its own", lambda workload: True
    ),
    Contender(
        PLAIT_DRAFTS,
        "Plait, int8 drafts",
        "the same with tokens guessed by the int8 copy, and not looked up in the text: stand-ins repeat themselves",
        lambda workload: workload.precision is Precision.FP32 and workload.task in (Task.WRITE, Task.REFERENCE_GRAPH),
    ),
    Contender(
        TRANSFORMERS,
        "transformers",
        "the reference library, eager; its answers are what fp32 answers are held against",
        lambda workload: workload.precision is Precision.FP32,
        script="transformers_peer.py",
    ),
    Contender(
        "torch_compile",
        "torch.compile",
        "the same models through torch.compile, decoders with a static cache",
        _compiles,
        script="transformers_peer.py",
        arguments=("--compile",),
    ),
    Contender(
        "ctranslate2",
        "CTranslate2",
        "writers in fp32 and int8",
        _writes(Precision.FP32, Precision.INT8),
        "ctranslate2",
        "ctranslate2_peer.py",
    ),
    Contender(
        "llama_cpp",
        "llama.cpp",
        "writers through llama-cpp-python, as F32, F16 or BF16, and Q8_0",
        _writes(*Precision),
        "llama_cpp",
        "llama_cpp_peer.py",
    ),
    Contender(
        "openvino_genai",
        "OpenVINO GenAI",
        "writers in fp32, bf16 and int8",
        _writes(*Precision),
        "openvino",
        "openvino_genai_peer.py",
    ),
    Contender(
        "openvino",
        "OpenVINO",
        "encoders in fp32 and bf16",
        _encodes(Precision.FP32, Precision.BF16),
        "openvino",
        "openvino_peer.py",
    ),
    Contender(
        "onnxruntime",
        "ONNX Runtime",
        "encoders in fp32, graphs optimised for transformers",
        _encodes(Precision.FP32),
        "openvino",
        "onnxruntime_peer.py",
    ),
    Contender(
        "bentoml",
        "BentoML",
        "the page's services behind HTTP, as they run by default",
        _is_reference_graph,
        "bentoml",
        "bentoml_peer.py",
        sets_own_threads=True,
    ),
    Contender(
        "bentoml_tuned",
        "BentoML, tuned",
        "the same with one computing thread a process",
        _is_reference_graph,
        "bentoml",
        "bentoml_peer.py",
        ("--one-thread-a-process",),
        sets_own_threads=True,
    ),
    Contender(
        "hand_wired",
        "best hand-wired",
        "the reference graph from the fastest writer and the fastest encoder among the peers",
        _is_reference_graph,
        script="hand_wired_peer.py",
    ),
]
NAMES = [contender.name for contender in CONTENDERS]


def named(name: str) -> Contender:
    """The contender of this name."""
    return next(contender for contender in CONTENDERS if contender.name == name)


def python_of(environment: str) -> Path:
    """The interpreter of an environment, installed or not."""
    folder = PROJECT / ".deps" / ("oracle" if environment == ORACLE else f"bench/{environment}")
    return folder / "bin" / "python"


def graph_of(workload: Workload) -> Path:
    """The file of a row's graph; that of a class other than fp32 is written first."""
    graph = PROJECT / workload.graph
    if workload.precision is Precision.FP32:
        return graph
    written = CACHE / "graphs" / f"{graph.stem}_{workload.precision.value}.graph"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(in_precision(graph.read_text(), workload.precision))
    return written


def in_precision(source: str, precision: Precision) -> str:
    """The source with the precision of every model set."""
    with_options = re.sub(r'(hf\("[^"]+"\) \{)', rf"\1 precision: {precision.value},", source)
    return re.sub(r'(hf\("[^"]+"\))$', rf"\1 {{ precision: {precision.value} }}", with_options, flags=re.MULTILINE)


def command_of(contender: Contender, settings: Settings, workload: Workload | None = None) -> list[str]:
    """How a contender is started; Plait is for one workload. The only place that knows."""
    if contender.name in OWN:
        assert workload is not None
        return [
            *(str(settings.plait), "bench", str(graph_of(workload)), "--protocol", "jsonl"),
            *("--entry", workload.entry, "--input", json.dumps(workload.input)),
            *("--models", str(settings.models), "--quiet"),
            *("--drafts", "none" if contender.name == PLAIT else "int8"),
        ]
    return [
        *(str(python_of(contender.environment)), str(PEERS / contender.script)),
        *("--models", str(settings.models), "--cores", str(settings.cores)),
        *("--cache", str(CACHE / contender.environment)),
        *contender.arguments,
    ]


def environment_of(contender: Contender, settings: Settings, inherited: dict[str, str]) -> dict[str, str]:
    """The environment variables of a contender's process."""
    threads = {} if contender.sets_own_threads else {"OMP_NUM_THREADS": str(settings.cores)}
    # Nothing may be fetched, and nothing reports home.
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "TOKENIZERS_PARALLELISM": "false"}
    silent = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "BENTOML_DO_NOT_TRACK": "1"}
    kept = {name: value for name, value in inherited.items() if not name.startswith("OMP_")}
    return kept | offline | silent | threads
