#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The choice of the engine, and answers that no real engine gives:
# tests/fake_engine is a fake.  docker.t has real engines.

load lib.sh
load fake_engine.sh

@test "one list, and inspects only of what it hides, on one connection" {
	engine e
	held e 16 17
	check -o 127.0.0.18 -- inside loalias-pick -H "unix://$PWD/e/docker.sock"
	check -o '1 /containers/json?all=1' -- cat e/log
	rm e/log
	hides e 16 17 18
	jq '. + [{Id: "net", Names: ["/net"], State: "exited", HostConfig:
		{NetworkMode: "host"}, Ports: []}]' e/list >list
	mv list e/list
	check -o 127.0.0.19 -- inside loalias-pick -H unix://e/docker.sock
	check -o '2 /containers/16/json
2 /containers/17/json
2 /containers/18/json
2 /containers/json?all=1' -- sort e/log
}

@test "1,500 containers, each third one stopped: 501 requests" {
	engine e
	jq -n '[range(1500) | {Id: tostring, Names: ["/web\(.)"]} +
		if . % 3 == 0 then {State: "exited", Ports: []} else
		{State: "running", HostConfig: {NetworkMode: "default"},
		Ports: [{IP: "127.0.0.\(16 + . % 15)", PrivatePort: 80,
		PublicPort: ., Type: "tcp"}]} end]' >e/list
	jq -nr 'range(0; 1500; 3) | "\(.) " + ({Id: tostring, Name:
		"/web\(.)", State: {Status: "exited"}, HostConfig:
		{PortBindings: {"80/tcp": [{HostIp: "127.0.0.\(16 + . % 15)",
		HostPort: "80"}]}}, NetworkSettings: {Ports: {}}} | tojson)' |
		while read -r id inspect; do
			echo "$inspect" >"e/inspect/$id"
		done
	check -o 127.0.0.31 -- inside loalias-pick -H unix://e/docker.sock
	check -o '501 1' -- sh -c "cut -d ' ' -f 1 e/log | uniq -c | xargs"
}

@test "what should have ports and shows none is inspected" {
	engine e
	hides e 16
	jq '.[0].State = "running"' e/list >list
	mv list e/list
	check -o 127.0.0.17 -- inside loalias-pick -H unix://e/docker.sock
}

@test "a container that vanishes between list and inspect is no error" {
	engine e
	hides e 16 17 18
	rm e/inspect/17
	check -o 127.0.0.17 -- inside loalias-pick -H unix://e/docker.sock
}

@test "with a command the list is asked for again, after the claim" {
	engine e
	check -o hello -- inside loalias-pick -H unix://e/docker.sock -- \
		echo hello
	check -o '1 /containers/json?all=1
1 /containers/json?all=1' -- cat e/log
}

@test "what is taken between a listing and the claim is left alone" {
	engine e
	mv e/list e/list.1
	held e 16
	mv e/list e/list.2
	held e 16 17
	check -o 127.0.0.18 -- inside loalias-pick -H unix://e/docker.sock -- \
		echo {}
	check -o 4 -- grep -c . e/log
	# The same when it is the only one.
	echo '[]' >e/list.5
	check -s 1 -e 'loalias-pick: 127.0.0.16: held by container web16 running 80/tcp
loalias-pick: none of 1 addresses is free: 1 held, 0 claimed, 0 excluded' \
		-- inside loalias-pick -H unix://e/docker.sock 127.0.0.16 -- \
		echo {}
}

@test "an engine that goes away between a listing and the next" {
	engine e
	held e 16
	echo '{' >e/list.2
	check -s 125 -e 'loalias-pick: unix://e/docker.sock: answer: is not one JSON value' \
		-- inside loalias-pick -H unix://e/docker.sock -- echo never
}

