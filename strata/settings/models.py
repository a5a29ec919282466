"""What a user may write in `envs/<name>.toml`, with the blueprint's choices as defaults.

Types, units and ranges of single values are here and become `envs/schema.json`. Checks that need
two keys, a figure of AWS or arithmetic are in `strata.settings.rules`.
"""

import shlex
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr
from pydantic_core import PydanticCustomError

from strata.machine.folders import project_option
from strata.settings.alarm_defaults import METRIC_NAMES, AlarmName


def _whole(value: object) -> object:
    """A whole number, where pydantic's `Literal` would take `true` and `1.0` for 1 as well."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("int_type", "Input should be a whole number")


LogRetentionDays = Annotated[
    Literal[
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
        3288, 3653,
    ],
    BeforeValidator(_whole),
]  # fmt: skip
"""Days that CloudWatch Logs accepts (API reference, PutRetentionPolicy)."""

MOST_TASKS = 5000
"""Tasks of a service (AWS General Reference, Amazon ECS quotas)."""

LARGEST_TARGET = 1e9
"""More than a target answers in a minute. AWS takes up to 2^360 (Application Auto Scaling API
reference, TargetTrackingScalingPolicyConfiguration)."""

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[int, Field(ge=0, le=86400)]
Amount = Annotated[float, Field(ge=0, le=1e12)]
Distance = Annotated[float, Field(ge=-1e6, le=1e6)]
Tasks = Annotated[int, Field(ge=0, le=MOST_TASKS)]


Stage = Literal["development", "staging", "production"]


class Section(BaseModel):
    """A table of the file: unknown keys are refused, types are not converted.

    A whole number may stand where a number may; `true`, `"5"`, `inf` and `nan` may not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class _At:
    """The path of settings; empty where their name finds them. It is no part of what they say."""

    path: str = field(default="", compare=False)


class Environment(Section):
    """Which environment this is and where it lives."""

    project: str = Field(description="Name of the system; first part of every resource's name.")
    name: str = Field(description="Name of the environment; first part of every stack's name.")
    region: str = Field(description="AWS region, such as eu-central-1.")
    account_id: str = Field(
        description="The 12 digits of the AWS account; every other account is refused."
    )
    state_bucket: str = Field(description="S3 bucket that holds the Terraform state of each layer.")
    stage: Stage = Field(
        default="production",
        description="What it is for. Some waivers of the policy gate hold in some stages only; "
        "production is the strictest.",
    )
    emulated: bool = Field(
        default=False,
        description="Whether AWS is the emulator: path-style S3, credentials not checked.",
    )
    _at: _At = PrivateAttr(default=_At())

    @property
    def tags(self) -> dict[str, str]:
        """What every resource carries, and is found by."""
        return {"Project": self.project, "Environment": self.name, "ManagedBy": "strata"}

    def command(self, name: str, *options: str) -> str:
        """A command of Strata on this environment, as a shell takes it: `strata NAME ENV OPTIONS`.

        ENV is the name, or the path of a file that is not in `envs/`, where no name finds it.
        """
        env = self._at.path or self.name
        return shlex.join(["strata", *project_option(), *name.split(), env, *options])


GatewayService = Literal["s3", "dynamodb"]
InterfaceService = Literal[
    "ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "monitoring",
    "secretsmanager", "ssm", "ssmmessages", "ec2messages", "kms", "sts", "sqs", "sns",
]  # fmt: skip
"""The last parts of the names of AWS's services (AWS PrivateLink guide, services that integrate
with PrivateLink)."""
EndpointService = Literal[GatewayService, InterfaceService]
"""One list of values: of a choice between two lists, messages and guides would tell the first."""


class Subnets(Section):
    """Which subnets of an existing VPC: by their ids, or by tags that all of them have."""

    ids: list[str] = Field(default=[], description="Ids of subnets, such as subnet-0a1b2c3d.")
    tags: dict[str, str] = Field(
        default={},
        description="Tags, instead of ids: every subnet of the VPC with all of them, in one of the "
        "zones.",
    )


