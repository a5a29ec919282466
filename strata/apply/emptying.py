"""Takes away what ECS keeps and no state holds, so that a destroy comes to its end.

A container instance whose agent lost its connection stays registered when it is terminated, and ECS
deletes no cluster with container instances (ECS API reference, DeregisterContainerInstance,
DeleteCluster). Revisions of the task definition outlive their service, for going back.
"""

from strata.aws.session import pages, session
from strata.release.ecs import Ecs, asking
from strata.release.place import place
from strata.settings.models import Settings

DESCRIBED = 100
"""Container instances that DescribeContainerInstances takes at once (ECS API reference)."""


def forget_dead_instances(settings: Settings) -> list[str]:
    """Deregister the container instances without a connected agent; their EC2 ids.

    A living agent stays: it tells ECS itself that its instance goes.
    """
    cluster = place(settings).cluster
    client = session(settings.environment).client("ecs")
    dead: list[str] = []
    with asking():
        try:
            arns = list(
                pages(client, "list_container_instances", "containerInstanceArns", cluster=cluster)
            )
        except client.exceptions.ClusterNotFoundException:
            return []
        for at in range(0, len(arns), DESCRIBED):
            answer = client.describe_container_instances(
                cluster=cluster, containerInstances=arns[at : at + DESCRIBED]
            )
            for instance in answer["containerInstances"]:
                if not instance["agentConnected"]:
                    client.deregister_container_instance(
                        cluster=cluster,
                        containerInstance=instance["containerInstanceArn"],
                        # Else ECS refuses while it believes that tasks run there.
                        force=True,
                    )
                    dead.append(instance.get("ec2InstanceId", ""))
    return dead


def forget_revisions(settings: Settings) -> list[int]:
    """Deregister every revision of the task definition that is still ACTIVE; their numbers."""
    ecs = Ecs(settings.environment, place(settings))
    revisions = ecs.revisions()
    for number in revisions:
        ecs.deregister(number)
    return revisions
