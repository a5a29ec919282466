"""What AWS would refuse of a plan, asked of the emulator before the first change."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from strata.apply.offered import Offered, look
from strata.aws.offers import Offers
from strata.aws.session import session
from strata.commands.offered import Account, offered_lines, require_offered
from strata.local import emulator as emulation
from strata.plan_file.changes import Change
from strata.settings import Settings, load
from strata.settings.load import InvalidSettings, dotted
from tests import ROOT

Json = dict[str, Any]

KINDS = (
    "aws_vpc", "aws_subnet", "aws_launch_template", "aws_autoscaling_group", "aws_db_instance",
    "aws_elasticache_replication_group", "aws_lb",
)  # fmt: skip


def made(*kinds: str) -> list[Change]:
    """The changes of a plan that makes a resource of each type."""
    return [Change(f"{kind}.x", ("create",), None, {}) for kind in kinds or KINDS]


def varied(**sections: Json) -> Settings:
    data = load("local").model_dump()
    for name, keys in sections.items():
        data[name].update(keys)
    return Settings.model_validate(data)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an emulator of our own."""
    with emulation.emulator(tmp_path_factory.mktemp("offered")) as running:
        yield running.url


@pytest.fixture
def paid(aws: str) -> Iterator[str]:
    yield aws
    emulation.account(aws, plan="paid", quotas="raised")


def said(found: Offered) -> dict[str, str]:
    """Key -> what is wrong and what is right, of what stops an apply."""
    return {dotted(one.key): f"{one.wrong} | {one.right}" for one in found.refused}


def test_the_environments_are_offered_and_everything_was_asked(aws: str) -> None:
    for name in ("local", "dev", "staging", "prod"):
        assert look(load(name), made(*KINDS, "aws_eip")) == Offered(), name


@pytest.mark.parametrize(
    ("sections", "key", "words"),
    [
        (
            {"network": {"availability_zones": ["eu-central-1a", "eu-central-1f"]}},
            "network.availability_zones[1]",
            "is not a zone that the account has | one of eu-central-1a, eu-central-1b",
        ),
        (
            {"cluster": {"instance_type": "g4ad.xlarge"}},
            "cluster.instance_type",
            "is not offered in eu-central-1a and eu-central-1b and eu-central-1c | ",
        ),
        (
            {"database": {"instance_class": "db.x9.large"}},
            "database.instance_class",
            "is not offered for MySQL in eu-central-1 | another class",
        ),
        (
            {"database": {"engine_version": "8.9"}},
            "database.engine_version",
            "is not offered with db.t3.micro | one of 8.",
        ),
        (
            {"cache": {"engine_version": "9.9"}},
            "cache.engine_version",
            "is not offered in eu-central-1 | one of ",
        ),
    ],
)  # fmt: skip
def test_what_is_not_offered_is_named_with_what_is(
    aws: str, sections: dict[str, Json], key: str, words: str
) -> None:
    found = said(look(varied(**sections), made()))
    assert found.keys() == {key}
    assert found[key].startswith(words)


def test_a_type_that_some_zones_lack_is_a_warning(aws: str) -> None:
    zones = [f"us-west-2{letter}" for letter in "abcd"]
    settings = varied(
        environment={"region": "us-west-2"},
        network={"availability_zones": zones},
        cluster={"instance_type": "t2.micro"},
    )
    found = look(settings, made("aws_launch_template"))
    assert found.refused == []
    [warning] = found.warnings
    assert warning.wrong == "is not offered in us-west-2d: instances run in the other zones only"
    assert "t3.micro" in warning.right


def test_a_cache_node_type_that_no_reservations_are_sold_of_is_a_warning(aws: str) -> None:
    found = look(varied(cache={"node_type": "cache.x9.large"}), made())
    assert (found.refused, [dotted(one.key) for one in found.warnings]) == ([], ["cache.node_type"])


def test_the_free_plan_is_told_with_all_that_it_refuses(paid: str) -> None:
    emulation.account(paid, plan="free")
    settings = varied(
        cluster={"instance_type": "t2.micro"}, database={"instance_class": "db.t4g.small"}
    )
    found = said(look(settings, made()))
    assert found == {
        "cluster.instance_type": "cannot be launched on the free plan of its account | one of "
        "c7i-flex.large, m7i-flex.large, t3.micro, t3.small, or upgrade the account",
        "database.instance_class": "is not available on the free plan of its account | "
        "db.t3.micro or db.t4g.micro, or upgrade the account",
        "database.backup_retention_days": "is more than RDS keeps on the free plan of its account "
        "| at most 1, or upgrade the account",
    }
    free = varied(database={"backup_retention_days": 1})
    assert look(free, made()) == Offered(), "the defaults but for the backups"


def test_the_quotas_of_a_new_account_are_held_against_what_is_made(paid: str) -> None:
    emulation.account(paid, quotas="new")
    found = said(look(load("local"), made()))
    assert found == {
        "service.desired_count": "needs 3 instances of 2 vCPUs, and the account's quota of "
        "on-demand vCPUs is 5 | a quota of at least 6 (L-1216C47A in Service Quotas), or fewer",
    }
    two = varied(service={"desired_count": 2})
    found_two = look(two, made())
    assert found_two.refused == []
    assert [dotted(one.key) for one in found_two.warnings] == ["cluster.max_size"]
    addresses = look(two, made("aws_eip") * 6)
    assert said(addresses)["network.nat"] == (
        "needs 6 more elastic addresses, and the account has 0 of 5 in eu-central-1 | "
        "a quota of at least 6 (L-0263D0A3 in Service Quotas)"
    )


