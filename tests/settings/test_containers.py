"""Commands, limits, files and order of the containers of a task: refused by key and cure."""

import copy
from typing import Any

from strata.settings.load import judge
from tests.settings.test_capacity import BASE

Json = dict[str, Any]

IMAGE = f"public.ecr.aws/xray/aws-xray-daemon@sha256:{'0a' * 32}"
CHECK: Json = {"command": ["CMD-SHELL", "wget -q -O /dev/null localhost:3000 || exit 1"]}
FILE = "arn:aws:s3:::shop-settings/local/api.env"


def sidecar(**more: Any) -> Json:
    return {"name": "xray", "image": IMAGE, "memory_mib": 64, "cpu": 32, **more}


def service(**more: Any) -> Json:
    data: Json = copy.deepcopy(BASE)
    # Room for what the sidecars take.
    data["cluster"]["instance_type"] = "t3.medium"
    data["service"] |= more
    return data


GOOD: list[Json] = [
    {"command": ["node", "worker.js", "--queue", "orders"], "entry_point": ["/sbin/tini", "--"]},
    {"command": [""], "health_check": CHECK, "stop_timeout_seconds": 120},
    {"health_check": {"command": ["CMD", "/healthy", "--port", "3000"]}},
    {"ulimits": [{"name": "nofile", "soft": 65536, "hard": -1},
                 {"name": "memlock", "soft": -1, "hard": -1}]},
    {"environment_files": [FILE, "arn:aws:s3:::shop-settings/(old)/a!b_c.env"]},
    {"sidecars": [sidecar(), sidecar(name="Log_Router-2", essential=False)]},
    {"sidecars": [sidecar(name="migrate", essential=False)],
     "depends_on": {"migrate": "SUCCESS"}},
    {"sidecars": [sidecar(depends_on={"api": "HEALTHY"}, links=["api"])], "health_check": CHECK},
    {"sidecars": [sidecar(health_check=CHECK)], "depends_on": {"xray": "HEALTHY"},
     "links": ["xray"]},
    {"sidecars": [sidecar(image=f"nginx@sha256:{'0a' * 32}", user="0")]},
    {"sidecars": [sidecar(image=f"registry.example:5000/a/b__c@sha256:{'0a' * 32}")]},
    {"sidecars": [sidecar(environment={"DB_HOST": "x", "LEVEL": "info"},
                          secrets={"DB_PASSWORD": "shop/agent"})]},
    {"sidecars": [sidecar(name=f"s{number}", memory_mib=6, cpu=2) for number in range(9)]},
]  # fmt: skip


def test_what_ecs_takes_is_right() -> None:
    for more in GOOD:
        assert judge(service(**more))[1] == [], more


