#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# loalias-ensure: its command line, and Linux in real network namespaces.

load lib.sh
load netns.sh

# On this host's lo nothing is missing; on another system sudo would ask.
ordinary_lo() {
	need 'this is not Linux' test "$(uname)" = Linux
}

# A default route, so that every address has a route.
default_route() {
	on ip link add v0 type veth peer name v1
	on ip address add 10.0.0.1/24 dev v0
	on ip link set v0 up
	on ip link set v1 up
	on ip route add default via 10.0.0.2
}

# The kernel's answers: connect(2) and bind(2) with 127.0.0.16.
sockets_say() {
	check -o "$1" -- on python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    s.connect(("127.0.0.16", 9))
    answer = "connect from " + s.getsockname()[0]
except OSError as e:
    answer = "connect: " + e.strerror
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    s.bind(("127.0.0.16", 0))
    answer += ", bind"
except OSError as e:
    answer += ", bind: " + e.strerror
print(answer)'
}

# missed ANSWERS: with any of them, 127.0.0.16 is found missing.
missed() {
	sockets_say "$1"
	check -s 1 -o 127.0.0.16 -- on loalias-ensure -n 127.0.0.16
}

# added: so it is added.
added() {
	check -o 127.0.0.16 -- on loalias-ensure 127.0.0.16
	lo_is 127.0.0.1/32 127.0.0.16/32
}

@test "an ordinary lo: nothing is missing, and nothing is done" {
	new_ns
	on ip link set lo up
	sockets_say 'connect from 127.0.0.1, bind'
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
	cp "$(command -v loalias-ensure)" "$BATS_TEST_TMPDIR/"
	check -o "$(printf '127.0.0.%d\n' 16 17 18 19 20 21 22 23 24 25 26 27 \
		28 29 30 31)" -- on setpriv --reuid 65534 --regid 65534 \
		--clear-groups "$BATS_TEST_TMPDIR/loalias-ensure"
	check -o '{"interface":"lo","pool":["127.0.0.16"],"added":[]}' \
		-- on loalias-ensure -nj 127.0.0.16
	lo_is 127.0.0.1/8
}

@test "lo with 127.0.0.1/32 only: -n prints, then each is added as a /32" {
	bare_lo
	sockets_say 'connect: Network is unreachable, bind: Cannot assign requested address'
	check -s 1 -o '127.0.0.16
127.0.0.17' -- on loalias-ensure -n 127.0.0.16/31
	lo_is 127.0.0.1/32
	check -o '{"interface":"lo","pool":["127.0.0.1","127.0.0.16","127.0.0.17"],"added":["127.0.0.16","127.0.0.17"]}' \
		-- on loalias-ensure -j 127.0.0.1 127.0.0.16/31
	lo_is 127.0.0.1/32 127.0.0.16/32 127.0.0.17/32
	sockets_say 'connect from 127.0.0.16, bind'
	check -o '{"interface":"lo","pool":["127.0.0.16","127.0.0.18"],"added":["127.0.0.18"]}' \
		-- on loalias-ensure -j 127.0.0.16 127.0.0.18
	check -o 127.0.0.16 -- on loalias-ensure -n 127.0.0.16
}

@test "a default route makes connect(2) lie" {
	bare_lo
	default_route
	missed 'connect from 10.0.0.1, bind: Cannot assign requested address'
	added
}

@test "ip_nonlocal_bind makes bind(2) lie, and with a default route both do" {
	bare_lo
	on sh -c 'echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind'
	missed 'connect: Network is unreachable, bind'
	default_route
	missed 'connect from 10.0.0.1, bind'
	added
}

@test "a route to lo that makes no address: connect(2) lies, and bind(2) may" {
	bare_lo
	on ip route add 127.0.0.16/28 dev lo src 127.0.0.1
	missed 'connect from 127.0.0.1, bind: Cannot assign requested address'
	on sh -c 'echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind'
	missed 'connect from 127.0.0.1, bind'
	added
}

