"""Plans of all layers as one, by the real Terraform: of nothing, and of what stands.

One emulator for all; only the last tests apply what they planned.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli_w
from playwright.sync_api import Page

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.cli import main
from strata.commands.base import out
from strata.commands.reports import schema_of
from strata.cost.change import change as cost_change
from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.layers import LAYERS
from strata.documents.stacks import Stack, stack
from strata.drift.from_plan import find
from strata.drift.report import NextApply
from strata.local import emulator as emulation
from strata.machine.folders import CHOSEN, Folders
from strata.plan_file import changes
from strata.plan_file.changes import Plan, differences
from strata.planning.composed import plan_composed
from strata.review import record
from strata.review.causes import Causes
from strata.review.ranks import reasons
from strata.review.report import Report, build
from strata.settings import Settings, load
from strata.state.applied import applied_key, read_applied
from strata.state.states import merge, read_states
from strata.synthesis.synthesize import compose
from strata.terraform.process import Terraform
from tests import ROOT
from tests.end_to_end.conftest import Client, make_review, reviewed, strata_here, work_on
from tests.views.test_review import overflow

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

Json = dict[str, Any]


def varied(**sections: Json) -> Settings:
    """`local` with some keys of some sections changed."""
    data = load("local").model_dump()
    for name, keys in sections.items():
        data[name].update(keys)
    return Settings.model_validate(data)


@dataclass(frozen=True)
class Planned:
    """A plan of the composed stack, and the stack."""

    plan: Plan
    stack: Stack
    document: Json

    def ranks(self, address: str) -> dict[str, str]:
        """Rank -> why, of one address; empty when nothing happens to it."""
        return {
            reason.rank: reason.why
            for change in self.plan.changes
            if change.address == address
            for reason in reasons(change, self.plan, self.stack)
        }


@pytest.fixture(scope="module")
def terraform(folder: Path) -> Terraform:
    return work_on(load("local"), folder).terraform


def plan_of(
    settings: Settings,
    folder: Path,
    terraform: Terraform,
    edit: Callable[[Json], None] = lambda _: None,
) -> Planned:
    document = compose(settings)
    edit(document)
    place = folder / "composed" / "local"
    place.mkdir(parents=True, exist_ok=True)
    (place / "cdk.tf.json").write_text(json.dumps(document, indent=1))
    planned = plan_composed(terraform, place, read_states(settings.environment))
    return Planned(changes.parse(planned), stack(document), planned)


@pytest.fixture(scope="module")
def first_day(aws: Client, folder: Path, terraform: Terraform) -> Planned:
    """Planned while no layer has a state."""
    return plan_of(load("local"), folder, terraform)


@pytest.fixture(scope="module")
def applied(first_day: Planned, folder: Path) -> LayerWork:
    work = work_on(load("local"), folder)
    assert waves.run(LAYERS, work.apply, waves.quiet).ok
    # The repository that one of the tests renames ours to.
    emulation.push(os.environ["AWS_ENDPOINT_URL"], RENAMED["registry"]["repository"], "1.0.0")
    return work


@pytest.fixture(scope="module")
def plans(applied: LayerWork, folder: Path, terraform: Terraform) -> Callable[..., Planned]:
    """Plans `local` with changed settings against what stands; each once."""
    made: dict[str, Planned] = {}

    def plan(**sections: Json) -> Planned:
        key = json.dumps(sections, sort_keys=True)
        if key not in made:
            made[key] = plan_of(varied(**sections), folder, terraform)
        return made[key]

    return plan


Command = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def strata(applied: LayerWork, command: Command) -> Command:
    """The command, once `local` stands."""
    return command


@pytest.fixture(scope="module")
def command(aws: Client, folder: Path) -> Command:
    """Runs the command in this process, away from what others synthesize: (exit code, output)."""

    def run(*arguments: str | Path) -> tuple[int, str]:
        answer = strata_here(folder / "work", *arguments)
        return answer.returncode, answer.stdout

    return run


def write(file: Path, **sections: Json) -> Path:
    """`local` with changed settings, in a file of its own."""
    data = varied(**sections).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    file.write_text(tomli_w.dumps(data))
    return file


@dataclass(frozen=True)
class Reviewed:
    """What `strata plan` said, and what it wrote."""

    code: int
    said: str
    folder: Path
    file: Path

    @property
    def report(self) -> Report:
        """The report as data."""
        return Report.model_validate_json((self.folder / "report.json").read_text())


@pytest.fixture(scope="module")
def nothing(strata: Command, folder: Path) -> Reviewed:
    """A review of what stands."""
    file = ROOT / "envs" / "local.toml"
    return Reviewed(*strata("plan", "local", "--out", folder / "nothing"), folder / "nothing", file)


CHANGED: dict[str, Json] = {
    "cluster": {"instance_type": "t3.small"},
    "database": {"storage_encrypted": False},
    "service": {"image_tag": "1.1.0"},
}


@pytest.fixture(scope="module")
def changed(strata: Command, folder: Path) -> Reviewed:
    """A review of another image, of larger instances, and of a database without encryption."""
    file = write(folder / "local.toml", **CHANGED)
    return Reviewed(*strata("plan", file, "--out", folder / "changed"), folder / "changed", file)


def test_a_new_environment_is_told_what_comes_next(command: Command, folder: Path) -> None:
    """Each command names the bucket and what makes it, as a shell takes it, wherever ENV lies."""
    bucket = "shop-new-terraform-state"
    place = folder / "a new one"
    place.mkdir()
    file = write(place / "local.toml", environment={"state_bucket": bucket})
    for words in (
        ["apply"], ["drift"], ["move"], ["redis-auth"], ["unlock"], ["destroy", "--yes", "local"],
    ):  # fmt: skip
        layer = ["edge"] if words == ["unlock"] else []
        code, said = command(words[0], file, *layer, *words[1:])
        assert code == 1
        assert said.splitlines() == [
            f"error: there is no state bucket {bucket}",
            f"hint: strata bootstrap '{file}' makes it",
        ], words
    code, said = command("plan", file, "--out", place / "review")
    assert code == 2, said
    assert said.splitlines()[-2:] == [
        f"next       strata bootstrap '{file}' makes the state bucket {bucket}",
        f"then       strata apply '{file}' --reviewed '{place / 'review'}'",
    ]
    assert command("bootstrap", file)[0] == 0
    assert "another strata" not in command("unlock", file, "edge")[1]
    assert command("unlock", file, "edge")[1] == "error: edge of local is not locked\n"


def test_on_the_first_day_every_resource_of_every_layer_is_created(first_day: Planned) -> None:
    assert {one.actions for one in first_day.plan.changes} == {("create",)}
    found = {one.address.partition("[")[0] for one in first_day.plan.changes}
    assert found == set(first_day.stack.resources)
    assert {one.layer for one in first_day.plan.changes} == set(LAYERS)
    assert first_day.plan.drift == ()


def test_on_the_first_day_only_what_the_internet_reaches_opens(first_day: Planned) -> None:
    opened = {a for a in first_day.stack.resources if "opens" in first_day.ranks(a)}
    assert opened == {
        "aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_80",
        "aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_443",
        "aws_network_acl_rule.network_public_acl_ingress_100",
        "aws_network_acl_rule.network_public_acl_ingress_110",
        "aws_network_acl_rule.network_public_acl_ingress_120",
    }


def test_the_page_of_the_first_day_fits_a_phone(
    first_day: Planned, page: Page, tmp_path: Path
) -> None:
    whole = build(
        environment="local",
        made=datetime.now(UTC),
        document=first_day.document,
        stack=first_day.stack,
        causes=Causes({}, (), ()),
        file="envs/local.toml",
        first=list(LAYERS),
        gate="not asked",
        cost=cost_change(first_day.document, load("local")),
    )
    assert whole.counts.create == len(first_day.plan.changes) > 80
    assert max(len(one.after) for item in whole.items for one in item.attributes) > 200
    assert overflow(page, tmp_path / "report.html", whole) == []


def test_after_the_apply_nothing_changes_and_nothing_drifted(nothing: Reviewed) -> None:
    document = json.loads((nothing.folder / record.PLAN).read_text())
    plan, whole = changes.parse(document), stack(compose(load("local")))
    assert plan.changes == ()
    assert sum(plan.stays.values()) == len(whole.resources)
    assert find(plan, document, whole)[0] == []


def test_planning_writes_no_state_and_leaves_no_lock(
    plans: Callable[..., Planned], aws: Client
) -> None:
    environment = load("local").environment
    before = {layer: s and s.serial for layer, s in read_states(environment).items()}
    plans(**LESS)
    assert {layer: s and s.serial for layer, s in read_states(environment).items()} == before
    keys = [
        o["Key"] for o in aws("s3").list_objects_v2(Bucket=environment.state_bucket)["Contents"]
    ]
    assert not [key for key in keys if key.endswith(".tflock")]


LESS: dict[str, Json] = {
    "registry": {"keep_images": 29},
    "cache": {"auth": False},
    "database": {"maintenance_window": "mon:18:30-mon:19:30"},
}
OTHER_KEY = {"AES256": "KMS", "KMS": "AES256"}[load("local").registry.encryption]
LOSSES: dict[str, Json] = {
    "database": {"storage_encrypted": False},
    "cache": {"encryption_at_rest": False},
    "registry": {"encryption": OTHER_KEY},
    "edge": {"domain": "other.example"},
    "service": {"log_retention_days": 7},
    "network": {"flow_log_retention_days": 7},
}
HARMLESS: dict[str, Json] = {
    "database": {"instance_class": "db.t3.small", "backup_retention_days": 14},
    "cache": {"node_type": "cache.t3.small"},
    "registry": {"keep_images": 40, "scan_on_push": True},
    "cluster": {"target_capacity_percent": 90, "root_volume_gib": 40},
    "edge": {
        "www": True,
        "idle_timeout_seconds": 30,
        "tls_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
    },
    "service": {"log_retention_days": 60, "memory_mib": 400, "host_port": 3000},
    "network": {"flow_log_retention_days": 60},
}
"""What neither loses nor opens anything; of all that is planned here the database alone is down for
a while."""


@pytest.mark.parametrize(
    "address",
    [
        "aws_db_instance.database_instance",
        "aws_elasticache_replication_group.cache_replication_group",
        "aws_ecr_repository.registry_repository",
        "aws_route53_zone.edge_zone",
        "aws_cloudwatch_log_group.service_log_group",
        "aws_cloudwatch_log_group.network_flow_log_group",
    ],
)
def test_what_can_be_lost(address: str, plans: Callable[..., Planned]) -> None:
    assert "lost" in plans(**LOSSES).ranks(address)
    assert "lost" not in plans(**HARMLESS).ranks(address)


def test_keeping_fewer_images_is_a_loss(plans: Callable[..., Planned]) -> None:
    policy = "aws_ecr_lifecycle_policy.registry_lifecycle_policy"
    assert "lost" in plans(**LESS).ranks(policy)
    assert set(plans(**HARMLESS).ranks(policy)) == {"else"}


OPENINGS: dict[str, Json] = {
    "database": {"require_tls": False},
    "registry": {"immutable_tags": False},
    "cluster": {"imdsv2_only": False, "root_volume_encrypted": False},
    "service": {"readonly_root_filesystem": False, "user": "0:0", "host_port": 81},
    "edge": {"http": "forward", "tls_policy": "ELBSecurityPolicy-TLS13-1-1-2021-06"},
}


@pytest.mark.parametrize(
    "address",
    [
        "aws_db_parameter_group.database_parameter_group",
        "aws_ecr_repository.registry_repository",
        "aws_launch_template.cluster_launch_template",
        "aws_ecs_task_definition.service_task_definition",
        "aws_network_acl_rule.network_public_acl_ingress_140",
        "aws_lb_listener.edge_http_listener",
        "aws_lb_listener.edge_https_listener",
    ],
)
def test_what_opens_up(address: str, plans: Callable[..., Planned]) -> None:
    assert "opens" in plans(**OPENINGS).ranks(address)
    assert "opens" not in plans(**HARMLESS).ranks(address)


def test_tls_of_the_database_is_turned_off_in_place(plans: Callable[..., Planned]) -> None:
    """AWS would not delete the parameter group that the database uses."""
    address = "aws_db_parameter_group.database_parameter_group"
    [change] = [one for one in plans(**OPENINGS).plan.changes if one.address == address]
    assert change.actions == ("update",)


def test_a_secret_of_another_database_is_no_broader_policy(plans: Callable[..., Planned]) -> None:
    """Its ARN is known after the apply only; the policy is written as before."""
    assert set(plans(**LOSSES).ranks("aws_iam_role_policy.service_execution_role_policy")) == {
        "else"
    }


PROJECT: dict[str, Json] = {"environment": {"project": "store"}}


@pytest.mark.parametrize(
    "address, because",
    [
        ("aws_lb.edge_load_balancer", "name"),
        ("aws_lb_target_group.edge_target_group", "name"),
        ("aws_lb_listener.edge_https_listener", "load_balancer_arn"),
        ("aws_ecs_service.service_service", "name"),
        ("aws_autoscaling_group.cluster_auto_scaling_group", "name"),
        ("aws_security_group.network_instance_security_group", "name"),
        ("aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_443",
         "security_group_id"),
    ],
)  # fmt: skip
def test_what_goes_down_says_which_attribute_forces_it(
    address: str, because: str, plans: Callable[..., Planned]
) -> None:
    planned = plans(**PROJECT)
    assert "down" in planned.ranks(address)
    change = next(one for one in planned.plan.changes if one.address == address)
    assert because in change.forcing
    assert "down" not in plans(**HARMLESS).ranks(address)


def test_a_bigger_database_is_down_for_a_while_and_its_windows_are_not(
    plans: Callable[..., Planned],
) -> None:
    instance = "aws_db_instance.database_instance"
    assert set(plans(**HARMLESS).ranks(instance)) == {"down"}
    assert set(plans(**LESS).ranks(instance)) == {"else"}


def test_a_rule_of_the_acl_shows_with_the_task_that_needs_it(plans: Callable[..., Planned]) -> None:
    planned = plans(service={"host_port": 81})
    assert {one.address for one in planned.plan.changes} == {
        "aws_network_acl_rule.network_public_acl_ingress_140",
        "aws_network_acl_rule.network_public_acl_egress_140",
        "aws_ecs_task_definition.service_task_definition",
        "aws_ecs_service.service_service",
    }


def without(document: Json, *addresses: str) -> None:
    for address in addresses:
        type_, name = address.split(".")
        del document["resource"][type_][name]


def hardened(document: Json) -> None:
    """A stack as somebody may have edited it by hand, or by code: every change opens something."""
    resource = document["resource"]
    private = [a for a in stack(document).resources if "network_private_acl" in a]
    without(document, *private)
    other = {"vpc_id": "${aws_vpc.network_vpc.id}", "name": "wide"}
    resource["aws_security_group"]["network_wide_security_group"] = other
    wide = "${aws_security_group.network_wide_security_group.id}"
    resource["aws_vpc_security_group_ingress_rule"]["network_wide_ingress"] = {
        "security_group_id": wide, "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1",
    }  # fmt: skip
    resource["aws_db_instance"]["database_instance"]["vpc_security_group_ids"].append(wide)
    resource["aws_launch_template"]["cluster_launch_template"]["block_device_mappings"].append(
        {"device_name": "/dev/xvdb", "ebs": {"volume_size": 8}}
    )
    # What the rule for replies lets out anyway, and what none does.
    for number, port in ((5, 3306), (6, 25)):
        resource["aws_network_acl_rule"][f"network_public_acl_egress_{number}"] = {
            **resource["aws_network_acl_rule"]["network_public_acl_egress_100"],
            "rule_number": number, "cidr_block": "0.0.0.0/0", "from_port": port, "to_port": port,
        }  # fmt: skip
    resource["aws_vpc"]["network_vpc"]["enable_dns_hostnames"] = False
    resource["aws_ecs_service"]["service_service"].pop("load_balancer")
    listener = resource["aws_lb_listener"]["edge_https_listener"]
    listener["default_action"] = [
        {"type": "redirect", "redirect": {"protocol": "HTTP", "status_code": "HTTP_302"}}
    ]
    container = json.loads(
        resource["aws_ecs_task_definition"]["service_task_definition"]["container_definitions"]
    )
    container.append({**container[0], "name": "agent", "privileged": True, "portMappings": []})
    task = resource["aws_ecs_task_definition"]["service_task_definition"]
    task["container_definitions"] = json.dumps(container)


def test_what_terraform_plans_of_other_code_is_ranked_by_the_whole(
    applied: LayerWork, folder: Path, terraform: Terraform
) -> None:
    """The state of an ACL or a group repeats the rules that are resources of their own."""
    found = plan_of(load("local"), folder, terraform, hardened)
    opens = {
        address: said["opens"]
        for one in found.plan.changes
        for address, said in [(one.address, found.ranks(one.address))]
        if "opens" in said
    }
    acl = opens.pop("aws_network_acl.network_private_acl")
    assert "fall back on the VPC's default network ACL, which lets" in acl
    assert opens == {
        "aws_vpc_security_group_ingress_rule.network_wide_ingress":
            "a new security group lets in all traffic, 0.0.0.0/0",
        "aws_db_instance.database_instance":
            "it is also in the security group aws_security_group.network_wide_security_group, "
            "which lets in more: all traffic, 0.0.0.0/0",
        "aws_launch_template.cluster_launch_template":
            "encryption of the disk /dev/xvdb is off",
        "aws_network_acl_rule.network_public_acl_egress_6":
            "the network ACL lets out more: tcp 25, 0.0.0.0/0",
        "aws_ecs_task_definition.service_task_definition":
            "the container agent is privileged: it may do on the instance what root may",
        "aws_lb_listener.edge_https_listener":
            "requests are redirected to HTTP, without encryption",
    }  # fmt: skip
    down = {one.address for one in found.plan.changes if "down" in found.ranks(one.address)}
    assert down >= {
        "aws_vpc.network_vpc",
        "aws_ecs_service.service_service",
        "aws_lb_listener.edge_https_listener",
    }


OTHERS: dict[str, Json] = {
    "network": {
        "availability_zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"],
        "private_subnets": ["10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20", "10.0.64.0/20"],
    },
    "registry": {"repository": "store/api"},
}


def test_a_new_private_subnet_shows_in_the_groups_of_the_stores(
    plans: Callable[..., Planned],
) -> None:
    planned = plans(**OTHERS)
    assert planned.ranks("aws_subnet.network_private_subnet_3") == {"created": "new"}
    for address in (
        "aws_db_subnet_group.database_subnet_group",
        "aws_elasticache_subnet_group.cache_subnet_group",
    ):
        change = next(one for one in planned.plan.changes if one.address == address)
        assert change.actions == ("update",)
        assert change.unknown["subnet_ids"] is True


def test_a_renamed_repository_shows_in_the_task_definition(plans: Callable[..., Planned]) -> None:
    planned = plans(**OTHERS)
    by_address = {one.address: one for one in planned.plan.changes}
    repository = by_address["aws_ecr_repository.registry_repository"]
    assert (repository.before or {})["name"] == "shop-local"
    assert (repository.after or {})["name"] == "store/api"
    task = by_address["aws_ecs_task_definition.service_task_definition"]
    assert ("container_definitions",) in task.replace_paths


def test_a_layer_planned_for_real_is_what_was_reviewed(
    plans: Callable[..., Planned], applied: LayerWork, tmp_path: Path
) -> None:
    reviewed = plans(**OTHERS)
    work = work_on(varied(**OTHERS), tmp_path)
    layer = work.folder("network")
    work.terraform.init(layer)
    file = tmp_path / "network.tfplan"
    work.terraform.plan(layer, file)
    real = changes.parse(work.terraform.show(layer, file))
    assert differences(reviewed.plan.of("network"), real.changes) == []
    other = plans(service={"host_port": 81})
    found = differences(other.plan.of("network"), real.changes)
    assert {one.address for one in found} >= {
        "aws_subnet.network_private_subnet_3",
        "aws_network_acl_rule.network_public_acl_ingress_140",
    }


def test_no_change_is_exit_code_0(nothing: Reviewed) -> None:
    assert nothing.code == 0, nothing.said
    assert nothing.said.startswith("local: No change.")
    assert all(len(line) <= 80 for line in nothing.said.splitlines()[:-1])


def test_json_is_alone_on_stdout_and_follows_its_schema(
    strata: Command,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the commands that need what was applied; tests/commands/test_json.py has the others."""
    work = folder / "work"
    monkeypatch.setattr(CHOSEN, "folders", Folders(ROOT, work, work / "cdktf.out"))
    printed = {}
    review = str(folder / "as-json")
    for words in (
        ["plan", "local", "--out", review],
        ["apply", "local", "--reviewed", review],
        ["drift", "local"],
        ["output", "local"],
    ):
        monkeypatch.setattr("sys.argv", ["strata", *words, "--json"])
        assert main() == 0, capsys.readouterr().err
        printed[words[0]] = json.loads(capsys.readouterr().out)
        jsonschema.validate(printed[words[0]], schema_of(words[0]))
    monkeypatch.setattr(out, "stderr", False)
    assert printed["plan"]["folder"] == review
    assert printed["apply"]["done"] == dict.fromkeys(LAYERS, "no change")
    assert printed["apply"]["output"] == printed["output"]
    assert printed["output"]["address"] == "https://local.shop.example"
    assert len(printed["output"]["name_servers"]) == 4
    assert {one["name"]: one["port"] for one in printed["output"]["endpoints"]} == {
        "database": 3306, "cache": 6379
    }  # fmt: skip
    assert {"database password", "Redis token"} == set(printed["output"]["secrets"])


