"""EC2: the tags of a launch template itself appear in its versions, and drift for ever."""

from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplate

create_version = LaunchTemplate.create_version


def _create_version(self: Any, data: dict[str, Any], description: str) -> Any:
    kept = [
        specification
        for specification in data.pop("TagSpecifications", None) or []
        if specification.get("ResourceType") != "launch-template"
    ]
    if kept:
        data["TagSpecifications"] = kept
    return create_version(self, data, description)


def fill() -> None:
    """Keep a template's own tags out of its versions."""
    LaunchTemplate.create_version = _create_version