@test "lo is down: said, since no address would work" {
	new_ns
	for option in '' -n -b; do
		# shellcheck disable=SC2086 # maybe no option
		check -s 2 -e 'loalias-ensure: lo: is down, so no address on it works' \
			-- on loalias-ensure $option 127.0.0.16
	done
	check -s 1 -- on sh -c 'ip -o -4 address | grep -F 127.0.0.16'
}

@test "lo is down, though it has the address: connect(2) and bind(2) lie" {
	bare_lo
	on loalias-ensure 127.0.0.16 >/dev/null
	on ip link set lo down
	sockets_say 'connect from 127.0.0.16, bind'
	check -s 2 -e 'loalias-ensure: lo: is down, so no address on it works' \
		-- on loalias-ensure 127.0.0.16
}

@test "a local route for all (AnyIP) needs no addresses" {
	bare_lo
	on ip route add local 127.0.0.16/28 dev lo
	sockets_say 'connect from 127.0.0.16, bind'
	check -o '{"interface":"lo","pool":["127.0.0.16"],"added":[]}' \
		-- on loalias-ensure -j 127.0.0.16
	lo_is 127.0.0.1/32
}

# Without a $HOME nothing is locked: the two processes conflict.
@test "four at once: all succeed, also without a lock" {
	bare_lo
	for home in "$HOME" ''; do
		on loalias-ensure -d 127.0.1.0/25 >/dev/null
		pids=
		for i in 1 2 3 4; do
			HOME=$home on loalias-ensure 127.0.1.0/25 >"$i" \
				2>/dev/null 3>&- &
			pids="$pids $!"
		done
		for pid in $pids; do
			check -- wait "$pid"
		done
		check -o 128 -- sh -c 'sort -u 1 2 3 4 | wc -l'
		check -o 128 -- on sh -c \
			'ip -o -4 address show dev lo | grep -c 127.0.1'
	done
}

@test "-d removes the present ones, and never 127.0.0.1" {
	bare_lo
	on loalias-ensure 127.0.0.16/30 >/dev/null
	check -s 1 -o '127.0.0.16
127.0.0.17' -- on loalias-ensure -dn 127.0.0.1 127.0.0.16/31
	lo_is 127.0.0.1/32 127.0.0.16/32 127.0.0.17/32 127.0.0.18/32 127.0.0.19/32
	check -o '127.0.0.17
127.0.0.18' -- on loalias-ensure -d 127.0.0.1 127.0.0.17 127.0.0.18 127.0.0.40
	lo_is 127.0.0.1/32 127.0.0.16/32 127.0.0.19/32
	check -- on loalias-ensure -dn 127.0.0.17
	check -- on loalias-ensure -d 127.0.0.17
	# 127.0.0.1/8 makes 127.0.0.20 usable, but it is no address of its own.
	on ip address add 127.0.0.1/8 dev lo
	check -- on loalias-ensure -d 127.0.0.20
	# An address with another prefix length is not ours.
	on ip address add 127.0.0.20/8 dev lo
	check -- on loalias-ensure -d 127.0.0.20
	lo_is 127.0.0.1/32 127.0.0.16/32 127.0.0.19/32 127.0.0.1/8 127.0.0.20/8
}

@test "-d removes an address that has a label" {
	bare_lo
	on ip address add 127.0.0.16/32 dev lo label lo:b
	check -s 1 -o 127.0.0.16 -- on loalias-ensure -dn 127.0.0.16
	check -o 127.0.0.16 -- on loalias-ensure -d 127.0.0.16
	lo_is 127.0.0.1/32
	# One of another interface is not lo's.
	on ip link add v0 type veth peer name lo1
	on ip address add 127.0.0.16/32 dev lo1
	on ip address add 127.0.0.17/32 dev v0 label v0:lo
	check -- on loalias-ensure -d 127.0.0.16 127.0.0.17
}

