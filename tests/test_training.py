"""Training that fails says where to look, and leaves nothing half made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import shared_models
from bot.settings import PROJECT, Settings
from bot.training import TrainingFailed, is_trained, model_path, risk_path, train


def _alone(folder: Path) -> Settings:
    return Settings(
        wise_home=folder,
        wise_models=str(folder / "models"),
        wise_shared_models=str(folder / "shared"),
    )


def test_a_training_that_ends_badly_names_its_log_and_leaves_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    settings = _alone(tmp_path)
    with pytest.raises(TrainingFailed, match=str(tmp_path / "logs" / "train-risk.log")):
        train(settings=settings)
    assert not is_trained(settings)
    assert not list((tmp_path / "models").iterdir())


def test_a_checkout_takes_the_models_that_another_has_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _alone(tmp_path / "first")
    other = first.model_copy(
        update={"wise_home": tmp_path / "other", "wise_models": str(tmp_path / "other/models")}
    )
    for path in (model_path(first), risk_path(first)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode())
        shared_models.keep(path, first)
    monkeypatch.setattr(sys, "executable", "/bin/false")

    assert train(settings=other).read_bytes() == model_path(other).name.encode()
    assert is_trained(other)
    with pytest.raises(TrainingFailed):
        train(settings=other, force=True)


def test_only_the_latest_models_are_shared(tmp_path: Path) -> None:
    settings = _alone(tmp_path)
    for number in range(10):
        model = tmp_path / f"model-{number}"
        model.write_bytes(b"")
        shared_models.keep(model, settings)
        for kept in (tmp_path / "shared").rglob(model.name):
            os.utime(kept, (number, number))
    names = sorted(path.name for path in (tmp_path / "shared").rglob("model-*"))
    assert names == [f"model-{number}" for number in range(6, 10)]
    assert not shared_models.fetch(tmp_path / "model-of-nobody", settings)


def test_a_home_that_cannot_be_written_stops_no_training(tmp_path: Path) -> None:
    settings = _alone(tmp_path)
    (tmp_path / "shared").write_text("a file where a folder should be")
    model = tmp_path / "model"
    model.write_bytes(b"")
    shared_models.keep(model, settings)
    assert not shared_models.fetch(model, settings)


def test_a_training_ends_with_who_started_it(tmp_path: Path) -> None:
    draft = tmp_path / "draft.safetensors"
    command = [sys.executable, "-m", "bot.training", "risk", str(draft)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE) as training:
        try:
            assert training.stdin is not None
            training.stdin.close()  # as the system does where its parent is killed
            assert training.wait(timeout=120) == 1
        finally:
            training.kill()
    assert not draft.exists()
