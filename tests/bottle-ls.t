#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A real smolvm created the machines, which do not boot here; tests/fake_engine
# answers for the containers.  bottle-launch.t has real ones.

load lib.sh

setup_file() {
	file_needs 'no engine for this system, or no way to fetch it' \
		"$TESTS/engines" 1.32.2 || return 0
	"$TESTS/engines" 1.32.2 >"$BATS_FILE_TMPDIR/release"
}

setup() {
	plain_setup
	RELEASE=$(cat "$BATS_FILE_TMPDIR/release")
	export SMOLVM=$RELEASE/smol/smolvm
	export SMOLVM_AGENT_ROOTFS_TAR=$RELEASE/smol/agent-rootfs.tar.zst
	mkdir -p inspect
	echo '[]' >list
	"$TESTS/fake_engine" . 3>&- &
	ENGINE=$!
	until_true 5 test -S docker.sock
	export DOCKER_HOST=unix://$PWD/docker.sock
}

teardown() {
	[ -z "${ENGINE:-}" ] || kill "$ENGINE"
}

# container NAME LABEL STATE [HEALTH [ASKED [PUBLISHED]]]: let the engine have it.
container() {
	local none='{}'

	jq -nc --arg name "$1" --arg tag "$2" --arg state "$3" \
		--arg health "${4:-}" --argjson asked "${5:-$none}" \
		--argjson published "${6:-$none}" '{Id: ("id-" + $name),
		Name: ("/" + $name), Config: {Image: "bundle:1", Labels:
		{bottle: $tag, "bottle.run": "7.8"}}, State: ({Status: $state} +
		if $health == "" then {} else {Health: {Status: $health}} end),
		HostConfig: {NetworkMode: "default", PortBindings: $asked},
		NetworkSettings: {Ports: $published}}' >new
	cp new "inspect/id-$1"
	mv new "inspect/$1"
	jq -c --arg name "$1" --arg state "$3" '. + [{Id: ("id-" + $name),
		Names: ["/" + $name], State: $state, Ports: [],
		HostConfig: {NetworkMode: "default"}}]' list >list.new
	mv list.new list
}

at() {
	echo "{\"3000/tcp\":[{\"HostIp\":\"$1\",\"HostPort\":\"3000\"}]}"
}

machine() {
	"$SMOLVM" machine create --name "$1" --net "${@:2}" >/dev/null
}

@test "nothing is there, not even a database: status 0" {
	check -- bottle-ls
	check -o '{"bottles":[]}' -- bottle-ls -j
	check -s 1 -e 'bottle-ls: dev: no such bottle' -- bottle-ls dev
	[ ! -e .local/share/smolvm ]
}

@test "a database that the engine is creating has no machines yet" {
	mkdir -p .local/share/smolvm/server
	: >.local/share/smolvm/server/smolvm.db
	check -- bottle-ls
	sqlite3 .local/share/smolvm/server/smolvm.db 'PRAGMA journal_mode=WAL' \
		>/dev/null
	check -- bottle-ls
	sqlite3 .local/share/smolvm/server/smolvm.db 'CREATE TABLE x (y)'
	check -s 2 -e 'match:bottle-ls: .*: it has no table vms' -- bottle-ls
}

@test "no database yet: the containers are listed" {
	container dev-bundle dev running '' "$(at 127.0.0.16)" "$(at 127.0.0.16)"
	container other other exited
	container web-bundle x running
	check -o 'dev	127.0.0.16	running	-	3000/tcp	-' -- bottle-ls
	check -o '{"machine":"dev","alias":"127.0.0.16","owner":"dev-bundle","bundle":"dev-bundle","ports":{"3000/tcp":"127.0.0.16:3000"},"beside_ip":[],"process":null,"bundle_state":"running","health":null,"machine_state":null,"ports_enforced":null,"verified":null,"proved_at":null,"engine":null}' \
		-- bottle-ls -j dev
}

@test "no Docker answer is trouble, not nothing" {
	machine dev -e BOTTLE=dev
	check -s 2 -e 'match:bottle-ls: .*no.sock.*' -- \
		env DOCKER_HOST=unix://$PWD/no.sock bottle-ls
	echo '{"message":"broken"}' >list
	check -s 2 -e 'match:bottle-ls: .*' -- bottle-ls
	echo no json >inspect/dev-bundle
	for option in -j -e; do
		check -s 2 -e 'match:bottle-ls: .*' -- bottle-ls "$option" dev
	done
}

