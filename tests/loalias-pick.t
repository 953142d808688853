#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Without an engine: containers from files, listeners, claims, the command.
# Each network namespace has claims and listeners of its own.

load lib.sh

DATA=$BATS_TEST_DIRNAME/data/docker

# pick ARGUMENT...: in a network namespace, with no containers.
pick() {
	echo '[]' >none.json
	inside loalias-pick -f none.json "$@"
}

# with SPEC... -- COMMAND...: run it while the sockets exist.
with() {
	inside "$TESTS/sockets" "$@"
}

setup_file() {
	file_needs 'no network namespaces' inside true || return 0
}

@test "the first free address is printed" {
	check -o 127.0.0.16 -- pick
	check -o 127.0.0.22 -- inside \
		loalias-pick -f "$DATA/engine-20.10-inspect.json"
	check -o '127.0.0.22
127.0.0.23' -- inside loalias-pick -f "$DATA/engine-20.10-inspect.json" \
		-a 127.0.0.16-127.0.0.23
}

@test "none is free: status 1, and why" {
	check -s 1 -e 'loalias-pick: 127.0.0.16: held by container dev-bundle running 32768/tcp,32769/tcp
loalias-pick: 127.0.0.20: held by container exited exited 0/tcp
loalias-pick: none of 2 addresses is free: 2 held, 0 claimed, 0 excluded' \
		-- inside loalias-pick -f "$DATA/engine-20.10-inspect.json" \
		127.0.0.16 127.0.0.20
	check -s 1 -e 'loalias-pick: 127.0.0.16: excluded by -x
loalias-pick: none of 1 addresses is free: 0 held, 0 claimed, 1 excluded' \
		-- pick -a -j -x 127.0.0.16 127.0.0.16
}

# inspect NAME STATE NETWORK HOSTIP...: an array as docker inspect prints it
inspect() {
	jq -n '[{Id: "1", Name: ("/" + $ARGS.positional[0]),
	    State: {Status: $ARGS.positional[1]},
	    HostConfig: {NetworkMode: $ARGS.positional[2], PortBindings:
	    {"80/tcp": [$ARGS.positional[3:][] | {HostIp: ., HostPort: "80"}]}},
	    NetworkSettings: {Ports: {}}}]' --args "$@"
}

@test "a container holds its addresses in every state" {
	for state in created running paused restarting removing exited dead; do
		inspect web "$state" default 127.0.0.16 >file
		check -o 127.0.0.17 -- inside loalias-pick -f file
	done
	inspect web exited default 127.0.0.16 ::ffff:127.0.0.17 >file
	check -o 127.0.0.18 -- inside loalias-pick -f file
}

@test "wildcards and the host's network hold nothing" {
	for ip in '' 0.0.0.0 :: ::1; do
		inspect web running default "$ip" >file
		check -o 127.0.0.16 -- inside loalias-pick -f file
	done
	inspect web running host 127.0.0.16 >file
	check -o 127.0.0.16 -- inside loalias-pick -f file
}

@test "a port that is there, but was not asked for, counts as well" {
	inspect web running default 0.0.0.0 | jq '.[0].NetworkSettings.Ports =
		{"7000/tcp": null, "80/udp":
		[{HostIp: "127.0.0.16", HostPort: "32768"}]}' >file
	check -o 127.0.0.17 -- inside loalias-pick -f file
}

@test "-f: a list of the API, if nothing in it hides what it holds" {
	jq 'map(select(.State != "restarting"))' \
		"$DATA/engine-20.10-list-running.json" >list
	check -o 127.0.0.17 -- inside loalias-pick -f list
	check -i file:list -o 127.0.0.20 -- \
		inside loalias-pick -f - 127.0.0.18-127.0.0.20
	check -s 2 -e "loalias-pick: $DATA/engine-20.10-list-all.json: [1]: looping is restarting, and a list does not show what it would publish: the output of docker inspect is expected" \
		-- inside loalias-pick -f "$DATA/engine-20.10-list-all.json"
}

