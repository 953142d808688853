# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by bench_launch and bench_watch: the Docker Engine and the smolvm of
# tests/bottle.sh, without bats.

export BATS_TEST_DIRNAME=$TESTS BATS_TEST_TMPDIR=$PWD/test \
	BATS_FILE_TMPDIR=$PWD/file
mkdir test file

load() {
	# shellcheck disable=SC1090 # they are linted on their own
	. "$TESTS/$1"
}

load lib.sh
load bottle.sh
if [ "$(id -u)" -ne 0 ] || ! setup_file; then
	echo "${0##*/}: no Docker Engine, no smolvm, or not root" >&2
	exit 0
fi
trap 'teardown; teardown_file' EXIT
setup
