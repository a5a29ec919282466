"""What a hundred releases in a row leave behind."""

from datetime import UTC, datetime

import pytest

from modules.registry import lifecycle_policy
from strata.release.verdict import Outcome
from tests.release.home import KEPT, Home, home
from tests.release.test_images import Pushed, expired

RELEASES = 100
FAILING = 10
"""Every how manyth release is broken."""


def repository(shop: Home) -> list[Pushed]:
    """When each image was pushed, as if one a second, and its tags."""
    pages = shop.shop.aws("ecr").get_paginator("describe_images")
    found = []
    for page in pages.paginate(repositoryName=shop.releases.place.repository):
        for image in page["imageDetails"]:
            tags = set(image["imageTags"])
            [number] = [int(tag[1:]) for tag in tags if tag[0] == "r"] or [0]
            found.append((datetime.fromtimestamp(number, UTC), tags))
    return found


@pytest.mark.emulator
def test_a_hundred_releases_leave_what_the_lifecycle_keeps(url: str) -> None:
    shop = home(url, "hundred")
    shop.pace = 600
    place = shop.releases.place
    shop.shop.ecs.update_service(cluster=place.cluster, service=place.service, desiredCount=1)
    good = "1.0.0"
    for number in range(1, RELEASES + 1):
        tag, broken = f"r{number}", number % FAILING == 0
        shop.shop.image(tag, "exit:1" if broken else "good")
        found = shop.deploy(tag)
        assert found.outcome is (Outcome.ROLLED_BACK if broken else Outcome.COMPLETED), found
        good = good if broken else tag
    assert shop.runs() == shop.recorded() == f"shop-hundred:{good}"
    assert shop.plan_is_empty()
    # As many revisions as images, and the one that the last failure left behind.
    left = shop.releases.ecs.revisions()
    assert len(left) == KEPT
    images = {shop.releases.ecs.revision(one).image.rpartition(":")[2] for one in left}
    newest = [n for n in range(RELEASES, 0, -1) if n % FAILING]
    assert images == {f"r{number}" for number in newest[:KEPT]}
    # Each was given to ECS, and none that was is ever expired; what was only pushed is.
    for number in range(RELEASES + 1, RELEASES + KEPT + 6):
        shop.shop.image(f"r{number}")
    gone = expired(lifecycle_policy(KEPT), repository(shop))
    assert sorted(gone, key=str) == [{f"r{number}"} for number in range(101, 106)]
