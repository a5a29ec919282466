"""What settings become, made once in a process however many tests read it."""

import json
from pathlib import Path
from typing import Any

import tomli_w

from strata.gate.judge import judge
from strata.gate.report import Report
from strata.settings import Settings, load
from strata.synthesis.synthesize import compose as compose_anew

Json = dict[str, Any]

_COMPOSED: dict[str, str] = {}


def compose(settings: Settings) -> Json:
    """The composed stack of these settings; a copy of its own for each caller."""
    key = settings.model_dump_json()
    if key not in _COMPOSED:
        _COMPOSED[key] = json.dumps(compose_anew(settings))
    return dict(json.loads(_COMPOSED[key]))


def verdict(out: Path, *settings: Settings) -> Report:
    """The gate's on what was synthesized from `settings` below `out`, which it reads from files."""
    files = {one.environment.name: out / f"{one.environment.name}.toml" for one in settings}
    for one, file in zip(settings, files.values(), strict=True):
        file.write_text(tomli_w.dumps(one.model_dump(exclude_none=True, by_alias=True)))
        assert load(str(file)) == one
    return judge(out, {name: str(file) for name, file in files.items()})
