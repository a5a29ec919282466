"""Reads the text of a settings file; for invalid TOML it suggests what to write instead."""

import codecs
import contextlib
import json
import re
import shlex
from dataclasses import dataclass, replace
from typing import Any

from strata.machine.files import Unreadable, json_of, toml
from strata.resources.secrets import is_secret
from strata.settings import schema

SYNTAX = "is not TOML: "
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛′", "'"))  # noqa: RUF001
BLANKS = {
    "\u00a0": "a no-break space",
    "\u202f": "a narrow no-break space",
    "\u2007": "a figure space",
    "\u3000": "an ideographic space",
    "\u200b": "a zero-width space",
    "\u200e": "a mark of writing direction",
    "\u200f": "a mark of writing direction",
    "\ufeff": "a byte order mark",
    "\u00ad": "a soft hyphen",
}
_PAIR = re.compile(r"\s*(?P<key>[\w.\"'-]+)\s*(?P<sign>:=|=|:)?\s*(?P<value>.*?)\s*,?\s*(#.*)?$")
_WORDS = {
    "true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false",
}  # fmt: skip
_SHELL = re.compile(r"[|&;<>$`*?~()]")
_ZEROS = re.compile(r"[+-]?0[0-9_]+")


@dataclass(frozen=True)
class NoToml(Exception):
    """Text that is not TOML; `line` is 0 for the whole file."""

    line: int
    wrong: str
    right: str


def decode(content: bytes) -> str:
    """The text of a file; raises NoToml for another encoding than UTF-8."""
    if content.startswith(codecs.BOM_UTF8):
        raise NoToml(1, "begins with a byte order mark", "UTF-8 without one")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (
        content[1:4:2] == b"\0\0" or content[:3:2] == b"\0\0"
    ):
        raise NoToml(0, "is UTF-16", "the same text saved as UTF-8, without a byte order mark")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        letter = bytes([byte]).decode("cp1252", "replace")
        raise NoToml(
            line,
            f"is not UTF-8: the byte 0x{byte:02X}, which would be {letter} in Latin-1",
            "the same text saved as UTF-8",
        ) from None


def parse(text: str) -> dict[str, Any]:
    """The content of TOML; raises NoToml."""
    try:
        return toml(text)
    except Unreadable as error:
        if error.why.startswith(SYNTAX):
            raise _advice(text, error.line, error.why.removeprefix(SYNTAX)) from None
        right = "key = value, as TOML 1.0 says" if error.line else "a readable TOML file"
        raise NoToml(error.line, error.why, right) from None


