"""AWS for what Terraform does not do: questions before the work, locks, inventory."""

import re
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import Loader, create_loader
from botocore.session import Session

from strata.settings.models import Environment

IMPATIENT = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})
"""For checks before the work: an endpoint that does not answer fails within seconds."""


def session(environment: Environment) -> boto3.Session:
    """A session in the environment's region, with the credentials of this shell.

    Only the services' descriptions and botocore's own handlers are shared with other sessions, no
    credentials and no settings.
    """
    made = boto3.Session(region_name=environment.region, botocore_session=core_session())
    # boto3 adds the path of its own descriptions for each session.
    loader = _loader()
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)
    return made


def core_session() -> Session:
    """What is below a session: its clients lack what boto3 adds, which S3's takes 0.05 s to import
    (boto3 1.35.99: uploads in parts, by threads and processes)."""
    core = Session(event_hooks=copy(_handlers()), include_builtin_handlers=False)
    core.register_component("data_loader", _loader())
    return core


@cache
def _handlers() -> HierarchicalEmitter:
    """botocore's own handlers, registered once; each session gets a copy, as each client does:
    registering them is most of what a session costs, 4 ms (botocore 1.35.99)."""
    handlers = HierarchicalEmitter()
    Session(event_hooks=handlers)
    return handlers


@cache
def _loader() -> Loader:
    """Reads botocore's descriptions of services, each file once: parsing them is most of what a
    client costs, 0.1 s (botocore 1.35.99)."""
    return create_loader()


def parts(arn: str) -> tuple[str, str, str]:
    """Service, kind and name: `ecs`, `service` and `shop/api`; a bucket's kind is empty."""
    _arn, _partition, service, _region, _account, resource = arn.split(":", 5)
    match = re.search("[:/]", resource)
    if match is None:
        return service, "", resource
    return service, resource[: match.start()], resource[match.end() :]


GLOBAL_REGION = "us-east-1"
"""Where AWS keeps the tags of global resources, such as hosted zones."""


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """The entries under `key` on all pages of an operation's answer."""
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page[key]
    else:
        yield from getattr(client, operation)(**arguments)[key]


def tagged(
    aws: boto3.Session, region: str, tags: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """ARN and tags of the resources with `tags` in the tagging service of a region."""
    filters = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    client = aws.client("resourcegroupstaggingapi", region_name=region)
    resources = pages(client, "get_resources", "ResourceTagMappingList", TagFilters=filters)
    for resource in resources:
        yield resource["ResourceARN"], {tag["Key"]: tag["Value"] for tag in resource["Tags"]}
