#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# man/examples/bundle with a real Docker Engine, in a network namespace that has
# no way out: the internet and the private networks are tests/bundle/world.

load lib.sh

ENGINE=$BATS_FILE_TMPDIR/engine
WORLD=$BATS_FILE_TMPDIR/world
PUBLIC=198.51.100.10
RESOLVER=198.51.100.53
# The host: its gateway on the bundle's network and on another, and its LAN.
HOST='172.30.0.1 172.31.0.1 192.168.77.1 fd00:30::1'
# On the bundle's own network; and another bundle, on a network of its own.
NEIGHBOUR=172.30.0.9
OTHER=172.31.0.9

inside() {
	"$TESTS/dockerd" in "$ENGINE" "$@"
}

# bundle NAME [docker option ...]: run a bundle on 127.0.0.16, and wait until
# it is healthy.  Its options are those of bottle-bundle(7).
bundle() {
	local name=$1

	shift
	inside docker run -d --name "$name" --network dev --dns "$RESOLVER" \
		--read-only --tmpfs /tmp --cap-drop ALL \
		--security-opt no-new-privileges --memory 256m \
		--pids-limit 128 -v "$BATS_FILE_TMPDIR/hosts:/bundle/hosts:ro" \
		"$@" bundle:1 >/dev/null
	until_true 30 healthy "$name"
}

healthy() {
	[ "$(inside docker inspect -f '{{.State.Health.Status}}' "$1")" = \
		healthy ]
}

setup_file() {
	file_needs 'the bundle cannot be built' "$TESTS/bundle/image" ||
		return 0
	file_needs 'no Docker Engine can be started' \
		"$TESTS/dockerd" start "$ENGINE" || return 0
	inside docker load -q -i "$("$TESTS/bundle/image")" >/dev/null
	inside docker network create --subnet 172.30.0.0/24 \
		--ipv6 --subnet fd00:30::/64 dev >/dev/null
	inside docker network create --subnet 172.31.0.0/24 other >/dev/null
	inside ip addr add 192.168.77.1/32 dev lo
	inside ip addr add "$PUBLIC/32" dev lo
	inside ip addr add "$RESOLVER/32" dev lo
	inside docker run -d --name neighbour --network dev \
		--ip "$NEIGHBOUR" busybox httpd -f -v >/dev/null
	inside docker run -d --name other --network other \
		--ip "$OTHER" busybox httpd -f -v >/dev/null

	mkdir "$WORLD" "$BATS_FILE_TMPDIR/git" "$BATS_FILE_TMPDIR/secrets"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -days 2 -keyout "$WORLD/key.pem" -out "$WORLD/ca.pem" \
		-subj /CN=world -addext \
		subjectAltName=DNS:allowed.test,DNS:api.test,DNS:key.test \
		2>/dev/null
	cat "$WORLD/key.pem" "$WORLD/ca.pem" >"$WORLD/cert.pem"
	# shellcheck disable=SC2086 # words
	"$TESTS/dockerd" in "$ENGINE" "$TESTS/bundle/world" "$WORLD" \
		"$PUBLIC" "$RESOLVER" $HOST </dev/null >"$WORLD/log" 2>&1 3>&- &
	echo $! >"$WORLD/pid"
	until_true 10 test -e "$WORLD/ready"

	printf '%s\n' allowed.test .at.test .both.test .six.test .turns.test \
		>"$BATS_FILE_TMPDIR/hosts"
	echo 'Authorization: Bearer s3cret' >"$BATS_FILE_TMPDIR/secrets/api.test"
	printf 'X-Api-Key: k3y' >"$BATS_FILE_TMPDIR/secrets/key.test"
	repository
	bundle dev-bundle -p 127.0.0.16:3128:3128 -p 127.0.0.16:9418:9418 \
		-p 127.0.0.16:3000:3000 \
		-v "$BATS_FILE_TMPDIR/git:/srv/git" \
		-v "$BATS_FILE_TMPDIR/secrets:/run/secrets:ro" \
		-v "$WORLD/ca.pem:/etc/ssl/certs/ca-certificates.crt:ro"
}

teardown_file() {
	[ ! -e "$WORLD/pid" ] || kill "$(cat "$WORLD/pid")"
	[ ! -e "$ENGINE" ] || "$TESTS/dockerd" stop "$ENGINE"
}

