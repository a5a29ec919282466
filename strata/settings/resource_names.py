"""Every name that Strata gives a resource, derived from the settings, and the rule it must follow.

An entry for each name-like argument of a resource in `modules/`; a test compares the table with
the synthesized JSON. Rules are those of the service that takes the name.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from strata.settings import figures, mysql
from strata.settings.alarms import HEALTH_CHECK_REGION, watches
from strata.settings.models import AppUser, Environment, Settings
from strata.settings.positions import Key
from strata.settings.routes import further_hosts, site_hosts

HASH_LENGTH = 6

CONTAINER = "api"
"""The container of the task definition, and the prefix of its log streams."""

SECOND_USER = "_2"
"""What the second of the two users of the application ends with."""

JOB_GROUP = "job-"
"""What the task group of a job's runs begins with."""

PARAMETERS_PREFIX = 228
"""Characters: RDS takes 255, of which the provider adds 26, and Strata the hyphen before them."""


def shorten(name: str, limit: int) -> str:
    """`name` when it fits into `limit` characters, else its beginning and a hash of the whole.

    The same name is shortened the same way each time, and two names with the same beginning stay
    different.
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{name[: limit - HASH_LENGTH - 1].rstrip('-')}-{digest}"


def base(environment: Environment) -> str:
    """`<project>-<environment>`, the beginning of every name."""
    return f"{environment.project}-{environment.name}"


def repository_name(settings: Settings, service: str = "") -> str:
    """The name of the ECR repository, or of that which one of `[services]` has its image from."""
    own = settings.services[service].repository if service in settings.services else ""
    return own or settings.registry.repository or _name(settings.environment, "", 256)


def repository_names(settings: Settings) -> list[str]:
    """The names of all repositories, that of `[registry]` first, each once."""
    return list(dict.fromkeys(repository_name(settings, one) for one in ("", *settings.services)))


def image_tag(settings: Settings, service: str = "") -> str:
    """The tag that the settings say of the image of the service, or of one of `[services]`."""
    own = settings.services[service].image_tag if service in settings.services else None
    return settings.service.image_tag if own is None else own


def exec_log_group(environment: Environment) -> str:
    """The log group of sessions of ECS Exec."""
    return _path(environment, "exec")


def service_log_group(environment: Environment) -> str:
    """The log group of the service's containers."""
    return _path(environment, "service")


APP_USER = "database-user"
"""What the names end with of the task that makes the application's user in MySQL."""


def app_users(name: str) -> tuple[str, str]:
    """The two users between which a rotation of the application's changes."""
    return name, f"{name}{SECOND_USER}"


def app_user_family(environment: Environment) -> str:
    """The family of the task that makes the application's user in MySQL."""
    return _name(environment, APP_USER, 255)


def app_user_log_group(environment: Environment) -> str:
    """The log group of the task that makes the application's user in MySQL."""
    return _path(environment, APP_USER)


def image_parameters(environment: Environment, service: str = "") -> str:
    """The path below which the parameter lies that says which image runs, also in a service of
    `[services]`."""
    return _path(environment, f"image-{service}" if service else "image")


def service_name(environment: Environment, service: str = "") -> str:
    """The name of the service, or of one of `[services]`, and of the family of its tasks."""
    return _name(environment, service, 255)


def target_group(environment: Environment, service: str = "") -> str:
    """The target group of the service, or of one of `[services]` with a route."""
    return _name(environment, f"tasks-{service}" if service else "tasks", 32)


def worker_of(address: str) -> str:
    """The service of `[services]` that has this address, or whose task definition has; empty for no
    such one."""
    match = re.fullmatch(r"[\w.]+\.service_worker_(\w+)_(?:task_definition|service)", address)
    return match[1].replace("_", "-") if match else ""


def image_parameter(settings: Settings, service: str = "") -> str:
    """The parameter that says which image runs.

    `image_tag` of the settings is part of its name: another tag there makes another parameter, with
    that tag for its value. So is `repository` where it is set: a new one has none of the old
    images.
    """
    path = image_parameters(settings.environment, service)
    repository = repository_name(settings, service)
    if repository != _name(settings.environment, "", 256):
        path = f"{path}/{repository}"
    return f"{path}/{image_tag(settings, service)}"


