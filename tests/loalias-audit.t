#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# In a network namespace only the test has listeners.

load lib.sh

# audit SPEC... -- ARGUMENT...: loalias-audit while the sockets exist; there
# are no containers.
audit() {
	local spec=()

	while [ "$1" != -- ]; do
		spec+=("$1")
		shift
	done
	shift
	echo '[]' >none.json
	inside "$TESTS/sockets" "${spec[@]}" -- loalias-audit -f none.json "$@"
}

# engine ACTION [ARGUMENT...]: a Docker Engine of this test's own.
engine() {
	"$TESTS/dockerd" "$1" "$BATS_TEST_TMPDIR/engine" "${@:2}"
}

teardown() {
	[ ! -e engine/unshare.pid ] || engine stop
}

me='process [0-9]+ sockets'

# The output of docker inspect for a container with two ports.
web='[{"Id":"0123456789abcdef","Name":"/web","State":{"Status":"running"},
"HostConfig":{"NetworkMode":"default","PortBindings":{}},
"NetworkSettings":{"Ports":
{"80/tcp":[{"HostIp":"127.0.0.16","HostPort":"8080"}],
"53/udp":[{"HostIp":"","HostPort":"5353"}]}}}]'

@test "nothing answers: nothing is printed" {
	need 'no network namespaces' inside true
	check -- audit -- 127.0.0.16
	check -o '{"listeners":[]}' -- audit -- -j 127.0.0.16
}

@test "what is bound to the address, to 0.0.0.0, to :: or to ::ffff:A" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	80/tcp	127.0.0.16	$me
127.0.0.16	81/tcp	0.0.0.0	$me
127.0.0.16	82/tcp	::	$me
127.0.0.16	83/tcp	127.0.0.16	$me" -- audit tcp,127.0.0.16,80 \
		tcp,0.0.0.0,81 tcp,::,82,dual tcp,::ffff:127.0.0.16,83 -- \
		127.0.0.16
}

@test "the same with UDP, and both at one port" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	80/tcp	127.0.0.16	$me
127.0.0.16	80/udp	127.0.0.16	$me
127.0.0.16	81/udp	0.0.0.0	$me
127.0.0.16	82/udp	::	$me
127.0.0.16	83/udp	127.0.0.16	$me" -- audit udp,127.0.0.16,80 \
		udp,0.0.0.0,81 udp,::,82,dual udp,::ffff:127.0.0.16,83 \
		tcp,127.0.0.16,80 -- 127.0.0.16
}

@test "what does not answer: other addresses, IPv6 only, not listening" {
	need 'no network namespaces' inside true
	check -- audit tcp,127.0.0.1,80 tcp,127.0.0.17,80 tcp,::1,80 \
		tcp,::,81,v6only udp,127.0.0.17,80 udp,::1,80 \
		udp,::,81,v6only tcp,127.0.0.16,9016,bound \
		udp,127.0.0.16,82,connected -- 127.0.0.16
}

@test "a socket of one network card does not answer; one of lo does" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	67/udp	0.0.0.0	$me" -- \
		inside sh -c '
		ip link add card type veth peer name other || exit 9
		echo "[]" >none.json
		exec "$TESTS/sockets" udp,0.0.0.0,53,device=card \
			tcp,0.0.0.0,53,device=card udp,0.0.0.0,67,device=lo \
			-- loalias-audit -f none.json 127.0.0.16'
}

@test "several sockets of one process at one port are one line" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	80/tcp	0.0.0.0	$me" -- \
		audit tcp,0.0.0.0,80,share tcp,0.0.0.0,80,share -- 127.0.0.16
}

@test "of several processes with one socket it is the first" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.16	80/tcp	0.0.0.0	$me" -- \
		audit tcp,0.0.0.0,80,inherit -- 127.0.0.16
}

@test "aliases come in the order they are named, each with its own" {
	need 'no network namespaces' inside true
	check -s 1 -o "match:127.0.0.17	8080/tcp	0.0.0.0	$me
127.0.0.16	80/tcp	127.0.0.16	$me
127.0.0.16	8080/tcp	0.0.0.0	$me" -- audit tcp,127.0.0.16,80 \
		tcp,0.0.0.0,8080 -- 127.0.0.17 127.0.0.16
	LOALIAS_POOL='127.0.0.31 127.0.0.16' check -s 1 \
		-o "match:127.0.0.16	80/tcp	127.0.0.16	$me" -- \
		audit tcp,127.0.0.16,80 tcp,127.0.0.17,80 --
	check -s 1 -o "match:(127.0.0.[0-9]*	80/tcp	0.0.0.0	$me
?){16}" -- audit tcp,0.0.0.0,80 --
}

