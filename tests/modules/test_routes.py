"""The routes of `[services]`: what they build, and what gate, map, cost and reach make of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.stacks import blocks, stack
from strata.map.write import drawn
from strata.reach.from_stack import from_stack
from strata.settings.models import Settings
from strata.synthesis.synthesize import synthesize
from tests.composing import verdict
from tests.modules.test_alarms import ALARM, EMAIL, with_alarms

Json = dict[str, Any]

DOMAIN = "shop.example"
ADMIN: Json = {
    "command": ["node", "admin.js"],
    "route": {
        "priority": 10, "hosts": [f"admin.{DOMAIN}"], "paths": ["/a/*"], "container_port": 4000,
        "health_check_path": "/ok", "health_check_interval_seconds": 10,
        "health_check_grace_seconds": 0,
    },
}  # fmt: skip
DOCS: Json = {"command": ["node", "docs.js"], "route": {"priority": 20, "paths": ["/d", "/d/*"]}}
MAIL: Json = {"command": ["node", "mail.js"]}
GROUP, RULE, SERVICE = "aws_lb_target_group", "aws_lb_listener_rule", "aws_ecs_service"


def routed(name: str, services: Json, **edge: Any) -> Settings:
    return with_alarms(
        name, {"email": EMAIL}, services=services, cluster={"max_size": 12},
        edge={"domain": DOMAIN, **edge},
    )  # fmt: skip


ROUTED = routed("routed", {"admin": ADMIN, "docs-2": DOCS, "mail": MAIL})
PLAIN = routed("plain", {"admin": ADMIN}, http="forward", www=True)
WORKING = routed("routed", {name: {"command": one["command"]} for name, one in (
    ("admin", ADMIN), ("docs-2", DOCS), ("mail", MAIL),
)})  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("routes")
    synthesize([ROUTED, PLAIN], folder)
    return folder


def composed_of(out: Path, name: str) -> Json:
    return dict(json.loads((out / "composed" / name / "cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def resources(out: Path) -> dict[str, Json]:
    return blocks(composed_of(out, "routed"))


def test_a_route_has_a_target_group_of_its_own_that_is_checked_as_it_says(
    resources: dict[str, Json],
) -> None:
    group = resources[f"{GROUP}.service_worker_admin_target_group"]
    assert (group["name"], group["target_type"]) == ("shop-routed-tasks-admin", "instance")
    check = group["health_check"]
    assert (check["path"], check["interval"], check["timeout"]) == ("/ok", 10, 5)
    docs = resources[f"{GROUP}.service_worker_docs_2_target_group"]
    assert docs["health_check"] == resources[f"{GROUP}.edge_target_group"]["health_check"]
    assert f"{GROUP}.service_worker_mail_target_group" not in resources


def test_its_rule_sends_what_fits_host_and_path_there(resources: dict[str, Json]) -> None:
    rule = resources[f"{RULE}.service_worker_admin_rule"]
    assert rule["listener_arn"] == "${aws_lb_listener.edge_https_listener.arn}"
    assert rule["priority"] == 10
    assert rule["condition"] == [
        {"host_header": {"values": [f"admin.{DOMAIN}"]}}, {"path_pattern": {"values": ["/a/*"]}},
    ]  # fmt: skip
    target = "${aws_lb_target_group.service_worker_admin_target_group.arn}"
    assert rule["action"] == [{"type": "forward", "target_group_arn": target}]
    docs = resources[f"{RULE}.service_worker_docs_2_rule"]
    assert docs["condition"] == [{"path_pattern": {"values": ["/d", "/d/*"]}}]
    assert f"{RULE}.service_worker_admin_http_rule" not in resources


def test_its_tasks_listen_on_its_port_and_are_registered_there(resources: dict[str, Json]) -> None:
    (admin,) = json.loads(
        resources["aws_ecs_task_definition.service_worker_admin_task_definition"][
            "container_definitions"
        ]
    )
    assert admin["portMappings"] == [{"containerPort": 4000, "hostPort": 0, "protocol": "tcp"}]
    service = resources[f"{SERVICE}.service_worker_admin_service"]
    # By the rule: ECS refuses a target group that no load balancer uses yet.
    arn = "${aws_lb_listener_rule.service_worker_admin_rule.action[0].target_group_arn}"
    assert service["load_balancer"] == [
        {"container_name": "api", "container_port": 4000, "target_group_arn": arn}
    ]
    assert service["health_check_grace_period_seconds"] == 0
    docs = resources[f"{SERVICE}.service_worker_docs_2_service"]
    assert docs["load_balancer"][0]["container_port"] == 3000
    assert docs["health_check_grace_period_seconds"] == 60
    mail = resources[f"{SERVICE}.service_worker_mail_service"]
    assert not {"load_balancer", "health_check_grace_period_seconds"} & mail.keys()


def test_a_further_host_gets_a_record_and_a_name_on_the_certificate(out: Path) -> None:
    for name, others in (("routed", []), ("plain", [f"www.{DOMAIN}"])):
        resources = blocks(composed_of(out, name))
        certificate = resources["aws_acm_certificate.edge_certificate"]
        assert certificate["domain_name"] == DOMAIN
        assert certificate["subject_alternative_names"] == [DOMAIN, *others, f"admin.{DOMAIN}"]
        record = resources["aws_route53_record.edge_record_route_admin_shop_example"]
        assert (record["name"], record["type"]) == (f"admin.{DOMAIN}", "A")
        assert record["alias"] == resources["aws_route53_record.edge_record_apex"]["alias"]
        validated = resources["aws_route53_record.edge_certificate_validation_record"]["for_each"]
        assert f'"admin.{DOMAIN}"' in validated


def test_where_port_80_forwards_it_has_the_rule_too(out: Path) -> None:
    resources = blocks(composed_of(out, "plain"))
    rules = {
        resources[f"{RULE}.service_worker_admin_{key}"]["listener_arn"]
        for key in ("rule", "http_rule")
    }
    assert rules == {
        f"${{aws_lb_listener.edge_{protocol}_listener.arn}}" for protocol in ("https", "http")
    }


def test_the_layers_refer_to_each_other_in_their_order(out: Path) -> None:
    """In its own stack, the service takes the listener of the edge and the VPC of the network."""
    service = (out / "stacks" / "routed-service" / "cdk.tf.json").read_text()
    rule = blocks(json.loads(service))[f"{RULE}.service_worker_admin_rule"]
    assert "edge_https_listener" in rule["listener_arn"]
    assert "routed_edge" in rule["listener_arn"]


def test_the_alarms_on_targets_are_on_those_of_each_route_too(resources: dict[str, Json]) -> None:
    alarms = {
        address.partition(".alarms_")[2]: body["dimensions"]
        for address, body in resources.items()
        if address.startswith(f"{ALARM}.alarms_") and "TargetGroup" in body["dimensions"]
    }
    kinds = ("latency", "no_running_task", "target_5xx", "unhealthy_targets")
    assert alarms.keys() == {
        f"{kind}{suffix}" for kind in kinds for suffix in ("", "_admin", "_docs_2")
    }
    assert alarms["target_5xx_admin"]["TargetGroup"] == (
        "${aws_lb_target_group.service_worker_admin_target_group.arn_suffix}"
    )
    assert resources[f"{ALARM}.alarms_target_5xx_admin"]["alarm_name"] == (
        "shop-routed-alarm-target-5xx-admin"
    )


def test_without_routes_nothing_but_them_is_gone(out: Path) -> None:
    folder = out / "without"
    synthesize([WORKING], folder)
    before, after = (blocks(composed_of(one, "routed")) for one in (folder, out))
    new = {address.partition(".")[0] for address in after.keys() - before.keys()}
    assert new == {GROUP, RULE, "aws_route53_record", ALARM}
    assert not before.keys() - after.keys()
    for layer in ("network", "registry", "database", "cache", "cluster"):
        read = json.loads((folder / f"stacks/routed-{layer}/cdk.tf.json").read_text())
        wrote = json.loads((out / f"stacks/routed-{layer}/cdk.tf.json").read_text())
        assert read["resource"] == wrote["resource"], layer


def test_the_gate_finds_the_rule_that_serves_without_encryption_and_nothing_else(out: Path) -> None:
    report = verdict(out, ROUTED, PLAIN)
    assert report.environments == ["plain", "routed"]
    assert report.unjudged == []
    (finding,) = report.findings
    assert finding.environments == ["plain"]
    assert finding.key == "edge.http"
    assert "service/worker_admin_http_rule" in finding.constructs


def test_the_load_balancer_reaches_its_tasks(out: Path) -> None:
    network = from_stack(stack(composed_of(out, "routed")))
    tasks = network.endpoint("tasks")
    assert tasks is not None
    assert str(tasks.host_ports) == "32768-61000"


def test_the_picture_says_which_requests_go_where(out: Path) -> None:
    system = drawn(stack(composed_of(out, "routed")), "shop-routed").pictures[1]
    admin = f"{GROUP}.service_worker_admin_target_group"
    assert system.node(admin).lines == (
        "health check /ok, 10 s", f"for admin.{DOMAIN}", "for /a/*",
    )  # fmt: skip
    relations = {(edge.source, edge.target, edge.lines) for edge in system.edges}
    listener = "aws_lb_listener.edge_https_listener"
    assert (listener, admin, ("forwards to",)) in relations
    assert (admin, f"{SERVICE}.service_worker_admin_service", ("targets",)) in relations
    assert "port 4000, host port dynamic" in system.node(
        f"{SERVICE}.service_worker_admin_service"
    ).lines  # fmt: skip


def test_the_load_balancers_arrows_go_to_each_service_that_it_sends_requests(out: Path) -> None:
    document = composed_of(out, "routed")
    pictures = drawn(stack(document), "shop-routed")
    balancer, ports = "aws_lb.edge_load_balancer", "tcp 32768-61000"

    def arrows(kind: str) -> dict[str, tuple[str, ...]]:
        return {
            edge.target.removeprefix(f"{SERVICE}.service_"): edge.lines
            for edge in pictures.pictures[1].edges
            if edge.kind == kind and edge.source == balancer and edge.target.startswith(SERVICE)
        }

    assert arrows("traffic") == {
        "service": (ports,),
        "worker_admin_service": (ports, f"for admin.{DOMAIN}", "for /a/*"),
        "worker_docs_2_service": (ports, "for /d, /d/*"),
    }
    # Rules are about HTTP: what of UDP the network lets pass has no host and no path.
    assert set(arrows("part").values()) == {("some paths:", "udp 32768-61000")}
    reached = {thing.title: [one.text for one in thing.reached] for thing in pictures.things}
    assert f"{ports} from load balancer" in reached["shop-routed-docs-2"]
    assert reached["shop-routed-mail"] == []


def test_a_service_takes_traffic_on_its_own_host_ports_alone(out: Path) -> None:
    document = composed_of(out, "routed")
    task = document["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    task["container_definitions"] = task["container_definitions"].replace(
        '"hostPort": 0', '"hostPort": 3000'
    )
    system = drawn(stack(document), "shop-routed").pictures[1]
    traffic = {
        edge.target: edge.lines[0]
        for edge in system.edges
        if edge.kind == "traffic" and edge.source == "aws_lb.edge_load_balancer"
    }
    assert traffic[f"{SERVICE}.service_service"] == "tcp 3000"
    assert traffic[f"{SERVICE}.service_worker_admin_service"] == "tcp 32768-61000"


def test_a_routes_arrow_that_is_shut_leaves_its_gap(out: Path) -> None:
    document = composed_of(out, "routed")
    rules = document["resource"]["aws_vpc_security_group_ingress_rule"]
    del rules["network_instance_ingress_load_balancer"]
    system = drawn(stack(document), "shop-routed").pictures[1]
    missing = {edge.target for edge in system.not_drawn if edge.source.startswith("aws_lb.")}
    assert {one for one in missing if one.startswith(SERVICE)} == {
        f"{SERVICE}.service_service",
        f"{SERVICE}.service_worker_admin_service",
        f"{SERVICE}.service_worker_docs_2_service",
    }


def test_it_costs_what_it_does_without(out: Path) -> None:
    cost = estimate(of_stack(stack(composed_of(out, "routed"))), ROUTED, shipped())
    assert not [line for line in cost.not_priced if line.layer in ("service", "edge")]
    without = estimate(of_stack(stack(composed_of(out / "without", "routed"))), WORKING, shipped())
    hours = [
        [line.quantity.desired for line in one.lines if "ec2/t3.micro" in line.item]
        for one in (cost, without)
    ]
    assert hours[0] == hours[1]
