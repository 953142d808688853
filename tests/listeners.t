#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Sources of listeners: sock_diag(7), /proc/net without it, and netstat(1) on
# macOS and the BSDs.  In a network namespace the only sockets are the test's.

load lib.sh
load netns.sh

setup_file() {
	[ "$(uname)" = Linux ] || return 0
	"$BATS_TEST_DIRNAME/bsd_build" "$BATS_FILE_TMPDIR/loalias-audit" \
		loalias-audit
	"$BATS_TEST_DIRNAME/bsd_build" "$BATS_FILE_TMPDIR/loalias-pick" \
		loalias-pick
	"${CC:-cc}" -shared -fPIC -o "$BATS_FILE_TMPDIR/nodiag.so" \
		"$BATS_TEST_DIRNAME/fake_nodiag.c" -ldl
}

setup() {
	plain_setup
	new_ns
	on ip link set lo up
	echo '[]' >none.json
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
	STATE=$BATS_TEST_TMPDIR/state
	mkdir "$STATE"
	: >"$STATE/programs"
	: >"$STATE/root"
}

# Sockets of every kind, a port each; ss(8) and /proc do not show a device.
every_kind='tcp,127.0.0.16,80 tcp,127.0.0.17,81 tcp,0.0.0.0,82 tcp,::,83,dual
	tcp,::1,85 tcp,::ffff:127.0.0.16,86 tcp,127.0.0.16,87,bound
	tcp,127.0.0.1,88 udp,127.0.0.16,80 udp,127.0.0.17,81 udp,0.0.0.0,82
	udp,::,83,dual udp,::1,85 udp,::ffff:127.0.0.17,86
	udp,127.0.0.16,87,connected tcp,127.0.0.16,1000-1200 udp,0.0.0.0,2000-2200'

# with TOOL ...: run it while these sockets and $MORE exist.
with() {
	# shellcheck disable=SC2086 # a socket a word
	on "$TESTS/sockets" $every_kind ${MORE:-} -- "$@"
}

# The listeners without the processes, which netstat does not name.
listeners() {
	"$@" | sed 's/process.*/-/'
}

@test "sock_diag, /proc/net and netstat give the same listeners" {
	pool='127.0.0.16 127.0.0.17 127.0.0.18'
	# shellcheck disable=SC2086 # addresses
	listeners with loalias-audit -f none.json $pool >diag
	check -o 822 -- sh -c 'wc -l <diag'
	for lacks in 6 17 socket; do
		# shellcheck disable=SC2086 # addresses
		listeners with env LD_PRELOAD="$BATS_FILE_TMPDIR/nodiag.so" \
			LACKS="$lacks" loalias-audit -f none.json $pool >proc 2>err
		check -o file:diag -- cat proc
		check -o 'loalias-audit: this kernel lacks sock_diag: IPv6-only sockets are counted, too' \
			-- cat err
	done
	# shellcheck disable=SC2086 # addresses
	listeners with "$TESTS/fake_system" "$STATE" \
		"$BATS_FILE_TMPDIR/loalias-audit" -f none.json $pool >netstat
	check -o file:diag -- cat netstat
}

@test "/proc/net names processes, and counts IPv6-only sockets" {
	every_kind='tcp,127.0.0.16,80 tcp,::,84,v6only'
	check -s 1 -o 'match:127.0.0.16	80/tcp	127.0.0.16	process [0-9]+ sockets' \
		-- with loalias-audit -f none.json 127.0.0.16
	export LD_PRELOAD=$BATS_FILE_TMPDIR/nodiag.so LACKS=socket
	check -s 1 -o 'match:127.0.0.16	80/tcp	127.0.0.16	process [0-9]+ sockets
127.0.0.16	84/tcp	::	process [0-9]+ sockets' \
		-e 'loalias-audit: this kernel lacks sock_diag: IPv6-only sockets are counted, too' \
		-- with loalias-audit -f none.json 127.0.0.16
	# The warning comes only where it makes a difference.
	every_kind='tcp,127.0.0.16,80 tcp,::1,84'
	check -s 1 -o ignore -- with loalias-audit -f none.json 127.0.0.16
	every_kind=
	check -- with loalias-audit -f none.json 127.0.0.16
}

@test "neither sock_diag nor /proc/net: trouble, not no listeners" {
	export LD_PRELOAD=$BATS_FILE_TMPDIR/nodiag.so LACKS=socket
	check -s 2 -e 'loalias-audit: /proc/net/tcp: No such file or directory' \
		-- on unshare -m sh -c 'mount --make-rprivate /
		mount -t tmpfs x /proc; exec "$@"' sh \
		loalias-audit -f none.json 127.0.0.16
	# A kernel without IPv6 has two of the four files.
	on cat /proc/net/tcp >tcp
	on cat /proc/net/udp >udp
	check -- on unshare -m sh -c 'mount --make-rprivate /
		mount -t tmpfs x /proc; mkdir /proc/net
		cp tcp udp /proc/net/; exec "$@"' sh \
		loalias-audit -f none.json 127.0.0.16
	check -s 2 -e 'loalias-audit: /proc/net/tcp: line not understood' \
		-- on unshare -m sh -c 'mount --make-rprivate /
		mount -t tmpfs x /proc; mkdir /proc/net
		cp tcp udp /proc/net/
		echo "  1: 10000G7F:0050 00000000:0000 0A" >>/proc/net/tcp
		exec "$@"' sh loalias-audit -f none.json 127.0.0.16
}

# netstat SCRIPT: make it this script, and run the tools.
netstat() {
	printf '%s\n' "$1" >"$STATE/netstat"
	on "$TESTS/fake_system" "$STATE" \
		"$BATS_FILE_TMPDIR/loalias-audit" -f none.json 127.0.0.16
}

@test "netstat: a table that may not be whole is trouble" {
	check -s 2 -e 'loalias-audit: netstat: sysctl: net.inet.tcp.pcblist: no' \
		-- netstat 'echo "netstat: sysctl: net.inet.tcp.pcblist: no
more" >&2'
	check -s 2 -e 'loalias-audit: netstat: exit status 3' \
		-- netstat 'exit 3'
	check -s 2 -e 'loalias-audit: netstat: exit status 137' \
		-- netstat 'kill -9 $$'
	check -s 2 -e 'loalias-audit: netstat: larger than 16777216 bytes' \
		-- netstat 'head -c 16777217 /dev/zero'
	check -s 2 -e 'loalias-audit: netstat: line not understood: tcp4 0 0 \x1b[2J.80 *.* LISTEN' \
		-- netstat 'printf "tcp4 0 0 \033[2J.80 *.* LISTEN\n"'
	check -s 2 -e 'loalias-audit: netstat: has a NUL byte' \
		-- netstat 'printf "Active\0\ntcp4 0 0 *.80 *.* LISTEN\n"'
	check -- netstat 'echo Active Internet connections'
	cp "$TESTS"/fake_* .
	sed 's|netstat" 755|netstat" 644|' "$TESTS/fake_system" >fake_system
	TESTS=$PWD
	check -s 2 -e 'loalias-audit: /usr/sbin/netstat: Permission denied' \
		-- netstat ''
}

@test "netstat: a listener on exactly the address holds it" {
	check -o 127.0.0.18 -- with "$TESTS/fake_system" "$STATE" \
		"$BATS_FILE_TMPDIR/loalias-pick" -f none.json
}
