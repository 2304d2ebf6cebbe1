"""What others wrote into logs is shown as text, and does nothing."""

import unicodedata

import pytest
from pages import HOSTILE

# What no element of the page is or has.
FOREIGN = (
    "img, iframe, object, embed, base, meta[http-equiv=refresh], form[action], "
    "[srcdoc], [onerror], [onload], [style*=url]"
)


def visible(text):
    """What is shown of a text: all that has no shape is spelled out."""
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return "".join(
        f"⟨U+{ord(letter):04X}⟩" if unicodedata.category(letter) in hidden else letter
        for letter in text
    )


def elements(browser):
    return browser.script(
        "return [document.querySelectorAll('script').length, document.querySelectorAll('style').length,"
        f"document.querySelectorAll('{FOREIGN}').length]"
    )


def unharmed(browser):
    assert browser.script("return window.hacked === undefined"), "a script has run"
    scripts, styles, foreign = elements(browser)
    packed = browser.script("return document.querySelectorAll('body > script[type]').length")
    assert (scripts, styles, foreign) == (packed + 1, 1, 0)
    assert browser.script(
        "return [...document.links].every((link) => link.getAttribute('href').startsWith('#'))"
    )
    assert browser.driver.current_url.startswith("file:")


def test_the_log_has_an_episode_for_each_text(hostile):
    for text in HOSTILE:
        details = [records[0]["insightDetails"] for records in hostile.insights.values()]
        assert any(own["eventName"] == text for own in details), text
        assert any(own.get("errorCode") == text for own in details), text


def test_the_page_holds_no_markup_of_the_log(hostile):
    page = hostile.path.read_text(encoding="utf-8")
    for text in HOSTILE:
        if "<" in text:
            assert text not in page
    assert page.count("</script") == page.count("<script")


def test_lists_show_texts(browser, hostile):
    browser.open(hostile)
    unharmed(browser)
    names = set(browser.texts("#episodes-panel td.api bdi"))
    callers = set(browser.texts("#episodes-panel td.who bdi"))
    labels = set(browser.texts("#timeline .label bdi"))
    browser.all(".tabs [role=tab]")[1].click()
    series = set(browser.texts("#series-panel td.api bdi"))
    options = set(browser.texts("#filters [name=name] option"))
    for text in HOSTILE:
        shown = visible(text)
        assert shown in names and shown in labels and shown in series and shown in options
        # A caller is told by the end of its ARN.
        assert f"user/{shown}" in callers
    assert not browser.wide()
    unharmed(browser)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_episodes_show_texts(browser, hostile, number):
    text = HOSTILE[number]
    found = [
        name
        for name, records in hostile.insights.items()
        if records[0]["insightDetails"].get("errorCode") == text
    ]
    browser.open(hostile, found[0])
    unharmed(browser)
    shown = visible(text)
    assert shown in browser.texts("#detail h2 bdi")
    values = browser.texts(".changes tbody th bdi")
    assert shown in values, "the program that called"
    assert any(value.endswith(f"user/{shown}") for value in values), "the caller"
    assert not browser.wide()
    browser.size(400, 800)
    assert not browser.wide()
    unharmed(browser)


def test_searching_for_a_text_is_no_harm(browser, hostile):
    browser.open(hostile)
    browser.fill("text", HOSTILE[0])
    assert browser.shown()[0] == 2
    browser.script("location.hash = arguments[0]", HOSTILE[1])
    browser.wait(lambda: "<img" in browser.text("#notice"))
    unharmed(browser)


def test_the_policy_holds(browser, hostile):
    """Tries what a hole in the page would allow: behind the page's care there is its policy."""
    browser.open(hostile)
    held = browser.driver.execute_async_script(
        """
        const done = arguments[0];
        const tries = [
            () => { const made = document.createElement('script');
                made.append('window.hacked = 9'); document.body.append(made); },
            () => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hacked=9>'),
            () => { document.body.innerHTML = '<b>x</b>'; },
            () => window.eval('window.hacked = 9'),
            () => document.body.setAttribute('onclick', 'window.hacked = 9'),
            () => { const made = document.createElement('img');
                made.src = 'https://example.com/'; document.body.append(made); },
            () => document.body.setAttribute('style', 'background: url(https://example.com/)'),
        ];
        // What a driver runs at once is allowed more than what the page runs.
        setTimeout(async () => {
            for (const one of tries) try { one(); } catch {}
            let fetched = 'fetched';
            await fetch('https://example.com/').catch(() => { fetched = 'held'; });
            document.body.click();
            done([window.hacked === undefined, fetched, document.getElementById('filters') !== null]);
        });
        """
    )
    assert held == [True, "held", True]
    assert len(browser.complaints()) >= 5
