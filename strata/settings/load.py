"""Reads the settings of an environment; reports all their problems at once."""

import copy
import errno
import json
import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from strata.errors import UsageError
from strata.machine.files import Unreadable, bytes_of, text_of, toml
from strata.machine.folders import project
from strata.resources.secrets import is_secret, names_secret
from strata.settings import schema
from strata.settings.advice import NoToml, decode, literal, parse, words_of
from strata.settings.models import Settings
from strata.settings.positions import Key, line_of, positions
from strata.settings.resource_names import base
from strata.settings.rules import Finding, findings
from strata.settings.rules.finding import near
from strata.settings.rules.secrets import is_reference
from strata.text.words import counted, shortened
from strata.text.wrapping import unbroken

MOST_SHOWN = 1000
"""The most problems that a message names; nobody reads more, and 50,000 take seconds to write."""

LONGEST_VALUE = 60
"""The most characters of a value that a message repeats."""

NOT_THERE = (os.strerror(errno.ENOENT), os.strerror(errno.ENOTDIR))
"""The system's words for a file that is not there."""

NO_FILE, FIRST = "envs/ has no settings file", "docs/aws.md begins with one"

DEFAULT = " (not in the file, default)"
_ABSENT = object()

KINDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a string",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "too_short": "a list with an entry",
}
"""Pydantic's type errors in the words of the guides."""

STAND_IN: dict[str, dict[str, Any]] = {
    "environment": {
        "project": "project",
        "name": "name",
        "region": "us-east-1",
        "account_id": "000000000000",
        "state_bucket": "state-bucket",
    },
    "network": {"availability_zones": ["us-east-1a", "us-east-1b"]},
    "service": {"image_tag": "1"},
    "edge": {"domain": "shop.example"},
}
"""Values for required keys that are missing or wrong, so that the rules can check the others."""


@dataclass(frozen=True)
class Problem:
    """A problem in a settings file.

    `line` is 0 and `key` empty for the file itself. A value that may be a secret is not in `value`.
    """

    file: Path
    line: int
    key: str
    value: str
    wrong: str
    right: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        what = f": {self.key}" if self.key else ""
        value = f" = {self.value}" if self.value else ""
        lines = [
            line
            for words in (f"wrong: {self.wrong}", f"right: {self.right}")
            for line in unbroken(f"  {words}", rest=" " * 9)
        ]
        return "\n".join([f"{where}{what}{value}", *lines])


class InvalidSettings(UsageError):
    """Settings that cannot be used; `problems` are those shown, `count` is the number of all."""

    def __init__(self, problems: Iterable[Problem], more: int = 0) -> None:
        every = tuple(problems)
        self.problems = every[:MOST_SHOWN]
        self.count = len(every) + more
        words = f"{counted(self.count, 'problem')} in the settings"
        left = self.count - len(self.problems)
        rest = [f"and {left} more, which are listed when these are fixed"] if left else []
        super().__init__("\n".join([words, *map(str, self.problems), *rest]))


def own_files(root: Path | None = None) -> list[Path]:
    """The settings files in `envs/`, by name; `root` is the folder of another project."""
    return sorted(((root or project()) / "envs").glob("*.toml"))


def stated_stage(file: Path) -> str | None:
    """The value of `environment.stage` in a settings file; None without a readable value."""
    try:
        data = toml(text_of(file))
    except Unreadable:
        return None
    environment = data.get("environment")
    stage = environment.get("stage") if isinstance(environment, dict) else None
    return stage if isinstance(stage, str) else None