@test "2,000 listeners, and many more elsewhere" {
	need 'no network namespaces' inside true
	check -o 2000 -- sh -c 'unshare -rn sh -c "
		ip link set lo up
		echo [] | exec \"\$TESTS/sockets\" tcp,127.0.0.16,10001-11000 \
			udp,127.0.0.16,10001-11000 tcp,127.0.0.17,10001-13000 \
			-- loalias-audit -f - 127.0.0.16" |
		grep -c "process [0-9]* sockets$"'
}

@test "listeners that come and go are no trouble" {
	need 'no network namespaces' inside true
	check -o ignore -- inside sh -c '
		"$TESTS/sockets" tcp,127.0.0.16,80 -- sh -c "
			for i in 1 2 3 4 5 6 7 8 9 10; do
				\"\$TESTS/sockets\" \
					tcp,127.0.0.16,1000-1099 -- true
			done" &
		echo "[]" >none.json
		lines=0
		while kill -0 $! 2>/dev/null; do
			loalias-audit -f none.json 127.0.0.16 >out || [ $? = 1 ] || exit
			lines=$((lines + $(wc -l <out)))
		done
		[ "$lines" -gt 0 ]'
}

@test "a process that we may not look at has no name" {
	need 'no network namespaces' inside true
	echo '[]' >none.json
	check -s 1 -o '127.0.0.16	80/tcp	0.0.0.0	-' -- \
		inside "$TESTS/sockets" tcp,0.0.0.0,80 -- \
		unshare -U loalias-audit -f none.json 127.0.0.16
	check -s 1 -o '{"listeners":[{"alias":"127.0.0.16","port":"80/tcp","bound":"0.0.0.0","foreign":true}]}' \
		-- inside "$TESTS/sockets" tcp,0.0.0.0,80 -- \
		unshare -U loalias-audit -j -f none.json 127.0.0.16
}

@test "another user's process has none either" {
	need 'not root' test "$(id -u)" = 0
	export tool
	tool=$(command -v loalias-audit)
	check -s 1 -o '127.0.0.16	80/tcp	0.0.0.0	-' -- \
		unshare -n sh -c 'ip link set lo up
		exec "$TESTS/sockets" tcp,0.0.0.0,80 -- sh -c "
			echo [] | setpriv --reuid 65534 --regid 65534 \
			--clear-groups /proc/self/fd/9 -f - 127.0.0.16 \
			9<\$tool"'
}

@test "a name cannot forge columns" {
	need 'no network namespaces' inside true
	COMM=$'a\tb\n\377' check -s 1 \
		-o 'match:127.0.0.16	80/tcp	0.0.0.0	process [0-9]+ a\\x09b\\x0a\\xff' \
		-- audit tcp,0.0.0.0,80 -- 127.0.0.16
	check -s 1 -i "${web/\/web/\/w\\te\\u009bb}" \
		-o '127.0.0.16	5353/udp	0.0.0.0	container w\x09e\xc2\x9bb 53
127.0.0.16	8080/tcp	127.0.0.16	container w\x09e\xc2\x9bb 80' -- \
		inside loalias-audit -f - 127.0.0.16
}

@test "-j prints one object, and hands a record on" {
	need 'no network namespaces' inside true
	check -s 1 -o 'match:\{"listeners":\[\{"alias":"127.0.0.16","port":"53/udp","bound":"0.0.0.0","process":"sockets","pid":[0-9]+,"foreign":true\}\]\}' \
		-- audit udp,0.0.0.0,53 -- -j 127.0.0.16
	check -i '{"pool":["127.0.0.16","127.0.0.17"],"alias":"127.0.0.17","x":[1.5,null],"listeners":"old"}' \
		-o '{"pool":["127.0.0.16","127.0.0.17"],"alias":"127.0.0.17","x":[1.5,null],"listeners":[]}' \
		-- audit tcp,127.0.0.16,80 -- -j -
	check -s 1 -i '{"pool":["127.0.0.16","127.0.0.17"]}' \
		-o "match:127.0.0.16	80/tcp	127.0.0.16	$me" -- \
		audit tcp,127.0.0.16,80 -- -
	# The pool of a record with an alias is ignored.
	LOALIAS_POOL=bogus check -s 1 -i '{"alias":"127.0.0.16","pool":[]}' \
		-o "match:127.0.0.16	80/tcp	127.0.0.16	$me" -- \
		audit tcp,127.0.0.16,80 -- -
	LOALIAS_POOL=bogus check -s 1 -i '{"alias":"127.0.0.16"}' \
		-o "match:127.0.0.16	80/tcp	127.0.0.16	$me" -- \
		audit tcp,127.0.0.16,80 -- -
	check -s 1 -i '# mine

	127.0.0.16-127.0.0.17' -o "match:127.0.0.16	80/tcp	.*" -- \
		audit tcp,127.0.0.16,80 -- -
}

