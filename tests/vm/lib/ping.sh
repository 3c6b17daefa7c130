# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Pings in the background, and whether one was lost.

# ping_start NAME NODE ADDRESS [OPTION...]: ping ten times a second until ping_stop.
ping_start() {
	launch "$2" ping -n -i 0.1 -W 3 "${@:4}" "$3" </dev/null >"$LAB/ping-$1" 2>&1
	echo $! >"$LAB/ping-$1.pid"
}

# answered NAME COUNT: so many answers since ping_start
answered() {
	[ "$(grep -c 'bytes from' "$LAB/ping-$1")" -ge "$2" ]
}

# more_answers NAME COUNT: so many from now on
more_answers() {
	local now
	now=$(grep -c 'bytes from' "$LAB/ping-$1")
	wait_for 20 answered "$1" $((now + $2))
}

# ping_stop NAME: true if each ping was answered once, but for those that were under way.
ping_stop() {
	local pid
	pid=$(cat "$LAB/ping-$1.pid")
	kill -INT "$pid"
	wait_for 10 gone "$pid"
	tail -n 3 "$LAB/ping-$1"
	awk '/bytes from/ {
			sub(".*icmp_seq=", "")
			n++
			seen[$1 + 0] = 1
			if ($1 + 0 > last)
				last = $1 + 0
		}
		/DUP!/ { bad = 1 }
		/packets transmitted/ { sent = $1 }
		END {
			for (i = 1; i <= last; i++)
				if (!(i in seen))
					lost = lost " " i
			print "answers: " n ", the last one to ping " last " of " sent ", lost:" (lost ? lost : " none")
			exit bad || n < 5 || n != last || sent - last > 3
		}' "$LAB/ping-$1"
}