def test_spot_instances_have_a_quota_of_their_own(paid: str) -> None:
    emulation.account(paid, quotas="new")
    # 6 tasks on as many instances of 2 vCPUs: 2 on-demand, and 4 Spot ones.
    spot = {"on_demand_base": 2, "percent": 100, "instance_types": ["t3.small"]}
    settings = varied(cluster={"spot": spot, "max_size": 9}, service={"desired_count": 6})
    assert said(look(settings, made())) == {
        "service.desired_count": "needs 4 instances of 2 vCPUs, and the account's quota of Spot "
        "vCPUs is 5 | a quota of at least 8 (L-34B43A08 in Service Quotas), or fewer",
    }
    four = varied(cluster={"spot": spot, "max_size": 9}, service={"desired_count": 4})
    found = look(four, made())
    assert found.refused == []
    [warning] = found.warnings
    assert dotted(warning.key) == "cluster.max_size"
    assert "needs 7 instances of 2 vCPUs" in warning.wrong
    assert "Spot" in warning.wrong


def test_instances_of_others_count_for_the_quota_of_their_kind(paid: str) -> None:
    emulation.account(paid, quotas="new")
    spot = {"on_demand_base": 1, "percent": 100, "instance_types": ["t3.small"]}
    settings = varied(cluster={"spot": spot, "max_size": 2}, service={"desired_count": 2})
    assert look(settings, made()) == Offered()
    ec2 = session(settings.environment).client("ec2", endpoint_url=paid)
    [image] = ec2.describe_images(Owners=["amazon"], MaxResults=5)["Images"][:1]
    started = ec2.run_instances(
        ImageId=image["ImageId"], InstanceType="t3.large", MinCount=2, MaxCount=2,
        InstanceMarketOptions={"MarketType": "spot"},
    )["Instances"]  # fmt: skip
    try:
        assert said(look(settings, made())) == {
            "service.desired_count": "needs 1 instance of 2 vCPUs, beside 4 of other instances, "
            "and the account's quota of Spot vCPUs is 5 | a quota of at least 6 (L-34B43A08 in "
            "Service Quotas), or fewer",
        }
    finally:
        ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in started])


def test_the_tasks_of_workers_need_instances_of_the_quota_too(paid: str) -> None:
    emulation.account(paid, quotas="new")
    settings = varied(service={"desired_count": 2})
    assert look(settings, made()).refused == []
    worker = {"command": ["node", "mailer.js"], "desired_count": 1}
    with_worker = Settings.model_validate(settings.model_dump() | {"services": {"mailer": worker}})
    assert said(look(with_worker, made())) == {
        "service.desired_count": "needs 3 instances of 2 vCPUs, and the account's quota of "
        "on-demand vCPUs is 5 | a quota of at least 6 (L-1216C47A in Service Quotas), or fewer",
    }


def test_only_what_the_plan_makes_or_changes_is_asked_about(aws: str) -> None:
    settings = varied(cluster={"instance_type": "g4ad.xlarge"}, cache={"engine_version": "9.9"})
    assert look(settings, made("aws_lb")) == Offered()
    stays = Change("aws_launch_template.x", ("update",), {"user_data": "a"}, {"user_data": "b"})
    assert look(settings, [stays]) == Offered()
    grows = Change(
        "aws_launch_template.x", ("update",), {"instance_type": "a"}, {"instance_type": "b"}
    )
    assert said(look(settings, [grows])).keys() == {"cluster.instance_type"}
    gone = Change("aws_db_instance.x", ("delete",), {"instance_class": "db.x9.large"}, None)
    assert look(settings, [gone]) == Offered()


def test_what_may_not_be_asked_is_named_and_stops_nothing(
    aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        error: Any = {"Error": {"Code": "UnauthorizedOperation", "Message": "You are not allowed"}}
        raise ClientError(error, "DescribeInstanceTypeOfferings")

    monkeypatch.setattr(Offers, "zones_of_type", refuse)
    settings = varied(network={"availability_zones": ["eu-central-1a", "eu-central-1f"]})
    found = look(settings, made())
    assert found.not_asked == [
        "instance types: An error occurred (UnauthorizedOperation) when calling the "
        "DescribeInstanceTypeOfferings operation: You are not allowed"
    ]
    assert said(found).keys() == {"network.availability_zones[1]"}, "the others were asked"


def test_a_refusal_names_file_line_and_key(aws: str, tmp_path: Any) -> None:
    file = tmp_path / "shop.toml"
    local = (ROOT / "envs" / "local.toml").read_text()
    text = local.replace("[network]", '[cluster]\ninstance_type = "g4ad.xlarge"\n\n[network]')
    file.write_text(text)
    line = text.splitlines().index('instance_type = "g4ad.xlarge"') + 1
    settings = load(str(file))
    with pytest.raises(InvalidSettings) as error:
        require_offered(str(file), settings, made(), Account(settings.environment))
    assert error.value.exit_code == 2
    assert f'{file}:{line}: cluster.instance_type = "g4ad.xlarge"' in error.value.message
    [shown] = offered_lines(str(file), settings, made(), Account(settings.environment))
    assert shown.startswith(f'refused    {file}:{line}: cluster.instance_type = "g4ad.xlarge" is')
    fine = load("local")
    assert require_offered("local", fine, made(), Account(fine.environment)) == []


def test_without_aws_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in emulation.client_environment("http://127.0.0.1:1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    assert os.environ["AWS_ENDPOINT_URL"]
    found = look(load("local"), made("aws_vpc"))
    assert (found.refused, len(found.not_asked)) == ([], 1)
