"""The verdict of the gate: findings by cause, the worst first."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from policies.explanations import EXPLANATIONS
from strata.gate.documents import Unjudgeable
from strata.gate.scan import Failure, load_policies
from strata.gate.waivers import Waived, Waiver
from strata.machine.files import Unreadable, text_of, toml
from strata.machine.folders import project
from strata.reach.table import PATH_CHECKS
from strata.settings.load import resolve, shown
from strata.settings.positions import Key, line_of, positions
from strata.settings.schema import at

CAUSES = Path("policies", "causes.toml")
"""Below the project."""

MORE = "https://www.checkov.io/5.Policy%20Index/terraform.html"
PATHS = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Security.html"
SEVERITIES = ("critical", "high", "medium", "low")

Severity = Literal["critical", "high", "medium", "low"]


class Cause(BaseModel):
    """Which setting makes checks fail, how bad that is, and what to write instead.

    What an entry leaves out is as the first of its checks that is ours explains it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: tuple[str, ...]
    below: str = ""
    key: str = ""
    safe: tuple[Any, ...] = ()
    severity: Severity
    protects: str
    right: str
    more: str

    @model_validator(mode="before")
    @classmethod
    def _of_own_check(cls, entry: Any) -> Any:
        listed = entry.get("checks") if isinstance(entry, dict) else None
        own = [check for check in listed or () if check in EXPLANATIONS]
        return {**asdict(EXPLANATIONS[own[0]]), **entry} if own else entry


class Finding(BaseModel):
    """One cause: a setting in a file, or a construct."""

    model_config = ConfigDict(frozen=True)

    checks: list[str] = Field(description="The checks that fail by it, checkov's and ours.")
    severity: Severity
    protects: str = Field(description="What is unsafe, and what the checks protect from.")
    environments: list[str] = Field(description="Every environment that it is found in.")
    layers: list[str]
    constructs: list[str] = Field(description="Construct paths below the stack, layer first.")
    file: str = Field(
        description="Settings file that causes it, relative to the project; empty: the construct."
    )
    line: int = Field(description="Line of the key, or of the table that lacks it; 0: no file.")
    key: str = Field(description="Dotted key of the setting; empty: the construct causes it.")
    right: str = Field(description="What to write instead.")
    more: str = Field(description="Address of a page that says more.")

    @property
    def place(self) -> str:
        """The setting that causes it, as `envs/local.toml:12 database.encrypted`, else the
        constructs."""
        if self.file:
            return f"{self.file}:{self.line} {self.key}"
        return ", ".join(self.constructs)


class Report(BaseModel):
    """The verdict on one or more environments: clean when there are no findings."""

    model_config = ConfigDict(frozen=True)

    environments: list[str] = Field(description="What was judged.")
    findings: list[Finding] = Field(description="Worst first.")
    waivers: list[Waiver] = Field(description="The waivers that were used.")
    warnings: list[str] = Field(
        description="Waivers that end within thirty days, environments that say no stage, and "
        "networks that are not Strata's, of which only the security groups were judged."
    )
    unjudged: list[str] = Field(
        default=[],
        description="What could not be judged, with its place; without a finding beside it there "
        "is no verdict instead.",
    )


