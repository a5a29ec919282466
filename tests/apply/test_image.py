"""When an apply needs the image of the service, and what it says where it is missing."""

import json

import pytest

from strata.apply import image
from strata.apply.image import NoImage, before_apply, images_in, require
from strata.aws.images import Answer, Image, Presence
from strata.plan_file.changes import Change
from strata.settings import load
from strata.settings.models import Worker
from tests.raised import raised

LOCAL = load("local")
TASK, SERVICE = "aws_ecs_task_definition.service_task_definition", "aws_ecs_service.service_service"
REPOSITORY = Change(
    "aws_ecr_repository.registry_repository", ("create",), None, {"name": "shop-local"}
)
NEW_TASK = Change(TASK, ("create",), None, {"family": "shop"})
NEXT_TASK = Change(TASK, ("create", "delete"), {"family": "shop"}, {"family": "shop"})
OTHER_REVISION = Change(
    SERVICE, ("update",), {"task_definition": "shop:1"}, {}, {"task_definition": True}
)
MORE_PERCENT = Change(
    SERVICE, ("update",), {"deployment_maximum_percent": 100}, {"deployment_maximum_percent": 200}
)


def registry_says(patch: pytest.MonkeyPatch, presence: Presence, why: str = "") -> None:
    patch.setattr(image, "look", lambda *_: Answer(presence, why))


