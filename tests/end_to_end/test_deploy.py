"""`strata deploy` that is left alone: by Ctrl-C, by a login that expires, and beside another."""

import json
import os
import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from strata.local import ecs as play
from tests import ROOT
from tests.emulator.ecs.shop import Shop
from tests.end_to_end import service
from tests.end_to_end.conftest import Client, strata_here
from tests.end_to_end.expiring import login
from tests.end_to_end.forks import Command
from tests.end_to_end.test_killed import until
from tests.serving import serving

pytestmark = pytest.mark.emulator

WATCH = "strata deploy local --watch-only"


@pytest.fixture(scope="module")
def shop(aws: Client) -> Shop:
    """The service of `local`; time stands, so that no deployment comes to its end."""
    return service.releasable(os.environ["AWS_ENDPOINT_URL"])


@pytest.fixture(autouse=True)
def settled(shop: Shop) -> Iterator[None]:
    """Whatever a test began comes to its end."""
    yield
    shop.step(service.SETTLED_SECONDS)


class Watching:
    """A `strata deploy` that watches a deployment."""

    def __init__(self, folder: Path, tag: str, endpoint: str | None = None) -> None:
        self.output = folder / f"{tag}.out"
        environment = {**os.environ, **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})}
        with self.output.open("wb") as out:
            words = ("deploy", "local", "--tag", tag)
            self.process = Command(
                folder / "own", *words, out=out.fileno(), environment=environment
            )
        until(lambda: "tasks      3 wanted" in self.said() or self.ended(), 60)
        assert not self.ended(), self.said()

    def said(self) -> str:
        return self.output.read_text()

    def ended(self) -> bool:
        return self.process.poll() is not None


def revisions(shop: Shop) -> list[str]:
    """The image of each deployment that ECS lists, the newest first."""
    [found] = shop.ecs.describe_services(cluster=shop.cluster, services=["shop-local"])["services"]
    return [one["taskDefinition"].rpartition("/")[2] for one in found["deployments"]]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_leaves_the_deployment_going_and_says_how_to_watch_on(
    sent: signal.Signals, code: int, shop: Shop, folder: Path
) -> None:
    """And so does the signal that CI sends to a cancelled job."""
    tag = f"interrupted-{code}"
    shop.image(tag)
    watching = Watching(folder, tag)
    begun = revisions(shop)[0]
    watching.process.send_signal(sent)
    assert watching.process.wait(60) == code
    assert f"the deployment goes on; {WATCH} watches it\n" in watching.said()
    assert "Traceback" not in watching.said()
    shop.step(service.SETTLED_SECONDS)
    answer = strata_here(folder / "own", "deploy", "local", "--watch-only")
    assert answer.returncode == 0, answer.stdout
    assert revisions(shop) == [begun]
    assert f"revision {begun.partition(':')[2]} is released\n" in answer.stdout


def test_a_login_that_expires_in_the_middle_is_told_and_status_goes_on_from_there(
    shop: Shop, folder: Path
) -> None:
    shop.image("expired")
    with login(shop.url) as through:
        watching = Watching(folder, "expired", through.url)
        begun = revisions(shop)[0]
        through.expired = True
        assert watching.process.wait(60) == 2
    said = watching.said()
    assert "error: the AWS credentials have expired\n" in said
    assert "the deployment goes on without being watched\n" in said
    assert "hint: log in again\n" in said
    assert f"{WATCH} goes on watching it, and strata status local shows it\n" in said
    answer = strata_here(folder / "own", "status", "local")
    assert answer.returncode == 0, answer.stdout
    assert "image      123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-local:" in answer.stdout
    assert f"  revision {begun.partition(':')[2]} PRIMARY IN_PROGRESS: 3 wanted" in answer.stdout
    shop.step(service.SETTLED_SECONDS)
    assert strata_here(folder / "own", "deploy", "local", "--watch-only").returncode == 0


def test_a_login_that_has_expired_before_changes_nothing(shop: Shop, folder: Path) -> None:
    shop.image("never")
    before = revisions(shop)
    with login(shop.url) as through, pytest.MonkeyPatch.context() as patch:
        through.expired = True
        patch.setenv("AWS_ENDPOINT_URL", through.url)
        answer = strata_here(folder / "own", "deploy", "local", "--tag", "never")
    assert answer.returncode == 2
    assert "error: the AWS credentials have expired\nhint: log in again\n" in answer.stdout
    assert revisions(shop) == before


