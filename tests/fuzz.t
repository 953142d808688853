#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The fuzz targets, fed with what is kept in tests/corpus; make fuzz does more.

load lib.sh

@test "every fuzz target takes its corpus" {
	for source in "$TESTS"/fuzz_*.c; do
		target=${source%.c}
		set -- "$TESTS/corpus/${target#*/fuzz_}"/*
		[ -f "$1" ]
		check -o "$# replayed" -- "$target" "$@"
	done
}

@test "every fuzz target takes its corpus, with memory checked" {
	need 'no valgrind' command -v valgrind
	for source in "$TESTS"/fuzz_*.c; do
		target=${source%.c}
		set -- "$TESTS/corpus/${target#*/fuzz_}"/*
		check -o "$# replayed" -- valgrind -q --error-exitcode=99 \
			--leak-check=full --suppressions="$TESTS/valgrind.supp" \
			"$target" "$@"
	done
}
