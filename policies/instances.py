"""Instances: IMDSv2 and encrypted volumes."""

from policies.policy import Conf, Policy, blocks, enabled, value

RESOURCES = ["aws_launch_template", "aws_instance", "aws_launch_configuration"]


def _imdsv2(conf: Conf) -> bool:
    options = blocks(conf, "metadata_options")
    return bool(options) and all(
        value(one, "http_tokens") == "required" or value(one, "http_endpoint") == "disabled"
        for one in options
    )


def _encrypted(conf: Conf) -> bool:
    volumes = [
        ebs for device in blocks(conf, "block_device_mappings") for ebs in blocks(device, "ebs")
    ]
    volumes += blocks(conf, "root_block_device") + blocks(conf, "ebs_block_device")
    return bool(volumes) and all(enabled(value(one, "encrypted")) for one in volumes)


Policy("STRATA_INSTANCE_1", "Instance metadata needs IMDSv2", RESOURCES, _imdsv2)
Policy("STRATA_INSTANCE_2", "Volumes of instances are encrypted", RESOURCES, _encrypted)
