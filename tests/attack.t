#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What root in a bottle tries with programs of its own, and what is left of a
# bottle after restarts, in a real VM with real engines that an ordinary user
# runs.  A control in the same run shows which attempts are real.

load lib.sh
load vm.sh

setup_file() {
	tables 1.7.7 attack 1.32.2 attack
}

# frames COLUMN OUTCOME NAME ...: with either engine, these and no other frames
# had this outcome.
frames() {
	local column=$1 outcome=$2 version

	shift 2
	printf '%s\n' "$@" | sort >expected
	for version in 1.7.7 1.32.2; do
		sed -n 's/^row raw-//p' "$TABLES/$version" |
			awk -F '\t' -v n="$column" -v o="$outcome" \
			'$n == o { print $1 }' | sort >observed
		check -o file:expected -- cat observed
	done
}

# The bundle answers the first of them.  The second goes on elsewhere once the
# bundle has answered.
own='twin-tcp flow-tcp'

@test "no raw frame leaves a bottle, but for its bundle" {
	local version

	for version in 1.7.7 1.32.2; do
		check -o 56 -- grep -c '^row raw-' "$TABLES/$version"
		check -o 54 -- grep -c '^row raw-.*	closed$' \
			"$TABLES/$version"
	done
	# shellcheck disable=SC2086 # names
	frames 4 accepted $own
	both protocols - '' ''
}

@test "the same frames leave the control: TCP, UDP, ICMP, spoofed, IPv6, mapped" {
	frames 3 reached tcp-lan tcp-host tcp-alias tcp-gateway udp-internet \
		udp-host udp-alias udp-any udp-broadcast udp-multicast \
		spoof-host spoof-alias spoof-gateway spoof-outside options-none \
		link-broadcast flow-udp v6-tcp v6-udp v6-loopback v6-gateway \
		v6-hop mapped-host mapped-alias mapped-lan mapped-udp
	# shellcheck disable=SC2086 # names
	frames 3 accepted $own tcp-net icmp-internet icmp-host icmp-alias \
		compat-host compat-lan nat64-lan 6to4-lan
}

@test "a list is enough: the control has no --net, and a network" {
	both offline-list - 'network false' reached
}

# All 65,535 are tried over IPv4 with 1.32.2; else the first 4,200.
@test "of the ports of the gateway only DNS is open" {
	both ports - 'tcp 3000;tcp 3001;tcp6 3000;tcp6 3001;' 'tcp 53;tcp6 53;'
}

@test "the engine's variables: a service at the gateway and a disk, not in a bottle" {
	both extras - 'service disk end ' 'end '
}

@test "no socket of a bottle is connected by the host, TSI by hand or AF_TSI" {
	local way

	for way in tsi aftsi; do
		both "socket-$way-tcp-8.8.8.8-443" - answered silent
		both "socket-$way-udp-8.8.8.8-9999" - answered silent
		row 1.7.7 "socket-$way-tcp-127.0.0.1-3000" - answered silent
	done
	row 1.7.7 socket-came - 6 0
	# It refuses the host's loopback to each machine.
	row 1.32.2 socket-tsi-tcp-127.0.0.1-3000 - refused silent
	row 1.32.2 socket-aftsi-tcp-127.0.0.1-3000 - silent silent
	row 1.32.2 socket-came - 4 0
}

@test "what a bottle writes to a share is in no folder of another machine" {
	row 1.7.7 shares-/dev/root - 'written in rootfs/*' \
		'written in vms/*/rootfs'
	both shares-smolvm0 - refused refused
	row 1.32.2 shares-/dev/root - refused refused
	row 1.32.2 shares-smolvm_attach_rw - refused refused
	row 1.32.2 shares-smolvm_attach_ro - refused refused
	check -o 2 -- grep -c '^row shares-' "$TABLES/1.7.7"
	check -o 4 -- grep -c '^row shares-' "$TABLES/1.32.2"
}

@test "the vsock ports of the host that do anything are known" {
	local reset='6000 Connection reset by peer;6004 Connection reset by peer;'

	# The agent uses them for its log, for its ready message and for control.
	row 1.7.7 vsock - - "$reset"
	row 1.32.2 vsock - - "5001 open;$reset"
}

@test "the machine's folder is closed to other users" {
	both folder - - 700
}

# lives NAME BUNDLE: the policy holds, and the bottle reaches its bundle, or
# nothing.  Where port rules do not hold, other listeners on its alias answer.
lives() {
	row 1.7.7 "life-$1" - 'policy 0' "$2wildcard "
	row 1.32.2 "life-$1" - 'policy 0' "$2"
}

@test "docker restart, and a restart of Docker: its bundle, or nothing" {
	lives docker-restart 'bundle-mcp bundle-proxy '
	lives dockerd-restart ''
}

@test "while its container is down, its alias stays taken" {
	both life-free-alias - - 127.0.0.18
}

@test "a machine started by hand: nothing, and its bundle once that is routed" {
	both life-machine-restart - 'policy 0' ''
	lives aliasroute 'bundle-mcp bundle-proxy '
	both life-listed - - \
	    'dev 127.0.0.16 running running 3000/tcp,3128/tcp -'
}

@test "it has the folder of other machines again, which the next proof finds" {
	row 1.7.7 life-shares - - '/dev/root written in rootfs/*;smolvm0 refused;'
	message 1.7.7 life-resumed 'bottle-launch: dev: proof: bottle-prove: '\
'dev: REACHES a folder of other machines: .*/rootfs/.*;bottle-launch: dev: it '\
'is stopped, and nothing is deleted'
	row 1.7.7 life-again - 0 ''
	row 1.7.7 life-again-shares - - \
		'/dev/root written in vms/*/rootfs;smolvm0 refused;'
	row 1.32.2 life-shares - - '/dev/root refused;smolvm0 refused;smolvm_attach_ro refused;smolvm_attach_rw refused;'
	row 1.32.2 life-resumed - 0 ''
}