@dataclass(frozen=True)
class Rule:
    """AWS's rule for the names of a kind of resource.

    `prefixes`, `suffixes` and `words` are refused in upper and lower case alike; `right` names the
    allowed characters, and `source` the document with the rule.
    """

    thing: str
    pattern: str
    right: str
    source: str
    lengths: range
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    def wrong(self, name: str) -> tuple[str, str] | None:
        """What is wrong with a name and what would be right; None when AWS takes it."""
        lower = name.lower()
        if len(name) not in self.lengths:
            least, most = self.lengths[0], self.lengths[-1]
            return f"has {len(name)} characters", f"{least} to {most} characters"
        if not re.fullmatch(self.pattern, name):
            return f"is not a valid name for {self.thing}", self.right
        if lower.startswith(self.prefixes):
            prefix = next(prefix for prefix in self.prefixes if lower.startswith(prefix))
            return f"begins with {prefix}, which AWS keeps for itself", "another beginning"
        if lower.endswith(self.suffixes):
            suffix = next(suffix for suffix in self.suffixes if lower.endswith(suffix))
            return f"ends with {suffix}, which AWS keeps for itself", "another end"
        if lower in self.words:
            return f"is reserved, and cannot name {self.thing}", "a name that is not reserved"
        return None


@dataclass(frozen=True)
class Derived:
    """The name that an argument of a Terraform resource gets.

    `keys` are the settings it is made of. If `judged` is false, the rule of the setting's own
    section checks it.
    """

    type: str
    argument: str
    name: str
    rule: Rule
    keys: tuple[Key, ...]
    judged: bool = True

    @property
    def is_setting(self) -> bool:
        """Whether it is a setting as it was written."""
        return self.keys[0] not in (PROJECT, ENVIRONMENT)


PROJECT: Key = ("environment", "project")
ENVIRONMENT: Key = ("environment", "name")
OURS = (PROJECT, ENVIRONMENT)

IDENTIFIER = r"[a-zA-Z](-?[a-zA-Z0-9])*"
"""Letters, digits and single hyphens: begins with a letter, does not end with a hyphen."""
HYPHENATED = "letters, digits and single hyphens, beginning with a letter, not ending with a hyphen"
WORDS = r"[A-Za-z0-9_-]+"
VERSION = r"[0-9]{1,9}(\.[0-9]{1,9})*"
"""An engine version; names are made only of such versions."""
WORDED = "letters, digits, hyphens and underscores"

