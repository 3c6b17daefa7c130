/* SPDX-License-Identifier: GPL-2.0 */
/* Cockpit's page of vpnpass: three switches, the tunnels, what is wrong. All it knows comes from
 * "vpnpass --json"; texts of the tool are shown as text, never as markup. */
/* global cockpit */
"use strict";

const JSON_VERSION = 1;
const TUNNELS_MS = 2500;	/* from one look to the next */
const STATUS_LOOKS = 4;		/* with each of so many looks the status, too */
const LONG_TEXT = 24;		/* characters; what is longer may be broken anywhere */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* Exit codes of the tool, and env's for a tool that is not there. */
const ABSENT = 3;
const NOT_PERMITTED = 4;
const NO_TOOL = 127;

const PROTOCOLS = [
	{ name: "pptp", title: "PPTP", about: "TCP port 1723 and GRE" },
	{ name: "l2tp", title: "L2TP", about: "UDP port 1701 and IP protocol 115" },
	{ name: "ipsec", title: "IPsec", about: "IKE on UDP port 500 and ESP, without NAT traversal" },
];

const MODES = {
	off: { title: "Off", words: ["disable"] },
	on: { title: "Help", words: ["enable"] },
	rule: { title: "By rules", words: ["enable", "--rule"] },
	block: { title: "Block", words: ["block"] },
};

const STATES = {
	setup: "Setting up", pairing: "Pairing", up: "Up", ambiguous: "Ambiguous", closing: "Closing",
};

const SEVERITIES = { fail: "In the way", warn: "Warning", info: "Note", ok: "OK" };

const state = {
	status: null,	/* what the tool said last */
	changing: false,
	epoch: 0,	/* counts the beginnings and ends of changes */
	looks: 0,
	looking: false,
	again: false,
	timer: 0,
	admin: null,
};

const $ = id => document.getElementById(id);

