#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The tools together, as in bottle-tools(7): a real Docker Engine and the
# records of a real smolvm, whose machines need not start for this.

load lib.sh

ENGINE=$BATS_FILE_TMPDIR/engine

setup_file() {
	need 'no Docker Engine can be started' \
		"$TESTS/dockerd" start "$ENGINE"
	"$TESTS/dockerd" in "$ENGINE" sh -c 'docker create --name it busybox true
		docker export it | docker import \
		    --change "CMD [\"httpd\", \"-f\", \"-p\", \"3000\"]" - bundle:1
		docker rm it' >/dev/null
}

teardown_file() {
	[ ! -e "$ENGINE" ] || "$TESTS/dockerd" stop "$ENGINE"
}

# The shell of the examples: where the engine publishes, with smolvm in PATH.
begin() {
	need 'no smolvm from PyPI' "$TESTS/engines" 1.32.2
	PATH=$("$TESTS/engines" 1.32.2):$PATH
	DB=$HOME/.local/share/smolvm/server/smolvm.db
	cat >there <<-END
	#!/bin/sh
	exec "$TESTS/dockerd" in "$ENGINE" sh "\$@"
	END
	chmod +x there
	EXAMPLE_SH=./there
}

teardown() {
	[ ! -e there ] || ./there -c 'docker ps -aq | xargs -r docker rm -f' \
		>/dev/null
}

@test "examples: the first that nobody has, and a container there" {
	begin
	example -o "$(for i in $(seq 16 31); do echo "127.0.0.$i"; done)" <<-'END'
	loalias-ensure
	END
	example -o 127.0.0.16 <<-'END'
	loalias-ensure | loalias-pick -
	END
	example -o 'match:[0-9a-f]{64}' <<-'END'
	loalias-pick -- docker create --name dev-bundle -p {}:3000:3000 bundle:1
	END
	check -o '{"3000/tcp":[{"HostIp":"127.0.0.16","HostPort":"3000"}]}' -- \
		./there -c "docker inspect -f '{{json .HostConfig.PortBindings}}' \
		dev-bundle"
	# It has it, though it was never started.
	example -o 127.0.0.17 <<-'END'
	loalias-ensure | loalias-pick -
	END
}

@test "examples: a machine that may go there, and nowhere else" {
	begin
	example -o ignore <<-'END'
	smolvm machine create --name dev --net
	END
	example -o 127.0.0.16/32 <<-'END'
	smolvm-allowpatch -D 255.255.255.255 -p 3000 dev 127.0.0.16
	END
	# It has not been started.
	example -s 1 -e "smolvm-allowpatch: $DB: dev: was never started, or was \
stopped since" <<-'END'
	smolvm-allowpatch -c -D 255.255.255.255 -p 3000 dev 127.0.0.16
	END
}

@test "examples: the state of a launch through one pipe" {
	begin
	smolvm machine create --name dev --net >/dev/null
	example -o ignore -e "smolvm-allowpatch: $DB: dev: no resolver is set \
(-D): smolvm 1.1.3 and later answer queries to port 53 of any address through \
the host's, list or not" <<-'END'
	loalias-ensure -j | loalias-pick -j - |
	    smolvm-allowpatch -j dev - | noproxy-add -j -
	END
	cp "$BATS_TEST_TMPDIR/.out" record
	check -o '["interface","pool","added","alias","machine","allowed_cidrs","previous_cidrs","dns","ports_asked","env"]' \
		-- jq -c keys_unsorted record
	check -o '["lo","127.0.0.16","127.0.0.31",[],"127.0.0.16","dev",["127.0.0.16/32"],null,{"NO_PROXY":"127.0.0.16","no_proxy":"127.0.0.16"}]' \
		-- jq -c '[.interface, .pool[0], .pool[15], .added, .alias,
		.machine, .allowed_cidrs, .previous_cidrs, .env]' record
	# What the record says is in the database.
	check -o '["127.0.0.16/32"]' -- sqlite3 "$DB" \
		"select json_extract(cast(data as text), '\$.allowed_cidrs')
		from vms where name = 'dev'"
	# A second time nothing changes but what was there before.
	check -i file:record -o file:record -e ignore -- sh -c \
		'smolvm-allowpatch -j dev - | noproxy-add -j - |
		jq -c ".previous_cidrs = null"'
}

@test "a stage that fails fails the pipe, without pipefail" {
	begin
	smolvm machine create --name dev --net >/dev/null
	before=$(cksum "$DB")
	for first in 'loalias-ensure -j nonsense' \
		'loalias-ensure -j | loalias-pick -f missing -j -' \
		'loalias-ensure -j | loalias-pick -j -x 127.0.0.0/8 -' \
		'echo {} | loalias-pick -f missing -j -'; do
		check -s 2 -e ignore -- ./there -c \
			"$first | smolvm-allowpatch -j dev - | noproxy-add -j -"
	done
	check -s 2 -e ignore -- ./there -c 'loalias-ensure -j |
		loalias-pick -j - | smolvm-allowpatch -j nobody - |
		noproxy-add -j -'
	[ "$(cksum "$DB")" = "$before" ]
}

@test "text chains, too" {
	begin
	smolvm machine create --name dev --net >/dev/null
	check -e ignore -o 'no_proxy=127.0.0.16
NO_PROXY=127.0.0.16' -- ./there -c 'loalias-ensure | loalias-pick - |
		smolvm-allowpatch -D 255.255.255.255 dev - | noproxy-add -'
}
