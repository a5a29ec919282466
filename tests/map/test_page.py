"""The page as its readers have it: in Chromium, offline, with keyboard, narrow and on paper."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from strata.documents.stacks import stack
from strata.map.write import PAGE, files
from strata.settings import load
from tests import ROOT
from tests.gate.command import Command
from tests.map.test_changes import entry
from tests.reviews import write_review

Json = dict[str, Any]

Theme = Literal["light", "dark"]

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LB = "aws_lb-edge_load_balancer"
DATABASE = "aws_db_instance-database_instance"
CACHE = "aws_elasticache_replication_group-cache_replication_group"
INSTANCES = "aws_autoscaling_group-cluster_auto_scaling_group"


@pytest.fixture(scope="module")
def folder(composed: Callable[[str], Json], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the map of `prod`."""
    out = tmp_path_factory.mktemp("map")
    for name, content in files(stack(composed("prod")), "shop-prod", "eu-central-1").items():
        (out / name).write_text(content, encoding="utf-8")
    return out


@pytest.fixture
def opened(page: Page, folder: Path) -> Page:
    """The page at the size of a desktop; `page` is offline and takes no error."""
    page.set_viewport_size({"width": 1280, "height": 900})
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.goto((folder / PAGE).as_uri())
    page.remove_listener("request", note)
    assert asked == [(folder / PAGE).as_uri()]
    return page


def lit(page: Page) -> set[str]:
    """Ids of the things and arrows that are lit."""
    return set(
        page.eval_on_selector_all(".lit", "all => all.map(one => one.id || one.dataset.edge)")
    )


def test_tabbing_to_a_thing_shows_what_is_known_and_lights_its_connections(opened: Page) -> None:
    panel = opened.locator("#panel")
    expect(panel).to_contain_text("tab to it")
    opened.locator(f"#{DATABASE}").focus()
    expect(panel.get_by_role("heading", level=3)).to_have_text(re.compile("db.m6g.large"))
    expect(panel).to_contain_text("tcp 3306 from tasks")
    expect(panel).to_contain_text("in: tcp 3306 from Security group shop-prod-instance")
    expect(panel).to_contain_text("multi_az")
    found = lit(opened)
    assert {DATABASE, INSTANCES, "aws_subnet-network_private_subnet_0"} < found
    assert f"traffic-{INSTANCES}-{DATABASE}" in found
    assert CACHE not in found


def test_pointing_at_a_thing_does_the_same_and_leaving_lets_go(opened: Page) -> None:
    opened.locator(f"#{CACHE}").hover()
    expect(opened.locator("#panel")).to_contain_text("tcp 6379 from instances")
    assert INSTANCES in lit(opened)
    opened.locator("h1").hover()
    assert lit(opened) == set()


def test_every_thing_is_reached_by_the_tab_key(opened: Page) -> None:
    count = opened.locator(".thing").count()
    assert count > 30
    opened.locator(".thing").first.focus()
    seen = set()
    for _ in range(count + 4):
        seen.add(opened.evaluate("document.activeElement.id"))
        opened.keyboard.press("Tab")
    ids = opened.eval_on_selector_all(".thing", "all => all.map(one => one.id)")
    assert set(ids) <= seen


def test_enter_keeps_a_thing_and_escape_lets_it_go(opened: Page) -> None:
    opened.locator(f"#{LB}").focus()
    opened.keyboard.press("Enter")
    expect(opened.locator("#panel")).to_be_focused()
    opened.locator(f"#{CACHE}").hover()
    opened.locator("h1").hover()
    expect(opened.locator("#panel")).to_contain_text("shop-prod-web")
    assert LB in lit(opened)
    opened.keyboard.press("Escape")
    assert lit(opened) == set()
    expect(opened.locator(f"#{LB}")).to_be_focused()


def test_the_steps_that_let_traffic_through_unfold(opened: Page) -> None:
    opened.locator(f"#{DATABASE}").click()
    opened.locator("#panel summary").first.click()
    expect(opened.locator("#panel details[open] li").first).to_be_visible()
    expect(opened.locator("#panel details[open]")).to_contain_text("security group")


@pytest.mark.parametrize(
    ("words", "count", "home"),
    [
        ("shop-prod-cache replication", 1, CACHE),  # by name
        ("db instance", None, DATABASE),  # by type
        ("aws_vpc_security_group_ingress_rule.network_cache_ingress_instance", 1, CACHE),  # address
    ],
)
def test_search_finds_by_name_type_and_address(
    words: str, count: int | None, home: str, opened: Page
) -> None:
    opened.keyboard.press("/")
    expect(opened.locator("#search")).to_be_focused()
    opened.keyboard.type(words)
    expect(opened.locator("#found")).to_have_text(
        f"{count} found" if count else re.compile("found")
    )
    opened.keyboard.press("ArrowDown")
    expect(opened.locator("#results a").first).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.locator(f"#{home}")).to_be_focused()
    assert home in lit(opened)


