#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# loalias-pick with a real Docker Engine, in namespaces of its own.

load lib.sh
load dockerd.sh

setup_file() {
	file_needs 'no Docker Engine can be started' \
		"$TESTS/dockerd" start "$ENGINE" --host tcp://127.0.0.1:2375 \
		--host "unix://$ENGINE/second.sock" || return 0
}

teardown() {
	empty_engine
}

is_free() {
	[ "$(inside loalias-pick "$1")" = "$1" ]
}

@test "who holds an address: in every state" {
	create created -p 127.0.0.16:80:80
	run running -p 127.0.0.17:80:80
	run paused -p 127.0.0.18:80:80
	inside docker pause paused
	run stopped -p 127.0.0.19:80:80
	inside docker kill stopped
	inside docker run -d --restart always --name restarting \
		-p 127.0.0.20:80:80 busybox sh -c 'exit 3'
	until_true 10 sh -c '[ "$("$1" in "$2" docker inspect -f \
		"{{.State.Status}}" restarting)" = restarting ]' sh \
		"$TESTS/dockerd" "$ENGINE"
	check -o 127.0.0.21 -- inside loalias-pick
	inside docker inspect created running paused stopped restarting >file
	check -o 127.0.0.21 -- inside loalias-pick -f file
}

@test "-o: the owner keeps its address over stop, start and recreate" {
	create other -p 127.0.0.16:80:80
	check -o ignore -- inside loalias-pick -o web -- \
		docker create --name web -p {}:3000:3000 -p {}::53/udp \
		busybox httpd -f -p 3000
	check -o 127.0.0.18 -- inside loalias-pick
	check -o 127.0.0.17 -- inside loalias-pick -o web
	inside docker rm other
	for step in 'start web' 'pause web' 'unpause web' 'restart -t 0 web' \
		'kill web' 'start web' 'kill web'; do
		# shellcheck disable=SC2086 # words
		inside docker $step
		check -o 127.0.0.17 -- inside loalias-pick -o web
		check -o 127.0.0.16 -- inside loalias-pick
	done
	inside docker rm web
	check -o 127.0.0.16 -- inside loalias-pick -o web
	create web -p 127.0.0.17:80:80 -p 127.0.0.20:80:80
	check -s 2 -e 'match:loalias-pick: web: is on 127.0.0.(17|20) and on 127.0.0.(17|20): which is its own\?' \
		-- inside loalias-pick -o web
}

@test "-o: one owner made twice at once is never on two addresses" {
	create web -p 127.0.0.20:80:80
	: >asked
	# The second one looks, and waits, before and while the first has removed it.
	inside loalias-pick -o web -- sh -c 'until [ "$(grep -c "^GET .*json" \
		asked)" -ge 2 ]; do sleep 0.1; done; docker rm -f web; sleep 1
		exec docker create --name web -p {}:80:80 busybox true' \
		>out.1 2>&1 3>&- &
	until_true 10 sh -c '! "$@"' sh "$TESTS/dockerd" in "$ENGINE" \
		loalias-pick -o web
	socat -v "UNIX-LISTEN:$PWD/asked.sock,fork" \
		"UNIX:$ENGINE/docker.sock" 2>>asked 3>&- &
	until_true 10 test -e asked.sock
	timeout 60 "$TESTS/dockerd" in "$ENGINE" loalias-pick -w 50 -o web \
		-H "unix://$PWD/asked.sock" -- sh -c 'docker rm -f web &&
		docker create --name web -p {}:80:80 busybox true' >out.2 2>&1
	kill "$!"
	check -o 127.0.0.20 -- inside docker inspect -f \
		'{{(index (index .HostConfig.PortBindings "80/tcp") 0).HostIp}}' web
	# The address is kept, or the status is 1.
	background loalias-pick -o web -- sh -c 'echo $$; exec sleep 100'
	check -s 1 -e 'loalias-pick: 127.0.0.20: claimed by another loalias-pick
loalias-pick: web: its address is not free: 127.0.0.20' -- \
		inside loalias-pick -o web -- echo never
	kill "$!"
}

