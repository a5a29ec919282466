"""What a finished apply left to use: addresses, names and ARNs, read from the states."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from strata.documents import Json
from strata.state.states import States


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Endpoint(_Data):
    """Where something inside the VPC listens."""

    name: str = Field(description="database, cache, or cache replicas.")
    host: str
    port: int


class Output(_Data):
    """What an environment offers. No value is a secret: of those it gives ARNs."""

    environment: str
    address: str | None = Field(description="URL of the API; null until edge is applied.")
    load_balancer: str | None = Field(description="DNS name that the address leads to.")
    name_servers: list[str] = Field(
        description="Of the hosted zone, if it is made here: what the registrar must name."
    )
    repository: str | None = Field(description="Where images are pushed to, without a tag.")
    endpoints: list[Endpoint] = Field(description="Reachable inside the VPC alone.")
    log_groups: list[str] = Field(description="Names in CloudWatch Logs.")
    secrets: dict[str, str] = Field(description="What it is -> ARN in Secrets Manager.")
    not_applied: list[str] = Field(description="Layers without a state.")


def output(environment: str, states: States) -> Output:
    """The output of an environment with these states."""
    documents = {layer: state.document for layer, state in states.items() if state}
    values = {
        name: body.get("value")
        for document in documents.values()
        for name, body in (document.get("outputs") or {}).items()
    }
    secrets = {
        "database password": values.get("master_user_secret_arn"),
        "database user": values.get("app_user_secret_arn"),
        "Redis token": values.get("auth_token_secret_arn"),
    }
    return Output(
        environment=environment,
        address=values.get("url"),
        load_balancer=values.get("load_balancer_dns_name"),
        name_servers=values.get("name_servers") or [],
        repository=values.get("repository_url"),
        endpoints=list(_endpoints(documents)),
        log_groups=sorted(set(_log_groups(documents))),
        secrets={name: arn for name, arn in secrets.items() if arn},
        not_applied=[layer for layer, state in states.items() if state is None],
    )


def _endpoints(documents: dict[str, Json]) -> Iterator[Endpoint]:
    for database in _attributes(documents, "aws_db_instance"):
        yield Endpoint(name="database", host=database["address"], port=database["port"])
    for cache in _attributes(documents, "aws_elasticache_replication_group"):
        host = cache["primary_endpoint_address"]
        yield Endpoint(name="cache", host=host, port=cache["port"])
        replicas = (cache.get("num_cache_clusters") or 1) - 1
        if replicas and (host := cache.get("reader_endpoint_address")):
            yield Endpoint(name="cache replicas", host=host, port=cache["port"])


def _log_groups(documents: dict[str, Json]) -> Iterator[str]:
    for group in _attributes(documents, "aws_cloudwatch_log_group"):
        yield group["name"]
    # Strata made none of these before 0.3, and RDS makes those that are missing (User Guide,
    # "Publishing database logs to CloudWatch Logs").
    for database in _attributes(documents, "aws_db_instance"):
        for log in database.get("enabled_cloudwatch_logs_exports") or []:
            yield f"/aws/rds/instance/{database['identifier']}/{log}"


def _attributes(documents: dict[str, Json], kind: str) -> Iterator[dict[str, Any]]:
    """The attributes of every managed resource of a type."""
    for document in documents.values():
        for resource in document["resources"]:
            if resource["mode"] == "managed" and resource["type"] == kind:
                for instance in resource.get("instances", []):
                    yield instance["attributes"]
