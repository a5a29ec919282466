"""ElastiCache: moto has no parameter groups; the calls answer 500, retried for minutes."""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse as Response

list_tags = ElastiCacheBackend.list_tags_for_resource


class CacheParameterGroupNotFound(ElastiCacheException):
    """No group of that name."""

    code = "CacheParameterGroupNotFound"


class CacheParameterGroupAlreadyExists(ElastiCacheException):
    """Two groups of one name."""

    code = "CacheParameterGroupAlreadyExists"


class InvalidCacheParameterGroupState(ElastiCacheException):
    """A group that a replication group still uses."""

    code = "InvalidCacheParameterGroupState"


def _groups(response: Any) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = vars(response.elasticache_backend).setdefault(
        "strata_parameter_groups", {}
    )
    return groups


def _group(response: Any) -> dict[str, Any]:
    name = response._get_param("CacheParameterGroupName")
    if name not in _groups(response):
        raise CacheParameterGroupNotFound(f"CacheParameterGroup not found: {name}")
    return _groups(response)[name]


def _answer(group: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in group.items() if key != "Parameters"}


def _create(self: Any) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    if name in _groups(self):
        raise CacheParameterGroupAlreadyExists(f"CacheParameterGroup {name} already exists.")
    backend = self.elasticache_backend
    arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}"
    _groups(self)[name] = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
        "Description": self._get_param("Description"),
        "IsGlobal": False,
        "ARN": arn,
        "Parameters": {},
    }
    backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
    return ActionResult({"CacheParameterGroup": _answer(_groups(self)[name])})


def _describe(self: Any) -> ActionResult:
    named = self._get_param("CacheParameterGroupName")
    groups = [_group(self)] if named else list(_groups(self).values())
    return ActionResult({"CacheParameterGroups": [_answer(group) for group in groups]})


def _describe_parameters(self: Any) -> ActionResult:
    """Only those that a user set: moto knows nothing of the families' defaults."""
    parameters = [
        {
            "ParameterName": name,
            "ParameterValue": value,
            "Source": "user",
            "IsModifiable": True,
            "ChangeType": "immediate",
        }
        for name, value in _group(self)["Parameters"].items()
    ]
    return ActionResult({"Parameters": parameters})


def _modify(self: Any) -> ActionResult:
    group = _group(self)
    for one in self._get_param("ParameterNameValues", []):
        group["Parameters"][one["ParameterName"]] = one["ParameterValue"]
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def _reset(self: Any) -> ActionResult:
    group = _group(self)
    for one in self._get_param("ParameterNameValues", []):
        group["Parameters"].pop(one["ParameterName"], None)
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def _delete(self: Any) -> EmptyResult:
    name = _group(self)["CacheParameterGroupName"]
    for user in self.elasticache_backend.replication_groups.values():
        if user.cache_parameter_group_name == name:
            raise InvalidCacheParameterGroupState(f"{name} is in use.")
    del _groups(self)[name]
    return EmptyResult()


def _list_tags(self: Any, arn: str) -> Any:
    """Tags of parameter groups too: moto takes their ARN for invalid."""
    if ":parametergroup:" in arn:
        return self.tagging_service.list_tags_for_resource(arn)
    return list_tags(self, arn)


def fill() -> None:
    """Create, describe, change and delete parameter groups."""
    Response.create_cache_parameter_group = _create
    Response.describe_cache_parameter_groups = _describe
    Response.describe_cache_parameters = _describe_parameters
    Response.modify_cache_parameter_group = _modify
    Response.reset_cache_parameter_group = _reset
    Response.delete_cache_parameter_group = _delete
    ElastiCacheBackend.list_tags_for_resource = _list_tags
