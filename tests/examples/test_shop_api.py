"""The example service does what docs/your-container.md says, on a real Redis and MariaDB."""

import json
import re
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import Run, quoted
from tests.examples.machines import ELSEWHERE, Authority, MySql, Redis, Way, free_port, until
from tests.examples.service import EXAMPLE, Place, Secrets, Service, node

Json = dict[str, Any]
ORDER = {"product": 1, "quantity": 2}


def stock(service: Service) -> int:
    """How much of the first product is left, as the service says."""
    return int(service.ask("/products").body["products"][0]["stock"])


def where(service: Service) -> str:
    """Where a list of products came from."""
    return service.ask("/products").headers["x-cache"]


# Products and orders


def test_products_come_from_mysql_and_then_from_redis(run: Run, redis: Redis) -> None:
    service = run().healthy()
    first, second = service.ask("/products"), service.ask("/products")
    assert (first.status, first.headers["x-cache"]) == (200, "miss")
    assert (second.status, second.headers["x-cache"]) == (200, "hit")
    assert first.body == second.body
    assert first.body["products"][2] == {
        "id": 3, "name": "Hand grinder", "priceCents": 8900, "stock": 5,
    }  # fmt: skip
    [stored] = redis.command("GET", "products")
    assert json.loads(stored) == first.body["products"]


def test_every_key_lives_180_seconds_at_most(run: Run, redis: Redis) -> None:
    service = run().healthy()
    service.ask("/products")
    assert service.ask("/orders", ORDER).status == 201
    service.ask("/products")
    keys = redis.command("KEYS", "*")
    assert sorted(keys) == ["products", "products:changed"]
    lives = [int(redis.command("TTL", key)[0]) for key in keys]
    assert all(0 < life <= 180 for life in lives)


def test_an_order_is_seen_by_the_next_reader(run: Run, mysql: MySql) -> None:
    service = run().healthy()
    before = stock(service)
    answer = service.ask("/orders", ORDER)
    assert answer.status == 201
    assert where(service) == "miss"
    assert (stock(service), where(service)) == (before - 2, "hit")
    assert mysql.sql("SELECT product, quantity FROM shop.orders") == ["1\t2"]


def test_an_order_that_cannot_be_filled_changes_nothing(run: Run, mysql: MySql) -> None:
    service = run().healthy()
    orders: dict[int, list[Json]] = {
        404: [{"product": 9, "quantity": 1}],
        409: [{"product": 3, "quantity": 6}],
        400: [{"product": 3, "quantity": 0}, {"product": "x", "quantity": 1}, {"product": 3}],
    }
    for status, all_alike in orders.items():
        for order in all_alike:
            assert service.ask("/orders", order).status == status, order
    assert mysql.sql("SELECT count(*) FROM shop.orders; SELECT stock FROM shop.products") == [
        "0", "40", "25", "5",
    ]  # fmt: skip


def test_a_slow_reader_does_not_bring_back_what_an_order_changed(
    fresh: None, redis: Redis, authority: Authority
) -> None:
    """It read the list before the order, and stores it after."""
    script = f"""
        import {{ Cache }} from '{EXAMPLE}/src/cache.js';
        const {{ HOST: host, PORT: port, TOKEN: password }} = process.env;
        const log = {{ warn: (...said) => console.error(...said) }};
        const cache = new Cache({{ host, port, password, tls: true }}, {{ log, refused() {{}} }});
        await cache.open();
        const ask = (load) => cache.read('list', load);
        await ask(async () => {{ await cache.forget('list'); return 'old'; }});
        console.log(JSON.stringify([await ask(() => 'new'), await ask(() => 'newer')]));
        cache.close();
    """
    done = subprocess.run(
        [node(), "--input-type=module", "--eval", script],
        env={
            "HOST": "localhost", "PORT": str(redis.port), "TOKEN": redis.token,
            "NODE_EXTRA_CA_CERTS": str(authority.certificate),
        },
        cwd=EXAMPLE, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout) == [
        {"value": "new", "cache": "miss"},
        {"value": "new", "cache": "hit"},
    ]


# Health and the load balancer


def test_the_load_balancer_finds_it_healthy(run: Run, composed: Callable[[str], Json]) -> None:
    resources = composed("local")["resource"]
    [group] = resources["aws_lb_target_group"].values()
    [balancer] = resources["aws_lb"].values()
    check = group["health_check"]
    low, high = map(int, check["matcher"].split("-"))
    service = run().healthy()
    answer = service.ask(check["path"])
    assert low <= answer.status <= high
    kept = re.fullmatch(r"timeout=([0-9]+)", answer.headers["keep-alive"])
    assert kept
    assert int(kept[1]) > balancer["idle_timeout"]


