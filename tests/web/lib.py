# SPDX-License-Identifier: GPL-2.0
"""What the tests of the page stand on: the guest, TAP, and the page in Cockpit's frame."""
import json
import os
import tempfile

from browser import Browser, DriverError, wait_for

FRAME = "iframe[name*='vpnpass']"
MODES = ["off", "on", "rule", "block"]
BUSY = "return document.querySelector('[aria-busy]')"
CELL = "const c = document.querySelector(`#tunnels td[data-label='${arguments[0]}'] span`);" \
       "return c ? c.innerText : '';"


class Guest:
    """Runs commands in the guest, within tests/web/guest.sh."""

    def __init__(self, folder):
        self.folder = folder
        self.asked = 0

    def path(self, kind):
        return os.path.join(self.folder, "%s-%d" % (kind, self.asked))

    def answered(self):
        return os.path.exists(self.path("status")) and os.path.getsize(self.path("status"))

    def ask(self, command):
        self.asked += 1
        with open(self.path("ask") + ".new", "w") as file:
            file.write(command)
        os.rename(self.path("ask") + ".new", self.path("ask"))
        if not wait_for(self.answered, 300):
            raise SystemExit("Bail out! The guest does not answer to: " + command)
        with open(self.path("status")) as status, open(self.path("output")) as output:
            return int(status.read()), output.read()

    def does(self, command):
        status, output = self.ask(command)
        if status:
            print("# guest: %s\n#   %s" % (command, output.replace("\n", "\n#   ")))
        return status == 0

    def fails(self, command):
        return self.ask(command)[0] != 0

    def gives(self, command):
        return self.ask(command)[1].strip()

    def mode(self, protocol):
        """The one that is set, says the tool."""
        status = json.loads(self.gives("vp -j status"))
        return [p.get("mode") for p in status["protocols"] if p["protocol"] == protocol][0]


class Page:
    """Cockpit in the browser, looked at within the frame that holds our page."""

    def __init__(self, out):
        self.out = out
        self.profile = tempfile.TemporaryDirectory()
        self.browser = Browser(os.path.join(out, "chromedriver.log"), self.profile.name)
        self.run = self.browser.run
        self.count = self.failed = 0

    def close(self):
        self.browser.close()
        self.profile.cleanup()

    def into(self):
        try:
            self.browser.frame(FRAME)
            return True
        except DriverError:
            return False

    def load(self, port, css, text):
        """Until it shows that text there."""
        for url in ("about:blank", "http://127.0.0.1:%s/vpnpass" % port):
            self.browser.open(url)
            wait_for(lambda: self.browser.at(url))
        wait_for(lambda: self.into() and self.shows(css, text), 180)

    def picture(self, name):
        self.browser.screenshot(os.path.join(self.out, name + ".png"))
        self.into()

    def text(self, css):
        return self.browser.text(css)

    def shows(self, css, text):
        return text in (self.text(css) or "")

    def cell(self, label):
        """Of the first tunnel."""
        return self.run(CELL, label)

    def mode(self, protocol):
        """The one that is shown as chosen."""
        for mode in MODES:
            if self.run("return document.getElementById(arguments[0]).checked",
                        protocol + "-" + mode):
                return mode
        return None

    def modes(self):
        return " ".join(str(self.mode(p)) for p in ("pptp", "l2tp", "ipsec"))

    def choose(self, protocol, mode):
        """Click as a mouse does, and wait till the page has heard how it went."""
        self.browser.click("label:has(#%s-%s)" % (protocol, mode))
        wait_for(lambda: not self.run(BUSY))

    # ---- results ----

    def check(self, name, good, why=""):
        self.count += 1
        print("%s %d - page: %s" % ("ok" if good else "not ok", self.count, name), flush=True)
        if not good:
            self.failed += 1
            self.picture("failed-%d" % self.count)
            print("# got: %s\n# shown: %s" % (why, repr(self.text("body"))), flush=True)

    def equal(self, name, wanted, got):
        self.check(name, wanted == got, repr(got) + ", wanted: " + repr(wanted))

    def soon(self, name, what):
        """It is true sooner or later."""
        self.check(name, wait_for(what))

    def soon_shows(self, name, css, text):
        self.check(name, wait_for(lambda: self.shows(css, text)), "no " + text)
