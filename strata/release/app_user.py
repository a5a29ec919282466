"""The application's own user of MySQL: made before the services start, and rotated while they run.

A task of the database layer makes it (`modules/app_user.py`). What the user is to be stands in its
secret under the label AWSPENDING, what tasks of the services get under AWSCURRENT, which moves only
after the database has the user: docs/decisions/0024-the-apps-own-user.md. An object beside the
state of the database notes what was made.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from strata.aws.session import session
from strata.documents.layers import state_key
from strata.errors import StrataError
from strata.release import one_off
from strata.release.ecs import Ecs, asking, described
from strata.release.place import Place, place
from strata.settings.models import AppUser, Settings
from strata.settings.resource_names import (
    APP_USER,
    app_user_family,
    app_user_log_group,
    app_users,
    capacity_provider,
)
from strata.state.client import s3_client
from strata.state.states import required_outputs

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"

PASSWORD_LENGTH = 40
"""Characters of a password: letters and digits, which need no quoting anywhere."""

TIMEOUT_SECONDS = 1800.0
"""For the task, which may have to wait for the first instance."""

STARTED_BY = "strata-database-user"

Tell = Callable[[str], None]


class _Note(BaseModel):
    """What was made: `made` names the database, the task's definition and the version of `secret`.
    `settled` is the version whose user alone may log in, until the next rotation begins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: str = ""
    made: str = ""
    settled: str = ""


def note_key(environment: str) -> str:
    """The key of the object that notes what was made."""
    return state_key(environment, "database").removesuffix(".tfstate") + ".app-user"


def make(settings: Settings, *, again: bool = False, tell: Tell = lambda _: None) -> bool:
    """Make the user, unless it was made already; False when there was nothing to do.

    With `again` its password and privileges are set in any case. `tell` is told what runs, before
    the task is started, which may take minutes. Raises StrataError with the last
    lines of the task when it fails: the services have not changed then.
    """
    if settings.database.app_user is None:
        return False
    user = _User(settings)
    current = user.version(CURRENT)
    if not current:
        current = user.add(app_users(user.name)[0], CURRENT, PENDING)
    note = user.noted()
    if note.made == user.made(current) and not again:
        return False
    # A rotation that was cut off before its user was in use begins anew.
    user.label(PENDING, current)
    tell(f"a task makes the database user {user.name}")
    user.run()
    user.note(
        note.model_copy(update={"made": user.made(current), "settled": note.settled or current})
    )
    return True


def rotate(settings: Settings, deploy: Callable[[], None], tell: Tell) -> None:
    """Give the services another user with a new password while tasks go on.

    The other one of the two users is made, its secret becomes current, `deploy` gives it to the
    tasks, and then the first can log in no more. Cut off anywhere, the next call goes on. Raises
    StrataError; until the last step both users can log in.
    """
    user = _User(settings)
    current, note = user.version(CURRENT), user.noted()
    if not current or not note.settled:
        raise StrataError(
            f"{settings.environment.name} has no user of its own in the database yet",
            f"{settings.environment.command('apply')} makes it",
        )
    if note.settled == current:
        pending = user.version(PENDING)
        if pending in ("", current):
            pending = user.add(user.other(current), PENDING)
        user.run()
        user.label(CURRENT, pending)
        current = pending
        note = note.model_copy(update={"made": user.made(current)})
        user.note(note)
        tell("the database knows another user with a new password")
    deploy()
    user.run(LOCK_OTHER="yes")
    user.note(note.model_copy(update={"settled": current}))


def required(settings: Settings) -> AppUser:
    """The user that the settings name; raises StrataError where they name none."""
    if settings.database.app_user is None:
        raise StrataError(
            "the application has no user of its own in the database",
            "[database.app_user] in the settings gives it one",
        )
    return settings.database.app_user


@dataclass(frozen=True)
class _Outputs:
    """What the state of the database layer says."""

    app_user_secret_arn: str
    app_user_task_definition_arn: str
    database_resource_id: str


