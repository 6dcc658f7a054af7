"""Trained models that the checkouts of one user share, so that the same sources are learnt once.

A model is named by the fingerprint of all that it learnt from, so one of the same name is the same
model. What the libraries make of it is theirs: only checkouts with the same lock file share.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from pathlib import Path

from bot.settings import PROJECT, Settings

_log = logging.getLogger(__name__)
_KEPT = 4
"""So many of each kind stay, those that were last used: 45 MB for Rasa's, 28 for a detector."""


def fetch(path: Path, settings: Settings) -> bool:
    """Put a model at its path if another checkout has trained it; whether that was so.

    Args:
        path: where it is wanted; its name tells which model.
    """
    folder = _folder(settings)
    if folder is None or not (folder / path.name).exists():
        return False
    try:
        _copy(folder / path.name, path)
        (folder / path.name).touch()  # in use
    except OSError as error:
        _log.warning("The model in %s cannot be read and is trained again: %s", folder, error)
        return False
    return True


def keep(path: Path, settings: Settings) -> None:
    """Let other checkouts have a model. Where that cannot be, they train their own."""
    folder = _folder(settings)
    if folder is None:
        return
    try:
        # Models can hold code, so nobody else may put one here.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(path, folder / path.name)
        alike = [model for model in folder.iterdir() if model.suffix == path.suffix]
        for model in sorted(alike, key=lambda model: model.stat().st_mtime)[:-_KEPT]:
            model.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("The model could not be kept in %s: %s", folder, error)


def _folder(settings: Settings) -> Path | None:
    lock = PROJECT / "uv.lock"
    if not lock.exists():
        return None
    return settings.shared_models_folder / hashlib.sha256(lock.read_bytes()).hexdigest()[:12]


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all: another process may look for it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"copy-{os.getpid()}-{target.name}")
    try:
        shutil.copyfile(source, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