@test "an interface that is not there, or is no loopback" {
	bare_lo
	on ip link add v0 type veth peer name v1
	check -s 2 -e 'loalias-ensure: v0: is not a loopback interface' \
		-- on loalias-ensure -i v0 127.0.0.16
	check -s 2 -e 'loalias-ensure: lo9: No such device' \
		-- on loalias-ensure -i lo9 127.0.0.1
	check -s 2 -e "loalias-ensure: not an interface: lo;x" \
		-- on loalias-ensure -i 'lo;x'
	check -o 127.0.0.16 -- on loalias-ensure -i lo 127.0.0.16
}

@test "root without privileges, as in a container: no sudo" {
	bare_lo
	check -s 2 -e 'loalias-ensure: lo: RTNETLINK answers: Operation not permitted' \
		-- on setpriv --bounding-set -net_admin --inh-caps -net_admin \
		loalias-ensure 127.0.0.16
	lo_is 127.0.0.1/32
}

@test "an ip(8) that cannot be run" {
	bare_lo
	check -s 2 -e 'loalias-ensure: lo: /sbin/ip: Permission denied' \
		-- on unshare -m sh -c 'mount --make-rprivate /
		mount --bind /dev/null "$(readlink -f /sbin/ip)"; exec "$@"' \
		sh loalias-ensure 127.0.0.16/31
}

# bats test_tags=once
@test "a kernel without IPv4" {
	need 'no compiler, or this is not Linux' "${CC:-cc}" -o noipv4 \
		"$TESTS/fake_noipv4.c"
	check -s 2 -e 'loalias-ensure: lo: Address family not supported by protocol' \
		-- ./noipv4 loalias-ensure 127.0.0.16
}

@test "addresses: every form, in the order named, each once" {
	bare_lo
	check -s 1 -o '127.0.0.20
127.0.0.16
127.0.0.17
127.0.0.18
127.0.0.1
127.255.255.254' -- on loalias-ensure -n 127.0.0.20 127.0.0.16/31 \
		127.0.0.17-127.0.0.18 127.0.0.1 127.0.0.16/32 127.255.255.254
	check -o 256 -- sh -c 'loalias-ensure 127.0.1.0/24 | wc -l'
	check -o '127.0.0.1
127.0.0.99' -- env LOALIAS_POOL='127.0.0.1  127.0.0.99' loalias-ensure
	check -o 16 -- sh -c 'LOALIAS_POOL= loalias-ensure | wc -l'
}

@test "addresses that are refused" {
	while read -r operand why; do
		check -s 2 -e "loalias-ensure: $why" -- loalias-ensure "$operand"
		check -s 2 -e "loalias-ensure: <stdin>:3: $why" -i "# pool
127.0.0.16
$operand" -- loalias-ensure -
		check -s 2 -e "loalias-ensure: LOALIAS_POOL: $why" \
			-- env LOALIAS_POOL="127.0.0.16 $operand 127.0.0.17" loalias-ensure
	done <<-'END'
	127.0.0.9-127.0.0.8 range runs backwards: 127.0.0.9-127.0.0.8
	127.0.0.016 not an address or network: 127.0.0.016
	0x7f.0.0.1 not an address or network: 0x7f.0.0.1
	2130706433 not an address or network: 2130706433
	127.16 not an address or network: 127.16
	127.0.0.0 127.0.0.0 and 127.255.255.255 cannot be used: 127.0.0.0
	127.255.255.255 127.0.0.0 and 127.255.255.255 cannot be used: 127.255.255.255
	10.0.0.1 not within 127.0.0.0/8: 10.0.0.1
	126.255.255.255-127.0.0.1 not within 127.0.0.0/8: 126.255.255.255-127.0.0.1
	127.255.255.254-128.0.0.1 not within 127.0.0.0/8: 127.255.255.254-128.0.0.1
	::1 not an IPv4 address: ::1
	127.0.0.1-::1 not a range of IPv4 addresses: 127.0.0.1-::1
	127.000000000000000000000000000000000000000000000.1-127.0.0.2 not a range of IPv4 addresses: 127.000000000000000000000000000000000000000000000.1-127.0.0.2
	::1-::2 not a range of IPv4 addresses: ::1-::2
	127.0.0.0/8 more than 256 addresses: 127.0.0.0/8
	127.0.1.0/23 has host bits set: 127.0.1.0/23 (the network is 127.0.0.0/23)
	127.0.2.0/23 more than 256 addresses: 127.0.2.0/23
	127.0.0.16/33 not a prefix length: 127.0.0.16/33
	127.0.0.17/28 has host bits set: 127.0.0.17/28 (the network is 127.0.0.16/28)
	localhost not an address or network: localhost
	END
	check -s 2 -e 'loalias-ensure: more than 256 addresses in all' \
		-- loalias-ensure 127.0.1.0/24 127.0.2.1
}

