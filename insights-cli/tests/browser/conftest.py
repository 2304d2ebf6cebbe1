"""What the tests of the page share: the pages, written once each, and one browser."""

import os
import pathlib
import shutil

import pytest
from browser import Browser
from pages import Pages, hostile_log, large_table


def pytest_addoption(parser):
    parser.addoption(
        "--program",
        default=os.environ.get("INSIGHTS_PROGRAM"),
        help="the insights to test [default: the environment's INSIGHTS_PROGRAM]",
    )


@pytest.fixture(scope="session")
def pages(request, tmp_path_factory):
    program = request.config.getoption("--program")
    if program is None:
        pytest.exit("say which program to test: --program FILE, or INSIGHTS_PROGRAM", 2)
    return Pages(pathlib.Path(program).resolve(), tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def demo(pages):
    return pages.of("demo", pages.DEMO)


@pytest.fixture(scope="session")
def hostile(pages):
    return pages.of("hostile", hostile_log(pages.folder / "log.json"))


@pytest.fixture(scope="session")
def large(pages):
    return pages.of("large", large_table(pages.folder / "large.csv"))


@pytest.fixture(scope="session")
def one_browser():
    for name in ["chromium", "chromedriver"]:
        if shutil.which(name) is None:
            pytest.exit(f"there is no {name}: .ci/browser installs it", 2)
    browser = Browser()
    yield browser
    browser.quit()


@pytest.fixture
def browser(one_browser):
    """The browser, as new; what it complained of or asked for fails the test that made it."""
    one_browser.renew()
    yield one_browser
    assert one_browser.complaints() == []
    assert one_browser.requests() == []
