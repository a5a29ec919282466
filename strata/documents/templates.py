"""Terraform's templates: which text is an expression, and how to write text that is none.

Every text in Terraform JSON that is an argument is a template. `${...}` is an expression and
`%{...}` a directive; `$${` and `%%{` stand for `${` and `%{`, and any other `$`, `%` or backslash
for itself (Terraform 1.11, JSON configuration syntax, expression mapping; HCL native syntax,
templates).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

EXPRESSION = r"(?<!\$)\$\{"
"""How an expression begins, in a pattern: of `$${` and `$$${` the last two are an escape."""

_MARK = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_STEP = re.compile(r'[{}"]')
_QUOTED = re.compile(r'\\.|"|\$\$\{|\$\{|%%\{|%\{', re.DOTALL)


@dataclass(frozen=True)
class Part:
    """Text as Terraform reads it, or what stands between the braces of an expression."""

    text: str
    expression: bool = False


def escaped(found: Any) -> Any:
    """A value with every text in it, keys too, written so that Terraform reads it as it is here.

    One that ends in `$` cannot stand right before an expression.
    """
    if isinstance(found, str):
        return re.sub(r"([$%])\{", r"\1\1{", found)
    if isinstance(found, dict):
        return {escaped(key): escaped(value) for key, value in found.items()}
    if isinstance(found, list):
        return [escaped(one) for one in found]
    return found


def parts(template: str) -> Iterator[Part]:
    """The texts and expressions of a template in their order; a directive counts as one."""
    plain, place = "", 0
    while mark := _MARK.search(template, place):
        plain += template[place : mark.start()]
        if len(mark[0]) == 3:
            plain, place = plain + mark[0][1:], mark.end()
            continue
        if plain:
            yield Part(plain)
        end = _end(template, mark.end())
        yield Part(template[mark.end() : end - 1], expression=True)
        plain, place = "", end
    if plain := plain + template[place:]:
        yield Part(plain)


def expressions(template: str) -> Iterator[str]:
    """What stands between the braces of the expressions in a template."""
    return (part.text for part in parts(template) if part.expression)


def has_expression(found: object) -> bool:
    """Whether a value is text that Terraform does not read as it stands."""
    return isinstance(found, str) and any(part.expression for part in parts(found))


def read(template: str) -> str:
    """The text that a template stands for; its expressions stay as they are written."""
    return "".join(f"${{{one.text}}}" if one.expression else one.text for one in parts(template))


def _end(template: str, place: int) -> int:
    """Where the expression that begins at `place` ends, past its brace."""
    depth = 1
    while step := _STEP.search(template, place):
        place = step.end()
        if step[0] == '"':
            place = _quoted(template, place)
        else:
            depth += 1 if step[0] == "{" else -1
        if not depth:
            return place
    # Terraform refuses what does not end.
    return len(template) + 1


def _quoted(template: str, place: int) -> int:
    """Where the quoted text that begins at `place` ends, past its quote."""
    while step := _QUOTED.search(template, place):
        place = step.end()
        if step[0] == '"':
            return place
        if step[0] in ("${", "%{"):
            place = _end(template, place)
    return len(template)
