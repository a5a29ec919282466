"""The task of [database.app_user] as a process, on a real MariaDB that requires TLS.

It runs the command of the synthesized task definition with its variables, as its user and on its
file systems where the tests run as root. Only the addresses lead to this machine, the secrets are
made here, and MariaDB's client stands in for MySQL's: it has another word for VERIFY_IDENTITY.
"""

import json
import os
import re
import secrets as random
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import pytest

from strata.documents.templates import read
from strata.settings.models import Privilege
from tests.examples.machines import ELSEWHERE, HOST, Authority, MySql, program
from tests.serving import serving

Json = dict[str, Any]
TRUSTSTORE = "truststore.pki.rds.amazonaws.com"
MASTER = "shop_admin"

CLIENT = """#!/bin/sh
printf '%s\\n' "$@" >> "$ARGUMENTS"
verified=
for word in "$@"; do
  shift
  if [ "$word" = --ssl-mode=VERIFY_IDENTITY ]; then
    verified=yes
    word=--ssl-verify-server-cert
  fi
  set -- "$@" "$word"
done
[ "$verified" = yes ] || { echo 'TLS is not verified' >&2; exit 1; }
exec mariadb "$@"
"""
"""MySQL's client by MariaDB's; it notes its arguments."""

CONTAINER = """
set -eu
mount -t tmpfs -o mode=755 tmpfs /mnt
cp -r "$1"/. /mnt
mount -t tmpfs -o "size=$2m,mode=1777" tmpfs /tmp
touch /tmp/arguments
chmod 666 /tmp/arguments
mount -o remount,ro,bind /mnt
mount -o remount,ro,bind /
user=$3
shift 3
setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups --no-new-privs "$@" ||
  code=$?
echo ARGUMENTS >&2
cat /tmp/arguments >&2
exit "${code:-0}"
"""
"""What Docker does with `user`, `readonlyRootFilesystem` and `tmpfs`, in a mount namespace."""


@dataclass(frozen=True)
class Ended:
    """How a task ended, what it wrote, and all arguments that its client got."""

    code: int
    said: str
    arguments: str


@dataclass(frozen=True)
class Login:
    """A user with a password, as a version of the secret has them."""

    username: str = "shop_app"
    password: str = ""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """What RDS's authority is."""
    return Authority(tmp_path_factory.mktemp("rds"))


@pytest.fixture(scope="module")
def master() -> str:
    """The master's password, with what RDS may put into one."""
    return random.token_urlsafe(20) + "!#$%^&*()_+=[]{}|:;<>?,.~'`\\-"


@pytest.fixture(scope="module")
def mysql(authority: Authority, master: str) -> Iterator[MySql]:
    """A database with a master user that has what RDS gives it."""
    server = MySql(authority)
    quoted = master.replace("\\", "\\\\").replace("'", "''")
    server.sql(
        f"CREATE USER {MASTER}@'%' IDENTIFIED BY '{quoted}' REQUIRE SSL;"
        # RDS User Guide, master user account privileges.
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX,"
        " ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW,"
        " SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
        f" ON *.* TO {MASTER}@'%' WITH GRANT OPTION;"
    )
    yield server
    server.stop()


@pytest.fixture
def shop(mysql: MySql) -> Iterator[MySql]:
    """The database with a table in it, and no user that an earlier test made."""
    clean = (
        "DROP DATABASE IF EXISTS shop; DROP DATABASE IF EXISTS shop_db;"
        "DROP DATABASE IF EXISTS shopXdb; DROP USER IF EXISTS shop_app@'%', shop_app_2@'%';"
    )
    mysql.sql(f"{clean} CREATE DATABASE shop; CREATE TABLE shop.products (id INT PRIMARY KEY);")
    yield mysql
    mysql.sql(clean)