function set_text(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

/* A shown text, or nothing at all. */
function say(node, text) {
	set_text(node, text);
	node.hidden = !text;
}

function element(name, cls, text) {
	const node = document.createElement(name);

	if (cls)
		node.className = cls;
	if (text)
		node.textContent = text;
	return node;
}

function title_of(name) {
	const known = PROTOCOLS.find(p => p.name === name);

	return known ? known.title : name;
}

function count(n, one, many) {
	return n + " " + (n === 1 ? one : many || one + "s");
}

/* ---- the tool ---- */

function parse(out) {
	try {
		return JSON.parse(out);
	} catch (e) {
		return null;
	}
}

function answer(code, out, words) {
	const doc = out ? parse(out) : null;

	words = (words || "").trim();
	if (doc && doc.version !== JSON_VERSION)
		return { code: -1, doc: null, words: "vpnpass speaks version " + doc.version +
			" of its JSON, this page reads version " + JSON_VERSION + "." };
	if (!code && !doc)
		return { code: -1, doc, words: words || "vpnpass printed no JSON." };
	return { code, doc, words };
}

/**
 * tool() - run the tool
 * @args: its words
 * @superuser: "require" or "try", as cockpit.spawn() has it
 *
 * Gives its exit code (negative if it has none), the JSON document or null, and what it said on
 * standard error. env looks for it also where PATH of a user without rights does not.
 */
function tool(args, superuser) {
	const command = ["env", "PATH=" + PATH, "vpnpass", "--json"].concat(args);

	return new Promise(resolve => {
		cockpit.spawn(command, { superuser, err: "message" }).then(
			(out, words) => resolve(answer(0, out, words)),
			(ex, out) => resolve(answer(ex.exit_status === null ? -1 : ex.exit_status, out,
						    ex.message)));
	});
}

/* ---- the switches ---- */

/* What is set, null if that can't be seen. */
function mode_of(p) {
	if (p.mode && p.mode !== "off")
		return p.mode in MODES ? p.mode : null;
	return state.status["block-known"] ? "off" : null;
}

function describe(p) {
	const parts = [];

	if (p.block) {
		parts.push(count(p.block.packets, "packet") + " dropped (" + bytes(p.block.bytes) + ")");
		if (p.block.lan)
			parts.push("on interface " + p.block.lan + " only");
	} else if (!mode_of(p)) {
		parts.push("off or blocked: only an administrator can see which");
	}
	if (!p.loaded)
		parts.push("module " + p.module + " not loaded");
	else if (!p.block)
		parts.push(count(p.tunnels, "tunnel"), count(p.controls, "control connection"));
	const text = parts.join(", ");

	return text[0].toUpperCase() + text.slice(1);
}

function fieldset_of(name) {
	return $("protocols").querySelector("fieldset[data-protocol=" + name + "]");
}

function may_change() {
	return state.admin !== false;
}

function show_switch(p) {
	const fieldset = fieldset_of(p.protocol);
	const mode = mode_of(p);

	if (!fieldset)
		return;
	for (const input of fieldset.querySelectorAll("input")) {
		input.checked = input.value === mode;
		input.disabled = !may_change();
		if (input.value === "rule")
			input.parentNode.hidden = mode !== "rule";
	}
	set_text(fieldset.querySelector(".now"), describe(p));
}

function show_switches() {
	const rule = state.status.protocols.some(p => p.mode === "rule");

	if (!state.changing)
		state.status.protocols.forEach(show_switch);
	$("persist").disabled = !may_change();
	$("keep").disabled = !may_change() || !state.status.protocols.every(mode_of);
	for (const dt of $("modes").querySelectorAll("dt"))
		if (dt.textContent === MODES.rule.title)
			dt.parentNode.hidden = !rule;
}

/* Between the start of a change and its end no other one starts, and what a look that began
 * before says is not shown. */
function begin(text) {
	state.changing = true;
	state.epoch++;
	$("protocols").setAttribute("aria-busy", "true");
	$("failed").hidden = true;
	set_text($("said"), text);
}

/* Without a text it failed: the switches go back to what was, till the next look. */
function end(text) {
	state.changing = false;
	state.epoch++;
	if (!text)
		show_switches();
	$("protocols").removeAttribute("aria-busy");
	set_text($("said"), text);
	look(true);
}

function show_failure(what, words) {
	set_text($("failed").querySelector("h2"), what);
	set_text($("failed").querySelector("pre"), words);
	$("failed").hidden = false;
}

function tell(changes, persist, words) {
	const list = changes.map(c => title_of(c.protocol) + ": " + title_of_mode(c.mode) +
		(c.changed ? " (was " + title_of_mode(c.before) + ")" : " already"));

	return list.join(", ") + (persist ? "; also after a reboot." : ".") + (words ? " " + words : "");
}

function title_of_mode(mode) {
	return mode in MODES ? MODES[mode].title : mode;
}

async function change(name, mode) {
	const persist = $("persist").checked;
	const what = title_of(name) + " to " + MODES[mode].title;
	let said = "";

	begin("Switching " + what + "…");
	const got = await tool(MODES[mode].words.concat(persist ? "--persist" : [], name), "require");
	if (got.code)
		show_failure("Could not switch " + what, got.words);
	else
		said = tell(got.doc.changes, persist, got.words);
	end(said);
}

/* The words that make a protocol what it is now. */
function words_for(p) {
	return MODES[mode_of(p)].words.concat(p.block && p.block.lan ? ["--lan", p.block.lan] : []);
}

async function keep() {
	const kept = [];
	const list = state.status.protocols;

	if (state.changing)
		return;
	begin("Keeping what is set…");
	for (const p of list) {
		const got = await tool(words_for(p).concat("--persist", p.protocol), "require");

		if (got.code) {
			show_failure("Could not keep what is set of " + title_of(p.protocol), got.words);
			break;
		}
		kept.push(title_of(p.protocol) + ": " + MODES[mode_of(p)].title);
	}
	end(kept.length ? "Kept for after a reboot: " + kept.join(", ") + "." : "");
}

/* Arrow keys move among the choices and choose nothing, so that nobody blocks on the way. Space
 * does that by itself. */
function on_key(event) {
	const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
	const inputs = [...event.currentTarget.querySelectorAll("label:not([hidden]) input")];
	const at = inputs.indexOf(event.target);

	if (event.key === "Enter")
		event.target.click();
	if (!step || at < 0)
		return;
	event.preventDefault();
	inputs[(at + step + inputs.length) % inputs.length].focus();
}

function add_switch(p) {
	const fieldset = document.importNode($("switches").querySelector("template").content, true)
		.querySelector("fieldset");

	fieldset.dataset.protocol = p.name;
	set_text(fieldset.querySelector("legend"), p.title + " passthrough");
	set_text(fieldset.querySelector(".about"), p.about);
	fieldset.querySelector(".now").id = "now-" + p.name;
	fieldset.setAttribute("aria-describedby", "now-" + p.name);
	for (const input of fieldset.querySelectorAll("input")) {
		input.name = p.name;
		input.id = p.name + "-" + input.value;
		input.addEventListener("click", event => state.changing && event.preventDefault());
		input.addEventListener("change", () => change(p.name, input.value));
	}
	fieldset.addEventListener("keydown", on_key);
	$("protocols").append(fieldset);
}

/* ---- the tunnels ---- */

function bytes(n) {
	const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
	let i = 0;

	for (; n >= 1000 && i < units.length - 1; i++)
		n /= 1000;
	/* down to the digits that are shown, as the tool does */
	return (i && n < 100 ? (Math.floor(n * 10) / 10).toFixed(1) : Math.floor(n)) + " " + units[i];
}

function duration(ms) {
	const s = Math.floor(ms / 1000);
	const minutes = Math.floor(s / 60);
	const hours = Math.floor(minutes / 60);

	if (s < 60)
		return s + " s";
	if (minutes < 60)
		return minutes + " min";
	if (hours < 24)
		return hours + " h " + minutes % 60 + " min";
	return Math.floor(hours / 24) + " d " + hours % 24 + " h";
}

/* An id as its owner knows it and, if that is another one, as the server does. */
function id_text(t, key) {
	const show = n => t.protocol === "ipsec" ? "0x" + n.toString(16).padStart(8, "0") : String(n);
	const mapped = t[key + "-mapped"];

	if (t[key] === undefined)
		return mapped === undefined ? "?" : "? → " + show(mapped);
	return show(t[key]) + (mapped === undefined || mapped === t[key] ? "" : " → " + show(mapped));
}

function ids(t) {
	const known = (a, b) => t[a] !== undefined || t[b] !== undefined;
	const parts = [];

	if (known("client-id", "server-id"))
		parts.push(id_text(t, "client-id") + " / " + id_text(t, "server-id"));
	if (known("client-session", "server-session"))
		parts.push("session " + id_text(t, "client-session") + " / " +
			   id_text(t, "server-session"));
	return parts.join(", ") || "?";
}

function address(t, key) {
	const mapped = t[key + "-mapped"];

	/* the router's own address tells nothing, another server does */
	return key === "server" && mapped && mapped !== t[key] ? t[key] + " → " + mapped : t[key];
}

function cells(t) {
	return [
		title_of(t.protocol), address(t, "client"), address(t, "server"), ids(t),
		STATES[t.state] || t.state, duration(t["age-ms"]), duration(t["idle-ms"]),
		bytes(t["tx-bytes"]), bytes(t["rx-bytes"]),
	];
}

function add_row(body) {
	const heads = document.querySelectorAll("#tunnels thead th");
	const row = element("tr");

	row.setAttribute("role", "row");
	for (const head of heads) {
		const cell = element("td", head.className);

		cell.setAttribute("role", "cell");
		cell.dataset.label = head.textContent;
		cell.append(element("span"));
		row.append(cell);
	}
	body.append(row);
}

/* Cells whose text is the same are left alone, so that it can be marked and copied. */
function show_rows(list) {
	const body = document.querySelector("#tunnels tbody");

	while (body.rows.length > list.length)
		body.deleteRow(-1);
	while (body.rows.length < list.length)
		add_row(body);
	list.forEach((t, i) => {
		body.rows[i].dataset.state = t.state;
		cells(t).forEach((text, j) => {
			set_text(body.rows[i].cells[j].firstChild, text);
			body.rows[i].cells[j].classList.toggle("long", text.length > LONG_TEXT);
		});
	});
}

function show_tunnels(list, none, failed) {
	document.querySelector("#tunnels table").hidden = !list.length;
	$("states").hidden = !list.length;
	set_text($("tunnels-count"), list.length ? count(list.length, "tunnel") : "");
	say($("tunnels-none"), list.length || failed ? "" : none);
	say($("tunnels-failed"), failed);
	show_rows(list);
}

function why_none() {
	const helped = state.status.protocols.filter(p => p.mode === "on" || p.mode === "rule");

	if (!state.status.loaded)
		return "No tunnels: the modules are not loaded.";
	if (!helped.length)
		return "No tunnels: no protocol is helped.";
	return "No tunnels now. Help is on for " + helped.map(p => title_of(p.protocol)).join(", ") + ".";
}

async function look_at_tunnels() {
	if (!state.status.loaded)
		return show_tunnels([], why_none(), "");
	const got = await tool(["tunnels"], "try");
	if (got.code === ABSENT)
		state.looks = 0;
	if (got.code === NOT_PERMITTED)
		show_tunnels([], "Tunnels are shown to administrators only.", "");
	else if (got.code)
		show_tunnels([], "", got.words);
	else
		show_tunnels(got.doc.tunnels, why_none(), "");
	return undefined;
}

/* ---- what is wrong ---- */

function add_finding(list, severity, subject, text, command) {
	const item = element("li");
	const fix = element("p", "fix", "To do: ");

	item.dataset.severity = severity;
	item.append(element("strong", "", SEVERITIES[severity] || severity));
	item.append(element("p", "", (subject ? subject + ": " : "") + text));
	if (command) {
		fix.append(element("code", "", command));
		item.append(fix);
	}
	list.append(item);
}

function show_problems(problems) {
	const list = $("problems");
	const key = JSON.stringify(problems);

	$("no-problems").hidden = problems.length > 0;
	if (list.dataset.shown === key)
		return;
	list.dataset.shown = key;
	list.replaceChildren();
	for (const p of problems)
		add_finding(list, "warn", "", p.text, p.fix);
}

function show_findings(got) {
	const bad = got.doc.findings.filter(f => f.severity === "fail").length;
	const warn = got.doc.findings.filter(f => f.severity === "warn").length;

	for (const f of got.doc.findings)
		add_finding($("findings"), f.severity, f.protocol ? title_of(f.protocol) : "", f.text,
			    f.command);
	set_text($("doctor-said"), (bad ? count(bad, "thing is", "things are") + " in the way"
				       : "Nothing is in the way") +
		 (warn ? ", " + count(warn, "warning") : "") + ".");
	$("findings-title").hidden = false;
	$("findings-title").focus();
}

async function doctor() {
	if ($("doctor").getAttribute("aria-disabled"))
		return;
	$("doctor").setAttribute("aria-disabled", "true");
	$("findings").replaceChildren();
	$("findings-title").hidden = true;
	say($("doctor-failed"), "");
	set_text($("doctor-said"), "Looking…");
	const got = await tool(["doctor"], "try");
	set_text($("doctor-said"), "");
	if (got.doc)
		show_findings(got);
	else
		say($("doctor-failed"), got.words);
	$("doctor").removeAttribute("aria-disabled");
}

/* ---- the page ---- */

/* Nothing can be shown. */
function show_stop(got) {
	const stopped = $("stopped");
	const missing = got.code === NO_TOOL;

	state.status = null;
	set_text(stopped.querySelector("h2"), missing ? "vpnpass is not installed" :
		 "vpnpass cannot say what is set");
	say(stopped.querySelector("pre"), got.words);
	stopped.querySelector("p").hidden = !missing;
	stopped.hidden = false;
	for (const id of ["switches", "tunnels", "health", "limited"])
		$(id).hidden = true;
}

function show_status(doc) {
	state.status = doc;
	$("stopped").hidden = true;
	$("limited").hidden = may_change() && doc["block-known"];
	for (const id of ["switches", "tunnels", "health"])
		$(id).hidden = false;
	show_switches();
	show_problems(doc.problems);
}

/* Absent modules are no failure: the document says so. */
async function look_at_status() {
	const epoch = state.epoch;
	const got = await tool(["status"], "try");

	$("loading").hidden = true;
	if (epoch !== state.epoch)
		return;
	if (got.doc && (got.code === 0 || got.code === ABSENT))
		show_status(got.doc);
	else
		show_stop(got);
}

/**
 * look() - see what is, and again after a while
 * @all: the status, too
 *
 * One look at a time, and none while nobody sees the page.
 */
async function look(all) {
	if (all)
		state.looks = 0;
	if (state.looking) {
		state.again = state.again || all;
		return;
	}
	clearTimeout(state.timer);
	if (cockpit.hidden)
		return;
	state.looking = true;
	try {
		if (state.looks++ % STATUS_LOOKS === 0 || !state.status)
			await look_at_status();
		if (state.status)
			await look_at_tunnels();
	} finally {
		state.looking = false;
	}
	if (state.again) {
		state.again = false;
		look(true);
	} else {
		state.timer = setTimeout(look, TUNNELS_MS);
	}
}

/* As the shell has it: a choice of the user, or that of the system. */
function follow_theme() {
	const dark = window.matchMedia("(prefers-color-scheme: dark)");
	const apply = style => {
		const chosen = style || localStorage.getItem("shell:style") || "auto";
		const is_dark = chosen === "dark" || (chosen === "auto" && dark.matches);

		document.documentElement.dataset.theme = is_dark ? "dark" : "light";
	};

	window.addEventListener("storage", event => event.key === "shell:style" && apply());
	window.addEventListener("cockpit-style", event => event.detail && apply(event.detail.style));
	dark.addEventListener("change", () => apply());
	apply();
}

function main() {
	const permission = cockpit.permission({ admin: true });

	follow_theme();
	PROTOCOLS.forEach(add_switch);
	$("keep").addEventListener("click", keep);
	$("doctor").addEventListener("click", doctor);
	permission.addEventListener("changed", () => {
		state.admin = permission.allowed;
		look(true);
	});
	cockpit.addEventListener("visibilitychange", () => look(true));
	look(true);
}

main();
