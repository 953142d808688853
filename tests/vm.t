#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Bottles in a real VM with real engines: what is reached from inside, beside a
# control in the same run, so that a broken probe cannot pass for a closed path.

load lib.sh

setup_file() {
	local share=$BATS_FILE_TMPDIR/share

	export TABLES=$BATS_FILE_TMPDIR
	file_needs 'no QEMU guest here' "$TESTS/vm/image" || return 0
	mkdir -p "$share"
	"$TESTS/vm/share" "$share"
	observe 1.7.7
	observe 1.32.2
}

# observe VERSION: what does table see?  A guest that broke off, which an
# emulated processor may do to it, gets another chance, and it is told.
observe() {
	for _ in first second; do
		"$TESTS/vm/run" -t 900 "$share" table "$1" \
		    >"$TABLES/$1" 2>&1 && return
		sed "s/^/# smolvm $1: /" "$TABLES/$1" >&3
	done
	return 1
}

# row VERSION NAME CONTROL BOTTLE: was that observed?
row() {
	printf '%s\t%s\n' "$3" "$4" >expected
	sed -n "s/^row $2	//p" "$TABLES/$1" >observed
	check -o file:expected -- cat observed
}

# both NAME CONTROL BOTTLE: with either engine.
both() {
	row 1.7.7 "$@"
	row 1.32.2 "$@"
}

@test "the flag is dropped by 1.7.7, and kept by 1.32.2; the patch holds" {
	row 1.7.7 launched-list null '["127.0.0.16/32"]'
	[ "$(sed -n 's/^row flag	//p' "$TABLES/1.7.7")" = 'null	-' ]
	row 1.32.2 flag '["127.0.0.16/32"]' -
	sed -n 's/^row launched-list	[^	]*	//p' "$TABLES/1.32.2" >observed
	check -o '["127.0.0.16/32"]' -- cat observed
}

@test "the host's own services are not reached" {
	row 1.7.7 host-direct reached closed
}

@test "nor are they through the gateway" {
	row 1.7.7 host-gateway none closed
	row 1.32.2 host-gateway reached closed
}

@test "another bottle is not reached, although root routes it out" {
	both other-bottle reached closed
}

@test "the internet and the LAN are not reached: TCP, UDP, IPv6" {
	both internet reached closed
	both lan reached closed
	both internet-udp reached closed
	row 1.7.7 internet-v6 reached closed
}

@test "the bundle is" {
	both bundle-mcp reached reached
	both bundle-proxy reached reached
}

@test "a listener on all addresses: closed where port rules are kept" {
	row 1.7.7 wildcard reached reached
	row 1.7.7 ports-enforced - false
	row 1.32.2 wildcard reached closed
	row 1.32.2 ports-enforced - true
}

@test "DNS reaches nobody, over UDP and TCP, whoever is asked" {
	both dns-udp reached closed
	both dns-tcp reached closed
	both dns-udp-own reached closed
	both dns-tcp-own reached closed
}

@test "DNS reaches the bundle, and only it, if that publishes 53/udp" {
	both resolver - reached
	both resolver-elsewhere - closed
}

@test "nobody from a bottle came to the listeners outside" {
	both came-outside - 0
}

@test "a real curl goes to the bundle directly, past the proxy it is told of" {
	both curl proxied direct
}

@test "a second bottle at the same time: its own alias, and not the first's" {
	both second-alias - 127.0.0.17
	both second-own - reached
	both second-first - closed
}

@test "the record and the list tell of both, and of the mounts" {
	both beside-ip - \
'["mount /tmp/probe:/mnt/probe","mount /opt/curl:/mnt/curl"]'
	both listed - \
'dev 127.0.0.16 3000/tcp,3128/tcp;two 127.0.0.17 3000/tcp,53/udp;'
}

@test "after -d nothing is left: no machine, container, claim or file" {
	both left - '127.0.0.16 /tmp/bottle-* '
}

# refused VERSION NAME ERE: with status 2 and nothing left, for this reason?
refused() {
	sed -n "s/^row refused-$2	//p" "$TABLES/$1" >observed
	check -o "match:2	$3;" -- cat observed
}

# judged VERSION NAME ERE: the same, of a bottle that ran.
judged() {
	sed -n "s/^row judged-$2	//p" "$TABLES/$1" >observed
	check -o "match:2	$3;" -- cat observed
}

@test "refused: a list widened, and a resolver, seen by the proof alone" {
	refused 1.7.7 list '.*bottle-prove: cheat: REACHES 127.0.0.17/tcp;'\
'.*REACHES a resolver: DNS queries are answered'
}

@test "refused: port rules that open all, seen by the proof alone" {
	refused 1.32.2 rules '.*bottle-prove: cheat: REACHES .*'
}

@test "refused: a guest in which nothing connects" {
	judged 1.7.7 broken-probe 'bottle-prove: dev: the guest cannot '\
'reach its own bundle at 127\.0\.0\.16:3000 .*'
}

@test "refused with -s: ports of others on the alias, where rules do not hold" {
	judged 1.7.7 strict 'bottle-launch: dev: bottle-prove: REACHES ports '\
'of 127\.0\.0\.16 that are not the bundle.s'
}

@test "refused: an environment that changes what a list means" {
	local said='bottle-launch: cheat: SMOLVM_EGRESS_FLOOR in the '\
'environment changes what a list means'

	refused 1.7.7 floor "$said"
	refused 1.32.2 floor "$said"
}
