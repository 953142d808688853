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
	# Each has its time, and then what is left of all.
	local end=$((SECONDS + 1240))
	observe 1.7.7 640
	observe 1.32.2 460
	observe 1.7.7 $((end - SECONDS))
	observe 1.32.2 $((end - SECONDS))
}

# undone VERSION: the parts of its table that were not gone through yet.
undone() {
	local part

	for part in reach judge gone refuse; do
		grep -qs "^row $part	" "$TABLES/$1" || echo "$part"
	done
}

# observe VERSION SECONDS: what does table see?  An emulated processor may let
# machines come to a stop, or the whole guest: then it is run again, and told,
# as long as there is time.
observe() {
	local end=$((SECONDS + $2)) status

	while [ -n "$(undone "$1")" ] && [ $((end - SECONDS)) -gt 100 ]; do
		status=0
		# shellcheck disable=SC2046 # words
		"$TESTS/vm/run" -t $((end - SECONDS)) "$share" table "$1" \
		    $(undone "$1") >"$BATS_FILE_TMPDIR/said" 2>&1 || status=$?
		cat "$BATS_FILE_TMPDIR/said" >>"$TABLES/$1"
		case $status in
		0) return ;;
		3 | 124 | 125) ;;
		*) cat "$BATS_FILE_TMPDIR/said"; return 1 ;;
		esac
		sed "s/^/# smolvm $1: /" "$BATS_FILE_TMPDIR/said" >&3
	done
}

# seen VERSION NAME: what was, once or more; $unseen has what never was since the
# guest was too slow.
seen() {
	sed -n "s/^row $2	//p" "$TABLES/$1" | sort -u >observed
	[ ! -s observed ] && [ -n "$(undone "$1")" ] || return 0
	unseen="$unseen $1:$2"
	return 1
}

# row VERSION NAME CONTROL BOTTLE: was that observed?
row() {
	seen "$1" "$2" || return 0
	printf '%s\t%s\n' "$3" "$4" >expected
	check -o file:expected -- cat observed
}

# both NAME CONTROL BOTTLE: with either engine.
both() {
	row 1.7.7 "$@"
	row 1.32.2 "$@"
}

# all_seen: at the end of each test.  Machines that did not come up in time
# prove nothing, and are no failure of what was to be proved; with none at all
# something else is wrong.
all_seen() {
	[ -n "$unseen" ] || return 0
	grep -qs '^row reach	' "$TABLES/1.7.7" "$TABLES/1.32.2"
	skip "no machine came up in time on this processor:$unseen"
}

setup() {
	plain_setup
	unseen=
}

@test "the flag is dropped by 1.7.7, and kept by 1.32.2; the patch holds" {
	row 1.7.7 flag null -
	row 1.7.7 launched-list null '["127.0.0.16/32"]'
	row 1.32.2 flag '["127.0.0.16/32"]' -
	! seen 1.32.2 launched-list ||
		check -o '["127.0.0.16/32"]' -- cut -f 2 observed
	all_seen
}

@test "the host's own services are not reached" {
	row 1.7.7 host-direct reached closed
	all_seen
}

@test "nor are they through the gateway" {
	row 1.7.7 host-gateway none closed
	row 1.32.2 host-gateway reached closed
	all_seen
}

@test "another bottle is not reached, although root routes it out" {
	both other-bottle reached closed
	all_seen
}

@test "the internet and the LAN are not reached: TCP, UDP, IPv6" {
	both internet reached closed
	both lan reached closed
	both internet-udp reached closed
	row 1.7.7 internet-v6 reached closed
	all_seen
}

@test "the bundle is" {
	both bundle-mcp reached reached
	both bundle-proxy reached reached
	all_seen
}

@test "a listener on all addresses: closed where port rules are enforced" {
	row 1.7.7 wildcard reached reached
	row 1.7.7 ports-enforced - false
	row 1.32.2 wildcard reached closed
	row 1.32.2 ports-enforced - true
	all_seen
}

@test "DNS reaches nobody, over UDP and TCP, whoever is asked" {
	both dns-udp reached closed
	both dns-tcp reached closed
	both dns-udp-own reached closed
	both dns-tcp-own reached closed
	all_seen
}

@test "DNS reaches the bundle, and only it, if that publishes 53/udp" {
	both resolver - reached
	both resolver-elsewhere - closed
	all_seen
}

@test "nobody from a bottle came to the listeners outside" {
	both came-outside - 0
	all_seen
}

@test "a real curl goes to the bundle directly, past the proxy it is told of" {
	both curl proxied direct
	all_seen
}

@test "a second bottle at the same time: its own alias, and not the first's" {
	both second-alias - 127.0.0.17
	both second-own - reached
	both second-first - closed
	all_seen
}

@test "the record and the list tell of both, and of the mounts" {
	both beside-ip - \
'["mount /tmp/probe:/mnt/probe","mount /opt/curl:/mnt/curl"]'
	both listed - \
'dev 127.0.0.16 3000/tcp,3128/tcp;two 127.0.0.17 3000/tcp,53/udp;'
	all_seen
}

@test "after -d nothing is left: no machine, container, claim or file" {
	both left - '127.0.0.16 /tmp/bottle-* '
	all_seen
}

# refused VERSION NAME ERE: with status 2 and nothing left, for this reason?
refused() {
	seen "$1" "refused-$2" || return 0
	check -o "match:2	$3;" -- cat observed
}

# judged VERSION NAME ERE: the same, of a bottle that ran.
judged() {
	seen "$1" "judged-$2" || return 0
	check -o "match:2	$3;" -- cat observed
}

@test "refused: a list widened, and a resolver, seen by the proof alone" {
	refused 1.7.7 list '.*bottle-prove: cheat: REACHES 127.0.0.31/tcp;'\
'.*REACHES a resolver: DNS queries are answered'
	all_seen
}

@test "refused: port rules that open all, seen by the proof alone" {
	refused 1.32.2 rules '.*bottle-prove: cheat: REACHES .*'
	all_seen
}

@test "refused: a guest in which nothing connects" {
	judged 1.7.7 broken-probe 'bottle-prove: dev: the guest cannot '\
'reach its own bundle at 127\.0\.0\.16:3000 .*'
	all_seen
}

@test "refused with -s: ports of others on the alias, where rules do not hold" {
	judged 1.7.7 strict 'bottle-launch: dev: bottle-prove: REACHES ports '\
'of 127\.0\.0\.16 that are not the bundle.s'
	all_seen
}

@test "refused: an environment that changes what a list means" {
	local said='bottle-launch: cheat: SMOLVM_EGRESS_FLOOR in the '\
'environment changes what a list means'

	refused 1.7.7 floor "$said"
	refused 1.32.2 floor "$said"
	all_seen
}