def shown(path: Path) -> Path:
    """A path as a message names it: relative to the current folder if it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def resolve(env: str, root: Path | None = None) -> Path:
    """The file of `env`, a name in `envs/` or a path to a TOML file."""
    if _is_path(env):
        return Path(env)
    known = [path.stem for path in own_files(root)]
    if env not in known:
        # Names with blanks and other invisible characters are shown in quotes.
        plain = env.isprintable() and env == env.strip()
        wrong = f"no environment is called {env if plain else json.dumps(env)}"
        hint = f"{_known(env, root)}; or give a path"
        raise UsageError(wrong if env.strip() else "ENV is empty", hint)
    return (root or project()) / "envs" / f"{env}.toml"


def _is_path(env: str) -> bool:
    return env.endswith(".toml") or "/" in env


def _known(name: str, root: Path | None) -> str:
    """The environments that there are, those that resemble a name first."""
    known = [path.stem for path in own_files(root)]
    all_ = f"known: {', '.join(known)}" if known else f"{NO_FILE}, {FIRST}"
    return f"{close}; {all_}" if (close := near(name.strip().lower(), known, "")) else all_


def load(env: str, root: Path | None = None) -> Settings:
    """The settings of `env`; raises InvalidSettings. Their commands name them so, too."""
    path = resolve(env, root)
    named = shown(path)
    try:
        text = decode(bytes_of(path))
        data = parse(text)
    except Unreadable as error:
        right = "a readable TOML file"
        if error.why in NOT_THERE:
            right = f"a TOML file, or the name of an environment: {_known(path.stem, root)}"
        raise InvalidSettings([Problem(named, 0, "", "", error.why, right)]) from None
    except NoToml as error:
        raise InvalidSettings(
            [Problem(named, error.line, "", "", error.wrong, error.right)]
        ) from None
    settings, mistyped, problems = _judge(data)
    own = ((root or project()) / "envs").resolve()
    stem = path.stem if path.resolve().parent == own else None
    if settings and stem not in (None, settings.environment.name):
        problems.append(
            Finding(
                ("environment", "name"),
                f"is not the name of its file, {path.name}",
                f'"{stem}": commands find an environment by its file',
            )
        )
    if settings is None or problems:
        raise _invalid(named, positions(text), data, [*mistyped, *problems])
    if stem is not None:
        return settings
    return settings.found_at(str(named) if _is_path(str(named)) else env)


def invalid(env: str, found: list[Finding]) -> InvalidSettings:
    """The error on settings that load, and that AWS or an account would refuse."""
    file = resolve(env)
    text = text_of(file)
    return _invalid(shown(file.resolve()), positions(text), toml(text), [*found])


def _invalid(
    file: Path, lines: dict[Key, int], data: dict[str, Any], problems: list[Finding | ErrorDetails]
) -> InvalidSettings:
    """The error with the problems by line. Wording a problem costs more than finding it, so only
    the problems that are shown are worded."""

    def line(problem: Finding | ErrorDetails) -> int:
        key = problem.key if isinstance(problem, Finding) else problem["loc"]
        return 0 if _default(key, data) is not None else line_of(lines, key)

    worded = []
    for problem in sorted(problems, key=line)[:MOST_SHOWN]:
        finding = problem if isinstance(problem, Finding) else _mistyped(problem)
        worded.append(_problem(file, finding, line(finding), lines, data))
    return InvalidSettings(worded, len(problems) - len(worded))


def _problem(
    file: Path, finding: Finding, line: int, lines: dict[Key, int], data: dict[str, Any]
) -> Problem:
    """The problem with its line: that of the key, or of the table that lacks it; else none."""
    value = shown_value(finding.key, data)
    wrong = finding.wrong
    if not line:
        # The key is not in the file: its default conflicts with another key, which is in the file.
        written = [f"{dotted(key)} in line {lines[key]}" for key in finding.reads if key in lines]
        wrong += f"; it rests on {' and '.join(written)}" if written else ""
    return Problem(file, line, dotted(finding.key), value, wrong, finding.right)


def load_all(root: Path | None = None) -> list[Settings]:
    """The settings of every environment in `envs/`, by name; raises UsageError without any."""
    files = own_files(root)
    if not files:
        raise UsageError(NO_FILE, FIRST)
    return load_each([str(path) for path in files], root)


def worded(env: str, told: Iterable[Finding], root: Path | None = None) -> list[Problem]:
    """Findings on settings that can be used, such as warnings, with their lines in the file."""
    path = resolve(env, root)
    text = decode(bytes_of(path))
    lines, data = positions(text), parse(text)
    return [
        _problem(
            shown(path),
            finding,
            0 if _default(finding.key, data) is not None else line_of(lines, finding.key),
            lines,
            data,
        )
        for finding in told
    ]


def distinct(envs: list[str] | None) -> list[str]:
    """The environments that a command is given, each file once, however it is named."""
    by_file: dict[str, str] = {}
    for env in envs or []:
        # `Path.resolve` raises on a link that leads back to itself, which reading it tells of.
        by_file.setdefault(os.path.realpath(resolve(env)), env)
    return list(by_file.values())


def load_each(envs: Iterable[str], root: Path | None = None) -> list[Settings]:
    """The settings of several environments; raises InvalidSettings for the problems in all."""
    loaded: list[Settings] = []
    problems: list[Problem] = []
    more = 0
    files: dict[str, Path] = {}
    owners: dict[tuple[str, str], Path] = {}
    for env in envs:
        try:
            settings = load(env, root)
        except InvalidSettings as error:
            problems += error.problems
            more += error.count - len(error.problems)
            continue
        file, environment = shown(resolve(env, root)), settings.environment
        earlier = files.setdefault(environment.name, file)
        if earlier != file:
            problems.append(_same_name(file, environment.name, earlier))
        owner = owners.setdefault((environment.account_id, base(environment)), file)
        if owner not in (file, earlier):
            problems.append(_same_names(file, settings, owner))
        loaded.append(settings)
    if problems:
        raise InvalidSettings(problems, more)
    return loaded


def _same_name(file: Path, name: str, earlier: Path) -> Problem:
    """Two environments with the same name would have the same stacks and the same states."""
    key: Key = ("environment", "name")
    line = line_of(positions(text_of(file)), key)
    right = "another name, or remove one of the files"
    return Problem(
        file, line, dotted(key), json.dumps(name), f"is the name in {earlier} too", right
    )


def _same_names(file: Path, settings: Settings, earlier: Path) -> Problem:
    """Project `a-b` with name `c` makes the same names of resources as `a` with `b-c`."""
    key: Key = ("environment", "project")
    return Problem(
        file,
        line_of(positions(text_of(file)), key),
        dotted(key),
        json.dumps(settings.environment.project),
        f"makes, with environment.name, the names of {earlier}: {base(settings.environment)}, "
        "in one account",
        "another project or name, or another account",
    )


def judge(data: dict[str, Any]) -> tuple[Settings | None, list[Finding]]:
    """The settings in `data`, None when types or keys are wrong, and all findings on them."""
    settings, mistyped, problems = _judge(data)
    return settings, [*map(_mistyped, mistyped), *problems]


def _judge(data: dict[str, Any]) -> tuple[Settings | None, list[ErrorDetails], list[Finding]]:
    """As `judge`, with the wrong types and keys as pydantic reports them."""
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        mistyped = error.errors(include_url=False, include_context=False)
        broken = {fault["loc"] for fault in mistyped}
        repaired = _repair(data, broken)
        around = {key[:length] for key in broken for length in range(1, len(key))}
        # The default of a key that is misspelt is not what the file means.
        broken |= {
            meant
            for fault in mistyped
            if fault["type"] == "extra_forbidden"
            and (meant := schema.meant(fault["loc"]))
            and _at(meant, data) is _ABSENT
        }
        problems = findings(repaired) if repaired else []
        sound = [finding for finding in problems if not _rests_on(finding, broken, around)]
        return None, mistyped, sound
    return settings, [], findings(settings)


def _mistyped(fault: ErrorDetails) -> Finding:
    """A wrong type or key, in the words of the guides."""
    key: Key = fault["loc"]
    if fault["type"] == "extra_forbidden":
        return Finding(key, "is not a key that Strata knows", schema.nearest(key))
    right = schema.expected(key)
    if fault["type"] == "missing":
        return Finding(key, "is missing", right)
    kind = KINDS.get(fault["type"], fault["msg"].removeprefix("Input should be "))
    written = _written(fault["type"], fault["input"], key) or schema.header(key, fault["input"])
    return Finding(key, f"should be {kind}", f"{written}: {right}" if written else right)


def _written(kind: str, value: Any, key: Key) -> str:
    """A value of a wrong type as it was probably meant, as TOML writes it; empty if unclear."""
    meant: Any = None
    name = str(key[-1])
    if kind == "string_type" and isinstance(value, int | float):
        meant = str(value).lower() if isinstance(value, bool) else str(value)
    elif kind == "string_type" and isinstance(value, list) and len(value) == 1:
        meant = value[0] if isinstance(value[0], str) else None
    elif kind == "list_type" and isinstance(value, str) and schema.is_command(key):
        meant = words_of(value, checks_health="health_check" in key)
    elif kind == "list_type" and isinstance(value, str):
        meant = [part.strip() for part in value.strip("[] ").split(",")]
    elif isinstance(value, str) and (kind in ("int_type", "float_type", "bool_type")):
        plain = value.strip().lower()
        fits = r"true|false" if kind == "bool_type" else r"-?(0|[1-9][0-9]{0,8})"
        meant = json.loads(plain) if re.fullmatch(fits, plain) else None
    elif kind == "int_type" and isinstance(value, float) and value.is_integer():
        meant = int(value)
    if meant is None or is_secret(name, str(value)) or len(str(value)) > LONGEST_VALUE:
        return ""
    return literal(meant)


def _repair(data: dict[str, Any], broken: set[Key]) -> Settings | None:
    """The settings without the broken keys; None if the rest is not valid by itself."""
    repaired = _tables(data)
    for key in broken:
        depth = next((i for i, part in enumerate(key) if isinstance(part, int)), len(key))
        _take_out(repaired, key[:depth])
    try:
        return Settings.model_validate(repaired)
    except ValidationError:
        return None


def _tables(data: dict[str, Any]) -> dict[str, Any]:
    """A copy in which tables can be changed; lists and values are the same."""
    return {
        name: _tables(value) if isinstance(value, dict) else value for name, value in data.items()
    }


def _take_out(data: dict[str, Any], key: Key) -> None:
    *parents, last = (str(part) for part in key)
    inner = data
    for parent in parents:
        inner = inner.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
    inner.pop(last, None)
    if not parents and last in STAND_IN:
        inner[last] = copy.deepcopy(STAND_IN[last])
    elif len(parents) == 1 and last in STAND_IN.get(parents[0], {}):
        inner[last] = copy.deepcopy(STAND_IN[parents[0]][last])


def _rests_on(finding: Finding, broken: set[Key], around: set[Key]) -> bool:
    """Whether a finding reads a broken key, a key in it, or a table around it."""
    return any(
        read in around or any(read[:length] in broken for length in range(1, len(read) + 1))
        for read in (finding.key, *finding.reads)
    )


def dotted(key: Key) -> str:
    """A key as TOML writes it."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(part)
            text += f".{bare}" if text else bare
    return text


