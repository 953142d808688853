#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A launch by hand, out of its parts, as the pages show it.  The Docker Engine
# and smolvm's record are real, the machine a fake: see bottle-launch.t.

load lib.sh
load bottle.sh

# by_hand: smolvm is found by its name, and examples run where Docker is.
by_hand() {
	mkdir path
	ln -s "$TESTS/fake_smolvm" path/smolvm
	PATH=$PWD/path:$PATH
	unset SMOLVM
	EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
}

@test "bottle-tools.7, EXAMPLES: from an address to a proved machine" {
	by_hand
	example -o "$(printf '127.0.0.%s\n' $(seq 16 31))" <<-'END'
		loalias-ensure
	END
	example -o 127.0.0.16 <<-'END'
		loalias-ensure | loalias-pick -
	END
	example -o 'match:[0-9a-f]{64}' <<-'END'
		loalias-pick -- docker create --name dev-bundle -p {}:3000:3000 bundle:1
	END
	inside docker start dev-bundle
	example -o ignore <<-'END'
		smolvm machine create --name dev --net
	END
	example -o 127.0.0.16/32 -e ignore <<-'END'
		smolvm-allowpatch -D 255.255.255.255 -p 3000 dev 127.0.0.16
	END
	example -o ignore <<-'END'
		smolvm machine start --name dev
	END
	example <<-'END'
		smolvm-allowpatch -c -D 255.255.255.255 -p 3000 dev 127.0.0.16
	END
	example -o '127.0.0.16	100.96.0.1	eth0' <<-'END'
		smolvm-aliasroute dev 127.0.0.16
	END
	example -o 'match:reached	127.0.0.16:3000/tcp
closed	.*
closed	dns' <<-'END'
		bottle-prove -p 3000 dev 127.0.0.16
	END
}

@test "bottle-tools.7, EXAMPLES: the record flows through one pipe" {
	by_hand
	smolvm create --name dev --net
	export NO_PROXY=localhost
	example -e ignore -o '{"interface":"lo","pool":["127.0.0.16","127.0.0.17","127.0.0.18","127.0.0.19","127.0.0.20","127.0.0.21","127.0.0.22","127.0.0.23","127.0.0.24","127.0.0.25","127.0.0.26","127.0.0.27","127.0.0.28","127.0.0.29","127.0.0.30","127.0.0.31"],"added":[],"alias":"127.0.0.16","machine":"dev","allowed_cidrs":["127.0.0.16/32"],"previous_cidrs":null,"dns":null,"ports_asked":null,"env":{"NO_PROXY":"localhost,127.0.0.16","no_proxy":"localhost,127.0.0.16"}}' <<-'END'
		loalias-ensure -j | loalias-pick -j - |
		    smolvm-allowpatch -j dev - | noproxy-add -j -
	END
	[ "$(row dev '.allowed_cidrs[]')" = 127.0.0.16/32 ]
	smolvm delete --name dev -f
	# a stage that fails fails the pipe, whatever the shell
	check -s 2 -e 'match:.*no such machine.*
noproxy-add: <stdin>: .*empty.*' -- inside sh -c 'loalias-ensure -j |
		loalias-pick -j - | smolvm-allowpatch -j dev - | noproxy-add -j -'
}

@test "bottle-tools.7, EXAMPLES: all of the above" {
	by_hand
	example -e ignore -o 'match:\{"interface":.*"verified":\["reached 127.0.0.16:3000/tcp",.*' <<-'END'
		bottle-launch -j -i bundle:1 -p 3000 dev
	END
}

@test "bottle-launch.1, bottle-prove.1, smolvm-aliasroute.1: EXAMPLES" {
	by_hand
	smolvm create --name src --net
	smolvm start --name src
	smolvm stop --name src
	"$RELEASE/smolvm" pack create --from-vm src \
		--lib-dir "$RELEASE/smol" -o agent >/dev/null 2>&1
	smolvm delete --name src -f
	ln -s "$(type -P true)" "$FAKE/bin/agent"

	example -e ignore <<-'END'
		bottle-launch -j -f agent.smolmachine -i bundle:1 \
		    -p 3128 -p 9418 -p 3000 -e HTTPS_PROXY=http://{}:3128 dev >dev.json
	END
	check -o '["127.0.0.16",["3000/tcp","3128/tcp","9418/tcp"],true]' -- \
		jq -c '[.alias, (.ports | keys), .ports_enforced]' dev.json
	row dev '.env[] | join("=")' | grep -x HTTPS_PROXY=http://127.0.0.16:3128
	example <<-'END'
		smolvm machine exec --name dev -- agent
	END
	example -o ignore <<-'END'
		bottle-prove -p 3000 dev 127.0.0.16
	END
	example -o true <<-'END'
		bottle-prove -j - <dev.json | jq .ports_enforced
	END
	smolvm stop --name dev
	example -o 'match:127.0.0.16	100.96.[0-9].1	eth0' <<-'END'
		smolvm machine start --name dev && smolvm-aliasroute dev 127.0.0.16
	END
	example -o 'dev	127.0.0.16	running	running	3000/tcp,3128/tcp,9418/tcp' <<-'END'
		bottle-launch -l
	END
	example -e ignore <<-'END'
		bottle-launch -d dev
	END
	nothing_left
}