@test "a record that cannot be read is trouble for its own bottle and the list" {
	machine dev -e BOTTLE=dev --allow-cidr 127.0.0.16/32
	machine odd -e BOTTLE=odd
	check -o 'dev	127.0.0.16	-	created		-
odd	-	-	created		-' -- bottle-ls
	sqlite3 .local/share/smolvm/server/smolvm.db "UPDATE vms SET data =
		CAST('{\"name\":5' AS BLOB) WHERE name = 'odd'"
	check -s 2 -e 'match:bottle-ls: machine odd: .*' -- bottle-ls
	check -s 2 -e 'match:bottle-ls: machine odd: .*' -- bottle-ls odd
	check -o 'dev	127.0.0.16	-	created		-' \
		-e 'match:bottle-ls: machine odd: .*' -- bottle-ls dev
}

@test "control characters of Docker and smolvm reach no terminal" {
	local db=.local/share/smolvm/server/smolvm.db

	machine dev -e BOTTLE=dev --allow-cidr 127.0.0.16/32
	container dev-bundle dev $'up\e[31m' $'ill\n' "$(at 127.0.0.16)"
	check -o 'dev	127.0.0.16	up\x1b[31m (ill\x0a)	created	3000/tcp	-' -- \
		bottle-ls dev
	bottle-ls -e dev >said
	for what in '$.network_name", "x\u001b[1m"' \
	    '$.dns_filter_hosts", ["x\u001b[1m"]'; do
		sqlite3 "$db" "UPDATE vms SET data = CAST(json_set(CAST(data AS
			TEXT), '${what%%\"*}', json('${what#*, }')) AS BLOB)"
		bottle-ls -e dev >>said
	done
	check -o 2 -- grep -c '^fault=.*x1b' said
	check -s 1 -- grep -P '[^ -~]' said
}

@test "what only has the name is foreign" {
	container dev-bundle other running
	check -s 1 -e "bottle-ls: dev: the container dev-bundle is not a bottle's" \
		-- bottle-ls dev
	machine dev -e BOTTLE=dev -e BOTTLE=x
	check -s 1 -e "bottle-ls: dev: the container dev-bundle is not a bottle's
bottle-ls: dev: the machine dev is not a bottle's" -- bottle-ls dev
	check -- bottle-ls
	container dev-bundle dev running
	check -s 1 -o "match:.*
container='id-dev-bundle'
.*
machine=''
.*" -e "bottle-ls: dev: the machine dev is not a bottle's" -- bottle-ls -e dev
}

# fault: the fault that -e prints for the bottle dev.
fault() {
	eval "$(bottle-ls -e dev)"
	[ -z "$fault" ] || echo "$fault"
}

@test "-e: each part, and quoted whatever it is" {
	machine dev -e BOTTLE=dev -e "BOTTLE_RUN=1'\$(touch evil)"
	machine two --allow-cidr 127.0.0.20/32 --allow-cidr 10.0.0.0/8
	container dev-bundle dev running healthy "$(at 127.0.0.16)" \
		"$(at 127.0.0.16)"
	export SMOLVM_EXTRA_DISK=/x HOME="$PWD" TMPDIR="/tmp/it's"
	eval "$(bottle-ls -e dev)"
	check -o "127.0.0.16 id-dev-bundle running healthy created" -- echo \
		"$alias" "$container" "$state" "$health" "$machine"
	check -o " 3000/tcp=127.0.0.16:3000| 127.0.0.20/32|1.32.2|--name|7.8|" \
		-- echo "$ports|$others|$engine|$named|$container_run|$fault"
	check -o "-D 255.255.255.255 -p 3000| SMOLVM_EXTRA_DISK" -- echo \
		"$policy|$dropped"
	check -o "1'\$(touch evil)" -- echo "$machine_run"
	[ ! -e evil ]
	eval "$(SMOLVM=env bottle-ls -e dev)"
	eval "$smolvm" >env
	grep -qx "TMPDIR=/tmp/it's" env
	check -s 1 -- grep SMOLVM_EXTRA env
}