@test "a container's port that no listener holds, and one that is another's" {
	need 'no network namespaces' inside true
	check -s 1 -i "$web" -o '127.0.0.16	5353/udp	0.0.0.0	container web 53
127.0.0.16	8080/tcp	127.0.0.16	container web 80' -- \
		inside loalias-audit -f - 127.0.0.16
	check -s 1 -i "$web" -o '127.0.0.17	5353/udp	0.0.0.0	container web 53' -- \
		inside loalias-audit -f - 127.0.0.17
	check -s 1 -i "$web" -o "match:127.0.0.17	5353/tcp	0.0.0.0	$me
127.0.0.17	5353/udp	0.0.0.0	container web 53
127.0.0.17	8080/tcp	127.0.0.17	$me" -- \
		inside "$TESTS/sockets" tcp,127.0.0.17,8080 tcp,0.0.0.0,5353 \
		-- loalias-audit -f - 127.0.0.17
	check -i "${web/running/exited}" -- \
		inside loalias-audit -f - 127.0.0.16
	check -s 1 -i "${web/running/paused}" -o ignore -- \
		inside loalias-audit -f - 127.0.0.16
}

@test "a container's port and its listener are one, whatever the wildcard" {
	need 'no network namespaces' inside true
	check -s 1 -i "$web" -o '127.0.0.17	5353/udp	::	container web 53' \
		-- inside "$TESTS/sockets" udp,::,5353,dual -- \
		loalias-audit -f - 127.0.0.17
	# One that is bound to the address is not the container's.
	check -s 1 -i "$web" -o "match:127.0.0.17	5353/udp	0.0.0.0	container web 53
127.0.0.17	5353/udp	127.0.0.17	$me" -- \
		inside "$TESTS/sockets" udp,127.0.0.17,5353 -- \
		loalias-audit -f - 127.0.0.17
	# Nor does a listener of one protocol count for the other's port.
	check -s 1 -i "${web/80\/tcp/53\/tcp}" \
		-o '127.0.0.16	5353/udp	0.0.0.0	container web 53
127.0.0.16	8080/tcp	127.0.0.16	container web 53' -- \
		inside "$TESTS/sockets" tcp,127.0.0.16,8080 -- \
		loalias-audit -f - 127.0.0.16
	both=${web/80\/tcp/53\/tcp}
	check -s 1 -i "${both/8080/5353}" \
		-o '127.0.0.16	5353/tcp	127.0.0.16	container web 53
127.0.0.16	5353/udp	0.0.0.0	container web 53' -- \
		inside "$TESTS/sockets" tcp,127.0.0.16,5353 -- \
		loalias-audit -f - 127.0.0.16
}

@test "a port published for IPv6 is not on an IPv4 address" {
	need 'no network namespaces' inside true
	check -i "${web//127.0.0.16/::1}" -o ignore -- \
		inside loalias-audit -o web -f - 127.0.0.16
	check -s 1 -i "${web//127.0.0.16/::}" \
		-o '127.0.0.16	5353/udp	0.0.0.0	container web 53' -- \
		inside loalias-audit -f - 127.0.0.16
}

@test "-o, or the record's owner: its answers are not foreign" {
	need 'no network namespaces' inside true
	echo "$web" >web.json
	check -o ignore -- inside loalias-audit -o web -f web.json
	check -s 1 -o ignore -- inside loalias-audit -o we -f web.json
	check -s 1 -o ignore -- inside "$TESTS/sockets" tcp,0.0.0.0,80 -- \
		loalias-audit -o web -f web.json 127.0.0.16
	check -i '{"alias":"127.0.0.16","owner":"web"}' -o ignore -- \
		inside loalias-audit -f web.json -
	check -s 1 -i '{"alias":"127.0.0.16","owner":"web"}' -o ignore -- \
		inside loalias-audit -o other -f web.json -
	check -s 1 -i '{"alias":"127.0.0.16","owner":null}' -o ignore -- \
		inside loalias-audit -f web.json -
}

