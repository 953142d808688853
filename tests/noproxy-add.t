#!/usr/bin/env bats
# SPDX-License-Identifier: ISC

load lib.sh

teardown() {
	[ ! -e "$BATS_TEST_TMPDIR/docker" ] ||
		"$TESTS/dockerd" stop "$BATS_TEST_TMPDIR/docker"
}

# Where a test says nothing else, both variables are unset.

@test "prints both variables, ready for docker's --env-file" {
	check -o 'no_proxy=127.0.0.16
NO_PROXY=127.0.0.16' -- noproxy-add 127.0.0.16
	no_proxy=a NO_PROXY=a,b check -o 'no_proxy=a,127.0.0.16,x,10.0.0.0/8
NO_PROXY=a,b,127.0.0.16,x,10.0.0.0/8' -- \
		noproxy-add 127.0.0.16/32 x 10.0.0.0/8 x
}

@test "one that is unset or empty starts from the other" {
	NO_PROXY=a check -o 'no_proxy=a,h
NO_PROXY=a,h' -- noproxy-add h
	no_proxy=a NO_PROXY='' check -o 'no_proxy=a,h
NO_PROXY=a,h' -- noproxy-add h
	no_proxy='*' check -o 'no_proxy=*
NO_PROXY=*' -- noproxy-add h
}

@test "a second time changes nothing" {
	no_proxy='a, b c' noproxy-add "[::1]" 127.0.0.16 >once
	env "$(sed -n 1p once)" "$(sed -n 2p once)" \
		noproxy-add "[::1]" 127.0.0.16 >twice
	check -o file:once -- cat twice
	check -o 'no_proxy=a,b,c,[::1],127.0.0.16' -- sed -n 1p once
}

@test "-e: a shell can evaluate any value" {
	no_proxy="it's \$(touch no) \`touch no\` \"\\ ; touch no" NO_PROXY=b \
		noproxy-add -e h >script
	for sh in sh bash 'busybox sh' dash; do
		command -v "${sh%% *}" >/dev/null || continue
		check -o "it's,\$(touch,no),\`touch,no\`,\"\\,;,touch,no,h b,h" \
			-- $sh -c 'eval "$(cat script)"
			printenv no_proxy | tr "\n" " "; printenv NO_PROXY'
	done
	[ ! -e no ]
	check -o "export no_proxy='h'
export NO_PROXY='h'" -- noproxy-add -e h
}

@test "-j: one object" {
	no_proxy='"q"' check -o \
		'{"env":{"NO_PROXY":"\"q\",h","no_proxy":"\"q\",h"}}' -- \
		noproxy-add -j h
}

@test "- reads lines: addresses, networks, comments, CRLF" {
	check -i $'# mine\r\n127.0.0.16/32\r\n\n  ::1\t\n10.0.0.0/8' -o \
'no_proxy=127.0.0.16,::1,10.0.0.0/8
NO_PROXY=127.0.0.16,::1,10.0.0.0/8' -- noproxy-add -
	check -i '["127.0.0.16/32","x"]' -o 'no_proxy=127.0.0.16,x
NO_PROXY=127.0.0.16,x' -- noproxy-add -
}

@test "- reads the launch record, and -j hands it on" {
	check -i '{"z":1.5,"alias":"127.0.0.16","a":[null]}' -o \
'{"z":1.5,"alias":"127.0.0.16","a":[null],"env":{"NO_PROXY":"127.0.0.16","no_proxy":"127.0.0.16"}}' \
		-- noproxy-add -j -
	check -i '{"alias":"127.0.0.16"}' -o 'no_proxy=127.0.0.16
NO_PROXY=127.0.0.16' -- noproxy-add -
}

@test "the record's own env is the base, and keeps its other members" {
	no_proxy=host NO_PROXY=host check -i \
'{"env":{"X":"1","NO_PROXY":"localhost"},"alias":"127.0.0.16"}' -o \
'{"env":{"X":"1","NO_PROXY":"localhost,127.0.0.16","no_proxy":"localhost,127.0.0.16"},"alias":"127.0.0.16"}' \
		-- noproxy-add -j -
	no_proxy=host check -i '{"env":{},"alias":"x"}' -o 'no_proxy=x
NO_PROXY=x' -- noproxy-add -
	no_proxy=host check -i '{"alias":"x"}' -o 'no_proxy=host,x
NO_PROXY=host,x' -- noproxy-add -
}

@test "a command gets both, and its own status, input and arguments" {
	NO_PROXY=a check -i in -s 7 -o 'a,h a,h -e -- in' -- noproxy-add h -- \
		sh -c 'echo "$no_proxy $NO_PROXY $*" "$(cat)"; exit 7' sh -e --
	check -s 127 -e 'noproxy-add: nosuch: No such file or directory' -- \
		noproxy-add h -- nosuch
	check -s 126 -e 'noproxy-add: ./dir: Permission denied' -- \
		sh -c 'mkdir dir; exec noproxy-add h -- ./dir'
	check -s 143 -- noproxy-add h -- sh -c 'kill $$'
}

