"""Services that others reach by name: what is built, and what the other commands make of it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules.own_layer import ForService, checked
from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.stacks import blocks, stack
from strata.errors import UsageError
from strata.map.write import drawn
from strata.reach.from_stack import from_stack
from strata.reach.table import Row, table
from strata.synthesis.synthesize import synthesize
from tests.composing import verdict
from tests.gate.command import Command
from tests.gate.conftest import command
from tests.modules.test_alarms import EMAIL, with_alarms

__all__ = ["command"]

Json = dict[str, Any]

SERVICES: Json = {
    "mail": {"command": ["node", "mail.js"], "memory_mib": 128, "cpu": 256},
    "stock": {"command": ["node", "stock.js"], "memory_mib": 128, "cpu": 256, "port": 3001},
    "tax-rates": {"command": ["tax"], "memory_mib": 128, "cpu": 256, "port": 50051,
                  "protocol": "grpc"},
    "ledger": {"command": ["ledger"], "memory_mib": 128, "cpu": 256, "port": 7000,
               "protocol": "tcp"},
}  # fmt: skip
JOBS: Json = {
    "report": {"command": ["report"], "schedule": "rate(1 day)", "memory_mib": 256},
    "sweep": {"command": ["sweep"], "schedule": "rate(1 day)"},
}
INSIDE = with_alarms(
    "inside", {"email": EMAIL}, services=SERVICES, jobs=JOBS, cluster={"max_size": 20}
)
NAMESPACE = "aws_service_discovery_http_namespace.service_namespace"
API = "aws_ecs_service.service_service"
SERVERS = {"stock": 3001, "tax-rates": 50051, "ledger": 7000}


def address(name: str, kind: str = "aws_ecs_service", rest: str = "service") -> str:
    if not name:
        return f"{kind}.service_{rest}"
    return f"{kind}.service_worker_{name.replace('-', '_')}_{rest}"


def task(name: str) -> str:
    return address(name, "aws_ecs_task_definition", "task_definition")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("connect")
    synthesize([INSIDE], folder)
    return folder


@pytest.fixture(scope="module")
def document(out: Path) -> Json:
    return dict(json.loads((out / "composed" / "inside" / "cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def resources(document: Json) -> dict[str, Json]:
    return blocks(document)


def containers(resources: dict[str, Json], name: str) -> list[Json]:
    return list(json.loads(resources[task(name)]["container_definitions"]))


def test_every_service_finds_the_others_in_one_namespace(resources: dict[str, Json]) -> None:
    assert resources[NAMESPACE]["name"] == "shop-inside"
    services = {one: body for one, body in resources.items() if one.startswith("aws_ecs_service.")}
    assert len(services) == 1 + len(SERVICES)
    for one, body in services.items():
        connect = body["service_connect_configuration"]
        assert (connect["enabled"], connect["namespace"]) == (True, f"${{{NAMESPACE}.arn}}"), one
        log = connect["log_configuration"]
        assert log["log_driver"] == "awslogs"
        (api, *_) = json.loads(
            resources[body["task_definition"][2:-1].removesuffix(".arn")]["container_definitions"]
        )
        theirs = api["logConfiguration"]["options"]
        assert log["options"]["awslogs-group"] == theirs["awslogs-group"]
        prefix = theirs["awslogs-stream-prefix"]
        assert log["options"]["awslogs-stream-prefix"] == f"service-connect/{prefix}"


def test_those_with_a_port_alone_are_reached_under_their_own_name(
    resources: dict[str, Json],
) -> None:
    for name in ("", *SERVICES):
        served = resources[address(name)]["service_connect_configuration"].get("service", [])
        port = SERVERS.get(name)
        if port is None:
            assert served == []
            continue
        (server,) = served
        assert server == {
            "port_name": name, "discovery_name": name,
            "client_alias": {"dns_name": name, "port": port},
        }  # fmt: skip
        (container,) = containers(resources, name)
        (mapping,) = container["portMappings"]
        assert (mapping["name"], mapping["containerPort"], mapping["hostPort"]) == (name, port, 0)
    protocols = {
        name: containers(resources, name)[0]["portMappings"][0].get("appProtocol")
        for name in SERVERS
    }
    assert protocols == {"stock": "http", "tax-rates": "grpc", "ledger": None}


def test_each_container_knows_where_they_are(resources: dict[str, Json]) -> None:
    for name in ("", *SERVICES):
        (container,) = containers(resources, name)
        told = {one["name"]: one["value"] for one in container["environment"]}
        assert (told["STOCK_HOST"], told["STOCK_PORT"]) == ("stock", "3001")
        assert (told["TAX_RATES_HOST"], told["TAX_RATES_PORT"]) == ("tax-rates", "50051")
        assert "MAIL_HOST" not in told


def test_tasks_have_room_for_the_proxy(resources: dict[str, Json]) -> None:
    """ECS demands more memory of the task than its containers have together."""
    for name in ("", *SERVICES):
        body = resources[task(name)]
        (container,) = containers(resources, name)
        tmpfs = sum(one["size"] for one in container["linuxParameters"]["tmpfs"])
        assert int(body["memory"]) == container["memory"] + tmpfs + 64
        assert int(body["cpu"]) == container["cpu"] + 256


def test_a_job_with_sizes_of_its_own_has_them_as_a_task_too(resources: dict[str, Json]) -> None:
    def sent(name: str) -> Json:
        target = resources[f"aws_scheduler_schedule.service_job_{name}"]["target"]
        return dict(json.loads(target["input"]))

    assert (sent("report")["memory"], sent("report")["cpu"]) == ("384", "1280")
    assert set(sent("sweep")) == {"containerOverrides"}


def test_a_service_starts_after_those_that_it_calls(resources: dict[str, Json]) -> None:
    after = {
        name: [one for one in resources[address(name)]["depends_on"] if "aws_ecs_service" in one]
        for name in ("", *SERVICES)
    }
    every = [address(name) for name in SERVERS]
    assert after == {
        "": every, "mail": every,
        "stock": [], "tax-rates": every[:1], "ledger": every[:2],
    }  # fmt: skip


def test_instances_let_in_the_proxies_of_each_other_and_nothing_else(
    document: Json, resources: dict[str, Json]
) -> None:
    for way in ("ingress", "egress"):
        rule = resources[f"aws_vpc_security_group_{way}_rule.network_instance_{way}_instance"]
        group = "${aws_security_group.network_instance_security_group.id}"
        assert (rule["security_group_id"], rule["referenced_security_group_id"]) == (group, group)
        assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (32768, 61000, "tcp")

    def broken(document: Json, *, connected: bool = False) -> list[Row]:
        rows = table(from_stack(stack(document)), connected=connected)
        return [row for row in rows if not row.met]

    assert broken(document, connected=True) == []
    # Without such services it must be shut, and without the rule they would not be reached.
    (open_,) = broken(document)
    assert (open_.expectation.source, open_.expectation.target) == ("instances", "instances")
    shut = copy.deepcopy(document)
    del shut["resource"]["aws_vpc_security_group_ingress_rule"]["network_instance_ingress_instance"]
    (row,) = broken(shut, connected=True)
    assert (row.expectation.source, row.expectation.target) == ("tasks", "tasks")


def test_the_gate_finds_nothing_in_it(out: Path, command: Command) -> None:
    report = verdict(out, INSIDE)
    assert report.environments == ["inside"]
    assert (report.findings, report.unjudged) == ([], [])
    for words, last in ((("reach",), "26 of 26 paths are as expected"), (("policy",), "]")):
        answer = command(*words, out / "inside.toml")
        assert answer.code == 0, answer.out + answer.err
        assert last in answer.out.splitlines()[-1]


def test_the_picture_says_who_reaches_whom_by_which_name(document: Json) -> None:
    system = drawn(stack(document), "shop-inside").pictures[1]
    assert "by name: stock:3001" in system.node(address("stock")).lines
    relations = {(edge.source, edge.target) for edge in system.edges
                 if edge.lines == ("reaches by name",)}  # fmt: skip
    every = ["", *SERVICES]
    assert relations == {
        (address(one), address(name)) for one in every for name in SERVERS if one != name
    }
    arrows = {edge.target for edge in system.edges
              if edge.source == "aws_autoscaling_group.cluster_auto_scaling_group"}  # fmt: skip
    # A packet passes to whatever listens on an instance, also the service that has no name.
    assert {one for one in arrows if one.startswith("aws_ecs_service")} == {
        address(name) for name in ("", *SERVERS)
    }


def test_it_costs_the_room_of_its_proxies_alone(document: Json) -> None:
    cost = estimate(of_stack(stack(document)), INSIDE, shipped())
    assert [line for line in cost.not_priced if line.layer == "service"] == []
    assert [line for line in cost.lines if "namespace" in line.resource] == []
    (instances,) = [line for line in cost.lines if "ec2/t3.micro" in line.item]
    # 877 MiB and 2048 units. A task of the service takes 640 and 1280: one an instance, for three.
    # Each leaves 237 MiB and 768 units, too little for one of 256; of those three fit on a fourth,
    # and the last on a fifth. There the job of 384 MiB has room; that of 640 takes a sixth.
    assert instances.quantity.desired == pytest.approx(5 * 730 + 30)


def test_without_a_port_there_is_none_of_it(composed: Callable[[str], Json]) -> None:
    made = blocks(composed("local"))
    assert not [one for one in made if "namespace" in one or "instance_ingress_instance" in one]
    assert "service_connect_configuration" not in made[API]
    assert not {"cpu", "memory"} & made[task("")].keys()


def test_variables_of_the_own_layer_do_not_take_their_place() -> None:
    with pytest.raises(UsageError, match="STOCK_HOST, which Strata sets"):
        checked(ForService(environment={"STOCK_HOST": "elsewhere"}), INSIDE)
