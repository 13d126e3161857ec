"""Formulas of calculated questions: arithmetic, the usual functions, and nothing else."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

LONGEST = 500
DIGITS = 15  # what a double holds for sure
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: math.fmod,
    ast.Pow: math.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(math, name) for name in ("sqrt", "exp", "log10", "floor", "ceil", "degrees", "radians")},
    **{name: getattr(math, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2")},
    **{name: getattr(math, name) for name in ("sinh", "cosh", "tanh", "hypot", "pow", "fmod")},
    "log": math.log,
    "ln": math.log,
    "abs": abs,
    "min": min,
    "max": max,
    "round": lambda number, digits=0: round(number, int(digits)),
    "pi": lambda: math.pi,
}
CONSTANTS = {"pi": math.pi, "e": math.e}


class FormulaError(ValueError):
    """A formula that cannot be read or has no result; `str()` says why, to its author."""


def calculate(formula: str, values: Mapping[str, Decimal]) -> Decimal:
    """The result for these values, as exact as floating-point arithmetic is (15 digits). Names may stand in braces;
    `^` is a power. Raises FormulaError."""
    numbers = {name: float(value) for name, value in values.items()}
    try:
        result = float(_value(_parsed(formula), numbers))
    except ZeroDivisionError:
        raise FormulaError(_("It divides by zero.")) from None
    except (OverflowError, ValueError) as error:
        if isinstance(error, FormulaError):
            raise
        raise FormulaError(_("It has no result for some of the values.")) from None
    if not math.isfinite(result):
        raise FormulaError(_("It has no result for some of the values."))
    return Decimal(f"{result:.{DIGITS}g}")


def names_in(formula: str) -> set[str]:
    """The variables a formula asks for. Raises FormulaError."""
    tree = _parsed(formula)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    return names - CONSTANTS.keys()


def _parsed(formula: str) -> ast.expr:
    text = formula.replace("{", " ").replace("}", " ").replace("^", "**").strip().lstrip("=").strip()
    if len(text) > LONGEST:
        raise FormulaError(_("It is too long."))
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(_("It cannot be read: look at brackets and signs.")) from None


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Name(id=name):
            raise FormulaError(_("There is no variable called %(name)s.") % {"name": name})
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand, values))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return _called(name, [_value(arg, values) for arg in args])
        case ast.Call(func=ast.Name(id=name)):
            raise FormulaError(_("There is no function called %(name)s.") % {"name": name})
        case _:
            raise FormulaError(_("Only numbers, variables, + - * / ^ and functions can stand in it."))


def _called(name: str, arguments: list[float]) -> float:
    try:
        return float(FUNCTIONS[name](*arguments))
    except TypeError:
        raise FormulaError(_("%(name)s needs another number of values.") % {"name": name}) from None
