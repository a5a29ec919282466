"""Releases: a new revision for the service, its deployment watched, the record of what runs."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from strata.errors import StrataError
from strata.machine.signals import Stopped
from strata.release import images, registry
from strata.release.ecs import Ecs
from strata.release.logs import with_log
from strata.release.model import Deployment, Revision, Service
from strata.release.one_off import Overrides, run_task
from strata.release.place import Place, place, service_option
from strata.release.record import Record, Records
from strata.release.verdict import (
    FINAL,
    Outcome,
    Progress,
    Seen,
    Verdict,
    Wanted,
    judge,
    outcome,
    progress,
)
from strata.settings.models import Settings
from strata.state import locks

LAYER = "service"
"""The layer whose lock a release takes: an apply changes task definition and service too."""
ASK_SECONDS = 2.0
"""Between two looks at a deployment."""

Say = Callable[[str], None]


class ReleaseFailed(StrataError):
    """A release that ended before its deployment began; nothing runs that did not run before."""


@dataclass
class Releases:
    """Releases of an environment; `service` is one of `[services]`."""

    settings: Settings
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    service: str = ""
    place: Place = field(init=False)
    ecs: Ecs = field(init=False)
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        self.place = place(self.settings, self.service)
        self.ecs = Ecs(self.settings.environment, self.place)
        self.records = Records(self.settings.environment, self.place)

    def command(self, name: str, *options: str) -> str:
        """A command of Strata on the service, as a shell takes it."""
        return self.settings.environment.command(name, *service_option(self.service), *options)

    def deploy(self, wanted: str, say: Say, *, replace: bool = False) -> Wanted:
        """Begin to release the image of a tag or digest; gives the deployment to watch.

        Raises StrataError, with nothing changed, when the image is not there, another deployment is
        at work (unless it may be replaced), an apply holds the layer, or `[release] before` fails.
        """
        newest = self.ecs.revision()
        image = registry.image(
            self.settings.environment, self.place, wanted, newest.architecture
        ).reference
        with self._alone("deploy"):
            record, service = self.records.known(), self._free(replace=replace)
            newest = self.ecs.revision()
            if newest.image == image and service.revision == newest.number:
                # The same image again, for a tag that moved or to start its tasks anew.
                self._before(newest, say)
                return self._begun(newest, record)
            revision = self.ecs.register(image)
            with self._dropped(revision):
                self._before(revision, say)
                return self._begun(revision, record)

    def back(self, number: int | None, say: Say) -> Wanted:
        """Begin to go back to a revision, by default the last good one; gives what to watch.

        A copy of it becomes the newest revision, as the next plan follows the newest. A deployment
        that is at work is replaced: going back is the way out of one that hangs.
        """
        with self._alone("rollback"):
            record, service = self.records.known(), self.ecs.service()
            good = self._good(number, service)
            say(f"going back to revision {good.number} ({good.image})")
            revision = self.ecs.register(like=good.number)
            with self._dropped(revision):
                wanted = self._begun(revision, record)
            left = service.primary
            if left and left.rollout != "COMPLETED" and left.revision != good.number:
                # It never was good, so that nobody goes back to it.
                self.ecs.deregister(left.revision)
            return wanted

    def take_over(self) -> Revision:
        """Note the image of the revision that the service runs; gives that revision.

        Newer revisions are deregistered, since the next plan follows the newest.
        """
        with self._alone("deploy --take-over"):
            record, service = self.records.known(), self.ecs.service()
            running = self.ecs.revision(service.revision)
            if record.image != running.image:
                self.records.write(record, running.image)
            images.keep_running(self.settings)
            for newer in (one for one in self.ecs.revisions() if one > running.number):
                self.ecs.deregister(newer)
            return running

    def current(self) -> Wanted:
        """The deployment that was begun last, to watch it from here; not one that goes back."""
        seen, newest = self.ecs.seen(), self.ecs.revision()
        primary = seen.service.primary
        if primary is None:
            raise StrataError(f"{self.place.service} has no deployment")
        if primary.revision != newest.number:
            wanted = Wanted.newest_of(newest.number, seen, _now())
            if outcome(wanted, seen) is not Outcome.REPLACED:
                return wanted
        return Wanted.of(primary, _now())

    def watch(self, wanted: Wanted, tell: Callable[[Progress], None], timeout: float) -> Verdict:
        """Watch a deployment to its end, or for `timeout` seconds; gives the verdict on it.

        What ECS went back from is dropped: the record says what runs, and the next plan no change.
        """
        until = self.monotonic() + timeout
        last: Progress | None = None
        while True:
            service = self.ecs.service()
            # Tasks are read for the verdict alone.
            seen = Seen(service=service, tasks=[], targets=self.ecs.targets(service))
            current = progress(wanted, seen)
            if current != last:
                tell(current)
                last = current
            became = outcome(wanted, seen)
            if became in FINAL or self.monotonic() > until:
                break
            self.sleep(ASK_SECONDS)
        verdict = self.verdict(wanted)
        if verdict.outcome is Outcome.ROLLED_BACK:
            self._settle(wanted)
        elif verdict.outcome is Outcome.COMPLETED:
            self._prune()
        return verdict

    def verdict(self, wanted: Wanted) -> Verdict:
        """The verdict so far, with the log of the task that shows the cause."""
        found = judge(wanted, self.ecs.seen(), self.place.container, self.service)
        return with_log(self.settings.environment, self.place, found)

    @contextmanager
    def _alone(self, operation: str) -> Iterator[None]:
        with locks.taken(self.settings.environment, LAYER, operation):
            yield

    @contextmanager
    def _dropped(self, revision: Revision) -> Iterator[None]:
        """Take a revision away again when its deployment does not begin."""
        try:
            yield
        except BaseException:
            if self.ecs.service().revision != revision.number:
                self.ecs.deregister(revision.number)
            raise

    def _free(self, *, replace: bool) -> Service:
        service = self.ecs.service()
        primary = service.primary
        if primary and primary.rollout == "IN_PROGRESS" and not replace:
            raise StrataError(
                f"a deployment goes on: {self._told(primary)}",
                f"{self.command('deploy', '--watch-only')} watches it; --replace puts this one in "
                "its place",
            )
        return service

    def _told(self, deployment: Deployment) -> str:
        revision = self.ecs.revision(deployment.revision)
        since = f" since {deployment.created_at:%H:%M:%S} UTC" if deployment.created_at else ""
        by = f", registered by {revision.registered_by}" if revision.registered_by else ""
        return f"revision {revision.number} ({revision.image}){since}{by}"

    def _before(self, revision: Revision, say: Say) -> None:
        command = self.settings.release.before
        if not command or self.service:
            return
        words = " ".join(command)
        say(f"before the release: {words}")
        try:
            done = run_task(
                self.settings.environment, self.ecs, revision, Overrides(command, {}), say,
                started_by="strata-release", note=say, sleep=self.sleep,
            )  # fmt: skip
        except (KeyboardInterrupt, Stopped):
            say(f"nothing was released; {words} goes on in its task, if it has begun")
            raise
        if done.exit_code != 0:
            ended = (
                f"ended with {done.exit_code}"
                if done.exit_code is not None
                else f"did not start: {done.reason}"
            )
            raise ReleaseFailed(
                f"{words} {ended} (task {done.task.id}): nothing was released",
                "what it did to the database before that stands",
            )

    def _begun(self, revision: Revision, record: Record) -> Wanted:
        # Before ECS has it: from then on an image of either revision may be pulled at any time.
        images.keep_running(self.settings, revision.image)
        since = _now()
        primary = self.ecs.update(revision).primary
        if record.image != revision.image:
            try:
                self.records.write(record, revision.image)
            except StrataError as error:
                raise StrataError(
                    f"the deployment of revision {revision.number} has begun, but {record.name} "
                    f"was not written: {error.message}",
                    f"{self.command('deploy', '--take-over')} writes it; until then a plan would "
                    "put the image before back",
                ) from error
        if primary is None:
            raise StrataError(f"ECS names no deployment of revision {revision.number}")
        return Wanted.of(primary, since)

    def _good(self, number: int | None, service: Service) -> Revision:
        active = self.ecs.revisions()
        if number is not None:
            if number not in active:
                raise StrataError(
                    f"{self.place.family} has no revision {number} that can run",
                    f"one of {_numbers(active)}",
                )
            return self.ecs.revision(number)
        # While the newest deployment is at work or has failed, what runs beside it is the good one.
        completed = [one for one in service.deployments if one.rollout == "COMPLETED"]
        primary = service.primary
        if primary and primary.rollout != "COMPLETED" and completed:
            return self.ecs.revision(completed[0].revision)
        running = self.ecs.revision(service.revision)
        for older in (one for one in active if one < service.revision):
            candidate = self.ecs.revision(older)
            if candidate.image != running.image:
                return candidate
        raise StrataError(
            f"{self.place.service} has no revision before {service.revision} with another image",
            f"{self.command('deploy', '--tag', 'TAG')} releases one",
        )

    def _settle(self, wanted: Wanted) -> None:
        """Note what ECS went back to, and take the revision away that failed."""
        with self._alone("deploy"):
            service, record = self.ecs.service(), self.records.known()
            if service.revision == wanted.revision:
                return
            failed = self.ecs.revision(wanted.revision)
            running = self.ecs.revision(service.revision)
            if record.image == failed.image != running.image:
                self.records.write(record, running.image)
            if failed.status == "ACTIVE":
                self.ecs.deregister(wanted.revision)

    def _prune(self) -> None:
        """Take away revisions whose images the repository's lifecycle no longer keeps either."""
        kept, service = self.settings.registry.keep_images, self.ecs.service()
        used = {one.revision for one in service.deployments}
        for old in self.ecs.revisions()[kept:]:
            if old not in used:
                self.ecs.deregister(old)


def _numbers(revisions: Sequence[int]) -> str:
    return ", ".join(map(str, sorted(revisions)[-10:])) or "none"


def _now() -> datetime:
    return datetime.now(UTC)
