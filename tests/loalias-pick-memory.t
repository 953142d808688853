#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# loalias-pick and a fake of an engine, with valgrind.

load lib.sh
load fake_engine.sh

# bats test_tags=once
@test "memory is used as it should be" {
	local check='valgrind -q --leak-check=full --error-exitcode=99'

	need 'no valgrind' command -v valgrind
	engine e
	hides e 16 17
	rm e/inspect/17
	context e "unix://$PWD/e/docker.sock"
	export DOCKER_CONTEXT=e
	check -o '{"alias":"127.0.0.17","owner":"web"}' -- \
		inside $check loalias-pick -j -o web
	check -o '127.0.0.17 127.0.0.18' -- inside sh -c "
		$check loalias-pick -a -x 127.0.0.19/32 127.0.0.16-127.0.0.19 |
		xargs"
	check -i '{"pool":["127.0.0.17"],"x":[1]}' -o 127.0.0.17 -- \
		inside $check loalias-pick - -- echo {}
	check -s 1 -e ignore -- inside $check loalias-pick 127.0.0.16
	echo '[{' >e/list
	check -s 2 -e 'loalias-pick: unix://'"$PWD"'/e/docker.sock: answer: is not one JSON value' \
		-- inside $check loalias-pick
}