class _User:
    """The secret of the user, the task that makes it, and the note. Values are never shown."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self.name = settings, required(settings).name
        self._outputs = _outputs(settings)
        self._arn = self._outputs.app_user_secret_arn
        environment = settings.environment
        self._secrets = session(environment).client("secretsmanager")
        self._s3 = s3_client(environment)
        self._bucket, self._key = environment.state_bucket, note_key(environment.name)

    def version(self, label: str) -> str:
        """The version of the secret that has a label; empty without one."""
        with asking():
            answer = self._secrets.describe_secret(SecretId=self._arn)
        stages: Mapping[str, list[str]] = answer.get("VersionIdsToStages", {})
        return next((name for name, labels in stages.items() if label in labels), "")

    def add(self, username: str, *labels: str) -> str:
        """Make a version with a new password."""
        with asking():
            password = self._secrets.get_random_password(
                PasswordLength=PASSWORD_LENGTH, ExcludePunctuation=True
            )["RandomPassword"]
            made = self._secrets.put_secret_value(
                SecretId=self._arn,
                SecretString=json.dumps({"username": username, "password": password}),
                VersionStages=list(labels),
            )
        return made["VersionId"]

    def label(self, label: str, version: str) -> None:
        """Move a label to a version."""
        before = self.version(label)
        if before == version:
            return
        where: Any = {"RemoveFromVersionId": before} if before else {}
        with asking():
            self._secrets.update_secret_version_stage(
                SecretId=self._arn, VersionStage=label, MoveToVersionId=version, **where
            )

    def other(self, version: str) -> str:
        """The other one of the two users than that of a version."""
        with asking():
            answer = self._secrets.get_secret_value(SecretId=self._arn, VersionId=version)
        first, second = app_users(self.name)
        return second if json.loads(answer["SecretString"])["username"] == first else first

    def run(self, **variables: str) -> None:
        """Run the task with the version that is labelled AWSPENDING."""
        environment = self._settings.environment
        ecs = Ecs(environment, where(self._settings))
        lines: list[str] = []
        ended = one_off.run_task(
            environment,
            ecs,
            described(environment, self._outputs.app_user_task_definition_arn),
            one_off.Overrides([], variables),
            lines.append,
            note=lines.append,
            started_by=STARTED_BY,
            providers=[capacity_provider(environment)],
            timeout=TIMEOUT_SECONDS,
        )
        if ended.exit_code != 0:
            how = f"ended with {ended.exit_code}" if ended.exit_code is not None else "never ran"
            why = [ended.reason] if ended.reason else []
            words = "\n".join([f"the task {ended.task.id} {how}", *why, *lines[-10:]])
            raise StrataError(
                f"the application's user was not made in the database: {words}",
                f"{environment.command('database-user')} tries it again",
            )

    def made(self, version: str) -> str:
        """What a note says once the user of a version is made."""
        outputs = self._outputs
        return f"{outputs.database_resource_id} {outputs.app_user_task_definition_arn} {version}"

    def noted(self) -> _Note:
        """What was noted of this secret; empty without a note."""
        nothing = _Note(secret=self._arn)
        with asking():
            if not self._s3.list_objects_v2(Bucket=self._bucket, Prefix=self._key)["KeyCount"]:
                return nothing
            body = self._s3.get_object(Bucket=self._bucket, Key=self._key)["Body"].read()
        try:
            note = _Note.model_validate_json(body)
        except ValidationError:
            # What cannot be read is made again.
            return nothing
        # An environment that was destroyed leaves its note, of a secret that is gone.
        return note if note.secret == self._arn else nothing

    def note(self, note: _Note) -> None:
        """Write the note."""
        body = note.model_dump_json().encode()
        with asking():
            self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=body)


def where(settings: Settings) -> Place:
    """Where the task runs, and writes its log."""
    return replace(
        place(settings),
        service="",
        family=app_user_family(settings.environment),
        container=APP_USER,
        log_group=app_user_log_group(settings.environment),
        prefix=APP_USER,
    )


def _outputs(settings: Settings) -> _Outputs:
    names = _Outputs.__annotations__
    return _Outputs(*required_outputs(settings.environment, "database", *names))