def schema_text() -> str:
    """The JSON schema of a report, as in `docs/gate-report.schema.json`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**schema, **Report.model_json_schema(mode="serialization")}, indent=2) + "\n"


@cache
def causes() -> list[Cause]:
    """The content of `policies/causes.toml`."""
    file = project() / CAUSES
    load_policies()
    try:
        entries = toml(text_of(file)).get("cause")
        return [Cause.model_validate(entry) for entry in entries or []]
    except Unreadable as error:
        raise Unjudgeable(f"{file}:{error.line}: {error.why}") from None
    except (ValidationError, TypeError):
        raise Unjudgeable(f"{file}: is not written as its entries are") from None


def critical_checks() -> frozenset[str]:
    """The checks whose findings are critical."""
    listed = {check for cause in causes() if cause.severity == "critical" for check in cause.checks}
    return frozenset(
        listed
        | {check for check, check_text in EXPLANATIONS.items() if check_text.severity == "critical"}
    )


@dataclass(frozen=True)
class _File:
    """A settings file: its name, its content, and the line of each key."""

    name: str
    data: dict[str, Any]
    lines: dict[Key, int]

    def value(self, key: str) -> Any:
        """The value in the file at a dotted key, or the default."""
        value: Any = self.data
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return at(tuple(key.split("."))).get("default") if value is None else value


def report(waived: Waived, files: Mapping[str, str], unjudged: Sequence[str] = ()) -> Report:
    """Group the failures by cause; `files` gives the settings file of each environment, if any.

    `unjudged` is what could not be judged.
    """
    files_read = {env: _read(Path(file)) for env, file in files.items() if file}
    groups: dict[tuple[str, str], list[tuple[Failure, Cause]]] = {}
    for failure in [failure for failure in waived.failures if not failure.unknown]:
        cause = _cause(failure, files_read.get(failure.environment))
        file = files_read.get(failure.environment)
        if cause.key:
            where = (file.name if file else "", cause.key)
        else:
            where = (failure.construct, cause.protects)
        groups.setdefault(where, []).append((failure, cause))
    findings = [_finding(group, files_read) for group in groups.values()]
    findings.sort(
        key=lambda f: (SEVERITIES.index(f.severity), f.file, f.line, f.checks, f.constructs)
    )
    return Report(
        environments=sorted(files),
        findings=findings,
        waivers=waived.used,
        warnings=waived.warnings,
        unjudged=list(unjudged),
    )


def _read(path: Path) -> _File:
    text = path.read_text(encoding="utf-8")
    own = path.resolve()
    top = project()
    name = own.relative_to(top) if own.is_relative_to(top) else shown(own)
    return _File(str(name), tomllib.loads(text), positions(text))


def _cause(failure: Failure, file: _File | None) -> Cause:
    for cause in causes():
        if failure.check in cause.checks and cause.below in failure.construct:
            if cause.key and file and file.value(cause.key) in cause.safe:
                value = json.dumps(file.value(cause.key))
                right = f"what {file.name} says: {cause.key} = {value}"
                return cause.model_copy(update={"key": "", "right": right})
            return cause
    known = EXPLANATIONS.get(failure.check)
    if known:
        return Cause(checks=(failure.check,), **asdict(known))
    if failure.check in PATH_CHECKS:
        return Cause(
            checks=(failure.check,), key=failure.key, severity="high", protects=failure.name,
            more=PATHS, right="fix the rule; strata reach ENV FROM TO PORT explains it",
        )  # fmt: skip
    return Cause(
        checks=(failure.check,), severity="medium", protects=failure.name, more=MORE,
        right="fix the construct, or waive it in policies/waivers.toml",
    )  # fmt: skip


def _finding(group: Sequence[tuple[Failure, Cause]], files: Mapping[str, _File]) -> Finding:
    failures = [failure for failure, _ in group]
    cause = min((cause for _, cause in group), key=lambda c: SEVERITIES.index(c.severity))
    file = files.get(failures[0].environment) if cause.key else None
    constructs = sorted({f.construct for f in failures})
    return Finding(
        checks=sorted({f.check for f in failures}),
        severity=cause.severity,
        protects=cause.protects,
        environments=sorted({f.environment for f in failures}),
        layers=sorted({construct.partition("/")[0] for construct in constructs}),
        constructs=constructs,
        file=file.name if file else "",
        line=line_of(file.lines, _key(cause.key)) if file else 0,
        key=cause.key,
        right=cause.right,
        more=cause.more,
    )


def _key(dotted: str) -> Key:
    return tuple(int(part) if part.isdigit() else part for part in dotted.split("."))


def settings_files(envs: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Environment -> its settings file."""
    return {name: str(resolve(env).resolve()) for env, name in zip(envs, names, strict=True)}