BAD: list[tuple[Json, str, str]] = [
    # settings of the service, key that is named, words that must stand in the message
    ({"command": ["serve", "--password", "hunter2hunter2"]}, "command", "secret"),
    ({"entry_point": ["sh", "-c", "PGPASSWORD=hunter2hunter2 psql"]}, "entry_point", "secret"),
    ({"command": ["a\0b"]}, "command.0", "NUL"),
    ({"command": "node worker.js"}, "command", "a list"),
    ({"health_check": {}}, "health_check.command", "missing"),
    ({"health_check": {"command": []}}, "health_check.command", "an entry"),
    ({"health_check": {"command": ["curl", "-f", "localhost"]}}, "health_check.command", "CMD"),
    ({"health_check": {"command": ["CMD"]}}, "health_check.command", "0 words after CMD"),
    ({"health_check": {"command": ["CMD", ""]}}, "health_check.command", "nothing to run"),
    ({"health_check": {"command": ["CMD-SHELL", " "]}}, "health_check.command", "nothing to run"),
    ({"health_check": {"command": ["CMD-SHELL", "a", "b"]}}, "health_check.command", "whole line"),
    ({"health_check": {**CHECK, "interval_seconds": 4}}, "health_check.interval_seconds",
     "from 5 to 300"),
    ({"health_check": {**CHECK, "timeout_seconds": 61}}, "health_check.timeout_seconds",
     "from 2 to 60"),
    ({"health_check": {**CHECK, "retries": 0}}, "health_check.retries", "from 1 to 10"),
    ({"health_check": {**CHECK, "start_period_seconds": 301}}, "health_check.start_period_seconds",
     "from 0 to 300"),
    ({"stop_timeout_seconds": 121}, "stop_timeout_seconds", "from 2 to 120"),
    ({"stop_timeout_seconds": 1}, "stop_timeout_seconds", "from 2 to 120"),
    ({"ulimits": [{"name": "files", "soft": 1, "hard": 1}]}, "ulimits.0.name", "nofile"),
    ({"ulimits": [{"name": "nofile", "soft": 2, "hard": 1}]}, "ulimits.0.soft", "more than hard"),
    ({"ulimits": [{"name": "core", "soft": -1, "hard": 0}]}, "ulimits.0.soft", "more than hard"),
    ({"ulimits": [{"name": "core", "soft": 0, "hard": 0}] * 2}, "ulimits.1.name", "twice"),
    ({"environment_files": ["s3://shop-settings/api.env"]}, "environment_files.0", "arn:aws:s3:::"),
    ({"environment_files": ["arn:aws:s3:::shop-settings/api.txt"]}, "environment_files.0", ".env"),
    ({"environment_files": ["arn:aws:s3:::shop-settings/*.env"]}, "environment_files.0", "letters"),
    ({"environment_files": ["arn:aws:s3:::shop/${aws:PrincipalTag}.env"]}, "environment_files.0",
     "letters"),
    ({"environment_files": [FILE, FILE]}, "environment_files.1", "twice"),
    ({"environment_files": [f"arn:aws:s3:::shop-settings/{i}.env" for i in range(11)]},
     "environment_files", "at most 10"),
    ({"depends_on": {"xray": "START"}}, "depends_on.xray", "not a container of the task"),
    ({"depends_on": {"api": "START"}}, "depends_on.api", "the container itself"),
    ({"depends_on": {"x": "started"}}, "depends_on.x", "START"),
    ({"links": ["database"]}, "links.0", "not a container of the task"),
    ({"sidecars": [sidecar()], "links": ["xray", "xray"]}, "links.1", "twice"),
    ({"sidecars": [sidecar()], "links": ["xray:mail"]}, "links.0", "perhaps xray"),
    ({"sidecars": [sidecar()], "depends_on": {"xray": "SUCCESS"}}, "depends_on.xray",
     "essential = false"),
    ({"sidecars": [sidecar(depends_on={"api": "COMPLETE"})]}, "sidecars.0.depends_on.api",
     "stops the task"),
    ({"sidecars": [sidecar()], "depends_on": {"xray": "HEALTHY"}}, "depends_on.xray",
     "[service.sidecars.health_check]"),
    ({"sidecars": [sidecar(links=["api"])], "depends_on": {"xray": "START"}}, "depends_on",
     "api -> xray -> api"),
    ({"sidecars": [sidecar(depends_on={"b": "START"}), sidecar(name="b", links=["xray"])]},
     "sidecars.0.depends_on", "xray -> b -> xray"),
    ({"sidecars": [sidecar(name="api")]}, "sidecars.0.name", "application's"),
    ({"sidecars": [sidecar(name="localhost")]}, "sidecars.0.name", "another name"),
    ({"sidecars": [sidecar(name="a.b")]}, "sidecars.0.name", "letters, digits"),
    ({"sidecars": [sidecar(), sidecar()]}, "sidecars.1.name", "twice"),
    ({"sidecars": [sidecar(image="nginx:1.27")]}, "sidecars.0.image", "imagetools"),
    ({"sidecars": [sidecar(image=f"nginx:1.27@sha256:{'0a' * 32}")]}, "sidecars.0.image",
     "without a tag"),
    ({"sidecars": [sidecar(image=f"nginx@sha256:{'0A' * 32}")]}, "sidecars.0.image", "digest"),
    ({"sidecars": [sidecar(user="a b")]}, "sidecars.0.user", "uid:gid"),
    ({"user": "1000:2147483648"}, "user", "uid:gid"),
    ({"user": "9" * 5000}, "user", "uid:gid"),
    ({"sidecars": [sidecar(environment={"API_TOKEN": "4eC39HqLyjWDarj"})]},
     "sidecars.0.environment.API_TOKEN", "[service.sidecars.not_secret]"),
    ({"sidecars": [sidecar(secrets={"KEY": "arn:aws:ssm:us-east-1:1:x"})]},
     "sidecars.0.secrets.KEY", "this account and region"),
    ({"sidecars": [sidecar(environment={"A": "x\0"})]}, "sidecars.0.environment.A", "NUL"),
    ({"sidecars": [sidecar(memory_mib=5)]}, "sidecars.0.memory_mib", "from 6"),
    ({"sidecars": [{"name": "xray", "image": IMAGE, "cpu": 32}]}, "sidecars.0.memory_mib",
     "missing"),
    ({"sidecars": [sidecar(name=f"s{number}", memory_mib=6, cpu=2) for number in range(10)]},
     "sidecars", "at most 9"),
    ({"sidecars": [sidecar(environment={"LIST": "x" * 62_000})]}, "sidecars", "65536"),
    ({"command": ["x" * 62_000]}, "command", "65536"),
]  # fmt: skip


def test_what_ecs_refuses_is_named_with_its_cure() -> None:
    for more, key, words in BAD:
        problems = judge(service(**more))[1]
        found = {".".join(map(str, one.key)): f"{one.wrong} | {one.right}" for one in problems}
        assert list(found) == [f"service.{key}"], (key, words)
        assert words in found[f"service.{key}"], (key, words)


def test_no_message_repeats_a_secret_of_a_command() -> None:
    problems = judge(service(command=["serve", "--password", "hunter2hunter2"]))[1]
    assert "hunter2" not in str(problems)


def test_the_command_before_a_release_is_judged_as_that_of_a_job() -> None:
    wrong = {
        "no program": ["", "migrate"],
        "lines of a release": ["mysql", "--password", "hunter2hunter2"],
        "NUL": ["migrate", "a\0"],
        "10001 characters": ["x"] * 2500,
    }
    for words, before in wrong.items():
        [problem] = judge({**service(), "release": {"before": before}})[1]
        assert problem.key[:2] == ("release", "before")
        assert words in f"{problem.wrong} {problem.right}"
        assert "hunter2" not in str(problem)
    assert judge({**service(), "release": {"before": ["npm", "run", "migrate"]}})[1] == []