@test "a network's default address: what is stopped comes back on it" {
	inside docker network create -o \
		com.docker.network.bridge.host_binding_ipv4=127.0.0.20 app
	create web --network app -p 80
	check -o 127.0.0.21 -- inside loalias-pick 127.0.0.20-127.0.0.21
	create two -p 80
	inside docker network connect app two
	inside docker rm web >/dev/null
	check -o 127.0.0.21 -- inside loalias-pick 127.0.0.20-127.0.0.21
	inside docker rm two >/dev/null
	check -o 127.0.0.20 -- inside loalias-pick 127.0.0.20
	# The engine puts it there.
	run web --network app -p 8080:80
	check -o 127.0.0.20:8080 -- inside docker port web 80
	check -s 1 -e ignore -- inside loalias-pick 127.0.0.20
	inside docker rm -f web >/dev/null
	inside docker network rm app
}

@test "an engine's default address, --ip" {
	local ENGINE=$PWD/engine

	"$TESTS/dockerd" start "$ENGINE" --ip 127.0.0.20
	create web -p 8080:80
	check -o 127.0.0.21 -- inside loalias-pick 127.0.0.20-127.0.0.21
	inside docker start web >/dev/null
	check -o 127.0.0.20:8080 -- inside docker port web 80
	check -o 127.0.0.21 -- inside loalias-pick 127.0.0.20-127.0.0.21
	"$TESTS/dockerd" stop "$ENGINE"
}

@test "the record: made, and passed on" {
	create other -p 127.0.0.16:80:80
	check -i '{"interface":"lo","pool":["127.0.0.16","127.0.0.17"],"x":1}' \
		-o '{"interface":"lo","pool":["127.0.0.16","127.0.0.17"],"x":1,"alias":"127.0.0.17","owner":"web"}' \
		-- inside loalias-pick -j -o web -
}

@test "the command: its arguments, its status, its input" {
	check -o '<127.0.0.16> a127.0.0.16b {} {x} {port} ' -- \
		inside loalias-pick -- printf '<%s> %s %s %s %s ' {} 'a{}b' '{{}}' \
		'{x}' '{port}' | tr -d '\n'
	check -o 'input' -i input -- inside loalias-pick -- cat
	check -o '/dev/null
127.0.0.20' -i 127.0.0.20 -- inside loalias-pick - -- \
		sh -c 'readlink /proc/self/fd/0; echo {}'
	check -o '/dev/null
127.0.0.17' -i 127.0.0.16 -- inside loalias-pick -x - -- \
		sh -c 'readlink /proc/self/fd/0; echo {}'
	for status in 0 1 2 77 255; do
		check -s $status -- inside loalias-pick -- sh -c "exit $status"
	done
	check -s 127 -e 'loalias-pick: nope: No such file or directory' -- \
		inside loalias-pick -- nope
	check -s 126 -e 'loalias-pick: /: Permission denied' -- \
		inside loalias-pick -- /
	check -s 1 -e 'loalias-pick: 127.0.0.16: excluded by -x
loalias-pick: none of 1 addresses is free: 0 held, 0 claimed, 1 excluded' \
		-- inside loalias-pick -x 127.0.0.16 127.0.0.16 -- echo never
}

# background COMMAND...: with $! the process itself, and not a shell's, which
# would have it ignore two signals
background() {
	rm -f out
	env --default-signal "$TESTS/dockerd" in "$ENGINE" "$@" \
		>out 2>&1 3>&- &
	until_true 5 test -s out
}

@test "the command: it takes the place of loalias-pick" {
	background env --ignore-signal=HUP,CHLD loalias-pick -- \
		sh -c 'echo $$; sleep 0.5; exit 9'
	check -o "$!" -- cat out
	# Ignored signals stay ignored.
	kill -s HUP $!
	got=0
	wait $! || got=$?
	[ "$got" -eq 9 ]
	check -s 137 -e ignore -- inside loalias-pick -- sh -c 'kill -9 $$'
}

@test "the command: of what is open, it inherits the claim only" {
	check -o '' -- inside sh -c 'ls -l /proc/self/fd | grep -c . >before
		loalias-pick -- ls -l /proc/self/fd | grep -c . >after
		loalias-pick -- ls -l /proc/self/fd | grep -c socket: >sockets'
	[ "$(cat after)" -eq $(($(cat before) + 1)) ]
	[ "$(cat sockets)" -eq 1 ]
}

