#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The assertion that all the others rest on.

load lib.sh

@test "check: status, stdout and stderr are compared, each byte" {
	check -o hello -- echo hello
	check -s 3 -e oops -- sh -c 'echo oops >&2; exit 3'
	check -o 'match:he.*' -- echo hello
	check -i 'two
lines' -o 'two
lines' -- cat
	! check -- echo hello
	! check -o hello -- printf hello
	! check -o hello -- sh -c 'echo hello; exit 1'
	! check -s 1 -- true
	! check -e oops -- true
	! check -o 'match:hell' -- echo hello
}

@test "check: a command that does not exist is no success" {
	! check -- /nonexistent
	! check -s 1 -o ignore -e ignore -- /nonexistent
}