class Network(Section):
    """VPC, subnets, routes, network ACLs, security groups, flow logs."""

    availability_zones: list[str] = Field(
        description="At least two zones; the first public and the first private subnet lie in the "
        "first, and so on. Of an existing VPC: the zones of its subnets."
    )
    existing: str | None = Field(
        default=None,
        description="Id of a VPC of another team; Strata makes only security groups in it, and no "
        "network.",
    )
    public: Subnets | None = Field(
        default=None, description="Public subnets of an existing VPC: for the load balancer."
    )
    private: Subnets | None = Field(
        default=None,
        description="Private subnets of an existing VPC: for instances, database and cache.",
    )
    emptied_zones: list[str] = Field(
        default=[],
        description="The last zones, when they are to be given up: nothing is put into their "
        "subnets any more.",
    )
    vpc_cidr: str = Field(default="10.0.0.0/16", description="Private IPv4 range of the VPC.")
    public_subnets: list[str] = Field(
        default=["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
        description="IPv4 ranges of the public subnets, one for each zone at most.",
    )
    private_subnets: list[str] = Field(
        default=["10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20"],
        description="IPv4 ranges of the private subnets, one for each zone at most.",
    )
    nat: Literal["none", "single", "per_az"] = Field(
        default="none",
        description="NAT gateways. With none, instances run in the public subnets; with single or "
        "per_az they run in the private ones.",
    )
    endpoints: list[EndpointService] = Field(
        default=[],
        description="Services of AWS that the instances reach inside of the VPC, past any NAT "
        "gateway: s3 and dynamodb by gateway endpoints, which are free, the others by interface "
        "endpoints, which are charged by the hour and zone.",
    )
    flow_log_retention_days: LogRetentionDays = Field(
        default=30, description="Days that VPC flow logs are kept."
    )

    @property
    def gateway_services(self) -> list[str]:
        """The services with a gateway endpoint."""
        return [one for one in self.endpoints if one in get_args(GatewayService)]

    @property
    def interface_services(self) -> list[str]:
        """The services with an interface endpoint."""
        return [one for one in self.endpoints if one in get_args(InterfaceService)]


class Registry(Section):
    """The ECR repository."""

    repository: str = Field(
        default="",
        description="Name of the repository; empty: project and environment, joined by a hyphen. "
        "A new name makes an empty repository: no task starts until its image is there.",
    )
    immutable_tags: bool = Field(
        default=True, description="Whether a pushed tag can never point to another image."
    )
    scan_on_push: bool = Field(default=True, description="Whether images are scanned when pushed.")
    encryption: Literal["AES256", "KMS"] = Field(
        default="KMS", description="Encryption of images: S3-managed key, or the AWS KMS key."
    )
    keep_images: int = Field(
        default=30,
        ge=1,
        le=1000,
        description="Number of images kept; older ones expire unless they were deployed.",
    )
    force_delete: bool = Field(
        default=False, description="Whether destroy deletes the repository with images in it."
    )


Privilege = Literal[
    "SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "CREATE", "ALTER", "DROP", "INDEX",
    "REFERENCES", "CREATE VIEW", "SHOW VIEW", "TRIGGER", "CREATE ROUTINE", "ALTER ROUTINE", "EVENT",
    "CREATE TEMPORARY TABLES", "LOCK TABLES",
]  # fmt: skip
"""What MySQL can allow on one database, but for GRANT OPTION (Reference Manual, privileges)."""


class AppUser(Section):
    """A user of MySQL of the application's own; without this table it connects as the master."""

    name: str = Field(
        default="shop_app",
        description="Its name. A rotation changes between it and the same name with _2.",
    )
    privileges: list[Privilege] = Field(
        default=["SELECT", "INSERT", "UPDATE", "DELETE"],
        min_length=1,
        description="What it may do in the database of `name`. Migrations also need CREATE, ALTER, "
        "DROP, INDEX and REFERENCES.",
    )


class Database(Section):
    """RDS MySQL."""

    name: str = Field(default="shop", description="Name of the schema that is made (DB_NAME).")
    username: str = Field(default="shop_admin", description="Master user (DB_USERNAME).")
    engine_version: str = Field(
        default="8.4",
        description="MySQL version: major.minor, or a full one; AWS goes on to later patches.",
    )
    instance_class: str = Field(default="db.t3.micro", description="RDS instance class.")
    storage_gib: int = Field(default=20, ge=20, le=65536, description="Storage at first, GiB.")
    max_storage_gib: int = Field(
        default=100, ge=0, le=65536, description="Size storage may grow to, GiB; 0: it never grows."
    )
    storage_encrypted: bool = Field(default=True, description="Encryption of storage at rest.")
    require_tls: bool = Field(default=True, description="Whether connections without TLS fail.")
    password_rotation: str = Field(
        default="rate(7 days)",
        description="When RDS makes a new password: rate(7 days), or cron(0 3 ? * SUN *) in UTC. "
        "The service is deployed anew after it.",
    )
    multi_az: bool = Field(default=False, description="Whether a standby runs in another zone.")
    backup_retention_days: int = Field(
        default=7, ge=0, le=35, description="Days that automated backups are kept; 0: none."
    )
    backup_window: str = Field(
        default="17:00-18:00", description="Daily backup window, hh:mm-hh:mm in UTC."
    )
    maintenance_window: str = Field(
        default="sun:18:30-sun:19:30", description="Weekly window, ddd:hh:mm-ddd:hh:mm in UTC."
    )
    deletion_protection: bool = Field(default=False, description="Whether deletion is refused.")
    final_snapshot: bool = Field(
        default=True, description="Whether a last snapshot is taken when it is destroyed."
    )
    log_exports: list[Literal["error", "general", "slowquery"]] = Field(
        default=[], description="Logs that RDS writes to files and sends to CloudWatch Logs."
    )
    log_retention_days: LogRetentionDays = Field(
        default=30, description="Days that the exported logs are kept."
    )
    extended_support: bool = Field(
        default=False,
        description="Whether a MySQL version past its standard support is kept for an extra "
        "charge; it counts when the database is made.",
    )
    apply_immediately: bool = Field(
        default=False,
        description="Whether changes are made at once; false: in the maintenance window.",
    )
    app_user: AppUser | None = Field(
        default=None,
        description="A user of the application's own; without it the application is the master "
        "user.",
    )


class Cache(Section):
    """ElastiCache Redis, cluster mode off."""

    node_type: str = Field(default="cache.t3.micro", description="ElastiCache node type.")
    engine_version: str = Field(default="7.1", description="Redis version, major.minor.")
    replicas: int = Field(default=0, ge=0, le=5, description="Read replicas beside the primary.")
    multi_az: bool = Field(default=False, description="Whether nodes are spread over zones.")
    automatic_failover: bool = Field(
        default=False, description="Whether a replica takes over from a failed primary."
    )
    encryption_at_rest: bool = Field(default=True, description="Encryption of stored data.")
    encryption_in_transit: bool = Field(default=True, description="TLS to and between nodes.")
    auth: bool = Field(
        default=True, description="Whether clients need the token that Secrets Manager holds."
    )
    snapshot_retention_days: int = Field(
        default=0, ge=0, le=35, description="Days that daily snapshots are kept; 0: none."
    )
    maintenance_window: str = Field(
        default="sun:18:30-sun:19:30", description="Weekly window, ddd:hh:mm-ddd:hh:mm in UTC."
    )
    apply_immediately: bool = Field(
        default=False,
        description="Whether changes are made at once; false: in the maintenance window.",
    )


class Spot(Section):
    """Spot instances, which cost less and which AWS takes back with two minutes' notice."""

    on_demand_base: int = Field(
        default=1, ge=0, le=500, description="On-demand instances before there is any Spot one."
    )
    percent: int = Field(
        default=100, ge=1, le=100, description="Share of the instances beyond those that are Spot."
    )
    instance_types: list[str] = Field(
        default=[],
        description="Further types, at least as large as cluster.instance_type: the more there "
        "are, the seldomer AWS takes instances back.",
    )


class Cluster(Section):
    """ECS cluster on EC2: instances, auto scaling group, capacity provider."""

    instance_type: str = Field(default="t3.micro", description="EC2 instance type.")
    os: Literal["amazon-linux-2", "amazon-linux-2023"] = Field(
        default="amazon-linux-2023", description="ECS-optimised system of the instances."
    )
    architecture: Literal["x86_64", "arm64"] = Field(
        default="x86_64",
        description="Processors of the instances, and what images are built for: Intel and AMD, or "
        "Graviton (arm64).",
    )
    ami_id: str | None = Field(
        default=None,
        description="AMI to pin; without it new instances follow the public SSM parameter.",
    )
    key_pair: str | None = Field(default=None, description="Name of an existing EC2 key pair.")
    min_size: int = Field(default=1, ge=0, le=500, description="Least number of instances.")
    max_size: int = Field(default=5, ge=1, le=500, description="Largest number of instances.")
    max_instance_age_days: int = Field(
        default=30,
        ge=0,
        le=365,
        description="Days after which a new instance, with the newest AMI, takes the place of an "
        "old one, whose tasks move first; 0: never.",
    )
    root_volume_gib: int = Field(
        default=30, ge=30, le=16384, description="Root volume, GiB; the ECS AMIs need 30."
    )
    root_volume_encrypted: bool = Field(default=True, description="Encryption of root volumes.")
    imdsv2_only: bool = Field(
        default=True,
        description="Whether instance metadata needs a session token (IMDSv2); without it, "
        "containers can get the credentials of their instance.",
    )
    container_insights: bool = Field(default=True, description="CloudWatch Container Insights.")
    insights_log_retention_days: LogRetentionDays = Field(
        default=30, description="Days that the performance logs of Container Insights are kept."
    )
    managed_termination_protection: bool = Field(
        default=False,
        description="Whether instances with tasks are protected; it makes destroy hang.",
    )
    target_capacity_percent: int = Field(
        default=100, ge=1, le=100, description="Share of instances that managed scaling fills."
    )
    spot: Spot | None = Field(
        default=None, description="Spot instances beside on-demand ones; without it there are none."
    )


class TargetTracking(Section):
    """Keeps an average at a target."""

    metric: Literal["cpu", "memory", "requests_per_target"] = Field(
        description="Average CPU or memory of the service in percent, or ALB requests per target "
        "and minute."
    )
    target: float = Field(gt=0, le=LARGEST_TARGET, description="Percent, or requests per minute.")
    scale_out_cooldown_seconds: Seconds = Field(
        default=60, description="Rest after scaling out, seconds."
    )
    scale_in_cooldown_seconds: Seconds = Field(
        default=300, description="Rest after scaling in, seconds."
    )


class StepAdjustment(Section):
    """How many tasks come or go while the metric lies between two distances from the threshold."""

    lower: Distance | None = Field(
        default=None, description="Lower end: distance from the threshold, percentage points."
    )
    upper: Distance | None = Field(
        default=None, description="Upper end: distance from the threshold, percentage points."
    )
    change: int = Field(
        ge=-MOST_TASKS, le=MOST_TASKS, description="Tasks to add, or to take away when negative."
    )


class StepScaling(Section):
    """Adds or takes away tasks by the size of a breach."""

    name: str = Field(description="Name of the policy and its alarm.")
    metric: Literal["cpu", "memory"] = Field(description="Average of the service, percent.")
    when: Literal["at_least", "at_most"] = Field(description="Side of the threshold that breaches.")
    threshold: float = Field(ge=0, le=100, description="Percent at which the alarm goes off.")
    evaluation_periods: int = Field(default=2, ge=1, le=60, description="Minutes of breach.")
    cooldown_seconds: Seconds = Field(default=60, description="Seconds to wait after a change.")
    adjustments: list[StepAdjustment] = Field(
        min_length=1, description="How far beyond the threshold changes how much."
    )


class ScheduledScaling(Section):
    """Sets other limits at a time."""

    name: str = Field(description="Name of the scheduled action.")
    schedule: str = Field(description="at(...), rate(...) or cron(...) expression.")
    timezone: str = Field(default="UTC", description="IANA time zone of the expression.")
    min: Tasks = Field(description="Least number of tasks from then on.")
    max: Tasks = Field(description="Largest number of tasks from then on.")


class Scaling(Section):
    """Service auto scaling."""

    min: Tasks = Field(default=1, description="Least number of tasks.")
    max: int = Field(default=5, ge=1, le=MOST_TASKS, description="Largest number of tasks.")
    target_tracking: list[TargetTracking] = Field(
        default=[TargetTracking(metric="cpu", target=70)],
        description="Averages to keep; one entry for each metric at most.",
    )
    steps: list[StepScaling] = Field(default=[], description="Step scaling policies.")
    schedules: list[ScheduledScaling] = Field(default=[], description="Scheduled actions.")


class HealthCheck(Section):
    """A command that Docker runs inside a container to see whether it is healthy."""

    command: list[str] = Field(
        min_length=1,
        description="Words of the command; the first is CMD, to run the others, or CMD-SHELL, for "
        "a single line in the container's shell.",
    )
    interval_seconds: int = Field(
        default=30, ge=5, le=300, description="Seconds from one check to the next."
    )
    timeout_seconds: int = Field(
        default=5, ge=2, le=60, description="Seconds until a check without an end has failed."
    )
    retries: int = Field(
        default=3, ge=1, le=10, description="Failures in a row that make the container unhealthy."
    )
    start_period_seconds: int = Field(
        default=0, ge=0, le=300, description="Seconds after the start in which no failure counts."
    )


class Ulimit(Section):
    """A limit of the Linux kernel for the processes of a container; -1 is no limit."""

    name: Literal[
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
        "rss", "rtprio", "rttime", "sigpending", "stack",
    ] = Field(description="What is limited; nofile are open files.")  # fmt: skip
    soft: int = Field(ge=-1, le=2**31 - 1, description="The limit at the start.")
    hard: int = Field(ge=-1, le=2**31 - 1, description="What a process may raise it to.")


class Container(Section):
    """What every container of the task may have."""

    command: list[str] = Field(
        default=[],
        description="Words that replace the CMD of the image; empty: those of the image.",
    )
    entry_point: list[str] = Field(
        default=[],
        description="Words that replace the ENTRYPOINT of the image; empty: those of the image.",
    )
    health_check: HealthCheck | None = Field(
        default=None,
        description="A check from inside the container; none: only the load balancer checks.",
    )
    stop_timeout_seconds: int | None = Field(
        default=None,
        ge=2,
        le=120,
        description="Seconds from SIGTERM to SIGKILL; none: the 30 of the ECS agent.",
    )
    ulimits: list[Ulimit] = Field(default=[], description="Limits of the kernel for its processes.")
    environment_files: list[str] = Field(
        default=[],
        description="ARNs of S3 objects, ending in .env, with a line VARIABLE=value for each "
        "variable; no secrets.",
    )
    depends_on: dict[str, Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]] = Field(
        default={},
        description="Name of another container = what it must have reached before this one starts: "
        "START, COMPLETE (ended), SUCCESS (ended with 0) or HEALTHY.",
    )
    links: list[str] = Field(
        default=[],
        description="Names of other containers that this one reaches under their names, without a "
        "port on the instance.",
    )