def test_changes_are_exit_code_2(changed: Reviewed, first_day: Planned) -> None:
    assert changed.code == 2, changed.said
    # What is longer is one address, which is not broken.
    long = [line for line in changed.said.splitlines()[:-1] if len(line) > 80]
    assert [line for line in long if " " in line.strip()] == []
    report = changed.report
    touched = {item.address for item in report.items}
    assert report.counts.stay + len(touched) == len(first_day.plan.changes)
    assert [one.key for one in report.findings] == ["database.storage_encrypted"]


def test_the_report_says_what_larger_instances_cost(changed: Reviewed) -> None:
    cost = changed.report.cost
    was, will = (
        estimate(of_stack(stack(compose(one))), one, shipped()).usd
        for one in (load("local"), varied(**CHANGED))
    )
    assert cost.exact
    assert cost.before.cents() == was.cents()
    assert cost.after.cents() == will.cents()
    assert (cost.difference - (will - was)).cents() == ("0.00", "0.00", "0.00")
    # A t3.micro is 17.366 a month (730 hours of it, 0.012, and of an address, 0.005; 30 GiB of
    # 0.0952 and 7 metrics of 0.30), a t3.small (0.024) 26.126. Three tasks need three of the one
    # and two of the other, which hold two each; one is the least, and five the most.
    [group] = cost.resources
    assert group.resource == "aws_autoscaling_group.cluster_auto_scaling_group"
    assert group.difference.cents() == cost.difference.cents() == ("8.76", "0.15", "43.80")


