"""The service of `local` on the emulator, made by AWS's API, which takes seconds."""

from strata.local import ecs as play
from strata.release.place import place
from strata.settings import load
from strata.state.bucket import bootstrap
from tests.emulator.ecs.shop import Shop

TAG = "1.0.0"
IMAGE = f"shop-local:{TAG}"
SETTLED_SECONDS = 900


def made(url: str) -> Shop:
    """The cluster, the repository with an image, and the service with its tasks running.

    The clock of the emulator's ECS stands: `step` lets time pass.
    """
    play.control(url, factor=0)
    shop, names = Shop(url), place(load("local"))
    shop.cluster, shop.family = names.cluster, names.family
    shop.log_group, shop.repository = names.log_group, names.repository
    shop.ecs.create_cluster(clusterName=names.cluster)
    shop.aws("ecr").create_repository(repositoryName=names.repository)
    shop.aws("logs").create_log_group(logGroupName=names.log_group)
    tags = load("local").environment.tags.items()
    shop.instances(
        MinSize=3,
        Tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in tags],
    )
    shop.image(TAG)
    shop.create(shop.revision(TAG), serviceName=names.service, enableExecuteCommand=True)
    shop.step(SETTLED_SECONDS)
    return shop


def releasable(url: str) -> Shop:
    """The same, with what a release reads and writes beside ECS: its record and its lock."""
    shop, local = made(url), load("local")
    names = place(local)
    shop.aws("ssm").put_parameter(Name=names.parameter, Type="String", Value=names.image(TAG))
    bootstrap(local.environment)
    return shop