class Sidecar(Container):
    """A further container in each task, beside the application's."""

    name: str = Field(description="Name of the container, and first part of its log streams.")
    image: str = Field(description="Image by digest, such as public.ecr.aws/x/y@sha256:...")
    memory_mib: int = Field(
        ge=6, le=1048576, description="Hard memory limit of the container, MiB."
    )
    cpu: int = Field(ge=2, le=196608, description="CPU units; 1024 are one vCPU.")
    essential: bool = Field(
        default=True, description="Whether the whole task stops when this container does."
    )
    user: str = Field(
        default="1000:1000", description="User and group the process runs as, uid:gid; 0 is root."
    )
    readonly_root_filesystem: bool = Field(
        default=True, description="Whether the container can write to /tmp only."
    )
    environment: dict[str, str] = Field(
        default={}, description="Plain environment variables of the container."
    )
    secrets: dict[str, str] = Field(
        default={},
        description="Environment variable = name or ARN of a Secrets Manager secret that exists, "
        "or ARN of an SSM parameter.",
    )
    not_secret: dict[str, str] = Field(
        default={},
        description="Environment variable = why its value is no secret although it looks like one.",
    )


class Permission(Section):
    """A statement of the task role's policy: what the application may do in AWS."""

    actions: list[str] = Field(min_length=1, description="IAM actions, such as sqs:SendMessage.")
    resources: list[str] = Field(
        min_length=1, description="ARNs that they may be done on; * for actions that have none."
    )
    conditions: dict[str, dict[str, list[str]]] = Field(
        default={},
        description="Condition operator = a table of condition keys, each with the list of its "
        "values.",
    )


