"""Edge layer: hosted zone, certificate, load balancer, listeners, records."""

import json
from dataclasses import dataclass

from cdktf import TerraformIterator, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from modules.naming import Names
from modules.network import NetworkOutputs
from modules.targets import target_group
from strata.settings.models import Settings
from strata.settings.routes import further_hosts, health_check, site_hosts

NONCURRENT_DAYS = 30
"""Days for which a replaced or deleted access log can be restored."""


@dataclass(frozen=True)
class EdgeOutputs:
    """The target group that the service registers its tasks with, the listeners that routes have
    rules on, and what alarms watch."""

    target_group_arn: str
    load_balancer_arn_suffix: str
    target_group_arn_suffix: str
    certificate_arn: str
    https_listener_arn: str
    http_listener_arn: str


class Edge(Construct):
    """The way in: from the domain to the target group."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkOutputs) -> None:
        super().__init__(scope, "edge")
        self._settings = settings
        self._names = Names(settings, "edge")
        edge = settings.edge
        record = edge.record_name or edge.domain
        hosts = site_hosts(edge)
        routed = further_hosts(settings)
        zone_id = self._zone()
        certificate_arn = self._certificate(zone_id, [*hosts, *routed])
        balancer = self._load_balancer(network)
        group = self._target_group(network)
        listener, http = self._listeners(balancer, group, certificate_arn)
        keys = ["apex", "www"][: len(hosts)] + [f"route_{_id(host)}" for host in routed]
        for key, host in zip(keys, [*hosts, *routed], strict=True):
            # An alias, since a CNAME is not allowed at the apex of a zone.
            Route53Record(
                self,
                f"record_{key}",
                zone_id=zone_id,
                name=host,
                type="A",
                alias=Route53RecordAlias(
                    name=balancer.dns_name,
                    zone_id=balancer.zone_id,
                    evaluate_target_health=True,
                ),
            )
        stack = TerraformStack.of(self)
        TerraformOutput(stack, "url", value=f"https://{record}")
        TerraformOutput(stack, "load_balancer_dns_name", value=balancer.dns_name)
        # Taken from the listener: ECS refuses a target group that no load balancer uses yet.
        self.outputs = EdgeOutputs(
            target_group_arn=listener.default_action.get(0).target_group_arn,
            load_balancer_arn_suffix=balancer.arn_suffix,
            target_group_arn_suffix=group.arn_suffix,
            certificate_arn=certificate_arn,
            https_listener_arn=listener.arn,
            http_listener_arn=http.arn if edge.http == "forward" else "",
        )

    def _zone(self) -> str:
        edge = self._settings.edge
        if edge.zone == "existing":
            return DataAwsRoute53Zone(self, "zone", name=edge.domain, private_zone=False).zone_id
        zone = Route53Zone(
            self,
            "zone",
            name=edge.domain,
            comment=f"Public zone of {self._names.base}",
            # ACM's validation records remain when a certificate is replaced by hand.
            force_destroy=True,
            tags=self._names.tags(),
        )
        TerraformOutput(TerraformStack.of(self), "name_servers", value=zone.name_servers)
        return zone.zone_id

    def _certificate(self, zone_id: str, hosts: list[str]) -> str:
        certificate = AcmCertificate(
            self,
            "certificate",
            domain_name=hosts[0],
            # With the first of them, which ACM adds anyway and the provider counts as no change:
            # where the list is left out, a last name that goes would stay on the certificate.
            subject_alternative_names=hosts,
            validation_method="DNS",
            lifecycle={"create_before_destroy": True},
            tags=self._names.tags(),
        )
        hosts_of_records = TerraformIterator.from_list(hosts)

        def option(attribute: str) -> str:
            options = (
                f"aws_acm_certificate.{certificate.friendly_unique_id}.domain_validation_options"
            )
            values = f"for one in {options} : one.{attribute} if one.domain_name == each.value"
            return f"${{[{values}][0]}}"

        # For each of the hosts, which are known, and not of the certificate's options: those of a
        # new certificate are known only after the apply, and Terraform could not plan it.
        records = Route53Record(
            self,
            "certificate_validation_record",
            for_each=hosts_of_records,
            zone_id=zone_id,
            name=option("resource_record_name"),
            type=option("resource_record_type"),
            records=[option("resource_record_value")],
            ttl=60,
            allow_overwrite=True,
        )
        validation = AcmCertificateValidation(
            self,
            "certificate_validation",
            certificate_arn=certificate.arn,
            depends_on=[records],
        )
        # Taken from the validation, so that the listener waits for it.
        return validation.certificate_arn

    def _load_balancer(self, network: NetworkOutputs) -> Lb:
        edge = self._settings.edge
        logs, policy = self._access_log_bucket() if edge.access_logs else (None, None)
        return Lb(
            self,
            "load_balancer",
            name=self._names.name("web", 32),
            load_balancer_type="application",
            internal=False,
            subnets=list(network.public_subnet_ids),
            security_groups=[network.load_balancer_security_group_id],
            idle_timeout=edge.idle_timeout_seconds,
            drop_invalid_header_fields=True,
            enable_deletion_protection=edge.deletion_protection,
            access_logs=LbAccessLogs(bucket=logs.bucket, enabled=True) if logs else None,
            tags=self._names.tags("web"),
            depends_on=[policy] if policy else None,
        )

    def _access_log_bucket(self) -> tuple[S3Bucket, S3BucketPolicy]:
        names, edge = self._names, self._settings.edge
        account = self._settings.environment.account_id
        bucket = S3Bucket(
            self,
            "access_log_bucket",
            # The account id makes the name unique in the whole of S3.
            bucket=names.name(f"access-logs-{account}", 63).lower(),
            force_destroy=not edge.deletion_protection,
            tags=names.tags("access-logs"),
        )
        block = S3BucketPublicAccessBlock(
            self,
            "access_log_bucket_public_access_block",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        # Load balancers can write only to buckets that are encrypted with S3's own keys.
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "access_log_bucket_encryption",
            bucket=bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                        sse_algorithm="AES256"
                    ),
                    # S3 answers so where nothing is said, which would be drift.
                    bucket_key_enabled=False,
                )
            ],
        )
        # A log that an intruder overwrites or deletes can be restored.
        versioning = S3BucketVersioningA(
            self,
            "access_log_bucket_versioning",
            bucket=bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketLifecycleConfiguration(
            self,
            "access_log_bucket_lifecycle",
            bucket=bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    expiration=[
                        S3BucketLifecycleConfigurationRuleExpiration(
                            days=edge.access_log_retention_days
                        )
                    ],
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                            noncurrent_days=NONCURRENT_DAYS
                        )
                    ],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=7
                        )
                    ],
                )
            ],
            depends_on=[versioning],
        )
        policy = S3BucketPolicy(
            self,
            "access_log_bucket_policy",
            bucket=bucket.id,
            policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "LoadBalancerWrites",
                            "Effect": "Allow",
                            "Principal": {
                                "Service": "logdelivery.elasticloadbalancing.amazonaws.com"
                            },
                            "Action": "s3:PutObject",
                            "Resource": f"{bucket.arn}/AWSLogs/{account}/*",
                        },
                        {
                            "Sid": "TlsOnly",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": [bucket.arn, f"{bucket.arn}/*"],
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        },
                    ],
                }
            ),
            depends_on=[block],
        )
        return bucket, policy

    def _target_group(self, network: NetworkOutputs) -> LbTargetGroup:
        edge = self._settings.edge
        return target_group(
            self,
            "target_group",
            names=self._names,
            suffix="tasks",
            vpc_id=network.vpc_id,
            check=health_check(edge),
        )

    def _listeners(
        self, balancer: Lb, group: LbTargetGroup, certificate_arn: str
    ) -> tuple[LbListener, LbListener]:
        """The listeners of HTTPS and of HTTP."""
        edge = self._settings.edge
        forward = LbListenerDefaultAction(type="forward", target_group_arn=group.arn)
        redirect = LbListenerDefaultAction(
            type="redirect",
            redirect=LbListenerDefaultActionRedirect(
                protocol="HTTPS", port="443", status_code="HTTP_301"
            ),
        )
        http = LbListener(
            self,
            "http_listener",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_action=[redirect if edge.http == "redirect" else forward],
            tags=self._names.tags("http"),
        )
        https = LbListener(
            self,
            "https_listener",
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=edge.tls_policy,
            certificate_arn=certificate_arn,
            default_action=[forward],
            tags=self._names.tags("https"),
        )
        return https, http


def _id(host: str) -> str:
    """A host as part of a construct's id: one of its own, since hosts have no underscores."""
    return host.replace("-", "__").replace(".", "_")
