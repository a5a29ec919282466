"""The picture of the system: its arrows are what the reachability analysis found."""

from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.map.model import Edge, Lock, Picture
from strata.map.write import drawn
from strata.reach import from_stack, open_flows

Json = dict[str, Any]
Pictures = Callable[[str], tuple[Picture, Picture]]

LB = "aws_lb.edge_load_balancer"
HTTP, HTTPS = "aws_lb_listener.edge_http_listener", "aws_lb_listener.edge_https_listener"
INSTANCES = "aws_autoscaling_group.cluster_auto_scaling_group"
SERVICE = "aws_ecs_service.service_service"
DATABASE = "aws_db_instance.database_instance"
CACHE = "aws_elasticache_replication_group.cache_replication_group"
TARGETS = "aws_lb_target_group.edge_target_group"


def traffic(picture: Picture) -> dict[tuple[str, str], str]:
    """Ends of each arrow that carries traffic -> its label."""
    return {
        (one.source, one.target): " ".join(one.lines)
        for one in picture.edges
        if one.kind == "traffic"
    }


def test_prod_has_exactly_the_traffic_that_passes(pictures: Pictures) -> None:
    _, system = pictures("prod")
    assert traffic(system) == {
        ("internet", HTTP): "tcp 80",
        ("internet", HTTPS): "tcp 443",
        (LB, INSTANCES): "tcp 1024-65535",
        (LB, SERVICE): "tcp 32768-61000",
        (INSTANCES, "internet"): "tcp 443",
        (INSTANCES, "aws_apis"): "tcp 443",
        (INSTANCES, HTTPS): "tcp 443",
        (INSTANCES, DATABASE): "tcp 3306",
        (INSTANCES, CACHE): "tcp 6379",
    }


@pytest.mark.parametrize("env", ["local", "dev", "staging", "prod"])
def test_every_flow_is_on_an_arrow_and_every_arrow_has_a_flow(
    env: str, pictures: Pictures, composed: Callable[[str], Json]
) -> None:
    _, system = pictures(env)
    said: set[tuple[str, str]] = set()
    for edge in system.edges:
        if edge.kind in ("traffic", "part"):
            text = " ".join(edge.lines).removeprefix("some paths: ")
            for protocol in ("tcp", "udp"):
                for ports in text.partition(f"{protocol} ")[2].partition(" udp")[0].split(","):
                    if ports:
                        said.add((protocol, ports.strip()))
    flows = open_flows(from_stack(stack(composed(env))))
    found = {(flow.protocol, "-".join(map(str, dict.fromkeys(flow.ports)))) for flow in flows}
    assert said == {(protocol, ports.replace("0-65535", "all ports")) for protocol, ports in found}


def test_a_rule_that_is_taken_away_takes_its_arrow_away(composed: Callable[[str], Json]) -> None:
    document = composed("prod")
    rules = document["resource"]["aws_vpc_security_group_ingress_rule"]
    del rules["network_database_ingress_instance"]
    system = drawn(stack(document), "shop-prod").pictures[1]
    assert (INSTANCES, DATABASE) not in traffic(system)
    assert (INSTANCES, CACHE) in traffic(system)
    assert system.node(DATABASE)


def test_what_passes_on_some_paths_only_is_told_apart(pictures: Pictures) -> None:
    _, system = pictures("local")
    part = [one for one in system.edges if one.kind == "part"]
    assert part
    assert all(one.lines[0] == "some paths:" for one in part)


def test_references_are_relations_not_traffic(pictures: Pictures) -> None:
    _, system = pictures("prod")
    zone, certificate = "data.aws_route53_zone.edge_zone", "aws_acm_certificate.edge_certificate"
    assert {one for one in system.edges if one.kind == "relation"} == {
        Edge(source, target, "relation", (text,))
        for source, target, text in (
            (zone, LB, "alias of"),
            (certificate, zone, "validated in"),
            (certificate, HTTPS, "certificate of"),
            (HTTPS, TARGETS, "forwards to"),
            (LB, "aws_s3_bucket.edge_access_log_bucket", "access logs to"),
            (TARGETS, SERVICE, "targets"),
            (SERVICE, "aws_ecr_repository.registry_repository", "pulls image"),
            (SERVICE, "secrets", "reads secrets"),
            (SERVICE, "logs", "logs to"),
        )
    }


def test_what_runs_where(pictures: Pictures) -> None:
    _, system = pictures("prod")
    assert system.node(SERVICE).parent == INSTANCES
    assert system.node(INSTANCES).parent == "aws_ecs_cluster.cluster_cluster"
    assert system.node(INSTANCES).title == "m6i.large, 3 to 9"
    assert system.node(SERVICE).lines == (
        "6 tasks, scaled 3 to 12",
        "1024 CPU units, 2048 MiB",
        "port 3000, host port dynamic",
    )
    assert {system.node(HTTP).parent, system.node(HTTPS).parent} == {LB}


def test_stores_say_how_they_fail_over(pictures: Pictures) -> None:
    _, local = pictures("local")
    _, system = pictures("prod")
    assert local.node(CACHE).lines == ("version 7.1", "primary, 0 replicas", "no failover")
    assert system.node(CACHE).lines == ("version 7.1", "primary, 2 replicas", "automatic failover")
    assert local.node(DATABASE).lines == ("version 8.4, 20 GiB", "in one zone", "backups 7 days")
    assert "Multi-AZ" in system.node(DATABASE).lines


def locks(picture: Picture, name: str) -> tuple[Lock, ...]:
    return picture.node(name).locks


def test_encryption_shows_where_it_is_on(pictures: Pictures) -> None:
    _, system = pictures("prod")
    at_rest, tls = Lock("encrypted at rest", True), Lock("TLS required", True)
    assert locks(system, DATABASE) == (at_rest, tls)
    assert locks(system, CACHE) == (at_rest, tls)
    assert locks(system, HTTPS) == (Lock("TLS 1.2 or newer", True),)
    assert locks(system, HTTP) == (Lock("not encrypted", False),)
    assert locks(system, TARGETS) == (Lock("HTTP to tasks, not encrypted", False),)
    assert locks(system, INSTANCES) == (Lock("volume 30 GiB", True),)
    assert locks(system, "aws_ecr_repository.registry_repository") == (
        Lock("encrypted, KMS", True),
    )
    assert locks(system, "aws_s3_bucket.edge_access_log_bucket") == (
        Lock("encrypted, AES256", True),
    )


def test_encryption_shows_where_it_is_off(vary: Callable[..., Json]) -> None:
    document = vary(
        database={"storage_encrypted": False, "require_tls": False},
        cache={"encryption_at_rest": False, "encryption_in_transit": False, "auth": False},
        cluster={"root_volume_encrypted": False},
    )
    system = drawn(stack(document), "shop-local").pictures[1]
    off = Lock("not encrypted at rest", False)
    assert locks(system, DATABASE) == (off, Lock("TLS not required", False))
    assert locks(system, CACHE) == (off, Lock("no TLS", False))
    assert locks(system, INSTANCES) == (Lock("volume 30 GiB, not encrypted", False),)
