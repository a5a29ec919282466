"""`strata cost` and the budget in `strata check`, as a user runs them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from strata.cli import app
from strata.cost import prices, refresh
from strata.cost.change import CostChange
from strata.cost.estimate import Estimate
from strata.errors import StrataError, UsageError
from strata.settings import Settings, load
from tests import ROOT
from tests.gate.command import Command
from tests.reviews import write_review

Json = dict[str, Any]
NEWLINE = "\n"
LOCAL = (ROOT / "envs" / "local.toml").read_text()


def run(*arguments: str) -> str:
    """What a command prints; raises what it raises."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def words(text: str) -> str:
    """A text without the lines that a terminal's width breaks it into."""
    return " ".join(text.split())


@pytest.fixture
def composed_local(
    composed: Callable[[str], Json], monkeypatch: pytest.MonkeyPatch
) -> list[Settings]:
    """Synthesis is done once for all tests; gives what was asked to be composed."""
    asked: list[Settings] = []

    def compose(settings: Settings) -> Json:
        asked.append(settings)
        return composed("local")

    monkeypatch.setattr("strata.synthesis.synthesize.compose", compose)
    return asked


def budget(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "local.toml"
    file.write_text("\n".join([LOCAL, "[cost]", *lines]))
    return str(file)


def test_an_environment_is_synthesized_and_priced() -> None:
    shown = run("cost", "local")
    assert shown.startswith("local in eu-central-1: US dollars for a month of 730 hours")
    assert re.search(r"^total +106\.69 +141\.42 +187\.12$", shown, re.MULTILINE)


def test_every_format_says_the_same(composed_local: list[Settings]) -> None:
    data = Estimate.model_validate_json(run("cost", "local", "--format", "json"))
    least, desired, most = data.usd.cents()
    assert f"| **total** | {least} | {desired} | {most} |" in run("cost", "local", "--format", "md")
    assert re.search(rf"^total +{least} +{desired} +{most}$", run("cost", "local"), re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["local", "--format", "xml"], "--format xml is not known"),
        ([], "no environment is given"),
        (["local", "--plan", "nowhere"], "nowhere/plan.json: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        run("cost", *arguments)


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"layers": {}}')
    with pytest.raises(UsageError, match="no resource_changes"):
        run("cost", "local", "--plan", str(tmp_path))


def test_a_plan_is_told_as_a_difference(tmp_path: Path) -> None:
    gone = {
        "address": "aws_nat_gateway.network_nat_gateway_0",
        "mode": "managed",
        "change": {"actions": ["delete"], "before": {"subnet_id": "s"}, "after": None},
    }
    (tmp_path / "plan.json").write_text(json.dumps({"resource_changes": [gone]}))
    shown = run("cost", "local", "--plan", str(tmp_path))
    # 730 hours and 50 GiB at 0.052 each.
    assert shown.startswith("local: the change takes 40.56 US dollars a month away\n")
    assert re.search(r"^  network/nat_gateway_0 +40\.56 +0\.00 +-40\.56$", shown, re.MULTILINE)
    assert max(map(len, shown.splitlines())) <= 80
    md = run("cost", "local", "--plan", str(tmp_path), "--format", "md")
    assert "| `aws_nat_gateway.network_nat_gateway_0` | 40.56 | 0.00 | -40.56 |" in md
    data = run("cost", "local", "--plan", str(tmp_path), "--format", "json")
    assert CostChange.model_validate_json(data).difference.desired == pytest.approx(-40.56)


def test_a_review_of_these_settings_is_told(tmp_path: Path) -> None:
    folder = write_review(tmp_path / "review", load("local"))
    assert "adds 0.00 US dollars" in run("cost", "local", "--plan", str(folder))


def test_a_review_of_another_environment_is_refused(tmp_path: Path) -> None:
    folder = write_review(tmp_path / "review", load("prod"))
    with pytest.raises(UsageError, match="holds a plan of prod, not of local") as error:
        run("cost", "local", "--plan", str(folder))
    assert error.value.hint == f"strata plan local --out {folder}"


def test_a_review_of_other_settings_is_refused(tmp_path: Path) -> None:
    folder = write_review(tmp_path / "review", load("local"))
    file = budget(tmp_path, "budget_usd_per_month = 150")
    with pytest.raises(
        UsageError, match=r"the settings were changed since .* was planned"
    ) as error:
        run("cost", file, "--plan", str(folder))
    assert error.value.exit_code == 2
    assert error.value.hint == f"strata plan {file} --out {folder}"


def test_a_budget_that_holds_is_said_where_it_is_asked(
    tmp_path: Path, composed_local: list[Settings]
) -> None:
    file = budget(tmp_path, "budget_usd_per_month = 150")
    assert words(run("check", file)).startswith(f"{file}: the settings are right local: ")
    assert "budget 150.00 at the desired size: 8.58 left" in run("cost", file)


def test_an_environment_is_composed_once_for_its_cost_and_its_paths(
    tmp_path: Path, composed_local: list[Settings]
) -> None:
    run("check", budget(tmp_path, "budget_usd_per_month = 150"), "prod")
    assert [one.environment.name for one in composed_local] == ["local", "prod"]


def test_over_budget_warns(tmp_path: Path, composed_local: list[Settings]) -> None:
    file = budget(tmp_path, "budget_usd_per_month = 100")
    shown = words(run("check", file))
    assert shown.startswith("warning: ")
    assert f"local.toml:{LOCAL.count(NEWLINE) + 3}: cost.budget_usd_per_month = 100" in shown
    assert "a month costs 141.42, 41.42 more: network 8.67 + registry 0.20 + " in shown
    assert f" {file}: the settings are right " in shown
    assert "budget 100.00 at the desired size: over by 41.42" in run("cost", file)


def test_what_is_not_priced_makes_it_at_least(
    tmp_path: Path, composed: Callable[[str], Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("strata.synthesis.synthesize.compose", lambda settings: composed("local"))
    monkeypatch.setattr(prices, "shipped", lambda: prices.PriceList([
        one for one in prices.parse(prices.FILE.read_text()) if "cache.t3" not in one.item
    ]))  # fmt: skip
    file = budget(tmp_path, "budget_usd_per_month = 100")
    assert "a month costs at least 127.55" in words(run("check", file))


def test_over_budget_fails_where_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = budget(tmp_path, "budget_usd_per_month = 99.5", 'over_budget = "fail"')
    answer = Command(monkeypatch, capsys)("check", file)
    assert answer.code == 2
    assert "the settings are right" not in answer.out
    assert "cost.budget_usd_per_month = 99.5" in answer.err
    assert "a month costs 141.42, 41.92 more: network 8.67" in answer.err
    assert "right: at least 142, or a smaller environment" in answer.err


@pytest.mark.parametrize("value", ["0", "-1", "inf", "nan", '"much"'])
def test_a_budget_is_a_number_of_dollars(value: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cost\.budget_usd_per_month"):
        run("check", budget(tmp_path, f"budget_usd_per_month = {value}"))


@pytest.fixture
def own_prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A price file that may be spoiled, with two rows in it."""
    file = tmp_path / "prices.json"
    rows = [one for one in prices.shipped() if one.item in ("route53/zone", "route53/queries")]
    file.write_text(prices.dump(prices.PriceList(rows)))
    monkeypatch.setattr(prices, "FILE", file)
    prices.shipped.cache_clear()
    return file


@pytest.fixture
def price_list(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    make: Any = boto3.client
    client = make("pricing", region_name="us-east-1", aws_access_key_id="x",
                  aws_secret_access_key="x")  # fmt: skip
    monkeypatch.setattr(refresh, "client", lambda: client)
    stub = Stubber(client)
    stub.activate()
    return stub


def answer(usage: str, usd: str) -> Json:
    tier = {"beginRange": "0", "pricePerUnit": {"USD": usd}}
    product = {
        "product": {"attributes": {"usagetype": usage}},
        "terms": {"OnDemand": {"t": {"priceDimensions": {"d": tier}}}},
    }
    return {"PriceList": [json.dumps(product)]}


def test_refresh_renews_the_file(own_prices: Path, price_list: Stubber) -> None:
    price_list.add_response("get_products", answer("HostedZone", "0.75"))
    price_list.add_response("get_products", answer("DNS-Queries", "0.0000004"))
    assert run("cost", "--refresh") == "requesting 2 prices from AWS\n1 changed\n"
    found = {one.item: one for one in prices.parse(own_prices.read_text())}
    assert found["route53/zone"].usd == 0.75
    assert found["route53/queries"].usd == 0.4
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(found["route53/queries"].as_of))
    prices.shipped.cache_clear()


def test_a_refresh_that_fails_leaves_the_file(own_prices: Path, price_list: Stubber) -> None:
    before = own_prices.read_bytes()
    price_list.add_response("get_products", answer("HostedZone", "0.75"))
    price_list.add_client_error("get_products", "ExpiredTokenException", "expired")
    with pytest.raises(StrataError, match="ExpiredTokenException"):
        run("cost", "--refresh")
    assert own_prices.read_bytes() == before
    prices.shipped.cache_clear()


def test_without_credentials_it_says_what_is_needed(
    own_prices: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(StrataError) as caught:
        run("cost", "--refresh")
    assert "credentials" in caught.value.message
    prices.shipped.cache_clear()