@test "a command after - gets no standard input" {
	check -i h -o 'h ' -- \
		noproxy-add - -- sh -c 'echo "$NO_PROXY $(cat)"'
}

@test "usage errors" {
	check -o 'usage: noproxy-add [-e | -j] host ... | -
       noproxy-add host ... | - -- command [argument ...]
  -e  print export commands for eval
  -j  print JSON, keeping members of the launch record
man noproxy-add' -- noproxy-add -h
	while IFS='|' read -r line why; do
		# shellcheck disable=SC2086 # a command line
		check -s 2 -e "noproxy-add: $why" -- noproxy-add $line
	done <<-'END'
	|no host
	-e|no host
	-- true|no host
	-e -j h|either -e or -j
	-j h -- true|-e and -j do not go with a command
	-e h -- true|-e and -j do not go with a command
	h --|no command after --
	-x h|-x: unknown option, or missing argument (-h lists them)
	- h|either hosts or -
	- -|either hosts or -
	h -e|not a host or address: -e
	END
	check -s 2 -i h -e 'noproxy-add: standard input is not read without -
noproxy-add: no host' -- noproxy-add
}

@test "a command is not run after bad input: 125" {
	check -s 125 -e 'noproxy-add: not a host or address: foo/99' -- \
		noproxy-add foo/99 -- echo run
	check -s 125 -e 'noproxy-add: <stdin>: empty' -- \
		noproxy-add - -- echo run
	NO_PROXY=$'a\nb' check -s 125 -e \
		'noproxy-add: NO_PROXY: has a line break or control character' \
		-- noproxy-add h -- echo run
}

@test "names: lower case, no root dot; what was there keeps its spelling" {
	NO_PROXY=Svc.Corp.,127.0.0.16-31 check -o \
'no_proxy=Svc.Corp.,127.0.0.16-31,svc.corp,.example.com
NO_PROXY=Svc.Corp.,127.0.0.16-31,svc.corp,.example.com' -- \
		noproxy-add Svc.Corp. .EXAMPLE.com. svc.corp
}

@test "address ranges are refused, with a network to use instead" {
	check -s 2 -e 'noproxy-add: an address range, which few clients match: 127.0.0.16-31 (the smallest network with all of it is 127.0.0.16/28)' \
		-- noproxy-add 127.0.0.16-31
	check -s 2 -i $'h\n127.0.0.1-127.0.0.2' -e 'noproxy-add: <stdin>:2: an address range, which few clients match: 127.0.0.1-127.0.0.2 (the smallest network with all of it is 127.0.0.0/30)' \
		-- noproxy-add -
}

@test "bad hosts: the place, and nothing on standard output" {
	check -s 2 -e 'noproxy-add: not a host or address: foo/99' -- \
		noproxy-add h foo/99
	check -s 2 -i $'h\n\nfoo/99' -e \
		'noproxy-add: <stdin>:3: not a host or address: foo/99' -- \
		noproxy-add -
	check -s 2 -e \
		'noproxy-add: would switch the proxy off for every host: *' -- \
		noproxy-add '*'
	check -s 2 -i '["a",1]' -e \
'noproxy-add: <stdin>: element 2 of the array is not a string' -- noproxy-add -
	check -s 2 -i '["a","*"]' -e \
'noproxy-add: <stdin>: would switch the proxy off for every host: *' -- \
		noproxy-add -
	check -s 2 -e 'noproxy-add: <stdin>: empty' -- noproxy-add -
}

