"""The report as a terminal, a pull request and a browser show it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request

from strata.cost.change import CostChange, ResourceChange
from strata.cost.estimate import NotPriced
from strata.cost.range import always
from strata.drift.report import Attribute as DriftedAttribute
from strata.drift.report import Drifted, NextApply
from strata.gate.report import SEVERITIES, Finding
from strata.gate.report import Report as Verdict
from strata.review.ranks import RANKS, TITLES
from strata.review.report import LONGEST, Attribute, Counts, Item, Report, Setting
from strata.views.html import review as html
from strata.views.markdown import LIMIT, code
from strata.views.markdown import review as markdown
from strata.views.text.review import text
from tests import ROOT

SETTING = Setting(
    key="database.storage_encrypted", file="envs/local.toml", line=12, before="true", after="false"
)
FORCING = Attribute(name="storage_encrypted", before="true", after="false", forces=True)
OTHER = Attribute(name="password", before="(sensitive)", after="(sensitive, changes)")


COST = CostChange(
    environment="local",
    region="eu-central-1",
    exact=True,
    before=always(100),
    after=always(112),
    difference=always(12),
    resources=[
        ResourceChange(
            layer="database",
            resource="aws_db_instance.database_instance",
            before=always(100),
            after=always(112),
            difference=always(12),
        )
    ],
    not_priced=[],
    assumptions=[],
)


def item(rank: str, address: str, action: str = "update", why: str = "in place") -> Item:
    return Item.model_validate(
        {
            "rank": rank,
            "layer": address.partition(".")[2].partition("_")[0],
            "address": address,
            "action": action,
            "why": why,
            "causes": [SETTING],
            "attributes": [FORCING, OTHER],
        }
    )


def report(*items: Item, cost: CostChange = COST, drift: int = 1) -> Report:
    finding = Finding(
        checks=["CKV_AWS_16"],
        severity="high",
        protects="The database's storage is not encrypted",
        environments=["local"],
        layers=["database"],
        constructs=["database/instance"],
        file="envs/local.toml",
        line=12,
        key="database.storage_encrypted",
        right="true",
        more="https://example.com",
    )
    drifted = Drifted(
        layer="service",
        address="aws_cloudwatch_log_group.service_log_group",
        gone=False,
        attributes=[
            DriftedAttribute(
                attribute="retention_in_days", before=30, now=1, next_apply=NextApply.PUTS_BACK
            )
        ],
    )
    return Report(
        environment="local",
        made=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        items=list(items),
        counts=Counts(
            create=1, update=1, replace=1, delete=0, move=0, stay=82,
            stay_by_layer={"network": 49, "edge": 0},
        ),
        drift=[drifted] * drift,
        settings=[SETTING],
        unexplained=["edge"],
        first=[],
        gate=Verdict(environments=["local"], findings=[finding], waivers=[], warnings=[]),
        cost=cost,
    )  # fmt: skip


WHOLE = report(
    item("lost", "aws_db_instance.database_instance", "replace", "the database and all in it"),
    item("opens", "aws_db_instance.database_instance", "replace", "encryption goes off"),
    item("down", "aws_db_instance.database_instance", "replace", "no database"),
    item("else", "aws_ecs_service.service_service"),
    item("created", "aws_subnet.network_private_subnet_3", "create", "new"),
)
ORDER = [
    "What can be lost",
    "What opens up",
    "What goes down for a while",
    "What it costs",
    "What else changes",
    "What is created",
    "What stays",
    "Changed outside of Terraform",
    "The gate",
]


def test_every_view_answers_in_the_order_in_which_a_reviewer_asks() -> None:
    comment, web = markdown(WHOLE).partition("###")[2], html(WHOLE).partition("<main>")[2]
    for view in (text(WHOLE), comment, web):
        places = [view.index(title) for title in ORDER]
        assert places == sorted(places)
    assert list(TITLES) == list(RANKS)


def test_what_aws_would_refuse_comes_first_and_only_when_there_is_any() -> None:
    title = "What AWS would refuse"
    held = item("refused", "aws_subnet.network_private_subnet_2", "delete", "it is deleted before")
    for view in (text, markdown, html):
        assert title.lower() not in view(WHOLE).lower()
        shown = view(report(held, *WHOLE.items))
        assert shown.index(title) < shown.index("it is deleted before") < shown.index(ORDER[0])


def test_every_view_says_what_changes_why_and_by_which_setting() -> None:
    for view in (text(WHOLE), markdown(WHOLE), html(WHOLE)):
        for part in (
            "aws_db_instance.database_instance",
            "the database and all in it",
            "database.storage_encrypted",
            "envs/local.toml:12",
            "(sensitive, changes)",
            "this plan puts it back",
            "storage is not encrypted",
            "+12.00 US dollars a month: 100.00 before, 112.00 after",
        ):
            assert part in view.replace("&#39;", "'"), part


def test_every_view_says_what_the_gate_could_not_judge_beside_its_findings() -> None:
    assert WHOLE.gate
    gate = WHOLE.gate.model_copy(update={"unjudged": ["f: aws_sqs_queue.a: policy: nobody"]})
    whole = WHOLE.model_copy(update={"gate": gate})
    for view in (text, markdown, html):
        assert "1 finding, 1 not judged" in view(whole)
    for view in (markdown, html):
        assert "aws_sqs_queue.a: policy" in view(whole)


def test_the_terminal_has_80_columns() -> None:
    long = item("else", "aws_ecs_service.service_service", why="a word " * 40)
    wide = long.model_copy(
        update={"attributes": [Attribute(name="a" * 90, before="b" * 300, after="c" * 300)]}
    )
    assert all(len(line) <= 80 for line in text(report(wide)).splitlines())


def test_markdown_fits_a_comment_and_counts_what_it_leaves_out() -> None:
    many = [item("lost", f"aws_s3_bucket.edge_bucket_{n}", "delete", "gone") for n in range(300)]
    more = [item("else", f"aws_route.network_route_{n}") for n in range(500)]
    said = markdown(report(*many, *more, drift=400))
    assert len(said) <= LIMIT
    assert "### What can be lost (300)" in said
    shown = said.count("`aws_s3_bucket.edge_bucket_")
    assert 100 < shown < 300
    assert f"and {300 - shown} more, see the HTML report: edge {300 - shown}" in said
    assert "and 500 more, see the HTML report: network 500" in said
    assert "### The gate: 1 finding" in said
    assert len(markdown(report(*many), limit=5000)) <= 5000


@pytest.mark.parametrize("no_verdict", [True, False])
@pytest.mark.parametrize(
    "word, other, count",
    [
        ("v" * 70_000, "r", 2),
        ("`" * 70_000, "r", 2),
        ("*" * 400, "`" * 400, 300),
        ("w " * 200, "r_" * 200, 60),
        ("|\n" * 9, "r", 2000),
    ],
    ids=["a word", "backticks", "markup", "sentences", "many"],
)
def test_markdown_fits_a_comment_whatever_is_long_in_it(
    word: str, other: str, count: int, no_verdict: bool
) -> None:
    costly = ResourceChange(
        layer="edge", resource=other, before=always(1), after=always(3), difference=always(2)
    )
    unknown = NotPriced(layer="edge", resource=other, what="hours", why=word)
    cost = {
        "resources": [costly] * count,
        "not_priced": [
            unknown.model_copy(update={"resource": f"{n}{other[:200]}"}) for n in range(count)
        ],
    }
    [finding], [drifted] = WHOLE.findings, WHOLE.drift
    attribute = drifted.attributes[0].model_copy(update={"attribute": word})
    changes = {"protects": word, "file": "", "constructs": [other] * min(count, 50)}
    whole = WHOLE.model_copy(
        update={
            "items": [*WHOLE.items, item("else", other, why=word)],
            "cost": COST.model_copy(update=cost),
            "drift": [drifted.model_copy(update={"attributes": [attribute] * 9})] * count,
            "gate": None
            if no_verdict
            else WHOLE.gate
            and WHOLE.gate.model_copy(
                update={"findings": [finding.model_copy(update=changes)] * count}
            ),
            "no_verdict": word if no_verdict else "",
        }
    )
    said = markdown(whole)
    assert len(said) <= LIMIT
    assert "### What can be lost (1)" in said
    assert f"### Changed outside of Terraform ({count})" in said


@pytest.mark.parametrize("count", [50, 51, 400])
def test_markdown_counts_what_it_leaves_out_at_its_end(count: int) -> None:
    [drifted], [finding] = WHOLE.drift, WHOLE.findings
    assert WHOLE.gate
    long = WHOLE.model_copy(
        update={
            "drift": [drifted.model_copy(update={"address": f"aws_vpc.network_{'v' * 900}"})]
            * count,
            "gate": WHOLE.gate.model_copy(
                update={"findings": [finding.model_copy(update={"protects": "p" * 900})] * count}
            ),
        }
    )
    for whole in (report(drift=count), long):
        said = markdown(whole)
        _, drift, gate = re.split("### (?:Changed outside|The gate: )", said)
        for part, sign in ((drift, "\n- service: "), (gate, "\n- **high**")):
            wanted = count if part is drift or whole is long else 1
            left = wanted - part.count(sign)
            assert (left == 0) or f"\nand {left} more\n" in part
            assert (left == 0) == ("\nand " not in part)


def test_markdown_takes_nothing_for_markup() -> None:
    assert code("a`b") == "`` a`b ``"
    assert code("") == "` `"
    wicked = item("else", "aws_s3_bucket.edge_b", why="<script> @all [a](b)")
    assert r"\<script\> \@all \[a\](b)" in markdown(report(wicked))


def test_html_takes_nothing_for_markup() -> None:
    wicked = item("else", "aws_s3_bucket.edge_b", why="<script>alert(1)</script>")
    assert "<script>alert" not in html(report(wicked))


def test_nothing_to_do_is_said_in_a_line() -> None:
    none = report(drift=0).model_copy(
        update={"counts": Counts(create=0, update=0, replace=0, delete=0, move=0, stay=85,
                                 stay_by_layer={})}
    )  # fmt: skip
    assert not none.changes
    for view in (text(none), markdown(none), html(none)):
        assert "No change." in view


def test_a_gate_without_verdict_is_said_and_stops_nothing() -> None:
    changes = {"gate": None, "no_verdict": "broken waivers\n  CKV_AWS_136 matches nothing"}
    none = WHOLE.model_copy(update=changes)
    for view in (text(none), markdown(none).replace("\\", ""), html(none)):
        assert "no verdict: broken waivers CKV_AWS_136 matches nothing" in view
        assert "clean" not in view


def test_the_page_names_every_field() -> None:
    guide = (ROOT / "docs" / "reference" / "review.md").read_text()
    schema = Report.model_json_schema()
    names = {*schema["properties"], *schema["$defs"]["Item"]["properties"]}
    assert {name for name in names if f"`{name}`" not in guide} == set()
    assert all(f"`{rank}`" in guide for rank in RANKS)


def test_what_is_written_as_json_is_the_report_again() -> None:
    assert Report.model_validate_json(WHOLE.model_dump_json()) == WHOLE


def crowded() -> Report:
    """A report in which every answer of the first screen is long."""
    layers = ("network", "registry", "database", "cache", "cluster", "edge", "service")
    items = [
        item(rank, f"aws_lb.{layer}_{number}", "create" if rank == "created" else "update")
        for rank in RANKS
        for layer in layers
        for number in range(3)
    ]
    [finding] = WHOLE.findings
    found = [
        finding.model_copy(update={"severity": severity})
        for severity in SEVERITIES
        for _ in range(99)
    ]
    unknown = [
        NotPriced(layer="edge", resource=f"aws_lb.edge_{number}", what="hours", why="no price")
        for number in range(99)
    ]
    cost = COST.model_copy(
        update={
            "exact": False, "not_priced": unknown, "before": always(123_456),
            "after": always(999_999), "difference": always(876_543),
        }
    )  # fmt: skip
    assert WHOLE.gate
    gate = WHOLE.gate.model_copy(update={"findings": found})
    return report(*items, cost=cost).model_copy(update={"gate": gate, "environment": "e" * 40})


FIRST = ("lost", "opens", "down", "gate", "cost")


@pytest.mark.parametrize("width, height", [(1280, 800), (375, 667)])
def test_the_first_screen_answers_what_is_asked_first(
    page: Page, tmp_path: Path, width: int, height: int
) -> None:
    file = tmp_path / "report.html"
    page.set_viewport_size({"width": width, "height": height})
    silent = WHOLE.model_copy(update={"gate": None, "no_verdict": "broken waivers " * 200})
    nothing = report(drift=0)
    for whole in (WHOLE, nothing, silent, crowded()):
        file.write_text(html(whole))
        page.goto(file.as_uri())
        for section in FIRST:
            chip = page.locator(f".chips a.{section}")
            box = chip.bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= height, section
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
    said = page.locator(".chips a.gate").inner_text()
    assert "396 findings" in said and "99 critical, 99 high" in said
    assert "+876,543.00 $" in page.locator(".chips a.cost").inner_text()


def test_each_chip_answers_in_words_and_leads_to_its_section(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(WHOLE))
    page.goto(file.as_uri())
    said = {
        str(one.get_attribute("href")): one.inner_text().split("\n")
        for one in page.locator(".chips a").all()
    }
    assert said == {
        "#lost": ["What can be lost", "1", "database 1"],
        "#opens": ["What opens up", "1", "database 1"],
        "#down": ["What goes down for a while", "1", "database 1"],
        "#gate": ["The gate", "1 finding", "1 high"],
        "#cost": ["What it costs", "+12.00 $", "a month: 100.00 before, 112.00 after"],
        "#else": ["What else changes", "1", "service 1"],
        "#created": ["What is created", "1", "network 1"],
    }
    page.get_by_role("button", name="Fold all").click()
    for section in said:
        page.locator(f".chips a[href='{section}']").click()
        assert page.locator(f"{section} > details[open]").count() == 1
        assert page.url.endswith(section)


CREATED = report(
    item("lost", "aws_db_instance.database_instance", "replace", "all of it"),
    *(
        item("created", f"{kind}.network_{number}", "create", "new")
        for kind, count in (("aws_route", 2), ("aws_subnet", 3), ("aws_vpc", 1))
        for number in range(count)
    ),
)


def test_what_is_created_is_folded_and_counted_by_type(page: Page, tmp_path: Path) -> None:
    counted = "aws_subnet 3, aws_route 2, aws_vpc 1"
    fold = markdown(CREATED).partition("<details><summary>")[2].partition("</details>")[0]
    assert fold.startswith(f"{counted}</summary>\n\n- network: ")
    assert fold.count("\n- network: ") == 6

    file = tmp_path / "report.html"
    file.write_text(html(CREATED))
    page.goto(file.as_uri())
    assert page.locator("#created summary").first.inner_text().split("\n")[-1] == counted
    created = page.locator("#created article")
    assert created.count() == 6 and not created.first.is_visible()
    assert page.locator("#lost article").is_visible()
    # What is searched for is seen, wherever it lies.
    page.get_by_role("searchbox").fill("aws_vpc")
    assert page.locator("article:visible h3").all_text_contents() == ["aws_vpc.network_0"]
    page.locator("#created summary").first.click()
    assert page.locator("article:visible").count() == 0


def test_every_view_says_why_something_has_no_price() -> None:
    missing = [
        NotPriced(layer="edge", resource=f"aws_lb.edge_{name}", what="hours", why="it has no rule")
        for name in ("a", "b", "b")
    ]
    missing.append(
        NotPriced(layer="cache", resource="aws_x.cache_x", what="nodes", why="no price of t9")
    )
    cost = COST.model_copy(update={"not_priced": missing, "exact": False})
    for view in (text(report(cost=cost)), markdown(report(cost=cost)), html(report(cost=cost))):
        said = " ".join(view.replace("\\", "").split())
        assert "not priced: hours: it has no rule: aws_lb.edge_a, aws_lb.edge_b" in said
        assert "not priced: nodes: no price of t9: aws_x.cache_x" in said
    many = [one.model_copy(update={"why": f"reason {n}"}) for n in range(14) for one in missing[:1]]
    cost = COST.model_copy(update={"not_priced": many})
    for view in (text(report(cost=cost)), markdown(report(cost=cost)), html(report(cost=cost))):
        assert "reason 11" in view and "reason 12" not in view
        assert "and 2 more are not priced" in view


def test_no_view_of_a_terminal_breaks_an_address() -> None:
    name = "network_load_balancer_ingress_from_everywhere_to_every_port_of_it"
    address = f'aws_vpc_security_group_ingress_rule.{name}["443"]'
    arn = f"arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/{'5' * 16}"
    wide = item("lost", address, why=f"it takes {address} along").model_copy(
        update={"attributes": [Attribute(name="arn", before=f'"{arn}"', after="no value")]}
    )
    created = [item("created", address, "create"), item("created", "aws_vpc.network_b", "create")]
    said = text(report(wide, *created))
    assert said.count(address) == 3 and arn in said


def test_the_page_folds_narrows_fits_and_prints(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(WHOLE))
    requests: list[str] = []

    def note(request: Request) -> None:
        requests.append(request.url)

    page.on("request", note)
    page.goto(file.as_uri())
    page.remove_listener("request", note)
    assert requests == [file.as_uri()]

    lost = page.locator("#lost article")
    assert lost.is_visible()
    page.locator("#lost summary").first.click()
    assert not lost.is_visible()
    page.get_by_role("button", name="Fold all").click()
    assert page.locator("main > section > details[open]").count() == 0
    page.get_by_role("button", name="Unfold all").click()
    assert lost.is_visible()

    page.get_by_role("searchbox").fill("subnet network")
    assert page.locator("article:visible h3").all_text_contents() == [
        "aws_subnet.network_private_subnet_3"
    ]
    assert page.locator("#found").text_content() == "1 of 7"
    page.get_by_role("searchbox").fill("")
    assert page.locator("article:visible").count() == 7

    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.emulate_media(media="print")
    assert not page.locator("form").is_visible()


def test_what_is_folded_is_printed_all_the_same(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(WHOLE))
    page.goto(file.as_uri())
    # The attributes of what is created are folded when the page comes.
    created = page.locator("#created table")
    assert created.count() == 1
    assert not created.is_visible()
    page.get_by_role("button", name="Fold all").click()
    assert not page.locator("#lost article").is_visible()
    page.pdf()
    assert page.locator("details:not([open])").count() == 0
    assert created.is_visible()
    assert page.locator("#lost article").is_visible()


def test_the_page_fits_a_phone_whatever_is_long_in_it(page: Page, tmp_path: Path) -> None:
    value = "v" * LONGEST
    wide = [
        Attribute(name=f"a.{'n' * 90}_{n}", before=value, after=f'"{value}', forces=not n)
        for n in range(12)
    ]
    items = [
        item(rank, f"aws_{rank}.network_{'r' * 90}_{n}", why="w" * 200).model_copy(
            update={
                "attributes": wide,
                "causes": [
                    SETTING.model_copy(update={"key": "k" * 90, "file": "f" * 200, "after": value})
                ],
            }
        )
        for rank in RANKS
        for n in range(17)
    ]
    assert len(items) == 102
    unknown = NotPriced(layer="edge", resource=value, what="hours", why="no price")
    none = {
        "gate": None,
        "no_verdict": "x" * 3000,
        "cost": COST.model_copy(update={"not_priced": [unknown]}),
    }
    for whole in (report(*items), report(*items).model_copy(update=none)):
        assert overflow(page, tmp_path / "report.html", whole) == []


def overflow(page: Page, file: Path, whole: Report) -> list[str]:
    """What of the report's page, wholly unfolded, reaches beyond the screen of a phone."""
    file.write_text(html(whole))
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(file.as_uri())
    assert page.locator("article").count() >= len(whole.items)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll("body *:not(thead, thead *)")]
             .filter((one) => one.getBoundingClientRect().right > 375)
             .map((one) => one.outerHTML.slice(0, 200))"""
    )
    width = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{width} px wide"] if width > 375 else [])


def test_the_page_can_be_read_by_everyone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(WHOLE))
    axe = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
    page.goto(file.as_uri())
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
        assert found == []