class Access(Section):
    """Access of the application to one resource, by its ARN; Strata knows the actions."""

    bucket: str | None = Field(default=None, description="ARN of an S3 bucket.")
    queue: str | None = Field(default=None, description="ARN of an SQS queue.")
    topic: str | None = Field(default=None, description="ARN of an SNS topic, to publish to.")
    table: str | None = Field(default=None, description="ARN of a DynamoDB table.")
    secret: str | None = Field(default=None, description="ARN of a secret in Secrets Manager.")
    mail: str | None = Field(
        default=None, description="ARN of an identity of SES, to send mail from."
    )
    access: Literal["read", "write", "read-write"] = Field(
        description="What it does there; to receive from a queue is to read it."
    )


class Egress(Section):
    """A way out of the instances beside HTTPS, over TCP."""

    port: Port = Field(description="Port that the application connects to, such as 587 for mail.")
    ranges: list[str] = Field(
        min_length=1,
        description="IPv4 ranges outside of the VPC, such as 203.0.113.0/24; 0.0.0.0/0 is "
        "anywhere.",
    )


class Service(Container):
    """Task definition, service and scaling."""

    image_tag: str = Field(description="Tag of the image in the repository; latest is refused.")
    container_port: Port = Field(default=3000, description="Port the application listens on.")
    host_port: int = Field(
        default=0, ge=0, le=65535, description="Port on the instance; 0: a dynamic one."
    )
    cpu: int = Field(default=1024, ge=128, le=196608, description="CPU units; 1024 are one vCPU.")
    memory_mib: int = Field(
        default=512, ge=6, le=1048576, description="Hard memory limit of the container, MiB."
    )
    desired_count: Tasks = Field(
        default=3, description="Tasks at creation; the scaler changes it later."
    )
    user: str = Field(
        default="1000:1000", description="User and group the process runs as, uid:gid; 0 is root."
    )
    readonly_root_filesystem: bool = Field(
        default=True, description="Whether the container can write to /tmp only."
    )
    environment: dict[str, str] = Field(
        default={}, description="Plain environment variables of the container."
    )
    secrets: dict[str, str] = Field(
        default={},
        description="Environment variable = name or ARN of a Secrets Manager secret that exists, "
        "or ARN of an SSM parameter.",
    )
    secret_keys: list[str] = Field(
        default=[],
        description="ARNs of the customer-managed KMS keys that encrypt these secrets and "
        "parameters.",
    )
    not_secret: dict[str, str] = Field(
        default={},
        description="Environment variable = why its value is no secret although it looks like one.",
    )
    exec: bool = Field(
        default=False,
        description="Whether strata exec may open a shell in the tasks, by ECS Exec; its sessions "
        "are logged.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=30, description="Days that the container's logs are kept."
    )
    minimum_healthy_percent: int = Field(
        default=50, ge=0, le=100, description="Share of tasks that stay up in a deployment."
    )
    maximum_percent: int = Field(
        default=200, ge=100, le=200, description="Share of tasks that may run in a deployment."
    )
    health_check_grace_seconds: Seconds = Field(
        default=60, description="Seconds a new task has before its health checks count."
    )
    wait_for_steady_state: bool = Field(
        default=False, description="Whether apply waits until the deployment is done."
    )
    scaling: Scaling = Field(default=Scaling(), description="Service auto scaling.")
    sidecars: list[Sidecar] = Field(
        default=[], description="Further containers in each task, beside the application's."
    )

    permissions: list[Permission] = Field(
        default=[], description="What the application may do in AWS, as statements of IAM."
    )
    access: list[Access] = Field(
        default=[],
        description="Resources that the application uses, as shorthands for permissions.",
    )

    egress: list[Egress] = Field(
        default=[],
        description="Where the instances and their tasks may connect to outside of the VPC, beside "
        "HTTPS (443) to anywhere.",
    )

    @property
    def containers(self) -> "tuple[Service | Sidecar, ...]":
        """All containers of a task, the application's first."""
        return (self, *self.sidecars)


