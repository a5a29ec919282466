"""Workers of `[services]`: what is refused by key and cure, and the room that their tasks need."""

import copy
from typing import Any

import pytest

from strata.settings.capacity import worker_room
from strata.settings.load import judge
from strata.settings.models import Worker
from tests.settings.test_capacity import BASE

Json = dict[str, Any]

MAIL: Json = {"command": ["node", "mail.js"]}
QUEUED: Json = {"max_count": 2, "queue": "mails", "messages_per_task": 10}


def with_workers(services: Json, **sections: Json) -> Json:
    data: Json = copy.deepcopy(BASE)
    data["cluster"]["max_size"] = 9
    for section, values in sections.items():
        data[section] |= values
    return {**data, "services": services}


def refused(data: Json) -> list[str]:
    return [f"{'.'.join(map(str, one.key))}: {one.wrong} | {one.right}" for one in judge(data)[1]]


RIGHT: list[Json] = [
    {},
    {"mail": MAIL},
    {
        "a": {**MAIL, "desired_count": 0},
        "order-queue-2": {**MAIL, "memory_mib": 64, "cpu": 128},
    },
    {"a" * 32: {**MAIL, "max_count": 2, "cpu_percent": 42.5}},
    {"a": {"repository": "shop/a", "image_tag": "7"}, "b": {**MAIL, "repository": "shop/a"}},
    {"a": {**MAIL, "image_tag": "2.0.0-rc.1"}},
]


def test_what_ecs_takes_is_right() -> None:
    for services in RIGHT:
        assert refused(with_workers(services)) == [], services


REFUSED: list[tuple[str, Json, str]] = [
    # name, what it has beside or instead, words that must stand in the message
    ("api", {}, "services.api: is the name of [service] itself"),
    ("Mail", {}, "services.Mail: is not a valid name for a service"),
    ("mail_queue", {}, "is not a valid name"),
    ("a" * 33, {}, "1 to 32 lower-case letters"),
    ("mail", {"command": []}, "services.mail.command"),
    ("mail", {"command": []}, "or a repository for an image of its own"),
    ("mail", {"repository": "shop-local"}, "services.mail.repository: is the repository of"),
    ("mail", {"repository": "Shop/mail"}, "services.mail.repository: is not a valid name"),
    ("mail", {"repository": "a"}, "services.mail.repository: has 1 characters"),
    ("mail", {"image_tag": "a b"}, "services.mail.image_tag: is no image tag"),
    ("mail", {"image_tag": ""}, "services.mail.image_tag: is no image tag"),
    ("mail", {"image_tag": "latest"}, "services.mail.image_tag: moves with every push"),
    ("mail", {"command": [" "]}, "services.mail.command: has no program to run"),
    ("mail", {"command": ["mail", "--password", "hunter2hunter2"]}, "looks like a secret"),
    ("mail", {"max_count": 1}, "services.mail.max_count: is not more than desired_count, 1"),
    ("mail", {"cpu_percent": 0}, "services.mail.cpu_percent"),
    ("mail", {"cpu_percent": 101}, "services.mail.cpu_percent"),
    ("mail", {"cpu_percent": 50}, "services.mail.cpu_percent: has no effect: the service does not"),
    ("mail", {"container_port": 3000}, "services.mail.container_port"),
    (
        "mail",
        {"desired_count": 0, "max_count": 2},
        "services.mail.desired_count: leaves no task whose CPU could be measured",
    ),
    (
        "mail",
        {**QUEUED, "desired_count": 0},
        "services.mail.desired_count: leaves no task whose messages for each task could be",
    ),
    ("mail", {**QUEUED, "queue": "arn:aws:sns:a:b:c"}, "services.mail.queue: is neither"),
    ("mail", {**QUEUED, "queue": "mails.fifo.x"}, "services.mail.queue: is neither"),
    ("mail", {**QUEUED, "queue": "a" * 81}, "services.mail.queue: is neither"),
    (
        "mail",
        {**QUEUED, "queue": "arn:aws:sqs:us-east-1:123456789012:mails"},
        "services.mail.queue: is in another region or account",
    ),
    (
        "mail",
        {**QUEUED, "queue": "arn:aws:sqs:eu-central-1:210987654321:mails"},
        "services.mail.queue: is in another region or account",
    ),
    (
        "mail",
        {"queue": "mails", "max_count": 2},
        "services.mail.queue: is given without messages_per_task",
    ),
    (
        "mail",
        {"queue": "mails", "messages_per_task": 5},
        "services.mail.queue: has no effect: the service does not scale without max_count",
    ),
    (
        "mail",
        {"messages_per_task": 5, "max_count": 2},
        "services.mail.messages_per_task: has no effect without a queue",
    ),
    ("mail", {**QUEUED, "messages_per_task": 0}, "services.mail.messages_per_task"),
    ("mail", {**QUEUED, "messages_per_task": 1.5}, "services.mail.messages_per_task"),
    (
        "mail",
        {**QUEUED, "cpu_percent": 50},
        "services.mail.cpu_percent: has no effect: the service scales by its queue",
    ),
    ("mail", {"port": 0}, "services.mail.port"),
    ("mail", {"port": 65536}, "services.mail.port"),
    ("mail", {"port": 3001, "protocol": "udp"}, "services.mail.protocol"),
    ("mail", {"protocol": "grpc"}, "services.mail.protocol: has no effect without a port"),
    (
        "mail",
        {"port": 3001, "route": {"priority": 1, "paths": ["/mail"]}},
        "services.mail.port: is of an internal service, and this one has a route",
    ),
    ("db", {"port": 3001}, "services.db: would be in the variable DB_HOST"),
    ("redis", {"port": 3001}, "services.redis: would be in the variable REDIS_HOST"),
    ("localhost", {"port": 3001}, "services.localhost: is the name of every host"),
    ("mail", {"memory_mib": 900}, "services.mail.memory_mib: does not fit an instance"),
    ("mail", {"cpu": 4096}, "services.mail.cpu: does not fit an instance"),
]