@pytest.mark.parametrize("presence", list(Presence))
def test_only_new_tasks_need_an_image_and_only_a_missing_one_stops_them(
    presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry_says(monkeypatch, presence, "no permission")
    missing = presence in (Presence.NO_IMAGE, Presence.NO_REPOSITORY)
    for change in (NEW_TASK, NEXT_TASK, OTHER_REVISION):
        error = raised(NoImage, require, LOCAL, [change], "not applied")
        assert bool(error) is missing, change
        if error:
            assert error.message == (
                "not applied: the image 123456789012.dkr.ecr.eu-central-1.amazonaws.com/"
                "shop-local:1.0.0 is not in the repository"
            ), change
            assert error.commands == ["strata emulator push shop-local 1.0.0"], change
            assert error.hint == "push it:\n    strata emulator push shop-local 1.0.0", change
        else:
            said = "".join(require(LOCAL, [change], "not applied"))
            unknown = presence is Presence.UNKNOWN
            assert ("was not looked for: no permission" in said) is unknown, change
    assert "was not looked for" not in "".join(require(LOCAL, [MORE_PERCENT], "not applied"))


def test_a_release_that_the_apply_would_undo_is_named_and_kept_by_a_command() -> None:
    def of(image: str) -> dict[str, str]:
        return {"container_definitions": json.dumps([{"name": "api", "image": image}])}

    change = Change(TASK, ("create", "delete"), of("shop:ci"), of("shop:1"))
    lines = image.undone(LOCAL.environment, [change])
    assert "shop:ci was released by other means" in lines[0]
    assert lines[2].strip() == "strata deploy local --take-over"
    # Another tag in the settings is a release of ours.
    parameter = Change("aws_ssm_parameter.service_image", ("delete", "create"), {}, {})
    assert image.undone(LOCAL.environment, [change, parameter]) == []
    assert (
        image.undone(LOCAL.environment, [Change(TASK, ("update",), of("shop:1"), of("shop:1"))])
        == []
    )


def test_an_apply_that_makes_the_repository_begins_and_says_how_to_push(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry_says(monkeypatch, Presence.NO_REPOSITORY)
    lines = before_apply(LOCAL, [REPOSITORY, NEW_TASK], "nothing was applied")
    assert "can be pushed once the registry layer is applied" in lines[0]
    assert lines[2].endswith("amazonaws.com/shop-local:1.0.0")
    assert lines[-1].strip() == "strata emulator push shop-local 1.0.0"
    with pytest.raises(NoImage, match="nothing was applied"):
        before_apply(LOCAL, [NEW_TASK], "nothing was applied")


def test_a_repository_that_is_replaced_has_no_image_before_the_apply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renamed = Change(
        REPOSITORY.address, ("delete", "create"), {"name": "a"}, {"name": "shop-local"}
    )
    registry_says(monkeypatch, Presence.NO_REPOSITORY)
    assert before_apply(LOCAL, [renamed, NEXT_TASK], "nothing was applied")


HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("reference", "repository", "tag", "digest"),
    [
        (f"{HOST}/shop-local:1.7.0", "shop-local", "1.7.0", ""),
        (f"{HOST}/team/api@sha256:aa", "team/api", "", "sha256:aa"),
        (f"{HOST}/team/api:2@sha256:aa", "team/api", "2", "sha256:aa"),
        ("127.0.0.1:5000/shop-local:1.7.0", "shop-local", "1.7.0", ""),
    ],
)
def test_the_image_that_the_plan_shows_is_looked_for_and_not_that_of_the_settings(
    reference: str, repository: str, tag: str, digest: str
) -> None:
    containers = [{"name": "log", "image": "x"}, {"name": "api", "image": reference}]
    shown = Change(TASK, ("create",), None, {"container_definitions": json.dumps(containers)})
    (image,) = images_in(LOCAL, [shown])
    assert (image.repository, image.tag, image.digest) == (repository, tag, digest)
    for hidden in (None, "(sensitive)", "[]"):
        change = Change(TASK, ("create",), None, {"container_definitions": hidden})
        assert [one.tag for one in images_in(LOCAL, [change])] == [LOCAL.service.image_tag]


def test_an_image_of_a_digest_is_not_pushed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    registry_says(monkeypatch, Presence.NO_IMAGE)
    containers = [{"name": "api", "image": f"{HOST}/shop-local@sha256:aa"}]
    change = Change(TASK, ("create",), None, {"container_definitions": json.dumps(containers)})
    with pytest.raises(NoImage, match="shop-local@sha256:aa is not in the repository") as error:
        require(LOCAL, [change], "not applied")
    assert (error.value.commands, error.value.hint) == ([], "deploy an image that is there")


MORE = LOCAL.model_copy(
    update={
        "services": {
            "admin": Worker(repository="shop/admin", image_tag="7"),
            "order-queue": Worker(command=["node", "orders.js"]),
        }
    }
)
ADMIN_TASK = Change("aws_ecs_task_definition.service_worker_admin_task_definition", ("create",),
                    None, {"family": "shop-admin"})  # fmt: skip
ADMIN_SERVICE = Change("aws_ecs_service.service_worker_admin_service", ("create",), None, {})
ORDERS_TASK = Change("aws_ecs_task_definition.service_worker_order_queue_task_definition",
                     ("create",), None, {"family": "shop-order-queue"})  # fmt: skip


def test_each_image_that_tasks_start_from_is_looked_for_once() -> None:
    images = images_in(MORE, [NEW_TASK, ADMIN_TASK, ADMIN_SERVICE, ORDERS_TASK, MORE_PERCENT])
    assert [f"{one.repository}:{one.tag}" for one in images] == ["shop-local:1.0.0", "shop/admin:7"]
    containers = json.dumps([{"name": "api", "image": f"{HOST}/shop/admin:8"}])
    shown = Change(ADMIN_TASK.address, ("create",), None, {"container_definitions": containers})
    assert [one.tag for one in images_in(MORE, [shown, ADMIN_SERVICE])] == ["8"]


def test_the_missing_image_of_a_further_service_is_named_with_its_push(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(_: object, wanted: Image) -> Answer:
        there = wanted.repository == "shop-local"
        return Answer(Presence.PRESENT if there else Presence.NO_IMAGE)

    monkeypatch.setattr(image, "look", answer)
    with pytest.raises(NoImage, match="shop/admin:7 is not in the repository") as error:
        require(MORE, [NEW_TASK, ADMIN_TASK], "not applied")
    assert error.value.commands == ["strata emulator push shop/admin 7"]
    made = Change("aws_ecr_repository.registry_repository_shopSadmin", ("create",), None,
                  {"name": "shop/admin"})  # fmt: skip
    lines = before_apply(MORE, [made, NEW_TASK, ADMIN_TASK], "nothing was applied")
    assert [line.strip() for line in lines[2:]] == [
        f"{HOST}/shop/admin:7", "strata emulator push shop/admin 7",
    ]  # fmt: skip