@test "-o: names, IDs, labels; several; those of the record" {
	need 'no network namespaces' inside true
	echo "$web" | jq '.[0] += {Config: {Labels: {project: "shop"}}} |
		. + [.[0] + {Id: "fedcba9876543210", Name: "/db"} |
		.NetworkSettings.Ports = {"1/tcp":
		[{HostIp: "127.0.0.16", HostPort: "1"}]}]' >web.json
	for owners in 'web -o db' 'label=project' 'label=project=shop'; do
		# shellcheck disable=SC2086 # words
		check -o ignore -- inside loalias-audit -o $owners -f web.json
	done
	for owners in web db label=project=x label=x; do
		check -s 1 -o ignore -- \
			inside loalias-audit -o "$owners" -f web.json
	done
	check -i '{"alias":"127.0.0.16","owner":["web","db"]}' -o ignore -- \
		inside loalias-audit -f web.json -
	check -s 1 -i '{"alias":"127.0.0.16","owner":["web"]}' -o ignore -- \
		inside loalias-audit -f web.json -
	check -s 2 -e 'loalias-audit: 0123456789ab: no container has this ID' \
		-- inside loalias-audit -o 0123456789ab -f <(echo '[]')
	check -s 1 -o '{"listeners":[{"alias":"127.0.0.16","port":"1/tcp","bound":"127.0.0.16","container":"db","container_port":"1/tcp","foreign":true},{"alias":"127.0.0.16","port":"5353/udp","bound":"0.0.0.0","container":"web","container_port":"53/udp","foreign":false},{"alias":"127.0.0.16","port":"8080/tcp","bound":"127.0.0.16","container":"web","container_port":"80/tcp","foreign":false}]}' \
		-- inside loalias-audit -j -o web -f web.json 127.0.0.16
}

@test "what a container asked for and does not publish is not its own" {
	need 'no network namespaces' inside true
	local said='loalias-audit: container dev-bundle: asked for port 3000/tcp on 127.0.0.16, but does not publish it'

	echo '[{"Id":"a1","Name":"/dev-bundle","State":{"Status":"running"},
		"HostConfig":{"NetworkMode":"default","PortBindings":{"3000/tcp":
		[{"HostIp":"127.0.0.16","HostPort":"3000"}]}},
		"NetworkSettings":{"Ports":{}}}]' >file
	check -e "$said" -- inside loalias-audit -o dev-bundle -f file
	check -s 1 -e "$said" -o "match:127.0.0.16	3000/tcp	127.0.0.16	$me" -- \
		inside "$TESTS/sockets" tcp,127.0.0.16,3000 -- \
		loalias-audit -o dev-bundle -f file 127.0.0.16
	# On other addresses, or of a stopped container, it is not reported.
	check -- inside loalias-audit -o dev-bundle -f file 127.0.0.17
	sed -i s/running/exited/ file
	check -- inside loalias-audit -o dev-bundle -f file
}

@test "an engine that cannot be asked is trouble, not no containers" {
	check -s 2 -e 'match:loalias-audit: .*none\.sock: No such file or directory' \
		-- loalias-audit -H "unix://$PWD/none.sock" 127.0.0.16
	DOCKER_HOST=unix://$PWD/none.sock check -s 2 -e 'match:.*none\.sock.*' \
		-- loalias-audit 127.0.0.16
	check -s 2 -e 'match:loalias-audit: .*192\.0\.2\.1.*' -- \
		loalias-audit -H tcp://192.0.2.1:2375 127.0.0.16
}

@test "usage" {
	check -o 'match:usage: loalias-audit .*man loalias-audit' -- \
		loalias-audit -h
	check -o 'match:bottle-tools [0-9.]+' -- loalias-audit --version
	while IFS=';' read -r arguments why; do
		# shellcheck disable=SC2086 # words
		check -s 2 -e "loalias-audit: $why" -- loalias-audit $arguments
	done <<-'END'
		-x;-x: unknown option, or missing argument (-h lists them)
		-f x -H y;either -f or -H
		-f - -w 1;-w: standard input can be read once only
		-f - -;only one - can be standard input
		-f x - -;only one - can be standard input
		-f x 127.0.0.16 -;either addresses or -
		-w x;-w: not 0 to 1000000 seconds
		-o /web;-o: not a container name, ID or label=KEY[=VALUE]: /web
	END
}

