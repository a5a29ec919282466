"""What a hand made is taken up by an `import` block: review, verdict, apply, and nothing drifts."""

import json
from collections.abc import Iterator

import pytest

from strata.apply import waves
from strata.documents.layers import LAYERS
from tests.end_to_end.conftest import Client, work_on
from tests.end_to_end.test_drift import Standing, standing  # noqa: F401
from tests.synthesis.edited import Edit, Project, edited

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

BY_HAND = "/shop/local/by-hand"


@pytest.fixture(scope="module")
def taking_up(
    standing: Standing, aws: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """A log group and a record that a hand made, and the code that takes both up.

    Afterwards the state knows neither, as the code of the other tests does not.
    """
    aws("logs").create_log_group(logGroupName=BY_HAND)
    route53 = aws("route53")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"].rpartition("/")[2]
    name = f"mail.{standing.settings.edge.domain}"
    record = {"Name": name, "Type": "TXT", "TTL": 300}
    record["ResourceRecords"] = [{"Value": '"v=spf1 -all"'}]
    change = {"Action": "CREATE", "ResourceRecordSet": record}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    group = f"""CloudwatchLogGroup(
            self, "by_hand", name={BY_HAND!r}, retention_in_days=30, tags=names.tags()
        ).import_from({BY_HAND!r})"""
    mail = f"""Route53Record(
            self, "mail", zone_id=zone_id, name={name!r}, type="TXT", ttl=300,
            records=["v=spf1 -all"],
        ).import_from("{zone}_{name}_TXT")"""
    yield edited(
        tmp_path_factory.mktemp("import") / "project",
        [
            Edit("modules/service.py", "        secrets = self._secrets()\n",
                 f"        {group}\n        secrets = self._secrets()\n"),
            Edit("modules/edge.py", "        stack = TerraformStack.of(self)\n",
                 f"        {mail}\n        stack = TerraformStack.of(self)\n"),
        ],
    )  # fmt: skip
    outcome = waves.run(LAYERS, work_on(standing.settings, standing.folder).apply, waves.quiet)
    assert outcome.ok, outcome.failed


def test_what_a_hand_made_is_taken_up_with_a_verdict_and_nothing_is_made_anew(
    standing: Standing, taking_up: Project, aws: Client
) -> None:
    assert [(one.kind, one.name) for one in standing.look().added] == [
        ("record", f"mail.{standing.settings.edge.domain} TXT")
    ]
    commands = {
        "gate local": 1,
        "plan local --json": 2,
        "apply local --yes": 0,
        "plan local": 0,
        "drift local": 0,
    }
    answers = taking_up.strata(*(command.split() for command in commands))
    codes = [answer.returncode for answer in answers]
    assert codes == [*commands.values()], [answer.stdout + answer.stderr for answer in answers]
    verdict, review, applied, after, drift = (answer.stdout for answer in answers)
    group = "aws_cloudwatch_log_group.service_by_hand"
    # As if it were new: no key of its own, logs that are kept too briefly.
    assert verdict.count("in      local: service/by_hand") == 2
    assert "local: 2 findings" in verdict
    report = json.loads(review)["review"]
    items = {one["address"]: one for one in report["items"] if "; imported as " in one["why"]}
    assert {address: (one["action"], one["rank"]) for address, one in items.items()} == {
        "aws_route53_record.edge_mail": ("import", "else"),
        # What the hand kept for ever is kept for thirty days.
        group: ("update", "lost"),
    }
    assert (report["counts"]["imported"], report["counts"]["create"]) == (2, 0)
    assert "2 imported" in applied
    (kept,) = aws("logs").describe_log_groups(logGroupNamePrefix=BY_HAND)["logGroups"]
    assert kept["retentionInDays"] == 30
    assert after.startswith("local: No change.\n")
    assert drift.startswith("local: no drift\n")
