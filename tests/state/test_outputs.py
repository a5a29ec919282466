"""What there is to use, of states as Terraform writes them."""

from typing import Any

from strata.documents.layers import LAYERS
from strata.state.outputs import Endpoint, output
from strata.state.states import State
from strata.views.text.output import text

Json = dict[str, Any]


def state(outputs: Json | None = None, **resources: Json) -> State:
    """A state with outputs, and a resource of each type with these attributes."""
    document = {
        "version": 4,
        "outputs": {
            name: {"value": value, "type": "string"} for name, value in (outputs or {}).items()
        },
        "resources": [
            {
                "mode": "managed",
                "type": kind,
                "name": "x",
                "instances": [{"attributes": attributes}],
            }
            for kind, attributes in resources.items()
        ],
    }
    return State("lineage", 1, document)


ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
APPLIED = {
    **dict.fromkeys(LAYERS),
    "edge": state(
        {
            "url": "https://api.example.com",
            "load_balancer_dns_name": "shop-1.eu-central-1.elb.amazonaws.com",
            "name_servers": ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"],
        }
    ),
    "registry": state({"repository_url": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop"}),
    "database": state(
        {"address": "db.internal", "master_user_secret_arn": f"{ARN}rds"},
        aws_db_instance={
            "address": "db.internal",
            "port": 3306,
            "identifier": "shop-prod-database",
            "enabled_cloudwatch_logs_exports": ["error", "slowquery"],
            "password": "never shown",
        },
    ),
    "cache": state(
        {"auth_token_secret_arn": f"{ARN}redis"},
        aws_elasticache_replication_group={
            "primary_endpoint_address": "redis.internal",
            "reader_endpoint_address": "redis-ro.internal",
            "num_cache_clusters": 2,
            "port": 6379,
        },
    ),
    "service": state(aws_cloudwatch_log_group={"name": "/shop-prod/service"}),
}


def test_everything_that_is_to_be_used_is_read_from_the_states() -> None:
    found = output("prod", APPLIED)
    assert found.address == "https://api.example.com"
    assert found.name_servers == ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]
    assert found.endpoints == [
        Endpoint(name="database", host="db.internal", port=3306),
        Endpoint(name="cache", host="redis.internal", port=6379),
        Endpoint(name="cache replicas", host="redis-ro.internal", port=6379),
    ]
    # RDS makes the groups of exported logs itself: no state has them.
    assert found.log_groups == [
        "/aws/rds/instance/shop-prod-database/error",
        "/aws/rds/instance/shop-prod-database/slowquery",
        "/shop-prod/service",
    ]
    assert found.secrets == {"database password": f"{ARN}rds", "Redis token": f"{ARN}redis"}
    assert found.not_applied == ["network", "cluster"]
    assert "never shown" not in found.model_dump_json()


def test_text_has_each_whole_on_a_line_of_its_own() -> None:
    lines = text(output("prod", APPLIED)).splitlines()
    assert "address           https://api.example.com" in lines
    assert "cache replicas    redis-ro.internal:6379" in lines
    assert f"Redis token       {ARN}redis" in lines
    assert [one.split()[-1] for one in lines if one.startswith("name server")] == [
        "ns-1.awsdns-01.org", "ns-2.awsdns-02.com"
    ]  # fmt: skip
    assert lines[-1] == "not applied       network, cluster"


def test_of_nothing_applied_nothing_is_there() -> None:
    found = output("prod", dict.fromkeys(LAYERS))
    assert found.not_applied == list(LAYERS)
    assert text(found) == f"not applied {', '.join(LAYERS)}\n"
