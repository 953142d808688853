#!/usr/bin/env bats
# SPDX-License-Identifier: ISC

load lib.sh
load bottle.sh

@test "the machine is stopped, seen stopped and deleted, then the container goes" {
	counted
	launch dev
	: >"$CALLS/log"
	check -e 'match:bottle-rm: dev: find the bottle .*
bottle-rm: dev: machine stop .*
bottle-rm: dev: machine stopped .*
bottle-rm: dev: machine delete .*
bottle-rm: dev: docker rm .*' -- inside bottle-rm dev
	check -o 'match:bottle-ls -e dev
smolvm --version
smolvm machine stop --name dev
bottle-ls -e dev
smolvm --version
smolvm machine delete --name dev -f
docker rm -f -v [0-9a-f]{64}' -- cat "$CALLS/log"
	nothing_left
	check -e 'bottle-rm: dev: no such bottle' -- inside bottle-rm -q dev
}

@test "a machine that does not stop keeps its container and its address" {
	counted
	launch dev
	at 'smolvm machine stop *' 'exit 1'
	check -s 2 -e 'bottle-rm: dev: machine stop: exit status 1
bottle-rm: dev: the machine does not stop: nothing is deleted' -- \
		inside bottle-rm -q dev
	check -o "$(says dev 127.0.0.16)" -- inside bottle-ls
	# a stopped machine, although the engine reported an error
	# shellcheck disable=SC2016 # fake_call expands it
	at 'smolvm machine stop *' '"$real" "$@"; exit 1'
	check -e 'bottle-rm: dev: machine stop: exit status 1' -- \
		inside bottle-rm -q dev
	nothing_left
}

@test "what fails is said, with status 2, and can be tried again; the example" {
	EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
	counted
	launch dev
	for call in 'bottle-ls *' 'smolvm machine delete *' 'docker rm *'; do
		at "$call" fail
		check -s 2 -e 'match:bottle-rm: dev: [^:]+: .*: made to fail' \
			-- inside bottle-rm -q dev
	done
	# bottle-rm.1
	example -e ignore <<-'END'
		bottle-rm dev
	END
	nothing_left
	launch dev
	at 'docker rm *' 'exec sleep 1000'
	check -s 2 -e 'bottle-rm: dev: docker rm: no end within 2 s' -- \
		inside bottle-rm -q -t 2 dev
	inside bottle-rm -q dev
	nothing_left
}

@test "-r: what has the mark is deleted, the rest is stopped only" {
	local mark

	launch dev
	mark=$(inside docker inspect -f '{{index .Config.Labels "bottle.run"}}' \
		dev-bundle)
	[ "$(row dev '.env | map({(.[0]): .[1]}) | add | .BOTTLE_RUN')" = "$mark" ]
	# pid and second may be those of another bottle, launched elsewhere
	[[ $mark = dev.*.* ]]
	check -- inside bottle-rm -q -r 1.2 dev
	check -o 'dev	127.0.0.16	exited	stopped	3000/tcp	-' -- inside bottle-ls
	# the mark of another launch's container
	inside docker rm -f dev-bundle >/dev/null
	inside docker create --name dev-bundle --label bottle=dev \
		--label bottle.run=1.2 -p 127.0.0.16:3000:3000 bundle:1 >/dev/null
	check -- inside bottle-rm -q -r "$mark" dev
	check -o 'dev	127.0.0.16	created	-	3000/tcp	-' -- inside bottle-ls
	check -- inside bottle-rm -q -r 1.2 dev
	nothing_left
	# one that restarts is stopped too, and one that is paused
	inside docker run -d --name dev-bundle --label bottle=dev \
		--restart always -p 127.0.0.16:3000:3000 busybox sh -c 'exit 1' >/dev/null
	until_true 20 sh -c '"$@" | grep -q restarting' sh "$TESTS/dockerd" in \
		"$ENGINE" bottle-ls
	check -- inside bottle-rm -q -r 1.2 dev
	check -o 'dev	127.0.0.16	exited	-	3000/tcp	-' -- inside bottle-ls
	inside docker rm dev-bundle >/dev/null
	launch dev
	inside docker pause dev-bundle >/dev/null
	check -- inside bottle-rm -q -r 1.2 dev
	check -o 'dev	127.0.0.16	exited	stopped	3000/tcp	-' -- inside bottle-ls
	inside bottle-rm -q dev
	# foreign parts are untouched
	inside docker create --name dev-bundle bundle:1 >/dev/null
	check -e "match:.*the container dev-bundle is not a bottle's(.|
)*" -- inside bottle-rm -q -r 1.2 dev
	check -o 'dev-bundle' -- inside docker ps -a --format '{{.Names}}'
}

@test "-r: a container that dockerd makes late is found, whatever its name" {
	counted
	# shellcheck disable=SC2016 # fake_call expands it
	at docker.4 '"$real" create --label bottle.run=1.2 bundle:1 >/dev/null'
	check -- inside bottle-rm -q -r 1.2 dev
	[ ! -e "$CALLS/at" ]
	nothing_left
}

@test "a machine that hangs, deleted by hand, renamed: no dead end" {
	launch dev
	# the VMM is gone, the record says that it runs
	kill -9 "$(row dev .pid)"
	check -e ignore -- inside bottle-rm -q dev
	nothing_left
	# an engine was killed while it deleted the folder
	launch dev
	smolvm stop --name dev
	rm "$HOME"/.cache/smolvm/vms/*/name
	check -o 'dev	127.0.0.16	running	stopped	3000/tcp	-' -- inside bottle-ls
	check -- inside bottle-rm -q dev
	nothing_left
}

@test "usage" {
	check -s 2 -e 'bottle-rm: one slug is needed (-h lists the options)' -- \
		bottle-rm
	check -s 2 -e 'bottle-rm: one slug is needed (-h lists the options)' -- \
		bottle-rm dev two
	check -s 2 -e 'match:bottle-rm: -y: unknown option.*' -- bottle-rm -y dev
	check -o 'match:usage: bottle-rm .*' -- bottle-rm -h
}