class Route(Section):
    """Which requests the load balancer sends to a further service, and how it checks its tasks.

    A request must have one of the hosts, where there are any, and one of the paths.
    """

    priority: int = Field(
        ge=1,
        le=50000,
        description="Place among the routes: the lowest that fits takes the request; what fits "
        "none goes to [service].",
    )
    hosts: list[str] = Field(
        default=[],
        description="Hosts in the zone edge.domain; each gets a record and a name on the "
        "certificate. Empty: every host.",
    )
    paths: list[str] = Field(
        default=[],
        description="Path patterns, such as /admin/*, in which * is any text and ? any character. "
        "Empty: every path.",
    )
    container_port: Port | None = Field(
        default=None, description="Port its application listens on; none: that of [service]."
    )
    health_check_path: str | None = Field(
        default=None, description="Path that answers when healthy; none: that of [edge]."
    )
    health_check_matcher: str | None = Field(
        default=None, description="Status codes that count as healthy; none: those of [edge]."
    )
    health_check_interval_seconds: int | None = Field(
        default=None,
        ge=5,
        le=300,
        description="Seconds from one check to the next; none: as in [edge].",
    )
    health_check_timeout_seconds: int | None = Field(
        default=None, ge=2, le=120, description="Seconds to wait for an answer; none: as in [edge]."
    )
    healthy_threshold: int | None = Field(
        default=None,
        ge=2,
        le=10,
        description="Good answers in a row that make a target healthy; none: as in [edge].",
    )
    unhealthy_threshold: int | None = Field(
        default=None,
        ge=2,
        le=10,
        description="Failures in a row that make a target unhealthy; none: as in [edge].",
    )
    health_check_grace_seconds: Seconds | None = Field(
        default=None,
        description="Seconds a new task has before its health checks count; none: as in [service].",
    )