@test "standard input: lines, a list, or the launch record" {
	ordinary_lo
	check -o '127.0.0.16
127.0.0.18' -i $'  127.0.0.16\r\n\n# no\n127.0.0.18' -- loalias-ensure -
	check -o 127.0.0.16 -i '["127.0.0.16"]' -- loalias-ensure -
	check -o '{"z":1,"pool":["127.0.0.16","127.0.0.17"],"a":{"b":[]},"interface":"lo","added":[]}' \
		-i '{"z":1,"pool":["127.0.0.16/31"],"a":{"b":[]}}' \
		-- loalias-ensure -j -
	check -o 127.0.0.16 -i '{"pool":["127.0.0.16"]}' -- loalias-ensure -
	# A record without a pool has the usual one.
	check -o 127.0.0.9 -i '{"x":1}' \
		-- env LOALIAS_POOL=127.0.0.9 loalias-ensure -
	# It reads its own output.
	check -o '{"interface":"lo","pool":["127.0.0.16"],"added":[]}' -- sh -c \
		'loalias-ensure -j 127.0.0.16 | loalias-ensure -j -'
	check -o 127.0.0.16 -- sh -c \
		'loalias-ensure 127.0.0.16 | loalias-ensure -'
}

@test "standard input that is not read" {
	ordinary_lo
	check -o 127.0.0.9 -i 127.0.0.8 \
		-e 'loalias-ensure: standard input is not read without -' \
		-- env LOALIAS_POOL=127.0.0.9 loalias-ensure
	check -o 127.0.0.9 -i 127.0.0.8 -- loalias-ensure 127.0.0.9
}

# refused WHY INPUT
refused() {
	check -s 2 -e "loalias-ensure: <stdin>: $1" -i "$2" -- loalias-ensure -
}

@test "standard input that is refused" {
	refused empty file:/dev/null
	refused empty '[]'
	refused 'pool: is not a list of addresses' '{"pool":[]}'
	refused 'pool: is not a list of addresses' \
		'{"pool":"127.0.0.16"}'
	refused 'pool: element 1 of the array is not a string' \
		'{"pool":[16]}'
	refused 'pool: not within 127.0.0.0/8: 8.8.8.8' \
		'{"pool":["8.8.8.8","127.0.0.16"]}'
	refused 'is not one JSON value' '{"pool":["127.0.0.16"]'
	refused 'has a member twice in one object' \
		'{"pool":["127.0.0.16"],"pool":[]}'
	printf '127.0.0.16\n\0\n' >nul
	refused 'has a NUL byte' file:nul
	printf '127.0.0.\377\n' >latin
	refused 'is not UTF-8 at byte 9' file:latin
	head -c 2000000 /dev/zero | tr '\0' '#' >huge
	refused 'larger than 1048576 bytes' file:huge
	check -s 2 -e 'loalias-ensure: <stdin>: Bad file descriptor' \
		-- sh -c 'exec loalias-ensure - <&-'
}

