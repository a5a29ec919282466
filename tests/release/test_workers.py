"""Releases of a worker, past the service's own, on an emulator whose clock is stepped."""

from datetime import UTC, datetime

import pytest

from strata.errors import UsageError
from strata.release.ecs import drop_revisions
from strata.release.place import place
from strata.release.releasing import Releases
from strata.release.service_log import Query, ServiceLog
from strata.release.status import status
from strata.release.verdict import Outcome
from strata.settings.models import Worker
from strata.views.text.release import status as text
from tests.release.home import Home, home

pytestmark = pytest.mark.emulator

MAIL = "mail"
KEEP = "strata deploy workers --take-over"


@pytest.fixture(scope="module")
def at_home(url: str) -> Home:
    """An environment whose service and worker run image 1.0.0."""
    made = home(url, "workers", before=["migrate"])
    made.settings = made.settings.model_copy(update={"services": {MAIL: Worker(command=["mail"])}})
    at, shop = place(made.settings, MAIL), made.shop
    shop.aws("ssm").put_parameter(Name=at.parameter, Type="String", Value=at.image("1.0.0"))
    family, shop.family = shop.family, at.family
    options = {"awslogs-group": at.log_group, "awslogs-region": "eu-central-1",
               "awslogs-stream-prefix": MAIL}  # fmt: skip
    revision = shop.revision(
        "1.0.0", portMappings=[], memory=64, cpu=128,
        logConfiguration={"logDriver": "awslogs", "options": options},
    )  # fmt: skip
    shop.family = family
    shop.create(
        revision, serviceName=at.service, desiredCount=1, loadBalancers=[],
        healthCheckGracePeriodSeconds=0,
    )  # fmt: skip
    shop.step(300)
    return made


def worker(made: Home) -> Releases:
    return Releases(made.settings, made.sleep, lambda: made.now, MAIL)


def recorded(releases: Releases) -> str:
    return releases.records.known().image.rpartition(":")[2]


def test_a_release_of_a_worker_is_its_own_and_runs_no_migration(at_home: Home) -> None:
    at_home.shop.image("1.1.0", "good", "mail 1.1.0")
    work, said = worker(at_home), list[str]()
    wanted = work.deploy("1.1.0", said.append)
    found = work.watch(wanted, lambda _: None, 3600)
    assert (found.outcome, said) == (Outcome.COMPLETED, [])
    assert (recorded(work), at_home.recorded()) == ("1.1.0", "shop-workers:1.0.0")
    assert at_home.runs() == "shop-workers:1.0.0"


def test_its_log_and_its_state_are_its_own(at_home: Home) -> None:
    at = place(at_home.settings, MAIL)
    told = status(at_home.settings, MAIL)
    assert told.running.image.endswith(":1.1.0")
    assert (told.desired, told.targets, told.address) == (1, [], None)
    assert text(told, KEEP).splitlines()[-1] == "address    none of its own: it has no route"
    (task,) = told.tasks
    log = ServiceLog(at_home.settings.environment, at)
    lines = list(log.lines(Query(datetime(1970, 1, 1, tzinfo=UTC), prefix=f"{at.prefix}/")))
    assert {(line.task, line.text) for line in lines if "1.1.0" in line.text} == {
        (task.id, "mail 1.1.0")
    }
    api = [one.id for one in status(at_home.settings).tasks]
    assert len(api) == 3
    assert not {line.task for line in lines} & set(api)


def test_the_state_of_the_environment_has_all_services(at_home: Home) -> None:
    services = {MAIL: Worker(command=["mail"]), "later": Worker(command=["later"])}
    told = status(at_home.settings.model_copy(update={"services": services}))
    mail, later = told.services
    assert (mail.name, mail.status, mail.rollout) == (MAIL, "ACTIVE", "COMPLETED")
    assert mail.image.endswith(":1.1.0")
    assert (mail.desired, mail.running, mail.pending) == (1, 1, 0)
    assert (later.name, later.status, later.running) == ("later", "MISSING", 0)
    lines = text(told, KEEP).splitlines()
    assert not any(line.startswith("elsewhere") for line in lines)
    at = lines.index("services   2")
    assert lines[at + 1].startswith("  mail COMPLETED: 1 wanted, 1 running, 0 pending; revision ")
    assert "  later MISSING: the next apply makes it" in lines
    assert status(at_home.settings, MAIL).services == []
    others = told.running.model_copy(update={"elsewhere": True})
    lines = text(told.model_copy(update={"running": others}), KEEP).splitlines()
    assert f"elsewhere  not released by Strata; {KEEP} keeps it" in lines


def test_the_state_of_one_has_the_alarms_that_watch_it(at_home: Home) -> None:
    at, client = place(at_home.settings, MAIL), at_home.shop.aws("cloudwatch")
    own = {"ServiceName": at.service, "ClusterName": at.cluster}
    for name, dimensions in (("cpu-mail", own), ("cpu", {**own, "ServiceName": at.cluster})):
        client.put_metric_alarm(
            AlarmName=f"{at.cluster}-alarm-{name}", Namespace="AWS/ECS", Statistic="Average",
            MetricName="CPUUtilization", Period=60, EvaluationPeriods=1, Threshold=90,
            ComparisonOperator="GreaterThanThreshold",
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        )  # fmt: skip

    def alarms(service: str = "") -> set[str]:
        return {
            one.name.rpartition("-alarm-")[2] for one in status(at_home.settings, service).alarms
        }

    assert alarms(MAIL) == {"cpu-mail"}
    assert alarms() == {"cpu-mail", "cpu"}


def test_going_back_is_its_own_too(at_home: Home) -> None:
    work = worker(at_home)
    wanted = work.back(None, lambda _: None)
    assert work.watch(wanted, lambda _: None, 3600).outcome is Outcome.COMPLETED
    assert recorded(work) == "1.0.0"


def test_a_name_that_is_not_there_is_refused_with_those_that_are(at_home: Home) -> None:
    with pytest.raises(UsageError, match="mial") as refused:
        place(at_home.settings, "mial")
    assert refused.value.hint == "perhaps mail"


def test_a_destroy_leaves_no_revision_of_either(at_home: Home) -> None:
    ecs = at_home.shop.ecs
    tags = at_home.settings.environment.tags
    for family, environment in (("shop-workers-mail", "workers"), ("shop-workers-2", "workers-2")):
        own = [{"key": k, "value": v} for k, v in {**tags, "Environment": environment}.items()]
        ecs.register_task_definition(
            family=family, tags=own,
            containerDefinitions=[{"name": "api", "image": "a", "memory": 8}],
        )  # fmt: skip
    # A worker that the settings have no longer is found by its tags, and nobody else's family.
    drop_revisions(at_home.settings.model_copy(update={"services": {}}))
    assert at_home.releases.ecs.revisions() == worker(at_home).ecs.revisions() == []
    (left,) = ecs.list_task_definitions(familyPrefix="shop-workers-2")["taskDefinitionArns"]
    assert left.endswith("shop-workers-2:1")
