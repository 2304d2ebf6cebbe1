"""A page of a quarter of a year: 500 series and more than 2,000 episodes."""

import json


def test_it_opens_and_can_be_worked_with(browser, large, capsys):
    browser.size(1280, 900)
    browser.open(large)
    times = browser.script(
        "const [all] = performance.getEntriesByType('navigation');"
        "return {interactive: all.domInteractive, loaded: all.loadEventEnd}"
    )
    size = large.path.stat().st_size
    assert size < 15_000_000
    with capsys.disabled():
        print(f"\n{size / 1e6:.1f} MB, {json.dumps(times)} ms ", end="")
    shown, everything = browser.shown()
    assert shown == everything >= 2000
    assert browser.rows() == shown
    assert len(browser.all("#timeline .row")) == 500
    box = browser.find("#timeline .scroll")
    assert box.size["height"] < 450, "it scrolls by itself"
    assert not browser.wide()

    browser.fill("source", "kms.amazonaws.com")
    browser.fill("severity", "high")
    some = browser.shown()[0]
    assert 0 < some < everything
    assert browser.rows() == some
    assert set(browser.texts("#episodes-panel td.api .service")) == {"kms:"}
    assert len(browser.all("#timeline .bar")) == some
    browser.find("#filters [type=reset]").click()
    assert browser.rows() == everything

    browser.find("#episodes-panel th.length button").click()
    link = browser.find("#episodes-panel td.api a")
    wanted = link.get_attribute("href").split("#")[1]
    browser.script("arguments[0].click()", link)
    assert browser.wait_for_episode() == wanted
    for button in browser.all(".chart .buttons button"):
        if button.text == "all":
            button.click()
    browser.over_chart(0.5)
    assert "UTC" in browser.text(".chart .told")
    assert browser.find("#timeline .bar[aria-current]").is_displayed()


def test_a_link_to_the_last_episode(browser, large):
    browser.open(large)
    last = browser.script(
        "return JSON.parse(document.getElementById('overview').textContent).episodes.at(-1).id"
    )
    browser.open(large, last)
    assert browser.wait_for_episode() == last


def test_the_series_follow(browser, large):
    browser.open(large)
    browser.all(".tabs [role=tab]")[1].click()
    rows = "#series-panel tbody tr"
    browser.wait(lambda: len(browser.all(rows)) == 500)
    assert len(browser.all(f"{rows} svg path")) >= 500


def test_it_fits_a_phone(browser, large):
    browser.size(400, 800)
    browser.open(large)
    assert not browser.wide()
