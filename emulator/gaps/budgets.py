"""AWS Budgets: no tags, no subscribers, no change of a budget; each answers 500 or 404."""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.responses import BudgetsResponse as Response

create = Response.create_budget


def _budget(response: Any, name: str) -> Any:
    account = response._get_param("AccountId") or response.current_account
    found = response.backend.budgets[account].get(name)
    if found is None:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return found


def _tags(response: Any) -> dict[str, str]:
    budget = _budget(response, response._get_param("ResourceARN").rpartition("/")[2])
    tags: dict[str, str] = vars(budget).setdefault("strata_tags", {})
    return tags


def _create(self: Any) -> str:
    body = str(create(self))
    budget = _budget(self, self._get_param("Budget")["BudgetName"])
    budget.strata_tags = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags") or []}
    return body


def _update(self: Any) -> str:
    new = self._get_param("NewBudget")
    budget = _budget(self, new["BudgetName"])
    budget.budget = {**budget.budget, **new}
    return "{}"


def _list(self: Any) -> str:
    tags = [{"Key": key, "Value": value} for key, value in _tags(self).items()]
    return json.dumps({"ResourceTags": tags})


def _tag(self: Any) -> str:
    _tags(self).update({tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")})
    return "{}"


def _untag(self: Any) -> str:
    tags = _tags(self)
    for key in self._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


def _subscribers(self: Any) -> str:
    wanted = self._get_param("Notification")
    for notification in _budget(self, self._get_param("BudgetName")).notifications:
        if _same(notification.details, wanted):
            return json.dumps({"Subscribers": notification.subscribers})
    raise NotFoundException("Unable to get notification - the notification doesn't exist.")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    keys = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
    return [one.get(key) for key in keys] == [other.get(key) for key in keys]


def fill() -> None:
    """Keep tags and subscribers, and change budgets."""
    Response.create_budget = _create
    Response.update_budget = _update
    Response.list_tags_for_resource = _list
    Response.tag_resource = _tag
    Response.untag_resource = _untag
    Response.describe_subscribers_for_notification = _subscribers
