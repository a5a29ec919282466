"""The forms of a report: text, JSON, SARIF, JUnit."""

import contextlib
import importlib
import json
import os
import pty
import sys
import termios
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from strata.commands.gate import views
from strata.gate import judge as judge_module
from strata.gate.judge import begin, judge
from strata.gate.report import SEVERITIES, Report, schema_text, settings_files
from strata.gate.report import report as make_report
from strata.gate.scan import Failure
from strata.gate.waivers import Waived
from strata.machine.folders import CHOSEN
from strata.views.data import as_ascii_json
from strata.views.junit import junit
from strata.views.sarif import sarif
from strata.views.text.gate import text
from tests import ROOT
from tests.gate.command import Command

pytestmark = pytest.mark.usefixtures("judged_once")

Json = dict[str, Any]
BLOGGED = str(ROOT / "tests" / "as-blogged.toml")


@pytest.fixture(scope="module")
def report(reference: Path) -> Report:
    """The verdict on the reference."""
    return judge(reference, settings_files([BLOGGED], ["as-blogged"]))


def test_every_finding_says_what_to_do(report: Report) -> None:
    assert len(report.findings) > 20
    for one in report.findings:
        assert one.checks and one.protects and one.right and one.severity in SEVERITIES
        assert one.environments == ["as-blogged"]
        assert one.constructs and all(
            path.partition("/")[0] in one.layers for path in one.constructs
        )
        assert one.more.startswith("https://")
        assert one.file == "tests/as-blogged.toml" and one.line > 0 and one.key
    assert len({one.more for one in report.findings}) > 15
    order = [SEVERITIES.index(one.severity) for one in report.findings]
    assert order == sorted(order)


def test_text_fits_80_columns_and_lists_the_waivers(report: Report) -> None:
    shown = text(report)
    # An address may be longer, and is never broken.
    long = {line.strip() for line in shown.splitlines() if len(line) > 80}
    assert long <= {one.more for one in report.findings if len(one.more) > 80}
    assert all(
        one.more in shown.splitlines() or f" {one.more}\n" in shown for one in report.findings
    )
    assert all(one.check in shown and one.resource in shown for one in report.waivers)
    assert shown.endswith(f"as-blogged: {len(report.findings)} findings\n")


def test_json_follows_its_schema(report: Report) -> None:
    assert (ROOT / "docs" / "gate-report.schema.json").read_text() == schema_text()
    assert Report.model_validate_json(as_ascii_json(report)) == report
    schema = json.loads(schema_text())
    assert set(schema["$defs"]["Finding"]["required"]) == set(
        json.loads(as_ascii_json(report))["findings"][0]
    )


def test_sarif_is_as_code_hosts_want_it(report: Report) -> None:
    log = json.loads(sarif(report))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"], rule["id"]
        assert rule["helpUri"] in rule["help"]["text"], rule["id"]
    assert run["invocations"][0]["executionSuccessful"] is True
    assert len(run["results"]) == len(report.findings) + len(report.waivers)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert (ROOT / place["artifactLocation"]["uri"]).is_file()
        assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert place["region"]["startLine"] >= 1
    open_ = [one for one in run["results"] if "suppressions" not in one]
    assert len(open_) == len(report.findings)
    prints = [one["partialFingerprints"]["strata/v1"] for one in run["results"]]
    assert len(set(prints)) == len(prints)


def test_a_waived_result_stands_where_it_is_waived_and_hides_no_finding(report: Report) -> None:
    """GitHub takes results of one check at one line for one alert, and closes what is waived."""
    waiver = next(one for one in report.waivers if one.resource == "service/log_group")
    like_it = {"file": "", "line": 0, "key": "", "checks": [waiver.check]}
    finding = report.findings[0].model_copy(update={**like_it, "constructs": ["service/other"]})
    # As the other process that judges gives it, which read the waivers.
    told = Report.model_validate_json(
        report.model_copy(update={"findings": [finding]}).model_dump_json()
    )
    first, *waived = json.loads(views()["sarif"](told))["runs"][0]["results"]
    assert first["ruleId"] in {one["ruleId"] for one in waived}
    lines = (ROOT / "policies" / "waivers.toml").read_text().splitlines()
    for result in waived:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "policies/waivers.toml"
        line = place["region"]["startLine"]
        assert lines[line - 1 : line + 1] == ["[[waiver]]", f'check = "{result["ruleId"]}"']
    places = [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in waived]
    assert len(set(places)) == len(places) == len(report.waivers)


def test_a_construct_is_shown_in_its_module(report: Report) -> None:
    finding = report.findings[0].model_copy(update={"file": "", "line": 0, "key": ""})
    log = json.loads(sarif(report.model_copy(update={"findings": [finding]})))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "modules/database.py"


def test_junit_counts_as_ci_servers_read_it(report: Report) -> None:
    root = ElementTree.fromstring(junit(report))
    assert root.tag == "testsuites"
    (suite,) = root
    cases = suite.findall("testcase")
    assert int(suite.get("tests", 0)) == len(cases)
    assert int(suite.get("failures", 0)) == len(suite.findall("testcase/failure"))
    assert int(suite.get("failures", 0)) == len(report.findings)
    assert int(suite.get("skipped", 0)) == len(suite.findall("testcase/skipped"))
    assert int(suite.get("skipped", 0)) == len(report.waivers)
    assert all(case.get("name") and case.get("classname") for case in cases)
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    failure = suite.findtext("testcase/failure") or ""
    assert failure.startswith("tests/as-blogged.toml:")