def test_what_cannot_be_is_refused_with_its_key() -> None:
    for name, more, said in REFUSED:
        problems = refused(with_workers({name: {**MAIL, **more}}))
        assert any(said in problem for problem in problems), f"{name}, {more}: {problems}"


ROOM: list[tuple[int, int | None, int]] = [
    (0, None, 0),
    (1, None, 2),
    (2, None, 2),
    (1, 5, 5),
    (0, 1, 2),
]


def test_a_deployment_of_a_single_task_needs_room_for_a_second() -> None:
    for count, most, room in ROOM:
        assert worker_room(Worker(command=["a"], desired_count=count, max_count=most)) == room, (
            count,
            most,
        )


@pytest.mark.parametrize(("most", "enough"), [(6, False), (7, True)])
def test_the_tasks_of_a_worker_have_room_beside_those_of_the_service(
    most: int, enough: bool
) -> None:
    sizes = {"cpu": 1024, "memory_mib": 512}
    # Five instances for five tasks, and two for the one task of the worker in a deployment.
    data = with_workers({"mail": MAIL}, cluster={"max_size": most}, service=sizes)
    problems = refused(data)
    assert (problems == []) is enough, problems
    assert all("2 of mail (576 MiB, 1024 CPU units) of [services]" in one for one in problems)


def test_a_worker_needs_no_port_of_its_own() -> None:
    fixed = {"host_port": 8080, "cpu": 128, "memory_mib": 64}
    assert refused(with_workers({"mail": MAIL}, service=fixed, cluster={"max_size": 5})) == []


@pytest.mark.parametrize(
    "queue", ["mails", "mails.fifo", "arn:aws:sqs:eu-central-1:123456789012:mails.fifo"]
)
def test_a_worker_scales_by_a_queue_of_this_account_and_region(queue: str) -> None:
    assert refused(with_workers({"mail": {**MAIL, **QUEUED, "queue": queue}},
                                cluster={"max_size": 20})) == []  # fmt: skip
    worker = Worker(command=["mail"], queue=queue)
    assert worker.queue_name in ("mails", "mails.fifo")


def test_a_variable_of_a_server_is_not_the_users_own() -> None:
    def problems(services: Json) -> list[str]:
        return refused(with_workers(services, service={"environment": {"MAIL_HOST": "smtp"}}))

    assert problems({"mail": MAIL}) == []
    (problem,) = problems({"mail": {**MAIL, "port": 3001, "cpu": 128, "memory_mib": 64}})
    assert problem.startswith("service.environment.MAIL_HOST: is a variable that Strata sets")


@pytest.mark.parametrize(("port", "most", "enough"), [
    (None, 3, False), (None, 4, True), (3001, 6, False), (3001, 7, True),
])  # fmt: skip
def test_the_proxies_count_in_the_room_that_tasks_need(
    port: int | None, most: int, enough: bool
) -> None:
    stock = {**MAIL, **({"port": port} if port else {})}
    size = {"cpu": 1024, "memory_mib": 256}
    problems = refused(with_workers({"stock": stock}, cluster={"max_size": most}, service=size))
    # Two tasks of 1024 CPU units fit on 2048, and one of 1280; there are seven.
    assert (problems == []) is enough, problems
    assert all(("384 MiB, 1280" if port else "320 MiB, 1024") in one for one in problems)


def test_a_task_that_fits_without_a_proxy_alone_is_refused_with_the_arithmetic() -> None:
    size = {"memory_mib": 800, "cpu": 1024}
    data = with_workers({"mail": {**MAIL, "memory_mib": 64, "cpu": 128}}, service=size)
    assert refused(data) == []
    data["services"]["mail"]["port"] = 3001
    (problem,) = refused(data)
    assert problem.startswith("service.memory_mib: does not fit its instance")
    assert "800 + 64 of /tmp + 64 of Service Connect = 928 MiB" in problem
    assert "since its tmpfs and the proxy of Service Connect count too" in problem


def test_containers_have_no_links_beside_a_service_with_a_port() -> None:
    sidecar = {
        "name": "proxy", "memory_mib": 32, "cpu": 64,
        "image": f"public.ecr.aws/nginx/nginx@sha256:{'a' * 64}",
    }  # fmt: skip
    service = {"cpu": 512, "memory_mib": 256, "sidecars": [sidecar], "links": ["proxy"]}
    small = {**MAIL, "cpu": 128, "memory_mib": 64}
    assert refused(with_workers({"mail": small}, service=service)) == []
    (problem,) = refused(with_workers({"mail": {**small, "port": 3001}}, service=service))
    assert problem.startswith("service.links: cannot be beside a service with a port")
    linked = {
        **service,
        "links": [],
        "sidecars": [sidecar, {**sidecar, "name": "b", "links": ["proxy"]}],
    }
    (problem,) = refused(with_workers({"mail": {**small, "port": 3001}}, service=linked))
    assert problem.startswith("service.sidecars.1.links: cannot be beside")
