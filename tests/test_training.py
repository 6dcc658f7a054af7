"""Training that fails says where to look, and leaves nothing half made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.training import TrainingFailed, is_trained, train


def test_a_training_that_ends_badly_names_its_log_and_leaves_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    settings = Settings(wise_home=tmp_path, wise_models=str(tmp_path / "models"))
    with pytest.raises(TrainingFailed, match=str(tmp_path / "logs" / "train-risk.log")):
        train(settings=settings)
    assert not is_trained(settings)
    assert not list((tmp_path / "models").iterdir())