def test_a_search_with_more_results_than_are_listed_says_so(opened: Page) -> None:
    opened.locator("#search").fill("aws")
    expect(opened.locator("#found")).to_have_text(re.compile(r"^\d{2,3} found, 20 shown$"))
    expect(opened.locator("#results a")).to_have_count(20)


def test_a_search_without_result_says_so(opened: Page) -> None:
    opened.locator("#search").fill("no-such-thing")
    expect(opened.locator("#found")).to_have_text("nothing found")
    expect(opened.locator("#results a")).to_have_count(0)


def test_all_of_it_stands_in_words_too(opened: Page) -> None:
    words = opened.locator(".words")
    for link in opened.locator(".thing").all():
        target = link.get_attribute("href")
        assert target
        expect(words.locator(f'[id="{target[1:]}"]')).to_have_count(1)
    expect(words.locator(f"#about-{INSTANCES}")).to_contain_text("sends tcp 3306 to RDS MySQL")
    for picture in ("network", "system"):
        svg = opened.locator(f'svg[aria-labelledby="{picture}-title"]')
        assert (svg.locator("title").text_content() or "").startswith(picture.capitalize())
        assert len(svg.locator("desc").text_content() or "") > 80


def test_axe_finds_nothing(opened: Page) -> None:
    """With a thing chosen in one theme and none in the other: axe takes its time."""
    themes: tuple[Theme, ...] = ("light", "dark")
    for width, theme in itertools.product((1280, 375), themes):
        opened.emulate_media(color_scheme=theme)
        opened.set_viewport_size({"width": width, "height": 900})
        if (theme == "dark") is (width == 375):
            opened.locator(f"#{LB}").focus()
            assert LB in lit(opened)
        else:
            opened.locator("#search").focus()
            assert lit(opened) == set()
        assert_axe_finds_nothing(opened, f"{theme}, {width} pixels")


def assert_axe_finds_nothing(page: Page, case: str = "") -> None:
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    problems = [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]
    ]
    assert problems == [], case
    assert len(found["passes"]) > 15, case


