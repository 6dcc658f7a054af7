"""Serving with Rasa but without TensorFlow, which no part of our pipeline runs.

Rasa imports TensorFlow for classifiers and policies that ``config.yml`` does not use. On 28
November 2026 that took 12 of the 22 seconds in which Rasa's server is imported, and 450 of its
660 MB. Our readers are tuned with TensorFlow by ``wise train``, in a process of its own, and run
on numpy.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

LEFT_OUT = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "keras", "jax"})


class _Absent(type):
    """A class that stands where one of TensorFlow's would; its names are such classes too.

    Rasa's modules can be imported with it, as they derive from TensorFlow's classes and name them
    in type hints. To use one of them is an error that says so.
    """

    def __getattr__(cls, name: str) -> Any:
        return _named(cls, name)

    def __call__(cls, *_args: object, **_kwargs: object) -> Any:
        if cls.__mro__[1:] == (object,):
            raise RuntimeError(
                f"{cls.__name__} is TensorFlow's, which this process has left out "
                "(bot/conversations/without_tensorflow.py): config.yml may not use it"
            )
        return super().__call__(*_args, **_kwargs)


class _AbsentModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return _named(self, name)


def _named(owner: Any, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    made = _Absent(name, (), {})
    setattr(owner, name, made)
    return made


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        ours = name.partition(".")[0] in LEFT_OUT
        return ModuleSpec(name, self, is_package=True) if ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def leave_out_tensorflow() -> None:
    """Import nothing of TensorFlow in this process from now on.

    For processes that serve and never train. Does nothing where TensorFlow is there already.
    """
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())
