#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The proof and the route, with a fake of the machine: see bottle-launch.t.

load lib.sh
load bottle.sh

# prove ARGUMENT...: the status, and what is said in $BATS_TEST_TMPDIR/said
prove() {
	inside bottle-prove -t 60 "$@"
}

@test "each way to connect proves, and sees what is open" {
	local way python

	python=$(python3 -c 'import sys; print(sys.executable)')
	launch dev
	for way in nc bash python3 perl curl; do
		guest_has sh true ip cat head wc grep timeout
		case $way in
		python3) ln -s "$python" "$FAKE/bin/python3" ;;
		*) ln -s "$(type -P "$way")" "$FAKE/bin/$way" ;;
		esac
		check -o 'match:reached	127.0.0.16:3000/tcp
closed	127.0.0.1/tcp, also through the gateway
.*
closed	dns' -- prove -p 3000 dev 127.0.0.16
		inside iptables -I INPUT -i vm0 -d 127.0.0.17 -j ACCEPT
		check -s 1 -o ignore -e 'bottle-prove: dev: REACHES 127.0.0.17/tcp
bottle-prove: dev: REACHES 127.0.0.17/udp' -- prove -p 3000 dev 127.0.0.16
		inside iptables -D INPUT -i vm0 -d 127.0.0.17 -j ACCEPT
	done
}

@test "no bundle, no proof; and what is no machine" {
	launch dev
	check -s 2 -e 'bottle-prove: dev: the guest cannot reach its own bundle at 127.0.0.16:3001 (tried with nc bash)' \
		-- prove -p 3000 -p 3001 dev 127.0.0.16
	inside smolvm-aliasroute -d dev 127.0.0.16
	check -s 2 -e 'match:bottle-prove: dev: the guest cannot reach its own bundle at 127.0.0.16:3000 .*' \
		-- prove -p 3000 dev 127.0.0.16
	smolvm stop --name dev
	check -s 2 -e 'match:smolvm-aliasroute: dev: .*
bottle-prove: dev: 127.0.0.17 cannot be routed for the test' -- \
		prove -p 3000 dev 127.0.0.16
	check -s 2 -e 'match:smolvm-aliasroute: none: .*
bottle-prove: none: 127.0.0.17 cannot be routed for the test' -- \
		prove -p 3000 none 127.0.0.16
	check -- ls -A "$TMPDIR"
}

@test "what is given wrongly" {
	check -s 2 -e 'match:usage: .*' -- bottle-prove
	check -s 2 -e 'match:usage: .*' -- bottle-prove dev 127.0.0.16
	check -s 2 -e 'match:bottle-prove: -t x: not a number of seconds
usage: .*' -- bottle-prove -t x
	check -s 2 -e 'bottle-prove: dev: -p x: not a port' -- \
		bottle-prove -p x dev 127.0.0.16
	check -s 2 -e 'bottle-prove: dev: no TCP port of the bundle to try: nothing can be proved' \
		-- bottle-prove -p 53/udp dev 127.0.0.16
	for record in '' '{}' '[]' 'x' '{"machine":"a","alias":"b"}'; do
		check -s 2 -i "$record" -e 'bottle-prove: <stdin>: not a record with machine, alias, ports' \
			-- bottle-prove -
	done
	LOALIAS_POOL=127.0.0.16 check -s 2 -e 'bottle-prove: dev: no second alias in the pool: nothing to tell 127.0.0.16 from' \
		-- bottle-prove -p 3000 dev 127.0.0.16
	check -- ls -A "$TMPDIR"
}

@test "smolvm-aliasroute: there and back, twice" {
	local route='127.0.0.16	100.96.0.1	eth0'

	launch dev
	check -o "$route" -- inside smolvm-aliasroute dev 127.0.0.16
	check -o "$route" -- inside smolvm-aliasroute dev 127.0.0.16
	check -o "${route/16/17}" -- inside smolvm-aliasroute dev 127.0.0.17
	check -o "$route" -- inside smolvm-aliasroute -d dev 127.0.0.16
	check -o 1 -- in_guest cat /proc/sys/net/ipv4/conf/all/route_localnet
	check -o "${route/16/17}" -- inside smolvm-aliasroute -d dev 127.0.0.17
	check -o "${route/16/17}" -- inside smolvm-aliasroute -d dev 127.0.0.17
	check -o 0 -- in_guest cat /proc/sys/net/ipv4/conf/all/route_localnet
	# without a gateway, as with TSI, nothing is needed
	in_guest ip route del default
	check -o '127.0.0.16	-	-' -- inside smolvm-aliasroute dev 127.0.0.16
}

in_guest() {
	inside "$TESTS/fake_smolvm" machine exec --name dev -- "$@"
}

@test "smolvm-aliasroute: what is given wrongly" {
	local address

	for address in 10.0.0.1 127.0.0 127.0.0.16.1 127.0.0.x 127.0.0.256 \
	    127.0.0.016 127.0.0.1x 127.0.0.16. \
	    127..0.1 localhost ::1 ''; do
		check -s 2 -e "smolvm-aliasroute: $address: not a loopback address" \
			-- smolvm-aliasroute dev "$address"
	done
	check -s 2 -e "smolvm-aliasroute: 127.0.0.1: is the guest's own" -- \
		smolvm-aliasroute dev 127.0.0.1
	check -s 2 -e 'match:usage: .*' -- smolvm-aliasroute dev
	check -s 2 -e 'match:smolvm-aliasroute: -x: .*' -- smolvm-aliasroute -x
	check -s 2 -e 'match:smolvm-aliasroute: none: no command runs in it: .*' \
		-- inside smolvm-aliasroute none 127.0.0.16
}