@test "a pipe on standard input is not read, and that is said" {
	check -o 'match:127.0.0.31	.*' -s 1 -i 127.0.0.30 \
		-e 'loalias-audit: standard input is not read without -' -- \
		env LOALIAS_POOL=127.0.0.31 bash -c "$(declare -f audit inside)
		audit tcp,127.0.0.31,80 --"
}

@test "-b: what is bound to all addresses is listed, and is no answer; -w waits" {
	need 'no network namespaces' inside true
	check -o "match:127.0.0.16	80/tcp	0.0.0.0	$me" -- \
		audit tcp,0.0.0.0,80 -- -b 127.0.0.16
	check -o 'match:.*"bound":"0.0.0.0",.*"foreign":false.*' -- \
		audit tcp,0.0.0.0,80 -- -bj 127.0.0.16
	check -s 1 -o ignore -e 'match:loalias-audit: 127.0.0.16: process [0-9]+, sockets, has port 81/tcp' \
		-- audit tcp,0.0.0.0,80 tcp,127.0.0.16,81 -- -b 127.0.0.16
	check -s 1 -o ignore -e ignore -- \
		audit tcp,127.0.0.16,81 -- -b -w 1 127.0.0.16
	# It ends during the wait.
	check -- inside sh -c '
		"$TESTS/sockets" tcp,127.0.0.16,81 -- sh -c "
			echo >open; sleep 1" &
		until [ -e open ]; do sleep 0.05; done
		loalias-audit -b -w 20 -f none.json 127.0.0.16'
}

@test "bad input: one line, status 2, nothing printed" {
	echo '[]' >none.json
	for address in x 10.0.0.1 ::1 127.0.0.016 127.0.0.17/28; do
		check -s 2 -e "match:loalias-audit: .*$address.*" -- \
			loalias-audit -f none.json "$address"
		check -s 2 -i "127.0.0.16
$address" -e "match:loalias-audit: <stdin>:2: .*$address.*" -- \
			loalias-audit -f none.json -
	done
	check -s 2 -e 'match:loalias-audit: <stdin>: .*' -- \
		loalias-audit -f none.json -
	check -s 2 -i '{"alias":1}' \
		-e 'loalias-audit: <stdin>: alias: is not a string' -- \
		loalias-audit -f none.json -
	check -s 2 -i '{"alias":"::1"}' \
		-e 'match:loalias-audit: <stdin>: alias: .*::1.*' -- \
		loalias-audit -f none.json -
	check -s 2 -i '{"alias":"127.0.0.16","owner":5}' \
		-e 'loalias-audit: <stdin>: owner: is not a string' -- \
		loalias-audit -f none.json -
	for text in '' x '{}' '[1]' '[{}]' '[{"Id":' '["a"]'; do
		check -s 2 -i "$text" -e 'match:loalias-audit: <stdin>: .*' \
			-- loalias-audit -f - 127.0.0.16
	done
	check -s 2 -e 'loalias-audit: none: No such file or directory' -- \
		loalias-audit -f none 127.0.0.16
	check -s 2 -e 'match:loalias-audit: \.: .*' -- \
		loalias-audit -f . 127.0.0.16
	check -s 2 -e 'match:loalias-audit: <stdin>: .*' -- \
		sh -c 'exec loalias-audit -f - 127.0.0.16 <&-'
}

@test "lost output is trouble" {
	echo '[]' >none.json
	for option in -j ''; do
		check -s 2 -e 'match:loalias-audit: <stdout>: No space left.*' \
			-- inside "$TESTS/sockets" tcp,0.0.0.0,80 -- \
			sh -c "exec loalias-audit $option -f none.json \
			127.0.0.16 >/dev/full"
	done
}

