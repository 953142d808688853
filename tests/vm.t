#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Bottles in a real VM with real engines: what they reach, compared with a
# control in the same run, so that a broken probe does not look like a closed
# path.

load lib.sh
load vm.sh

setup_file() {
	tables 1.7.7 'reach route judge drift gone refuse' \
	    1.32.2 'reach route judge drift gone refuse readme'
}

@test "the flag is dropped by 1.7.7, and kept by 1.32.2; the patch holds" {
	row 1.7.7 flag null - -
	row 1.7.7 launched-list null null '["127.0.0.16/32"]'
	row 1.32.2 flag '["127.0.0.16/32"]' - -
	seen 1.32.2 launched-list
	check -o '["127.0.0.16/32"]	["127.0.0.16/32"]' -- cut -f 1,3 observed
}

@test "the host's own services are not reached" {
	row 1.7.7 host-direct reached reached closed
	# The engine itself connects no machine to it.
	row 1.32.2 host-direct closed closed closed
}

@test "nor are they through the gateway" {
	row 1.7.7 host-gateway none none closed
	row 1.32.2 host-gateway closed reached closed
}

@test "another bottle is not reached, although root routes it out" {
	row 1.7.7 other-bottle reached reached closed
	row 1.32.2 other-bottle closed reached closed
}

@test "the internet and the LAN are not reached: TCP, UDP, IPv6" {
	local name

	for name in internet lan internet-udp; do
		row 1.7.7 "$name" reached reached closed
		row 1.32.2 "$name" closed reached closed
	done
	row 1.7.7 internet-v6 reached reached closed
	# The engine gives its machines no route.
	row 1.32.2 internet-v6 closed closed closed
}

@test "the bundle is" {
	both bundle-mcp reached reached reached
	both bundle-proxy reached reached reached
}

@test "its proxy: an allowed host, and another one, by HTTPS; the denial" {
	both proxy-allowed - - '200 200'
	both proxy-denied - - '403 000'
	both denial - - 'TCP_DENIED 403 CONNECT example.org:443'
}

@test "its MCP server reports the denial" {
	both mcp - - 'TCP_DENIED 403 CONNECT example.org:443'
}

@test "its git gate: clone, an allowed push and a refused one" {
	both git-clone - - 'done'
	both git-push - - 'done'
	both git-push-main - - \
		'refs/heads/main: does not match refs/heads/agent/*'
}

@test "its proxy leads to nothing else: the record has it" {
	local version

	for version in 1.7.7 1.32.2; do
		seen "$version" verified
		check -o 'match:-	-	(closed [^;]*, through the proxy;)+' -- \
			cat observed
		check -o 'match:.*closed 172.17.0.1, through the proxy;.*' -- \
			cat observed
	done
}

@test "a listener on all addresses: closed where port rules are enforced" {
	row 1.7.7 wildcard reached reached reached
	row 1.7.7 ports-enforced - - false
	row 1.32.2 wildcard reached reached closed
	row 1.32.2 ports-enforced - - true
}

@test "DNS reaches no server, over UDP and TCP, whichever is asked" {
	both dns-udp reached reached closed
	both dns-tcp reached reached closed
	both dns-udp-own reached reached closed
	both dns-tcp-own reached reached closed
}

@test "DNS reaches the bundle, and only it, if that publishes 53/udp" {
	both resolver - - reached
	both resolver-elsewhere - - closed
}

@test "no bottle reached the listeners outside" {
	both came-outside - - 0
}

@test "the engine logs a denied connection" {
	row 1.7.7 denied - - ''
	seen 1.32.2 denied
	check -o 'match:-	-	.*(8\.8\.8\.8:443|127\.0\.0\.17:3000)' -- cat observed
}

@test "a real curl goes to the bundle directly, past the proxy that it has set" {
	both curl proxied - direct
}

@test "a second bottle at the same time: its own alias, and not the first's" {
	both second-alias - - 127.0.0.17
	both second-own - - reached
	both second-first - - closed
	both first-policy - - 0
}

