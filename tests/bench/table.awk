# SPDX-License-Identifier: GPL-2.0
# Lines "name way value" of packets.sh into a table; ratios to the plain UDP flow.
BEGIN { FS = "\t"; OFS = "\t" }
$2 == "bytes" { memory[$1] = $3; next }
{
	if (!($1 in seen)) {
		seen[$1] = 1
		order[++n] = $1
	}
	value[$1, $2] = $3
}
END {
	print "path", "to server", "of UDP", "to client", "of UDP"
	for (i = 1; i <= n; i++) {
		name = order[i]
		print name, value[name, "to-server"], ratio(name, "to-server"),
			value[name, "to-client"], ratio(name, "to-client")
	}
	for (name in memory)
		print name, memory[name] " bytes"
}
function ratio(name, way) {
	return sprintf("%.3f", value[name, way] / value["udp", way])
}
