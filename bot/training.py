"""The trained model, cached by a fingerprint of everything that it learns from."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from bot.settings import PROJECT, Settings, get_settings

SOURCES = ("config.yml", "domain.yml", "data", "bot/nlu")
"""What a model learns from: Rasa's files, and the code that reads texts for it."""

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
            yield from sorted(
                p
                for p in path.rglob("*")
                if p.is_file() and p.suffix in {".yml", ".py", ".txt", ".csv", ".json"}
            )


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


def train(
    *,
    settings: Settings | None = None,
    force: bool = False,
    progress: Callable[[float], None] = lambda seconds: None,
) -> Path:
    """The model's path, after training it where that is needed (a few minutes).

    Args:
        force: train although there is a model for these sources.
        progress: called about twice a second with the seconds so far.

    Raises:
        TrainingFailed: with the path of the log.
    """
    settings = settings or get_settings()
    model = model_path(settings)
    if model.exists() and not force:
        return model
    model.parent.mkdir(parents=True, exist_ok=True)
    log = settings.wise_home / "logs" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    draft = model.with_name(f"draft-{os.getpid()}-{model.name}")
    began = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "bot.training", str(draft), *(["--force"] if force else [])],
            cwd=PROJECT,
            env={**os.environ, **QUIET, **_cache(settings)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        while process.poll() is None:
            progress(time.monotonic() - began)
            time.sleep(0.5)
    if process.returncode or not draft.exists():
        raise TrainingFailed(f"the model could not be trained; see {log}")
    # Whole or not at all: another process may be looking for it.
    draft.replace(model)
    return model


def _cache(settings: Settings) -> dict[str, str]:
    """Where Rasa keeps what each component learnt, so that a change of words trains no intents.

    Rasa sees a component's settings and data, but no code beyond its class: so each state of
    ``bot/nlu`` has a folder of its own.
    """
    folder = settings.wise_home / "cache" / fingerprint(["bot/nlu"])
    return {"RASA_CACHE_DIRECTORY": str(folder)}


def _main(draft: str, *options: str) -> int:
    """Train in a process of its own, so that TensorFlow's memory goes with it."""
    import logging

    from rasa.model_training import train as rasa_train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.INFO)
    path = Path(draft)
    result = rasa_train(
        domain=str(PROJECT / "domain.yml"),
        config=str(PROJECT / "config.yml"),
        training_files=[str(PROJECT / "data")],
        output=str(path.parent),
        fixed_model_name=path.name.removesuffix(".tar.gz"),
        force_training="--force" in options,
    )
    return result.code


if __name__ == "__main__":
    raise SystemExit(_main(*sys.argv[1:]))
