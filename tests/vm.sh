# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by vm.t, attack.t and demo.t: tests/vm/table runs with each engine in a
# guest of its own, and the tests ask for its rows.

# tables VERSION PARTS ...: what each version of smolvm runs, as words.
tables() {
	local share=$BATS_FILE_TMPDIR/share bad=0 pid pids=()

	export TABLES=$BATS_FILE_TMPDIR
	file_needs 'no QEMU guest here' "$TESTS/vm/image" || return 0
	mkdir "$share"
	"$TESTS/vm/share" "$share"
	# Each guest takes one processor.
	while [ $# -gt 0 ]; do
		observe "$1" "$2" &
		pids+=($!)
		shift 2
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || bad=1
	done
	return "$bad"
}

# observe VERSION PARTS: write its table.
observe() {
	local status=0

	# shellcheck disable=SC2086 # words
	"$TESTS/vm/run" -t 2400 "$share" tests/vm/table "$1" $2 \
	    >"$TABLES/$1" 2>&1 || status=$?
	[ "$status" -eq 0 ] || {
		echo "smolvm $1: status $status"
		cat "$TABLES/$1"
		return 1
	}
}

# seen VERSION NAME: write the columns of that row to the file observed.
seen() {
	echo "$1 $2" >>"$TABLES/asked"
	sed -n "s:^row $2	::p" "$TABLES/$1" >observed
}

# row VERSION NAME FLAG CONTROL BOTTLE: was that observed?
row() {
	seen "$1" "$2"
	check -o "$3	$4	$5" -- cat observed
}

# both NAME FLAG CONTROL BOTTLE: with either engine.
both() {
	row 1.7.7 "$@"
	row 1.32.2 "$@"
}

# message VERSION NAME ERE: status 2, and these messages?
message() {
	seen "$1" "$2"
	check -o "match:-	2	$3;" -- cat observed
}
