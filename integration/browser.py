"""browser.py - a page in a headless chromium, and checks of it, for the scripts that drive one."""
import json
import sys
import time
import urllib.request


def check(words, good, why=""):
    why = str(why).replace("\n", " ")[:400]
    print(f"ok {words}" if good else f"FAILED {words}{': ' if why else ''}{why}", flush=True)
    return good


def tell(line):
    """Asks who started this for something and waits until it is done."""
    print(line, flush=True)
    return sys.stdin.readline().strip()


class Page:
    def __init__(self, url, shots, browser, driver):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en",
                         "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
                         "--disable-component-update", "--disable-sync"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.url, self.shots = url, shots
        self.browser = webdriver.Chrome(service=Service(driver), options=options)
        self.requests, self.said = [], []
        self.look(1400, "light")

    def look(self, width, colours, height=900):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": colours},
            {"name": "prefers-reduced-motion", "value": "no-preference"}]})

    def js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def ask(self, path):
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=20) as answer:
            return json.load(answer)

    def go(self, fragment):
        self.browser.get("about:blank")
        self.browser.get(f"{self.url}/{fragment}")

    def turn_to(self, fragment):
        """Without loading the page anew."""
        self.js("location.hash = arguments[0]", fragment)

    def until(self, words, script, *arguments, seconds=15):
        """A check: the script becomes true; returns what it gave."""
        end, got = time.monotonic() + seconds, None
        while time.monotonic() < end:
            got = self.js(script, *arguments)
            if got:
                break
            time.sleep(0.05)
        check(words, bool(got), self.js("return document.body.innerText"))
        return got

    def text(self, selector="main"):
        return self.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def says(self, words, *texts, selector="main", seconds=15):
        return self.until(words, "const t = document.querySelector(arguments[0])?.innerText ?? '';"
                          "return arguments[1].every(x => t.includes(x))", selector, list(texts), seconds=seconds)

    def click(self, selector, text=""):
        return self.js("""const found = [...document.querySelectorAll(arguments[0])]
                              .find(e => e.textContent.includes(arguments[1]));
                          found?.click(); return Boolean(found)""", selector, text)

    def press(self, *keys):
        from selenium.webdriver import ActionChains
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()

    def focused(self):
        return self.js("""const e = document.activeElement, style = getComputedStyle(e);
            return {tag: e.tagName, text: e.textContent, href: e.getAttribute('href') ?? '',
                    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1}""")

    def picture(self, name):
        self.browser.save_screenshot(f"{self.shots}/{name}.png")

    def read_logs(self):
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        self.said += [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] != "DEBUG"]
