"""A headless Chromium, and how to ask a page in it."""

import json
import shutil
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Browser:
    """Chromium with one window, of which each test gets an empty page."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        # As root, as in containers, it has no sandbox; and it is to ask nobody for anything.
        for option in ["--headless=new", "--no-sandbox", "--disable-background-networking"]:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        self.opened = None

    def quit(self):
        self.driver.quit()

    def renew(self):
        self.driver.get("about:blank")
        self.size(1280, 900)
        self.media()
        self.complaints()
        self.requests()

    def size(self, width, height):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", **metrics)

    def media(self, kind="", scheme="light"):
        scheme = {"name": "prefers-color-scheme", "value": scheme}
        self.command("Emulation.setEmulatedMedia", media=kind, features=[scheme])

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, page, episode=""):
        """Opens a page, and an episode of it by its id or the beginning of that."""
        # From one address of a page to another of the same it would not load anything.
        self.driver.get("about:blank")
        self.opened = page.url
        self.driver.get(f"{page.url}#{episode}" if episode else page.url)
        if episode:
            self.wait_for_episode()

    def wait(self, what, seconds=10):
        """Waits until something is true, and returns it."""
        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: what())

    def wait_for_episode(self):
        """Waits until the episode that is open is drawn, and returns its id."""
        return self.wait(
            lambda: self.script(
                "const wanted = decodeURIComponent(location.hash.slice(1));"
                "const id = document.querySelector('#detail:not([aria-busy]) .facts code')?.textContent;"
                "return wanted !== '' && id?.startsWith(wanted) && id"
            )
        )

    def complaints(self):
        """What the page wrote to the console, such as errors and violations of its policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """What was asked for over the network or from files, other than the page itself.

        What the policy has held back is not in it: that is among the complaints.
        """
        asked, held = {}, set()
        # The empty icon is in the page.
        own = [self.opened, "about:blank", "data:,"]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            method, told = message["method"], message["params"]
            if method == "Network.requestWillBeSent":
                asked[told["requestId"]] = told["request"]["url"]
            elif method == "Network.loadingFailed" and told.get("blockedReason") == "csp":
                held.add(told["requestId"])
        left = [url for request, url in asked.items() if request not in held]
        return [url for url in left if url.split("#")[0] not in own]

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        """The text of each element, also of those that are not in view."""
        return self.script(
            "return [...document.querySelectorAll(arguments[0])].map((found) => found.textContent)",
            selector,
        )

    def text(self, selector):
        return self.find(selector).text

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def fill(self, name, value):
        """Writes into a field of the filter, or chooses from it, as a person would."""
        field = self.find(f"#filters [name={name}]")
        if field.tag_name == "select":
            option = field.find_element(By.CSS_SELECTOR, f'option[value="{value}"]')
            option.click()
        else:
            field.clear()
            field.send_keys(value)
            # What is written is taken a moment later.
            time.sleep(0.2)

    def shown(self):
        """The two numbers of “34 of 2,000 episodes shown”."""
        words = self.text("#filters output").replace(",", "").split()
        return int(words[0]), int(words[2])

    def rows(self):
        """How many rows the list of episodes has, once it has all."""
        shown = self.shown()[0]
        rows = "#episodes-panel tbody tr:not(:has(.empty))"
        self.wait(
            lambda: len(self.script(f"return [...document.querySelectorAll('{rows}')]")) == shown
        )
        return shown

    def wide(self):
        """Whether the page has to be moved sideways to be read, or is cut off at its edge."""
        return self.script(
            """
            const page = document.documentElement;
            const parts = document.querySelectorAll('.panel, .list td, .changes td, .facts div, .field');
            return page.scrollWidth > page.clientWidth
                || [...parts].some((part) => part.getBoundingClientRect().right > page.clientWidth);
            """
        )

    def over_chart(self, share):
        """Points at the chart, at a share of its width."""
        over = self.find(".chart .u-over")
        self.script("arguments[0].scrollIntoView({block: 'center'})", over)
        width = over.size["width"]
        # The offset is from the middle.
        x = round(width * share - width / 2)
        ActionChains(self.driver, 0).move_to_element_with_offset(over, x, 0).perform()