def test_a_report_of_nothing_says_that_it_judged(report: Report) -> None:
    clean = report.model_copy(update={"findings": [], "waivers": [], "warnings": []})
    assert text(clean) == "as-blogged: clean\n"
    assert json.loads(sarif(clean))["runs"][0]["results"] == []
    root = ElementTree.fromstring(junit(clean))
    assert [case.get("name") for case in root.iter("testcase")] == ["judged as-blogged"]


def test_waivers_of_one_resource_for_two_stages_have_two_names(report: Report) -> None:
    first = report.waivers[0]
    places = ("development", "staging")
    stages = [first.model_copy(update={"stages": (one,)}) for one in places]
    root = ElementTree.fromstring(junit(report.model_copy(update={"waivers": stages})))
    names = [case.get("name") for case in root.iter("testcase") if case.find("skipped") is not None]
    assert names == [
        f"{first.check} {first.resource} in {one}" for one in ("development", "staging")
    ]


def test_warnings_stand_in_every_form(report: Report) -> None:
    warned = report.model_copy(update={"warnings": ["it ends soon"]})
    for form in views().values():
        assert "it ends soon" in form(warned)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit"])
def test_a_report_is_written_to_a_file(
    form: str, reference: Path, tmp_path: Path, command: Command
) -> None:
    file = tmp_path / "report"
    shown = command("gate", "--synthesized", reference, "--format", form)
    written = command("gate", "--synthesized", reference, "--format", form, "--out", file)
    assert (shown.code, written.code, written.out) == (1, 1, "")
    assert file.read_text() == shown.out


def test_paths_are_the_projects_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(CHOSEN, "folders", None)
    answer = command("-q", "--project", ROOT, "gate", BLOGGED, "--format", "json")
    files = {one["file"] for one in json.loads(answer.out)["findings"]}
    assert files == {"tests/as-blogged.toml"}
    assert answer.err == ""


def test_colour_is_for_terminals_only(reference: Path, command: Command) -> None:
    assert "\x1b[" not in command("gate", "--synthesized", reference).out
    code, shown = on_a_terminal("-q", "gate", "--synthesized", str(reference))
    assert code == 1
    assert b"\x1b[31mhigh: " in shown
    assert b"\r" not in shown.replace(b"\r\n", b""), "checkov draws no bar across it"


def strata_anew(*arguments: str) -> int:
    """Run `strata` with what prints made for the terminal here, as where the commands are imported
    first, and without what `judged_once` keeps."""
    termios.tcsetwinsize(1, (24, 80))
    os.environ.update(TERM="xterm", COLUMNS="80")
    sys.stdout, sys.stderr = (os.fdopen(number, "w", 1) for number in (1, 2))
    sys.argv = ["strata", *arguments]
    judge_module.begin = begin
    for name in [*sys.modules]:
        if name.startswith(("strata.cli", "strata.commands")):
            del sys.modules[name]
    try:
        return int(importlib.import_module("strata.cli").main())
    except SystemExit as left:
        return int(left.code or 0)


def on_a_terminal(*arguments: str) -> tuple[int, bytes]:
    """Exit code of `strata` on a terminal, and what it shows there. It runs in a copy of this
    process, which has loaded checkov."""
    pid, terminal = pty.fork()
    if not pid:
        code = os.EX_SOFTWARE
        try:
            code = strata_anew(*arguments)
        finally:
            os._exit(code)
    shown = b""
    # Linux says so when the other side was closed.
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65536):
            shown += part
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def test_a_check_with_a_setting_is_as_bad_where_the_setting_is_not_the_cause() -> None:
    check, construct = "STRATA_LISTENER_2", "edge/internal_listener"
    failure = Failure("local", check, construct, "aws_lb_listener.internal", "TLS 1.2 or newer")
    (finding,) = make_report(Waived([failure], [], []), {"local": "envs/local.toml"}).findings
    assert (finding.severity, finding.key, finding.constructs) == ("high", "", [construct])
    assert finding.right.startswith("ssl_policy = ")


def test_a_finding_that_a_setting_makes_names_it(tmp_path: Path) -> None:
    file = tmp_path / "prod.toml"
    lines = 'exec = true\nlog_retention_days = 30\n[database]\npassword_rotation = "rate(99 days)"'
    file.write_text(f"[service]\n{lines}\n")
    made = {
        ("STRATA_SERVICE_2", "service/worker_mail_service"): "service.exec",
        ("CKV_AWS_158", "cluster/exec_log_group"): "service.exec",
        ("CKV_AWS_224", "cluster/cluster"): "service.exec",
        ("CKV_AWS_338", "cluster/exec_log_group"): "service.log_retention_days",
        ("CKV_AWS_304", "database/password_rotation"): "database.password_rotation",
    }
    for (check, construct), key in made.items():
        failure = Failure("prod", check, construct, "", "")
        (finding,) = make_report(Waived([failure], [], []), {"prod": str(file)}).findings
        assert (finding.key, finding.line > 0) == (key, True), construct