def test_it_waits_for_mysql_and_is_not_healthy_before(
    run: Run, mysql: MySql, redis: Redis, way: Callable[[int], Way]
) -> None:
    to_mysql = way(mysql.port)
    service = run(Place(to_mysql.port, redis.port))
    until(lambda: "MySQL is not there" in service.said(), "a first attempt")
    assert service.health() == 503
    to_mysql.open()
    service.healthy()
    assert where(service) == "miss"


@pytest.mark.parametrize("in_handshake", [False, True])
def test_a_lost_connection_is_tried_again(
    in_handshake: bool, run: Run, mysql: MySql, redis: Redis, way: Callable[[int], Way]
) -> None:
    to_mysql = way(mysql.port)
    to_mysql.open()
    service = run(Place(to_mysql.port, redis.port)).healthy()
    to_mysql.drop(2, in_handshake=in_handshake)
    assert service.ask("/products").status == 200
    to_mysql.drop(2, in_handshake=in_handshake)
    assert service.ask("/orders", ORDER).status == 201
    assert service.messages().count("MySQL failed") >= 4
    assert mysql.sql("SELECT count(*) FROM shop.orders") == ["1"]


def test_while_mysql_is_away_clients_are_told_to_try_again_and_the_task_stays(
    run: Run, mysql: MySql, redis: Redis, way: Callable[[int], Way]
) -> None:
    to_mysql = way(mysql.port)
    to_mysql.open()
    service = run(Place(to_mysql.port, redis.port)).healthy()
    service.ask("/products")
    to_mysql.close()
    assert where(service) == "hit"
    refused = service.ask("/orders", ORDER)
    assert (refused.status, refused.body) == (503, {"error": "try again"})
    assert service.health() == 200
    to_mysql.open()
    assert service.ask("/orders", ORDER).status == 201


def test_without_redis_it_serves_from_mysql_and_goes_back_to_it(
    run: Run, mysql: MySql, redis: Redis, way: Callable[[int], Way]
) -> None:
    to_redis = way(redis.port)
    service = run(Place(mysql.port, to_redis.port)).healthy()
    assert where(service) == "unavailable"
    assert service.ask("/orders", ORDER).status == 201
    to_redis.open()
    until(lambda: where(service) == "hit", "Redis is used")
    to_redis.close()
    until(lambda: where(service) == "unavailable", "Redis is missed")
    assert stock(service) == 38


# What is wrong with a task ends it, with the reason


REFUSED = "the credentials are refused: they are wrong, or were rotated after this task started"


def test_a_wrong_token_ends_it(run: Run, secrets: Secrets) -> None:
    service = run(secrets=replace(secrets, redis="0" * 64))
    assert service.exit_code() == 1
    assert f"stopping: Redis: {REFUSED} (WRONGPASS" in service.said()


def test_a_token_that_is_not_given_ends_it(run: Run) -> None:
    service = run(REDIS_PASSWORD=None)
    assert service.exit_code() == 1
    assert f"stopping: Redis: {REFUSED} (NOAUTH" in service.said()


def test_a_wrong_password_ends_it(run: Run, secrets: Secrets) -> None:
    service = run(secrets=replace(secrets, mysql={**secrets.mysql, "password": "wrong-password"}))
    assert service.exit_code() == 1
    assert f"stopping: MySQL: {REFUSED} (ER_ACCESS_DENIED_ERROR)" in service.said()


def test_a_plain_connection_to_mysql_ends_it(run: Run, mysql: MySql, secrets: Secrets) -> None:
    user, password = secrets.mysql.values()
    assert mysql.connect(user, password, "--ssl", "--skip-ssl-verify-server-cert") == "1\n"
    # The first is what MariaDB 10.11 says of a password that is right, the second what MySQL says.
    refused = r"^ERROR (1045 .*Access denied|3159 .*insecure transport)"
    assert re.search(refused, mysql.connect(user, password, "--skip-ssl"))
    service = run(DB_TLS="false")
    assert service.exit_code() == 1
    assert "stopping: MySQL: " in service.said()


def test_a_plain_connection_to_redis_is_one_that_closes(run: Run) -> None:
    service = run(REDIS_TLS="false").healthy()
    until(lambda: "Redis failed" in service.messages(), "a first attempt")
    assert where(service) == "unavailable"
    assert service.process.poll() is None


@pytest.mark.parametrize("server", ["mysql", "redis"])
def test_a_certificate_of_another_name_ends_it(
    server: str, run: Run, mysql: MySql, redis: Redis
) -> None:
    names = {f"{server}_host": ELSEWHERE}
    service = run(Place(mysql.port, redis.port, **names))
    assert service.exit_code() == 1
    assert "TLS is not as DB_TLS, REDIS_TLS or the trusted authorities say" in service.said()
    assert ELSEWHERE in service.said()


@pytest.mark.parametrize("server", ["mysql", "redis"])
def test_a_certificate_of_another_authority_ends_it(
    server: str, run: Run, mysql: MySql, redis: Redis, tmp_path: Path
) -> None:
    # The way to the other server is shut, so that it is this one that refuses.
    nowhere = free_port()
    places = {"mysql": Place(mysql.port, nowhere), "redis": Place(nowhere, redis.port)}
    service = run(places[server], authority=Authority(tmp_path))
    assert service.exit_code() == 1
    assert "TLS is not as DB_TLS, REDIS_TLS or the trusted authorities say" in service.said()


