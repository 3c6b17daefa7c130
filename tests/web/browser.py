# SPDX-License-Identifier: GPL-2.0
"""A headless Chromium, driven by WebDriver over HTTP, as far as the tests of the page need it."""
import base64
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ARGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-proxy-server", "--disable-background-networking", "--disable-component-update",
        "--force-device-scale-factor=1", "--hide-scrollbars", "--no-first-run"]


class DriverError(Exception):
    pass


class Browser:
    def __init__(self, log, profile):
        self.process = subprocess.Popen(["chromedriver", "--port=0", "--log-path=" + log],
                                        stdout=subprocess.PIPE, text=True)
        port = None
        while port is None:
            line = self.process.stdout.readline()
            if not line:
                raise DriverError("chromedriver did not start, see " + log)
            port = re.search(r"started successfully on port (\d+)", line)
        self.base = "http://127.0.0.1:" + port.group(1)
        self.session = ""
        options = {"args": ARGS + ["--user-data-dir=" + profile],
                   "binary": os.environ.get("CHROMIUM", "/usr/bin/chromium")}
        caps = {"browserName": "chrome", "pageLoadStrategy": "none", "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"}}
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": caps}})
        self.session = "/session/" + made["sessionId"]

    def call(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + self.session + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise DriverError(json.load(error)["value"]["message"]) from None

    def close(self):
        try:
            self.call("DELETE", "")
        except (DriverError, OSError):
            pass
        self.process.terminate()
        self.process.wait()

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def at(self, url):
        self.top()
        return self.run("return document.URL") == url

    def size(self, width, height):
        """Of the page itself, so not that of the window."""
        self.cdp("Emulation.setDeviceMetricsOverride",
                 {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def cdp(self, command, params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def run(self, script, *args):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def top(self):
        self.call("POST", "/frame", {"id": None})

    def frame(self, css):
        self.top()
        self.call("POST", "/frame", {"id": self.find(css)})

    def find(self, css):
        return self.call("POST", "/element", {"using": "css selector", "value": css})

    def click(self, css):
        self.call("POST", "/element/%s/click" % self.find(css)[ELEMENT])

    def keys(self, text):
        """To whatever has the focus."""
        actions = []
        for key in text:
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.call("POST", "/actions",
                  {"actions": [{"type": "key", "id": "k", "actions": actions}]})

    def text(self, css):
        """What is shown of it, None if nothing is."""
        return self.run("const e = document.querySelector(arguments[0]);"
                        "return e && e.checkVisibility() ? e.innerText.trim() : null;", css)

    def screenshot(self, path):
        self.top()
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def log(self):
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]


def wait_for(what, seconds=90):
    """Until it is true; gives what it gave last. A page being loaded has no elements yet."""
    end = time.monotonic() + seconds
    while True:
        try:
            got = what()
        except DriverError:
            got = None
        if got or time.monotonic() > end:
            return got
        time.sleep(0.3)
