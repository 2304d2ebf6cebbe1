"""How the page looks and is worked with: in the dark, when narrow, on paper, by keys alone."""

import base64

import pytest
from selenium.webdriver.common.keys import Keys

BURST = "0d6b0543-51d4-5c18-b267-f7ff109d7dde"

# The lightness of a colour as WCAG 2 reckons it, and of what is drawn below an element.
CONTRAST = """
const channel = (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([red, green, blue]) =>
    0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
};
const poor = [];
let seen = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest('script, noscript, option, .off-screen, [disabled], [aria-disabled]')) continue;
    const [one, other] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    seen += 1;
    if (contrast < 4.5) poor.push([walker.currentNode.data.slice(0, 40), contrast.toFixed(2)]);
}
return [seen, poor];
"""


def ground(browser):
    return browser.script("return getComputedStyle(document.body).backgroundColor")


LIGHT = "rgb(244, 245, 247)"
DARK = "rgb(14, 18, 23)"


def test_the_theme_is_that_of_the_system(browser, demo):
    browser.open(demo)
    assert ground(browser) == LIGHT
    browser.media(scheme="dark")
    assert ground(browser) == DARK
    browser.open(demo)
    assert ground(browser) == DARK
    assert browser.text("#theme") == "Light"


def test_the_theme_can_be_changed(browser, demo):
    browser.open(demo, BURST)

    def canvas():
        return browser.script("return document.querySelector('.chart canvas').toDataURL()")

    before = canvas()
    toggle = browser.find("#theme")
    assert toggle.text == "Dark"
    toggle.click()
    assert ground(browser) == DARK
    assert toggle.text == "Light"
    browser.wait(lambda: canvas() != before)
    toggle.click()
    assert ground(browser) == LIGHT
    browser.wait(lambda: canvas() == before)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_have_contrast(browser, demo, scheme):
    browser.media(scheme=scheme)
    browser.open(demo, BURST)
    browser.find(".about summary").click()
    seen, poor = browser.script(CONTRAST)
    assert seen > 200
    assert poor == []
    browser.all(".tabs > [role=tablist] [role=tab]")[1].click()
    seen, poor = browser.script(CONTRAST)
    assert seen > 200
    assert poor == []


@pytest.mark.parametrize("width", [400, 768, 1280])
def test_nothing_needs_moving_sideways(browser, demo, width):
    browser.size(width, 800)
    browser.open(demo)
    assert not browser.wide()
    browser.open(demo, BURST)
    assert not browser.wide()
    browser.script("document.querySelector('.about').open = true")
    assert not browser.wide()
    browser.script("document.querySelectorAll('.tabs > [role=tablist] [role=tab]')[1].click()")
    assert not browser.wide()
    chart = browser.find(".chart .uplot").rect
    assert 0 <= chart["x"] and chart["x"] + chart["width"] <= width


def test_cards_can_be_sorted(browser, demo):
    browser.size(400, 800)
    browser.open(demo)
    assert not browser.find("#episodes-panel thead").is_displayed()
    browser.find('#episodes-panel .sorter option[value="length"]').click()
    assert browser.texts("#episodes-panel td.length")[0] == "1 h 43 min"


def test_paper(browser, demo):
    browser.open(demo, BURST)
    browser.find("#theme").click()
    browser.media("print")
    for gone in ["#filters", ".tools", ".chart .buttons", ".record"]:
        assert not browser.find(gone).is_displayed(), gone
    for shown in [".tile", "#timeline .bar", ".chart canvas", ".changes", "#episodes-panel tr"]:
        assert browser.find(shown).is_displayed(), shown
    assert browser.script("return getComputedStyle(document.body).color") == "rgb(22, 27, 36)"
    browser.media()
    paper = browser.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"]
    written = base64.b64decode(paper)
    assert written.startswith(b"%PDF") and written.count(b"/Type /Page\n") >= 2
    assert browser.script("return document.querySelector('.about').open"), (
        "what was read is printed"
    )


def focused(browser):
    return browser.script(
        "const at = document.activeElement;"
        "return at.id || at.name || at.className || at.tagName.toLowerCase()"
    )


def test_keys_alone(browser, demo):
    browser.open(demo)
    browser.press(Keys.TAB)
    assert focused(browser) == "skip"
    browser.press(Keys.ENTER)
    assert focused(browser) == "content"
    assert browser.script("return location.hash") == "", "the address is for episodes"
    # From the tabs, by the heads of the columns, to the first episode.
    for _ in range(30):
        browser.press(Keys.TAB)
        if browser.script("return document.activeElement.matches('td.api a')"):
            break
    outline = browser.script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "where the focus is can be seen"
    browser.press(Keys.ENTER)
    assert browser.wait_for_episode() == BURST
    assert focused(browser) == "detail-title"
    browser.press(Keys.ESCAPE)
    assert not browser.find("#detail").is_displayed()
    assert browser.script("return document.activeElement.getAttribute('href')") == f"#{BURST}"
    browser.press("/")
    assert focused(browser) == "text"
    # Keys that are written are no commands.
    browser.press("jk?/")
    assert browser.find("#filters [name=text]").get_attribute("value") == "jk?/"
    assert browser.script("return location.hash") == ""


def test_the_keys_are_listed(browser, demo):
    browser.open(demo)
    browser.press("?")
    dialog = browser.find("#keys")
    assert dialog.is_displayed() and "next and previous episode" in dialog.text
    browser.press(Keys.ESCAPE)
    assert not dialog.is_displayed()


def test_tabs_are_walked_with_arrows(browser, demo):
    browser.open(demo)
    tabs = browser.all(".tabs > [role=tablist] [role=tab]")
    tabs[0].click()
    browser.press(Keys.ARROW_RIGHT)
    assert tabs[1].get_attribute("aria-selected") == "true"
    assert browser.find("#series-panel").is_displayed()
    assert not browser.find("#episodes-panel").is_displayed()


def test_what_is_clicked_has_a_name(browser, demo):
    browser.open(demo, BURST)
    nameless = browser.script(
        "return [...document.querySelectorAll('a, button, input, select, [tabindex=\"0\"]')]"
        ".filter((found) => found.checkVisibility() && !found.textContent.trim() && !found.ariaLabel && !found.labels?.length)"
        ".map((found) => found.outerHTML.slice(0, 80))"
    )
    assert nameless == []


def test_without_scripts_the_page_says_so(browser, demo):
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(demo)
        assert "JavaScript" in browser.text("noscript")
    finally:
        browser.command("Emulation.setScriptExecutionDisabled", value=False)
