"""The views of drift."""

import json
import shlex
import subprocess
from collections.abc import Callable

import pytest

from strata.documents.layers import LAYERS
from strata.drift.detect import holds
from strata.drift.report import (
    Added,
    Attribute,
    Drifted,
    LeftOut,
    NextApply,
    Released,
    Report,
    Stranger,
)
from strata.state.states import State
from strata.views.data import as_ascii_json
from strata.views.markdown import drift as markdown
from strata.views.text.drift import text
from tests import ROOT

LONG = "arn:aws:iam::123456789012:policy/" + "x" * 900
BATCH = shlex.quote(f'{{"a": "b c {LONG}"}}')
NOTHING = Report(
    environment="dev",
    never_applied=[],
    drift=[],
    added=[],
    left_out=[],
    strangers=[],
    unchecked=[],
)
SOME = Report(
    environment="dev",
    never_applied=["service"],
    drift=[
        Drifted(
            layer="network",
            address="aws_security_group.network_g",
            gone=False,
            attributes=[
                Attribute(
                    attribute="ingress",
                    before=None,
                    now={"description": "a|b `c`\nd", "source": LONG},
                    next_apply=NextApply.LEAVES,
                ),
                Attribute(attribute="name", before="a", now="b", next_apply=NextApply.PUTS_BACK),
            ],
        ),
        Drifted(
            layer="cache",
            address="aws_elasticache_parameter_group.cache_p",
            gone=True,
            attributes=[],
            next_apply=NextApply.MAKES_ANEW,
        ),
    ],
    added=[
        Added(
            layer="edge",
            address="aws_route53_zone.edge_zone",
            kind="record",
            name="a|b.example TXT",
            does=f"answers {'word ' * 40}",
            delete=f"aws route53 change {'--flag value ' * 9}--batch {BATCH} --end",
        )
    ],
    left_out=[LeftOut(address="a.b", attribute="c", reason="backups go on")],
    strangers=[
        Stranger(kind="instance", identifier="i-1", name="mine", found_by="vpc"),
        Stranger(
            kind="ec2 vpc",
            identifier="arn:aws:ec2:r:a:vpc/vpc-1",
            name="shop",
            found_by="tags",
            address="aws_vpc.network_vpc",
            import_id="vpc-1",
        ),
    ],
    unchecked=["roles by tags"],
)


def test_no_drift_is_one_line() -> None:
    assert text(NOTHING) == "dev: no drift\n"


@pytest.mark.parametrize("form", [text, markdown])
def test_where_nothing_stands_there_is_not_no_drift(form: Callable[[Report], str]) -> None:
    first, *rest = LAYERS
    gone = NOTHING.model_copy(update={"destroyed": list(LAYERS)})
    never = NOTHING.model_copy(update={"never_applied": list(LAYERS)})
    both = NOTHING.model_copy(update={"destroyed": rest, "never_applied": [first]})
    for report, words in (
        (gone, "dev: nothing exists, it was destroyed\n"),
        (never, "dev: nothing exists, it was not applied\n"),
        (both, "dev: nothing exists, it was destroyed\n"),
    ):
        assert words in form(report)
        assert "no drift" not in form(report)
    some = NOTHING.model_copy(update={"destroyed": ["service"]})
    assert text(some) == "dev: no drift\ndestroyed: service\n"


def test_a_state_without_resources_is_that_of_a_destroyed_layer() -> None:
    data = {"mode": "data", "type": "aws_ami", "name": "a", "instances": []}
    assert not holds(State("l", 3, {"resources": []}))
    assert not holds(State("l", 3, {"resources": [data]}))
    assert holds(State("l", 3, {"resources": [data, {**data, "mode": "managed"}]}))


