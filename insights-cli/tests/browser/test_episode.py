"""One episode: its address, its chart, what changed, its record, and what can be copied."""

import json

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

# An episode of the demo, the minutes of its view of two hours, and its series.
BURST = "0d6b0543-51d4-5c18-b267-f7ff109d7dde"
BURST_AT = "2026-03-10 02:"
BURST_SERIES = ("us-east-1", "iam.amazonaws.com", "CreateAccessKey", "")
BURST_START = 34
BURST_END = 44
OBJECTS = "e96d7785-beb2-57af-86c7-a887bda099ad"
FALL = "25b71c3b-4797-56e6-a513-9c5838766cff"
ERRORS = "4441d606-8791-5157-821d-30e1eea7b3ee"


def told(browser):
    return browser.text(".chart .told")


def view(browser, name):
    [button] = [own for own in browser.all(".chart .buttons button") if own.text == name]
    button.click()
    browser.wait(lambda: button.get_attribute("aria-pressed") == "true")


def minute_of(browser):
    """The minute that the chart tells of."""
    return browser.find(".chart .told time").text.removesuffix(" UTC")


def test_a_link_opens_its_episode(browser, demo):
    browser.open(demo, BURST)
    assert "iam:CreateAccessKey" in browser.text("#detail h2")
    assert "2026-03-10 02:34 to 02:44" in browser.text("#detail .facts")
    top = browser.script("return document.getElementById('detail').getBoundingClientRect().top")
    assert -1 <= top < 100, "it is in view"
    assert browser.script("return document.activeElement.id") == "detail-title"
    current = browser.texts("tr[aria-current] td.start")
    assert current == ["2026-03-10 02:34"]


def test_the_beginning_of_an_id_is_enough(browser, demo):
    browser.open(demo, BURST[:6])
    assert browser.wait_for_episode() == BURST


@pytest.mark.parametrize("wanted", ["ffffffff", "<img src=x onerror=alert(1)>", "%E0%A4%A"])
def test_an_unknown_link_says_so(browser, demo, wanted):
    browser.open(demo)
    browser.script("location.hash = arguments[0]", wanted)
    notice = browser.wait(lambda: browser.text("#notice"))
    assert "No episode of this report" in notice
    assert not browser.find("#detail").is_displayed()


def test_back_and_forward(browser, demo):
    browser.open(demo)
    links = browser.all("#episodes-panel td.api a")
    first, second = (link.get_attribute("href").split("#")[1] for link in links[:2])
    browser.script("arguments[0].click()", links[0])
    assert browser.wait_for_episode() == first
    browser.script("arguments[0].click()", links[1])
    browser.wait(lambda: browser.wait_for_episode() == second)
    browser.driver.back()
    browser.wait(lambda: browser.wait_for_episode() == first)
    browser.driver.back()
    browser.wait(lambda: not browser.find("#detail").is_displayed())
    assert not browser.find("#notice").is_displayed()
    browser.driver.forward()
    assert browser.wait_for_episode() == first


def test_the_next_episode_is_that_of_the_list(browser, demo):
    browser.open(demo, BURST)
    browser.find("#episodes-panel th.score button").click()
    order = [
        link.get_attribute("href").split("#")[1] for link in browser.all("#episodes-panel td.api a")
    ]
    at = order.index(BURST)
    assert 0 < at < len(order) - 1
    # The keys are for the page, not for the button that was pressed last.
    browser.script("document.activeElement.blur()")
    browser.press("j")
    browser.wait(lambda: browser.wait_for_episode() == order[at + 1])
    browser.press("k")
    browser.wait(lambda: browser.wait_for_episode() == BURST)
    browser.press(Keys.ESCAPE)
    browser.wait(lambda: not browser.find("#detail").is_displayed())


def test_hover_tells_exact_counts(browser, demo):
    calls = demo.counts[BURST_SERIES]
    browser.open(demo, BURST)
    view(browser, "2 h")
    # The view begins an hour before the start and ends an hour after the end.
    whole = 60 + BURST_END - BURST_START + 60
    seen = []
    for minute in [BURST_START - 5, *range(BURST_START, BURST_END), BURST_END]:
        browser.over_chart((minute + 0.5 - BURST_START + 60) / whole)
        when = f"{BURST_AT}{minute:02}"
        assert minute_of(browser) == when
        number = calls.get(when, 0)
        assert f"{number} {'call' if number == 1 else 'calls'}" in told(browser)
        assert "expected 0.000" in told(browser) and "ordinary 0 to 0" in told(browser)
        seen.append(number)
    assert sum(seen) == 133 and seen[0] == seen[-1] == 0


