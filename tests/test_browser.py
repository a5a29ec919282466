"""The browser that pages are tested in."""

from pathlib import Path

from playwright.sync_api import Page


def test_a_page_on_disk_runs_without_network(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<p id=p>no</p><script>p.textContent = navigator.onLine</script>")
    page.goto(file.as_uri())
    assert page.locator("#p").text_content() == "false"
