# SPDX-License-Identifier: GPL-2.0
# Results of the selftests, plain then ours: as TAP, or as a table (-v markdown=1).
# Fields: name, verdict, seconds, lines that say PASS, why not.

function seen(verdict, seconds, lines) {
	return verdict ", " seconds " s" (lines > 0 ? ", " lines " PASS" : "")
}

function tap(name, number) {
	if (plain_verdict[name] == "pass")
		return ($2 == "pass" ? "ok " : "not ok ") number " - " name
	# it proves nothing either way
	return "ok " number " - " name " # SKIP plain: " plain_verdict[name] \
		(why[name] ? ", " why[name] : "")
}

BEGIN {
	FS = "|"
	if (markdown) {
		print "| test | plain | with ours | why not, plain |"
		print "|---|---|---|---|"
	}
}

NR == FNR {
	plain_verdict[$1] = $2
	plain[$1] = seen($2, $3, $4)
	why[$1] = $5
	next
}

{
	n++
	both += $2 == "pass" && plain_verdict[$1] == "pass"
	worse += $2 != "pass" && plain_verdict[$1] == "pass"
	none += plain_verdict[$1] != "pass"
	ours = seen($2, $3, $4)
	if (markdown) {
		print "| " $1 " | " plain[$1] " | " ours " | " why[$1] " |"
	} else {
		print tap($1, n)
		print "#   plain: " plain[$1] "; ours: " ours ($5 ? " (" $5 ")" : "")
	}
}

END {
	text = both + 0 " pass plain and with ours, " worse + 0 " pass only plain, " \
		none + 0 " prove nothing (they do not pass plain)"
	print markdown ? "\n" text "." : "# " text
}
