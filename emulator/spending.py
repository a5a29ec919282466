"""What a month has cost, and whom a budget tells of it.

Nothing costs anything here, so it is said (`strata emulator spend`). A notification tells its
subscribers once, as soon as its threshold is passed, and again after the spending was below it
(AWS Cost Management User Guide, budget alerts). What goes to a topic arrives there where the topic
lets Budgets publish; mail is named in the answer alone.
"""

import json
import operator
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from emulator.gaps.topics import publish

PATH = "/strata-api/spending"
SERVICE = "budgets.amazonaws.com"

COMPARED = {
    "GREATER_THAN": operator.gt,
    "LESS_THAN": operator.lt,
    "EQUAL_TO": operator.eq,
}
SPENT = {"ACTUAL": "ActualSpend", "FORECASTED": "ForecastedSpend"}


def answer(_: str, body: bytes) -> tuple[str, bytes]:
    """The status and the JSON of a month's costs: `budget`, `usd` and, if it is not the same, the
    `forecast`; gives the addresses and topics that were told."""
    try:
        wanted = json.loads(body)
        name, usd = str(wanted["budget"]), float(wanted["usd"])
        forecast = float(wanted.get("forecast") or usd)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return "400 BAD REQUEST", json.dumps({"message": f"no spending: {error}"}).encode()
    budgets = [
        by_name[name]
        for regions in get_backend("budgets").values()
        for backend in regions.values()
        for by_name in backend.budgets.values()
        if name in by_name
    ]
    if not budgets:
        message = f"there is no budget {name}"
        return "400 BAD REQUEST", json.dumps({"message": message}).encode()
    told = [one for budget in budgets for one in _spend(budget, usd, forecast)]
    return "200 OK", json.dumps({"told": told}).encode()


def _spend(budget: Any, usd: float, forecast: float) -> Iterator[str]:
    """Take down what was spent, and give whom the notifications tell of it."""
    spent = {"ActualSpend": usd, "ForecastedSpend": forecast}
    budget.budget["CalculatedSpend"] = {
        key: {"Amount": f"{amount:g}", "Unit": "USD"} for key, amount in spent.items()
    }
    limit = float(budget.budget["BudgetLimit"]["Amount"])
    for notification in budget.notifications:
        details = notification.details
        threshold = float(details["Threshold"])
        if details.get("ThresholdType", "PERCENTAGE") == "PERCENTAGE":
            threshold *= limit / 100
        amount = spent[SPENT[details["NotificationType"]]]
        passed = COMPARED[details["ComparisonOperator"]](amount, threshold)
        before = details.get("NotificationState")
        details["NotificationState"] = "ALARM" if passed else "OK"
        if passed and before != "ALARM":
            yield from _tell(budget.budget["BudgetName"], details, amount, notification.subscribers)


def _tell(
    name: str, details: dict[str, Any], amount: float, subscribers: list[dict[str, str]]
) -> Iterator[str]:
    for subscriber in subscribers:
        if subscriber["SubscriptionType"] == "SNS":
            message = {"budget": name, "type": details["NotificationType"], "amount": amount}
            publish(subscriber["Address"], SERVICE, message, f"AWS Budgets: {name}")
        yield subscriber["Address"]
