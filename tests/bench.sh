# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# Shared by the bench_* scripts; tests/bench runs them.

# row LABEL TARGET OURS THEIRS
#
# Compare two commands, given as lines that hyperfine -N splits into words,
# without quotes in them (write a script where one needs a shell): nine rounds that
# take turns, of $RUNS runs each.  Prints, between tabs, the label, the median
# of the rounds' ratios of medians, their smallest and largest, the target,
# whether it is met, and the peak memory of both in MiB.
row() {
	i=0
	: >"$BENCH/rounds"
	while [ "$i" -lt 9 ]; do
		hyperfine -N --warmup 3 --runs "${RUNS:-20}" --style none \
			--export-json "$BENCH/json" "$3" "$4" \
			>/dev/null 2>"$BENCH/err" || {
			cat "$BENCH/err" >&2
			return 1
		}
		jq '.results | .[0].median / .[1].median' "$BENCH/json" \
			>>"$BENCH/rounds"
		i=$((i + 1))
	done
	sort -n "$BENCH/rounds" | awk -v label="$1" -v target="$2" \
		-v ours="$(peak "$3")" -v theirs="$(peak "$4")" '
		{ ratio[NR] = $1 }
		END { printf "%s\t%.2f\t%.2f-%.2f\t<= %s\t%s\t%s : %s\n",
		    label, ratio[5], ratio[1], ratio[9], target,
		    ratio[5] <= target ? "met" : "NOT MET", ours, theirs }'
}

# peak COMMAND: the peak memory of its largest process, in MiB
peak() {
	# shellcheck disable=SC2086 # -N splits it too
	"$BENCH/peak" $1 2>&1 >/dev/null | tail -n 1
}
