# SPDX-License-Identifier: GPL-2.0
# The figures of one run (lines "path tunnels what value", heads "# name value") as tables:
# tab separated, or with -v md=1 as Markdown. -v goals=1: the goals alone, in the first form.
BEGIN {
	FS = "\t"
	MANY = 100	# so many set-ups give a figure, fewer not
	nway = split("to-server to-client", ways, " ")
	npaths = split("udp esp-plain in-tree gre esp l2tp2 l2tp2-edited l2tp3 l2tpip l2tp3-static l2tpip-static ike-plain ike-ours", paths, " ")
	nours = split("gre esp l2tp2 l2tp2-edited l2tpip", ours, " ")
	label["udp"] = "plain UDP"
	label["esp-plain"] = "plain ESP, one client"
	label["in-tree"] = "GRE, in-tree helper"
	label["gre"] = "PPTP's GRE"
	label["esp"] = "ESP"
	label["l2tp2"] = "L2TPv2 over UDP"
	label["l2tp2-edited"] = "L2TPv2, id replaced"
	label["l2tp3"] = "L2TPv3 over UDP"
	label["l2tpip"] = "L2TPv3 over IP 115"
	label["l2tp3-static"] = "L2TPv3 over UDP, static"
	label["l2tpip-static"] = "L2TPv3 over IP, static"
	label["ike-plain"] = "IKE, no help"
	label["ike-ours"] = "IKE"
}
/^# / {
	sub(/^# /, "")
	head[$1] = $2
	next
}
{
	value[$1, $2, $3] = $4
	if (!($2 in seen)) {
		seen[$2] = 1
		number[++nnumbers] = $2
	}
}
END {
	sort_numbers()
	if (!goals) {
		caption()
		packets()
		beside_esp()
		unrelated()
		set_ups()
		memory()
	}
	print_goals()
}
function sort_numbers(   i, j, t) {
	for (i = 2; i <= nnumbers; i++)
		for (j = i; j > 1 && number[j] + 0 < number[j - 1] + 0; j--) {
			t = number[j]
			number[j] = number[j - 1]
			number[j - 1] = t
		}
}
# of one way: all of it, or the router's part of it; "" if it was not measured
function whole(path, n, way) {
	return value[path, n, way]
}
function router(path, n, way) {
	if (value[path, n, way] == "" || value[path, n, way "-direct"] == "")
		return ""
	return value[path, n, way] - value[path, n, way "-direct"]
}
function cost(share, path, n, way) {
	return share == "router" ? router(path, n, way) : whole(path, n, way)
}
function ratio(share, path, n, base, m, way,   a, b) {
	a = cost(share, path, n, way)
	b = cost(share, base, m, way)
	return a == "" || b == "" ? "" : a / b
}
# ... to as many flows of plain UDP, or to one if there was no such run
function of_udp(share, path, n, way) {
	return ratio(share, path, n, "udp", value["udp", n, way] == "" ? 1 : n, way)
}
function number_of(x) {
	return x == "" ? "-" : sprintf("%.0f", x)
}
function times(x) {
	return x == "" ? "-" : sprintf("%.3f", x)
}
function title(text) {
	print md ? "\n" text "\n" : "\n" text
}
# @line: cells between tabs
function line_of(line) {
	if (!md) {
		print line
		return
	}
	gsub(/\t/, " | ", line)
	print "| " line " |"
}
function head_of(line,   rest) {
	line_of(line)
	if (!md)
		return
	rest = line
	gsub(/[^\t]+/, "---", rest)
	line_of(rest)
}
function caption() {
	print (md ? "" : "# ") "Linux " head["kernel"] ", commit " head["commit"] ", " head["date"] ", `make bench`."
}
function packets(   p, i, w, line, path, n) {
	title("Guest instructions per packet: on the whole way and, of these, in the router")
	line = "path\ttunnels"
	for (w = 1; w <= nway; w++)
		line = line "\t" (w == 1 ? "to server" : "to client") "\tof UDP\trouter\tof UDP"
	head_of(line)
	for (p = 1; p <= npaths; p++)
		for (i = 1; i <= nnumbers; i++) {
			path = paths[p]
			n = number[i]
			if (value[path, n, "to-server"] == "")
				continue
			line = label[path] "\t" n
			for (w = 1; w <= nway; w++)
				line = line "\t" number_of(whole(path, n, ways[w])) \
					"\t" times(of_udp("whole", path, n, ways[w])) \
					"\t" number_of(router(path, n, ways[w])) \
					"\t" times(of_udp("router", path, n, ways[w]))
			line_of(line)
		}
}
function beside_esp(   i, n) {
	if (value["esp-plain", 1, "to-server"] == "" || value["esp", 1, "to-server"] == "")
		return
	title("ESP beside plain NAT's ESP of one client, more than which plain NAT can't do")
	head_of("tunnels\tto server\trouter\tto client\trouter")
	for (i = 1; i <= nnumbers; i++) {
		n = number[i]
		if (value["esp", n, "to-server"] != "")
			line_of(n "\t" times(ratio("whole", "esp", n, "esp-plain", 1, "to-server")) \
				"\t" times(ratio("router", "esp", n, "esp-plain", 1, "to-server")) \
				"\t" times(ratio("whole", "esp", n, "esp-plain", 1, "to-client")) \
				"\t" times(ratio("router", "esp", n, "esp-plain", 1, "to-client")))
	}
}
function percent(share, path, base, way,   x) {
	x = ratio(share, path, 1, base, 1, way)
	return x == "" ? "-" : sprintf("%+.2f %%", (x - 1) * 100)
}
function unrelated(   i, k, n, m, on, kind, path, off) {
	if (value["udp-off", 1, "to-server"] == "")
		return
	title("What unrelated packets pay, modules loaded, beside no help for anything (off)")
	head_of("packet\thelp for\tto server\tmore\trouter\tmore\tto client\tmore\trouter\tmore")
	n = split("alone off pptp ipsec l2tp all", on, " ")
	m = split("udp tcp", kind, " ")
	for (k = 1; k <= m; k++)
		for (i = 1; i <= n; i++) {
			path = kind[k] "-" on[i]
			off = kind[k] "-off"
			line_of(toupper(kind[k]) "\t" (on[i] == "alone" ? "not loaded" : on[i]) \
				"\t" number_of(whole(path, 1, "to-server")) "\t" percent("whole", path, off, "to-server") \
				"\t" number_of(router(path, 1, "to-server")) "\t" percent("router", path, off, "to-server") \
				"\t" number_of(whole(path, 1, "to-client")) "\t" percent("whole", path, off, "to-client") \
				"\t" number_of(router(path, 1, "to-client")) "\t" percent("router", path, off, "to-client"))
		}
}
function set_ups(   p, i, n, path, line) {
	title("Setting a tunnel up: instructions, and how many a million of these make")
	head_of("path\ttunnels\twhole way\tin a million\trouter\tin a million")
	for (p = 1; p <= npaths; p++)
		for (i = 1; i <= nnumbers; i++) {
			path = paths[p]
			n = number[i]
			line = value[path, n, "setup"]
			if (line != "" && n >= MANY)
				line_of(label[path] "\t" n "\t" line "\t" sprintf("%.2f", 1000000 / line) \
					"\t" router(path, n, "setup") "\t" sprintf("%.2f", 1000000 / router(path, n, "setup")))
		}
}
function memory(   p, i, k, n, m, path, prefix, words) {
	title("Bytes of kernel memory for each; conntrack entries are conntrack's own")
	head_of("path\ttunnels\tfor each\tours and extensions\tconntrack entries")
	m = split("control- more-", prefix, " ")
	prefix[0] = ""
	words["control-"] = "control flow, before a tunnel"
	words["more-"] = "further pair of SAs"
	for (p = 1; p <= npaths; p++)
		for (i = 1; i <= nnumbers; i++)
			for (k = 0; k <= m; k++) {
				path = paths[p]
				n = number[i]
				if (value[path, n, prefix[k] "bytes"] != "")
					line_of(label[path] "\t" n "\t" (k ? words[prefix[k]] : path == "udp" ? "flow" : "tunnel") \
						"\t" value[path, n, prefix[k] "bytes"] \
						"\t" value[path, n, prefix[k] "conntrack-bytes"])
			}
}
# The worst of a path's ratios to UDP in "figure", and where it is in "place"
function worst(share, path,   i, w, x) {
	for (i = 1; i <= nnumbers; i++)
		for (w = 1; w <= nway; w++) {
			x = of_udp(share, path, number[i], ways[w])
			if (x != "" && (figure == "" || x > figure)) {
				figure = x
				place = number[i] ", " (w == 1 ? "to server" : "to client")
			}
		}
}
function worst_growth(share, path,   w, x) {
	for (w = 1; w <= nway; w++) {
		x = ratio(share, path, 10000, path, 1, ways[w])
		if (x != "" && (figure == "" || x > figure)) {
			figure = x
			place = (w == 1 ? "to server" : "to client")
		}
	}
}
function worst_bystander(share, kind, on,   w, x) {
	for (w = 1; w <= nway; w++) {
		x = ratio(share, kind "-" on, 1, kind "-off", 1, ways[w])
		if (x != "" && (figure == "" || x > figure)) {
			figure = x
			place = toupper(kind) ", " (w == 1 ? "to server" : "to client")
		}
	}
}
function goal(text, share, limit) {
	if (figure != "")
		line_of(text "\t" (share == "whole" ? "whole way" : "router") "\t" sprintf("%.4f", figure) \
			"\t" place "\t" (figure <= limit ? "met" : "missed"))
	figure = ""
}
function print_goals(   p, s, share, i, on) {
	title("Goals, at their worst figure")
	head_of("goal\tof the\tfigure\twhere\tresult")
	split("whole router", share, " ")
	split("pptp all", on, " ")
	for (p = 1; p <= nours; p++)
		for (s = 1; s <= 2; s++) {
			worst(share[s], ours[p])
			goal(label[ours[p]] ": at most plain UDP", share[s], 1)
		}
	for (p = 1; p <= 2; p++)
		for (s = 1; s <= 2; s++) {
			worst(share[s], ours[p])
			goal(label[ours[p]] ": at most 0.9 of plain UDP", share[s], 0.9)
		}
	for (p = 1; p <= nours; p++)
		for (s = 1; s <= 2; s++) {
			worst_growth(share[s], ours[p])
			goal(label[ours[p]] ": 10 000 tunnels at most 1.05 of 1", share[s], 1.05)
		}
	for (i = 1; i <= 2; i++)
		for (s = 1; s <= 2; s++) {
			worst_bystander(share[s], "udp", on[i])
			worst_bystander(share[s], "tcp", on[i])
			goal("unrelated packets, " on[i] " on: at most 1.005", share[s], 1.005)
		}
}