def test_the_report_names_the_setting_behind_each_change(changed: Reviewed) -> None:
    lines = changed.file.read_text().splitlines()
    by_address = {item.address: item for item in changed.report.items}
    database = by_address["aws_db_instance.database_instance"].causes
    assert [(one.key, one.before, one.after) for one in database] == [
        ("database.storage_encrypted", "true", "false")
    ]
    assert lines[database[0].line - 1] == "storage_encrypted = false"
    # The task reads the database's address, which a new one changes.
    task = by_address["aws_ecs_task_definition.service_task_definition"]
    assert {one.key for one in task.causes} == {"database.storage_encrypted", "service.image_tag"}
    assert {(a.name, a.after) for a in task.attributes} >= {
        (
            "container_definitions.api.image",
            f'"{load("local").environment.account_id}.dkr.ecr.'
            'eu-central-1.amazonaws.com/shop-local:1.1.0"',
        )
    }


def test_a_layer_that_was_applied_without_strata_is_not_explained(
    applied: LayerWork, aws: Client
) -> None:
    environment = load("local").environment
    states = read_states(environment)
    assert set(read_applied(environment, states)) == set(LAYERS)
    s3, key = aws("s3"), applied_key("local", "edge")
    kept = s3.get_object(Bucket=environment.state_bucket, Key=key)["Body"].read()
    noted = json.loads(kept)
    noted["state"]["serial"] -= 1
    s3.put_object(Bucket=environment.state_bucket, Key=key, Body=json.dumps(noted))
    try:
        assert set(read_applied(environment, states)) == set(LAYERS) - {"edge"}
    finally:
        s3.put_object(Bucket=environment.state_bucket, Key=key, Body=kept)