@test "-e: why a bottle must not run as it is" {
	machine dev -e BOTTLE=dev
	container dev-bundle dev running '' "$(at 127.0.0.16)"
	check -o 'Docker does not publish port 3000/tcp' -- fault
	container dev-bundle dev exited '' "$(at 127.0.0.16)"
	check -o '' -- fault
	container dev-bundle dev running '' "$(at 127.0.0.16)" "$(at 127.0.0.1)"
	check -o 'port 3000/tcp is published on 127.0.0.1:3000 instead of 127.0.0.16 alone' \
		-- fault
	container dev-bundle dev exited '' "$(at 127.0.0.1)"
	check -o '127.0.0.1 is shared: not usable as an alias' -- fault
	container dev-bundle dev exited '' "$(at 127.0.0.16)"
	jq -c '.HostConfig.NetworkMode = "host"' inspect/dev-bundle >inspect/new
	mv inspect/new inspect/dev-bundle
	check -o "the container has the host's network" -- fault
	for release in 0.7.2 1.2.4 x ''; do
		printf '#!/bin/sh\necho smolvm %s\n' "$release" >old
		chmod +x old
		check -o 'match:(.*/old --version: |smolvm ).*' -- env SMOLVM=$PWD/old bash -c \
			'eval "$(bottle-ls -e dev)"; echo "$fault"'
	done
}

@test "the folder of a machine that other users may enter is said" {
	local dir

	machine dev -e BOTTLE=dev
	dir=$HOME/.cache/smolvm/vms/$(printf dev | sha256sum | cut -c 1-16)
	mkdir -p "$dir"
	printf dev >"$dir/name"
	check -o ignore -e "bottle-ls: dev: other users may enter the machine's folder: chmod 700 $dir" \
		-- bottle-ls dev
	chmod 700 "$dir"
	check -o ignore -- bottle-ls dev
}

# runs PID: let the record of dev have this process; see the fields in proc(5).
runs() {
	local start

	start=$(sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20)
	sqlite3 .local/share/smolvm/server/smolvm.db "UPDATE vms SET data =
		CAST(json_set(CAST(data AS TEXT), '$.state', 'running', '$.pid',
		$1, '$.pid_start_time', $start) AS BLOB) WHERE name = 'dev'"
	PROCESS="$1 $start"
}

# proved [FILTER]: the record that bottle-launch keeps of dev, changed by FILTER.
proved() {
	rm -rf "$KEPT"
	(umask 077; jq -nc --arg process "$PROCESS" '{x: 1, process: $process,
		ports_enforced: true, verified: ["closed dns"], proved_at:
		"2026-11-29T12:00:00Z", engine: "1.32.2"} | '"${1:-.}" >"$KEPT")
}

@test "the proof is listed while the machine that was proved runs" {
	local at='dev	127.0.0.16	-	running		'

	machine dev -e BOTTLE=dev --allow-cidr 127.0.0.16/32
	KEPT=.local/state/bottle-tools/dev.json
	mkdir -p "${KEPT%/*}"
	sleep 100 3>&- &
	runs "$!"
	check -o "$at-" -- bottle-ls
	proved
	check -o "${at}proved 2026-11-29T12:00:00Z, smolvm 1.32.2" -- bottle-ls
	check -o "[1,\"$PROCESS\",true,[\"closed dns\"],\"2026-11-29T12:00:00Z\",\"1.32.2\"]" \
		-- sh -c 'bottle-ls -j dev | jq -c "[.x, .process,
		.ports_enforced, .verified, .proved_at, .engine]"'
	proved 'del(.ports_enforced)'
	check -o null -- sh -c 'bottle-ls -j dev | jq .ports_enforced'

	# restarted since, with another process ID, or with the same
	sleep 100 3>&- &
	kill "${PROCESS% *}"
	runs "$!"
	check -o "$at-" -- bottle-ls
	proved '.process |= sub(" .*"; " 1")'
	check -o "$at-" -- bottle-ls
	check -o '[null,null,null,null]' -- sh -c 'bottle-ls -j dev |
		jq -c "[.x, .verified, .proved_at, .engine]"'

	# what bottle-launch did not write
	while IFS='|' read -r command why; do
		proved
		eval "$command"
		check -o "$at-" -e "match:bottle-ls: dev: .*$why" -- bottle-ls
	done <<-'END'
		mv "$KEPT" x; ln -s "$PWD/x" "$KEPT"|dev.json: .*symbolic links
		chmod g+w "$KEPT"|dev.json: other users can write it
		chown 1 "$KEPT"|dev.json: other users can write it
		rm "$KEPT" && mkfifo "$KEPT"|dev.json: is not a file
		rm "$KEPT" && mkdir "$KEPT"|dev.json: is not a file
		truncate -s 9M "$KEPT"|dev.json: larger than 8388608 bytes
		echo x >>"$KEPT"|its launch record: .*
		echo '{"process":1}' >"$KEPT"|its launch record: process: is of .*
		proved .process=1|its launch record: process: is of the wrong type
		proved '.proved_at=5'|its launch record: proved_at: is of .*
		proved '.proved_at+="\u001b[1m"'|its launch record: proved_at is not a time
		proved '.proved_at="1.32.2"'|its launch record: proved_at is not a time
		proved '.engine="1.32.2\n"'|its launch record: engine is not a version
		proved '.engine=""'|its launch record: engine is not a version
		proved '.verified={}'|its launch record: verified: is of .*
		proved 'del(.verified)'|its launch record: verified is missing
		proved '.ports_enforced="true"'|its launch record: ports_enforced: .*
	END
	proved
	kill "${PROCESS% *}"
	wait "${PROCESS% *}" || :
	check -o 'dev	127.0.0.16	-	stopped		-' -- bottle-ls
}