setup() {
	plain_setup
	export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@a
	export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@a
	rm -f "$WORLD/reached" "$WORLD/requests" "$WORLD/queries"
}

teardown() {
	[ -z "${BOX:-}" ] || kill "$BOX"
	[ ! -e "$ENGINE" ] || inside docker rm -f second || :
}

repository() {
	git init -q --bare -b main "$BATS_FILE_TMPDIR/git/project.git"
	git init -q -b main "$BATS_FILE_TMPDIR/first"
	git -C "$BATS_FILE_TMPDIR/first" -c user.name=a -c user.email=a@a \
		commit -q --allow-empty -m first
	git -C "$BATS_FILE_TMPDIR/first" push -q \
		"$BATS_FILE_TMPDIR/git/project.git" main
	chown -R 1000:1000 "$BATS_FILE_TMPDIR/git"
}

# ask [curl option ...] URL: the proxy's status for CONNECT, and the server's.
ask() {
	inside curl -s -m 10 -o body -w '%{http_connect} %{http_code}\n' \
		-x http://127.0.0.16:3128 "$@" || :
}

# refused ADDRESS: it is refused as such, and under names that resolve to it.
refused() {
	local name

	for name in "$1" "${1//./-}.at.test" "${1//./-}.both.test"; do
		check -o '000 403' -- ask "http://$name/"
		check -o '403 000' -- ask "https://$name/"
	done
}

# rpc JSON: the MCP server's answer
rpc() {
	inside curl -s -m 10 -w '%{http_code}\n' --data "$1" \
		http://127.0.0.16:3000/mcp
}

