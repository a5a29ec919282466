"""Cloud Map refuses names twice, and to delete what ECS uses."""

import pytest

from tests.emulator.refusals.test_ecs import connected, namespace, server, service
from tests.emulator.refusals.world import Aws, refuses

pytestmark = pytest.mark.emulator


def test_namespace_of_that_name(aws: Aws) -> None:
    cloud_map = aws("servicediscovery")
    cloud_map.create_http_namespace(Name="twice")
    with refuses("NamespaceAlreadyExists", "Namespace with name twice already exists"):
        cloud_map.create_http_namespace(Name="twice")


def test_namespace_in_use(aws: Aws) -> None:
    arn, id_ = namespace(aws)
    made = service(aws, taskDefinition=server(aws), **connected(arn, "stock"))
    with refuses("ResourceInUse", "Namespace has associated services"):
        aws("servicediscovery").delete_namespace(Id=id_)
    aws("ecs").delete_service(cluster=made["cluster"], service=made["serviceName"])
    aws("servicediscovery").delete_namespace(Id=id_)
