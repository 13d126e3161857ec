"""Puts a mutant into a program that runs, so that nothing has to be started anew for it."""

from __future__ import annotations

import functools
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from encore.proofs.mutants import DOOR_KINDS, Mutant


class CannotSwap(Exception):
    """It has to stand in the file before the program starts."""


def swap(mutant: Mutant, root: Path) -> None:
    path = root / mutant.file
    source = path.read_bytes()
    if mutant.kind not in DOOR_KINDS and mutant.runs:
        _swap_functions(compile(mutant.kept(source), str(path), "exec", dont_inherit=True), str(path))
    elif ".views" not in mutant.module or mutant.runs:
        raise CannotSwap(mutant.name)
    else:
        _swap_views(compile(mutant.applied(source), str(path), "exec", dont_inherit=True), mutant.module)
    _forget()


def _swap_functions(module: CodeType, path: str) -> None:
    """Wherever a function of the file is held, it does from now on what the mutant does."""
    codes = {(code.co_qualname, code.co_firstlineno): code for code in _codes_in(module)}
    for function in gc.get_objects():
        if type(function) is FunctionType and function.__code__.co_filename == path:
            code = codes.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
            if code is not None and code != function.__code__:
                function.__code__ = code


def _codes_in(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes_in(one)


def _swap_views(code: CodeType, name: str) -> None:
    """The module is executed once more, and its views take the places of the old ones at their addresses."""
    old = importlib.import_module(name)
    module = ModuleType(name)
    module.__dict__.update(__file__=old.__file__, __package__=old.__package__)
    exec(code, module.__dict__)  # noqa: S102
    theirs = [pattern for pattern in _patterns(get_resolver()) if _is_view_of(old, pattern.callback)]
    if not theirs:
        raise CannotSwap(name)
    for pattern in theirs:
        pattern.callback = getattr(module, pattern.callback.__name__)


def _is_view_of(module: ModuleType, view: Any) -> bool:
    return view.__module__ == module.__name__ and getattr(module, view.__name__, None) is view


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def _forget() -> None:
    """What was worked out before the swap."""
    connection.__dict__.pop("_prepared", None)
    for kept in gc.get_objects():
        if type(kept) is functools._lru_cache_wrapper and _is_ours(kept):
            kept.cache_clear()


def _is_ours(kept: Any) -> bool:
    return str(getattr(kept, "__module__", "")).startswith("encore.")
