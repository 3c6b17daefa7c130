# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Answers that are truncated, malformed or random: an error, never a crash.

malformed() { # NAME LINES
	fixture <<-END
		family 40 1 7
		$2
	END
	exits 3 "$1" status
	complains "$1: says so" "makes no sense"
}

malformed "attribute cut off" "proto-get raw 0800 0200 01"
malformed "attribute of length 0" "proto-get raw 0000 0200 01000000"
malformed "attribute longer than the message" "proto-get raw ff00 0200 01000000"
malformed "number of a wrong size" "proto-get raw 0600 0200 0100 0000"
malformed "number without a value" "proto-get raw 0400 0200"
malformed "attribute twice" "proto-get raw 0500 0200 01000000 0500 0200 01000000"
malformed "address of 5 bytes" "counter-get raw 0900 0a00 0102030405 000000"
malformed "no generic header" "proto-get datagram 10000000 F 0000 S P"
malformed "error without a number" "proto-get datagram 12000000 0200 0000 S P 0000"
malformed "message longer than the datagram" "proto-get datagram ff000000 F 0000 S P 0100"
malformed "message of length 0" "proto-get datagram 00000000 F 0000 S P 01010000"
malformed "half a header" "proto-get datagram 1000"
malformed "no family number" "getfamily datagram 14000000 1000 0000 S P 01020000
getfamily error 0"

fixture <<-END
	family 40 1 7
	proto-get raw 0800 ff3f 01020304
	proto-get reply protocol=pptp mode=on tunnels=1 controls=1
END
exits 0 "attribute newer than the tool" status
silent "attribute newer than the tool"

fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=on tunnels=1 controls=1
	counter-get raw 0500 0200 00000000 0c00 0600 1b5b324a c3280a00 0c00 0700 0100000000000000
END
exits 0 "text that would harm a terminal" status
check "text that would harm a terminal: is made harmless" grep -q '^  ?\[2J?(?' "$OUT"
exits 0 "text that is no UTF-8 -j" status -j
json status "text that is no UTF-8 -j"

fixture <<-END
	family 40 1 7
	proto-get datagram 14000000 F 0200 00000000 P 01010000
	proto-get reply protocol=pptp mode=on tunnels=1 controls=1
END
exits 0 "a message for somebody else is skipped" status

survives() { # SEED COMMAND
	VPNPASS_FAKE_SEED=$1 tool "$2"
	[ "$RC" -le 3 ] && ! grep -q 'Sanitizer\|runtime error\|fake-kernel' "$ERR"
}

random_answers() {
	local seed command
	for seed in $(seq 120); do
		for command in status tunnels events; do
			survives "$seed" "$command" && continue
			echo "$command with seed $seed"
			return 1
		done
	done
}

T="protocol=pptp state=up client=192.168.1.10 client-mapped=198.51.100.1 server=203.0.113.5 client-id=0 \
client-id-mapped=17 server-id=384 age-ms=65000 tx-packets=1000 tx-bytes=20000 rx-packets=5 rx-bytes=600"
fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=on tunnels=1 controls=1
	counter-get reply protocol=pptp name=data-packets value=1 doc="Data packets."
	tunnel-get reply $T
	tunnel-get reply $T
	event tunnel-up $T
	event refused protocol=pptp name=cap client=192.168.1.11 server=203.0.113.5
END
check "360 answers with some random bytes" random_answers
check "300000 messages of random bytes" "$BUILD/hostile" 300000 7
