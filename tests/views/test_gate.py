"""JUnit and SARIF hold against the schemas of those who read them, whatever stands in a report."""

import functools
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from strata.gate.judge import judge
from strata.gate.report import Finding, Report, settings_files
from strata.gate.waivers import Waiver
from strata.views.junit import junit
from strata.views.sarif import sarif
from tests import ROOT

BLOGGED = ROOT / "tests" / "as-blogged.toml"
# The schema of OASIS, as Microsoft's SDK for SARIF ships it.
SARIF = ROOT / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"

ODD = (
    "NUL \x00, bell \x07, escape \x1b[31m, delete \x7f and \x85, no character \ufffe \uffff, "
    "]]> <![CDATA[ &amp; \" ' \r\n\t, \N{PILE OF POO}, " + "long " * 20_000
)


@functools.cache
def junit_schema() -> Any:
    """The schema of JUnit, as xmlschema reads it."""
    import xmlschema  # noqa: PLC0415 - a quarter of a second, in each worker of pytest-xdist

    return xmlschema.XMLSchema(str(Path(__file__).with_name("junit-10.xsd")))


def finding(text: str, file: str = "") -> Finding:
    return Finding(
        checks=["CKV_AWS_16", text], severity="high", protects=text, environments=[text],
        layers=[text], constructs=[f"database/{text}"], file=file, line=7 if file else 0, key=text,
        right=text, more="https://example.com/#a%20b",
    )  # fmt: skip


def waiver(text: str) -> Waiver:
    return Waiver(
        check=text, resource=text, reason=f"a reason that is long enough: {text}", owner=text,
        expires=date(2027, 1, 1),
    )  # fmt: skip


def made(
    findings: tuple[Finding, ...] = (), waivers: tuple[Waiver, ...] = (), *warnings: str
) -> Report:
    return Report(
        environments=["local"], findings=list(findings), waivers=list(waivers),
        warnings=list(warnings),
    )  # fmt: skip


REPORTS = {
    "clean": made(),
    "nothing judged": made().model_copy(update={"environments": []}),
    "findings": made((finding("plain"), finding("in a file", "envs/local.toml"))),
    "waivers": made((), (waiver("edge/load_balancer"), waiver("edge/listener"))),
    "warnings": made((), (), "it ends soon", "and that too"),
    "odd characters": made((finding(ODD),), (waiver(ODD),), ODD),
    "odd file names": made(
        (finding("relative", "envs/a b%20#?ü.toml"), finding("absolute", "/elsewhere/a b#.toml"))
    ),
}


@pytest.fixture(scope="module")
def blogged(reference: Path) -> Report:
    return judge(reference, settings_files([str(BLOGGED)], ["as-blogged"]))


def every(blogged: Report) -> Iterator[tuple[str, Report]]:
    yield from REPORTS.items()
    yield "as blogged", blogged


def test_junit_is_what_jenkins_lets_through(blogged: Report) -> None:
    for name, report in every(blogged):
        # As a CI server reads it: the bytes of the file, whatever encoding they were printed in.
        text = junit(report).encode("ascii")
        assert [str(error) for error in junit_schema().iter_errors(text.decode())] == [], name
        root = ElementTree.fromstring(text)
        (suite,) = root
        assert len(suite.findall("testcase/failure")) == len(report.findings)
        assert len(suite.findall("testcase/skipped")) == len(report.waivers)


def test_what_jenkins_refuses_is_refused_here() -> None:
    good = junit(made((finding("a"),), (waiver("b"),)))
    for was, now in (
        ("<testsuites ", '<testsuites skipped="1" '),
        (' errors="0"', ""),
        ("<skipped", "<waived"),
        ('time="0"', 'time="none"'),
    ):
        assert was in good
        assert list(junit_schema().iter_errors(good.replace(was, now)))


def test_sarif_follows_the_schema_of_its_standard(blogged: Report) -> None:
    validator = Draft4Validator(json.loads(SARIF.read_text(encoding="utf-8")))
    for name, report in every(blogged):
        log = json.loads(sarif(report).encode())
        assert [error.message for error in validator.iter_errors(log)] == [], name
        for uri in uris(log):
            # The schema's `format` is checked by hand: RFC 3986 has no blanks, `#` ends the path.
            assert uri.isascii() and not set(uri) & set(' "<>\\^`{|}'), uri
            assert not urlsplit(uri).query
    log["runs"][0]["results"][0]["level"] = "high"
    assert list(validator.iter_errors(log))


def uris(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            if key in ("uri", "helpUri"):
                yield value
            yield from uris(value)
    elif isinstance(found, list):
        for one in found:
            yield from uris(one)


def test_waivers_of_a_resource_in_two_environments_are_two_cases() -> None:
    both = made(
        (), tuple(waiver("edge/a").model_copy(update={"environments": (e,)}) for e in ("a", "b"))
    )
    root = ElementTree.fromstring(junit(both))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names) == 3
    (run,) = json.loads(sarif(both))["runs"]
    prints = [one["partialFingerprints"]["strata/v1"] for one in run["results"]]
    assert len(set(prints)) == 2


def test_odd_characters_stay_recognizable() -> None:
    root = ElementTree.fromstring(junit(REPORTS["odd characters"]))
    message = next(root.iter("failure")).get("message", "")
    assert message.startswith(r"NUL \u0000, bell \u0007, escape \u001b[31m, delete")
    assert r"no character \ufffe \uffff, ]]> <![CDATA[ &amp; " in message


def test_a_file_with_odd_characters_is_found_by_its_address() -> None:
    log = json.loads(sarif(REPORTS["odd file names"]))
    places = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in log["runs"][0]["results"]
    ]
    assert places == ["envs/a%20b%2520%23%3F%C3%BC.toml", "file:///elsewhere/a%20b%23.toml"]