@test "bad records" {
	while IFS='|' read -r record why; do
		check -s 2 -i "$record" -e "noproxy-add: <stdin>: $why" -- \
			noproxy-add -j -
	done <<-'END'
		{}|has no alias
		{"alias":1}|has no alias
		{"alias":"*"}|would switch the proxy off for every host: *
		{"alias":"a","env":[]}|env: is not an object
		{"alias":"a","env":null}|env: is not an object
		{"alias":"a","env":{"no_proxy":1}}|env.no_proxy: is not a string
		{"alias":"a","env":{"NO_PROXY":"a\u0000"}}|env.NO_PROXY: is not a string
		{"alias":"a","alias":"b"}|has a member twice in one object
		{"alias":"a"|is not one JSON value
	END
	check -s 2 -i '{"alias":"a","env":{"NO_PROXY":"b\n"}}' -e \
		'noproxy-add: NO_PROXY: has a line break or control character' \
		-- noproxy-add -j -
}

@test "bad values in the environment" {
	NO_PROXY=$'a\nb' check -s 2 -e \
		'noproxy-add: NO_PROXY: has a line break or control character' \
		-- noproxy-add h
	# Blanks and commas are no list: it is the other one that counts.
	no_proxy=$' \t,' NO_PROXY=$'a\nb' check -s 2 -e \
		'noproxy-add: NO_PROXY: has a line break or control character' \
		-- noproxy-add h
	no_proxy=$'a\r' NO_PROXY=b check -s 2 -e \
		'noproxy-add: no_proxy: has a line break or control character' \
		-- noproxy-add -e h
	NO_PROXY=$'\xff' check -o $'no_proxy=\xff,h\nNO_PROXY=\xff,h' -- \
		noproxy-add h
	NO_PROXY=$'\xff' check -s 2 -e \
		'noproxy-add: no_proxy: is not UTF-8 at byte 1' -- \
		noproxy-add -j h
}

@test "131,071 bytes with the name can be run, one more is refused" {
	full=$(head -c 131060 /dev/zero | tr '\0' x)
	NO_PROXY=$full check -o 131062 -- \
		noproxy-add h -- sh -c 'echo ${#NO_PROXY}'
	NO_PROXY=${full}0 check -s 2 -e \
'noproxy-add: NO_PROXY: would be longer than the 131062 bytes that a program can be started with' \
		-- noproxy-add h
}

@test "output that is lost is trouble" {
	[ -e /dev/full ] || skip 'no /dev/full'
	check -s 2 -e 'noproxy-add: <stdout>: No space left on device' -- \
		sh -c 'exec noproxy-add h >/dev/full'
	check -s 2 -e 'noproxy-add: <stdout>: Bad file descriptor' -- \
		sh -c 'exec noproxy-add h >&-'
	check -s 2 -e 'noproxy-add: <stdin>: Bad file descriptor' -- \
		sh -c 'exec noproxy-add - <&-'
}

# A shell in a network with an origin at 127.0.0.16:3000 and nothing else.
bottle_shell() {
	mkdir www
	echo bundle >www/index.html
	cat >bottle_sh <<-'END'
	#!/bin/sh
	exec unshare -rn sh -c '
		ip link set lo up
		python3 -m http.server -b 127.0.0.16 -d www 3000 >log 2>&1 &
		tries=100
		until curl -s --noproxy "*" http://127.0.0.16:3000/ >got; do
			tries=$((tries - 1))
			[ "$tries" -gt 0 ] || exit 99
			sleep 0.1
		done
		sh "$@"; status=$?
		kill $!
		exit "$status"' sh "$@"
	END
	chmod +x bottle_sh
	EXAMPLE_SH=./bottle_sh
}

@test "example: past a proxy that is not even there" {
	need 'no network namespaces' unshare -rn true
	bottle_shell
	export http_proxy=http://127.0.0.1:9
	check -s 7 -o ignore -e ignore -- "$EXAMPLE_SH" -c \
		'curl -sS http://127.0.0.16:3000/'
	example -o bundle <<-'END'
	eval "$(noproxy-add -e 127.0.0.16)"
	curl -sS http://127.0.0.16:3000/
	END
	example -o bundle <<-'END'
	noproxy-add 127.0.0.16 -- curl -sS http://127.0.0.16:3000/
	END
}

@test "example: a container, by -e and by --env-file" {
	need 'no Docker Engine of our own' \
		"$TESTS/dockerd" start "$BATS_TEST_TMPDIR/docker"
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/docker/docker.sock
	export no_proxy="a'b, c"
	example -o "a'b,c,127.0.0.16" <<-'END'
	noproxy-add 127.0.0.16 -- docker run --rm \
	    -e no_proxy -e NO_PROXY busybox sh -c 'echo $NO_PROXY'
	END
	example -o "a'b,c,127.0.0.16" <<-'END'
	noproxy-add 127.0.0.16 >proxy.env
	docker run --rm --env-file proxy.env busybox sh -c 'echo $NO_PROXY'
	END
}

@test "example: a virtual machine's record" {
	need 'no engine from PyPI' "$TESTS/engines" 1.32.2
	PATH=$("$TESTS/engines" 1.32.2):$PATH
	example -o ignore -e ignore <<-'END'
	noproxy-add 127.0.0.16 -- sh -c 'smolvm machine create --name dev \
	    -e "no_proxy=$no_proxy" -e "NO_PROXY=$NO_PROXY"'
	END
	check -o \
'[["no_proxy","127.0.0.16"],["NO_PROXY","127.0.0.16"]]' -- sqlite3 \
		"$HOME/.local/share/smolvm/server/smolvm.db" \
		"select json_extract(cast(data as text), '\$.env') from vms"
}

@test "examples: a list with blanks, and the launch record" {
	example -o 'no_proxy=localhost,.corp,127.0.0.16,::1
NO_PROXY=localhost,.corp,127.0.0.16,::1' <<-'END'
	NO_PROXY="localhost, .corp" noproxy-add 127.0.0.16 ::1
	END
	example -o '{"alias":"127.0.0.16","env":{"NO_PROXY":"127.0.0.16","no_proxy":"127.0.0.16"}}' <<-'END'
	echo '{"alias":"127.0.0.16"}' | noproxy-add -j -
	END
}
