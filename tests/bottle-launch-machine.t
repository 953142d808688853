#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The machine of a launch, and what would open it.  See bottle-launch.t.

load lib.sh
load bottle.sh

@test "a machine with what would open it is refused" {
	local what

	for what in 'block_private = true' 'allow_hosts = ["localhost"]'; do
		printf 'net = true\n[network]\n%s\n' "$what" >Smolfile
		case $what in
		block*) what=block_private ;;
		*) what='hosts localhost' ;;
		esac
		fails "bottle-launch: dev: the machine's record opens more than its list: $what" \
			dev -- --smolfile "$PWD/Smolfile"
		nothing_left
	done
}

@test "a bundle with a resolver: it is the machine's, and only it" {
	check -o 'match:dev	127.0.0.16	running	running	3000/tcp,53/udp	proved .*' -- \
		inside bottle-launch -q -t 20 -i bundle:dns -p 3000 -p 53/udp dev
	[ "$(row dev .dns)" = 127.0.0.16 ]
}

@test "what opens a container or a machine is seen before it is started" {
	counted
	fails "bottle-launch: dev: the container has the host's network" \
		dev --network host
	fails 'match:bottle-launch: dev: port 9418/tcp is published on 0.0.0.0:0 instead of 127.0.0.16 alone' \
		dev --publish 9418
	fails 'bottle-launch: dev: docker create made no container dev-bundle' dev --name other
	check -- inside docker ps -aq
	fails 'match:bottle-launch: dev: machine create: .*' dev -- --name other
	fails "bottle-launch: dev: the machine's record opens more than its list: hosts localhost" \
		dev -- --allow-host localhost
	check -s 1 -- grep -E '^smolvm machine start|^docker start.*other' \
		"$CALLS/log"
	# other options are set again
	check -o "$(says dev 127.0.0.16)" -- launch dev -- \
		--allow-cidr 10.0.0.0/8 --dns 1.1.1.1
	[ "$(row dev '[.allowed_cidrs[], .dns] | join(" ")')" = \
		'127.0.0.16/32 255.255.255.255' ]
}
