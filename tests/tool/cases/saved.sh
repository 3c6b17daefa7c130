# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# save and load: what one writes the other tells the kernel, all of it; nothing of a bad file.

ENDS="client=192.168.1.10 client-mapped=198.51.100.1 server=203.0.113.5 server-mapped=203.0.113.5"
SAVED=$TMP/saved

records() {
	cat <<-END
		family 40 1 7
		record-get reply protocol=pptp record=flow l4proto=6 $ENDS client-port=50000 server-port=1723
		record-get reply protocol=pptp record=tunnel flags=6 l4proto=6 $ENDS client-port=50000 server-port=1723 client-id=777 client-id-mapped=649 server-id=5 server-id-mapped=5 mark=16 seen=3 age-ms=5000 tx-packets=7 tx-bytes=700 rx-packets=6 rx-bytes=600
		record-get reply protocol=ipsec record=cookie l4proto=50 $ENDS zone=9 member=32768 cookie=0xfedcba9876543210 cookie-responder=1
		record-get reply protocol=l2tp record=tunnel l4proto=17 client=fd00::1 client-mapped=2001:db8::1 server=2001:db8::5 server-mapped=2001:db8::5 version=2 client-id=65535
	END
}

records | fixture
exits 0 "save" save
silent "save"
json saved "save"
golden saved
cp "$OUT" "$SAVED"
exits 0 "save -" save -
golden saved
exits 0 "save to a file" save "$TMP/file"
check "save to a file: the same" cmp "$SAVED" "$TMP/file"
check "save to a file: nobody else may read it" [ "$(stat -c %a "$TMP/file")" = 600 ]
exits 0 "save over a file" save "$TMP/file"
check "save over a file: nothing beside it" [ "$(find "$TMP" -name "file*" | wc -l)" = 1 ]
exits 1 "save where there is no folder" save "$TMP/none/file"
complains "save where there is no folder: says so" "cannot write $TMP/none/file: No such file or directory"
exits 1 "save to a full disk" save /dev/full
complains "save to a full disk: says so" "cannot write /dev/full: No space left on device"
exits 2 "save to two files" save a b

records | fixture
exits 0 "load" load "$SAVED"
silent "load"
says "load: says how many" "4 records loaded, 0 known already, 0 refused"
python3 -c '
import json, sys
for record in json.load(open(sys.argv[1]))["records"]:
    print("record-new", json.dumps(record, separators=(",", ":"), sort_keys=True))' "$SAVED" >"$TMP/wanted"
check "load: the kernel is told all of it, in that order" diff "$TMP/wanted" <(grep ^record-new "$FAKE/log")
exits 0 "load -j" -j load "$SAVED"
json loaded "load -j"

refusing() { # ERRNO TEXT
	{
		echo "family 40 1 7"
		echo "record-new error $*"
	} | fixture
}

refusing 17 "known already"
exits 0 "load what is known" load "$SAVED"
says "load what is known: says so" "0 records loaded, 4 known already, 0 refused"
refusing 98 "another client has this id now"
exits 1 "load what is refused" load "$SAVED"
says "load what is refused: how many" "0 records loaded, 0 known already, 4 refused"
complains "load what is refused: which and why" \
	"record 2 (pptp tunnel, 192.168.1.10 to 203.0.113.5): another client has this id now"
exits 1 "load -j what is refused" -j load "$SAVED"
json loaded "load -j what is refused"
refusing 1 ""
exits 4 "load without rights" load "$SAVED"
check "load without rights: not tried again" [ "$(grep -c ^record-new "$FAKE/log")" = 1 ]
refusing 95 ""
exits 3 "load into an older module" load "$SAVED"
complains "load into an older module: says so" "older than this tool"
printf 'family 40 1 7\nrecord-get error 95\n' | fixture
exits 3 "save from an older module" save
complains "save from an older module: says so" "older than this tool"
fixture </dev/null
exits 3 "save without the module" save
exits 3 "load without the module" load "$SAVED"

# bad NAME TEXT WHAT: a file with that text is refused, for that reason, and nothing is loaded
bad() {
	records | fixture
	printf '%s' "$2" >"$TMP/bad"
	exits 1 "load $1" load "$TMP/bad"
	complains "load $1: says what is wrong" "$3"
	not_logged "load $1: nothing is loaded" record-new
}

one() { # MEMBERS: a document with a good record and one of these members
	sed 's/^/ /' <<-END
		{"version": 1, "records": [
		$(python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["records"][0]))' "$SAVED"),
		{$1}]}
	END
}

GOOD='"protocol": "pptp", "record": "flow", "l4proto": 6, "client": "192.0.2.1", "client-mapped": "192.0.2.2", "server": "192.0.2.3", "server-mapped": "192.0.2.3"'
bad "no JSON" "{ \"version\": 1," "line 1: "
bad "an empty file" "" "line 1: "
bad "another document" '{"version": 1, "tunnels": []}' "was not written by vpnpass save"
bad "a list" '[]' "was not written by vpnpass save"
bad "a later version" '{"version": 2, "records": []}' "is of version 2, this tool reads version 1"
bad "a number for a record" '{"version": 1, "records": [5]}' "record 1: is no object"
bad "a record without client" "$(one "${GOOD/\"client\": \"192.0.2.1\", /}")" "record 2: 'client' is missing"
bad "an unknown key" "$(one "$GOOD, \"colour\": 5")" "record 2: 'colour' is unknown"
bad "a key twice" "$(one "$GOOD, \"server\": \"192.0.2.3\"")" "duplicate"
bad "an unknown protocol" "$(one "${GOOD/pptp/sstp}")" "record 2: 'protocol' should be a name"
bad "a wrong address" "$(one "${GOOD/192.0.2.1/192.0.2.256}")" "record 2: 'client' should be an address"
bad "a number too large" "$(one "$GOOD, \"client-port\": 65536")" "'client-port' should be a number from 0 to 65535"
bad "a negative number" "$(one "$GOOD, \"mark\": -1")" "'mark' should be a number from 0 to 4294967295"
bad "a fraction" "$(one "$GOOD, \"age-ms\": 1.5")" "'age-ms' should be a number"
bad "an unknown flag" "$(one "$GOOD, \"flags\": [\"hidden\", \"odd\"]")" "'flags' should be a list of names"
bad "a short cookie" "$(one "$GOOD, \"cookie\": \"0x12\"")" "'cookie' should be"
bad "a text" "$(one "$GOOD, \"doc\": \"text\"")" "'doc' should be nothing that can be loaded"
exits 1 "load a file that is not there" load "$TMP/none"
complains "load a file that is not there: says so" "cannot read $TMP/none: No such file or directory"
exits 2 "load two files" load a b
exits 1 "load from standard input" load
complains "load from standard input: its name" "standard input: line"
