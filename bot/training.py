"""The trained models, cached by a fingerprint of everything that they learn from.

There are two: Rasa's, and the risk detector's, which every process has to screen with.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from threading import Thread

from bot import shared_models
from bot.settings import PROJECT, Settings, get_settings

LEARNING = (
    "bot/language",
    "bot/nlu/training",
    "bot/nlu/data",
    "bot/nlu/examples.py",
    "bot/nlu/features.py",
    "bot/nlu/heads.py",
    "bot/nlu/learning.py",
    "bot/nlu/lexicon.py",
)
"""What the readers learn from beside Rasa's files, and how they learn it."""

SOURCES = (
    "config.yml",
    "domain.yml",
    "data",
    "bot/nlu/components.py",
    "bot/nlu/turn_router.py",
    *LEARNING,
)
"""What a model is made of: Rasa keeps with it what each component's methods ask for."""

RISK_SOURCES = (
    "bot/language",
    "bot/nlu/training",
    "bot/safety/training",
    "bot/safety/learning.py",
    "data/nlu",
)
"""What the risk detector learns from, and how."""

_READ = frozenset({".yml", ".py", ".txt", ".csv", ".json", ".jsonl"})

QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}
"""Environment that keeps Rasa from calling home and from flooding the terminal."""


class TrainingFailed(RuntimeError):
    """Rasa could not train; the message names the log to read."""


def _files(sources: Iterable[str]) -> Iterator[Path]:
    for source in sources:
        path = PROJECT / source
        if path.is_file():
            yield path
        else:
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in _READ)


def fingerprint(sources: Iterable[str] = SOURCES) -> str:
    """16 hexadecimal characters that change when what the model learns from does.

    Args:
        sources: files and folders of the project; all that a model learns from unless told.
    """
    digest = hashlib.sha256(f"rasa {version('rasa')}".encode())
    for path in _files(sources):
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def model_path(settings: Settings | None = None) -> Path:
    """Where the model of the present sources is, or will be once trained."""
    return (settings or get_settings()).models_folder / f"{fingerprint()}.tar.gz"


def risk_path(settings: Settings | None = None) -> Path:
    """Where the risk detector of the present sources is, or will be once trained."""
    folder = (settings or get_settings()).models_folder
    return folder / f"risk-{_risk_fingerprint()}.safetensors"


@lru_cache(maxsize=1)
def _risk_fingerprint() -> str:
    # Every message is screened: its files are not to be read each time.
    return fingerprint(RISK_SOURCES)


def is_trained(settings: Settings | None = None) -> bool:
    """Whether there are models of the present sources."""
    return model_path(settings).exists() and risk_path(settings).exists()


def train(
    *,
    settings: Settings | None = None,
    force: bool = False,
    progress: Callable[[float], None] = lambda seconds: None,
) -> Path:
    """The path of Rasa's model, after training what has to be trained (a quarter of an hour).

    Args:
        force: train although there are models for these sources, here or in another checkout.
        progress: called about twice a second with the seconds so far.

    Raises:
        TrainingFailed: with the path of the log.
    """
    settings = settings or get_settings()
    began = time.monotonic()
    paths = {"risk": risk_path(settings), "rasa": model_path(settings)}
    wanted = {
        kind: path
        for kind, path in paths.items()
        if force or not (path.exists() or shared_models.fetch(path, settings))
    }
    options = ["--force"] if force else []
    # Side by side: one training alone does not keep two cores busy.
    runs = [_Run(kind, path, settings, options) for kind, path in wanted.items()]
    while any(run.is_going() for run in runs):
        progress(time.monotonic() - began)
        time.sleep(0.5)
    for run in runs:
        run.finish()
    for path in wanted.values():
        shared_models.keep(path, settings)
    return paths["rasa"]


class _Run:
    """The training of one model in a process of its own, into a draft beside its path."""

    def __init__(self, kind: str, path: Path, settings: Settings, options: Sequence[str]) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._draft = path.with_name(f"draft-{os.getpid()}-{path.name}")
        self._log = settings.wise_home / "logs" / f"train-{kind}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("w") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
                [sys.executable, "-m", "bot.training", kind, str(self._draft), *options],
                cwd=PROJECT,
                env={**os.environ, **QUIET, **_cache(settings)},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def is_going(self) -> bool:
        return self._process.poll() is None

    def finish(self) -> None:
        """Put the model in its place, whole or not at all: another process may look for it."""
        if self._process.wait() or not self._draft.exists():
            raise TrainingFailed(f"the model could not be trained; see {self._log}")
        self._draft.replace(self._path)


def _cache(settings: Settings) -> dict[str, str]:
    """Where Rasa keeps what each component learnt, so that a change of words trains no intents.

    Rasa sees a component's settings and data, but no code beyond its class: so each state of
    ``LEARNING`` has a folder of its own.
    """
    folder = settings.wise_home / "cache" / fingerprint(LEARNING)
    return {"RASA_CACHE_DIRECTORY": str(folder)}


def _end_with_parent() -> None:
    """A killed `wise train` cannot stop its trainings; its end of the pipe closes all the same."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def _main(kind: str, draft: str, *options: str) -> int:
    """Train in a process of its own, so that TensorFlow's memory goes with it."""
    import logging

    Thread(target=_end_with_parent, daemon=True).start()
    logging.basicConfig(level=logging.INFO)
    path = Path(draft)
    if kind == "risk":
        from bot.safety.learning import everyday, risk_reader

        risk_reader(everyday(PROJECT / "data" / "nlu")).save(path)
        return 0
    from rasa.model_training import train as rasa_train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.INFO)
    result = rasa_train(
        domain=str(PROJECT / "domain.yml"),
        config=str(PROJECT / "config.yml"),
        training_files=[str(PROJECT / "data")],
        output=str(path.parent),
        fixed_model_name=path.name.removesuffix(".tar.gz"),
        force_training="--force" in options,
    )
    return int(result.code)


if __name__ == "__main__":
    raise SystemExit(_main(*sys.argv[1:]))
