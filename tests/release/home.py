"""The ECS parts of an environment on the emulator, made by AWS's API, without Terraform."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from strata.local import ecs as play
from strata.release import images
from strata.release.releasing import Releases
from strata.release.verdict import Progress, Verdict, Wanted
from strata.settings import Settings, load
from strata.state.bucket import bootstrap
from tests.emulator.ecs.shop import Shop

KEPT = 10
"""Images and revisions that the registry keeps."""


def settings(name: str, **release: Any) -> Settings:
    """The settings of `local` under another name."""
    data = load("local").model_dump()
    data["environment"]["name"] = name
    data["registry"]["keep_images"] = KEPT
    data["release"].update(release)
    return Settings.model_validate(data)


@dataclass
class Home:
    """An environment whose service runs image 1.0.0 as its first revision."""

    settings: Settings
    shop: Shop
    said: list[str] = field(default_factory=list)
    seen: list[Progress] = field(default_factory=list)
    now: float = 0.0
    pace: int = 25
    """Seconds of the emulator's for each that is waited."""

    @cached_property
    def releases(self) -> Releases:
        """Its releases; waiting lets time pass on the emulator."""
        return Releases(self.settings, self.sleep, lambda: self.now)

    def sleep(self, seconds: float) -> None:
        """Let more pass, so that few questions are asked."""
        self.now += seconds * self.pace
        self.shop.step(seconds * self.pace)

    def deploy(self, tag: str, timeout: float = 3600) -> Verdict:
        """Release a tag and watch it."""
        return self.watch(self.releases.deploy(tag, self.said.append), timeout)

    def watch(self, wanted: Wanted, timeout: float = 3600) -> Verdict:
        """Watch a deployment."""
        return self.releases.watch(wanted, self.seen.append, timeout)

    def marked(self) -> set[str]:
        """The images, by the tag that they were pushed with, that no lifecycle rule expires."""
        answer = self.shop.aws("ecr").describe_images(repositoryName=self.releases.place.repository)
        tags = {tag for image in answer["imageDetails"] for tag in image["imageTags"]}
        return {tag for tag in tags if images.mark(tag) in tags}

    def recorded(self) -> str:
        """The image that the parameter names, without its registry."""
        return self.releases.records.known().image.rpartition("/")[2]

    def runs(self) -> str:
        """The image of the revision that the service goes to, without its registry."""
        ecs = self.releases.ecs
        return ecs.revision(ecs.service().revision).image.rpartition("/")[2]

    def plan_is_empty(self) -> bool:
        """Whether a plan had nothing to change: parameter, newest revision and service agree."""
        ecs = self.releases.ecs
        newest = ecs.revision()
        return (
            newest.image == self.releases.records.known().image
            and ecs.service().revision == newest.number
        )


def home(url: str, name: str, **release: Any) -> Home:
    """An environment of that name, with its first deployment completed."""
    own = settings(name, **release)
    made = Home(own, Shop(url))
    place, shop = made.releases.place, made.shop
    shop.cluster, shop.family, shop.log_group = place.cluster, place.family, place.log_group
    shop.repository = place.repository
    shop.ecs.create_cluster(clusterName=place.cluster)
    shop.aws("ecr").create_repository(repositoryName=place.repository)
    shop.aws("logs").create_log_group(logGroupName=place.log_group)
    shop.aws("ssm").put_parameter(Name=place.parameter, Type="String", Value=place.image("1.0.0"))
    bootstrap(own.environment)
    shop.instances(MinSize=3)
    shop.image("1.0.0")
    shop.create(shop.revision("1.0.0"), serviceName=place.service)
    play.step(url, 600)
    return made
