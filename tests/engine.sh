# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by the tests of smolvm-allowpatch with real smolvm engines.

RELEASES='1.7.7 1.32.2'

# engine VERSION: let smolvm be that release, with a new home.
engine() {
	ENGINE=$("$TESTS/engines" "$1") || return 1
	smolvm() { "$ENGINE/smolvm" "$@"; }
	SMALL=(--net --cpus 1 --mem 512 --storage 1 --overlay 1)
	HOME=$BATS_TEST_TMPDIR/$1
	mkdir -p "$HOME"
	DB=$HOME/.local/share/smolvm/server/smolvm.db
	SAYS=smolvm-allowpatch
}

# two_machines: net, whose record is kept in the file original, and other
two_machines() {
	smolvm machine create --name net --net
	smolvm machine create --name other
	row net >original
}

# start NAME: start it; here the boot itself fails.
start() {
	timeout 300 "$ENGINE/smolvm" machine start --name "$1" >/dev/null \
		2>&1 || :
}

setup_file() {
	for release in $RELEASES; do
		file_needs 'no engine for this system, or no way to fetch it' \
			"$BATS_TEST_DIRNAME/engines" "$release" || return 0
	done
}

# answers [-e LINES] OPTION...: check the answer of -c about dev, which runs, or
# whose start failed: nothing boots here without nested virtualization.
answers() {
	local lines=''

	if [ "$1" = -e ]; then
		lines=$2
		shift 2
	fi
	if smolvm-allowpatch -l dev | grep -q '	running	'; then
		check ${lines:+-s 1 -e "$lines"} -- \
			smolvm-allowpatch -c "$@"
	else
		check -s 1 -e "$SAYS: dev: $STOPPED" -- \
			smolvm-allowpatch -c "$@"
	fi
}

teardown() {
	[ -z "${started:-}" ] || smolvm machine stop --name "$started" || :
}