def test_drift_is_told_apart_from_what_the_user_changed(
    strata: Command, aws: Client, tmp_path: Path
) -> None:
    logs = aws("logs")
    logs.put_retention_policy(logGroupName="/shop/local/service", retentionInDays=1)
    try:
        file = write(tmp_path / "local.toml", registry={"keep_images": 29})
        code, said = strata("plan", file, "--out", tmp_path / "review")
    finally:
        logs.put_retention_policy(logGroupName="/shop/local/service", retentionInDays=30)
    assert code == 2, said
    report = Report.model_validate_json((tmp_path / "review" / "report.json").read_text())
    (group,) = report.drift
    assert group.address == "aws_cloudwatch_log_group.service_log_group"
    assert [(one.attribute, one.before, one.now, one.next_apply) for one in group.attributes] == [
        ("retention_in_days", 30, 1, NextApply.PUTS_BACK)
    ]
    assert {item.address: item.drift for item in report.items} == {
        "aws_cloudwatch_log_group.service_log_group": True,
        "aws_ecr_lifecycle_policy.registry_lifecycle_policy": False,
    }


def test_a_review_is_of_these_settings_this_code_and_these_states(
    nothing: Reviewed, folder: Path
) -> None:
    found, plan = record.read(nothing.folder)
    settings = load("local")
    states = read_states(settings.environment)
    assert plan.changes == ()
    # Where other tests have synthesized other settings since.
    read = work_on(settings, folder / "read").stacks.parent
    assert record.outdated(found.basis, record.basis(settings, states, read)) == []
    other = record.basis(varied(service={"image_tag": "2"}), {**states, "edge": None}, read)
    *edited, moved = record.outdated(found.basis, other)
    assert edited == [
        "the settings were changed since the review",
        '  service.image_tag: "1.0.0" in the review, "2" now',
    ]
    assert moved.startswith("the state of edge: serial ")
    assert moved.endswith(" in the review, none now")


