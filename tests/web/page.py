# SPDX-License-Identifier: GPL-2.0
"""The page in a browser, Cockpit in the guest. TAP on standard output.
usage: page.py OUT PORT PORT-OF-NOBODY     OUT: where the guest answers and pictures go"""
import json
import os
import sys
import time

from lib import Guest, Page

ARROW_RIGHT, SPACE = "\ue014", " "
LOOKS = [("wide", 1200, "light"), ("narrow", 400, "light"), ("dark", 1200, "dark"),
         ("narrow-dark", 400, "dark")]
COUNT_CALLS = """window.spawned = 0;
const spawn = cockpit.spawn;
cockpit.spawn = (...args) => { window.spawned++; return spawn(...args); };"""
THEME = "return document.documentElement.dataset.theme"
CALLS = "return window.spawned"
HIDE = "cockpit.hidden = arguments[0]; cockpit.dispatchEvent('visibilitychange')"


class Test:
    def __init__(self, out, port, port_nobody):
        self.guest = Guest(os.path.join(out, "guest"))
        self.guest.ask("true")
        self.page = Page(out)
        self.port, self.port_nobody = port, port_nobody

    def no_tool(self):
        page = self.page
        page.load(self.port, "#stopped", "not installed")
        page.check("no tool: says so", page.shows("#stopped h2", "vpnpass is not installed"))
        page.check("no tool: no switches", page.text("#switches") is None)
        self.guest.does("install_tool")
        page.soon("no tool: when it is there the switches appear", lambda: page.text("#switches"))

    def no_module(self):
        page = self.page
        page.soon_shows("no modules: says so", "#problems", "neither loaded nor installed")
        page.check("no modules: and what to do", page.shows("#problems code", "make install"))
        page.equal("no modules: all are off", "off off off", page.modes())
        page.check("no modules: no tunnels, and why",
                   page.shows("#tunnels-none", "the modules are not loaded"))
        words = self.guest.gives("vp enable pptp")
        page.choose("pptp", "on")
        page.soon_shows("no modules: Help fails in the tool's words", "#failed pre", words)
        page.equal("no modules: the switch shows what is", "off", page.mode("pptp"))
        page.check("the modules install", self.guest.does("install_modules"))

    def helping(self):
        page = self.page
        page.choose("pptp", "on")
        page.soon_shows("Help: says what changed", "#said", "PPTP: Help (was Off).")
        page.equal("Help: it is", "on", self.guest.mode("pptp"))
        page.check("Help: the failure is gone", page.text("#failed") is None)
        page.soon("Help: the switch shows it", lambda: page.modes() == "on off off")
        page.soon_shows("Help: no tunnels, and why", "#tunnels-none",
                        "No tunnels now. Help is on for PPTP.")
        page.check("Help: not kept", self.guest.fails("grep '^pptp' $CONF"))

    def call(self, name, node, calls):
        steps = ["connect 1", "dial %d" % calls, "ping 5", "touch $LAB/" + name,
                 "traffic $LAB/end -1", "clear"]
        return self.guest.does("peer_start %s %s --ids 7 %s && await %s" % (
            name, node, " ".join('"%s"' % s for s in steps), name))

    def tunnels(self):
        page = self.page
        self.guest.does("peer_server s")
        page.check("a client calls", self.call("one", "c1", 1))
        page.soon("its tunnel appears", lambda: page.cell("Client") == "192.168.77.11")
        page.equal("with its server", "203.0.113.10", page.cell("Server"))
        page.equal("with its protocol", "PPTP", page.cell("Protocol"))
        page.soon("with its state in words", lambda: page.cell("State") == "Up")
        page.check("with its ids", page.cell("Ids").startswith("7 / "), page.cell("Ids"))
        sent, received = page.cell("Sent"), page.cell("Received")
        page.check("with bytes that have units", sent[0] != "0" and sent.endswith("B"), sent)
        page.soon("bytes sent grow by themselves", lambda: page.cell("Sent") != sent)
        page.soon("bytes received, too", lambda: page.cell("Received") != received)
        page.soon_shows("the switch counts it", "#now-pptp", "1 tunnel, 1 control connection")

    def hidden(self):
        """Nobody looks, nothing is asked."""
        page = self.page
        page.run(COUNT_CALLS)
        page.soon("seen: it asks", lambda: page.run(CALLS) > 0)
        page.run(HIDE, True)
        time.sleep(4)
        before = page.run(CALLS)
        time.sleep(6)
        after = page.run(CALLS)
        page.equal("not seen: it does not ask", before, after)
        page.run(HIDE, False)
        page.soon("seen again: it asks again", lambda: page.run(CALLS) > after)

    def pictures(self):
        page = self.page
        self.guest.does("vp enable l2tp")
        page.check("another client calls twice", self.call("two", "c2", 2))
        for name, width, style in LOOKS:
            page.run("localStorage.setItem('shell:style', arguments[0])", style)
            page.load(self.port, "#tunnels-count", "3 tunnels")
            page.browser.size(width, 1200 if width > 800 else 1700)
            page.check(name + ": three tunnels", page.shows("#tunnels-count", "3 tunnels"))
            page.equal(name + ": follows the style", style, page.run(THEME))
            over = page.run("return document.documentElement.scrollWidth - window.innerWidth")
            page.check(name + ": nothing is wider than the window", over <= 0, over)
            page.picture(name)
        page.browser.top()
        page.run("localStorage.setItem('shell:style', 'light')")
        page.into()
        page.soon("another style is taken on at once", lambda: page.run(THEME) == "light")
        page.browser.size(1200, 900)

    def doctor(self):
        page = self.page
        page.browser.click("#doctor")
        page.soon_shows("doctor: says how it went", "#doctor-said", "in the way")
        findings = json.loads(self.guest.gives("vp -j doctor"))["findings"]
        shown = page.run("return [...document.querySelectorAll('#findings li > p:not(.fix)')]"
                         ".map(p => p.innerText)")
        page.check("doctor: all of its findings are there", len(findings) == len(shown) and
                   all(s.endswith(f["text"]) for f, s in zip(findings, shown)), shown)
        page.picture("doctor")

    def blocking(self):
        page = self.page
        page.choose("pptp", "block")
        page.soon_shows("Block: says what changed", "#said", "PPTP: Block (was Help).")
        page.check("Block: nft has it",
                   self.guest.does("at r nft list table inet vpnpass | grep 1723"))
        page.equal("Block: it is", "block", self.guest.mode("pptp"))
        page.soon("Block: the switch shows it", lambda: page.mode("pptp") == "block")
        page.soon_shows("Block: the tunnels are gone", "#tunnels-none", "No tunnels now")
        page.soon("Block: what is dropped is counted",
                  lambda: int((page.text("#now-pptp") or "0").split()[0]) > 0)
        self.guest.does("touch $LAB/end")

    def keys(self):
        page = self.page
        focus = "return document.activeElement.id"
        page.run("document.getElementById('pptp-block').focus()")
        page.browser.keys(ARROW_RIGHT)
        page.equal("arrow keys move", "pptp-off", page.run(focus))
        time.sleep(1)
        page.equal("and choose nothing", "block block",
                   page.mode("pptp") + " " + self.guest.mode("pptp"))
        page.browser.keys(SPACE)
        page.soon_shows("space chooses", "#said", "PPTP: Off (was Block).")
        page.check("Off: nft has nothing", self.guest.fails("at r nft list table inet vpnpass"))
        page.equal("the focus stays", "pptp-off", page.run(focus))

    def keeping(self):
        page = self.page
        page.browser.click("#persist")
        page.choose("l2tp", "block")
        page.soon_shows("kept: says so", "#said", "L2TP: Block (was Help); also after a reboot.")
        page.check("kept: in vpnpass.conf", self.guest.does("grep -qx 'l2tp = block' $CONF"))
        page.check("kept: nothing else is", self.guest.fails("grep -E '^(pptp|ipsec)' $CONF"))
        page.browser.click("#persist")
        page.choose("l2tp", "off")
        page.soon_shows("not kept: does not say so", "#said", "L2TP: Off (was Block).")
        page.check("not kept: vpnpass.conf is as it was",
                   self.guest.does("grep -qx 'l2tp = block' $CONF"))

    def from_elsewhere(self):
        """What others set is seen; a name that looks like markup is text."""
        page = self.page
        self.guest.does("vp enable --rule ipsec && vp block pptp --lan '<b>lan'")
        page.soon("By rules: shown when another sets it", lambda: page.mode("ipsec") == "rule")
        page.check("By rules: is a fourth choice",
                   page.shows("fieldset[data-protocol=ipsec]", "By rules"))
        page.soon_shows("a block of one interface names it", "#now-pptp", "interface <b>lan only")
        page.browser.click("#keep")
        page.soon_shows("Keep: says so", "#said", "IPsec: By rules")
        kept = self.guest.gives("grep -E '^(pptp|l2tp|ipsec) ' $CONF | sort")
        page.equal("Keep: all of it is in vpnpass.conf",
                   "ipsec = rule\nl2tp = off\npptp = block on <b>lan", kept)

    def failing(self):
        page = self.page
        page.choose("pptp", "off")
        self.guest.does("sed -i 's/^pptp = .*/pptp = maybe/' $CONF")
        page.browser.click("#persist")
        page.choose("pptp", "on")
        page.soon_shows("a bad vpnpass.conf: in the tool's words", "#failed pre", "'maybe'")
        page.equal("a bad vpnpass.conf: nothing is done", "off", self.guest.mode("pptp"))
        page.soon("a bad vpnpass.conf: so it shows", lambda: page.mode("pptp") == "off")
        page.browser.click("#persist")
        self.guest.does("at r nft 'add table inet vpnpass; "
                        "add set inet vpnpass mine { type ipv4_addr; }'")
        page.choose("pptp", "block")
        page.soon_shows("another's table: in the tool's words", "#failed pre",
                        'the nft table "inet vpnpass" is not this tool')
        page.soon_shows("another's table: is a problem", "#problems", "nothing can be blocked")
        page.picture("failing")
        self.guest.does("at r nft delete table inet vpnpass")

    def limited(self):
        page = self.page
        self.guest.does("vp enable pptp")
        page.load(self.port_nobody, "#tunnels-none", "administrators")
        page.check("nobody: is told why", page.shows("#limited", "Limited access"))
        page.equal("nobody: sees what is helped", "on None rule", page.modes())
        page.check("nobody: is told what can't be seen",
                   page.shows("#now-l2tp", "Off or blocked: only an administrator can see which"))
        page.check("nobody: sees no tunnels, and why",
                   page.shows("#tunnels-none", "administrators only"))
        page.soon("nobody: can switch nothing", lambda: page.run(
            "return !document.querySelector('#protocols input:not(:disabled), #keep:enabled')"))
        page.picture("limited")

    def console(self):
        bad = [message for message in self.page.browser.log() if "/vpnpass/" in message]
        self.page.check("the browser has nothing to complain about", not bad, bad)

    def run(self):
        for part in (self.no_tool, self.no_module, self.helping, self.tunnels, self.hidden,
                     self.pictures, self.doctor, self.blocking, self.keys, self.keeping,
                     self.from_elsewhere, self.failing, self.limited, self.console):
            started = time.monotonic()
            part()
            print("# %s: %d s" % (part.__name__, time.monotonic() - started), flush=True)
        print("1..%d" % self.page.count)

    def end(self):
        self.page.close()
        self.guest.ask("end")


def main():
    test = Test(*sys.argv[1:4])
    try:
        test.run()
    finally:
        test.end()
    return 1 if test.page.failed else 0


if __name__ == "__main__":
    sys.exit(main())