class Worker(Section):
    """A further service in the same cluster: a command in the image of `[service]`, with its
    variables, secrets, roles and sidecars. The load balancer sends it requests with a route, the
    other services with a port; with neither nobody calls it."""

    command: list[str] = Field(
        default=[],
        description="Command, as a list of words, that replaces the image's CMD. Empty, which only "
        "an image of its own may have: that of the image.",
    )
    repository: str = Field(
        default="",
        description="Name of an ECR repository for an image of its own, made here; empty: the "
        "image is that of [service].",
    )
    image_tag: str | None = Field(
        default=None, description="Tag of its image; none: that of [service]."
    )
    cpu: int | None = Field(
        default=None,
        ge=128,
        le=196608,
        description="CPU units of the application's container; none: those of the service.",
    )
    memory_mib: int | None = Field(
        default=None,
        ge=6,
        le=1048576,
        description="Hard memory limit of the application's container, MiB; none: the service's.",
    )
    desired_count: Tasks = Field(default=1, description="Tasks; the least where it scales.")
    max_count: int | None = Field(
        default=None,
        ge=1,
        le=MOST_TASKS,
        description="Most tasks when it scales by its CPU or its queue; none: it does not scale.",
    )
    cpu_percent: float = Field(
        default=70, gt=0, le=100, description="Average CPU to keep when it scales by it, percent."
    )
    queue: str | None = Field(
        default=None,
        description="ARN, or name in this account and region, of the SQS queue whose depth it "
        "scales by; none: it scales by its CPU.",
    )
    messages_per_task: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Messages that wait in the queue for each running task, to be kept.",
    )
    route: Route | None = Field(
        default=None,
        description="Requests that the load balancer sends to it; none: it sends it none.",
    )
    port: Port | None = Field(
        default=None,
        description="Port that an internal service, one without a route, listens on; the others "
        "reach it there under its name, by ECS Service Connect. None: they do not.",
    )
    protocol: Literal["http", "http2", "grpc", "tcp"] = Field(
        default="http", description="What is spoken on its port; Service Connect measures it."
    )

    @property
    def queue_name(self) -> str:
        """The name of its queue, by which CloudWatch knows it; empty without one."""
        return self.queue.rpartition(":")[2] if self.queue else ""