def test_no_secret_is_in_a_review_or_a_log(
    nothing: Reviewed, changed: Reviewed, aws: Client, folder: Path
) -> None:
    secrets = aws("secretsmanager")
    values = [
        secrets.get_secret_value(SecretId=one["ARN"])["SecretString"]
        for one in secrets.list_secrets()["SecretList"]
    ]
    assert len(values) == 2
    words = [one for value in values for one in re.findall(r"[^\s\"{}:,]{12,}", value)]
    assert words
    logs = [*(folder / "work" / "logs").iterdir()]
    assert logs
    for place in [*nothing.folder.iterdir(), *changed.folder.iterdir(), *logs]:
        text = place.read_text()
        assert not [word for word in words if word in text], place


def test_nothing_of_a_plan_stays_outside_of_the_review(nothing: Reviewed, folder: Path) -> None:
    left = [p for p in folder.rglob("*") if p.suffix in (".tfstate", ".tfplan")]
    assert [p for p in left if ".terraform" not in p.parts] == []
    assert sorted(p.name for p in nothing.folder.iterdir()) == [
        "plan.json",
        "report.html",
        "report.json",
        "report.md",
        "review.json",
    ]


def test_without_the_bucket_every_layer_is_new(aws: Client) -> None:
    environment = varied(environment={"state_bucket": "shop-nobody-made-this"}).environment
    assert read_states(environment) == dict.fromkeys(LAYERS)
    assert merge(read_states(environment)) is None