def test_every_variable_that_is_missing_or_wrong_is_named(run: Run, secrets: Secrets) -> None:
    service = run(DB_HOST=None, REDIS_TLS="yes", DB_PORT="http", DB_TYPE=None)
    assert service.exit_code() == 1
    assert service.messages() == [
        "the environment is wrong: DB_HOST is not set, DB_PORT is not a port from 1 to 65535, "
        "REDIS_TLS is neither true nor false, DB_TYPE is not mysql"
    ]


# Rotation


def test_a_rotated_password_ends_the_task_at_its_next_connection_and_the_next_one_has_it(
    run: Run, mysql: MySql, redis: Redis, secrets: Secrets
) -> None:
    user = secrets.mysql["username"]
    service = run().healthy()
    rotated = {"username": user, "password": "Another-password-1"}
    mysql.sql(f"ALTER USER {user}@'%' IDENTIFIED BY {quoted(rotated['password'])}")
    try:
        # Connections that are open stay good.
        assert (service.ask("/orders", ORDER).status, service.health()) == (201, 200)
        sessions = "SELECT id FROM information_schema.processlist WHERE user = 'shop_admin'"
        for session in mysql.sql(sessions):
            mysql.sql(f"KILL {session}")
        until(lambda: not mysql.sql(sessions), "the connections are gone")
        assert service.ask("/orders", ORDER).status == 503
        assert service.exit_code() == 1
        assert f"stopping: MySQL: {REFUSED} (ER_ACCESS_DENIED_ERROR)" in service.said()

        replacement = run(secrets=replace(secrets, mysql=rotated)).healthy()
        assert stock(replacement) == 38
    finally:
        password = quoted(secrets.mysql["password"])
        mysql.sql(f"ALTER USER {user}@'%' IDENTIFIED BY {password}")


def test_a_rotated_token_ends_the_task_at_its_next_connection_and_the_next_one_has_it(
    run: Run, redis: Redis, secrets: Secrets
) -> None:
    service = run().healthy()
    until(lambda: where(service) == "hit", "Redis is used")
    redis.change_token("1" * 64)
    try:
        assert (where(service), service.health()) == ("hit", 200)
        redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert service.exit_code() == 1
        assert f"stopping: Redis: {REFUSED} (WRONGPASS" in service.said()

        replacement = run(secrets=replace(secrets, redis=redis.token)).healthy()
        until(lambda: where(replacement) == "hit", "Redis is used")
    finally:
        redis.change_token(secrets.redis)


# Stopping, and what a container may not do


def test_a_stop_answers_what_is_open_and_takes_nothing_new(run: Run, mysql: MySql) -> None:
    service = run().healthy()
    holder = subprocess.Popen(
        mysql.client(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin and holder.stdout
    holder.stdin.write("BEGIN; SELECT id FROM shop.products WHERE id = 1 FOR UPDATE;\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "1\n"
    waiting = "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'UPDATE products%'"
    with ThreadPoolExecutor() as pool:
        order = pool.submit(service.ask, "/orders", ORDER)
        until(lambda: mysql.sql(waiting), "the order waits for the row")
        service.process.send_signal(signal.SIGTERM)
        until(lambda: refused(service), "no new connections")
        assert service.process.poll() is None
        holder.communicate("ROLLBACK;\n")
        assert order.result().status == 201
    assert service.exit_code() == 0
    assert mysql.sql("SELECT quantity FROM shop.orders") == ["2"]


def refused(service: Service) -> bool:
    """Whether nobody listens any more."""
    try:
        service.ask("/")
    except ConnectionError:
        return True
    return False


def test_it_stops_while_it_still_waits_for_mysql(
    run: Run, mysql: MySql, redis: Redis, way: Callable[[int], Way]
) -> None:
    service = run(Place(way(mysql.port).port, redis.port))
    until(lambda: "MySQL is not there" in service.said(), "a first attempt")
    assert service.stop() == 0


def test_it_runs_as_the_user_of_the_task_and_writes_nowhere(run: Run, task: Json) -> None:
    service = run().healthy()
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    if not service.contained:
        pytest.skip("only root can give the process a user and a file system of its own")
    user, group = task["user"].split(":")
    assert re.search(rf"^Uid:\t{user}\t{user}\t", status, re.M)
    assert re.search(rf"^Gid:\t{group}\t{group}\t", status, re.M)
    assert re.search(r"^CapEff:\t0+$", status, re.M)
    mounts = Path(f"/proc/{service.process.pid}/mounts").read_text()
    assert re.search(r"^\S+ / \S+ ro,", mounts, re.M)
    # It served all the same.
    assert where(service) == "miss"
