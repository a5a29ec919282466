"""The example's image fits its task definition, as far as can be told without building it."""

import fnmatch
import json
import re
from typing import Any

import pytest

from tests.examples.service import DOCKERFILE, EXAMPLE, image, image_environment

LICENCES = {"Apache-2.0", "BSD-3-Clause", "ISC", "MIT"}

Json = dict[str, Any]


def test_user_port_and_command_are_those_of_the_task(task: Json) -> None:
    assert image()["USER"] == [task["user"]]
    [mapping] = task["portMappings"]
    assert image()["EXPOSE"] == [str(mapping["containerPort"])]
    assert image_environment()["PORT"] == str(mapping["containerPort"])
    assert json.loads(image()["CMD"][-1])[0] == "node"


def test_node_trusts_the_authorities_of_rds_and_can_read_them() -> None:
    [(options, address, target)] = [line.split() for line in image()["ADD"]]
    assert options == "--chmod=444"
    assert address == "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    assert image_environment()["NODE_EXTRA_CA_CERTS"] == target


def test_the_image_sets_nothing_that_the_task_sets(task: Json) -> None:
    names = {one["name"] for one in (*task["environment"], *task["secrets"])}
    assert not names & image_environment().keys()


def test_what_is_copied_is_there_and_not_ignored() -> None:
    ignored = (EXAMPLE / ".dockerignore").read_text().split()
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.M)
        for source in line.split()[:-1]
    ]
    assert {"package-lock.json", "server.js", "src"} <= set(sources)
    for source in sources:
        assert (EXAMPLE / source).exists()
        last = [one for one in ignored if fnmatch.fnmatch(source, one.lstrip("!"))][-1]
        assert last.startswith("!"), source


@pytest.mark.usefixtures("checkov_here")
def test_checkov_finds_nothing_but_what_is_explained() -> None:
    """As `checkov --framework dockerfile` does, in this process."""
    from checkov.common.output.report import Report  # noqa: PLC0415 - as the fixture imports it
    from checkov.dockerfile.runner import Runner  # noqa: PLC0415
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415

    found = Runner().run(
        None, files=[str(DOCKERFILE)], runner_filter=RunnerFilter(framework=["dockerfile"])
    )
    assert isinstance(found, Report)
    assert found.failed_checks == []
    assert {one.check_id for one in found.skipped_checks} == {"CKV_DOCKER_2", "CKV_DOCKER_4"}
    assert len(found.passed_checks) > 5


def test_packages_are_pinned_and_free_to_use() -> None:
    package = json.loads((EXAMPLE / "package.json").read_text())
    assert all(re.fullmatch(r"[0-9.]+", one) for one in package["dependencies"].values())
    lock = json.loads((EXAMPLE / "package-lock.json").read_text())["packages"]
    packages = {name: one for name, one in lock.items() if name}
    assert len(packages) > 10
    for name, one in packages.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name
        assert one["license"] in LICENCES, name
        assert not one.get("hasInstallScript"), name
