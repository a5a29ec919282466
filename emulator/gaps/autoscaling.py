"""Application Auto Scaling: scalable targets carry no tags, and the tag calls answer 500."""

import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Response

register = Response.register_scalable_target


def _tags(response: Any) -> dict[str, str]:
    arn = response._get_param("ResourceARN")
    for targets in response.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if target.arn == arn:
                return vars(target).setdefault("strata_tags", {})
    return {}


def _register(self: Any) -> str:
    body = register(self)
    arn = json.loads(body)["ScalableTargetARN"]
    given = self._get_param("Tags") or {}
    for targets in self.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if target.arn == arn:
                vars(target).setdefault("strata_tags", {}).update(given)
    return body


def _list(self: Any) -> str:
    return json.dumps({"Tags": _tags(self)})


def _tag(self: Any) -> str:
    _tags(self).update(self._get_param("Tags"))
    return "{}"


def _untag(self: Any) -> str:
    tags = _tags(self)
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"


def fill() -> None:
    """Keep tags given at registration, and answer the three tag calls."""
    Response.register_scalable_target = _register
    Response.list_tags_for_resource = _list
    Response.tag_resource = _tag
    Response.untag_resource = _untag