@pytest.fixture(scope="module")
def bundle(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Authority]]:
    """Amazon's trust store: its port here, and the public authority of its certificate."""
    public = Authority(tmp_path_factory.mktemp("public"), TRUSTSTORE)
    content = authority.certificate.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = self.path == "/eu-central-1/eu-central-1-bundle.pem"
            self.send_response(200 if there else 404)
            self.end_headers()
            self.wfile.write(content if there else b"")

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - as it is named
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public.server, public.server_key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield int(server.server_address[1]), public


Run = Callable[..., Ended]


@pytest.fixture
def run(
    shop: MySql, vary: Callable[..., Json], bundle: tuple[int, Authority], master: str,
    tmp_path: Path,
) -> Run:  # fmt: skip
    """Runs the task for a login; `user` is the table [database.app_user], `database` more of
    [database], and single variables can be changed."""
    contained = os.geteuid() == 0

    def start(
        login: Login, user: Json | None = None, database: Json | None = None, **changed: str
    ) -> Ended:
        stack = vary(database={"app_user": user or {}, **(database or {})})
        container = _container(stack)
        secrets = {"APP_PASSWORD": login.password, "APP_USERNAME": login.username,
                   "MASTER_USERNAME": MASTER, "MYSQL_PWD": master}  # fmt: skip
        plain = {one["name"]: read(one["value"]) for one in container["environment"]}
        assert plain["DB_HOST"].startswith("${aws_db_instance.")
        assert {one["name"] for one in container["secrets"]} == secrets.keys()
        home = _home(tmp_path, bundle)
        shown = Path("/mnt") if contained else home
        arguments = Path("/tmp/arguments") if contained else tmp_path / "arguments"  # noqa: S108
        variables = {
            **plain, **secrets, "DB_HOST": HOST, "DB_PORT": str(shop.port), **changed,
            "PATH": f"{shown}/bin:{os.environ['PATH']}", "HOME": str(shown),
            "ARGUMENTS": str(arguments),
        }  # fmt: skip
        words = [read(word) for word in (*container["entryPoint"], *container["command"])]
        [tmpfs] = container["linuxParameters"]["tmpfs"]
        prefix = [
            program("unshare"), "--mount", "/bin/sh", "-c", CONTAINER, "container",
            str(home), str(tmpfs["size"]), container["user"],
        ] if contained else []  # fmt: skip
        done = subprocess.run(
            [*prefix, *words], env=variables, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip
        errors, _, noted = done.stderr.partition("ARGUMENTS\n")
        if not contained:
            noted = arguments.read_text() if arguments.exists() else ""
        said = done.stdout + errors
        # However it ends.
        for value in (login.password, master):
            assert not value or value not in said + noted
        return Ended(done.returncode, said, noted)

    return start


def _container(stack: Json) -> Json:
    definition = stack["resource"]["aws_ecs_task_definition"]["database_app_user_task_definition"]
    (container,) = json.loads(definition["container_definitions"])
    return dict(container)


def _home(folder: Path, bundle: tuple[int, Authority]) -> Path:
    """A folder with MySQL's client and what leads curl to the trust store of this test."""
    port, public = bundle
    home = folder / "home"
    (home / "bin").mkdir(parents=True, exist_ok=True)
    (home / "bin" / "mysql").write_text(CLIENT)
    (home / "bin" / "mysql").chmod(0o755)
    (home / "public.pem").write_text(public.certificate.read_text())
    shown = Path("/mnt") if os.geteuid() == 0 else home
    (home / ".curlrc").write_text(
        f'connect-to = "{TRUSTSTORE}:443:127.0.0.1:{port}"\ncacert = "{shown}/public.pem"\n'
    )
    return home


def login(username: str = "shop_app") -> Login:
    """A login with a new password."""
    return Login(username, random.token_hex(20))


def asked(server: MySql, who: Login, statement: str, *options: str) -> str:
    """What the server answers a user, over TLS unless `options` say otherwise."""
    done = subprocess.run(
        [program("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
         f"--port={server.port}", f"--user={who.username}",
         *(options or ("--ssl", "--skip-ssl-verify-server-cert")),
         "--batch", "--skip-column-names", f"--execute={statement}"],
        env={"MYSQL_PWD": who.password}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def grants(server: MySql, username: str = "shop_app") -> list[str]:
    """What the server says about a user: how it logs in, and its grants."""
    return server.sql(f"SHOW CREATE USER {username}@'%'; SHOW GRANTS FOR {username}@'%'")


DENIED = r"ERROR (1142|1044|1227) "


def test_the_user_reads_and_writes_and_does_nothing_else(run: Run, shop: MySql) -> None:
    app = login()
    ended = run(app)
    assert (ended.code, ended.said) == (0, "shop_app may in shop: SELECT, INSERT, UPDATE, DELETE\n")
    writes = (
        "INSERT INTO shop.products VALUES (1), (2); UPDATE shop.products SET id = 3 WHERE id = 1;"
        "DELETE FROM shop.products WHERE id = 2; SELECT id FROM shop.products"
    )
    assert asked(shop, app, writes) == "3\n"
    for refused in (
        "DROP TABLE shop.products", "CREATE TABLE shop.more (id INT)", "DROP DATABASE shop",
        "ALTER TABLE shop.products ADD name TEXT", "CREATE USER x@'%'", "CREATE DATABASE other",
        "SELECT user FROM mysql.user", "GRANT SELECT ON shop.* TO shop_admin@'%'",
    ):  # fmt: skip
        assert re.search(DENIED, asked(shop, app, refused)), refused
    assert "ERROR" in asked(shop, app, "SELECT 1", "--skip-ssl")
    assert "REQUIRE SSL" in grants(shop)[0]


def test_a_second_run_changes_nothing(run: Run, shop: MySql) -> None:
    app = login()
    assert run(app).code == 0
    before = grants(shop)
    assert run(app).code == 0
    assert grants(shop) == before
    assert asked(shop, app, "SELECT 1") == "1\n"


def test_no_password_is_an_argument_of_the_client_and_tls_is_verified(
    run: Run, shop: MySql
) -> None:
    # `run` looks for the passwords; this is what it looks in.
    ended = run(login())
    assert ended.arguments.count("--ssl-mode=VERIFY_IDENTITY") > 3
    assert f"--user={MASTER}" in ended.arguments
    assert "--user=shop_app" in ended.arguments


def test_a_rotation_lets_old_tasks_live_until_the_other_user_is_locked(
    run: Run, shop: MySql
) -> None:
    old, new = login(), login("shop_app_2")
    assert run(old).code == 0
    session = subprocess.Popen(
        [program("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
         f"--port={shop.port}", "--user=shop_app", "--ssl", "--skip-ssl-verify-server-cert",
         "--batch", "--skip-column-names", "--unbuffered"],
        env={"MYSQL_PWD": old.password}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert session.stdin and session.stdout
    session.stdin.write("SELECT 'open';\n")
    session.stdin.flush()
    assert session.stdout.readline() == "open\n"

    assert run(new).code == 0
    assert [asked(shop, who, "SELECT 1") for who in (old, new)] == ["1\n", "1\n"]

    ended = run(new, LOCK_OTHER="yes")
    assert (ended.code, ended.said.splitlines()[-1]) == (
        0, "shop_app can open no session any more",
    )  # fmt: skip
    assert asked(shop, new, "SELECT 1") == "1\n"
    assert "ERROR 4151" in asked(shop, old, "SELECT 1")
    # Whoever is connected stays so.
    answered, _ = session.communicate("INSERT INTO shop.products VALUES (7); SELECT 'stays';\n")
    assert answered == "stays\n"

    # The next rotation comes back to the first, with another password.
    again = login()
    assert run(again).code == 0
    assert asked(shop, again, "SELECT 1") == "1\n"
    assert "ERROR" in asked(shop, old, "SELECT 1")


def test_an_underscore_in_the_name_opens_no_other_database(run: Run, shop: MySql) -> None:
    shop.sql("CREATE DATABASE shop_db; CREATE DATABASE shopXdb; CREATE TABLE shopXdb.t (id INT);")
    app = login()
    assert run(app, database={"name": "shop_db"}).code == 0
    assert asked(shop, app, "SHOW TABLES FROM shop_db") == ""
    assert re.search(DENIED, asked(shop, app, "SELECT * FROM shopXdb.t"))
    assert run(app, database={"name": "shop_db"}).code == 0


def test_privileges_follow_the_setting_both_ways(run: Run, shop: MySql) -> None:
    app = login()
    more = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "INDEX"]
    assert run(app, {"privileges": more}).code == 0
    migration = (
        "CREATE TABLE shop.more (id INT); ALTER TABLE shop.more ADD INDEX (id);DROP TABLE shop.more"
    )
    assert asked(shop, app, migration) == ""
    assert run(app, {"privileges": ["SELECT"]}).code == 0
    assert asked(shop, app, "SELECT * FROM shop.products") == ""
    for refused in ("CREATE TABLE shop.more (id INT)", "INSERT INTO shop.products VALUES (1)"):
        assert re.search(DENIED, asked(shop, app, refused)), refused


def test_every_privilege_of_the_setting_is_one_of_the_server(run: Run, shop: MySql) -> None:
    app = login()
    assert run(app, {"privileges": list(get_args(Privilege))}).code == 0
    assert run(app, {"privileges": ["LOCK TABLES"]}).code == 0
    assert "GRANT LOCK TABLES ON" in grants(shop)[-1]


def test_a_server_with_a_certificate_of_another_name_gets_no_password(
    run: Run, shop: MySql
) -> None:
    ended = run(login(), DB_HOST=ELSEWHERE)
    assert ended.code != 0
    assert "shop_app" not in shop.sql("SELECT user FROM mysql.user")


def test_authorities_that_cannot_be_fetched_end_it(run: Run, shop: MySql) -> None:
    ended = run(login(), CA_BUNDLE=f"https://{TRUSTSTORE}/nowhere.pem")
    assert ended.code == 22
    assert "404" in ended.said
    assert "shop_app" not in shop.sql("SELECT user FROM mysql.user")


@pytest.mark.parametrize(
    ("right", "told"),
    [("SELECT ON *.*", "SELECT"), ("DROP ON other.*", "DROP on other"),
     ("SELECT ON shop.*", "SELECT on shop")],
)  # fmt: skip
def test_a_user_that_is_there_with_more_rights_is_left_as_it_is(
    right: str, told: str, run: Run, shop: MySql
) -> None:
    shop.sql(
        "CREATE USER shop_app@'%' IDENTIFIED BY 'theirs';"
        f"GRANT {right} TO shop_app@'%' WITH GRANT OPTION"
    )
    before = grants(shop)
    ended = run(login())
    assert ended.code == 1
    assert f"shop_app is there already and may do more than Strata gives it: {told}" in ended.said
    assert grants(shop) == before


@pytest.mark.parametrize(
    ("who", "told"),
    [(Login("shop_app", "it's"), "the secret's password is not one that Strata made"),
     (Login("shop_app", ""), "the secret's password is not one that Strata made"),
     (Login("root", "a1"), "the secret names a user that is none of: shop_app shop_app_2")],
)  # fmt: skip
def test_a_secret_that_strata_did_not_make_is_refused(
    who: Login, told: str, run: Run, shop: MySql
) -> None:
    ended = run(who)
    assert ended.code == 1
    assert told in ended.said
    assert ended.arguments == ""


def test_without_tls_in_the_settings_the_user_may_do_without(run: Run, shop: MySql) -> None:
    assert run(login(), database={"require_tls": False}).code == 0
    assert "REQUIRE SSL" not in grants(shop)[0]