@test "-f: podman's forms" {
	inspect web exited bridge 127.0.0.16 | jq '.[0].Name = "web"' >file
	check -o 127.0.0.17 -- inside loalias-pick -f file
	echo '[{"Id":"1","Names":["web"],"State":"running","Ports":
		[{"host_ip":"127.0.0.16","container_port":90,"host_port":9090,
		"range":1,"protocol":"tcp"}]}]' >file
	check -s 2 -e 'loalias-pick: file: [0]: Ports: [0]: PrivatePort: is missing: the output of docker inspect is expected' \
		-- inside loalias-pick -f file
}

@test "-f: another shape than expected is refused, and the shape is named" {
	local wanted='the output of docker inspect is expected'

	while IFS=';' read -r text why; do
		printf '%s\n' "$text" >file
		check -s 2 -e "loalias-pick: file: $why" -- \
			inside loalias-pick -f file
	done <<-END
		;is empty: $wanted, or [] if there are no containers
		{};is no JSON array: $wanted
		{"State":{}};is no JSON array: $wanted
		web;is no JSON array: $wanted
		[;is not one JSON value
		[] [];is not one JSON value
		["web"];[0]: is not an object: $wanted
		[1];[0]: is not an object: $wanted
		[[]];[0]: is not an object: $wanted
		[{}];[0]: is not a container: $wanted
		[{"State":null}];[0]: is not a container: $wanted
		[{"State":1}];[0]: is not a container: $wanted
		[{"Id":"1","State":{}}];[0]: HostConfig: is missing: $wanted
		[{"Id":"1","State":{},"HostConfig":{}}];[0]: HostConfig: PortBindings: is missing: $wanted
	END
	check -s 2 -e "loalias-pick: $DATA/cli-28.2-ps-all.jsonl: is no JSON array: $wanted" \
		-- inside loalias-pick -f "$DATA/cli-28.2-ps-all.jsonl"
	: >file
	check -s 2 -e "loalias-pick: file: is empty: $wanted, or [] if there are no containers" -- \
		inside loalias-pick -f file
	printf '[]\0' >file
	check -s 2 -e 'loalias-pick: file: has a NUL byte' -- \
		inside loalias-pick -f file
	printf '["\377"]' >file
	check -s 2 -e 'loalias-pick: file: is not UTF-8 at byte 3' -- \
		inside loalias-pick -f file
	check -s 2 -e 'loalias-pick: nofile: No such file or directory' -- \
		inside loalias-pick -f nofile
	check -s 2 -e 'loalias-pick: .: Is a directory' -- \
		inside loalias-pick -f .
}

@test "-f: a wrong type is refused at every place that is read" {
	local file

	for file in inspect list-running; do
		jq -c '[first(.[] | select(.State | . == "running" or
			.Status? == "running") | select(.Names // [.Name] |
			. == ["/dev-bundle"]))]' \
			"$DATA/engine-20.10-$file.json" >good
		check -o 127.0.0.17 -- inside loalias-pick -f good
		# An object with other members is no wrong type.
		jq -c '. as $good | paths | select(.[0] == 0 and length > 1) |
			select(.[1] == "Id" or .[1] == "Name" or
			.[1] == "Names" or .[1] == "Ports" or
			(.[1] == "State" and (.[2] // "Status") == "Status") or
			(.[1:3] | . == ["HostConfig"] or
			. == ["HostConfig","NetworkMode"] or
			. == ["HostConfig","PortBindings"]) or
			.[1:3] == ["NetworkSettings","Ports"]) as $path |
			(7.5, true, "a\u0000b", [[]], {"0": 0}) as $value |
			select([$value, ($good | getpath($path))] |
			map(type) != ["object", "object"]) |
			$good | setpath($path; $value)' good
	done >bad
	inside sh -c 'while read -r line; do
		status=0
		printf "%s\n" "$line" | loalias-pick -f - || status=$?
		echo "status $status"
	done <bad' >out 2>err
	[ "$(wc -l <bad)" -gt 100 ]
	check -o "$(wc -l <bad) status 2" -- sh -c 'uniq -c out | xargs'
	check -o "$(wc -l <bad)" -- grep -c '^loalias-pick: <stdin>: \[0\]: ' err
}

@test "the pool: operands in their order, ranges, networks" {
	check -o 127.0.0.30 -- pick 127.0.0.30 127.0.0.16/28
	check -o '127.0.0.18
127.0.0.17' -- pick -a 127.0.0.18 127.0.0.17-127.0.0.18
	check -s 2 -e 'loalias-pick: not within 127.0.0.0/8: 10.0.0.1' -- \
		pick 10.0.0.1
}

@test "the pool: LOALIAS_POOL, the default" {
	export LOALIAS_POOL='127.0.0.40 127.0.0.41'
	check -o '127.0.0.40
127.0.0.41' -- pick -a
	LOALIAS_POOL=
	[ "$(pick -a | wc -l)" -eq 16 ]
}

@test "the pool: standard input as lines, as an array, as a record" {
	check -i ' 127.0.0.20
# comment

127.0.0.21-127.0.0.22' -o '127.0.0.20
127.0.0.21
127.0.0.22' -- pick -a -
	check -i '["127.0.0.20"]' -o 127.0.0.20 -- pick -
	check -i '{"pool":["127.0.0.20","127.0.0.21"],"x":{"y":1.5}}' \
		-o 127.0.0.20 -- pick -
	check -i '{"x":1}' -o 127.0.0.16 -- pick -
	check -s 2 -e 'loalias-pick: <stdin>: empty' -- pick -
	check -s 2 -i '127.0.0.16
web' -e 'loalias-pick: <stdin>:2: not an address or network: web' -- pick -
	check -s 2 -i '{"pool":[1]}' \
		-e 'match:loalias-pick: <stdin>: pool: .*' -- pick -
	check -s 2 -i '{"pool":["127.0.0.16"],"pool":[]}' \
		-e 'loalias-pick: <stdin>: has a member twice in one object' \
		-- pick -
}

@test "-j: an object, or the record with its members added" {
	check -o '{"alias":"127.0.0.16"}' -- pick -j
	check -o '{"alias":"127.0.0.16","owner":"web"}' -- pick -j -o web
	check -o '{"free":["127.0.0.16","127.0.0.17"]}' -- \
		pick -j -a 127.0.0.16/31
	check -i '{"z":[1.5,null],"alias":"old","pool":["127.0.0.20"],"a":{}}' \
		-o '{"z":[1.5,null],"alias":"127.0.0.20","pool":["127.0.0.20"],"a":{}}' \
		-- pick -j -
	check -i 127.0.0.20 -o '{"alias":"127.0.0.20"}' -- pick -j -
}

@test "-x: lists, networks, more than one, and none at all" {
	check -o 127.0.0.19 -- pick -x 127.0.0.16 -x '127.0.0.17, 127.0.0.18'
	check -o 127.0.0.20 -- pick -x 127.0.0.16/30
	check -o 127.0.0.16 -- pick -x '' -x ' , ' -x 10.0.0.0/8 -x ::/0
	check -s 1 -e ignore -- pick -x 127.0.0.1 127.0.0.1
	check -s 2 -e 'loalias-pick: -x: not an address or network: web' -- \
		pick -x web
	check -s 2 -e 'match:loalias-pick: -x: has host bits set.*127.0.0.16/28\)' -- \
		pick -x 127.0.0.17/28
}

@test "-x -: standard input, which may be empty" {
	check -o 127.0.0.16 -- pick -x -
	check -i '# machines
127.0.0.16/32 127.0.0.17/32
127.0.0.18,' -o 127.0.0.19 -- pick -x -
	check -i '["127.0.0.16/32"]' -o 127.0.0.17 -- pick -x -
	check -i '{"pool":["127.0.0.16"]}' -s 2 \
		-e 'loalias-pick: <stdin>: is an object, not a list' -- \
		pick -x -
	check -i '127.0.0.16
web' -s 2 -e 'loalias-pick: <stdin>:2: not an address or network: web' -- \
		pick -x -
}

@test "-o: the owner's address first, unless others hold it" {
	local file=$DATA/engine-20.10-inspect.json

	check -o 127.0.0.18 -- inside loalias-pick -o range -f "$file"
	check -o 127.0.0.18 -- inside loalias-pick -a -o range -f "$file"
	check -s 1 -e 'loalias-pick: 127.0.0.18: excluded by -x
loalias-pick: range: its address is not free: 127.0.0.18' -- \
		inside loalias-pick -o range -x 127.0.0.18 -f "$file"
	check -s 1 -e 'loalias-pick: 127.0.0.18: claimed by another loalias-pick
loalias-pick: range: its address is not free: 127.0.0.18' -- \
		with tcp,127.0.0.18,9016,bound -- \
		loalias-pick -o range -f "$file"
	check -s 1 -e 'match:loalias-pick: 127.0.0.18: held by process [0-9]+ sockets 80/tcp,53/udp
loalias-pick: range: its address is not free: 127.0.0.18' -- \
		with tcp,127.0.0.18,80 udp,127.0.0.18,53 -- \
		loalias-pick -o range -f "$file"
	# A first launch: no container has this name yet.
	check -o 127.0.0.22 -- inside loalias-pick -o none -f "$file"
	inspect web exited default 127.0.0.20 >file
	check -o 127.0.0.16 -- inside loalias-pick -f file
	check -o 127.0.0.20 -- inside loalias-pick -o web -f file
	# An address off the pool counts as none.
	check -o 127.0.0.16 -- inside loalias-pick -o web -f file 127.0.0.16
	jq -s add <(inspect web exited default 127.0.0.16) \
		<(inspect other exited default 127.0.0.16) >file
	check -s 1 -e 'loalias-pick: 127.0.0.16: held by container other exited 80/tcp
loalias-pick: web: its address is not free: 127.0.0.16' -- \
		inside loalias-pick -o web -f file
	check -o 127.0.0.16 -- inside loalias-pick -o web -o other -f file
}

# Two services of a project, each with the other's address, and a third one.
project() {
	inspect "$1" running default "$2" | jq --arg id "$3" '.[0] +=
		{Id: ($id * 64), Config: {Labels:
		{"com.docker.compose.project": "shop"}}}'
}

@test "-o: a name, an ID, or a label, and several of them" {
	local a b label=label=com.docker.compose.project

	jq -s add <(project web 127.0.0.20 a) <(project db 127.0.0.20 b) \
		<(inspect other running default 127.0.0.16) >file
	a=$(printf 'a%.0s' {1..64}) b=$(printf 'b%.0s' {1..12})
	for owner in "$label" "$label=shop"; do
		check -o 127.0.0.20 -- inside loalias-pick -f file -o "$owner"
	done
	check -o 127.0.0.20 -- inside loalias-pick -f file -o web -o db
	check -o 127.0.0.20 -- inside loalias-pick -f file -o "$a" -o "$b"
	check -o 127.0.0.20 -- inside loalias-pick -f file -o "$a" -o db
	check -s 1 -e 'loalias-pick: 127.0.0.20: held by container db running 80/tcp
loalias-pick: web: its address is not free: 127.0.0.20' -- \
		inside loalias-pick -f file -o web
	check -s 1 -e 'match:.*127.0.0.20: held by container db running 80/tcp.*' \
		-- inside loalias-pick -f file -o "$a"
	check -o 127.0.0.17 -- inside loalias-pick -f file -o "$label=other"
	check -o 127.0.0.17 -- inside loalias-pick -f file -o label=none
	check -o '{"alias":"127.0.0.20","owner":["web","db"]}' -- \
		inside loalias-pick -j -f file -o web -o db
}

@test "-o: what can be no container is no first launch" {
	local id=0123456789ab

	for owner in '' /web a/b ' web' 'web ' label= label==x -x; do
		check -s 2 -e "loalias-pick: -o: not a container name, ID or label=KEY[=VALUE]: $owner" \
			-- pick -o "$owner"
	done
	for id in "$id" "$(printf 'c%.0s' {1..64})"; do
		check -s 2 -e "loalias-pick: $id: no container has this ID" -- \
			pick -o "$id"
	done
}

@test "-l: who holds what" {
	jq -s add <(inspect web exited default 127.0.0.16 127.0.0.17) \
		<(project db 127.0.0.16 b | jq '.[0].HostConfig.PortBindings =
		{"1/tcp": [{HostIp: "127.0.0.16", HostPort: "0"}],
		"2/udp": [{HostIp: "127.0.0.16", HostPort: ""}]} |
		.[0].NetworkSettings.Ports =
		{"1/tcp": [{HostIp: "127.0.0.16", HostPort: "32768"}]}') >file
	check -o 'match:127.0.0.1	free
127.0.0.16	held	container web exited 80/tcp	container db running 32768/tcp,0/udp
127.0.0.17	held	container web exited 80/tcp	process [0-9]+ sockets 81/tcp,81/udp
127.0.0.18	claimed
127.0.0.19	excluded
127.0.0.20	free' -- with tcp,127.0.0.16,32768 tcp,127.0.0.17,80 \
		tcp,127.0.0.17,81 udp,127.0.0.17,81 \
		tcp,127.0.0.18,9016,bound tcp,0.0.0.0,82 -- \
		loalias-pick -l -f file -x 127.0.0.19 127.0.0.1 \
		127.0.0.16-127.0.0.20
	check -o 'match:\{"x":1,"addresses":\[\{"address":"127.0.0.16","state":"held","by":\[\{"container":"web","state":"exited","ports":\["80/tcp"\]\},\{"container":"db","state":"running","ports":\["32768/tcp","0/udp"\]\},\{"process":"sockets","pid":[0-9]+,"ports":\["9/udp"\]\}\]\},\{"address":"127.0.0.18","state":"free","by":\[\]\}\],"pool":\["127.0.0.16","127.0.0.18"\]\}' \
		-i '{"x":1,"addresses":0,"pool":["127.0.0.16","127.0.0.18"]}' \
		-- with udp,127.0.0.16,9 -- loalias-pick -l -j -f file -
	check -o '127.0.0.16	held	process - - 80/tcp' -- \
		with tcp,127.0.0.16,80 -- \
		unshare -U loalias-pick -l -f "$(echo '[]' >none; echo none)" \
		127.0.0.16
}

@test "-w: it waits for an address, and for the owner's, but no longer" {
	inspect web exited default 127.0.0.16 >file
	check -o 127.0.0.16 -- inside sh -c '
		"$TESTS/sockets" tcp,127.0.0.16,9016,bound -- sh -c "
			echo >taken; until [ -e waits ]; do sleep 0.05; done;
			sleep 0.3" &
		until [ -e taken ]; do sleep 0.05; done
		loalias-pick -o web -f file 127.0.0.16 2>/dev/null && exit 9
		echo >waits
		loalias-pick -w 20 -o web -f file'
	check -s 1 -o 'match:1[0-9]{6}' -e 'loalias-pick: 127.0.0.16: held by container web exited 80/tcp
loalias-pick: none of 1 addresses is free: 1 held, 0 claimed, 0 excluded' -- \
		inside bash -c 'begin=${EPOCHREALTIME/./}
		loalias-pick -w 1 -f file 127.0.0.16 || status=$?
		echo $((${EPOCHREALTIME/./} - begin))
		exit "$status"'
	for seconds in '' -1 1.5 x 1000001; do
		check -s 2 -e 'loalias-pick: -w: not 0 to 1000000 seconds' -- \
			pick -w "$seconds"
	done
}

@test "a pipe or a file on standard input is not read, and that is said" {
	local said='loalias-pick: standard input is not read without -'

	check -o 127.0.0.16 -e "$said" -i 127.0.0.20 -- pick
	check -o 127.0.0.16 -e "$said" -- \
		inside sh -c 'echo 127.0.0.20 | loalias-pick -f none.json'
	check -o 127.0.0.16 -i 127.0.0.20 -- pick 127.0.0.16
	check -o 127.0.0.16 -i '[]' -- inside loalias-pick -f -
	check -o 'input' -i input -- pick -- cat
}

@test "a command without an engine: no containers, said with []" {
	local why='loalias-pick: -f: a command needs an engine that can be asked (podman: systemctl start podman.socket), or [] for no containers'

	check -o 127.0.0.16 -- pick -- echo {}
	check -i '[]' -o '127.0.0.17 /dev/null' -- \
		with tcp,127.0.0.16,9016,bound -- loalias-pick -f - -- \
		sh -c 'echo {} "$(readlink /proc/self/fd/0)"'
	inspect web exited default 127.0.0.20 >file
	check -s 125 -e "$why" -- inside loalias-pick -f file -- echo never
	check -s 125 -e 'match:.*: is empty: .*, or \[\] if there are no containers' \
		-- inside loalias-pick -f /dev/null -- echo never
}

@test "a command: 125 for what loalias-pick itself could not do" {
	for bad in '127.0.0.256' '-f nofile' '-H unix:///nonexistent'; do
		# shellcheck disable=SC2086 # words
		check -s 125 -e 'match:loalias-pick: .*' -- \
			inside loalias-pick $bad -- echo never
	done
	LOALIAS_CLAIM_PORT=x check -s 125 -e ignore -- pick -- echo never
	check -s 1 -e ignore -- pick -x 127.0.0.16 127.0.0.16 -- echo never
}

@test "odd bindings are named, and hold the address that the engine uses" {
	inspect db exited default localhost >file
	check -o 127.0.0.16 -e 'loalias-pick: container db: port 80/tcp: host address localhost: is no address, and means all addresses' \
		-- inside loalias-pick -f file 127.0.0.16
	inspect $'d\033b' exited default $'\033[31m' >file
	check -o 127.0.0.16 -e 'match:loalias-pick: container d.x1bb: port 80/tcp: host address .x1b.31m: .*' \
		-- inside loalias-pick -f file 127.0.0.16
}

@test "-o: an owner with two addresses is reported" {
	inspect web exited default 127.0.0.16 127.0.0.17 >file
	check -s 2 -e 'loalias-pick: web: is on 127.0.0.16 and on 127.0.0.17: which is its own?' \
		-- inside loalias-pick -o web -f file
	check -o 127.0.0.16 -- inside loalias-pick -o web -f file 127.0.0.16
	jq -s add <(inspect web exited default 127.0.0.16) \
		<(inspect web exited default 127.0.0.17) >file
	check -s 2 -e 'loalias-pick: web: is on 127.0.0.16 and on 127.0.0.17: which is its own?' \
		-- inside loalias-pick -o web -f file
}

@test "127.0.0.1 is for all: always the answer where it is the pool" {
	inspect web running default 127.0.0.1 >file
	check -o 127.0.0.1 -- inside loalias-pick -f file 127.0.0.1
	check -o 127.0.0.1 -- with tcp,127.0.0.1,80 tcp,127.0.0.1,9016 -- \
		loalias-pick -f file 127.0.0.1
}

@test "listeners on exactly the address hold it, those on all do not" {
	echo '[]' >none.json
	check -o 127.0.0.20 -- with tcp,127.0.0.16,80 udp,127.0.0.17,80 \
		tcp,::ffff:127.0.0.18,80 udp,::ffff:127.0.0.19,80 \
		tcp,0.0.0.0,81 udp,0.0.0.0,81 tcp,::,82,dual -- \
		loalias-pick -f none.json
	# These two cannot be reached.
	check -o 127.0.0.16 -- with tcp,127.0.0.16,80,bound \
		udp,127.0.0.16,80,connected -- loalias-pick -f none.json
}

@test "-o: the listeners of the owner's bindings are the owner's" {
	inspect web running default 127.0.0.16 >file
	check -o 127.0.0.16 -- with tcp,127.0.0.16,80 -- \
		loalias-pick -o web -f file
	check -s 1 -e ignore -- with tcp,127.0.0.16,81 -- \
		loalias-pick -o web -f file
	check -s 1 -e ignore -- with udp,127.0.0.16,80 -- \
		loalias-pick -o web -f file
	# Whichever of the containers comes first.
	jq -s add <(inspect other running default 127.0.0.17) file >both
	check -o 127.0.0.16 -- with tcp,127.0.0.16,80 -- \
		loalias-pick -o web -f both
}

@test "a claimed address is not printed" {
	echo '[]' >none.json
	check -o 127.0.0.17 -- with tcp,127.0.0.16,9016,bound -- \
		loalias-pick -f none.json
	check -s 1 -e 'loalias-pick: 127.0.0.16: claimed by another loalias-pick
loalias-pick: 127.0.0.17: claimed by another loalias-pick
loalias-pick: none of 2 addresses is free: 0 held, 2 claimed, 0 excluded' \
		-- with tcp,127.0.0.16,9016,bound tcp,127.0.0.17,9016,bound \
		-- loalias-pick -f none.json 127.0.0.16/31
	export LOALIAS_CLAIM_PORT=9999
	check -o 127.0.0.16 -- with tcp,127.0.0.16,9016,bound -- \
		loalias-pick -f none.json
	check -o 127.0.0.17 -- with tcp,127.0.0.16,9999,bound -- \
		loalias-pick -f none.json
}

@test "a program at the claim port is no claim" {
	local taken='loalias-pick: port 9016: needed for claims, but a program listens on it: stop it, or set LOALIAS_CLAIM_PORT'

	echo '[]' >none.json
	check -s 2 -e "$taken" -- with tcp,0.0.0.0,9016 -- \
		loalias-pick -f none.json
	check -s 2 -e "$taken" -- with tcp,::,9016,dual -- \
		loalias-pick -a -f none.json
	check -s 2 -e "$taken" -- with tcp,0.0.0.0,9016,bound -- \
		loalias-pick -f none.json
	# This is no problem while claims can be made.
	check -o 127.0.0.16 -- with tcp,127.0.0.1,9016 -- \
		loalias-pick -f none.json
	for port in 0 65536 web -1 ' 9016'; do
		export LOALIAS_CLAIM_PORT=$port
		check -s 2 -e "loalias-pick: LOALIAS_CLAIM_PORT: is not a port: $port" \
			-- pick
	done
}

@test "a claim port that is not for us is trouble" {
	echo '[]' >none.json
	LOALIAS_CLAIM_PORT=80 check -s 2 \
		-e 'loalias-pick: 127.0.0.16: cannot claim it at port 80: Permission denied' \
		-- inside setpriv --bounding-set -net_bind_service \
		loalias-pick -f none.json
}

@test "an address that the host does not have is trouble" {
	check -s 2 -e 'loalias-pick: 127.0.0.16: not an address of this host: run loalias-ensure first' \
		-- unshare -rn sh -c 'ip link set lo up
		ip addr del 127.0.0.1/8 dev lo
		ip addr add 127.0.0.1/32 dev lo
		echo "[]" | loalias-pick -f -'
}

@test "usage" {
	usage=$(loalias-pick -h)
	check -o "$usage" -- loalias-pick --help
	check -o 'match:bottle-tools [0-9.]+' -- loalias-pick -V
	while IFS=';' read -r arguments why; do
		# shellcheck disable=SC2086 # words
		check -s 2 -e "loalias-pick: $why" -- loalias-pick $arguments
	done <<-'END'
		-z;-z: unknown option, or missing argument (-h lists them)
		-x;-x: unknown option, or missing argument (-h lists them)
		--nope;--nope: unknown option (-h lists them)
		-f - -;only one - can be standard input
		-f - -x -;only one - can be standard input
		-x - -;only one - can be standard input
		-x - -x -;only one - can be standard input
		- -;only one - can be standard input
		- 127.0.0.16;either addresses or -
		127.0.0.16 -;either addresses or -
		-f file -H unix:///x;either -f or -H
		-a -- true;-a, -j and -l do not go with a command
		-j -- true;-a, -j and -l do not go with a command
		-l -- true;-a, -j and -l do not go with a command
		-l -a;-a, -o and -w do not go with -l
		-l -o web;-a, -o and -w do not go with -l
		-l -w 1;-a, -o and -w do not go with -l
		--;no command after --
		-o;-o: unknown option, or missing argument (-h lists them)
	END
}

@test "options end at the first operand" {
	check -s 2 -e 'loalias-pick: not a range of IPv4 addresses: -a' -- \
		pick 127.0.0.16 -a
}

@test "lost output is trouble" {
	echo '[]' >none.json
	check -s 2 -e 'loalias-pick: <stdout>: No space left on device' -- \
		inside sh -c 'loalias-pick -f none.json >/dev/full'
	check -s 2 -e 'loalias-pick: <stdout>: Bad file descriptor' -- \
		inside sh -c 'loalias-pick -f none.json >&-'
	check -s 2 -e 'match:loalias-pick: <stdin>: Bad file descriptor' -- \
		inside sh -c 'loalias-pick -f - <&-'
}