SECURITY_GROUP = Rule(
    "a security group", r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+", "letters, digits and hyphens",
    "EC2 API reference, CreateSecurityGroup", range(1, 256), prefixes=("sg-",),
)  # fmt: skip
LOAD_BALANCER = Rule(
    "a load balancer", r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", "letters, digits and hyphens",
    "ELB API reference, CreateLoadBalancer", range(1, 33), prefixes=("internal-",),
)  # fmt: skip
TARGET_GROUP = Rule(
    "a target group", r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", "letters, digits and hyphens",
    "ELB API reference, CreateTargetGroup", range(1, 33),
)  # fmt: skip
CAPACITY_PROVIDER = Rule(
    "a capacity provider", WORDS, WORDED, "ECS API reference, CreateCapacityProvider",
    range(1, 256), prefixes=("aws", "ecs", "fargate"),
)  # fmt: skip
ECS = Rule(
    "a cluster, service or task family", WORDS, WORDED,
    "ECS API reference, CreateCluster, CreateService, RegisterTaskDefinition", range(1, 256),
)  # fmt: skip
REPOSITORY = Rule(
    "a repository",
    # It stands in the name of the image's parameter, which has at most 15 levels; 4 are taken.
    # Nor is the registry a part of it, which stands before it in the address of an image.
    r"(?![^/]*\.amazonaws\.com/)"
    r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/){0,10}[a-z0-9]+(?:[._-][a-z0-9]+)*",
    "lower-case letters and digits, with single . _ - or at most 10 / between, such as shop/api, "
    "without the address of a registry",
    "ECR API reference, CreateRepository", range(2, 257),
)  # fmt: skip
DATABASE = Rule(
    "a database instance", IDENTIFIER, HYPHENATED, "RDS API reference, CreateDBInstance",
    range(1, 64),
)  # fmt: skip
SNAPSHOT = Rule(
    "a database snapshot", IDENTIFIER, HYPHENATED, "RDS API reference, DeleteDBInstance",
    range(1, 256),
)  # fmt: skip
DATABASE_SUBNETS = Rule(
    "a database subnet group", r"[A-Za-z][A-Za-z0-9._ -]*", "letters, digits and hyphens",
    "RDS API reference, CreateDBSubnetGroup", range(1, 256), words=frozenset({"default"}),
)  # fmt: skip
DATABASE_PARAMETERS = Rule(
    # A prefix, which the provider fills up: it may end with a hyphen.
    "a database parameter group", rf"{IDENTIFIER}-", HYPHENATED,
    "RDS API reference, CreateDBParameterGroup", range(1, PARAMETERS_PREFIX + 2),
    prefixes=("default.",),
)  # fmt: skip
SCHEMA = Rule(
    "a MySQL database", r"[A-Za-z][A-Za-z0-9_]*",
    "letters, digits and underscores, beginning with a letter",
    "RDS API reference, CreateDBInstance; MySQL Reference Manual, reserved words", range(1, 65),
    words=mysql.RESERVED_WORDS | mysql.SCHEMAS,
)  # fmt: skip
MASTER_USER = Rule(
    "a master user of MySQL", r"[A-Za-z][A-Za-z0-9_]*",
    "letters, digits and underscores, beginning with a letter",
    "RDS API reference, CreateDBInstance; MySQL Reference Manual, reserved words", range(1, 17),
    words=mysql.RESERVED_WORDS | mysql.USERS,
)  # fmt: skip
MYSQL_USER = Rule(
    "a user of MySQL", r"[A-Za-z][A-Za-z0-9_]*",
    "letters, digits and underscores, beginning with a letter",
    # MySQL takes 32 characters, of which the second user has two more.
    "MySQL Reference Manual, account user names", range(1, 33 - len(SECOND_USER)),
    words=mysql.RESERVED_WORDS | mysql.USERS,
)  # fmt: skip
REPLICATION_GROUP = Rule(
    "a replication group", IDENTIFIER, HYPHENATED,
    "ElastiCache API reference, CreateReplicationGroup", range(1, 41),
)  # fmt: skip
CACHE_GROUP = Rule(
    "a cache subnet or parameter group", IDENTIFIER, HYPHENATED,
    "ElastiCache API reference, CreateCacheSubnetGroup, CreateCacheParameterGroup", range(1, 256),
    prefixes=("default.",), words=frozenset({"default"}),
)  # fmt: skip
SECRET = Rule(
    # A prefix of at most 512 characters less the 26 that the provider adds.
    "a secret", r"[A-Za-z0-9/_+=.@-]+", "letters, digits and /_+=.@-",
    "Secrets Manager API reference, CreateSecret", range(1, 487),
)  # fmt: skip
LOG_GROUP = Rule(
    "a log group", r"[.\-_/#A-Za-z0-9]+", "letters, digits and ._/#-",
    "CloudWatch Logs API reference, CreateLogGroup", range(1, 513), prefixes=("aws/",),
)  # fmt: skip
ROLE = Rule(
    "an IAM role", r"[A-Za-z0-9_+=,.@-]+", "letters, digits and _+=,.@-",
    "IAM API reference, CreateRole", range(1, 65), prefixes=("awsservicerolefor", "awsreserved"),
)  # fmt: skip
INSTANCE_PROFILE = Rule(
    "an instance profile", r"[A-Za-z0-9_+=,.@-]+", "letters, digits and _+=,.@-",
    "IAM API reference, CreateInstanceProfile", range(1, 129),
)  # fmt: skip
LAUNCH_TEMPLATE = Rule(
    "a launch template", r"[a-zA-Z0-9().\-/_]+", "letters, digits and ().-/_",
    "EC2 API reference, CreateLaunchTemplate", range(3, 129),
)  # fmt: skip
AUTO_SCALING_GROUP = Rule(
    "an auto scaling group", r"[!-9;-~]+", "ASCII characters without a colon",
    "EC2 Auto Scaling API reference, CreateAutoScalingGroup", range(1, 256),
)  # fmt: skip
EVENT_RULE = Rule(
    "an EventBridge rule", r"[.A-Za-z0-9_-]+", "letters, digits, dots, hyphens and underscores",
    "EventBridge API reference, PutRule", range(1, 65),
)  # fmt: skip
SCHEDULE = Rule(
    "a schedule or its group", r"[0-9A-Za-z._-]+", "letters, digits, dots, hyphens, underscores",
    "EventBridge Scheduler API reference, CreateSchedule, CreateScheduleGroup", range(1, 65),
)  # fmt: skip
NAMESPACE = Rule(
    "a namespace", r"[!-~]+", "letters, digits and hyphens",
    "AWS Cloud Map API reference, CreateHttpNamespace", range(1, 1025),
)  # fmt: skip
QUEUE = Rule(
    "a queue", WORDS, WORDED, "SQS API reference, CreateQueue", range(1, 81),
)  # fmt: skip
STATE_MACHINE = Rule(
    "a state machine", WORDS, WORDED, "Step Functions API reference, CreateStateMachine",
    range(1, 81),
)  # fmt: skip
SCALING_POLICY = Rule(
    "a scaling policy", r"[ -~]+", "printable ASCII characters",
    "Application Auto Scaling API reference, PutScalingPolicy", range(1, 257),
)  # fmt: skip
SCHEDULED_ACTION = Rule(
    "a scheduled action", r"[!-.0-9;-{}~]+", "ASCII characters without : / |",
    "Application Auto Scaling API reference, PutScheduledAction", range(1, 257),
)  # fmt: skip
ALARM = Rule(
    "an alarm", r"[ -~]+", "printable ASCII characters",
    "CloudWatch API reference, PutMetricAlarm", range(1, 256),
)  # fmt: skip
BUCKET = Rule(
    # S3 takes dots as well, but no certificate of its own covers them.
    "a bucket that can be reached over TLS", r"[a-z0-9][a-z0-9-]*[a-z0-9]",
    "lower-case letters, digits and hyphens, at both ends a letter or digit",
    "S3 User Guide, general purpose bucket naming rules", range(3, 64),
    prefixes=("xn--", "sthree-", "amzn-s3-demo-"),
    suffixes=("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an"),
)  # fmt: skip
TOPIC = Rule(
    "a topic", WORDS, WORDED, "SNS API reference, CreateTopic", range(1, 257),
)  # fmt: skip
BUDGET = Rule(
    "a budget", r"[^:\\\x00-\x1f]+", "no : and no \\", "AWS Budgets API reference, Budget",
    range(1, 101),
)  # fmt: skip
DASHBOARD = Rule(
    "a dashboard", WORDS, WORDED, "CloudWatch API reference, PutDashboard", range(1, 256),
)  # fmt: skip
HOST = Rule(
    "a host", r"[a-z0-9.-]+", "lower-case labels with dots between",
    "Route 53 API reference, CreateHostedZone; ACM API reference, RequestCertificate",
    range(1, 254),
)  # fmt: skip
PARAMETER = Rule(
    "a parameter", r"(/[A-Za-z0-9._-]+){1,15}", "letters, digits and . _ - between slashes",
    "Systems Manager API reference, PutParameter", range(1, 1012), prefixes=("/aws", "/ssm"),
)  # fmt: skip
KEY_PAIR = Rule(
    "a key pair", r"[!-~]([ -~]*[!-~])?", "1 to 255 ASCII characters, no space at the ends",
    "EC2 User Guide, create a key pair",
    range(1, 256),
)  # fmt: skip


