"""Tags of real records against labels made by hand."""

from __future__ import annotations

import pytest

from tests.directory.conftest import Store
from tests.directory.labelled import SHARED, agreement, are_here


def test_real_records_are_tagged_much_as_a_person_would(store: Store) -> None:
    if not are_here():
        pytest.skip(f"the real feeds are not here: {SHARED}")
    found = agreement(store)
    assert found.records >= 150
    # 0.75 and 0.84 when this was written.
    assert found.precision >= 0.7
    assert found.recall >= 0.8