# denials REQUEST REQUEST: are these the last that were denied, as docker logs
# and the MCP server have them?
denials() {
	local last

	last=$(inside docker logs dev-bundle 2>/dev/null | tail -n 2)
	[[ $last =~ ^[^\ ]+Z\ TCP_DENIED\ 403\ $1.?$'\n'[^\ ]+Z\ TCP_DENIED\ 403\ $2$ ]] &&
		[[ $(rpc '{"id":1,"method":"tools/call",
			"params":{"name":"denied"}}') == *"${last/$'\n'/\\n}"* ]]
}

@test "proxy: an allowed host" {
	check -o '000 200' -- ask http://allowed.test/
	check -o public -- cat body
	check -o '200 200' -- ask --cacert "$WORLD/ca.pem" https://allowed.test/
	check -o public -- cat body
	check -o 'http allowed.test - -
https allowed.test - -' -- cat "$WORLD/requests"
}

@test "proxy: a host off the list is refused, logged, and not looked up" {
	check -o '000 403' -- ask 'http://denied.test/path?query'
	check -o '403 000' -- ask https://denied.test/
	check -s 1 -o '' -e ignore -- cat "$WORLD/requests" "$WORLD/queries"
	until_true 5 denials 'GET http://denied.test/path' \
		'CONNECT denied.test:443'
}

@test "proxy: other ports, protocols and methods, and its own pages" {
	check -o '000 403' -- ask http://allowed.test:8080/
	check -o '000 403' -- ask http://allowed.test:443/
	check -o '403 000' -- ask https://allowed.test:8443/
	check -o '403 000' -- ask -p http://allowed.test:80/
	check -o '000 403' -- ask ftp://allowed.test/
	check -o '000 403' -- ask -X TRACE http://allowed.test/
	check -o '000 403' -- ask --request-target cache_object://localhost/info \
		http://allowed.test/
	check -o '000 403' -- ask --noproxy '*' \
		http://127.0.0.16:3128/squid-internal-mgr/info
	check -s 1 -o '' -e ignore -- cat "$WORLD/requests"
}

@test "proxy: private addresses" {
	local address

	# Without the proxy, the bundle reaches the host and its neighbour.
	for address in $HOST "$NEIGHBOUR"; do
		check -o ignore -- inside docker exec dev-bundle python3 -c \
			"import socket
socket.create_connection(('$address', 80), 5)"
	done
	until_true 5 test -e "$WORLD/reached"
	rm "$WORLD/reached"
	for address in ${HOST% *} "$NEIGHBOUR" "$OTHER" 127.0.0.1 127.0.0.17 \
	    10.0.0.1 169.254.169.254 100.64.0.1 0.0.0.0; do
		refused "$address"
	done
	for address in 2130706433 0x7f000001 '[::1]' '[::ffff:192.168.77.1]' \
	    '[fd00:30::1]'; do
		check -o '000 403' -- ask "http://$address/"
	done
	for address in fd00-30--1 --1 --ffff-c0a8-4d01 64-ff9b--c0a8-4d01 \
	    2002-c0a8-4d01-- 2001-0--1 fe80--1 ff02--1; do
		check -o '000 403' -- ask "http://x$address.six.test/"
	done
	check -s 1 -o '' -e ignore -- cat "$WORLD/reached"
	check -o '' -e '' -- inside docker logs neighbour
}

@test "proxy: a name that turns from public to private" {
	local end last='' turns=0 got

	# The proxy keeps an answer for a second here, and asks each time anew.
	{ cat "$TESTS/../man/examples/bundle/squid.conf"
		echo negative_dns_ttl 1 second; } >squid.conf
	bundle second -p 127.0.0.18:3128:3128 \
		-v "$PWD/squid.conf:/bundle/squid.conf:ro"
	end=$((SECONDS + 60))
	while [ "$turns" -lt 6 ] && [ "$SECONDS" -lt "$end" ]; do
		got=$(ask -x http://127.0.0.18:3128 \
			http://192-168-77-1.turns.test/)
		case $got in
		'000 200' | '000 403') ;;
		*) echo "$got"; return 1 ;;
		esac
		[ "$got" = "$last" ] || turns=$((turns + 1))
		last=$got
	done
	[ "$turns" -eq 6 ]
	check -s 1 -o '' -e ignore -- cat "$WORLD/reached"
}

@test "proxy: without the private networks it leads to the host" {
	: >private
	bundle second -p 127.0.0.18:3128:3128 \
		-v "$PWD/private:/bundle/private:ro"
	check -o '000 200' -- ask -x http://127.0.0.18:3128 \
		http://192-168-77-1.at.test/
	check -o '000 404' -- ask -x http://127.0.0.18:3128 \
		"http://${NEIGHBOUR//./-}.at.test/"
	check -o '192.168.77.1 80' -- cat "$WORLD/reached"
}

# box: a network namespace that reaches the addresses 127.0.0.16 and .18 only;
# BOX is a process in it.
box() {
	"$TESTS/dockerd" in "$ENGINE" unshare -n sleep 1000 \
		</dev/null >/dev/null 2>&1 3>&- &
	BOX=$!
	until_true 5 grep -qx sleep "/proc/$BOX/comm"
	inside ip link add box0 type veth peer name eth0 netns "$BOX"
	inside sh -eu <<-'END'
		ip addr add 100.96.0.1/30 dev box0
		ip link set box0 up
		sysctl -qw net.ipv4.conf.box0.route_localnet=1
		iptables -I INPUT -i box0 -j DROP
		iptables -I FORWARD -i box0 -j DROP
		for alias in 127.0.0.16 127.0.0.18; do
			iptables -I INPUT -i box0 -d $alias -j ACCEPT
			iptables -I FORWARD -i box0 -m conntrack \
			    --ctorigdst $alias -j ACCEPT
		done
	END
	nsenter -n -t "$BOX" sh -eu <<-'END'
		ip link set lo up
		ip addr add 100.96.0.2/30 dev eth0
		ip link set eth0 up
		ip route add default via 100.96.0.1
		sysctl -qw net.ipv4.conf.all.route_localnet=1
		for alias in 127.0.0.16 127.0.0.18; do
			ip route replace $alias/32 via 100.96.0.1 dev eth0 \
			    src 100.96.0.2 table local
		done
	END
}

# prove [option ...] ALIAS: does it lead from the box to the host?
prove() {
	inside bottle-prove -t 100 "$@" -- nsenter -n -t "$BOX"
}

@test "bottle-prove -x: passes, and fails without the private networks" {
	box
	check -o match:'.*closed	172.30.0.1, through the proxy.*' -e ignore -- \
		prove -x http://127.0.0.16:3128 -p 3128 -p 9418 -p 3000 \
		127.0.0.16
	# Of the rules, only the private networks and the host's public
	# addresses, and what the health check asks for.
	{ cat "$TESTS/../man/examples/bundle/private"
		echo 198.51.100.0/24; } >private
	sed -e 's/^http_access deny !hosts/acl none dstdomain .invalid\
http_access deny none/' -e '/^http_access deny.*!/d' \
		"$TESTS/../man/examples/bundle/squid.conf" >squid.conf
	bundle second -p 127.0.0.18:3128:3128 \
		-v "$PWD/private:/bundle/private:ro" \
		-v "$PWD/squid.conf:/bundle/squid.conf:ro"
	check -o match:'.*closed	172.30.0.1, through the proxy.*' -e ignore -- \
		prove -x http://127.0.0.18:3128 -p 3128 127.0.0.18
	inside docker rm -f second
	: >private
	bundle second -p 127.0.0.18:3128:3128 \
		-v "$PWD/private:/bundle/private:ro" \
		-v "$PWD/squid.conf:/bundle/squid.conf:ro"
	check -s 1 -o ignore -e match:'.*REACHES 172.30.0.1, through the proxy.*' \
		-- prove -x http://127.0.0.18:3128 -p 3128 127.0.0.18
}

@test "two bundles on networks of their own cannot connect" {
	check -s 1 -e match:'.*timed out.*' -- inside docker exec dev-bundle \
		python3 -c "import socket
socket.create_connection(('$OTHER', 80), 2)"
	check -- inside docker logs other
}

@test "secrets: added to requests for their host, by HTTPS" {
	check -o '000 200' -- ask http://api.test/
	check -o public -- cat body
	check -o '000 200' -- ask -H 'Authorization: Bearer mine' \
		http://api.test/
	check -o '000 200' -- ask -H 'X-Api-Key: mine' http://key.test/
	check -o '000 200' -- ask http://allowed.test/
	check -o 'https api.test Bearer s3cret -
https api.test Bearer s3cret -
https key.test - k3y
http allowed.test - -' -- cat "$WORLD/requests"
	# Not without HTTPS, to another port, or shown by TRACE.
	check -o '403 000' -- ask https://api.test/
	check -o '000 403' -- ask http://api.test:8080/
	check -o '000 403' -- ask -X TRACE http://api.test/
	check -s 1 -o '' -- sh -c '"$@" 2>&1 | grep -e s3cret -e k3y' sh \
		"$TESTS/dockerd" in "$ENGINE" docker logs dev-bundle
}

@test "secrets: only to a server with a certificate for the host" {
	bundle second -p 127.0.0.18:3128:3128 \
		-v "$BATS_FILE_TMPDIR/secrets:/run/secrets:ro"
	check -o '000 503' -- ask -x http://127.0.0.18:3128 http://api.test/
	check -s 1 -e ignore -- cat "$WORLD/requests"
}

@test "secrets: what is no host, header or value ends the bundle" {
	local name text what

	mkdir secrets
	inside docker create --name second --network none \
		-v "$PWD/secrets:/run/secrets:ro" bundle:1
	while IFS='|' read -r name text what; do
		rm -f secrets/*
		printf '%b' "$text" >"secrets/$name"
		check -s 1 -e "start: /run/secrets/$name: invalid $what" -- \
			inside docker start -a second
	done <<-'END'
		hosts|A: b|host
		A.test|A: b|host
		-a.test|A: b|host
		a.test||header
		a.test|A_b: c|header
		a.test|A:|value
		a.test|A: "b"|value
		a.test|A: %{b}|value
	END
}

@test "git: clone, fetch, an allowed push and refused ones" {
	local url=git://127.0.0.16:9418/project.git

	check -e ignore -- inside git clone -q "$url" project
	cd project
	git checkout -q -b agent/one
	git commit -q --allow-empty -m second
	check -- inside git push -q origin agent/one
	check -- inside git fetch -q origin
	check -o "$(git rev-parse HEAD)" -- git rev-parse origin/agent/one
	check -s 1 -e match:'.*refs/heads/main: does not match refs/heads/agent/\*.*' -- \
		inside git push -q origin agent/one:main
	# One ref that does not match is enough, and none of them changes.
	check -s 1 -e ignore -- inside git push -q origin agent/one:agent/two \
		agent/one:refs/tags/v1
	# History is not rewritten, at once or by deleting the branch first.
	git commit -q --amend --allow-empty -m other
	check -s 1 -e ignore -- inside git push -q -f origin agent/one
	check -s 1 -e match:'.*deletion prohibited.*' -- \
		inside git push -q origin :agent/one
	check -o match:'[0-9a-f]+	HEAD
[0-9a-f]+	refs/heads/agent/one
[0-9a-f]+	refs/heads/main' -- inside git ls-remote "$url"
	check -s 128 -e ignore -- inside git ls-remote \
		git://127.0.0.16:9418/../../bundle/health.git/../project.git
	# The gate's own repository is read-only.  The client's status depends on
	# whether it reads the refusal before the connection ends.
	url=git://127.0.0.16:9418/bundle/health.git
	inside git push -q "$url" agent/one 2>/dev/null && return 1
	check -- inside git ls-remote "$url"
}

@test "git: a check of the user's own" {
	# shellcheck disable=SC2016 # for the hook's shell
	printf '#!/bin/sh\n! git show "$2" | grep SECRET\n' >check
	chmod 755 check
	bundle second -p 127.0.0.18:9418:9418 \
		-v "$BATS_FILE_TMPDIR/git:/srv/git" \
		-v "$PWD/check:/bundle/check:ro"
	check -e ignore -- inside git clone -q \
		git://127.0.0.18:9418/project.git project
	cd project
	git commit -q --allow-empty -m 'a SECRET'
	check -s 1 -e match:'.*SECRET.*pre-receive hook declined.*' -- \
		inside git push -q origin HEAD:agent/leak
	git commit -q --amend --allow-empty -m clean
	check -- inside git push -q origin HEAD:agent/clean
}

@test "the page's examples" {
	local EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"

	export MCP_URL=http://127.0.0.16:3000/mcp
	check -o '000 403' -- ask http://last.test/
	until_true 5 denials '.*' 'GET http://last.test/'
	example -o 'match:.*GET http://last.test/' <<-'END'
		docker logs dev-bundle 2>/dev/null | grep TCP_DENIED
	END
	example -o 'match:.*GET http://last.test/"\}\]\}\}' <<-'END'
		curl -s --noproxy '*' "$MCP_URL" -d '{"jsonrpc":"2.0","id":1,
		    "method":"tools/call","params":{"name":"denied"}}'
	END
}

@test "mcp: the protocol" {
	local two='"jsonrpc":"2.0","id":2'

	check -o match:"\\{\"jsonrpc\": \"2.0\", \"id\": 2, \"result\": \\{\"protocolVersion\".*\\}200" -- \
		rpc "{$two,\"method\":\"initialize\",\"params\":{}}"
	check -o 202 -- rpc '{"jsonrpc":"2.0","method":"notifications/initialized"}'
	check -o match:'.*"name": "denied", "description": .*200' -- \
		rpc "{$two,\"method\":\"tools/list\"}"
	check -o match:'.*"content": \[\{"type": "text", "text": .*200' -- rpc \
		"{$two,\"method\":\"tools/call\",\"params\":{\"name\":\"denied\"}}"
	check -o match:'.*"error": .*200' -- rpc \
		"{$two,\"method\":\"tools/call\",\"params\":{\"name\":\"no\"}}"
	check -o match:'.*"error": .*200' -- rpc "{$two,\"method\":\"no\"}"
	for bad in '' '[' '[]' '1' '{}' '{"method":"ping","params":3}'; do
		check -o match:'.*400' -- rpc "$bad"
	done
	check -o match:'.*403' -- inside curl -s -w '%{http_code}' \
		-H 'Origin: http://evil.test' --data '{}' \
		http://127.0.0.16:3000/mcp
}

# signal NAME PROGRAM: send it to the servers that run the program
signal() {
	# shellcheck disable=SC2016 # for the container's shell
	inside docker exec second sh -c 'for p in /proc/[0-9]*; do
		grep -qz "$2" "$p/cmdline" 2>/dev/null && [ "$p" != /proc/$$ ] &&
			kill -s "$1" "${p#/proc/}"; done; :' sh "$1" "$2" || :
}

@test "health asks all three, and the bundle ends when one ends" {
	local server

	bundle second
	for server in '^squid' '^/bundle/mcp' 'git-daemon$'; do
		signal STOP "$server"
		check -s 1 -o ignore -e ignore -- \
			inside docker exec second /bundle/health
		signal CONT "$server"
		check -- inside docker exec second /bundle/health
		signal TERM "$server"
		check -o 1 -- inside docker wait second
		inside docker start second
		until_true 60 inside docker exec second /bundle/health
	done
	inside docker stop second
	check -o 0 -- inside docker wait second
}