def capacity_provider(environment: Environment) -> str:
    """The capacity provider of the cluster."""
    return _name(environment, "instances", 255)


def groups_of_aws(environment: Environment) -> tuple[str, str]:
    """What the names of the log groups begin with that AWS makes when they are missing, without
    the tags of the environment."""
    return (
        exported_log(_name(environment, "database", 63).lower(), ""),
        insights_log(_name(environment, "", 255)),
    )


def derived(settings: Settings) -> Iterator[Derived]:
    """Every name that the resources of an environment get."""
    yield from _network(settings)
    yield from _registry(settings)
    yield from _database(settings)
    yield from _cache(settings)
    yield from _cluster(settings)
    yield from _edge(settings)
    yield from _service(settings)
    yield from _workers(settings)
    yield from _jobs(settings)
    yield from _notify(settings)
    yield from _alarms(settings)
    bucket: Key = ("environment", "state_bucket")
    yield Derived("terraform", "bucket", settings.environment.state_bucket, BUCKET, (bucket,))


NOT_TAKEN = frozenset(
    {
        # Names within a resource of the environment, or of what is there without it.
        ("aws_appautoscaling_policy", "name"),
        ("aws_appautoscaling_scheduled_action", "name"),
        ("aws_db_instance", "db_name"),
        ("aws_db_instance", "username"),
        ("aws_ecs_service", "name"),
        ("aws_launch_template", "key_name"),
        ("aws_scheduler_schedule", "name"),
        ("aws_security_group", "name"),
        ("terraform", "bucket"),
        # AWS tells these apart by other means, or adds to the name.
        ("aws_acm_certificate", "domain_name"),
        ("aws_db_parameter_group", "name_prefix"),
        ("aws_route53_record", "name"),
        ("aws_route53_zone", "name"),
        ("aws_secretsmanager_secret", "name_prefix"),
    }
)
"""Type and argument of the names that two resources of an account and region may have."""


