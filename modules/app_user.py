"""The application's own user of MySQL: its secret, and the task that makes it.

The task runs before the service layer is applied, and in a rotation (`strata.release.app_user`); no
service starts it. It alone may read the master's password: docs/decisions/0024-the-apps-own-user.md.
"""

import json
from pathlib import Path
from typing import get_args

from cdktf import TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from constructs import Construct

from modules import containers, iam
from modules.naming import Names
from modules.network import MYSQL
from strata.documents.templates import escaped
from strata.settings.capacity import APP_USER_CPU, APP_USER_MIB
from strata.settings.models import AppUser, Privilege, Sidecar
from strata.settings.resource_names import (
    APP_USER,
    app_user_family,
    app_user_log_group,
    app_users,
)

IMAGE = (
    "public.ecr.aws/docker/library/mysql"
    "@sha256:6ea90827b1100f8f2ae306a539f86d2c264a26ed435a2a9f75551dd5c3aeb242"
)
"""MySQL 8.4.11 of the Docker official images, for amd64 and arm64. It has bash, curl with public
authorities, and MySQL's own client (docker-library/mysql, 8.4/Dockerfile.oracle)."""

PENDING = "AWSPENDING"
"""The version of the secret that the task reads: what the user is to be."""

SCRIPT = Path(__file__).with_suffix(".sh")


def add(scope: Construct, names: Names, user: AppUser, instance: DbInstance) -> str:
    """Add the user's secret and task to the database layer; gives the ARN of the secret."""
    secret_arn = _secret(scope, names, user)
    logs = CloudwatchLogGroup(
        scope,
        "app_user_log_group",
        name=app_user_log_group(names.settings.environment),
        retention_in_days=names.settings.database.log_retention_days,
        tags=names.tags(APP_USER),
    )
    master_arn = instance.master_user_secret.get(0).secret_arn
    role, policy = _role(scope, names, [master_arn, secret_arn], logs)
    task = EcsTaskDefinition(
        scope,
        "app_user_task_definition",
        family=app_user_family(names.settings.environment),
        requires_compatibilities=["EC2"],
        network_mode="bridge",
        runtime_platform=EcsTaskDefinitionRuntimePlatform(
            operating_system_family="LINUX",
            cpu_architecture=names.settings.cluster.architecture.upper(),
        ),
        execution_role_arn=role.arn,
        container_definitions=json.dumps(
            [_container(names, user, instance, (master_arn, secret_arn), logs)]
        ),
        tags=names.tags(APP_USER),
        depends_on=[policy],
    )
    stack = TerraformStack.of(scope)
    TerraformOutput(stack, "app_user_secret_arn", value=secret_arn)
    TerraformOutput(stack, "app_user_task_definition_arn", value=task.arn)
    # Another database of the same name lacks the user.
    TerraformOutput(stack, "database_resource_id", value=instance.resource_id)
    return secret_arn


def _secret(scope: Construct, names: Names, user: AppUser) -> str:
    """The secret, without a value: `strata.release.app_user` makes it, so that it is in no state."""
    secret = SecretsmanagerSecret(
        scope,
        "app_user",
        # With the name in it: another user needs another secret, beside the old one for a while.
        name_prefix=names.name(f"app-user-{user.name}-", 200),
        description="Application's user of MySQL",
        # A user is useless once its database is deleted.
        recovery_window_in_days=0,
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        tags=names.tags("app-user"),
    )
    return secret.arn


def _role(
    scope: Construct, names: Names, secrets: list[str], logs: CloudwatchLogGroup
) -> tuple[IamRole, IamRolePolicy]:
    """The execution role: the public image needs no right of it."""
    role = IamRole(
        scope,
        "app_user_role",
        name=names.name(APP_USER),
        assume_role_policy=iam.trust(
            "ecs-tasks.amazonaws.com",
            {"StringEquals": {"aws:SourceAccount": names.settings.environment.account_id}},
        ),
        tags=names.tags(APP_USER),
    )
    policy = IamRolePolicy(
        scope,
        "app_user_role_policy",
        name="log-and-read-secrets",
        role=role.id,
        policy=iam.policy(
            [
                {
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": f"{logs.arn}:*",
                },
                {"Action": "secretsmanager:GetSecretValue", "Resource": secrets},
            ]
        ),
    )
    return role, policy


def _container(
    names: Names,
    user: AppUser,
    instance: DbInstance,
    secrets: tuple[str, str],
    logs: CloudwatchLogGroup,
) -> dict[str, object]:
    settings = names.settings
    region, database = settings.environment.region, settings.database
    master_arn, secret_arn = secrets
    return containers.definition(
        Sidecar(
            name=APP_USER,
            image=IMAGE,
            memory_mib=APP_USER_MIB,
            cpu=APP_USER_CPU,
            entry_point=["/bin/bash", "-euo", "pipefail", "-c"],
            command=[escaped(SCRIPT.read_text(encoding="utf-8"))],
        ),
        name=APP_USER,
        image=IMAGE,
        ports=[],
        environment={
            # Amazon's authorities of RDS, which no public trust store has (RDS User Guide, using
            # SSL/TLS); this host has a public certificate.
            "CA_BUNDLE": f"https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem",
            "DB_HOST": instance.address,
            "DB_NAME": database.name,
            "DB_PORT": str(MYSQL),
            "LOCK_OTHER": "no",
            "NOT_PRIVILEGES": ", ".join(
                other for other in get_args(Privilege) if other not in user.privileges
            ),
            "PRIVILEGES": ", ".join(user.privileges),
            "TLS": "SSL" if database.require_tls else "NONE",
            "USERS": " ".join(app_users(user.name)),
        },
        secrets={
            "APP_PASSWORD": f"{secret_arn}:password:{PENDING}:",
            "APP_USERNAME": f"{secret_arn}:username:{PENDING}:",
            "MASTER_USERNAME": f"{master_arn}:username::",
            "MYSQL_PWD": f"{master_arn}:password::",
        },
        logs=containers.Logs(logs.name, region),
    )
