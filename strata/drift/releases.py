"""Tells releases that others made from drift: who runs which image, and since when."""

import json
from collections.abc import Callable, Sequence

from strata.documents import Json
from strata.drift.report import Released
from strata.release.model import Revision
from strata.release.place import take_over_command
from strata.settings.models import Environment
from strata.settings.resource_names import worker_of

TASK = "aws_ecs_task_definition."
SERVICE = "aws_ecs_service."
PARAMETER = "aws_ssm_parameter."


def elsewhere(
    environment: Environment,
    ours: Sequence[tuple[str, Json]],
    revision: Callable[[str], Revision],
) -> list[Released]:
    """Releases by other means than Strata, from (address, values) of the resources as AWS has them.

    One is there when the newest revision has another image than the parameter of Strata's releases
    says, or when the service runs an older revision than the newest. `revision` describes the
    revision of an ARN.
    """
    values = dict(ours)
    services = [body for address, body in ours if address.startswith(SERVICE)]
    found: list[Released] = []
    for address, body in ours:
        if not address.startswith(TASK):
            continue
        # `service_worker_mail_task_definition` has the image of `service_worker_mail_image`.
        own = f"{PARAMETER}{address.removeprefix(TASK).removesuffix('task_definition')}image"
        known = values.get(own, {}).get("insecure_value")
        if not known:
            continue
        running = [one["task_definition"] for one in services if _family(one) == body.get("family")]
        newest = str(body.get("arn"))
        other = _image(body) != known
        behind = [arn for arn in running if arn != newest]
        if other or behind:
            released = revision(newest if other else behind[0])
            found.append(_released(environment, address, released, str(known)))
    return found


def _released(environment: Environment, address: str, revision: Revision, known: str) -> Released:
    service = worker_of(address)
    return Released(
        address=address,
        service=service,
        revision=revision.number,
        image=revision.image,
        known=known,
        registered_by=revision.registered_by,
        registered_at=revision.registered_at,
        keep=take_over_command(environment, service),
    )


def _family(service: Json) -> str:
    return str(service.get("task_definition")).rpartition("/")[2].rpartition(":")[0]


def _image(task: Json) -> object:
    try:
        definitions = json.loads(task.get("container_definitions") or "[]")
        return definitions[0].get("image")
    except (ValueError, IndexError, AttributeError):
        return None
