"""The model of stock Rasa, kept beside ours: ``python -m benchmarks.stock.training``."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from bot.settings import PROJECT, Settings
from bot.training import QUIET, fingerprint

CONFIG = PROJECT / "benchmarks" / "stock" / "config.yml"


def stock_model() -> Path:
    """The trained model; it is trained first where there is none (a quarter of an hour)."""
    digest = hashlib.sha256(CONFIG.read_bytes() + fingerprint(("domain.yml", "data")).encode())
    path = Settings().models_folder / f"stock-{digest.hexdigest()[:16]}.tar.gz"
    if not path.exists():
        subprocess.run(
            [sys.executable, "-m", "benchmarks.stock.training", str(path)],
            cwd=PROJECT,
            env={**os.environ, **QUIET},
            check=True,
        )
    return path


def _train(path: Path) -> None:
    from rasa.model_training import train

    train(
        domain=str(PROJECT / "domain.yml"),
        config=str(CONFIG),
        training_files=[str(PROJECT / "data")],
        output=str(path.parent),
        fixed_model_name=path.name.removesuffix(".tar.gz"),
    )


if __name__ == "__main__":
    _train(Path(sys.argv[1]) if len(sys.argv) > 1 else stock_model())