@test "-w: a health check that is starting is waited for" {
	container dev-bundle dev running starting
	(sleep 1; container dev-bundle dev running healthy) 3>&- &
	check -o 'dev	-	running (healthy)	-		-' -- bottle-ls -w 30 dev
	wait "$!"
	container dev-bundle dev running starting
	check -o 'dev	-	running (starting)	-		-' -- bottle-ls -w 1 dev
}

@test "a member that a future engine adds is listed as unknown" {
	local db=$HOME/.local/share/smolvm/server/smolvm.db dir

	machine dev -e BOTTLE=dev
	sqlite3 "$db" "UPDATE vms SET data = CAST(json_set(CAST(data AS TEXT),
		'$.usb_devices', json('[1]')) AS BLOB)"
	dir=$HOME/.cache/smolvm/vms/$(printf dev | sha256sum | cut -c 1-16)
	mkdir -m 700 -p "$dir"
	printf dev >"$dir/name"
	echo '{"version":2,"agents":1,"resources":{"cpus":1,"tunnel":true}}' \
		>"$dir/agent.config.json"
	check -o '["unknown usb_devices","unknown agents","unknown tunnel"]' \
		-- sh -c 'bottle-ls -j dev | jq -c .beside_ip'
}

@test "- completes the launch record" {
	machine dev -e BOTTLE=dev -v /tmp:/x
	container dev-bundle dev running '' "$(at 127.0.0.16)" "$(at 127.0.0.16)"
	check -o '{"pool":["127.0.0.16"],"machine":"dev","alias":"127.0.0.16","owner":"dev-bundle","bundle":"dev-bundle","ports":{"3000/tcp":"127.0.0.16:3000"},"beside_ip":["mount /tmp:/x"],"process":null}' \
		-i '{"pool":["127.0.0.16"]}' -- bottle-ls -j dev -
	check -s 2 -e 'match:bottle-ls: .*' -i '' -- bottle-ls -j dev -
	check -s 2 -e 'bottle-ls: <stdin>: is not a launch record' -i x -- \
		bottle-ls -j dev -
}

@test "usage, and output that is lost" {
	check -s 2 -e 'match:bottle-ls: Dev: not a slug .*' -- bottle-ls Dev
	check -s 2 -e 'bottle-ls: -e: needs a slug, and goes without -j' -- \
		bottle-ls -e
	check -s 2 -e 'bottle-ls: one slug at most' -- bottle-ls a b
	check -s 2 -e 'bottle-ls: -: needs -j' -- bottle-ls dev -
	container dev-bundle dev running
	check -s 2 -e 'match:bottle-ls: <stdout>.*' -- \
		sh -c 'bottle-ls >/dev/full'
}

@test "bottle-ls.1: the examples" {
	container dev-bundle dev running '' "$(at 127.0.0.16)" "$(at 127.0.0.16)"
	example -o 'dev	127.0.0.16	running	-	3000/tcp	-' <<-'END'
		bottle-ls
	END
	example -o 127.0.0.16 <<-'END'
		parts=$(bottle-ls -e dev) && eval "$parts" && echo "$alias"
	END
	DOCKER_HOST=unix:///none example -s 2 -e 'match:bottle-ls: .*' <<-'END'
		parts=$(bottle-ls -e dev) && eval "$parts" && echo "$alias"
	END
	machine dev -e BOTTLE=dev
	chmod -R go-rwx "$HOME"
	example -s 2 -e 'match:bottle-prove: .*' <<-'END'
		bottle-ls -j dev | bottle-prove -
	END
}
