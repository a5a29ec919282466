"""What ECR answers, by its own model: findings of scans, and what a tag stands for."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from strata.errors import StrataError
from strata.images import repository
from strata.images.engines import Image
from strata.images.push import already
from strata.images.repository import Repository, Scan, scan

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")


@pytest.fixture
def ecr() -> Any:
    """A client that asks nobody."""
    make: Any = boto3.client
    return make("ecr", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")


def scanned(status: str, description: str = "", **counts: int) -> dict[str, Any]:
    return {
        "imageScanStatus": {"status": status, "description": description},
        "imageScanFindings": {"findingSeverityCounts": counts},
    }


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (scanned("COMPLETE"), Scan({})),
        (scanned("COMPLETE", LOW=3, CRITICAL=1), Scan({"CRITICAL": 1, "LOW": 3})),
        (scanned("ACTIVE", HIGH=2), Scan({"HIGH": 2})),
        (
            scanned("FAILED", "UnsupportedImageError: the system is not known"),
            Scan({}, "failed: UnsupportedImageError: the system is not known"),
        ),
        (scanned("SCAN_ELIGIBILITY_EXPIRED"), Scan({}, "scan eligibility expired")),
    ],
)
def test_what_a_scan_found(answer: dict[str, Any], expected: Scan, ecr: Any) -> None:
    with Stubber(ecr) as stub:
        stub.add_response("describe_image_scan_findings", answer)
        found = scan(ecr, "shop", A)
    assert found == expected
    assert list(found.findings) == list(expected.findings)


def test_findings_are_waited_for_and_not_for_ever(ecr: Any) -> None:
    slept: list[float] = []
    with Stubber(ecr) as stub:
        stub.add_client_error("describe_image_scan_findings", "ScanNotFoundException")
        stub.add_response("describe_image_scan_findings", scanned("PENDING"))
        stub.add_response("describe_image_scan_findings", scanned("IN_PROGRESS"))
        stub.add_response("describe_image_scan_findings", scanned("COMPLETE"))
        assert scan(ecr, "shop", A, sleep=slept.append) == Scan({})
    assert slept == [repository.POLL_SECONDS] * 3
    with Stubber(ecr) as stub:
        stub.add_client_error("describe_image_scan_findings", "ScanNotFoundException")
        found = scan(ecr, "shop", A, seconds=1, sleep=slept.append)
    assert found == Scan({}, "not finished within 1 s")


def holds(stub: Stubber, digest: str, manifest: dict[str, Any]) -> None:
    image = {"imageId": {"imageDigest": digest}, "imageManifest": json.dumps(manifest)}
    stub.add_response("batch_get_image", {"images": [image]})


@pytest.mark.parametrize("immutable", [True, False])
def test_a_tag_stands_for_the_image_by_its_manifest_or_its_configuration(
    immutable: bool, ecr: Any
) -> None:
    place = Repository("shop", "host/shop", immutable, scan_on_push=True)
    image = Image("x", "linux/amd64", frozenset({A}))
    with Stubber(ecr) as stub:
        stub.add_response("batch_get_image", {"images": [], "failures": []})
        assert already(ecr, place, "1", image) is False
        holds(stub, B, {"config": {"digest": A}})
        assert already(ecr, place, "1", image) is True
        holds(stub, A, {"manifests": []})
        assert already(ecr, place, "1", image) is True
        holds(stub, B, {"config": {"digest": C}})
        if immutable:
            with pytest.raises(StrataError, match="the tag 1 stands for another image in shop"):
                already(ecr, place, "1", image)
        else:
            assert already(ecr, place, "1", image) is False
