#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The proof of sandboxes that are not smolvm's: real containers, a network
# namespace and bwrap.

load lib.sh
load bottle.sh

# The bundle of these is a listener of the host, on the address given.
serve() {
	inside socat "TCP-LISTEN:$2,bind=$1,fork,reuseaddr" EXEC:cat 3>&- &
	until_true 5 inside nc -z "$1" "$2"
}

# sandbox OPTION...: a container named "box" that waits, with the commands of
# this host, since the nc of Debian's busybox sends no datagrams.
sandbox() {
	inside docker run -d --name box -v /usr:/usr:ro -v /usr/lib:/lib:ro \
		-v /usr/lib64:/lib64:ro \
		-v /etc/alternatives:/etc/alternatives:ro "$@" \
		busybox sleep 1000 >/dev/null
}

sandbox_teardown() {
	ours kill || :
	inside ip netns delete box 2>/dev/null || :
	inside ip address delete 10.77.0.1/32 dev lo 2>/dev/null || :
}

teardown() {
	sandbox_teardown
	[ ! -e "$ENGINE" ] || {
		inside docker ps -aq | inside xargs -r docker rm -f
		inside docker network prune -f
	} >/dev/null
}

left_out='not tried: a route of another alias, shares'

@test "a container on the default bridge reaches the host" {
	inside ip address add 10.77.0.1/32 dev lo
	serve 172.17.0.1 3000
	serve 0.0.0.0 5000
	sandbox
	check -s 1 -o 'match:reached	172.17.0.1:3000/tcp
closed	127.0.0.1/tcp, also through the gateway
closed	127.0.0.31/tcp
.*' -e "match:bottle-prove: docker: REACHES 10.77.0.1/tcp
bottle-prove: docker: REACHES 10.77.0.1/udp
bottle-prove: docker: REACHES port 5000 of the gateway
(bottle-prove: docker: REACHES a resolver: DNS queries are answered
)?bottle-prove: docker: $left_out" -- \
		inside bottle-prove -p 3000 172.17.0.1 -- docker exec -i box
	# an alias is the container's own loopback
	export EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
	example -s 1 -e 'match:.*
bottle-prove: docker: the guest cannot reach its own bundle at 127.0.0.16:3000 .*' <<-'END'
	bottle-prove -p 3000 127.0.0.16 -- docker exec -i box
	END
	inside bottle-prove -j -p 3000 172.17.0.1 -- docker exec -i box \
		>record 2>/dev/null || :
	check -o '172.17.0.1 false null null' -- jq -r \
		'"\(.alias) \(.ports_enforced) \(.machine) \(.engine)"' record
	# a later stage of a pipe does not see the status
	check -o null -- jq .proved_at record
	check -s 2 -e 'bottle-prove: docker: its command printed nothing: does it pass on standard input, as docker exec -i does?' \
		-- inside bottle-prove -p 3000 172.17.0.1 -- docker exec box
	check -s 2 -e 'bottle-prove: docker: no command runs in it: Error response from daemon: No such container: none' \
		-- inside bottle-prove -p 3000 172.17.0.1 -- docker exec -i none
}

@test "a container on an internal network, with a server of its own" {
	inside docker network create --internal --subnet 172.30.0.0/24 only \
		>/dev/null
	inside docker run -d --name proxy --network only --ip 172.30.0.2 \
		busybox nc -ll -p 3128 -e cat >/dev/null
	sandbox --network only
	# The host answers on an internal network, too, at each of its addresses.
	EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh" \
		example -s 1 -o 'match:reached	172.30.0.2:3128/tcp
closed	127.0.0.1/tcp.*
closed	127.0.0.31/tcp
.*closed	dns' -e "match:bottle-prove: docker: REACHES 172.17.0.1/tcp
bottle-prove: docker: REACHES 172.30.0.1/tcp
bottle-prove: docker: REACHES 172.17.0.1/udp
bottle-prove: docker: REACHES 172.30.0.1/udp
bottle-prove: docker: $left_out" <<-'END'
	bottle-prove -p 3128 172.30.0.2 -- docker exec -i box
	END
}

@test "a network namespace: open, and with a packet filter" {
	inside sh -c 'ip netns add box &&
		ip link add box0 type veth peer name eth0 netns box &&
		ip address add 10.0.0.1/24 dev box0 && ip link set box0 up &&
		ip -n box address add 10.0.0.2/24 dev eth0 &&
		ip -n box link set lo up && ip -n box link set eth0 up &&
		ip -n box route add default via 10.0.0.1'
	serve 10.0.0.1 3000
	inside sh -c 'iptables -I INPUT -i box0 -j REJECT &&
		iptables -I INPUT -i box0 -p tcp -d 10.0.0.1 --dport 3000 -j ACCEPT'
	check -o 'match:reached	10.0.0.1:3000/tcp
closed	127.0.0.1/tcp, also through the gateway
closed	127.0.0.31/tcp
closed	172.17.0.1/tcp
(.*
)?closed	10.0.0.1/tcp, other ports
.*
closed	dns' -e "bottle-prove: ip: $left_out" -- \
		inside bottle-prove -s -p 3000 10.0.0.1 -- ip netns exec box
	inside iptables -D INPUT -i box0 -j REJECT
	export EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
	example -s 1 -o ignore \
		-e 'match:bottle-prove: ip: REACHES 172.17.0.1/tcp
.*' <<-'END'
	bottle-prove -p 3000 10.0.0.1 -- ip netns exec box
	END
	check -s 1 -o ignore -e "match:.*
bottle-prove: ip: REACHES ports of 10.0.0.1 that are not the bundle's
.*" -- inside bottle-prove -s -p 3000 10.0.0.1 -- ip netns exec box
	inside iptables -D INPUT -i box0 -p tcp -d 10.0.0.1 --dport 3000 -j ACCEPT
}

@test "bwrap with the host's network, and without any" {
	need 'no bwrap' command -v bwrap
	serve 127.0.0.16 3000
	check -s 1 -o 'match:reached	127.0.0.16:3000/tcp
.*' -e 'match:bottle-prove: bwrap: REACHES 127.0.0.1/tcp
bottle-prove: bwrap: REACHES 127.0.0.31/tcp
.*' -- inside bottle-prove -p 3000 127.0.0.16 -- bwrap --ro-bind / / --dev /dev
	check -s 2 -e 'match:bottle-prove: bwrap: the guest cannot reach its own bundle at 127.0.0.16:3000 .*' \
		-- inside bottle-prove -p 3000 127.0.0.16 -- \
		bwrap --ro-bind / / --dev /dev --unshare-net
}

@test "what is no sandbox" {
	check -s 2 -e 'bottle-prove: nothere: nothere: No such file or directory' \
		-- inside bottle-prove -p 3000 127.0.0.16 -- nothere
	check -s 2 -e 'bottle-prove: false: no command runs in it: exit status 1' \
		-- inside bottle-prove -p 3000 127.0.0.16 -- false
}
