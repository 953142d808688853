# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by tests with a real Docker Engine in namespaces of its own, one for each
# file, which each test leaves empty.

ENGINE=$BATS_FILE_TMPDIR/engine

inside() {
	"$TESTS/dockerd" in "$ENGINE" "$@"
}

teardown_file() {
	[ ! -e "$ENGINE" ] || "$TESTS/dockerd" stop "$ENGINE"
}

# create NAME OPTION...: a container that is not started.
create() {
	local name=$1

	shift
	inside docker create --name "$name" "$@" busybox sleep 1000 >/dev/null
}

# run NAME OPTION...: one that is.
run() {
	create "$@"
	inside docker start "$1" >/dev/null
}

empty_engine() {
	local all

	[ -e "$ENGINE" ] || return 0
	all=$(inside docker ps -aq)
	# shellcheck disable=SC2086 # words
	[ -z "$all" ] || inside docker rm -f $all >/dev/null
}
