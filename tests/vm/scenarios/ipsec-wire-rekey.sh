#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Re-keys from either side, with old and new SA side by side, at once, with equal SPIs; clients
# with several SAs, two servers, keys without IKE, help that comes late: no packet is lost, none
# comes only to a wrong client.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/espwire.sh"

# begin WHAT COUNT STEP...: play that from a fresh start
begin() {
	local what=$1
	shift
	afresh || bail "help does not begin afresh"
	check "$what" play "$@"
}

rekeys() {
	local version
	for version in 1 2; do
		begin "ten clients re-key within a second, IKEv$version" 10 --ike $version "start all 500" \
			"talk all 100" "sleep 1000" "rekey all 1000" "sleep 1500" "hush all" "settle all" \
			"old all" "ping all 3" "new all" "expire all" "ping all 3"
		begin "the server re-keys, IKEv$version" 10 --ike $version "start all 500" "talk all 100" \
			"speak all 150" "sleep 1000" "server-rekey all 1000" "sleep 1500" "hush all" "settle all" \
			"old all" "speak all 50 3" "settle all" "new all" "expire all" "speak all 50 3" "settle all"
	done
	begin "two re-key at the same moment, twice" 2 "start all" "talk all 50" "sleep 700" "rekey all" \
		"sleep 500" "rekey all" "sleep 700" "hush all" "settle all" "expire all" "ping all 3"
	begin "one re-keys, one is re-keyed" 2 "start all" "talk all 50" "speak all 70" "sleep 700" "rekey 1" \
		"server-rekey 2" "sleep 700" "hush all" "settle all" "expire all" "ping all 3"
	begin "idle clients re-key" 5 "start all" "ping all 3" "rekey all" "sleep 300" "rekey all" "speak all 60 5" \
		"settle all"
}

equal_spis() {
	begin "two clients choose the same SPI one after the other" 3 "spi 1-2 0x12345678" "start 1" "start 3" \
		"ping 1 5" "talk 1 100" "start 2" "ping 2 20 100" "hush all" "settle all" "ping all 5"
	check "that is noticed" counter_over esp-shared 0
	check "doctor names it" doctor_finds esp-shared
	begin "at once" 2 "spi all 0x12345678" "start all" "talk all 100" "sleep 2000" "hush all" "settle all"
	begin "and when the server speaks first" 2 "spi all 0x12345678" "greet 60 20" "start all" "settle all"
}

several() {
	begin "a client with two SAs" 3 "start all" "ping all 5" "rekey 1" "ping 1 5" "old 1" "ping 1 5" "new 1" \
		"talk all 60" "sleep 500" "old 1" "sleep 500" "new 1" "sleep 300" "hush all" "settle all"
	begin "two servers" 3 --server "s=$SERVER_TWO" "greet 100 10" "start all@all 500" "settle all@all" \
		"ping all@all 5" "rekey all@all" "ping all@all 5"
	begin "two servers, equal SPIs" 2 --server "s=$SERVER_TWO" "spi 1@1 0x777" "spi 2@2 0x777" "start all@all" \
		"speak all@all 50 10" "settle all@all"
}

# The pairing has nothing to go by but who speaks
without_ike() {
	begin "keys without IKE, all speak" 5 "manual all" "ping all 20 100"
	begin "one speaks later" 3 "manual 1-2" "ping 1-2 20" "manual 3" "ping 3 20"
	afresh
	check "help goes off" mode r off
	play_start late 1 "start all" "talk all 50" "touch $LAB/talking" "wait $LAB/helped" "hush all" "settle all -1" \
		"ping all 20" "rekey all" "ping all 5" "touch $LAB/last" "wait $LAB/done"
	check "one client talks without help" await talking
	check "help comes" mode r on
	sleep 1
	signal helped
	check "it re-keys" await last
	check "its tunnel is known" tunnels_up 1
	signal 'done'
	check "and has lost nothing" play_end late
}

esp_topology 50
help_on r
rekeys
equal_spis
several
without_ike
settle
