"""Instances: IMDSv2, encrypted volumes, and what they run when they start."""

import base64
import binascii
import json
import re

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, enabled, value
from strata.documents.templates import has_expression

RESOURCES = ["aws_launch_template", "aws_instance", "aws_launch_configuration"]


def _imdsv2(conf: Conf) -> bool:
    options = blocks(conf, "metadata_options")
    return bool(options) and all(
        value(block, "http_tokens") == "required" or value(block, "http_endpoint") == "disabled"
        for block in options
    )


def _encrypted(conf: Conf) -> bool:
    volumes = [
        ebs for device in blocks(conf, "block_device_mappings") for ebs in blocks(device, "ebs")
    ]
    volumes += blocks(conf, "root_block_device") + blocks(conf, "ebs_block_device")
    return bool(volumes) and all(enabled(value(volume, "encrypted")) for volume in volumes)


explain(
    "STRATA_INSTANCE_1", "high",
    "IMDSv1: a forged request, or any container, can read the instance's credentials",
    "metadata_options with http_tokens = required",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-170",
)  # fmt: skip
Policy("STRATA_INSTANCE_1", "Instance metadata needs IMDSv2", RESOURCES, _imdsv2)
explain(
    "STRATA_INSTANCE_2", "high",
    "The instances' volumes are not encrypted",
    "encrypted = true for every volume",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-7",
)  # fmt: skip
Policy("STRATA_INSTANCE_2", "Volumes of instances are encrypted", RESOURCES, _encrypted)

_CALL = re.compile(r"\s*(?:\$\{)?\s*base64encode\(\s*(?P<text>\"(?:[^\"\\]|\\.)*\")\s*\)\s*\}?\s*")
_FETCHES = re.compile(
    r"\b(curl|wget|fetch|aria2c|nc|ncat|scp|sftp|ftp|git\s+clone|s3\s+(cp|sync))\b|/dev/tcp/"
)
_OPENS = re.compile(
    r"ECS_DISABLE_PRIVILEGED=false|ECS_AWSVPC_BLOCK_IMDS=false|authorized_keys|NOPASSWD"
    r"|--privileged|ECS_ENABLE_UNTRACKED|setenforce\s+0|sshd",
    re.IGNORECASE,
)  # fmt: skip


def _script(conf: Conf) -> str | None:
    """The script that an instance runs when it starts; None when it cannot be read."""
    plain, encoded = value(conf, "user_data"), value(conf, "user_data_base64")
    text = str(encoded if plain is None else plain)
    if plain is None and encoded is None:
        return ""
    call = _CALL.fullmatch(text)
    if call:
        try:
            return str(json.loads(call["text"]))
        except ValueError:
            return None
    if has_expression(text) or text.startswith("base64"):
        return None
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text


def _plain_start(conf: Conf) -> bool:
    script = _script(conf)
    return script is not None and not _FETCHES.search(script) and not _OPENS.search(script)


explain(
    "STRATA_INSTANCE_3", "high",
    "An instance downloads what it runs as root when it starts, or weakens its own protection",
    "an AMI that includes it, or a container; readable user data that only writes settings",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
)  # fmt: skip
Policy("STRATA_INSTANCE_3", "User data can be read, and fetches nothing", RESOURCES, _plain_start)
