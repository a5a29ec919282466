"""Services with an image of their own: their repositories, and what else of them differs."""

import json
from pathlib import Path
from typing import Any

import pytest

from strata.deployer.policy import documents
from strata.deployer.table import Use
from strata.documents.stacks import blocks, stack
from strata.map.write import drawn
from strata.release.place import place
from strata.synthesis.synthesize import synthesize
from tests.composing import verdict
from tests.modules.test_alarms import EMAIL, with_alarms

Json = dict[str, Any]

OWN = with_alarms(
    "imaged", {"email": EMAIL}, cluster={"max_size": 20},
    service={"command": ["node", "server.js"], "entry_point": ["/init"]},
    services={
        "admin": {"repository": "shop/admin-ui", "image_tag": "7"},
        "cron": {"repository": "shop/admin-ui", "command": ["/cron"]},
        "docs": {"repository": "shop_docs.site"},
        "mail": {"command": ["node", "mail.js"], "image_tag": "1.4.0"},
    },
)  # fmt: skip
REPOSITORY = "aws_ecr_repository.registry_repository"
ADMIN, DOCS = f"{REPOSITORY}_shopSadmin_ui", f"{REPOSITORY}_shopUdocsDsite"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own-images")
    synthesize([OWN], folder)
    return folder


@pytest.fixture(scope="module")
def composed_own(out: Path) -> Json:
    return dict(json.loads((out / "composed" / "imaged" / "cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def resources(composed_own: Json) -> dict[str, Json]:
    return blocks(composed_own)


def test_each_repository_is_made_once_and_as_the_first(resources: dict[str, Json]) -> None:
    made = {one: body for one, body in resources.items() if one.startswith("aws_ecr_repository.")}
    assert {one: body["name"] for one, body in made.items()} == {
        REPOSITORY: "shop-imaged", ADMIN: "shop/admin-ui", DOCS: "shop_docs.site",
    }  # fmt: skip
    first, *others = (
        {key: body for key, body in made[one].items() if key not in ("//", "name", "tags")}
        for one in (REPOSITORY, ADMIN, DOCS)
    )
    assert others == [first, first]


def test_each_keeps_what_was_deployed_from_it(resources: dict[str, Json]) -> None:
    rules = {
        body["repository"]: json.loads(body["policy"])["rules"]
        for one, body in resources.items()
        if one.startswith("aws_ecr_lifecycle_policy.")
    }
    assert rules.keys() == {f"${{{one}.name}}" for one in (REPOSITORY, ADMIN, DOCS)}
    for kept, _ in rules.values():
        assert kept["selection"]["tagPatternList"] == ["deployed-*"]


@pytest.mark.parametrize(
    ("name", "repository", "tag", "parameter"),
    [
        ("admin", ADMIN, "7", "image-admin/shop/admin-ui/7"),
        ("cron", ADMIN, "1.0.0", "image-cron/shop/admin-ui/1.0.0"),
        ("docs", DOCS, "1.0.0", "image-docs/shop_docs.site/1.0.0"),
        ("mail", REPOSITORY, "1.4.0", "image-mail/1.4.0"),
    ],
)
def test_a_first_apply_runs_its_tag_of_its_repository(
    name: str, repository: str, tag: str, parameter: str, resources: dict[str, Json]
) -> None:
    made = resources[f"aws_ssm_parameter.service_worker_{name}_image"]
    assert made["insecure_value"] == f"${{{repository}.repository_url}}:{tag}"
    assert made["name"] == f"/shop/imaged/{parameter}" == place(OWN, name).parameter
    assert place(OWN, name).repository == resources[repository]["name"]


def test_the_words_of_the_service_are_not_for_another_image(resources: dict[str, Json]) -> None:
    def words(name: str) -> tuple[Any, Any]:
        address = f"aws_ecs_task_definition.service_worker_{name}_task_definition"
        (container,) = json.loads(resources[address]["container_definitions"])
        return container.get("entryPoint"), container.get("command")

    assert words("admin") == (None, None)
    assert words("cron") == (None, ["/cron"])
    assert words("mail") == (["/init"], ["node", "mail.js"])


def test_tasks_may_pull_from_each_repository(resources: dict[str, Json]) -> None:
    policy = json.loads(resources["aws_iam_role_policy.service_execution_role_policy"]["policy"])
    (pull,) = [one for one in policy["Statement"] if "ecr:BatchGetImage" in one["Action"]]
    assert pull["Resource"] == [f"${{{one}.arn}}" for one in (REPOSITORY, ADMIN, DOCS)]


def test_who_deploys_may_push_to_each_repository(composed_own: Json) -> None:
    text = json.dumps(documents(OWN, stack(composed_own), Use.RELEASE))
    for name in ("shop-imaged", "shop/admin-ui", "shop_docs.site"):
        assert f":repository/{name}" in text


def test_the_gate_finds_nothing_in_them(out: Path) -> None:
    report = verdict(out, OWN)
    assert report.environments == ["imaged"]
    assert (report.findings, report.unjudged) == ([], [])


def test_the_picture_says_which_service_pulls_from_which(composed_own: Json) -> None:
    system = drawn(stack(composed_own), "shop-imaged").pictures[1]
    pulls = {
        (edge.source.partition(".service_")[2], edge.target)
        for edge in system.edges
        if edge.lines == ("pulls image",)
    }
    assert pulls == {
        ("service", REPOSITORY), ("worker_mail_service", REPOSITORY),
        ("worker_admin_service", ADMIN), ("worker_cron_service", ADMIN),
        ("worker_docs_service", DOCS),
    }  # fmt: skip
