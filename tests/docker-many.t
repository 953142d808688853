#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What takes long with a real Docker Engine: many launches at once, compose
# projects, bindings of every form, and many ways to name the engine.

load lib.sh
load dockerd.sh

setup_file() {
	file_needs 'no Docker Engine can be started' \
		"$TESTS/dockerd" start "$ENGINE" --host tcp://127.0.0.1:2375 ||
		return 0
}

teardown() {
	empty_engine
}

# statuses: the number of launches with each exit status
statuses() {
	cat status.* | sort | uniq -c | sed 's/^ *//'
}

# aliases: the number of addresses of containers, and of bindings
aliases() {
	inside docker ps -aq | xargs "$TESTS/dockerd" in "$ENGINE" docker inspect |
		jq -r '[.[].HostConfig.PortBindings[][].HostIp] |
		"\(unique | length) addresses, \(length) bindings"'
}

@test "200 launches at once, 16 addresses: 16 winners, 184 times status 1" {
	for i in $(seq 200); do
		{
			s=0
			inside loalias-pick -- docker create --name "web$i" \
				-p {}:3000:3000 busybox true >/dev/null \
				2>"err.$i" || s=$?
			echo $s >"status.$i"
		} 3>&- &
	done
	wait
	cat err.* | sort | uniq -c
	check -o '16 0
184 1' -- statuses
	check -o '16 addresses, 16 bindings' -- aliases
}

@test "the same by two users, and while one makes containers by hand" {
	need 'no setpriv' command -v setpriv
	for i in $(seq 60); do
		{
			user='' s=0
			[ $((i % 2)) -eq 0 ] || user='setpriv --reuid 65534
				--regid 65534 --clear-groups'
			# shellcheck disable=SC2086 # words
			inside env HOME=/ DOCKER_HOST=tcp://127.0.0.1:2375 $user \
				loalias-pick -- docker create --name "web$i" \
				-p {}:3000:3000 busybox true >/dev/null \
				2>"err.$i" || s=$?
			echo $s >"status.$i"
		} 3>&- &
		# It has the address first, or one launch fewer wins: never both.
		[ "$i" -ne 20 ] || create hand -p 127.0.0.31:3000:3000
	done
	wait
	cat err.* | sort | uniq -c
	[ "$(cat status.* | grep -c '^[01]$')" -eq 60 ]
	won=$(cat status.* | grep -c '^0$')
	[ "$won" -eq 15 ] || [ "$won" -eq 16 ]
	# shellcheck disable=SC2046 # words
	inside docker inspect hand $(inside docker ps -aqf name=web) | jq -e '
		[.[] | select(.Name != "/hand") |
		.HostConfig.PortBindings[][].HostIp] | length == (unique | length)'
}

# The shell that is killed has a child, which keeps the claim to its end: a
# killed docker would leave dockerd to finish the create without a claim.
@test "kill -9 at random moments: no address is shared, none is lost" {
	local pids=()

	for i in $(seq 60); do
		"$TESTS/dockerd" in "$ENGINE" loalias-pick -- sh -c \
			'docker create --name "$1" -p {}:3000:3000 busybox true; exit' \
			sh "web$i" >/dev/null 2>&1 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		sleep "0.0$((RANDOM % 4))"
		[ $((RANDOM % 2)) -eq 0 ] || kill -9 "$pid" 2>/dev/null || :
	done
	# The children keep running.
	wait
	until_true 30 sh -c '! pgrep -f "docker create --name web[0-9]* -p"'
	# shellcheck disable=SC2046 # words
	inside docker inspect $(inside docker ps -aq) | jq -e '
		[.[].HostConfig.PortBindings[][].HostIp] |
		length == (unique | length)'
	# An address that no process won is free: a killed process leaves no claim.
	until_true 5 inside sh -c '
		[ "$(loalias-pick -a | wc -l)" -eq "$1" ]' sh \
		$((16 - $(inside docker ps -aq | wc -l)))
}

# project NAME: a compose file of two services on one address
project() {
	mkdir -p "$1"
	cat >"$1/docker-compose.yml" <<-'END'
	version: "3"
	services:
	  web: {image: busybox, command: sleep 1000, ports: ["${ALIAS}:80:80"]}
	  db: {image: busybox, command: sleep 1000, ports: ["${ALIAS}:81:81"]}
	END
}

