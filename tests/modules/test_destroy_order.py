"""The order in which AWS lets things go, held against the references of the synthesized JSON.

Terraform destroys a resource before those it refers to, and so does `cdktf destroy` by stacks.
"""

import fnmatch
import json
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

from strata.documents import stacks
from strata.documents.layers import LAYERS

ENVIRONMENTS = ("local", "dev", "staging", "prod")

BEFORE = [
    # The scaler would scale a service that is going.
    ("aws_appautoscaling_policy.*", "aws_ecs_service.service_service"),
    ("aws_appautoscaling_target.*", "aws_ecs_service.service_service"),
    # Tasks that lose their roles while they drain leave the service stuck.
    ("aws_ecs_service.service_service", "aws_iam_role.service_task_role"),
    ("aws_ecs_service.service_service", "aws_iam_role.service_execution_role"),
    ("aws_ecs_service.service_service", "aws_iam_role_policy.service_execution*"),
    # No event starts a deployment of a service that is going, and none fails for want of a role.
    ("aws_cloudwatch_event_target.service_*", "aws_sfn_state_machine.service_redeploy"),
    ("aws_cloudwatch_event_target.service_*", "aws_iam_role_policy.service_password_events*"),
    ("aws_sfn_state_machine.service_redeploy", "aws_ecs_service.service_service"),
    ("aws_sfn_state_machine.service_redeploy", "aws_iam_role_policy.service_redeploy*"),
    # RDS deletes the secret with its database.
    ("aws_secretsmanager_secret_rotation.*", "aws_db_instance.database_instance"),
    ("aws_ecs_service.service_service", "aws_cloudwatch_log_group.service_log_group"),
    # ECS refuses to give up a capacity provider, and a cluster, that is in use.
    (
        "aws_ecs_cluster_capacity_providers.cluster_capacity_providers",
        "aws_ecs_capacity_provider.cluster_capacity_provider",
    ),
    (
        "aws_ecs_capacity_provider.cluster_capacity_provider",
        "aws_autoscaling_group.cluster_auto_scaling_group",
    ),
    ("aws_autoscaling_group.cluster_auto_scaling_group", "aws_ecs_cluster.cluster_cluster"),
    # Instances drain with their role, and tell ECS that they go.
    ("aws_autoscaling_group.cluster_auto_scaling_group", "aws_iam_role.cluster_*"),
    (
        "aws_autoscaling_group.cluster_auto_scaling_group",
        "aws_iam_role_policy_attachment.cluster_*",
    ),
    ("aws_autoscaling_group.cluster_auto_scaling_group", "aws_launch_template.*"),
    # A log group that goes before its writer is made again by AWS, and stays.
    ("aws_ecs_cluster.cluster_cluster", "aws_cloudwatch_log_group.cluster_insights_log_group"),
    ("aws_db_instance.*", "aws_cloudwatch_log_group.database_*"),
    # In use: EC2, RDS, ElastiCache and ELB refuse.
    ("aws_lb_listener.*", "aws_lb.edge_load_balancer"),
    ("aws_lb_listener.edge_https_listener", "aws_acm_certificate.edge_certificate"),
    ("aws_lb_listener.edge_https_listener", "aws_lb_target_group.edge_target_group"),
    ("aws_lb.edge_load_balancer", "aws_s3_bucket_policy.*"),
    ("aws_db_instance.database_instance", "aws_db_subnet_group.*"),
    ("aws_db_instance.database_instance", "aws_db_parameter_group.*"),
    (
        "aws_elasticache_replication_group.cache_replication_group",
        "aws_elasticache_subnet_group.*",
    ),
    (
        "aws_elasticache_replication_group.cache_replication_group",
        "aws_elasticache_parameter_group.*",
    ),
    ("aws_flow_log.network_flow_log", "aws_iam_role_policy.network_flow_log_role_policy"),
    ("aws_nat_gateway.*", "aws_internet_gateway.network_internet_gateway"),
    ("aws_nat_gateway.*", "aws_eip.*"),
    ("aws_vpc_security_group_ingress_rule.*", "aws_security_group.*"),
]
"""What must be gone, and before what. Of several that match a pattern, each one on either side has
a partner on the other."""