def literal(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return json.dumps(value, ensure_ascii=False, default=str)


def words_of(line: str, checks_health: bool) -> list[str] | None:
    """The words of a command that was written as one text; None if they cannot be told.

    ECS starts a program, and no shell that would take a line apart. Its console has the words with
    commas between them, a Dockerfile as a list in JSON.
    """
    if line.lstrip().startswith("["):
        with contextlib.suppress(Unreadable):
            words = json_of(line)
            if isinstance(words, list) and words and all(isinstance(one, str) for one in words):
                return words
    if checks_health:
        return ["CMD-SHELL", line]
    if _SHELL.search(line):
        return ["sh", "-c", line]
    if "," in line and all(word.endswith(",") for word in line.split()[:-1]):
        return [word.strip() for word in line.split(",") if word.strip()] or None
    try:
        return shlex.split(line) or None
    except ValueError:
        return None


def _advice(text: str, number: int, message: str) -> NoToml:
    lines = text.splitlines()
    line = lines[number - 1] if number <= len(lines) else ""
    advice = (
        _never_closed(lines, message)
        or _characters(number, line)
        or _no_line(number, line)
        or _twice(lines, number, line, message)
        or _unclosed(lines, number, message)
        or _in_pair(number, line, message)
        or _other(number, message)
    )
    tables = [header for header in lines[:number] if header.lstrip().startswith("[")]
    if tables and "secret" in tables[-1]:
        # A value written there by mistake may be the secret itself.
        return replace(advice, right=re.sub(r" = .*", ' = "..."', advice.right))
    return advice


def _never_closed(lines: list[str], message: str) -> NoToml | None:
    """A text that goes on to the end of the file: the parser names that end, not where it begins.

    Behind its beginning there are no such quotes any more.
    """
    found = re.match(r"Expected \"('+)\"|(Unterminated string)", message)
    if not found or not message.endswith("(at end of document)"):
        return None
    quote = found[1] or '"""'
    if quote == '"""' and "".join(lines).count(quote) % 2 == 0:
        # The last line has one of its own that is open, and no end.
        return None
    at = max((at for at, line in enumerate(lines, start=1) if quote in line), default=len(lines))
    key = re.match(r"\s*([\w.\"-]+)\s*=", lines[at - 1]) if lines else None
    right = f"{key[1]} = {quote}...{quote}" if key else f"{quote} at both ends of a text"
    return NoToml(at, f"has {quote} that is not closed", right)


def _no_line(number: int, line: str) -> NoToml | None:
    """Lines of something else than TOML: merge marks, comments of other languages, JSON."""
    if re.match(r"(<{7}|={7}|>{7}|\|{7})( |$)", line):
        return NoToml(number, "is a mark of a merge that git left open", "the lines of one side")
    if re.match(r"\s*(//|--|;|/\*)", line):
        return NoToml(number, "is no comment: those of TOML begin with #", "# and the text")
    if re.match(r'\s*[a-z]+(\s+("[^"]*"|\w+))*\s*\{', line):
        return NoToml(number, "is HCL and not TOML", '[table] on a line, key = "value" on the next')
    if re.match(r"\s*\{", line):
        return NoToml(
            number, "is JSON and not TOML", '[table] on a line, key = "value" on the next'
        )
    return None


def _unclosed(lines: list[str], number: int, message: str) -> NoToml | None:
    """A list that does not end, or has no comma between two values."""
    if not message.startswith("Unclosed array"):
        return None
    opens = re.compile(r"\s*([\w.\"'-]+)\s*=\s*\[")
    for at in range(min(number, len(lines)), 0, -1):
        if match := opens.match(lines[at - 1]):
            wrong = "is a list without its ], or without a comma between two values"
            return NoToml(at, wrong, f'{match[1]} = ["...", "..."]')
    return None


def _characters(number: int, line: str) -> NoToml | None:
    """Characters that an editor or a web page put in place of plain ones."""
    for blank, name in BLANKS.items():
        if blank in line:
            return NoToml(number, f"has {name}, which looks like a space but is not", "a blank")
    if line.translate(QUOTES) != line:
        right = _safe(line.translate(QUOTES).strip())
        return NoToml(number, "has typographic quotes, which do not quote in TOML", right)
    return None


def _in_pair(number: int, line: str, message: str) -> NoToml | None:
    if not line.replace("\t", "").isprintable():
        return None
    bare = line.split("#", maxsplit=1)[0].strip()
    if bare.startswith("[") and "=" not in bare and not bare.endswith("]"):
        return NoToml(number, "is not TOML: the name of a table is not closed", f"{bare}]")
    match = _PAIR.fullmatch(line)
    if not match or bare.startswith(("[", '"""')):
        return None
    key, sign, value = match["key"], match["sign"], match["value"]
    if sign != "=":
        wrong = f"has {sign} where TOML has =" if sign else "has no ="
        return NoToml(number, wrong, _pair(key, value) if value else f"{key} = a value")
    if not value:
        return NoToml(number, "has no value", f'{key} = "a text", a number, true, false or a list')
    return _value(number, key, value, message)


def _value(number: int, key: str, value: str, message: str) -> NoToml | None:
    count = re.fullmatch(r"0*([0-9]+)\s*([A-Za-z%]*)", value)
    if count and schema.is_number(key):
        wrong = f"has the unit {count[2]}" if count[2] else "is a number with a leading zero"
        return NoToml(number, f"{wrong}, and a number of TOML is plain", f"{key} = {count[1]}")
    if _ZEROS.fullmatch(value):
        wrong = "is a number with a leading zero, which TOML has not: digits that are no number"
        return NoToml(number, f"{wrong} go in quotes", _pair(key, value))
    if value.lower() in ("null", "none", "nil", "~"):
        return NoToml(number, f"is {value}, and TOML has no such value", f"no line for {key}")
    if value[0] in "\"'[{":
        return _quoted(number, key, value, message)
    wrong = (
        f"is not how TOML writes {_WORDS[value.lower()]}"
        if value.lower() in _WORDS
        else "is a text without quotes"
    )
    return NoToml(number, wrong, _pair(key, value))


def _twice(lines: list[str], number: int, line: str, message: str) -> NoToml | None:
    if not re.search(r"twice|overwrite|already|immutable|Cannot (declare|mutate)", message):
        return None
    table = re.match(r"\s*(\[\[?[^\]]*\]\]?)", line)
    if table:
        first = _first(lines, re.escape(table[1]) + r"\s*(#.*)?")
        where = f" first in line {first}" if first and first != number else " before"
        return NoToml(
            number, f"has {table[1]} twice,{where}", f"one {table[1]} with all of its keys"
        )
    key = line.partition("=")[0].strip()
    if key.startswith("["):
        return None
    start = next((at for at in range(number - 1, 0, -1) if lines[at - 1].startswith("[")), 0)
    first = _first(lines[start : number - 1], re.escape(key) + r"\s*=.*")
    where = f", first in line {start + first}" if first else ""
    return NoToml(number, f"has {key} twice{where}", f"{key} once")


def _first(lines: list[str], pattern: str) -> int:
    """The number of the first line that matches a pattern, from 1; 0 for none."""
    whole = re.compile(r"\s*" + pattern)
    for number, line in enumerate(lines, start=1):
        if whole.fullmatch(line):
            return number
    return 0


def _quoted(number: int, key: str, value: str, message: str) -> NoToml:
    if value[0] == "{" and not value.endswith("}"):
        wrong = "is a table in braces on several lines, and TOML 1.0 has them on one"
        return NoToml(number, wrong, f"a table [...{key}] with a line for each of its keys")
    if value[0] == "{" and re.search(r",\s*\}$", value):
        return NoToml(number, "has a comma before the }", f"{key} = {{ ... }} without it")
    if value.endswith(";"):
        return NoToml(number, "ends with ;", _pair(key, value.rstrip("; ")))
    if "\\" in value and value[0] == '"' and re.search("escape|Unescaped", message):
        return NoToml(
            number,
            "has a backslash, which begins an escape between double quotes",
            f"{key} = '...' between single quotes, or \\\\ for each backslash",
        )
    if value[0] in "\"'" and value.count(value[0]) % 2:
        return NoToml(number, "has a quote that is not closed", f"{key} = {value[0]}...{value[0]}")
    return _other(number, message)


def _other(number: int, message: str) -> NoToml:
    # The parser's message may quote a character, and never more of the text.
    words = re.sub(r" \(at .*\)$", "", message)
    return NoToml(number, f"is not TOML: {words}", "key = value, as TOML 1.0 says")


def _pair(key: str, value: str) -> str:
    """The line to write, without the value when it may be a secret."""
    plain = value.strip().strip("\"'")
    if is_secret(key, plain):
        return f'{key} = "..."'
    if plain.lower() in _WORDS:
        return f"{key} = {_WORDS[plain.lower()]}"
    number = re.fullmatch(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?", value)
    whole = value[:1] in "[{" and value[-1:] in "]}"
    return f"{key} = {value if number or whole else literal(plain)}"


def _safe(line: str) -> str:
    key, sign, value = line.partition("=")
    plain = value.strip().strip("\"'")
    return f'{key.strip()} = "..."' if sign and is_secret(key.strip(), plain) else line