@test "output that is lost is trouble" {
	ordinary_lo
	check -s 2 -e 'loalias-ensure: <stdout>: No space left on device' \
		-- sh -c 'exec loalias-ensure >/dev/full'
	check -s 2 -e 'loalias-ensure: <stdout>: Bad file descriptor' \
		-- sh -c 'exec loalias-ensure -j >&-'
}

@test "the command line" {
	check -o 'usage: loalias-ensure [-bjn] [-i interface] [address ... | -]
       loalias-ensure -d [-bn] [-i interface] address ...
       loalias-ensure -P launchd | sudoers [address ...]
  -b            never ask for a password
  -d            remove the addresses
  -i interface  the loopback interface, if not the usual one
  -j            print JSON, keeping members of the launch record
  -n            change nothing; exit 1 if something would change
  -P kind       print a file that makes the password unnecessary
man loalias-ensure' -- loalias-ensure -h
	check -o 'match:bottle-tools [0-9.]+' -- loalias-ensure -V
	while IFS='|' read -r line why; do
		# shellcheck disable=SC2086 # a command line
		check -s 2 -e "loalias-ensure: $why" -- loalias-ensure $line
	done <<-'END'
	- -|either addresses or -
	- 127.0.0.16|either addresses or -
	127.0.0.16 -|either addresses or -
	-d|-d: no address given
	-d -|-d: no address given
	-dj 127.0.0.16|either -d or -j
	-P sudoers -|-P goes with addresses only
	-j -P sudoers|-P goes with addresses only
	-n -P sudoers|-P goes with addresses only
	-b -P launchd|-P goes with addresses only
	-d -P launchd 127.0.0.16|-P goes with addresses only
	-i lo -P sudoers|-P goes with addresses only
	-x|-x: unknown option, or missing argument (-h lists them)
	-P|-P: unknown option, or missing argument (-h lists them)
	END
	# Options come first: this is not an address.
	check -s 2 -e 'loalias-ensure: not a range of IPv4 addresses: -j' \
		-- loalias-ensure 127.0.0.16 -j
}

@test "the page's examples" {
	bare_lo
	echo '[]' >containers.json
	mkdir bin
	printf '#!/bin/sh\necho python3 "$@"\n' >bin/python3
	chmod 755 bin/python3
	EXAMPLE_SH='on sh'
	PATH=$PWD/bin:$PATH
	example -o "some are missing" <<-'END'
		loalias-ensure -n >/dev/null || echo "some are missing"
	END
	pool=$(printf '127.0.0.%d\n' 16 17 18 19 20 21 22 23 24 25 26 27 28 \
		29 30 31)
	example -o "$pool" <<-'END'
		loalias-ensure
	END
	other=$(printf '127.0.0.%d\n' 40 41 42 43 50)
	example -o "$other" <<-'END'
		LOALIAS_POOL="127.0.0.40-127.0.0.43 127.0.0.50" loalias-ensure
	END
	example -o 'python3 -m http.server --bind 127.0.0.9 8000' <<-'END'
		python3 -m http.server --bind "$(loalias-ensure 127.0.0.9)" 8000
	END
	example -o 127.0.0.16 <<-'END'
		loalias-ensure | loalias-pick -f containers.json -
	END
	record='{"interface":"lo","pool":["127.0.0.16","127.0.0.17"],"added":[],"alias":"127.0.0.16"}'
	example -o "$record" <<-'END'
		loalias-ensure -j 127.0.0.16/31 | loalias-pick -j -f containers.json -
	END
	example -o "$pool" <<-'END'
		loalias-ensure -d 127.0.0.16/28
	END
	lo_is 127.0.0.1/32 127.0.0.40/32 127.0.0.41/32 127.0.0.42/32 \
		127.0.0.43/32 127.0.0.50/32 127.0.0.9/32
}
