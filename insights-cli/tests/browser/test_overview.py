"""What is seen first: the numbers, the list, the filters, the timeline."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

ROWS = "#episodes-panel tbody tr"
BARS = "#timeline .bar"


def column(browser, key):
    return browser.texts(f"{ROWS} td.{key}")


def told(records):
    """What the list says of an episode: its start, and its API with the error code."""
    details = records[0]["insightDetails"]
    name = f"{details['eventSource'].removesuffix('.amazonaws.com')}:{details['eventName']}"
    if "errorCode" in details:
        name += f" {details['errorCode']}"
    return records[0]["eventTime"][:16].replace("T", " "), name


def test_numbers_are_those_of_replay(browser, demo):
    insights = demo.insights
    browser.open(demo)
    assert len(insights) > 3
    assert browser.shown() == (len(insights), len(insights))
    assert browser.text(".tile strong") == str(len(insights))
    listed = list(zip(column(browser, "start"), column(browser, "api .name"), strict=True))
    assert listed == [told(records) for records in insights.values()]
    scores = [score[-3:] for score in column(browser, "score")]
    explained = [records[0]["insightDetails"]["explanation"] for records in insights.values()]
    assert scores == [f"{own['score']:.1f}" for own in explained]
    kinds = [own["direction"] for own in explained]
    rises = sum(kind == "rise" for kind in kinds)
    errors = sum("errorCode" in records[0]["insightDetails"] for records in insights.values())
    assert f"▲ {rises - errors} rises" in browser.texts(".part")
    assert f"◆ {errors} errors" in browser.texts(".part")


def test_what_was_read_is_told(browser, demo):
    browser.open(demo)
    browser.find(".about summary").click()
    about = browser.text(".about")
    for part in ["12,273", "63 duplicates", "1 skipped", "threshold", "insights report"]:
        assert part in about
    assert browser.driver.title == "Insights 2026-03-02 to 2026-03-11"


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("region", "eu-west-1", lambda own: own[0]["awsRegion"] == "eu-west-1"),
        (
            "source",
            "s3.amazonaws.com",
            lambda own: own[0]["insightDetails"]["eventName"] == "GetObject",
        ),
        (
            "name",
            "CreateAccessKey",
            lambda own: own[0]["insightDetails"]["eventName"] == "CreateAccessKey",
        ),
        ("type", "error", lambda own: "errorCode" in own[0]["insightDetails"]),
        (
            "kind",
            "fall",
            lambda own: own[0]["insightDetails"]["explanation"]["direction"] == "fall",
        ),
        (
            "text",
            "unauthorizedop",
            lambda own: own[0]["insightDetails"]["eventName"] == "DescribeInstances",
        ),
        (
            "text",
            "legacy-backup s3",
            lambda own: own[0]["insightDetails"]["eventName"] == "GetObject",
        ),
        ("from", "2026-03-11", lambda own: own[-1]["eventTime"] > "2026-03-11"),
        ("to", "2026-03-10 07:30", lambda own: own[0]["eventTime"] < "2026-03-10T07:30"),
    ],
)
def test_filters(browser, demo, name, value, wanted):
    insights = demo.insights
    browser.open(demo)
    browser.fill(name, value)
    expected = [told(own)[0] for own in insights.values() if wanted(own)]
    assert 0 < len(expected) < len(insights)
    assert column(browser, "start") == expected
    assert browser.shown() == (len(expected), len(insights))
    assert len(browser.all(BARS)) == len(expected), "the timeline follows"
    browser.find("#filters [type=reset]").click()
    assert browser.shown()[0] == len(insights)


def test_filters_reach_the_series_too(browser, demo):
    browser.open(demo)
    tab = browser.all(".tabs [role=tab]")[1]
    tab.click()
    everything = len(browser.all("#series-panel tbody tr"))
    browser.fill("region", "eu-west-1")
    assert 0 < len(browser.all("#series-panel tbody tr")) < everything
    assert set(browser.texts("#series-panel td.api .faint")) == {"eu-west-1"}
    browser.fill("kind", "rise")
    names = browser.texts("#series-panel td.api .name")
    assert names == ["secretsmanager:GetSecretValue AccessDeniedException"]
    assert tab.text == "APIs 1"


def test_severities_are_chosen_by_the_overview(browser, demo):
    browser.open(demo)
    choice = browser.find(".part.medium")
    number = int(choice.text.split()[0])
    choice.click()
    assert browser.shown()[0] == number > 0
    assert all("medium" in cell for cell in column(browser, "score"))


def test_a_text_that_nothing_has_says_so(browser, demo):
    browser.open(demo)
    browser.fill("text", "no such thing")
    assert browser.shown()[0] == 0
    assert browser.texts(f"{ROWS} .empty") == ["No episode passes the filters."]
    assert "No episode" in browser.text("#timeline .rows")


def test_a_report_without_insights_says_so(browser, pages):
    browser.open(pages.of("quiet", pages.DEMO, "--to", "2026-03-08"))
    said = "No Insights in this span: 45 series of calls and errors from 2026-03-02 00:00"
    assert said in browser.text(".tile")
    assert said in browser.text("#episodes-panel")
    assert not browser.find("#timeline").is_displayed()
    browser.all(".tabs [role=tab]")[1].click()
    browser.fill("text", "s3")
    assert 0 < len(browser.all("#series-panel tbody tr")) < 45


def test_a_report_of_nothing_says_so(browser, pages):
    nothing = pages.folder / "nothing.json"
    nothing.write_text('{"Records": []}', encoding="utf-8")
    browser.open(pages.of("nothing", nothing))
    assert browser.text("h1") == "No calls were read"
    assert not browser.find("#filters").is_displayed()


def test_what_is_no_time_is_marked(browser, demo):
    browser.open(demo)
    browser.fill("from", "yesterday")
    assert browser.find("[name=from]").get_attribute("aria-invalid") == "true"
    assert browser.shown()[0] == browser.shown()[1]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("start", lambda row: row["start"]),
        ("score", lambda row: -float(row["score"][-3:])),
        ("api", lambda row: row["api"]),
        ("who", lambda row: row["who"]),
    ],
)
def test_sorting(browser, demo, key, value):
    browser.open(demo)
    if key == "start":
        # The list begins in this order, so it is another one first.
        browser.find("th.length button").click()
    head = browser.find(f"th.{key}")
    button = browser.find(f"th.{key} button")
    button.click()

    def rows():
        cells = {name: column(browser, name) for name in ["start", "score", "who"]}
        cells["api"] = column(browser, "api .name")
        return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]

    upwards = [value(row) for row in rows()]
    assert head.get_attribute("aria-sort") == "ascending"
    assert upwards == sorted(upwards)
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    downwards = [value(row) for row in rows()]
    assert downwards == sorted(upwards, reverse=True) != upwards


def test_the_order_of_series(browser, demo):
    browser.open(demo)
    browser.all(".tabs [role=tab]")[1].click()
    calls = [int(text.replace(",", "")) for text in browser.texts("#series-panel td.calls")]
    assert calls != sorted(calls, reverse=True), "the most unusual first"
    browser.find('#series-panel option[value="calls"]').click()
    calls = [int(text.replace(",", "")) for text in browser.texts("#series-panel td.calls")]
    assert calls == sorted(calls, reverse=True)
    busiest = demo.counts[("us-east-1", "ssm.amazonaws.com", "UpdateInstanceInformation", "")]
    assert calls[0] == sum(busiest.values())


def test_a_series_leads_to_its_episodes(browser, demo):
    browser.open(demo)
    browser.all(".tabs [role=tab]")[1].click()
    browser.find("#series-panel td.worst button").click()
    assert browser.shown()[0] == 1
    assert "DescribeInstances" in browser.text(".chip")
    browser.find(".chip").click()
    assert browser.shown()[0] == browser.shown()[1]


def test_zoom_of_the_timeline_by_buttons(browser, demo):
    browser.open(demo)
    before = [bar.rect["x"] for bar in browser.all(BARS)]
    browser.find("#timeline [title='Zoom in']").click()
    assert [bar.rect["x"] for bar in browser.all(BARS)] != before
    assert " to " in browser.text("#timeline .range")
    for button in browser.all("#timeline .buttons > button"):
        if button.text == "Whole span":
            button.click()
    assert [bar.rect["x"] for bar in browser.all(BARS)] == before


def test_zoom_of_the_timeline_by_dragging(browser, demo):
    browser.open(demo)
    track = browser.find("#timeline .track")
    browser.script("arguments[0].scrollIntoView({block: 'center'})", track)
    width = track.size["width"]
    bar = browser.find(f"{BARS}.fall")
    narrow = bar.size["width"]
    drag = ActionChains(browser.driver, 50)
    drag.move_to_element_with_offset(track, round(width * 0.3), 0).click_and_hold()
    drag.move_by_offset(round(width * 0.1), 0).move_by_offset(round(width * 0.09), 0).release()
    drag.perform()
    start, end = browser.text("#timeline .range").removesuffix(" UTC").split(" to ")
    # From eight tenths of ten days to almost all.
    assert "2026-03-09" < start < "2026-03-11" < end < "2026-03-12"
    assert bar.size["width"] > 3 * narrow, "its length is seen"
    assert browser.script("return location.hash") == "", "a drag opens nothing"
    only = [
        found
        for found in browser.all("#timeline .buttons > button")
        if found.text == "List only these"
    ]
    only[0].click()
    assert browser.find("[name=from]").get_attribute("value") == start
    assert 0 < browser.shown()[0] <= browser.shown()[1]


def test_bars_tell_what_they_are_and_lead_there(browser, demo):
    browser.open(demo)
    bar = browser.find(f"{BARS}.fall")
    label = bar.get_attribute("aria-label")
    for part in ["ssm:UpdateInstanceInformation", "call rate fall", "low severity", "1 h 43 min"]:
        assert part in label
    ActionChains(browser.driver).move_to_element(bar).perform()
    assert "ssm:UpdateInstanceInformation" in browser.text("#timeline .told")
    bar.click()
    assert browser.wait_for_episode() == "25b71c3b-4797-56e6-a513-9c5838766cff"


def test_arrows_walk_along_the_timeline(browser, demo):
    browser.open(demo)
    browser.script("document.querySelector('#timeline .bar[tabindex=\"0\"]').focus()")
    seen = []
    for _ in browser.all(BARS):
        seen.append(browser.script("return document.activeElement.getAttribute('href')"))
        browser.press(Keys.ARROW_DOWN)
    assert len(set(seen)) == len(seen) == 6
    browser.press(Keys.ENTER)
    assert f"#{browser.wait_for_episode()}" == seen[-1]
