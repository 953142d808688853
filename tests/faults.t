#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Memory and reads that fail, and memory that is misused: the commands in
# data/commands, many times over.

load lib.sh

begin() {
	cp "$TESTS/data/docker/engine-20.10-inspect.json" inspect.json
	cp "$TESTS/data/docker/engine-20.10-list-running.json" list.json
	cp "$TESTS/data/smolvm/1.32.2.db" good.db
}

@test "no memory, interrupted and short reads: status 2, or as if nothing was" {
	need 'no preloading of malloc here' "${CC:-cc}" -shared -fPIC \
		-o faults.so "$TESTS/fake_faults.c"
	begin
	check -o match:.+ -- timeout 900 python3 "$TESTS/faults.py" \
		faults.so "$TESTS/data/commands" good.db
}

@test "valgrind has nothing to say" {
	need 'no valgrind' command -v valgrind
	begin
	while IFS=$'\t' read -r input command; do
		case $input in
		'#'*) continue ;;
		-) : >input ;;
		*) printf '%s' "$input" >input ;;
		esac
		rm -f db db-*
		cp good.db db
		tool=$(command -v "${command%% *}")
		# shellcheck disable=SC2086 # words
		set -- ${command//@/db}
		shift
		valgrind -q --error-exitcode=99 --leak-check=full \
			--suppressions="$TESTS/valgrind.supp" --log-file=log \
			"$tool" "$@" <input >out 2>&1 || [ $? -ne 99 ] || {
			echo "$command"
			cat log
			bad=1
		}
		[ ! -s log ] || { echo "$command"; cat log; bad=1; }
	done <"$TESTS/data/commands"
	[ -z "${bad:-}" ]
}
