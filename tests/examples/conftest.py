"""Real servers, and the example service on them."""

import json
import secrets as random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples.machines import Authority, MySql, Redis, Way
from tests.examples.service import Place, Secrets, Service, environment

Json = dict[str, Any]
Run = Callable[..., Service]


@pytest.fixture(scope="session")
def task(composed: Callable[[str], Json]) -> Json:
    """The container definition that `local` is synthesized to."""
    tasks = composed("local")["resource"]["aws_ecs_task_definition"]
    (container,) = json.loads(tasks["service_task_definition"]["container_definitions"])
    return dict(container)


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    """A password with what RDS may put into one, and a token as Strata makes it."""
    password = random.token_urlsafe(20) + "!#$%^&*()_+=[]{}|:;<>?,.~'`\\-"
    # RDS takes no slash, quotation mark, at sign or blank; a token has no punctuation.
    return Secrets({"username": "shop_admin", "password": password}, random.token_hex(32))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """What RDS's and Amazon's authorities are to the image."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def mysql(authority: Authority, task: Json, secrets: Secrets) -> Iterator[MySql]:
    """A database with the schema and the user of the settings."""
    server = MySql(authority)
    [schema] = [one["value"] for one in task["environment"] if one["name"] == "DB_NAME"]
    user, password = secrets.mysql["username"], quoted(secrets.mysql["password"])
    server.sql(
        f"CREATE DATABASE {schema}; CREATE USER {user}@'%' IDENTIFIED BY {password};"
        f"GRANT ALL ON {schema}.* TO {user}@'%';"
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def redis(authority: Authority, secrets: Secrets) -> Iterator[Redis]:
    """A cache."""
    server = Redis(authority, secrets.redis)
    yield server
    server.stop()


@pytest.fixture
def fresh(mysql: MySql, redis: Redis, task: Json) -> None:
    """No table and no key that an earlier test made."""
    redis.command("FLUSHALL")
    mysql.sql("DROP TABLE IF EXISTS shop.orders, shop.products;")


@pytest.fixture
def run(
    fresh: None, mysql: MySql, redis: Redis, authority: Authority, task: Json, secrets: Secrets,
    tmp_path: Path,
) -> Iterator[Run]:  # fmt: skip
    """Starts the service as its task definition says, but for what is given: `place`, `secrets`,
    the `authority` it trusts, and single variables (None: not there).

    However it ends, it has logged no secret.
    """
    started: list[Service] = []
    told = [secrets]

    def start(
        place: Place | None = None,
        secrets: Secrets = secrets,
        authority: Authority = authority,
        **changed: str | None,
    ) -> Service:
        place = place or Place(mysql.port, redis.port)
        variables = {**environment(task, place, secrets), **changed}
        given = {name: value for name, value in variables.items() if value is not None}
        log = tmp_path / f"log-{len(started)}"
        service = Service(task, given, authority.certificate, log)
        started.append(service.start())
        told.append(secrets)
        return service

    yield start
    for service in started:
        service.process.kill()
        service.process.wait()
        for one in told:
            for value in (*one.mysql.values(), one.redis):
                assert value not in service.said()


@pytest.fixture
def way() -> Iterator[Callable[[int], Way]]:
    """Ways to servers that a test opens and closes."""
    made: list[Way] = []

    def make(target: int) -> Way:
        made.append(Way(target))
        return made[-1]

    yield make
    for one in made:
        one.close()


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