@test "-H beats DOCKER_HOST beats DOCKER_CONTEXT beats config.json" {
	for name in flag host context config; do
		engine $name
	done
	held flag 16
	held host 16 17
	held context 16 17 18
	held config 16 17 18 19
	context context "unix://$PWD/context/docker.sock"
	context config "unix://$PWD/config/docker.sock"
	echo '{"auths":{},"currentContext":"config"}' >.docker/config.json
	check -o 127.0.0.20 -- inside loalias-pick
	export DOCKER_CONTEXT=context
	check -o 127.0.0.19 -- inside loalias-pick
	export DOCKER_HOST=" unix://$PWD/host/docker.sock "
	check -o 127.0.0.18 -- inside loalias-pick
	check -o 127.0.0.17 -- inside loalias-pick -H unix://flag/docker.sock
	# An empty one counts as missing.
	export DOCKER_HOST=
	check -o 127.0.0.19 -- inside loalias-pick
	mv .docker elsewhere
	export DOCKER_CONFIG=$PWD/elsewhere
	check -o 127.0.0.19 -- inside loalias-pick
}

@test "a context that is named is used, or it is an error" {
	context odd x
	cd .docker/contexts/meta/*
	mv "$PWD" "$HOME/meta"
	cd "$HOME"
	export DOCKER_CONTEXT=nope
	check -s 2 -e "match:loalias-pick: docker context nope: not found: no $PWD/.docker/contexts/meta/[0-9a-f]{64}/meta.json" \
		-- inside loalias-pick
	unset DOCKER_CONTEXT
	echo '{"currentContext":"nope"}' >.docker/config.json
	check -s 2 -e 'match:loalias-pick: docker context nope: not found: .*' \
		-- inside loalias-pick
	while IFS=';' read -r text why; do
		echo "$text" >.docker/config.json
		check -s 2 -e "loalias-pick: $PWD/.docker/config.json: $why" \
			-- inside loalias-pick
	done <<-'END'
		{;is not one JSON value
		{"currentContext":"x"}{};is not one JSON value
		{"x":01,"currentContext":"x"};is not one JSON value
		{"x":nan,"currentContext":"x"};has a number of 2^53 or more
		{"currentContext":"x","currentContext":null};has a member twice in one object
		{"currentContext":"a\u0000b"};currentContext: has a NUL character
	END
	rm .docker/config.json
	mkdir .docker/config.json
	check -s 2 -e "loalias-pick: $PWD/.docker/config.json: Is a directory" \
		-- inside loalias-pick
	: >file
	check -s 2 -e 'loalias-pick: file/config.json: Not a directory' \
		-- inside env DOCKER_CONFIG=file loalias-pick
	export DOCKER_CONTEXT=odd
	context odd x
	cd .docker/contexts/meta/*
	for text in '{"Endpoints":1}' '{"Endpoints":{"docker":{"Host":1}}}' \
		'{"Name":1,"Endpoints":{"docker":{}}}'; do
		echo "$text" >meta.json
		check -s 2 -e 'match:loalias-pick: docker context odd: has (a member of the wrong type|no endpoint for docker)' \
			-- inside loalias-pick
	done
	for text in '{}' '{"Endpoints":{}}' '{"Endpoints":null}'; do
		echo "$text" >meta.json
		check -s 2 -e 'loalias-pick: docker context odd: has no endpoint for docker' \
			-- inside loalias-pick
	done
}

@test "without HOME, the home folder is the password file's" {
	passwd=$(getent passwd "$(id -u)" | cut -d: -f6)
	unset HOME
	export DOCKER_CONTEXT=nope
	check -s 2 -e "match:loalias-pick: docker context nope: not found: no $passwd/.docker/.*" \
		-- loalias-pick
	check -s 2 -e "match:loalias-pick: docker context nope: not found: no $passwd/.docker/.*" \
		-- env HOME= loalias-pick
}

# elsewhere COMMAND...: run it where the host's sockets do not exist
elsewhere() {
	unshare -rmn sh -c 'mount -t tmpfs tmpfs /run && ip link set lo up &&
		exec "$@"' elsewhere "$@"
}

@test "the context \"default\" is no context: the well-known sockets" {
	local socket

	engine e
	held e 16
	export XDG_RUNTIME_DIR=$PWD/runtime DOCKER_CONTEXT=default
	for socket in .docker/run/docker.sock .docker/desktop/docker.sock \
		.orbstack/run/docker.sock .colima/default/docker.sock \
		.colima/docker.sock .rd/docker.sock \
		.lima/default/sock/docker.sock .lima/docker/sock/docker.sock \
		runtime/docker.sock runtime/podman/podman.sock \
		.local/share/containers/podman/machine/podman.sock; do
		mkdir -p "$(dirname "$socket")"
		ln e/docker.sock "$socket"
		check -o 127.0.0.17 -- elsewhere loalias-pick
		rm "$socket"
	done
	# An empty variable counts as unset.
	ln e/docker.sock .docker/run/docker.sock
	check -o 127.0.0.17 -- elsewhere env DOCKER_HOST= DOCKER_CONTEXT= \
		DOCKER_CONFIG= XDG_RUNTIME_DIR= LOALIAS_CLAIM_PORT= loalias-pick
	rm .docker/run/docker.sock
	check -s 2 -e 'loalias-pick: no Docker engine found: no /var/run/docker.sock, nor any other well-known socket (podman: systemctl start podman.socket)' \
		-- elsewhere loalias-pick
	# A file that is no socket is skipped.
	mkdir .rd/docker.sock
	ln -s nowhere .colima/docker.sock
	ln e/docker.sock runtime/docker.sock
	check -o 127.0.0.17 -- elsewhere loalias-pick
}

@test "/var/run/docker.sock and podman's come before and after the others" {
	local command='mkdir -p /run/podman && ln -s "$1" "/run/$2" &&
		exec loalias-pick'

	engine first
	engine second
	held second 16
	mkdir .rd
	ln first/docker.sock .rd/docker.sock
	check -o 127.0.0.17 -- elsewhere sh -c "$command" sh \
		"$PWD/second/docker.sock" docker.sock
	check -o 127.0.0.16 -- elsewhere sh -c "$command" sh \
		"$PWD/second/docker.sock" podman/podman.sock
	rm .rd/docker.sock
	check -o 127.0.0.17 -- elsewhere sh -c "$command" sh \
		"$PWD/second/docker.sock" podman/podman.sock
}

@test "an endpoint that is not of this host is refused" {
	local host remote='not an address of this host (an engine publishes on the loopback of its own host)'

	for host in 192.0.2.1:2375 [2001:db8::1]:2375 example.com 10.0.0.1 \
		127.0.0.1.example.com:2375 user@127.0.0.1:2375 \
		127.0.0.1@example.com 128.0.0.1 127.1; do
		check -s 2 -e "loalias-pick: -H: $host: $remote" -- \
			inside loalias-pick -H "tcp://$host"
		check -s 2 -e "loalias-pick: DOCKER_HOST: $host: $remote" -- \
			inside env DOCKER_HOST="$host" loalias-pick
	done
	check -s 2 -e "loalias-pick: DOCKER_HOST: ssh://me@host: $remote" -- \
		inside env DOCKER_HOST=ssh://me@host loalias-pick
	for host in http://127.0.0.1 https://x npipe:////./pipe/x fd://; do
		check -s 2 -e "loalias-pick: -H: $host: neither unix:// nor tcp://" \
			-- inside loalias-pick -H "$host"
	done
	host=$(printf 'x%.0s' {1..60})
	check -s 2 -e "loalias-pick: -H: $host: $remote" -- \
		inside loalias-pick -H "tcp://$host"
	context away tcp://192.0.2.1:2375
	check -s 2 -e "loalias-pick: docker context away: 192.0.2.1:2375: $remote" \
		-- inside env DOCKER_CONTEXT=away loalias-pick
	for variable in DOCKER_TLS_VERIFY DOCKER_TLS; do
		check -s 2 -e "loalias-pick: DOCKER_HOST: TLS is not supported: unset DOCKER_TLS_VERIFY and DOCKER_TLS" \
			-- inside env "$variable=1" DOCKER_HOST=localhost \
			loalias-pick
	done
}

@test "an endpoint that is not written as one" {
	engine env
	held env 16
	check -s 2 -e 'loalias-pick: -H: is empty' -- inside env \
		"DOCKER_HOST=unix://$PWD/env/docker.sock" loalias-pick -H ''
	for host in 127.0.0.1:0 127.0.0.1:65536 127.0.0.1:x 127.0.0.1:1/x \
		127.0.0.1/x unix:/run/docker.sock /run/docker.sock [::1] \
		localhost:1:2 [::1]x '127.0.0.1:80 x'; do
		check -s 2 -e "match:loalias-pick: -H: .*: (not HOST:PORT \\(a socket is unix:///PATH\\)|not an address of this host .*)" \
			-- inside loalias-pick -H "$host"
	done
}

@test "loopback tcp: what is asked, and the default port" {
	# There is no listener in this namespace: the message shows what was tried.
	for host in tcp://127.0.0.1 127.0.0.1:2375 tcp://127.0.0.1:2375/; do
		check -s 2 -e 'loalias-pick: tcp://127.0.0.1:2375: Connection refused' \
			-- inside loalias-pick -H "$host"
	done
	for host in tcp:// tcp://localhost localhost:2375 tcp://LOCALHOST; do
		check -s 2 -e 'loalias-pick: tcp://localhost:2375: Connection refused' \
			-- inside loalias-pick -H "$host"
	done
	check -s 2 -e 'loalias-pick: tcp://[::1]:2375: Connection refused' \
		-- inside loalias-pick -H '[::1]:2375'
	# All addresses, and those of this host.
	for host in 0.0.0.0 0.0.0.0:2375 '[::ffff:127.0.0.1]:2375'; do
		check -s 2 -e 'loalias-pick: tcp://127.0.0.1:2375: Connection refused' \
			-- inside loalias-pick -H "$host"
	done
	check -s 2 -e 'loalias-pick: tcp://192.0.2.7:1: Connection refused' \
		-- inside sh -c 'ip address add 192.0.2.7/32 dev lo
		loalias-pick -H 192.0.2.7:1'
}

@test "no engine listens on the socket" {
	check -s 2 -e 'loalias-pick: unix:///nonexistent: No such file or directory' \
		-- inside loalias-pick -H unix:///nonexistent
	: >file
	check -s 2 -e "loalias-pick: unix://$PWD/file: Connection refused" -- \
		inside loalias-pick -H "unix://$PWD/file"
	mkdir podman
	check -s 2 -e 'match:loalias-pick: unix://podman/x: .* .systemctl --user start podman.socket.' \
		-- inside loalias-pick -H unix://podman/x
	engine e
	chmod 0 e/docker.sock
	check -s 2 -e "loalias-pick: unix://e/docker.sock: Permission denied (root and the socket's group, usually docker, may)" \
		-- inside setpriv --bounding-set -dac_override \
		--inh-caps -dac_override loalias-pick -H unix://e/docker.sock
	long=/$(printf '%0120d' 0)
	check -s 2 -e "match:loalias-pick: unix://$long: .*too long.*" -- \
		inside loalias-pick -H "unix://$long"
}

@test "proxies in the environment are not asked" {
	engine e
	held e 16
	export http_proxy=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1 \
		all_proxy=socks5h://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
	check -o 127.0.0.17 -- inside loalias-pick -H unix://e/docker.sock
	check -s 2 -e 'loalias-pick: tcp://127.0.0.1:2375: Connection refused' \
		-- inside loalias-pick -H tcp://127.0.0.1
}

@test "answers that are none" {
	local head='HTTP/1.1 200 OK\r\nContent-Length'

	engine e
	while IFS=';' read -r raw why; do
		# shellcheck disable=SC2059 # it is a format
		printf "$raw" >e/raw
		check -s 2 -e "match:loalias-pick: unix://e/docker.sock: $why" \
			-- inside loalias-pick -H unix://e/docker.sock
	done <<-END
		;closes the connection without an answer
		garbage;.+
		\\0\\377\\0\\377;.+
		HTTP/1.1 200 OK\r\n;.+
		HTTP/1.1 200 OK\r\nX: \\0\r\n\r\n;.+
		$head: 100\r\n\r\n[];.*(end of response|transfer closed).*
		$head: 0\r\n\r\n;answer: is not one JSON value
		$head: 2\r\n\r\n{};is not a list of containers
		$head: 4\r\n\r\nnull;is not a list of containers
		$head: 3\r\n\r\n[1];\\[0\\]: is not an object
		$head: 3\r\n\r\n[\\0];answer: has a NUL byte
		$head: 5\r\n\r\n[\"\\377\"];answer: is not UTF-8 at byte 3
		HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n;.+
	END
}

@test "HTTP errors are shown with the engine's message" {
	engine e
	while IFS=';' read -r status body why; do
		printf 'HTTP/1.1 %s X\r\nContent-Length: %s\r\n\r\n%s' \
			"$status" "${#body}" "$body" >e/raw
		check -s 2 -e "loalias-pick: unix://e/docker.sock: HTTP status $status$why" \
			-- inside loalias-pick -H unix://e/docker.sock
	done <<-'END'
		500;{"message":"the disk is gone"};: the disk is gone
		400;{"message":"\u001b[31mred"};: \x1b[31mred
		404;{"message":"page not found"};: page not found
		500;{"message":1};
		500;{"message":"a\u0000b"};
		503;<html>busy</html>;: <html>busy</html>
		400;Client sent an HTTP request to an HTTPS server.;: Client sent an HTTP request to an HTTPS server.
		204;;
	END
}

@test "a redirect is not followed" {
	engine e
	engine other
	printf 'HTTP/1.1 302 Found\r\nLocation: http://localhost/containers/16/json\r\nContent-Length: 0\r\n\r\n' \
		>e/raw
	check -s 2 -e 'loalias-pick: unix://e/docker.sock: HTTP status 302' -- \
		inside loalias-pick -H unix://e/docker.sock
	check -o '1 /containers/json?all=1' -- cat e/log
}

# variants: of each line "FILTER;REASON" on standard input, set $texts to what
# jq's FILTER makes of the file good, and $whys to the REASON.
variants() {
	local filter why all=''

	texts=() whys=()
	while IFS=';' read -r filter why; do
		all="$all${all:+,}($filter)"
		whys+=("$why")
	done
	mapfile -t texts < <(jq -c "$all" good)
	[ "${#texts[@]}" = "${#whys[@]}" ]
}

@test "a list with wrong types at any place is refused" {
	engine e
	held e 16
	cp e/list good
	variants <<-'END'
		.[0].Id = null;Id: is missing
		.[0].Id = 1;Id: is of the wrong type
		.[0].Names = "web";Names: is of the wrong type
		.[0].Names = [1];Names: [0]: is not a string
		.[0].State = {};State: is of the wrong type
		.[0].HostConfig = [];HostConfig: is of the wrong type
		.[0].HostConfig.NetworkMode = 1;HostConfig: NetworkMode: is of the wrong type
		.[0].Ports = {};Ports: is of the wrong type
		.[0].Ports = [[]];Ports: [0]: is not an object
		.[0].Ports[0].IP = 1;Ports: [0]: IP: is of the wrong type
		.[0].Ports[0].IP = "127.0.0.16\u0000";Ports: [0]: IP: has a NUL character
		.[0].Ports[0].PublicPort = "80";Ports: [0]: PublicPort: is of the wrong type
		.[0].Ports[0].PublicPort = 65536;Ports: [0]: PublicPort: is not a port
		.[0].Ports[0].PublicPort = -1;Ports: [0]: PublicPort: is not a port
		.[0].Ports[0].PublicPort = 80.5;Ports: [0]: PublicPort: is not a port
		del(.[0].Ports[0].PrivatePort);Ports: [0]: PrivatePort: is missing
	END
	for i in "${!texts[@]}"; do
		echo "${texts[i]}" >e/list
		check -s 2 -e "loalias-pick: unix://e/docker.sock: [0]: ${whys[i]}" -- \
			inside loalias-pick -H unix://e/docker.sock
	done
}

@test "an inspect with wrong types at any place is refused" {
	engine e
	hides e 16
	cp e/inspect/16 good
	variants <<-'END'
		[];is not an object
		"16";is not an object
		.State = "exited";State: is of the wrong type
		.HostConfig = null;HostConfig: is missing
		.HostConfig = {};HostConfig: PortBindings: is missing
		.HostConfig.PortBindings = [];HostConfig: PortBindings: is of the wrong type
		.HostConfig.PortBindings."80/tcp" = {};HostConfig: PortBindings: 80/tcp: is of the wrong type
		.HostConfig.PortBindings."80/tcp" = [1];HostConfig: PortBindings: 80/tcp: [0]: is not an object
		.HostConfig.PortBindings."80/tcp"[0].HostIp = "127.0.0.16\u0000x";HostConfig: PortBindings: 80/tcp: [0]: HostIp: has a NUL character
		.HostConfig.PortBindings."80/tcp"[0].HostPort = 80;HostConfig: PortBindings: 80/tcp: [0]: HostPort: is of the wrong type
		.NetworkSettings = null;NetworkSettings: is missing
		.NetworkSettings.Ports = 1;NetworkSettings: Ports: is of the wrong type
	END
	for i in "${!texts[@]}"; do
		echo "${texts[i]}" >e/inspect/16
		check -s 2 -e "loalias-pick: unix://e/docker.sock: container web16: ${whys[i]}" \
			-- inside loalias-pick -H unix://e/docker.sock
	done
	# With a range the engine chooses; it writes null for no ports.
	jq -c '.HostConfig.PortBindings."80/tcp"[0].HostPort = "8000-8010" |
		.NetworkSettings.Ports = null' good >e/inspect/16
	check -o 127.0.0.17 -- inside loalias-pick -H unix://e/docker.sock
}

@test "an ID that would lead elsewhere is not asked for" {
	engine e
	hides e 16
	for id in ../../version 16/../17 '16?x' '16 17' '' "$(printf %0300d 1)"; do
		jq -c --arg id "$id" '.[0].Id = $id' e/list >list
		cp list e/list
		check -s 2 -e 'match:loalias-pick: unix://e/docker.sock: .*Id: is (n|missing).*' \
			-- inside loalias-pick -H unix://e/docker.sock
	done
	check -o '/containers/json?all=1' -- sh -c \
		'cut -d " " -f 2 e/log | uniq'
}

@test "10,000 levels of nesting" {
	engine e
	printf '%10000s' '' | tr ' ' '[' >e/list
	check -s 2 -e 'loalias-pick: unix://e/docker.sock: answer: is not one JSON value' \
		-- inside loalias-pick -H unix://e/docker.sock
	(printf '%10000s' '' | tr ' ' '['
	printf '%10000s' '' | tr ' ' ']') >e/list
	check -s 2 -e 'match:loalias-pick: unix://e/docker.sock: .*' \
		-- inside loalias-pick -H unix://e/docker.sock
}

@test "64 MiB is read, and what has no end is cut off there" {
	engine e
	echo endless >e/mode
	check -s 2 -e 'loalias-pick: unix://e/docker.sock: answers with more than 67108864 bytes' \
		-- inside loalias-pick -H unix://e/docker.sock
	rm e/mode
	(printf '[]'
	head -c $((64 * 1024 * 1024 - 2)) /dev/zero | tr '\0' ' ') >e/list
	check -o 127.0.0.16 -- inside loalias-pick -H unix://e/docker.sock
	echo >>e/list
	check -s 2 -e 'loalias-pick: unix://e/docker.sock: answers with more than 67108864 bytes' \
		-- inside loalias-pick -H unix://e/docker.sock
	check -s 2 -e 'loalias-pick: e/list: larger than 67108864 bytes' \
		-- inside loalias-pick -f e/list
}

# bats test_tags=once
@test "an engine that hangs, or trickles, is given half a minute" {
	local slow pids=() pid

	for slow in hang trickle; do
		engine $slow
		echo $slow >$slow/mode
		# check keeps its files apart there.
		(BATS_TEST_TMPDIR=$PWD/$slow
		check -s 2 -e "loalias-pick: unix://$slow/docker.sock: no answer within 30 seconds" \
			-- timeout 60 unshare -rn loalias-pick \
			-H unix://$slow/docker.sock) &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
}
