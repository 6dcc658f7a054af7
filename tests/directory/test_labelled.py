"""Tags of real records against labels made by hand."""

from __future__ import annotations

import pytest

from tests.directory.conftest import Store
from tests.directory.labelled import SHARED, agreement, are_here


def test_real_records_are_tagged_much_as_a_person_would(store: Store) -> None:
    if not are_here():
        pytest.skip(f"the real feeds are not here: {SHARED}")
    records, subcategories, works = agreement(store)
    assert records >= 150
    # 0.70, 0.81 and 0.80 when this was written.
    assert subcategories.precision >= 0.65
    assert subcategories.recall >= 0.77
    assert works.f1 >= 0.75
