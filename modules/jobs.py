"""Jobs: commands that EventBridge Scheduler starts in tasks of the service.

A job has no task definition of its own: its schedule names the family of the service without a
revision, so that the newest ACTIVE revision runs, and says only what differs. So a release reaches
the jobs as well: docs/decisions/0022-jobs.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetEcsParameters,
    SchedulerScheduleTargetEcsParametersCapacityProviderStrategy,
    SchedulerScheduleTargetRetryPolicy,
)
from cdktf_cdktf_provider_aws.scheduler_schedule_group import SchedulerScheduleGroup
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from modules import connect, iam
from modules.cluster import ClusterOutputs
from modules.keys import own_key
from modules.naming import Names
from strata.settings.capacity import job_task, of_service
from strata.settings.models import Environment, Job, Settings
from strata.settings.resource_names import CONTAINER, dead_letters, job_group, schedule_group

KEPT_SECONDS = 14 * 24 * 60 * 60
"""How long a dead letter is kept: the longest that SQS takes (API reference, CreateQueue)."""


@dataclass(frozen=True)
class Runs:
    """What a run of a job needs: where, the task definition, and the roles that its tasks have."""

    cluster: ClusterOutputs
    task: EcsTaskDefinition
    roles: tuple[IamRole, ...]

    def cluster_arn(self, environment: Environment) -> str:
        """The cluster, by its name, which the cluster layer gives already."""
        where = f"{environment.region}:{environment.account_id}"
        return f"arn:aws:ecs:{where}:cluster/{self.cluster.cluster_name}"


def schedule(scope: Construct, names: Names, jobs: Mapping[str, Job], runs: Runs) -> str:
    """Add the schedules of the jobs to the service layer; gives the name of their dead letters."""
    environment = names.settings.environment
    group = SchedulerScheduleGroup(
        scope, "jobs", name=schedule_group(environment), tags=names.tags("jobs")
    )
    key = _key(scope, names)
    queue = SqsQueue(
        scope,
        "jobs_dead_letters",
        name=dead_letters(environment),
        message_retention_seconds=KEPT_SECONDS,
        kms_master_key_id=key.arn,
        tags=names.tags("jobs-dead-letters"),
    )
    role = IamRole(
        scope,
        "jobs_role",
        name=names.name("jobs"),
        assume_role_policy=iam.trust(
            "scheduler.amazonaws.com",
            {"StringEquals": {"aws:SourceAccount": environment.account_id}},
        ),
        tags=names.tags("jobs"),
    )
    policy = IamRolePolicy(
        scope,
        "jobs_role_policy",
        name="run-jobs",
        role=role.id,
        policy=iam.policy(_allowed(names, runs, queue, key)),
    )
    for name, job in jobs.items():
        SchedulerSchedule(
            scope,
            f"job_{name.replace('-', '_')}",
            name=name,
            group_name=group.name,
            kms_key_arn=key.arn,
            description=f"Job {name} of {names.base}",
            schedule_expression=job.schedule,
            schedule_expression_timezone=job.timezone,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=runs.cluster_arn(environment),
                role_arn=role.arn,
                input=json.dumps(_overrides(names.settings, job)),
                ecs_parameters=SchedulerScheduleTargetEcsParameters(
                    task_definition_arn=runs.task.arn_without_revision,
                    task_count=1,
                    # With a capacity provider a task waits for an instance with room.
                    capacity_provider_strategy=[
                        SchedulerScheduleTargetEcsParametersCapacityProviderStrategy(
                            capacity_provider=runs.cluster.capacity_provider_name,
                            # Scheduler answers 0 where nothing is said, which would be drift.
                            base=0,
                            weight=100,
                        )
                    ],
                    group=job_group(name),
                    enable_ecs_managed_tags=True,
                    propagate_tags="TASK_DEFINITION",
                ),
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_event_age_in_seconds=job.retry_for_seconds,
                    maximum_retry_attempts=job.retries,
                ),
                dead_letter_config=SchedulerScheduleTargetDeadLetterConfig(arn=queue.arn),
            ),
            # Without its rights a schedule that is due at once fails.
            depends_on=[policy],
        )
    return queue.name


def _key(scope: Construct, names: Names) -> KmsKey:
    """The key of the commands and of the dead letters, which repeat them.

    Scheduler and SQS use it with the rights of the role (EventBridge Scheduler User Guide, data
    encryption at rest), so that the policy names the account alone.
    """
    return own_key(scope, "jobs_key", names, "jobs", f"Jobs of {names.base}")


def _overrides(settings: Settings, job: Job) -> dict[str, object]:
    """What differs from the task definition; sizes of the whole task where that has some."""
    sized = job.cpu is not None or job.memory_mib is not None
    whole = connect.sizes(job_task(of_service(settings), job)) if sized else connect.Sizes()
    sizes = {"cpu": whole.cpu, "memory": whole.memory}
    return {
        "containerOverrides": [_override(job)],
        **{key: size for key, size in sizes.items() if size is not None},
    }


def _override(job: Job) -> dict[str, object]:
    sizes = {"cpu": job.cpu, "memory": job.memory_mib}
    return {
        "name": CONTAINER,
        "command": job.command,
        **{key: size for key, size in sizes.items() if size is not None},
    }


def _allowed(names: Names, runs: Runs, queue: SqsQueue, key: KmsKey) -> list[dict[str, object]]:
    """To run tasks of the family in this cluster, to pass its roles to them, and to leave a note
    (EventBridge Scheduler User Guide, execution role; ECS Developer Guide, EventBridge IAM role).
    """
    environment = names.settings.environment
    family = runs.task.arn_without_revision
    where = f"{environment.region}:{environment.account_id}"
    return [
        {
            "Action": "ecs:RunTask",
            # ECS judges a request without a revision by the family, or by all its revisions.
            "Resource": [family, f"{family}:*"],
            "Condition": {"ArnEquals": {"ecs:cluster": runs.cluster_arn(environment)}},
        },
        {
            "Action": "iam:PassRole",
            "Resource": [role.arn for role in runs.roles],
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
        {
            "Action": "ecs:TagResource",
            "Resource": f"arn:aws:ecs:{where}:task/{runs.cluster.cluster_name}/*",
            "Condition": {"StringEquals": {"ecs:CreateAction": "RunTask"}},
        },
        {"Action": "sqs:SendMessage", "Resource": queue.arn},
        {"Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key.arn},
    ]