def test_arrows_tell_exact_counts(browser, demo):
    calls = demo.counts[BURST_SERIES]
    browser.open(demo, BURST)
    browser.script("document.querySelector('.canvas').focus()")
    browser.press(Keys.HOME)
    browser.wait(lambda: minute_of(browser) == f"{BURST_AT}{BURST_START}")
    for minute in range(BURST_START, BURST_START + 5):
        when = f"{BURST_AT}{minute}"
        browser.wait(lambda when=when: minute_of(browser) == when)
        assert f"{calls[when]} call" in told(browser)
        browser.press(Keys.ARROW_RIGHT)
    browser.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    browser.wait(lambda: minute_of(browser) == f"{BURST_AT}{BURST_START + 3}")


def test_before_the_minutes_means_of_hours_are_told(browser, demo):
    calls = demo.counts[("us-east-1", "ssm.amazonaws.com", "UpdateInstanceInformation", "")]
    browser.open(demo, FALL)
    view(browser, "all")
    # The log begins nine days before the episode, and minutes are told of seven.
    totals = set()
    for share in [0.02, 0.05, 0.08]:
        browser.over_chart(share)
        hour = minute_of(browser)[:13]
        total = sum(number for minute, number in calls.items() if minute.startswith(hour))
        assert "mean of the hour" in told(browser)
        assert f"{total} calls in all" in told(browser)
        totals.add(total)
    assert len(totals) > 1


def span(browser):
    """The minutes that the chart shows, by what it tells at its edges."""
    browser.over_chart(0.001)
    first = minute_of(browser)
    browser.over_chart(0.999)
    return first, minute_of(browser)


def test_zoom_of_the_chart(browser, demo):
    browser.open(demo, BURST)
    view(browser, "1 day")
    whole = span(browser)
    assert whole == ("2026-03-09 02:35", "2026-03-10 08:32") or whole[0] < "2026-03-09 02:37"
    over = browser.find(".chart .u-over")
    width = over.size["width"]
    drag = ActionChains(browser.driver, 50).move_to_element_with_offset(over, round(width * 0.2), 0)
    drag.click_and_hold().move_by_offset(60, 0).move_by_offset(60, 0).release().perform()
    near = span(browser)
    assert whole[0] < near[0] < near[1] < whole[1]
    pressed = browser.texts(".chart .buttons [aria-pressed=true]")
    assert pressed == [], "it is none of the spans of the buttons"
    ActionChains(browser.driver).double_click(over).perform()
    browser.wait(lambda: browser.texts(".chart .buttons [aria-pressed=true]") == ["1 day"])
    assert span(browser) == whole
    browser.script("document.querySelector('.canvas').focus()")
    browser.press("+")
    nearer = span(browser)
    # It zooms towards the cursor, which is at the right edge.
    assert nearer[0] > whole[0] and nearer[1] == whole[1]
    browser.script("document.querySelector('.canvas').focus()")
    ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_LEFT).key_up(
        Keys.SHIFT
    ).perform()
    assert span(browser)[0] < nearer[0]


def test_the_chart_is_told_in_words(browser, demo):
    browser.open(demo, BURST)
    label = browser.find(".canvas").get_attribute("aria-label")
    for part in ["iam:CreateAccessKey", "133 calls", "at most 15 in a minute", "02:34"]:
        assert part in label


def test_the_chart_draws_calls_and_episode(browser, demo):
    """Looks at the pixels: a chart without lines would pass every other test."""
    browser.open(demo, FALL)
    view(browser, "2 h")
    seen = browser.script(
        """
        const canvas = document.querySelector('.chart canvas');
        const wanted = (name) => {
            const probe = document.createElement('i');
            probe.style.color = `var(--${name})`;
            document.body.append(probe);
            const found = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
            probe.remove();
            return found;
        };
        // What is not drawn on is clear: the panel behind it is white.
        const context = canvas.getContext('2d');
        context.globalCompositeOperation = 'destination-over';
        context.fillStyle = 'white';
        context.fillRect(0, 0, canvas.width, canvas.height);
        const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
        // What is shaded is a share of the colour on white.
        const shaded = (colour) => colour.map((own) => 255 + (own - 255) * 0x38 / 255);
        const near = ([red, green, blue], most = 60) => {
            let found = 0;
            for (let at = 0; at < data.length; at += 4) {
                const off = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green)
                    + Math.abs(data[at + 2] - blue);
                if (off < most && data[at + 3] > 200) found += 1;
            }
            return found;
        };
        return {
            calls: near(wanted('calls')),
            marks: near(wanted('fall')),
            expected: near(wanted('expected')),
            shade: near(shaded(wanted('fall')), 12) / 10,
        };
        """
    )
    assert min(seen.values()) > 100, seen