def _default(key: Key, data: dict[str, Any]) -> object:
    """The default of a key that is not in the file; None if it is, or has no default."""
    return schema.at(key).get("default") if _at(key, data) is _ABSENT else None


def _at(key: Key, data: dict[str, Any]) -> Any:
    value: Any = data
    for part in key:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return value


def shown_value(key: Key, data: dict[str, Any]) -> str:
    """The value at `key` as TOML would have it; hidden when it may be a secret."""
    value = _at(key, data)
    if value is _ABSENT:
        default = _default(key, data)
        return "" if default is None else f"{json.dumps(default)}{DEFAULT}"
    if isinstance(value, dict):
        return ""
    text = json.dumps(value, default=str, ensure_ascii=False)
    if isinstance(value, float) and not math.isfinite(value):
        text = str(value)
    # Of the words of a command only their order may show a secret, also where one word is told.
    around = _at(key[:-1], data) if isinstance(key[-1], int) else value
    if _may_be_secret(key, value, text) or is_secret("", " ".join(_texts(around))):
        return f"(hidden, {len(str(value))} characters)"
    return shortened(text, LONGEST_VALUE)


def _may_be_secret(key: Key, value: Any, text: str) -> bool:
    """Whether a value may be a secret: by the rule of `check`, or by the name of any table."""
    if key[:2] == ("service", "secrets") or key == ("notify", "webhook_secret"):
        return not is_reference(str(value))
    *tables, name = [part for part in key if isinstance(part, str)] or [""]
    if any(map(names_secret, tables)):
        return True
    return any(is_secret(name, part) for part in (_texts(value) or [text]))


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for element in value for text in _texts(element)]
    if isinstance(value, dict):
        return [json.dumps(value, default=str)]
    return [str(value)]
