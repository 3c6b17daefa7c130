# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Guest script: saves what the scenario before this one executed. The kernel keeps the counters of
# modules that were unloaded; they are copied out, one folder for each scenario, and start anew.

gcov=/sys/kernel/debug/gcov
n=$(find /vp/out/gcov -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)
dir=/vp/out/gcov/$(printf '%03d' "$n")
mkdir -p "$dir"

# cp can't: these files have no size
cd $gcov || exit
find . -name '*.gcda' >/run/vp/counters
while read -r file; do
	mkdir -p "$dir/${file%/*}"
	cat "$file" >"$dir/$file"
done </run/vp/counters
cd / && echo 1 >$gcov/reset

files=$(find "$dir" -name '*.gcda' -size +0 | wc -l)
if [ "$files" -gt 0 ]; then
	echo "ok - counters of $files files saved"
else
	echo "not ok - there are counters to save"
	exit 1
fi
