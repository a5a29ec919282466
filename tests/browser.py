"""A browser for the tests of pages: the machine's Chromium, put there by `make test` if need be."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
"""Nothing that Chromium would ask of the network by itself; no sandbox, since CI may be root."""


def executable(playwright: Playwright) -> str | None:
    """The path of a Chromium on this machine."""
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, NAMES)), own if Path(own).exists() else None)


def install() -> None:
    """Install Chromium where there is none: Debian's for root, else Playwright's own build."""
    with sync_playwright() as playwright:
        if executable(playwright):
            return
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium",
             "fonts-dejavu-core"],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdout=subprocess.DEVNULL,
            check=True,
        )  # fmt: skip
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        found = executable(playwright)
        assert found, "no Chromium: python -m tests.browser installs one"
        opened = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What a browser without network keeps: a process for all pages, where each context has some
    of its own, to which every page and script is new."""
    opened = browser.new_context(offline=True)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """An empty page without network; whatever it logs as an error fails the test."""
    opened = context.pages[0] if context.pages else context.new_page()
    opened.set_viewport_size({"width": 1280, "height": 720})
    opened.emulate_media(media="null", color_scheme="null")
    opened.mouse.move(0, 0)
    errors: list[str] = []

    def logged(said: ConsoleMessage) -> None:
        if said.type == "error":
            errors.append(said.text)

    def thrown(error: Error) -> None:
        errors.append(str(error))

    opened.on("console", logged)
    opened.on("pageerror", thrown)
    yield opened
    opened.goto("about:blank")
    opened.remove_listener("console", logged)
    opened.remove_listener("pageerror", thrown)
    assert errors == []


if __name__ == "__main__":
    install()
