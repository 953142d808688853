#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The assertion that all other tests use.

load lib.sh

# A command after ! does not end a test.
fails() {
	if "$@"; then return 1; fi
}

@test "check: status, stdout and stderr are compared, each byte" {
	check -o hello -- echo hello
	check -s 3 -e oops -- sh -c 'echo oops >&2; exit 3'
	check -o 'match:he.*' -- echo hello
	check -i 'two
lines' -o 'two
lines' -- cat
	fails check -- echo hello
	fails check -o hello -- printf hello
	fails check -o hello -- sh -c 'echo hello; exit 1'
	fails check -s 1 -- true
	fails check -e oops -- true
	fails check -o 'match:hell' -- echo hello
}

@test "check: a command that does not exist is no success" {
	fails check -- /nonexistent
	fails check -s 1 -o ignore -e ignore -- /nonexistent
}