@test "a real engine: its containers are named, by proxy or by redirection" {
	for option in --userland-proxy=true --userland-proxy=false; do
		need 'no Docker Engine' engine start "$option"
		engine in docker run -d --name dev -p 127.0.0.16:3000:80 \
			-p 127.0.0.16:3053:53/udp busybox httpd -f >/dev/null
		engine in docker create --name later -p 127.0.0.16:4000:80 \
			busybox httpd -f >/dev/null
		check -o '127.0.0.16	3000/tcp	127.0.0.16	container dev 80
127.0.0.16	3053/udp	127.0.0.16	container dev 53' -- \
			engine in loalias-audit -o dev 127.0.0.16
		check -o ignore -- engine in sh -c \
			'echo GET /none | busybox nc -w 5 127.0.0.16 3000'
		check -s 1 -o 'match:127.0.0.16	3000/tcp	.*container dev 80
127.0.0.16	3053/udp	.*container dev 53
127.0.0.16	4000/tcp	127.0.0.16	process [0-9]+ sockets
127.0.0.16	5000/tcp	::	process [0-9]+ sockets' -- \
			engine in "$TESTS/sockets" tcp,127.0.0.16,4000 \
			tcp,::,5000,dual -- loalias-audit -o dev 127.0.0.16
		engine in docker inspect dev later >"inspect.$option"
		engine stop
		rm -r engine
	done
	# What it redirects would be there without its sockets too.
	check -o '127.0.0.16	3000/tcp	127.0.0.16	container dev 80
127.0.0.16	3053/udp	127.0.0.16	container dev 53' -- \
		inside loalias-audit -o dev -f inspect.--userland-proxy=false \
		127.0.0.16
}

@test "a real engine: what asked for a port and got none; the examples" {
	need 'no Docker Engine' engine start
	engine in docker network create --internal closed
	engine in docker run -d --name none --network none \
		-p 127.0.0.16:3000:80 busybox sleep 100
	engine in docker run -d --name internal --network closed \
		-p 127.0.0.16:3001:80 busybox sleep 100
	engine in docker run -d --name cut -p 127.0.0.16:3002:80 busybox sleep 100
	engine in docker network disconnect bridge cut
	check -s 1 -o "match:(127.0.0.16	300[012]/tcp	127.0.0.16	$me
?){3}" -e ignore -- engine in "$TESTS/sockets" tcp,127.0.0.16,3000-3002 -- \
		loalias-audit -o none -o internal -o cut 127.0.0.16
	for name in none internal cut; do
		check -s 1 -o ignore -e "match:.*container $name: asked for port 80/tcp on 127.0.0.16, but does not publish it.*" \
			-- engine in "$TESTS/sockets" tcp,127.0.0.16,3000 -- \
			loalias-audit -o "$name" 127.0.0.16
	done
	engine in docker rm -f none internal cut

	# the page's examples
	export EXAMPLE_SH="$TESTS/dockerd in $PWD/engine sh"
	engine in docker run -d --name dev-bundle -p 127.0.0.16:3000:80 \
		busybox httpd -f
	engine in docker run -d --name web-bundle -p 127.0.0.17:3000:80 \
		-p 8080:81 busybox httpd -f
	# The page's python3 is this one.
	EXAMPLE_SH="$TESTS/dockerd in $PWD/engine env COMM=python3
		$TESTS/sockets tcp,0.0.0.0,5000 -- sh"
	out='match:127.0.0.16	3000/tcp	127.0.0.16	container dev-bundle 80
127.0.0.16	5000/tcp	0.0.0.0	process [0-9]+ python3
127.0.0.16	8080/tcp	0.0.0.0	container web-bundle 81
127.0.0.17	3000/tcp	127.0.0.17	container web-bundle 80
127.0.0.17	5000/tcp	0.0.0.0	process [0-9]+ python3
127.0.0.17	8080/tcp	0.0.0.0	container web-bundle 81'
	example -s 1 -o "$out" <<-'END'
		loalias-audit 127.0.0.16 127.0.0.17
	END
	example -o ignore <<-'END'
		loalias-audit -b -o dev-bundle 127.0.0.16
	END
	out='python3
web-bundle'
	example -o "$out" <<-'END'
		loalias-audit -j -o dev-bundle 127.0.0.16 |
		    jq -r '.listeners[] | select(.foreign) | .process // .container'
	END
	EXAMPLE_SH="inside env COMM=python3
		$TESTS/sockets tcp,0.0.0.0,5000 -- sh"
	out='match:127.0.0.16	5000/tcp	0.0.0.0	process [0-9]+ python3'
	example -s 1 -o "$out" <<-'END'
		echo '[]' | loalias-audit -f - 127.0.0.16
	END
}