@test "a claim lives as long as its command, and print mode heeds it" {
	background loalias-pick -- sh -c 'echo $$; exec sleep 100'
	check -o 127.0.0.17 -- inside loalias-pick
	check -o 127.0.0.17 -- inside loalias-pick -- echo {}
	check -s 1 -e 'loalias-pick: 127.0.0.16: claimed by another loalias-pick
loalias-pick: none of 1 addresses is free: 0 held, 1 claimed, 0 excluded' \
		-- inside loalias-pick 127.0.0.16
	kill -9 $!
	wait $! || :
	until_true 5 is_free 127.0.0.16
	# A child that keeps it is part of the command.
	inside loalias-pick -- sh -c 'sleep 100 >/dev/null & echo $!' >pid 3>&-
	check -o 127.0.0.17 -- inside loalias-pick
	kill -9 "$(cat pid)"
	until_true 5 is_free 127.0.0.16
}

@test "endpoints: the second socket, loopback TCP, a context" {
	create web -p 127.0.0.16:80:80
	for host in "unix://$ENGINE/second.sock" tcp://127.0.0.1:2375 \
		tcp://localhost 127.0.0.1; do
		check -o 127.0.0.17 -- inside env -u DOCKER_HOST \
			loalias-pick -H "$host"
		# There is no proxy.
		check -o 127.0.0.17 -- inside env DOCKER_HOST="$host" \
			http_proxy=http://127.0.0.1:1 \
			all_proxy=socks5://127.0.0.1:1 loalias-pick
	done
	inside env -u DOCKER_HOST docker context create private \
		--docker "host=unix://$ENGINE/second.sock"
	check -o 127.0.0.17 -- inside env -u DOCKER_HOST DOCKER_CONTEXT=private \
		loalias-pick
	inside env -u DOCKER_HOST docker context use private
	check -o 127.0.0.17 -- inside env -u DOCKER_HOST loalias-pick
	rm -r .docker/contexts
	check -s 2 -e 'match:loalias-pick: docker context private: not found: .*' \
		-- inside env -u DOCKER_HOST loalias-pick
}

# example: run what is in the page, with the engine
example() {
	check "$@" -- inside ${EXAMPLE_SH:-sh} -c "$(cat)"
}

@test "example: make a container on an address of its own, and anew" {
	example -o ignore <<-'END'
		loalias-pick -- docker create --name web-bundle \
		    -p {}:3000:3000 busybox httpd -f -p 3000
	END
	create other -p 127.0.0.17:80:80
	example -o ignore <<-'END'
		docker rm web-bundle
		loalias-pick -o web-bundle -- docker create --name web-bundle \
		    -p {}:3000:3000 busybox httpd -f -p 3000
	END
	check -o 127.0.0.18 -- inside loalias-pick
}

# check keeps its files apart here.
server() {
	local EXAMPLE_SH=$PWD/remember BATS_TEST_TMPDIR=$PWD/server

	mkdir server
	printf '%s\n' '#!/bin/sh' "echo \$\$ >'$PWD/pid'" 'exec bash "$@"' \
		>remember
	chmod +x remember
	example -s 143 -o ignore -e ignore <<-'END'
		loalias-pick -- python3 -m http.server -b {} 8000
	END
}

@test "example: an address for as long as a server runs" {
	server 3>&- &
	until_true 20 inside python3 -c 'import urllib.request as r
r.urlopen("http://127.0.0.16:8000/")'
	check -o 127.0.0.17 -- inside loalias-pick
	kill "$(cat pid)"
	wait $!
	check -o 127.0.0.16 -- inside loalias-pick
}

@test "example: who has what" {
	create other -p 127.0.0.17:80:80
	example -o "match:127.0.0.16	free
127.0.0.17	held	container other created 80/tcp
127.0.0.18	free
.*" <<-'END'
		loalias-pick -l
	END
}

@test "example: an engine that cannot be asked, with containers or none" {
	for address in 16 17; do
		example -o "127.0.0.$address" <<-'END'
			set -e
			ids=$(docker ps -aq)
			[ -z "$ids" ] || docker inspect $ids >containers.json
			[ -n "$ids" ] || echo '[]' >containers.json
			loalias-pick -f containers.json
		END
		create "web$address" -p "127.0.0.$address:80:80"
	done
}