def test_the_command_shows_what_a_review_changes(
    page: Page,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Created, changed, replaced and destroyed: each marked in the picture and told in words."""
    cache = "aws_elasticache_replication_group.cache_replication_group"
    gone = "aws_nat_gateway.network_nat_gateway_9"
    review = write_review(
        tmp_path / "review",
        load("local"),
        entry("aws_subnet.network_public_subnet_0", "create",
              after={"cidr_block": "10.0.0.0/24", "map_public_ip_on_launch": True}),
        entry("aws_db_instance.database_instance", "update",
              before={"instance_class": "db.t3.micro", "multi_az": False},
              after={"instance_class": "db.t3.micro", "multi_az": True}),
        entry(cache, "delete", "create", before={"transit_encryption_enabled": False},
              after={"transit_encryption_enabled": True}),
        entry(gone, "delete", before={"subnet_id": "subnet-0123456789abcdef0"}),
    )  # fmt: skip
    answer = Command(monkeypatch, capsys)("map", "local", "--plan", review, "--out", tmp_path / "m")
    assert answer.code == 0, answer.err
    page.goto((tmp_path / "m" / PAGE).as_uri())
    expect(page.locator("header")).to_contain_text("with the changes of a plan")
    for thing, kind, mark in (
        ("aws_subnet-network_public_subnet_0", "added", "+ added"),
        (DATABASE, "changed", "~ changed"),
        (CACHE, "replaced", "-/+ replaced"),
        ("gone-network", "destroyed", "- destroyed"),
    ):
        drawn = page.locator(f"#{thing}")
        expect(drawn).to_have_class(re.compile(rf"\b{kind}\b"))
        expect(drawn.locator("text").filter(has_text=mark)).to_be_visible()
        expect(page.locator(f"#about-{thing} h3 .mark")).to_have_text(mark)
    assert page.locator(".thing").filter(has=page.locator(".tag")).count() == 4
    page.locator(f"#{DATABASE}").focus()
    expect(page.locator("#panel")).to_contain_text("Changes: multi_az")
    page.locator("#gone-network").focus()
    expect(page.locator("#panel")).to_contain_text(gone)
    assert_axe_finds_nothing(page)


def test_at_375_pixels_only_the_pictures_scroll(opened: Page) -> None:
    opened.set_viewport_size({"width": 375, "height": 720})
    assert opened.evaluate("document.documentElement.scrollWidth") == 375
    region = opened.get_by_role("region", name="Picture: System of shop-prod")
    region.focus()
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function("one => one.scrollLeft > 0", arg=region.element_handle())
    opened.locator(f"#{LB}").focus()
    box = opened.locator("#panel").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 720
    assert box["height"] < 0.5 * 720
    opened.locator("#search").fill(DATABASE.replace("-", "."))
    opened.keyboard.press("Enter")
    thing = opened.locator(f"#{DATABASE}").bounding_box()
    assert thing
    assert thing["y"] > 0 and thing["y"] + thing["height"] <= box["y"]


def test_on_paper_there_are_the_pictures_and_the_words(opened: Page) -> None:
    opened.locator(f"#{LB}").focus()
    opened.emulate_media(media="print", color_scheme="dark")
    paper = opened.eval_on_selector("body", "one => getComputedStyle(one).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    for gone in (".search", "#panel"):
        expect(opened.locator(gone)).to_be_hidden()
    for there in (".picture", ".words article"):
        expect(opened.locator(there).first).to_be_visible()
    dimmed = opened.eval_on_selector_all(
        ".thing, .arrow", "all => all.filter(one => getComputedStyle(one).opacity !== '1').length"
    )
    assert dimmed == 0


def test_on_paper_every_list_of_steps_is_open_and_afterwards_as_it_was(opened: Page) -> None:
    folded = "document.querySelectorAll('details:not([open])').length"
    opened.locator(".words summary").first.click()
    before = opened.evaluate(folded)
    assert before > 10
    opened.evaluate(f"addEventListener('beforeprint', () => {{ window.onPaper = {folded} }})")
    opened.pdf()
    assert opened.evaluate("window.onPaper") == 0
    assert opened.evaluate(folded) == before


def contrast(one: list[int], other: list[int]) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""

    def light(colour: list[int]) -> float:
        parts = [c / 255 for c in colour]
        lin = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_in_the_pictures_have_contrast(theme: Theme, opened: Page) -> None:
    """axe does not judge text in SVG."""
    opened.emulate_media(color_scheme=theme)
    pairs = opened.evaluate(
        """() => {
          const numbers = colour => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
          const paper = getComputedStyle(document.body).backgroundColor;
          return [...document.querySelectorAll("svg text")].map(text => {
            const back = text.closest("a")?.querySelector(".card, .frame");
            const fill = back ? getComputedStyle(back).fill : paper;
            return [text.textContent, numbers(getComputedStyle(text).fill), numbers(fill)];
          });
        }"""
    )
    assert len(pairs) > 100
    assert [text for text, ink, paper in pairs if contrast(ink, paper) < 4.5] == []


def test_texts_stay_in_their_boxes(opened: Page) -> None:
    outside = opened.evaluate(
        """() => [...document.querySelectorAll(".thing")].flatMap(thing => {
          const box = thing.querySelector(".card, .frame").getBBox();
          return [...thing.querySelectorAll(":scope > text")].filter(text => {
            const own = text.getBBox();
            return own.x < box.x || own.x + own.width > box.x + box.width
              || own.y < box.y || own.y + own.height > box.y + box.height;
          }).map(text => text.textContent);
        })"""
    )
    assert outside == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("picture", ["network", "system"])
def test_the_svg_files_stand_alone_in_both_themes(
    theme: Theme, picture: str, page: Page, folder: Path
) -> None:
    page.emulate_media(color_scheme=theme)
    page.goto((folder / f"{picture}.svg").as_uri())
    paper = page.eval_on_selector(".paper", "one => getComputedStyle(one).fill")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 21, 28)"}[theme]
    assert page.eval_on_selector("svg", "one => one.getAttribute('role')") == "img"
    text = (folder / f"{picture}.svg").read_text()
    assert re.findall(r"(?:href|src|url)\s*[=(]", text) == []


def test_without_script_each_thing_leads_to_its_words(browser: Browser, folder: Path) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto((folder / PAGE).as_uri())
        page.locator(f"#{DATABASE}").click()
        assert page.url.endswith(f"#about-{DATABASE}")
    finally:
        context.close()


def test_kinds_of_arrows_are_told_apart_without_colour(page: Page, folder: Path) -> None:
    """By dashes and by the form of the tip."""
    page.goto((folder / "system.svg").as_uri())
    looks = page.eval_on_selector(
        "svg",
        """svg => ["traffic", "part", "relation"].map(kind => {
          const arrow = svg.querySelector(".arrow").cloneNode(true);
          arrow.setAttribute("class", `arrow ${kind}`);
          svg.append(arrow);
          const wire = getComputedStyle(arrow.querySelector(".wire"));
          return wire.strokeDasharray + getComputedStyle(arrow.querySelector(".tip")).stroke;
        })""",
    )
    assert len(set(looks)) == 3


def test_what_a_setting_says_is_text_and_never_markup(composed: Callable[[str], Json]) -> None:
    document = composed("prod")
    name = "</script><img src=x onerror=alert(1)>"
    document["resource"]["aws_lb"]["edge_load_balancer"]["tags"]["Name"] = name
    made = files(stack(document), "shop-prod", "eu-central-1")
    assert all("<img" not in content for content in made.values())
    assert "&lt;img src=x" in made[PAGE]
