"""Terraform's templates: which text is an expression, and how to write text that is not.

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
"""The beginning of an expression, as a pattern: the `${` in `$${` and `$$${` is an escape."""

_MARK = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_STEP = re.compile(r'[{}"]')
_QUOTED = re.compile(r'\\.|"|\$\$\{|\$\{|%%\{|%\{', re.DOTALL)


@dataclass(frozen=True)
class Part:
    """Text as Terraform reads it, or the text between the braces of an expression."""

    text: str
    expression: bool = False


def escaped(value: Any) -> Any:
    """A value with every text in it, keys too, escaped so that Terraform reads it literally.

    A text that ends in `$` must not be right before an expression.
    """
    if isinstance(value, str):
        return re.sub(r"([$%])\{", r"\1\1{", value)
    if isinstance(value, dict):
        return {escaped(key): escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return value


def parts(template: str) -> Iterator[Part]:
    """The texts and expressions of a template in their order; a directive counts as one."""
    if "{" not in template:
        # Nearly every text.
        if template:
            yield Part(template)
        return
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
    """The texts between the braces of the expressions in a template."""
    if "{" not in template:
        return iter(())
    return (part.text for part in parts(template) if part.expression)


def has_expression(value: object) -> bool:
    """Whether a value is text with an expression in it."""
    return isinstance(value, str) and any(True for _ in expressions(value))


def read(template: str) -> str:
    """The text of a template with its escapes resolved; its expressions stay as they are."""
    if "{" not in template:
        return template
    return "".join(
        f"${{{part.text}}}" if part.expression else part.text for part in parts(template)
    )


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
    # Terraform refuses an expression that does not end.
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
