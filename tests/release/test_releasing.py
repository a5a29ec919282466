"""Releases on the emulator that plays ECS: each has the right verdict, and leaves nothing."""

import signal
import threading

import pytest

from strata.deployer.table import Use
from strata.errors import StrataError
from strata.machine.signals import Stopped
from strata.release.releasing import ReleaseFailed
from strata.release.verdict import Cause, Outcome
from strata.state import locks
from tests.deployer.record import forget, not_allowed
from tests.release.home import Home, home

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def shop(url: str) -> Home:
    """An environment in which every test leaves a good image running."""
    made = home(url, "one")
    forget()
    return made


@pytest.fixture(autouse=True)
def forgotten(shop: Home) -> None:
    """What the test before was told."""
    shop.said.clear()
    shop.seen.clear()


def test_a_good_image_is_released_and_the_next_plan_would_change_nothing(shop: Home) -> None:
    shop.shop.image("1.0.1")
    assert shop.marked() == set()
    found = shop.deploy("1.0.1")
    assert found.outcome is Outcome.COMPLETED
    # What ran until then too: nothing had marked it, and going back needs it.
    assert shop.marked() == {"1.0.0", "1.0.1"}
    assert shop.runs() == shop.recorded() == "shop-one:1.0.1"
    assert shop.plan_is_empty()
    last = shop.seen[-1]
    assert (last.wanted, last.running, last.healthy, last.draining) == (3, 3, 3, 0)
    # A line a change, and the old tasks are seen to go.
    assert len(shop.seen) == len(set(map(str, shop.seen)))
    assert any(one.draining for one in shop.seen)


def test_an_image_that_is_not_there_changes_nothing_and_says_how_to_push(shop: Home) -> None:
    before = shop.releases.ecs.revisions()
    with pytest.raises(StrataError, match=r"shop-one has no image 9\.9\.9") as error:
        shop.deploy("9.9.9")
    assert "docker push 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-one:9.9.9" in str(
        error.value.hint
    )
    assert shop.releases.ecs.revisions() == before
    assert shop.plan_is_empty()


@pytest.mark.parametrize(
    ("tag", "behaves", "cause", "words"),
    [
        ("crash", "exit:3", Cause.EXIT, "Essential container in task exited"),
        ("memory", "oom", Cause.MEMORY, "OutOfMemoryError"),
        ("ill", "unhealthy", Cause.HEALTH, "failed ELB health checks"),
    ],
)
def test_a_bad_image_is_rolled_back_with_its_reason_and_the_record_with_it(
    shop: Home, tag: str, behaves: str, cause: Cause, words: str
) -> None:
    good = shop.runs()
    shop.shop.image(tag, behaves, "cannot reach the database")
    found = shop.deploy(tag)
    assert found.outcome is Outcome.ROLLED_BACK
    assert found.cause is cause
    assert words in found.words
    assert found.log == ["cannot reach the database"]
    assert any("deployment failed" in event.message for event in found.events)
    assert shop.runs() == shop.recorded() == good
    assert shop.plan_is_empty()
    # Nobody goes back to it.
    assert found.revision not in shop.releases.ecs.revisions()


def test_a_failure_that_nobody_watched_is_told_and_settled_later(shop: Home) -> None:
    good = shop.runs()
    shop.shop.image("unwatched", "exit:3")
    begun = shop.releases.deploy("unwatched", shop.said.append)
    shop.shop.step(1800)
    # ECS has gone back long since, and lists the deployment no more.
    assert not shop.releases.ecs.service().deployment(begun.deployment)
    assert not shop.plan_is_empty()
    found = shop.watch(shop.releases.current())
    assert (found.outcome, found.cause) == (Outcome.ROLLED_BACK, Cause.EXIT)
    assert found.revision == begun.revision
    assert shop.runs() == shop.recorded() == good
    assert shop.plan_is_empty()


def test_a_task_that_no_instance_holds_is_told_and_going_back_ends_it(shop: Home) -> None:
    """ECS waits for room without end: the circuit breaker counts no task that was never placed."""
    ecs, good = shop.releases.ecs, shop.runs()
    newest = ecs.client.describe_task_definition(taskDefinition=shop.shop.family)["taskDefinition"]
    [container] = newest["containerDefinitions"]
    ecs.client.register_task_definition(
        family=shop.shop.family, containerDefinitions=[{**container, "memory": 100_000}]
    )
    shop.shop.image("large")
    found = shop.deploy("large", timeout=600)
    assert found.outcome is Outcome.GOING_ON
    assert found.cause is Cause.PLACEMENT
    assert "has insufficient memory available" in found.words
    with pytest.raises(StrataError, match="a deployment goes on: revision"):
        shop.deploy("large")
    back = shop.watch(shop.releases.back(None, shop.said.append))
    assert back.outcome is Outcome.COMPLETED
    assert shop.runs() == shop.recorded() == good
    # The revision that was too large is gone; the one that a hand registered is older than ours.
    assert shop.plan_is_empty()


