"""What else changes, and what is created."""

from strata.plan_file.changes import Change
from strata.review.ranks.reason import Reason

PERMISSIONS = ("aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_s3_bucket_policy")


def rest(change: Change) -> Reason:
    """Why a change is listed with the rest."""
    if change.actions == ("create",):
        return Reason("created", "new")
    return Reason("else", _why(change), change.forcing)


def _why(change: Change) -> str:
    if change.replaces:
        return _replaced(change)
    if change.actions == ("update",):
        return _changed_in_place(change)
    if change.actions == ("delete",) and change.type in PERMISSIONS:
        return "what it allowed is refused from then on"
    if change.actions == ("no-op",) and change.imports and not change.moved_from:
        return "it exists and is imported; it is not changed"
    words: dict[tuple[str, ...], str] = {
        ("no-op",): f"from {change.moved_from}; nothing happens to it",
        ("forget",): "it stays as it is, and Strata leaves it alone",
        ("delete",): "it stores nothing, and no request needs it",
    }
    return words.get(change.actions, " and ".join(change.actions))


def _replaced(change: Change) -> str:
    if change.type == "aws_ecs_task_definition":
        return "a new revision, which the service rolls out"
    if change.actions[0] == "create":
        return "the new one is created before the old one is deleted"
    return "it stores nothing, and no request passes through it"


def _changed_in_place(change: Change) -> str:
    if change.type == "aws_ecs_service" and "task_definition" in change.changed:
        least = (change.after or {}).get("deployment_minimum_healthy_percent")
        return f"tasks are replaced while {least} % of them stay up"
    if change.type == "aws_launch_template":
        return "new instances start with it; running instances keep the old version"
    return "in place"
