"""What a task definition says of its containers."""

import json
from typing import Any

from strata.resources.containers import PortMapping, containers
from tests.raised import raised

WHOLE: dict[str, Any] = {
    "name": "api",
    "image": "example.com/api:1",
    "user": "1000:1000",
    "cpu": 256,
    "memory": 512,
    "privileged": True,
    "readonlyRootFilesystem": True,
    "portMappings": [{"containerPort": 3000, "hostPort": 0}, {"containerPort": 9000}],
    "environment": [{"name": "DB_HOST", "value": "db"}, {"name": "EMPTY"}],
    "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:x"}],
    "linuxParameters": {
        "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
        "devices": [{"hostPath": "/dev/fuse"}],
        "tmpfs": [{"size": 64}, {"size": 16}],
        "sharedMemorySize": 8,
    },
    "dockerSecurityOptions": ["no-new-privileges"],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/api"}},
}


def capitals(found: Any) -> Any:
    """The same with each key as the Go of an SDK would write it."""
    if isinstance(found, dict):
        return {key[:1].upper() + key[1:]: capitals(value) for key, value in found.items()}
    return [capitals(one) for one in found] if isinstance(found, list) else found


def test_all_that_a_definition_says_is_read() -> None:
    (one,) = containers(json.dumps([WHOLE]))
    assert (one.name, one.image, one.user) == ("api", "example.com/api:1", "1000:1000")
    assert (one.cpu, one.memory, one.tmpfs, one.shared_memory) == (256, 512, 80, 8)
    assert one.privileged and one.read_only_root
    assert one.ports == (PortMapping(3000, 0), PortMapping(9000, None))
    assert one.environment == {"DB_HOST": "db", "EMPTY": ""}
    assert one.secrets == {"DB_PASSWORD": "arn:aws:secretsmanager:x"}
    assert one.added_capabilities == ("NET_ADMIN",)
    assert one.dropped_capabilities == {"ALL"}
    assert one.devices == ("/dev/fuse",)
    assert one.security_options == ("no-new-privileges",)
    assert one.log_options == {"awslogs-group": "/ecs/api"}


def test_keys_count_in_any_case() -> None:
    ours, theirs = containers([WHOLE]), containers([capitals(WHOLE)])
    assert [one.ports for one in theirs] == [one.ports for one in ours]
    assert [one.environment for one in theirs] == [one.environment for one in ours]
    assert [one.added_capabilities for one in theirs] == [("NET_ADMIN",)]
    assert theirs[0].privileged and theirs[0].tmpfs == 80


def test_what_is_not_written_has_no_number() -> None:
    (one,) = containers([{"name": "a", "memory": None}])
    assert (one.cpu, one.memory, one.ports) == (None, None, ())
    assert not one.privileged and not one.read_only_root


NO_LISTS: list[object] = [None, "", "{}", "[1]", "no JSON", {"name": "a"}, "${local.a}"]


def test_what_is_no_list_of_definitions_is_refused() -> None:
    for found in NO_LISTS:
        assert raised(ValueError, containers, found), found
