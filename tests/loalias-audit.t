#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# In a network namespace nothing listens but what the test opens.

load lib.sh

# inside COMMAND...: run it in a network namespace of its own.
inside() {
	unshare -rn sh -c 'ip link set lo up && exec "$@"' inside "$@"
}

# audit SPEC... -- ARGUMENT...: loalias-audit while the sockets exist; there
# are no containers.
audit() {
	local spec=()

	while [ "$1" != -- ]; do
		spec+=("$1")
		shift
	done
	shift
	echo '[]' >none.json
	inside "$TESTS/sockets" "${spec[@]}" -- loalias-audit -f none.json "$@"
}

me='process [0-9]+ sockets'

@test "nothing answers: nothing is printed" {
	need 'no network namespaces' inside true
	check -- audit -- 127.0.0.16
	check -o '{"listeners":[]}' -- audit -- -j 127.0.0.16
}

@test "what is bound to the address, to 0.0.0.0, to :: or to ::ffff:A" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	80/tcp	127.0.0.16	$me
127.0.0.16	81/tcp	0.0.0.0	$me
127.0.0.16	82/tcp	::	$me
127.0.0.16	83/tcp	127.0.0.16	$me" -- audit tcp,127.0.0.16,80 \
		tcp,0.0.0.0,81 tcp,::,82,dual tcp,::ffff:127.0.0.16,83 -- \
		127.0.0.16
}

@test "the same with UDP, and both at one port" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	80/tcp	127.0.0.16	$me
127.0.0.16	80/udp	127.0.0.16	$me
127.0.0.16	81/udp	0.0.0.0	$me
127.0.0.16	82/udp	::	$me
127.0.0.16	83/udp	127.0.0.16	$me" -- audit udp,127.0.0.16,80 \
		udp,0.0.0.0,81 udp,::,82,dual udp,::ffff:127.0.0.16,83 \
		tcp,127.0.0.16,80 -- 127.0.0.16
}

@test "what does not answer: other addresses, IPv6 only, not listening" {
	need 'no network namespaces' inside true
	check -- audit tcp,127.0.0.1,80 tcp,127.0.0.17,80 tcp,::1,80 \
		tcp,::,81,v6only udp,127.0.0.17,80 udp,::1,80 \
		udp,::,81,v6only tcp,127.0.0.16,9016,bound \
		udp,127.0.0.16,82,connected -- 127.0.0.16
}

@test "a socket of one network card does not answer; one of lo does" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	67/udp	0.0.0.0	$me" -- \
		inside sh -c '
		ip link add card type veth peer name other || exit 9
		echo "[]" >none.json
		exec "$TESTS/sockets" udp,0.0.0.0,53,device=card \
			tcp,0.0.0.0,53,device=card udp,0.0.0.0,67,device=lo \
			-- loalias-audit -f none.json 127.0.0.16'
}
