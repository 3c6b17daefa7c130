# SPDX-License-Identifier: GPL-2.0
# Lines "name way value" of packets.sh into tables, each path beside the one that it is to be
# compared with.
BEGIN { FS = "\t"; OFS = "\t" }
$2 ~ /bytes$/ {
	if (!($1 in memory))
		objects[++m] = $1
	memory[$1, $2] = $3
	memory[$1] = 1
	next
}
{
	if (!($1 in seen)) {
		seen[$1] = 1
		order[++n] = $1
	}
	value[$1, $2] = $3
}
END {
	print "path", "to server", "of it", "to client", "of it", "it"
	for (i = 1; i <= n; i++) {
		name = order[i]
		it = beside(name)
		print name, value[name, "to-server"], ratio(name, it, "to-server"),
			value[name, "to-client"], ratio(name, it, "to-client"), it
	}
	print "-", "-", "-", "-", "-", "-"
	print "bytes for each", "conntrack's", "-", "kmalloc's", "-", "-"
	for (i = 1; i <= m; i++)
		print objects[i], memory[objects[i], "conntrack-bytes"], "-", memory[objects[i], "bytes"], "-", "-"
}
function beside(name) {
	if (name ~ /^tcp-/)
		return "tcp"
	return name ~ /^esp-ours/ ? "esp-plain" : "udp"
}
function ratio(name, it, way) {
	return value[it, way] ? sprintf("%.4f", value[name, way] / value[it, way]) : "-"
}
