# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by the tests of bottle-launch and its parts: a real Docker Engine in
# namespaces of its own, one for each file, and real smolvm engines, whose
# machines are faked by tests/fake_smolvm.

load dockerd.sh

# bundle TAG COMMAND...: make the image "bundle:TAG" that runs the commands,
# side by side, and ends at SIGTERM.
bundle() {
	local tag=$1 line='trap exit TERM'

	shift
	line="$line;$(printf ' %s &' "$@") wait"
	inside docker import -c "CMD [\"sh\", \"-c\", \"$line\"]" \
		"$ENGINE/image.tar" "bundle:$tag" >/dev/null
}

setup_file() {
	file_needs 'no engine for this system, or no way to fetch it' \
		"$TESTS/engines" 1.32.2 || return 0
	"$TESTS/engines" 1.32.2 >"$BATS_FILE_TMPDIR/release"
	file_needs 'no Docker Engine can be started' \
		"$TESTS/dockerd" start "$ENGINE" || return 0
	cp "$(cat "$BATS_FILE_TMPDIR/release")/smol/smolvm" \
		"$BATS_FILE_TMPDIR/smolvm"
	# It unpacks this in each home, where nothing runs it.
	mkdir -p "$BATS_FILE_TMPDIR/rootfs/sbin"
	ln -s /bin/busybox "$BATS_FILE_TMPDIR/rootfs/sbin/init"
	tar -C "$BATS_FILE_TMPDIR/rootfs" -c . >"$BATS_FILE_TMPDIR/rootfs.tar"
	# A proxy, a git gate and an MCP server, as far as this goes.
	bundle 1 'nc -ll -p 3128 -e cat' 'nc -ll -p 9418 -e cat' \
		'httpd -f -p 3000'
	bundle dns 'nc -ll -p 3000 -e cat' 'busybox udpsvd 0 53 cat'
}

# Each test has a smolvm with a home of its own.  The tests share one Docker
# Engine, which each leaves empty.
setup() {
	plain_setup
	export BOTTLE_TEST=$BATS_TEST_TMPDIR
	export TMPDIR=$BATS_TEST_TMPDIR/tmp FAKE=$BATS_TEST_TMPDIR/fake
	export CALLS=$BATS_TEST_TMPDIR/calls
	RELEASE=$(cat "$BATS_FILE_TMPDIR/release")
	export FAKE_ENGINE=$BATS_FILE_TMPDIR/smolvm
	export SMOLVM_AGENT_ROOTFS_TAR=$BATS_FILE_TMPDIR/rootfs.tar
	mkdir "$TMPDIR" "$FAKE" "$FAKE/bin" "$CALLS"
	guest_has sh true ip nc cat head wc grep timeout bash
	export DB=$HOME/.local/share/smolvm/server/smolvm.db
	LOCK=$HOME/.local/state/bottle-tools/dev.lock RECORD=${LOCK%lock}json
	export SMOLVM=$BATS_TEST_TMPDIR/smolvm
	wrap "$SMOLVM" "$TESTS/fake_smolvm"
}

# wrap FILE COMMAND: make FILE the command with this test's variables, which
# the tools do not pass on to smolvm.
wrap() {
	local name

	echo '#!/bin/sh' >"$1"
	for name in TESTS FAKE FAKE_ENGINE BOTTLE_TEST CALLS DB PATH; do
		echo "export $name='${!name}'" >>"$1"
	done
	echo "exec '$2' \"\$@\"" >>"$1"
	chmod +x "$1"
}