@pytest.fixture(scope="module")
def layers(synthesized: Path) -> Callable[[str], dict[str, stacks.Stack]]:
    """Environment -> its layers' stacks."""

    def read(environment: str) -> dict[str, stacks.Stack]:
        files = {one: synthesized / "stacks" / f"{environment}-{one}" for one in LAYERS}
        return {
            layer: stacks.stack(json.loads((folder / "cdk.tf.json").read_text()))
            for layer, folder in files.items()
        }

    return read


def order(stack: stacks.Stack) -> "nx.DiGraph[str]":
    """An edge from each resource to every one that outlives it."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for address, resource in {**stack.resources, **stack.data}.items():
        graph.add_node(address)
        for reference in stacks.references(resource.body):
            graph.add_edge(address, reference.address)
        graph.add_edges_from((address, other) for other in resource.body.get("depends_on", []))
    return graph


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_goes_before_what_it_uses(
    environment: str, layers: Callable[[str], dict[str, stacks.Stack]]
) -> None:
    unmatched = []
    graphs = [order(stack) for stack in layers(environment).values()]
    assert all(nx.is_directed_acyclic_graph(graph) for graph in graphs)
    for first, later in BEFORE:
        pairs = 0
        for graph in graphs:
            users, used = fnmatch.filter(graph, first), fnmatch.filter(graph, later)
            found = [(a, b) for a in users for b in used if nx.has_path(graph, a, b)]
            if users and used:
                assert {a for a, _ in found} == set(users), (first, later)
                assert {b for _, b in found} == set(used), (first, later)
            pairs += len(found)
        if not pairs:
            unmatched.append(first)
    # What an environment does not have at all.
    small = ["aws_lb.", "aws_nat", "aws_db_instance.*"]
    absent = {"local": small, "dev": small}
    assert all(one.startswith(tuple(absent.get(environment, ["aws_lb."]))) for one in unmatched)


def test_the_test_sees_a_missing_order(layers: Callable[[str], dict[str, stacks.Stack]]) -> None:
    graph = order(layers("local")["cluster"])
    group, cluster = (
        "aws_autoscaling_group.cluster_auto_scaling_group",
        "aws_ecs_cluster.cluster_cluster",
    )
    assert nx.has_path(graph, group, cluster)
    graph.remove_edge(group, cluster)
    assert not nx.has_path(graph, group, cluster)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_cdktf_knows_which_layer_goes_before_which(environment: str, synthesized: Path) -> None:
    manifest = json.loads((synthesized / "manifest.json").read_text())["stacks"]
    known: nx.DiGraph[str] = nx.DiGraph()
    for layer in LAYERS:
        for other in manifest[f"{environment}-{layer}"]["dependencies"]:
            known.add_edge(layer, other.removeprefix(f"{environment}-"))
    ours: nx.DiGraph[str] = nx.DiGraph(
        [(layer, other) for layer, needs in LAYERS.items() for other in needs]
    )
    assert set(nx.transitive_closure(known).edges) == set(nx.transitive_closure(ours).edges)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_service_is_scaled_in_and_the_group_ends_with_its_instances(
    environment: str, layers: Callable[[str], dict[str, stacks.Stack]]
) -> None:
    found = layers(environment)
    service = found["service"].resources["aws_ecs_service.service_service"].body
    # With it the provider deletes the service without scaling it to zero first.
    assert not service.get("force_delete")
    group = found["cluster"].resources["aws_autoscaling_group.cluster_auto_scaling_group"].body
    assert group["force_delete"] is True
    provider = found["cluster"].resources["aws_ecs_capacity_provider.cluster_capacity_provider"]
    scaling = provider.body["auto_scaling_group_provider"]
    assert scaling["managed_termination_protection"] == "DISABLED"
    assert scaling["managed_draining"] == "ENABLED"