def test_what_changed_is_that_of_the_record(browser, demo):
    end = demo.insights[BURST][-1]["insightDetails"]["insightContext"]
    browser.open(demo, BURST)
    tables = browser.all(".changes")
    assert len(tables) == len(end["attributions"])
    captions = browser.texts(".changes caption")
    assert captions == ["Identities", "User agents", "Error codes"]
    who = end["attributions"][0]
    assert browser.texts(".changes tbody th bdi")[0] == who["insight"][0]["value"]
    first = tables[0].text
    assert "new" in first and "gone" in first
    assert "100% 13.3 a min" in first
    bars = browser.script(
        "return [...document.querySelectorAll('.changes tbody tr:first-child .share i')]"
        ".map((bar) => bar.getBoundingClientRect().width)"
    )
    assert bars[0] == 0 and bars[1] > 50


def test_what_may_be_among_others_is_not_called_new(browser, demo):
    browser.open(demo, OBJECTS)
    # More callers than a record names read objects before; one read them all in the episode.
    identities = browser.find(".changes").text
    assert "user/legacy-backup\nnot in the top 5\n100%" in identities
    assert "all others" in identities
    assert "new" not in identities and identities.count("gone") == 5


def test_sentences_are_those_of_explain(browser, demo):
    browser.open(demo, BURST)
    explained = " ".join(demo.run("explain", "--id", BURST, "--format", "text").split())
    sentences = browser.texts(".why p")
    assert len(sentences) > 3
    for sentence in sentences:
        assert sentence in explained


def unexplained(record):
    """A record without what `--explain` adds to it."""
    details = {key: own for key, own in record["insightDetails"].items() if key != "explanation"}
    return record | {"insightDetails": details}


def clipboard(browser):
    return browser.driver.execute_async_script(
        "const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done(String(e)))"
    )


@pytest.mark.parametrize("allowed", [True, False])
def test_copying(browser, demo, allowed):
    for name in ["clipboard-read", "clipboard-write"]:
        browser.command("Browser.setPermission", permission={"name": name}, setting="granted")
    browser.open(demo, BURST)
    if not allowed:
        browser.script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    tabs = browser.all(".record [role=tab]")
    assert [tab.text for tab in tabs] == ["Start", "End"]
    records = demo.insights[BURST]
    for tab, record in zip(tabs, records, strict=True):
        tab.click()
        shown = browser.texts(".record pre")[0]
        assert unexplained(json.loads(shown)) == unexplained(record)
        browser.find(".record .copy").click()
        browser.wait(lambda: "Copied" in browser.texts(".record .said"))
        assert clipboard(browser) == shown
    browser.find(".commands .copy").click()
    browser.wait(lambda: "Copied" in browser.texts(".commands .said"))
    command = browser.texts(".commands code")[0]
    assert clipboard(browser) == command
    assert command.startswith("insights explain ") and BURST in command
    browser.find(".facts .copy").click()
    browser.wait(lambda: "Copied" in browser.texts(".facts .said"))
    assert clipboard(browser) == f"{demo.url}#{BURST}"


def test_errors_are_told_as_errors(browser, demo):
    browser.open(demo, ERRORS)
    assert "Client.UnauthorizedOperation" in browser.text("#detail h2")
    assert "Errors a minute" in browser.text(".facts")
    view(browser, "2 h")
    browser.over_chart((60 + 6.5) / (60 + 9 + 60))
    calls = demo.counts[
        ("us-east-1", "ec2.amazonaws.com", "DescribeInstances", "Client.UnauthorizedOperation")
    ]
    assert f"{calls['2026-03-11 06:12']} errors" in told(browser)