class Job(Section):
    """A command that runs by a schedule, in the image of the service with its roles and secrets."""

    command: list[str] = Field(
        min_length=1, description="Command, as a list of words, that replaces the image's CMD."
    )
    schedule: str = Field(description="rate(1 hour), or cron(0 3 ? * MON-FRI *).")
    timezone: str = Field(default="UTC", description="IANA time zone of the expression.")
    cpu: int | None = Field(
        default=None,
        ge=2,
        le=196608,
        description="CPU units of the application's container; none: those of the service.",
    )
    memory_mib: int | None = Field(
        default=None,
        ge=6,
        le=1048576,
        description="Hard memory limit of the application's container, MiB; none: the service's.",
    )
    retries: int = Field(
        default=3,
        ge=0,
        le=185,
        description="Further attempts when ECS does not take the task; a command that fails is not "
        "run again.",
    )
    retry_for_seconds: int = Field(
        default=3600,
        ge=60,
        le=86400,
        description="Seconds after the scheduled time in which it is attempted.",
    )


class Edge(Section):
    """Hosted zone, certificate, load balancer."""

    domain: str = Field(description="Domain of the public hosted zone, such as shop.example.")
    zone: Literal["create", "existing"] = Field(
        default="create", description="Whether the zone is made here or looked up."
    )
    record_name: str = Field(
        default="", description="Full name of the A record; empty: the domain itself (the apex)."
    )
    www: bool = Field(
        default=False, description="Whether the same name with www. before it leads there too."
    )
    http: Literal["redirect", "forward"] = Field(
        default="redirect", description="What port 80 does; forward serves without encryption."
    )
    tls_policy: str = Field(
        default="ELBSecurityPolicy-TLS13-1-2-2021-06",
        description="Security policy of the HTTPS listener, TLS 1.2 or newer.",
    )
    access_logs: bool = Field(default=False, description="Whether requests are logged to S3.")
    access_log_retention_days: int = Field(
        default=90, ge=1, le=3650, description="Days that access logs are kept."
    )
    deletion_protection: bool = Field(default=False, description="Whether deletion is refused.")
    idle_timeout_seconds: int = Field(
        default=60, ge=1, le=4000, description="Seconds that an idle connection is kept open."
    )
    deregistration_delay_seconds: int = Field(
        default=60, ge=0, le=3600, description="Seconds a leaving task has to finish requests."
    )
    health_check_path: str = Field(default="/", description="Path that answers 200 when healthy.")
    health_check_matcher: str = Field(
        default="200-399", description="Status codes that count as healthy."
    )
    health_check_interval_seconds: int = Field(
        default=30, ge=5, le=300, description="Seconds from one check to the next."
    )
    health_check_timeout_seconds: int = Field(
        default=5, ge=2, le=120, description="Seconds to wait for an answer."
    )
    healthy_threshold: int = Field(
        default=3, ge=2, le=10, description="Good answers in a row that make a target healthy."
    )
    unhealthy_threshold: int = Field(
        default=3, ge=2, le=10, description="Failures in a row that make a target unhealthy."
    )


class Reach(Section):
    """A path that must be open or shut; it goes before what Strata itself expects of it."""

    model_config = ConfigDict(serialize_by_alias=True)

    source: Literal["internet", "load_balancer", "instances", "tasks", "database", "cache"] = Field(
        alias="from", description="Who asks."
    )
    target: Literal[
        "internet", "load_balancer", "instances", "tasks", "database", "cache", "aws_apis"
    ] = Field(alias="to", description="Who answers.")
    port: Port | None = Field(
        default=None,
        description="Port, of tasks the host port; without it every port.",
    )
    open: bool = Field(
        description="Whether the path must be open, to TCP; false: shut, to TCP and UDP."
    )