def test_a_state_that_cannot_be_read_is_an_error(
    strata: Command, aws: Client, tmp_path: Path
) -> None:
    bucket = "shop-broken-state"
    aws("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws("s3").put_object(Bucket=bucket, Key="local/edge.tfstate", Body=b"<html>")
    file = write(tmp_path / "local.toml", environment={"state_bucket": bucket})
    code, said = strata("plan", file, "--out", tmp_path / "review")
    assert code == 1
    assert "the state of edge (s3://shop-broken-state/local/edge.tfstate) is no Terraform" in said
    assert "Traceback" not in said
    assert not (tmp_path / "review").exists()


def test_what_the_gate_finds_stops_an_apply_that_does_not_name_it(
    strata: Command, changed: Reviewed
) -> None:
    """Its severity is high: a reviewer may have missed it, and --yes reads nothing."""
    environment = load("local").environment
    before = {layer: s and s.serial for layer, s in read_states(environment).items()}
    for how in (("--yes",), ("--reviewed", changed.folder)):
        code, said = strata("apply", changed.file, *how)
        assert code == 1, said
        assert "error: nothing was applied: a finding of the gate stops it\n" in said
        assert "CKV_AWS_16+STRATA_DB_2: high: The database's storage is not encrypted (" in said
        assert "--accept-finding CKV_AWS_16+STRATA_DB_2" in said
        code, said = strata("apply", changed.file, *how, "--accept-finding", "CKV_AWS_16")
        assert code == 2, said
        assert "the gate has no such finding; its findings are CKV_AWS_16+STRATA_DB_2" in said
    assert {layer: s and s.serial for layer, s in read_states(environment).items()} == before


def test_a_count_that_is_auto_scalings_own_is_told_and_costs_nothing(
    strata: Command, tmp_path: Path
) -> None:
    file = write(tmp_path / "local.toml", service={"desired_count": 5})
    code, said = strata("plan", file, "--out", tmp_path / "review")
    assert code == 0, said
    assert "What changes nothing: 1\n" in said
    report = Report.model_validate_json((tmp_path / "review" / "report.json").read_text())
    (note,) = report.notes
    line = file.read_text().splitlines().index("desired_count = 5") + 1
    assert note.startswith(f"service.desired_count 3 -> 5 ({file}:{line}) changes nothing")
    assert "set those" in note
    assert report.cost.difference.cents() == ("0.00", "0.00", "0.00")
    assert report.cost.notes[0].startswith("counted with the 3 tasks that the service has")


def test_an_import_is_told_as_terraform_plans_it(
    applied: LayerWork, aws: Client, folder: Path, terraform: Terraform
) -> None:
    name, address = "/shop/local/by-hand", "aws_cloudwatch_log_group.service_by_hand"

    def imported(document: Json) -> None:
        document["resource"]["aws_cloudwatch_log_group"]["service_by_hand"] = {"name": name}
        document["import"] = [{"to": address, "id": name}]

    aws("logs").create_log_group(logGroupName=name)
    try:
        (one,) = plan_of(load("local"), folder, terraform, imported).plan.changes
    finally:
        aws("logs").delete_log_group(logGroupName=name)
    assert (one.address, one.imports, one.imported) == (address, True, name)


TWO_ZONES: Json = {
    key: getattr(load("local").network, key)[:2]
    for key in ("availability_zones", "public_subnets", "private_subnets")
}
LAST_ZONE = load("local").network.availability_zones[-1]


def refusals(planned: Planned) -> dict[str, str]:
    """Address -> why AWS would not delete it."""
    ranked = {one.address: planned.ranks(one.address) for one in planned.plan.changes}
    return {address: found["refused"] for address, found in ranked.items() if "refused" in found}


@pytest.fixture(scope="module")
def fewer_zones(strata: Command, folder: Path) -> Reviewed:
    """A review of settings that give up a zone at once."""
    file = write(folder / "fewer-zones.toml", network=TWO_ZONES)
    place = folder / "fewer-zones"
    return Reviewed(*strata("plan", file, "--out", place), place, file)


def test_what_a_later_layer_still_uses_cannot_be_deleted(fewer_zones: Reviewed) -> None:
    document = json.loads((fewer_zones.folder / record.PLAN).read_text())
    code = stack(compose(varied(network=TWO_ZONES)))
    found = refusals(Planned(changes.parse(document), code, document))
    assert set(found) == {
        "aws_subnet.network_public_subnet_2",
        "aws_subnet.network_private_subnet_2",
    }
    public = found["aws_subnet.network_public_subnet_2"]
    assert (
        "aws_autoscaling_group.cluster_auto_scaling_group and aws_lb.edge_load_balancer" in public
    )
    assert "network.emptied_zones" in public
    private = found["aws_subnet.network_private_subnet_2"]
    assert "aws_db_subnet_group.database_subnet_group" in private
    assert "aws_elasticache_subnet_group.cache_subnet_group" in private


def test_a_loss_is_not_refused(plans: Callable[..., Planned]) -> None:
    assert refusals(plans(**LOSSES)) == {}


def test_another_name_of_the_project_is_another_environment(plans: Callable[..., Planned]) -> None:
    found = refusals(plans(**PROJECT))
    groups = {address for address, why in found.items() if "another environment" in why}
    assert groups == {
        "aws_security_group.network_cache_security_group",
        "aws_security_group.network_database_security_group",
        "aws_security_group.network_instance_security_group",
        "aws_security_group.network_load_balancer_security_group",
    }
    assert set(found) == groups


def test_auth_is_not_taken_off_a_redis_that_stays(plans: Callable[..., Planned]) -> None:
    assert set(refusals(plans(**LESS))) == {"aws_secretsmanager_secret.cache_auth_token"}


def test_what_aws_would_refuse_is_not_begun(strata: Command, fewer_zones: Reviewed) -> None:
    environment = load("local").environment
    before = {layer: s and s.serial for layer, s in read_states(environment).items()}
    assert fewer_zones.code == 2, fewer_zones.said
    assert "What AWS would refuse: 2\n  aws_subnet.network_private_subnet_2\n" in fewer_zones.said
    for how in ("--yes", f"--reviewed={fewer_zones.folder}"):
        code, said = strata("apply", fewer_zones.file, how)
        assert code == 1, said
        assert "error: nothing was applied: AWS would refuse this\n" in said
        assert "aws_subnet.network_public_subnet_2: it is deleted before" in said
    assert {layer: s and s.serial for layer, s in read_states(environment).items()} == before


def applied_by_review(settings: Settings, folder: Path) -> set[str]:
    """Review a change and apply it, each layer held against the review; the layers it changed.

    A change that AWS would refuse is an error here.
    """
    work = work_on(settings, folder)
    made = make_review(work, folder / "review")
    outcome = waves.run(LAYERS, reviewed(made, work).step, waves.quiet)
    assert outcome.failed == {}
    assert outcome.not_started == []
    states = read_states(settings.environment)
    after = plan_composed(work.terraform, folder / "composed" / "local", states)
    assert changes.parse(after).changes == ()
    return {layer for layer, came in outcome.done.items() if came == "applied"}


def test_what_a_zone_changes_in_later_layers_comes_as_it_was_reviewed(
    applied: LayerWork, aws: Client, tmp_path: Path
) -> None:
    """It is given up at first: the emulator has no fourth that could be added.

    What nothing is put into any more may be deleted later: neither review is refused.
    """
    use_subnets = {"database", "cache", "cluster", "edge"}
    rds, ec2 = aws("rds"), aws("ec2")

    def subnets() -> tuple[int, int]:
        """How many stand, and how many of them the database may use."""
        own = ec2.describe_subnets(Filters=[{"Name": "tag:Project", "Values": ["shop"]}])
        [group] = rds.describe_db_subnet_groups()["DBSubnetGroups"]
        return len(own["Subnets"]), len(group["Subnets"])

    emptied = varied(network={"emptied_zones": [LAST_ZONE]})
    assert applied_by_review(emptied, tmp_path / "emptied") - {"network"} == use_subnets
    assert subnets() == (6, 2)
    assert applied_by_review(varied(network=TWO_ZONES), tmp_path / "gone") == {"network"}
    assert subnets() == (4, 2)
    assert applied_by_review(load("local"), tmp_path / "back") == {"network", *use_subnets}
    assert subnets() == (6, 3)


RENAMED: dict[str, Json] = {
    "service": {"host_port": 81},
    "registry": {"repository": "store/api"},
}


def test_what_an_acl_rule_and_a_renamed_repository_change_comes_as_it_was_reviewed(
    applied: LayerWork, aws: Client, tmp_path: Path
) -> None:
    touched = {"network", "registry", "service"}
    assert applied_by_review(varied(**RENAMED), tmp_path / "renamed") == touched
    [repository] = aws("ecr").describe_repositories()["repositories"]
    assert repository["repositoryName"] == "store/api"
    ecs = aws("ecs")
    [service] = ecs.describe_services(cluster="shop-local", services=["shop-local"])["services"]
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    [container] = task["containerDefinitions"]
    assert container["image"] == f"{repository['repositoryUri']}:1.0.0"


def engines(database: str, cache: str) -> dict[str, Json]:
    """Versions of the engines, to be changed at once."""
    return {
        "database": {"engine_version": database, "apply_immediately": True},
        "cache": {"engine_version": cache, "apply_immediately": True},
    }


def test_a_store_turns_to_the_parameters_of_another_family_before_the_old_ones_go(
    plans: Callable[..., Planned], applied: LayerWork, aws: Client, tmp_path: Path
) -> None:
    earlier = engines("8.0", "6.2")
    assert set(refusals(plans(**RENAMED, **earlier))) == {"aws_db_instance.database_instance"}
    # The emulator does it all the same.
    work = work_on(varied(**RENAMED, **earlier), tmp_path)
    assert {work.apply(layer) for layer in ("database", "cache", "service")} == {"applied"}
    waiting = refusals(plans(**RENAMED))
    assert {address: why.partition(";")[0] for address, why in waiting.items()} == {
        "aws_db_parameter_group.database_parameter_group":
            "aws_db_instance.database_instance uses it until its maintenance window",
        "aws_elasticache_parameter_group.cache_parameter_group":
            "aws_elasticache_replication_group.cache_replication_group uses it until its "
            "maintenance window",
    }  # fmt: skip
    now = varied(**RENAMED, **engines("8.4", "7.1"))
    assert applied_by_review(now, tmp_path / "now") == {"database", "cache"}
    [database] = aws("rds").describe_db_instances()["DBInstances"]
    [parameters] = database["DBParameterGroups"]
    assert parameters["DBParameterGroupName"].startswith("shop-local-mysql8-4-")
    groups = aws("elasticache").describe_cache_parameter_groups()["CacheParameterGroups"]
    assert [one["CacheParameterGroupName"] for one in groups] == ["shop-local-redis7"]


def test_parameters_whose_making_was_cut_off_are_made_anew_or_kept(
    plans: Callable[..., Planned], applied: LayerWork, aws: Client, tmp_path: Path
) -> None:
    """Terraform marks what a run was cut off at, to make it anew."""
    now = {**RENAMED, **engines("8.4", "7.1")}
    work = work_on(varied(**now), tmp_path)

    def mark(command: str, layer: str, address: str) -> None:
        chdir = f"-chdir={work.ready(layer)}"
        environment = {**os.environ, **work.terraform.environment}
        words = [str(work.terraform.executable), chdir, command, address]
        subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL)

    def names() -> list[str]:
        groups = aws("rds").describe_db_parameter_groups()["DBParameterGroups"]
        return [str(one["DBParameterGroupName"]) for one in groups]

    before = names()
    mark("taint", "database", "aws_db_parameter_group.database_parameter_group")
    assert work.apply("database") == "applied"
    assert len(before) == len(names()) == 1
    assert names() != before
    cache = "aws_elasticache_parameter_group.cache_parameter_group"
    mark("taint", "cache", cache)
    assert f"`terraform untaint {cache}`" in refusals(plans(**now))[cache]
    mark("untaint", "cache", cache)
    assert not work.plan("cache")


def test_a_finding_that_is_accepted_by_name_is_applied(
    applied: LayerWork, strata: Command, tmp_path: Path
) -> None:
    """By the very command that the refusal gives."""
    now = {**RENAMED, **engines("8.4", "7.1"), "edge": {"http": "forward"}}
    file = write(tmp_path / "local.toml", **now)
    code, said = strata("apply", file, "--yes")
    assert code == 1, said
    again = re.findall(r"--accept-finding (\S+)", said)
    assert again
    accepting = [word for name in again for word in ("--accept-finding", name)]
    code, said = strata("apply", file, "--yes", *accepting)
    assert code == 0, said
    _, _, offered = said.partition("local is applied as reviewed\n")
    for line in (
        r"address +https://local\.shop\.example", r"repository +\S+/store/api",
        r"database +\S+:3306", r"cache +\S+:6379",
    ):  # fmt: skip
        assert re.search(rf"(?m)^{line}$", offered), offered
    assert offered.splitlines()[-1].startswith(f"next       strata drift {file}")