def test_text_fits_80_columns_and_says_what_the_next_apply_does() -> None:
    shown = text(SOME)
    (command,) = [line for line in shown.splitlines() if len(line) > 80]
    assert command.startswith('      \'{"a": "b c ')
    assert '    name: "a" -> "b"\n      the next apply puts it back\n' in shown
    assert "    was deleted; the next apply makes it anew\n" in shown
    assert "dev: 2 resources drifted, 1 added below ours, 2 strangers\n" in shown
    assert "  ec2 vpc shop\n    arn:aws:ec2:r:a:vpc/vpc-1\n" in shown
    assert "    terraform import aws_vpc.network_vpc vpc-1\n" in shown
    assert shown.count("terraform import") == 1
    assert "not looked at, since access is denied: roles by tags\n" in shown
    assert "never applied: service\n" in shown


def test_everything_found_at_once_fits_80_columns_too() -> None:
    release = Released(
        address="aws_ecs_task_definition.service_task_definition",
        revision=2,
        image="somewhere/else:2",
        known="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-dev:1.0.0",
        registered_by="arn:aws:sts::123456789012:assumed-role/ci/run",
        registered_at=None,
        keep="strata deploy dev --take-over",
    )
    many = {"drift": SOME.drift * 15, "strangers": SOME.strangers * 6, "released": [release]}
    (added,) = SOME.added
    short = added.model_copy(update={"delete": "aws route53 change"})
    report = SOME.model_copy(update={**many, "added": [short] * 20})
    lines = text(report).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    found = "30 resources drifted, 20 added below ours, released by other means, 12 strangers"
    assert f"dev: {found}" in " ".join(lines)
    assert "somewhere/else:2" in text(report)
    assert "    strata deploy dev --take-over\n" in text(report)


def words_of(shown: str, program: str) -> list[str]:
    """What a shell makes of the command that begins so, as it stands in a report."""
    lines = shown.splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip().startswith(program))
    command = "\n".join(lines[start:]).partition("\n\n")[0]
    shell = ["sh", "-c", f"printf '%s\\n' {command}"]
    answer = subprocess.run(shell, capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def test_a_command_can_be_copied_as_it_stands() -> None:
    assert words_of(text(SOME), "aws route53") == shlex.split(SOME.added[0].delete)


def test_an_import_can_be_copied_as_it_stands() -> None:
    address, id_ = 'aws_cloudwatch_metric_alarm.own_alarm["a"]', f"the alarm of {'a-queue-' * 9}"
    (stranger,) = [one for one in SOME.strangers if one.address]
    known = stranger.model_copy(update={"address": address, "import_id": id_})
    shown = text(SOME.model_copy(update={"strangers": [known]}))
    assert words_of(shown, "terraform import") == ["terraform", "import", address, id_]


def test_markdown_is_a_table_whatever_the_values() -> None:
    lines = markdown(SOME).splitlines()
    rows = [line for line in lines if line.startswith("| `aws_")]
    (added,) = [line for line in rows if "aws_route53_zone" in line]
    rows.remove(added)
    assert added.replace("\\|", "").count("|") == 6
    assert len(rows) == 3
    assert (
        "| ec2 vpc | `arn:aws:ec2:r:a:vpc/vpc-1` | shop | `aws_vpc.network_vpc` | `vpc-1` |"
        in lines
    )
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


def test_json_holds_all_and_follows_its_schema() -> None:
    data = json.loads(as_ascii_json(SOME))
    assert Report.model_validate(data) == SOME
    assert LONG in json.dumps(data)


def test_the_pages_name_every_field() -> None:
    page = (ROOT / "docs" / "reference" / "drift.md").read_text()
    guide = (ROOT / "docs" / "find-drift.md").read_text()
    schema = Report.model_json_schema()
    names = set(schema["properties"])
    for model in ("Added", "Attribute", "Drifted", "LeftOut", "Released", "Stranger"):
        names |= set(schema["$defs"][model]["properties"])
    assert {name for name in names if f"`{name}`" not in page} == set()
    assert all(value in guide for value in schema["$defs"]["NextApply"]["enum"])