class Usage(Section):
    """What depends on use: the assumptions behind an estimate of a month."""

    spot_price_percent: float = Field(
        default=100,
        ge=0,
        le=100,
        description="Price of a Spot instance, if any, in percent of the on-demand price of "
        "cluster.instance_type; AWS charges at most the on-demand price of the type that it "
        "starts.",
    )
    load_balancer_lcus: Amount = Field(
        default=1, description="Average load of the load balancer, LCUs."
    )
    internet_gib: Amount = Field(
        default=50, description="Traffic out to the internet, GiB a month."
    )
    between_zones_gib: Amount = Field(
        default=50, description="Traffic between zones, GiB a month; paid at both ends."
    )
    nat_gib: Amount = Field(
        default=50, description="Traffic through all NAT gateways together, GiB a month."
    )
    endpoint_gib: Amount = Field(
        default=10,
        description="Traffic through all interface endpoints together, if any, GiB a month.",
    )
    dns_queries_millions: Amount = Field(
        default=0.1, description="DNS queries that are no alias, millions a month."
    )
    application_log_gib: Amount = Field(
        default=5, description="Logs that the containers write, GiB a month."
    )
    flow_log_gib: Amount = Field(default=5, description="VPC flow logs, GiB a month.")
    database_log_gib: Amount = Field(
        default=1, description="Logs that the database exports, if any, GiB a month."
    )
    access_log_gib: Amount = Field(
        default=1, description="Access logs of the load balancer, if kept, GiB a month."
    )
    insights_metrics: Amount = Field(
        default=25,
        description="Metrics of Container Insights: 8 of the cluster, 11 of the service, 6 of the "
        "task family.",
    )
    insights_log_gib: Amount = Field(
        default=0.5, description="Performance logs of Container Insights, GiB a month."
    )
    images_gib: Amount = Field(default=2, description="Images kept in each repository, GiB.")
    database_used_percent: float = Field(
        default=50, ge=0, le=100, description="Share of the storage that is used."
    )
    database_change_percent_a_day: float = Field(
        default=2,
        ge=0,
        le=100,
        description="Share of the used storage that changes in a day, which backups keep.",
    )
    cache_snapshot_gib: Amount = Field(
        default=0.5, description="Size of one snapshot of the cache, GiB."
    )
    job_hours: float = Field(
        default=30,
        ge=0,
        le=744,
        description="Hours of a month in which jobs run; what they need more than the service's "
        "instances is counted for them.",
    )
    secret_reads: Amount = Field(default=1000, description="Reads of each secret a month.")


class Cost(Section):
    """What a month may cost, and the use that an estimate assumes."""

    budget_usd_per_month: float | None = Field(
        default=None,
        gt=0,
        le=1e12,
        description="US dollars that a month with the desired number of tasks may cost.",
    )
    over_budget: Literal["warn", "fail"] = Field(
        default="warn", description="What strata check does when an estimate is over the budget."
    )
    usage: Usage = Usage()


class Release(Section):
    """What a release does beside the deployment."""

    before: list[str] = Field(
        default=[],
        description="Command, as a list of words, that `strata deploy` runs as a task of the new "
        "image before each deployment, such as a migration; if it fails, nothing is deployed.",
    )


class Alarms(Section):
    """Alarms on the system, a budget and a dashboard; without this table there are none."""

    email: str | None = Field(
        default=None, description="Address that is told; it must confirm the first mail."
    )
    topic: str | None = Field(
        default=None, description="ARN of an SNS topic that exists, instead of an address."
    )
    domain_topic: str | None = Field(
        default=None,
        description="ARN of an SNS topic in us-east-1 that the alarm `domain` tells, where `topic` "
        "is in another region.",
    )
    off: list[AlarmName] = Field(default=[], description="What is left out, by name.")
    thresholds: dict[str, float] = Field(
        default={},
        description="Alarm = threshold of your own, in its unit (docs/alarms.md).",
        json_schema_extra={"propertyNames": {"enum": list(METRIC_NAMES)}},
    )


Told = Literal["failed", "completed"]
"""What somebody can be told of a release."""


class Notify(Section):
    """Who is told of releases; without this table nobody is."""

    email: str | None = Field(
        default=None,
        description="Address that gets ECS's events of the service's deployments, also of those "
        "that others began; it must confirm the first mail.",
    )
    topic: str | None = Field(
        default=None, description="ARN of an SNS topic that exists, instead of an address."
    )
    webhook_secret: str | None = Field(
        default=None,
        description="ARN of a secret in Secrets Manager that holds the URL of a webhook, which "
        "`strata deploy` and `strata rollback` tell their verdict.",
    )
    on: list[Told] = Field(
        default=["failed"], min_length=1, description="Which ends of a release are told."
    )


class Settings(Section):
    """One environment: the whole of `envs/<name>.toml`."""

    environment: Environment
    network: Network
    registry: Registry = Registry()
    database: Database = Database()
    cache: Cache = Cache()
    cluster: Cluster = Cluster()
    service: Service
    services: dict[str, Worker] = Field(
        default={}, description="Name = a further service, a table `[services.NAME]`."
    )
    jobs: dict[str, Job] = Field(
        default={}, description="Name = a command that runs by a schedule, a table `[jobs.NAME]`."
    )
    edge: Edge
    release: Release = Release()
    reach: list[Reach] = Field(
        default=[], description="Further paths that must be open or shut between endpoints."
    )
    cost: Cost = Cost()
    alarms: Alarms | None = None
    notify: Notify | None = None
    tags: dict[str, str] = Field(default={}, description="Further tags of every resource.")

    def found_at(self, path: str) -> "Settings":
        """The same, whose commands have this path for ENV."""
        environment = self.environment.model_copy()
        environment._at = _At(path)
        return self.model_copy(update={"environment": environment})

    @property
    def connected(self) -> bool:
        """Whether the services reach some of them by name, through ECS Service Connect."""
        return any(worker.port for worker in self.services.values())