@test "the record and the list tell of both, and of the mounts" {
	both beside-ip - - \
'["mount /tmp/probe:/mnt/probe","mount /opt/clients:/mnt/clients"]'
	both listed - - \
'dev 127.0.0.16 3000/tcp,3128/tcp,9418/tcp;two 127.0.0.17 3000/tcp,53/udp;'
}

@test "after -d nothing is left: no machine, container, claim or file" {
	both left - - '127.0.0.16 /tmp/bottle-* '
}

@test "bottle-ls lists the proof of this run of the machine" {
	row 1.7.7 proof - - '1.7.7 true'
	row 1.32.2 proof - - '1.32.2 true'
	row 1.7.7 proof-restarted - - 'null false'
}

@test "smolvm-aliasroute -d takes the route away, and without it sets it" {
	both rerouted - closed reached
}

@test "bottle-watch sees what smolvm machine update changes" {
	seen 1.7.7 updated
	check -o 'match:-	1	policy	.*' -- cat observed
	seen 1.32.2 updated
	check -o 'match:-	1	policy	.*8\.8\.8\.8.*' -- cat observed
	row 1.7.7 drift-reached - - reached
	# its port rules still hold
	row 1.32.2 drift-reached - - closed
}

@test "bottle-watch prints a denied connection" {
	row 1.7.7 drift-denied - - ''
	row 1.32.2 drift-denied - - 'denied	connect to 8.8.8.8:443'
}

@test "refused: a list widened, and a resolver, seen by the proof alone" {
	message 1.7.7 refused '.*bottle-prove: cheat: REACHES 127.0.0.31/tcp;'\
'.*REACHES a resolver: DNS queries are answered.*'
	row 1.7.7 left-refused - - ''
}

@test "refused: port rules that open all, seen by the proof alone" {
	message 1.32.2 refused '.*bottle-prove: cheat: REACHES .*'
	row 1.32.2 left-refused - - ''
}

@test "refused: a guest in which nothing connects" {
	message 1.7.7 judged-broken-probe 'bottle-prove: dev: the guest '\
'(cannot reach its own bundle|sends no datagrams) .*'
}

@test "refused with -s: ports of others on the alias, where rules do not hold" {
	message 1.7.7 judged-strict '.*REACHES ports of 127\.0\.0\.16 that '\
'are not the bundle.s.*'
}

@test "a variable that changes what a list means is kept from the engine" {
	both dropped - - 'bottle-launch: two: smolvm is run without '\
'SMOLVM_EGRESS_FLOOR'
}

# readme NUMBER LINE LAST: did that command, which ends in LINE, succeed, and end
# its output with LAST?
readme() {
	seen 1.32.2 "readme-$1"
	check -o "match:0	$2	$3" -- cat observed
	# shellcheck disable=SC2001 # an ERE
	check -o ignore -- grep -xE "    $2" "$TESTS/../README.md"
}

@test "the commands of README.md, as they are typed" {
	readme 1 'docker build -t bundle:1 man/examples/bundle' \
		'Successfully tagged bundle:1'
	readme 2 '    -e MCP_URL=http://\{\}:3000/mcp dev' \
		'dev 127.0.0.16 running \(healthy\) running .*'
	readme 3 'smolvm machine exec --name dev -- agent' \
		'\{"jsonrpc": .*"name": "denied".*'
	readme 4 bottle-ls 'dev 127.0.0.16 running \(healthy\) running .*'
	readme 5 'bottle-watch dev \|\| smolvm machine stop --name dev' '.*dev.*'
	readme 6 'bottle-launch dev' \
		'dev 127.0.0.16 running \(healthy\) running .*'
	readme 7 'bottle-rm dev' 'bottle-rm: dev: docker rm .*'
	seen 1.32.2 readme-8
	check -- cat observed
}

# This one is the last.
@test "every row of the tables was asked for" {
	local version

	# The last row of each part is only its name.
	for version in 1.7.7 1.32.2; do
		sed -n "/	-	-	-\$/d; s/^row \([^	]*\).*/$version \1/p" \
			"$TABLES/$version"
	done | sort >rows
	sort -u "$TABLES/asked" >asked
	check -- comm -23 rows asked
}