# hosts PROJECT: the addresses that its containers have asked for
hosts() {
	# shellcheck disable=SC2046 # words
	inside docker inspect $(inside docker ps -aq --filter \
		"label=com.docker.compose.project=$1") | jq -r '[.[] |
		.HostConfig.PortBindings[][].HostIp] | join(" ")'
}

# compose PROJECT ARGUMENT...
compose() {
	inside env ALIAS=127.0.0.1 docker-compose -p "$1" \
		-f "$1/docker-compose.yml" "${@:2}" -t 0 2>/dev/null
}

# up PROJECT: start or recreate it
up() {
	(cd "$1" && inside loalias-pick -w 60 \
		-o "label=com.docker.compose.project=$1" -- \
		env ALIAS={} docker-compose -p "$1" up -d "${@:2}") >"$1/log" 2>&1
}

@test "example: three compose projects at once keep their addresses" {
	local name

	need 'no docker-compose' command -v docker-compose
	export EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
	project shop
	(cd shop && example -o ignore -e ignore) <<-'END'
		loalias-pick -w 60 -o label=com.docker.compose.project=shop -- \
		    env ALIAS={} docker-compose -p shop up -d
	END
	check -o '127.0.0.16 127.0.0.16' -- hosts shop
	compose shop down
	for name in a b c; do
		project "$name"
		up "$name" 3>&- &
	done
	wait
	for name in a b c; do
		hosts "$name"
	done >before
	check -o 3 -- sh -c 'sort -u before | wc -l'
	check -o '127.0.0.16 127.0.0.16
127.0.0.17 127.0.0.17
127.0.0.18 127.0.0.18' -- sort before
	for name in a b c; do
		compose "$name" stop
	done
	for name in c b a; do
		up "$name" --force-recreate -t 0 3>&- &
	done
	wait
	# One service alone, too.
	up b --force-recreate -t 0 db
	for name in a b c; do
		hosts "$name"
	done >after
	check -o "$(cat before)" -- cat after
	check -o 127.0.0.19 -- inside loalias-pick
	for name in a b c; do
		compose "$name" down
	done
}

@test "bindings as no docker run writes them: held if the engine binds them" {
	check -o '50 42 36' -- inside "$TESTS/odd_bindings.py" \
		"$ENGINE/docker.sock"
}

@test "some hundred configurations: docker and loalias-pick ask the same engine" {
	need 'no docker' command -v docker
	check -o 'match:[0-9]+ configurations, [0-9]+ of them with an engine, [0-9]+ refused, 0 differ' \
		-- unshare -rmn sh -c 'mount -t tmpfs tmpfs /run &&
		ip link set lo up && ip address add 192.0.2.7/32 dev lo &&
		exec "$TESTS/endpoints.py"'
}

@test "who holds an address: in every form of -p" {
	inside docker network create one
	run range -p 127.0.0.16:8000-8002:80-82
	run udp -p 127.0.0.17:53:53/udp
	run random -p 127.0.0.18::80
	run choice -p 127.0.0.19:8000-8010:80
	run two --network one -p 127.0.0.20:80:80
	inside docker network connect bridge two
	create mapped -p '[::ffff:127.0.0.21]:80:80'
	run both -p 127.0.0.22:80:80 -p 127.0.0.23:80:80
	check -o 127.0.0.24 -- inside loalias-pick
	# Disconnected from its network, it has no ports now.
	inside docker network disconnect one two
	inside docker network disconnect bridge two
	check -o 127.0.0.24 -- inside loalias-pick
	inside docker rm -f two
	inside docker network rm one
}

@test "who holds none: wildcards, the host's network, no ports" {
	run all -p 8080:80
	run all4 -p 0.0.0.0:8081:80
	run all6 -p '[::]:8082:80'
	run six -p '[::1]:8083:80'
	run host --network host -p 127.0.0.16:80:80
	run nothing
	run exposed --expose 7000
	run none --network none
	check -o 127.0.0.16 -- inside loalias-pick
}
