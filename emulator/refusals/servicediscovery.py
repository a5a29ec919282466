"""What AWS Cloud Map refuses."""

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("servicediscovery")


@TABLE.row(
    "CreateHttpNamespace",
    code="NamespaceAlreadyExists",
    source="Cloud Map API Reference, CreateHttpNamespace, errors, 2026-11: words believed",
)
def namespace_of_that_name(call: Call) -> str | None:
    known = call.backend("servicediscovery").namespaces.values()
    if any(one.name == call.get("Name") for one in known):
        return f"Namespace with name {call.get('Name')} already exists."
    return None


@TABLE.row(
    "DeleteNamespace",
    code="ResourceInUse",
    source="Cloud Map API Reference, DeleteNamespace, errors: a namespace with services; ECS "
    "Developer Guide, Service Connect: a service of ECS has one there, 2026-11: words believed",
)
def namespace_in_use(call: Call) -> str | None:
    namespace = call.backend("servicediscovery").namespaces.get(call.get("Id"))
    for service in call.backend("ecs").services.values():
        connect = getattr(service, "connect", None) or {}
        names = (namespace.arn, namespace.name) if namespace else ()
        serves = connect.get("enabled") and connect.get("services")
        if service.status != "INACTIVE" and serves and connect.get("namespace") in names:
            return f"Namespace has associated services: {service.name}"
    return None
