"""What people add by hand to the database and its secret."""

from collections.abc import Iterator

from strata.aws.session import pages
from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, StateResources, aws, grants


def _database_roles(clients: Clients, database: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of("aws_db_instance_role_association", "db_instance_identifier", "role_arn")
    name = database["identifier"]
    for instance in pages(
        clients["rds"], "describe_db_instances", "DBInstances", DBInstanceIdentifier=name
    ):
        for role in instance.get("AssociatedRoles", []):
            arn, feature = role["RoleArn"], role.get("FeatureName", "")
            if (name, arn) not in known:
                yield Child(
                    "role",
                    arn.rpartition("/")[2],
                    f"the database can use it for {feature}",
                    aws(
                        "rds remove-role-from-db-instance",
                        db_instance_identifier=name,
                        role_arn=arn,
                        feature_name=feature,
                    ),
                    arn,
                )


def _master_secret_policy(clients: Clients, database: Json, _: StateResources) -> Iterator[Child]:
    for secret in database.get("master_user_secret") or []:
        arn = secret["secret_arn"]
        policy = clients["secretsmanager"].get_resource_policy(SecretId=arn).get("ResourcePolicy")
        if policy:
            yield Child(
                "resource policy",
                "of the secret of the master password",
                grants(policy),
                aws("secretsmanager delete-resource-policy", secret_id=arn),
                arn,
            )


BELOW = (
    Below("aws_db_instance", "roles", "rds:DescribeDBInstances", "rds", _database_roles),
    Below(
        "aws_db_instance",
        "resource policy of the secret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager",
        _master_secret_policy,
    ),
)
