"""What ECS and Elastic Load Balancing say, in their own words.

Service events: ECS Developer Guide, "Service event messages" (read 2026-11-28), and events that
people show of their own services, such as those of a deployment with a load balancer.
"""

from collections.abc import Iterable

GUIDE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."


def _tasks(identifiers: Iterable[str]) -> str:
    return " ".join(f"(task {one})" for one in identifiers)


def started(service: str, tasks: list[str]) -> str:
    return f"(service {service}) has started {len(tasks)} tasks: {_tasks(tasks)}."


def stopped(service: str, tasks: list[str]) -> str:
    return f"(service {service}) has stopped {len(tasks)} running tasks: {_tasks(tasks)}."


def stopped_pending(service: str, count: int) -> str:
    return f"(service {service}) stopped {count} pending tasks."


def sick(service: str, task: str) -> str:
    return f"(service {service}) (task {task}) failed container health checks."


def registered(service: str, count: int, group: str) -> str:
    return f"(service {service}) registered {count} targets in (target-group {group})"


def deregistered(service: str, count: int, group: str) -> str:
    return f"(service {service}) deregistered {count} targets in (target-group {group})"


def draining(service: str, deployment: str, count: int) -> str:
    return (
        f"(service {service}, taskSet {deployment}) has begun draining connections on "
        f"{count} tasks."
    )


def steady(service: str) -> str:
    return f"(service {service}) has reached a steady state."


def completed(service: str, deployment: str) -> str:
    return f"(service {service}) (deployment {deployment}) deployment completed."


def failed(service: str, deployment: str) -> str:
    return (
        f"(service {service}) (deployment {deployment}) deployment failed: tasks failed to start."
    )


def rolling_back(service: str, to: str) -> str:
    return f"(service {service}) rolling back to deployment {to}."


def impaired(service: str) -> str:
    return f"(service {service}) is unable to consistently start tasks successfully. {GUIDE}"


def unplaced(service: str, why: str) -> str:
    return (
        f"(service {service}) was unable to place a task because no container instance met all of "
        f"its requirements. {why} {GUIDE}"
    )


NO_INSTANCES = "Reason: No Container Instances were found in your cluster."
NO_INSTANCES_OF_PROVIDER = "Reason: No Container Instances were found in your capacity provider."


def closest(instance: str, lacks: str) -> str:
    return f"The closest matching (container-instance {instance}) {lacks}."


MEMORY = "has insufficient memory available"
CPU = "has insufficient CPU units available"
PORT = "is already using a port required by your task"
ATTRIBUTE = "is missing an attribute required by your task"
AGENT = "has the agent disconnected"
DRAINING = "is not in the ACTIVE state"


def unhealthy(service: str, instance: str, port: int, group: str, why: str) -> str:
    return (
        f"(service {service}) (instance {instance}) (port {port}) is unhealthy in "
        f"(target-group {group}) due to (reason {why})"
    )


def in_progress(deployment: str) -> str:
    return f"ECS deployment {deployment} in progress."


def is_completed(deployment: str) -> str:
    return f"ECS deployment {deployment} completed."


BROKEN = "ECS deployment circuit breaker: tasks failed to start."


def goes_back(to: str) -> str:
    return f"ECS deployment circuit breaker: rolling back to deploymentId {to}."


def elb_failed(group: str) -> str:
    return f"Task failed ELB health checks in (target-group {group})"


CONTAINER_FAILED = "Task failed container health checks"
EXITED = "Essential container in task exited"
NOT_STARTED = "Task failed to start"
KILLED = "OutOfMemoryError: Container killed due to memory usage"
FORCED = "Container instance deregistration forced by user"


def scaling(deployment: str) -> str:
    return f"Scaling activity initiated by (deployment {deployment})"


def terminated(instance: str) -> str:
    return f"Host EC2 (instance {instance}) terminated."


def cannot_pull(image: str) -> str:
    return (
        f"CannotPullContainerError: Error response from daemon: manifest for {image} not found: "
        "manifest unknown: Requested image not found"
    )


def cannot_start(why: str) -> str:
    return (
        "CannotStartContainerError: Error response from daemon: failed to initialize logging "
        f"driver: failed to create Cloudwatch log stream: {why}"
    )


def no_secret(why: str) -> str:
    return (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        f"retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
        f"time(s): {why}"
    )
