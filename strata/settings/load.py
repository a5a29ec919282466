"""Reads the settings of an environment; refuses what is wrong, naming all of it at once."""

import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from strata.errors import UsageError
from strata.paths import ROOT
from strata.settings.models import Settings


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a settings file; `key` is dotted, empty for the file itself."""

    file: Path
    key: str
    value: str
    wrong: str
    right: str

    def __str__(self) -> str:
        what = f"{self.key} = {self.value}" if self.key else ""
        lines = [f"{self.file}: {what}".rstrip(": "), f"  wrong: {self.wrong}"]
        return "\n".join([*lines, f"  right: {self.right}"] if self.right else lines)


class InvalidSettings(UsageError):
    """A settings file that cannot be used; `problems` names everything that is wrong in it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        super().__init__("\n".join([*(str(p) for p in problems), count]))


def resolve(env: str, root: Path = ROOT) -> Path:
    """The file of `env`, a name in `envs/` or a path to a TOML file."""
    if env.endswith(".toml") or "/" in env:
        return Path(env)
    known = sorted(p.stem for p in (root / "envs").glob("*.toml"))
    if env not in known:
        raise UsageError(
            f"no environment is called {env}", f"known: {', '.join(known)}; or give a path"
        )
    return root / "envs" / f"{env}.toml"


def load(env: str, root: Path = ROOT) -> Settings:
    """The settings of `env`; raises InvalidSettings."""
    path = resolve(env, root)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidSettings(
            [Problem(path, "", "", error.strerror or "cannot be read", "a readable TOML file")]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(
            [Problem(path, "", "", f"is not TOML: {error}", "TOML 1.0 in UTF-8")]
        ) from None
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        problems = [
            Problem(
                path,
                ".".join(str(part) for part in one["loc"]),
                "" if one["type"] == "missing" else repr(one["input"])[:60],
                one["msg"],
                _nearest(one["loc"]) if one["type"] == "extra_forbidden" else "",
            )
            for one in error.errors()
        ]
        raise InvalidSettings(problems) from None


def load_all(root: Path = ROOT) -> list[Settings]:
    """The settings of every environment in `envs/`, by name."""
    return [load(path.stem, root) for path in sorted((root / "envs").glob("*.toml"))]


def _nearest(location: tuple[int | str, ...]) -> str:
    """The known key that an unknown one was probably meant to be."""
    model: Any = Settings
    for part in location[:-1]:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        if field is None or not isinstance(field.annotation, type):
            return ""
        if not issubclass(field.annotation, BaseModel):
            return ""
        model = field.annotation
    near = difflib.get_close_matches(str(location[-1]), list(model.model_fields), n=1)
    return f"{near[0]}?" if near else f"one of {', '.join(model.model_fields)}"