def test_a_slow_image_is_not_decided_in_time_and_is_watched_on(shop: Home) -> None:
    shop.shop.image("slow", "slow:20")
    found = shop.deploy("slow", timeout=1)
    assert found.outcome is Outcome.GOING_ON
    assert found.cause in (Cause.SLOW, Cause.HEALTH)
    goes_on = shop.releases.current()
    assert goes_on.revision == found.revision
    assert shop.watch(goes_on).outcome is Outcome.COMPLETED
    assert shop.runs() == "shop-one:slow"
    assert shop.plan_is_empty()


def test_going_back_runs_the_image_before_as_the_newest_revision(shop: Home) -> None:
    shop.shop.image("2.0.0")
    good = shop.runs()
    shop.deploy("2.0.0")
    back = shop.watch(shop.releases.back(None, shop.said.append))
    assert back.outcome is Outcome.COMPLETED
    assert shop.runs() == shop.recorded() == good
    assert shop.plan_is_empty()
    named = shop.releases.ecs.revisions()[1]
    assert shop.watch(shop.releases.back(named, shop.said.append)).outcome is Outcome.COMPLETED
    assert shop.runs() == "shop-one:2.0.0"
    with pytest.raises(StrataError, match="no revision 999 that can run"):
        shop.releases.back(999, shop.said.append)


def test_what_ci_released_is_told_apart_and_taken_over(shop: Home) -> None:
    shop.shop.image("ci")
    ecs, place = shop.releases.ecs, shop.releases.place
    foreign = ecs.register(place.image("ci"))
    ecs.update(foreign)
    shop.sleep(60)
    assert shop.recorded() != "shop-one:ci"
    taken = shop.releases.take_over()
    assert taken.number == foreign.number
    assert shop.runs() == shop.recorded() == "shop-one:ci"
    assert "ci" in shop.marked()
    assert shop.plan_is_empty()


def test_an_older_revision_that_a_hand_put_back_is_taken_over(shop: Home) -> None:
    ecs = shop.releases.ecs
    older = ecs.revision(ecs.revisions()[1])
    ecs.update(older)
    shop.sleep(60)
    assert shop.releases.take_over().number == older.number
    assert shop.plan_is_empty()


def test_an_apply_at_work_keeps_a_release_off_and_the_other_way_round(shop: Home) -> None:
    environment = shop.settings.environment
    with (
        locks.taken(environment, "service", "OperationTypeApply"),
        pytest.raises(StrataError, match=r"service is locked by .* for apply"),
    ):
        shop.deploy("1.0.0")
    assert shop.plan_is_empty()


def test_of_two_releases_at_once_one_is_told(shop: Home) -> None:
    shop.shop.image("left")
    shop.shop.image("right")
    told: list[str] = []

    def release(tag: str) -> None:
        try:
            shop.releases.deploy(tag, shop.said.append)
        except StrataError as error:
            told.append(error.message)

    both = [threading.Thread(target=release, args=[tag]) for tag in ("left", "right")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    [message] = told
    assert "a deployment goes on" in message or "is locked" in message
    assert shop.watch(shop.releases.current()).outcome is Outcome.COMPLETED
    assert shop.plan_is_empty()


def test_the_policy_of_a_release_allows_all_that_was_asked_until_here(shop: Home) -> None:
    assert not_allowed(shop.settings, use=Use.RELEASE) == []


def test_what_runs_before_a_release_uses_its_image_and_stops_it(url: str) -> None:
    shop = home(url, "two", before=["npm", "run", "migrate"])
    shop.shop.image("broken", "exit:7", "no such table")
    before = shop.releases.ecs.revisions()
    with pytest.raises(ReleaseFailed, match=r"npm run migrate ended with 7"):
        shop.deploy("broken")
    assert "no such table" in shop.said
    assert shop.releases.ecs.revisions() == before
    assert shop.plan_is_empty()

    # As with a real image, the command ends and the service stays.
    shop.shop.image("failing", "command:7", "no such table")
    with pytest.raises(ReleaseFailed, match=r"npm run migrate ended with 7"):
        shop.deploy("failing")
    assert shop.releases.ecs.revisions() == before

    shop.shop.image("good")
    found = shop.deploy("good")
    assert found.outcome is Outcome.COMPLETED
    assert found.revision > max(before)
    assert shop.runs() == shop.recorded() == "shop-two:good"


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Stopped(signal.SIGTERM)])
def test_a_release_that_is_stopped_at_its_command_leaves_nothing(
    url: str, stop: BaseException
) -> None:
    shop = home(url, f"stopped-{type(stop).__name__.lower()}", before=["npm", "run", "migrate"])
    shop.shop.image("slow", "command:0:600")
    before = shop.releases.ecs.revisions()

    def interrupted(_: float) -> None:
        raise stop

    shop.releases.sleep = interrupted
    with pytest.raises(type(stop)):
        shop.releases.deploy("slow", shop.said.append)
    assert shop.said[-1] == (
        "nothing was released; npm run migrate goes on in its task, if it has begun"
    )
    assert shop.releases.ecs.revisions() == before
    assert shop.plan_is_empty()