def test_of_two_deploys_at_once_the_second_is_told_and_changes_nothing(
    shop: Shop, folder: Path
) -> None:
    shop.image("first")
    shop.image("second")
    watching = Watching(folder, "first")
    begun = revisions(shop)
    answer = strata_here(folder / "own", "deploy", "local", "--tag", "second")
    assert answer.returncode == 2
    number = begun[0].partition(":")[2]
    assert f"error: a deployment goes on: revision {number} (" in answer.stdout
    assert "/shop-local:first) since " in answer.stdout
    assert f"hint: {WATCH} watches it; --replace puts this one in its place\n" in answer.stdout
    assert revisions(shop) == begun
    shop.step(service.SETTLED_SECONDS)
    assert watching.process.wait(60) == 0, watching.said()


def test_what_runs_before_a_release_ends_and_the_same_image_serves(
    shop: Shop, folder: Path
) -> None:
    env = folder / "migrates.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    env.write_text(f'{text}\n[release]\nbefore = ["npm", "run", "migrate"]\n')
    shop.image("migrates", "good", "migrated")
    shop.image("fails", "command:3", "no such table")
    play.control(shop.url, factor=240)
    try:
        answer = strata_here(folder / "own", "deploy", env, "--tag", "migrates")
        assert answer.returncode == 0, answer.stdout
        begun, _, after = answer.stdout.partition("before the release: npm run migrate\n")
        assert after.startswith("migrated\n"), begun
        assert after.endswith(" is released\n")
        running = revisions(shop)
        answer = strata_here(folder / "own", "deploy", env, "--tag", "fails")
        assert answer.returncode == 2
        assert "no such table\n" in answer.stdout
        assert "error: npm run migrate ended with 3 (task " in answer.stdout
        assert revisions(shop) == running
    finally:
        play.control(shop.url, factor=0)


class Webhook:
    """A webhook on loopback, and what was posted to it."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Any]] = []
        self.answers = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.posted.append((self.path, json.loads(body)))
                self.send_response(outer.answers)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/T0123/kept-to-ourselves"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    one = Webhook()
    with serving(one.server):
        yield one


def test_a_webhook_is_told_of_a_release_that_failed_and_nothing_of_its_address(
    shop: Shop, folder: Path, webhook: Webhook
) -> None:
    secrets = shop.aws("secretsmanager")
    secret = secrets.create_secret(Name="hook", SecretString=webhook.url)["ARN"]
    env = folder / "told.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    env.write_text(f'{text}\n[notify]\nwebhook_secret = "{secret}"\n')
    shop.image("fine")
    shop.image("broken", "exit:3", "password=hunter2")
    play.control(shop.url, factor=240)
    try:
        assert strata_here(folder / "own", "deploy", env, "--tag", "fine").returncode == 0
        # `on` names failures alone.
        assert webhook.posted == []
        answer = strata_here(folder / "own", "deploy", env, "--tag", "broken")
        assert answer.returncode == 1
        [(path, body)] = webhook.posted
        assert path == "/T0123/kept-to-ourselves"
        assert body.keys() == {"text"}
        assert body["text"].startswith("shop-local: revision ")
        assert "failed and was rolled back: revision " in body["text"]
        assert "the container exits (exit code 3). ECS says: Essential container" in body["text"]
        assert "hunter2" not in body["text"]
        # What it answers changes nothing about the release, and is said.
        for status in (404, 302):
            webhook.answers = status
            answer = strata_here(folder / "own", "deploy", env, "--tag", "broken")
            assert answer.returncode == 1
            assert f"the webhook was not told: it answered {status}\n" in answer.stdout
            assert "kept-to-ourselves" not in answer.stdout
        assert {path for path, _ in webhook.posted} == {"/T0123/kept-to-ourselves"}
        secrets.put_secret_value(SecretId=secret, SecretString='{"url": "kept-to-ourselves"}')
        answer = strata_here(folder / "own", "deploy", env, "--tag", "broken")
        assert answer.returncode == 1
        assert "does not hold an address that begins with https://\n" in answer.stdout
        assert "kept-to-ourselves" not in answer.stdout
    finally:
        play.control(shop.url, factor=0)
