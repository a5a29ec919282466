"""Application Auto Scaling: scalable targets carry no tags, and the tag calls answer 500."""

import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Response

register = Response.register_scalable_target


def _tags(response: Any, arn: str) -> dict[str, str]:
    for targets in response.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if target.arn == arn:
                tags: dict[str, str] = vars(target).setdefault("strata_tags", {})
                return tags
    return {}


def _register(self: Any) -> Any:
    body = register(self)
    _tags(self, json.loads(body)["ScalableTargetARN"]).update(self._get_param("Tags") or {})
    return body


def _list(self: Any) -> str:
    return json.dumps({"Tags": _tags(self, self._get_param("ResourceARN"))})


def _tag(self: Any) -> str:
    _tags(self, self._get_param("ResourceARN")).update(self._get_param("Tags"))
    return "{}"


def _untag(self: Any) -> str:
    tags = _tags(self, self._get_param("ResourceARN"))
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"


def fill() -> None:
    """Keep tags given at registration, and answer the three tag calls."""
    Response.register_scalable_target = _register
    Response.list_tags_for_resource = _list
    Response.tag_resource = _tag
    Response.untag_resource = _untag