# guest_has COMMAND...: the guest has only these commands.
guest_has() {
	local name

	rm -f "$FAKE"/bin/*
	for name; do
		ln -s "$(type -P "$name")" "$FAKE/bin/$name"
	done
}

# ours [COMMAND...]: the processes of this test that still run, or a command
# with them as arguments.
ours() (
	unset BOTTLE_TEST
	grep -lzsx "BOTTLE_TEST=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ |
		cut -d / -f 3 | xargs -r "${@:-echo}"
)

teardown() {
	[ -e "$ENGINE" ] || return 0
	# The fake machines, and processes that hang on purpose.
	ours kill -9 || :
	empty_engine
}

# counted: from here on, count the commands of a launch, and let a test make one
# fail (see tests/fake_call).  The scripts are copies, since they run the tools
# in their own folder.
counted() {
	local name

	mkdir -p called fakes
	for name in docker loalias-ensure loalias-pick loalias-audit \
	    noproxy-add smolvm-allowpatch smolvm-aliasroute bottle-prove \
	    bottle-ls; do
		ln -sf "$TESTS/fake_call" "called/$name"
	done
	ln -sf "$TESTS/../bin/bottle-step" called
	for name in bottle-launch bottle-rm bottle-watch; do
		cp "$TESTS/../bin/$name" called
	done
	ln -sf "$TESTS/fake_call" fakes/smolvm
	wrap called/smolvm "$PWD/fakes/smolvm"
	export REAL_DOCKER=$(type -P docker)
	PATH=$PWD/called:$PATH
	unset SMOLVM
}

# at CALL DO: run DO instead of the call with this number or pattern.
at() {
	: >"$CALLS/log"
	echo "$2" >"$CALLS/do"
	echo "$1" >"$CALLS/at"
}

# unkept: from here on, and after counted, the record of a launch cannot be kept.
unkept() {
	printf '#!/bin/sh\ncase $* in *.json) exit 1 ;; esac\nexec /bin/mv "$@"\n' \
		>called/mv
	chmod +x called/mv
}

# launch SLUG ...: the bottle of most tests.
launch() {
	inside bottle-launch -q -t 60 -i bundle:1 -p 3000 "$@"
}

# at_once N: launch N bottles at once, each gets an alias; then one more, for which
# none is left.
at_once() {
	local n

	for n in $(seq "$1"); do
		inside bottle-launch -q -t 120 -i bundle:1 -p 3000 "b$n" \
			>"out.$n" 2>"err.$n" 3>&- &
	done
	wait
	check -- cat err.*
	check -o "$(seq -f 127.0.0.%g 16 $((15 + $1)))" -- \
		sh -c 'cut -f 2 out.* | sort'
	export LOALIAS_POOL=127.0.0.16-127.0.0.$((15 + $1))
	check -s 1 -e "match:bottle-launch: more: docker create: .*none of $1 addresses is free: $1 held, .*" \
		-- launch more
	check -- ls -A "$TMPDIR"
	[ "$(inside bottle-ls | wc -l)" = "$1" ]
	# none of them reaches a neighbour
	for n in 1 $(($1 / 2)) "$1"; do
		check -o ignore -- inside bottle-prove -p 3000 "b$n" \
			"$(cut -f 2 "out.$n")"
	done
}

# What a launch that is given options says of a bottle that exists.
KEEPS='bottle-launch: dev: note: what exists keeps its image, ports and options'

# says NAME ALIAS: the line of bottle-launch for a bottle that runs and is proved,
# as a pattern for check.
says() {
	printf 'match:%s\t%s\trunning\trunning\t3000/tcp\tproved 20[0-9TZ:-]+, smolvm [0-9.]+\n' \
		"$1" "$2"
}

# fails MESSAGE SLUG ...: the launch fails, and MESSAGE is its last line before
# the one about the removal.
fails() {
	local message=$1 status=0

	shift
	launch "$@" >out 2>err || status=$?
	grep -v -e ': everything that was made is removed$' \
		-e ': it is stopped, and nothing is deleted$' err |
		tail -n 1 >last
	same stdout '' out && same stderr "$message" last &&
		[ "$status" = 2 ] && return 0
	echo "status: $status"
	cat err
	return 1
}

# row NAME FILTER: the machine's record in smolvm's database.
row() {
	sqlite3 "$DB" "SELECT CAST(data AS TEXT) FROM vms
		WHERE name = '$1'" | jq -r "$2"
}

# edit NAME PATH JSON: change its record without the engine.
edit() {
	sqlite3 -cmd '.timeout 9000' "$DB" "UPDATE vms SET data = CAST(
		json_set(CAST(data AS TEXT), '$2', json('$3')) AS BLOB)
		WHERE name = '$1'"
}

# smolvm ARGUMENT...: by hand.
smolvm() {
	inside "$BATS_TEST_TMPDIR/smolvm" machine "$@" >/dev/null
}

none_runs() {
	[ -z "$(ours)" ]
}

# nothing_left: no container, machine, claim, folder, or record of a proof.
nothing_left() {
	[ ! -e "$RECORD" ]
	check -- inside docker ps -aq
	[ ! -e "$DB" ] || check -- sqlite3 "$DB" 'SELECT name FROM vms'
	check -- ls -A "$TMPDIR"
	check -o 127.0.0.16 -- inside loalias-pick
}