def taken(settings: Settings) -> Iterator[Derived]:
    """The names that no other resource of the account and region may have."""
    return (one for one in derived(settings) if (one.type, one.argument) not in NOT_TAKEN)


def _name(environment: Environment, suffix: str, limit: int) -> str:
    whole = base(environment)
    return shorten(f"{whole}-{suffix}" if suffix else whole, limit)


def _path(environment: Environment, suffix: str) -> str:
    return f"/{environment.project}/{environment.name}/{suffix}"


def _network(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    endpoint = ["endpoint"] if settings.network.interface_services else []
    for suffix in ("load-balancer", "instance", "database", "cache", *endpoint):
        name = _name(environment, suffix, 255)
        yield Derived("aws_security_group", "name", name, SECURITY_GROUP, OURS)
    logs = _path(environment, "vpc-flow-logs")
    yield Derived("aws_cloudwatch_log_group", "name", logs, LOG_GROUP, OURS)
    yield Derived("aws_iam_role", "name", _name(environment, "vpc-flow-logs", 64), ROLE, OURS)


def _registry(settings: Settings) -> Iterator[Derived]:
    repository = settings.registry.repository
    keys: tuple[Key, ...] = (("registry", "repository"),) if repository else OURS
    yield Derived("aws_ecr_repository", "name", repository_name(settings), REPOSITORY, keys)
    named = {repository_name(settings)}
    for name, service in settings.services.items():
        if service.repository and service.repository not in named:
            named.add(service.repository)
            key: Key = ("services", name, "repository")
            yield Derived("aws_ecr_repository", "name", service.repository, REPOSITORY, (key,))


def _database(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    database = settings.database
    group = _name(environment, "database", 255)
    yield Derived("aws_db_subnet_group", "name", group, DATABASE_SUBNETS, OURS)
    if re.fullmatch(VERSION, database.engine_version):
        family = "mysql" + "-".join(database.engine_version.split(".")[:2])
        prefix = f"{_name(environment, family, PARAMETERS_PREFIX)}-"
        yield Derived("aws_db_parameter_group", "name_prefix", prefix, DATABASE_PARAMETERS, OURS)
    name = _name(environment, "database", 63)
    yield Derived("aws_db_instance", "identifier", name, DATABASE, OURS)
    for log in dict.fromkeys(database.log_exports):
        group = exported_log(name, log)
        yield Derived("aws_cloudwatch_log_group", "name", group, LOG_GROUP, OURS)
    if database.final_snapshot:
        final = f"{name}-final"
        yield Derived("aws_db_instance", "final_snapshot_identifier", final, SNAPSHOT, OURS)
    schema: Key = ("database", "name")
    yield Derived("aws_db_instance", "db_name", database.name, SCHEMA, (schema,))
    user: Key = ("database", "username")
    yield Derived("aws_db_instance", "username", database.username, MASTER_USER, (user,))
    if database.app_user:
        yield from _app_user(environment, database.app_user)


def _app_user(environment: Environment, user: AppUser) -> Iterator[Derived]:
    key: Key = ("database", "app_user", "name")
    prefix = _name(environment, f"app-user-{user.name}-", 200)
    # A name that is none is a fault of its own.
    yield Derived("aws_secretsmanager_secret", "name_prefix", prefix, SECRET, (key,), judged=False)
    yield Derived(
        "aws_cloudwatch_log_group", "name", app_user_log_group(environment), LOG_GROUP, OURS
    )
    yield Derived("aws_iam_role", "name", _name(environment, APP_USER, 64), ROLE, OURS)
    yield Derived("aws_ecs_task_definition", "family", app_user_family(environment), ECS, OURS)


DEPLOYED = "deployed-"
"""What the tag begins with that an image gets when a service runs it."""


def exported_log(database: str, log: str) -> str:
    """The log group that RDS exports a log to (RDS User Guide, publishing database logs)."""
    return f"/aws/rds/instance/{database}/{log}"


def _cache(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    group = _name(environment, "cache", 255)
    yield Derived("aws_elasticache_subnet_group", "name", group, CACHE_GROUP, OURS)
    if re.fullmatch(VERSION, settings.cache.engine_version):
        family = redis_family(settings.cache.engine_version).replace(".", "-")
        parameters = _name(environment, family, 255)
        yield Derived("aws_elasticache_parameter_group", "name", parameters, CACHE_GROUP, OURS)
    name = _name(environment, "cache", 40)
    yield Derived(
        "aws_elasticache_replication_group", "replication_group_id", name, REPLICATION_GROUP, OURS
    )
    if settings.cache.auth:
        prefix = _name(environment, "redis-auth-", 200)
        yield Derived("aws_secretsmanager_secret", "name_prefix", prefix, SECRET, OURS)


def redis_family(engine_version: str) -> str:
    """The parameter group family of a Redis version: `7.1` -> `redis7`, `6.2` -> `redis6.x`."""
    major, minor = f"{engine_version}.0".split(".")[:2]
    if int(major) >= 7:
        return f"redis{major}"
    return "redis6.x" if major == "6" else f"redis{major}.{minor}"


def insights_log(cluster: str) -> str:
    """The log group that Container Insights writes to (CloudWatch User Guide, performance log
    reference)."""
    return f"/aws/ecs/containerinsights/{cluster}/performance"


def _cluster(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    cluster = _name(environment, "", 255)
    yield Derived("aws_ecs_cluster", "name", cluster, ECS, OURS)
    if settings.cluster.container_insights:
        logs = insights_log(cluster)
        yield Derived("aws_cloudwatch_log_group", "name", logs, LOG_GROUP, OURS)
    if settings.service.exec:
        logs = exec_log_group(environment)
        yield Derived("aws_cloudwatch_log_group", "name", logs, LOG_GROUP, OURS)
    instance = _name(environment, "instance", 64)
    yield Derived("aws_iam_role", "name", instance, ROLE, OURS)
    yield Derived("aws_iam_instance_profile", "name", instance, INSTANCE_PROFILE, OURS)
    template = _name(environment, "instance", 128)
    yield Derived("aws_launch_template", "name", template, LAUNCH_TEMPLATE, OURS)
    if settings.cluster.key_pair is not None:
        pair: Key = ("cluster", "key_pair")
        yield Derived(
            "aws_launch_template", "key_name", settings.cluster.key_pair, KEY_PAIR, (pair,)
        )
    group = _name(environment, "instances", 255)
    yield Derived("aws_autoscaling_group", "name", group, AUTO_SCALING_GROUP, OURS)
    yield Derived("aws_ecs_capacity_provider", "name", group, CAPACITY_PROVIDER, OURS)


def _edge(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    edge = settings.edge
    yield Derived("aws_lb", "name", _name(environment, "web", 32), LOAD_BALANCER, OURS)
    yield Derived("aws_lb_target_group", "name", target_group(environment), TARGET_GROUP, OURS)
    if edge.access_logs:
        suffix = f"access-logs-{environment.account_id}"
        yield Derived("aws_s3_bucket", "bucket", _name(environment, suffix, 63), BUCKET, OURS)
    domain: Key = ("edge", "domain")
    if edge.zone == "create":
        yield Derived("aws_route53_zone", "name", edge.domain, HOST, (domain,), judged=False)
    hosts = site_hosts(edge)
    key: Key = ("edge", "record_name") if edge.record_name else domain
    yield Derived("aws_acm_certificate", "domain_name", hosts[0], HOST, (key,), judged=False)
    for record in hosts:
        yield Derived("aws_route53_record", "name", record, HOST, (key,), judged=False)
    for record in further_hosts(settings):
        yield Derived("aws_route53_record", "name", record, HOST, (("services",),), judged=False)


def _service(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    logs = service_log_group(environment)
    yield Derived("aws_cloudwatch_log_group", "name", logs, LOG_GROUP, OURS)
    image = image_parameter(settings)
    keys: tuple[Key, ...] = (*OURS, ("service", "image_tag"), ("registry", "repository"))
    # A tag that is none is a fault of its own, and not of the project that the path begins with.
    is_tag = bool(re.fullmatch(figures.IMAGE_TAG, settings.service.image_tag))
    yield Derived("aws_ssm_parameter", "name", image, PARAMETER, keys, judged=is_tag)
    rule = _name(environment, "new-password", 64)
    yield Derived("aws_cloudwatch_event_rule", "name", rule, EVENT_RULE, OURS)
    machine = _name(environment, "redeploy", 80)
    yield Derived("aws_sfn_state_machine", "name", machine, STATE_MACHINE, OURS)
    for suffix in ("task", "execution", "redeploy", "password-events"):
        yield Derived("aws_iam_role", "name", _name(environment, suffix, 64), ROLE, OURS)
    whole = _name(environment, "", 255)
    yield Derived("aws_ecs_task_definition", "family", whole, ECS, OURS)
    yield Derived("aws_ecs_service", "name", whole, ECS, OURS)
    scaling = settings.service.scaling
    path: Key = ("service", "scaling")
    for tracking in scaling.target_tracking:
        name = _name(environment, tracking.metric.replace("_", "-"), 255)
        yield Derived("aws_appautoscaling_policy", "name", name, SCALING_POLICY, OURS)
    for index, step in enumerate(scaling.steps):
        keys = (*OURS, (*path, "steps", index, "name"))
        name = _name(environment, step.name, 255)
        yield Derived("aws_appautoscaling_policy", "name", name, SCALING_POLICY, keys, judged=False)
        yield Derived("aws_cloudwatch_metric_alarm", "alarm_name", name, ALARM, keys, judged=False)
    for index, schedule in enumerate(scaling.schedules):
        key = (*path, "schedules", index, "name")
        yield Derived(
            "aws_appautoscaling_scheduled_action", "name", schedule.name, SCHEDULED_ACTION, (key,),
            judged=False,
        )  # fmt: skip


def namespace(environment: Environment) -> str:
    """The namespace that services find each other in by name."""
    return _name(environment, "", 1024)


def _workers(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    if settings.connected:
        found = namespace(environment)
        yield Derived("aws_service_discovery_http_namespace", "name", found, NAMESPACE, OURS)
    for name, worker in settings.services.items():
        keys: tuple[Key, ...] = (*OURS, ("services", name))
        whole = service_name(environment, name)
        yield Derived("aws_ecs_task_definition", "family", whole, ECS, keys)
        yield Derived("aws_ecs_service", "name", whole, ECS, keys)
        image = image_parameter(settings, name)
        is_tag = bool(re.fullmatch(figures.IMAGE_TAG, image_tag(settings, name)))
        yield Derived("aws_ssm_parameter", "name", image, PARAMETER, keys, judged=is_tag)
        if worker.route:
            group = target_group(environment, name)
            yield Derived("aws_lb_target_group", "name", group, TARGET_GROUP, keys)
        if worker.max_count:
            by = "backlog" if worker.queue else "cpu"
            policy = _name(environment, f"{name}-{by}", 255)
            yield Derived("aws_appautoscaling_policy", "name", policy, SCALING_POLICY, keys)


def dead_letters(environment: Environment) -> str:
    """The queue of what EventBridge Scheduler could not start."""
    return _name(environment, "jobs-dead-letters", 80)


def schedule_group(environment: Environment) -> str:
    """The group of the schedules of jobs; a schedule is called as its job."""
    return _name(environment, "", 64)


def job_group(job: str) -> str:
    """The task group of the runs of a job, by which ECS and its events name them."""
    return f"{JOB_GROUP}{job}"


def _jobs(settings: Settings) -> Iterator[Derived]:
    environment = settings.environment
    if not settings.jobs:
        return
    group = schedule_group(environment)
    yield Derived("aws_scheduler_schedule_group", "name", group, SCHEDULE, OURS)
    yield Derived("aws_sqs_queue", "name", dead_letters(environment), QUEUE, OURS)
    yield Derived("aws_iam_role", "name", _name(environment, "jobs", 64), ROLE, OURS)
    for name in settings.jobs:
        yield Derived(
            "aws_scheduler_schedule", "name", name, SCHEDULE, (("jobs", name),), judged=False
        )


def alarm_prefix(environment: Environment) -> str:
    """The beginning of the names of the alarms of `[alarms]`."""
    return f"{base(environment)}-alarm-"


def releases(environment: Environment) -> str:
    """The name of the topic and the rule of `[notify]`."""
    return _name(environment, "releases", 64)


def _notify(settings: Settings) -> Iterator[Derived]:
    notify = settings.notify
    if notify and notify.email:
        yield Derived("aws_sns_topic", "name", releases(settings.environment), TOPIC, OURS)
    if notify and (notify.email or notify.topic):
        rule = releases(settings.environment)
        yield Derived("aws_cloudwatch_event_rule", "name", rule, EVENT_RULE, OURS)


def _alarms(settings: Settings) -> Iterator[Derived]:
    environment, alarms = settings.environment, settings.alarms
    if alarms is None:
        return
    if alarms.topic is None:
        yield Derived("aws_sns_topic", "name", _name(environment, "alarms", 256), TOPIC, OURS)
        if "domain" not in alarms.off and environment.region != HEALTH_CHECK_REGION:
            name = _name(environment, "domain-alarm", 256)
            yield Derived("aws_sns_topic", "name", name, TOPIC, OURS)
    for watch in watches(settings):
        alarm = _name(environment, f"alarm-{watch.name}{watch.suffix}", 255)
        keys = (*OURS, ("services", watch.service)) if watch.service else OURS
        yield Derived("aws_cloudwatch_metric_alarm", "alarm_name", alarm, ALARM, keys)
    if "deployment" not in alarms.off:
        rule = _name(environment, "alarm-deployment", 64)
        yield Derived("aws_cloudwatch_event_rule", "name", rule, EVENT_RULE, OURS)
    if settings.jobs and "jobs" not in alarms.off:
        rule = _name(environment, "alarm-jobs", 64)
        yield Derived("aws_cloudwatch_event_rule", "name", rule, EVENT_RULE, OURS)
    if settings.cost.budget_usd_per_month and "budget" not in alarms.off:
        budget = _name(environment, "budget", 100)
        yield Derived("aws_budgets_budget", "name", budget, BUDGET, OURS)
    if "dashboard" not in alarms.off:
        dashboard = _name(environment, "", 255)
        yield Derived("aws_cloudwatch_dashboard", "dashboard_name", dashboard, DASHBOARD, OURS)
