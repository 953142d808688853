#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Launches with older engines.  See bottle-launch.t.

load lib.sh
load bottle.sh

@test "an old engine with sockets on the host: names, list and proof" {
	: >"$FAKE/tsi"
	check -o 'match:.*"beside_ip":\[\],.*"allowed_cidrs":\["127.0.0.16/32"\],.*"dns":null,.*"ports_enforced":false.*' \
		-- launch -j dev
	[ "$(row dev '.allowed_cidrs[]')" = 127.0.0.16/32 ]
	[ "$(row dev .egress_rules)" = null ]
	check -o "$(says dev 127.0.0.16)" -e "$KEEPS" -- launch dev
	check -o '127.0.0.16	-	-' -- inside smolvm-aliasroute dev 127.0.0.16
	check -- inside bottle-rm -q dev
	check -o 'cidr from hosts net plain' -- sh -c "sqlite3 '$DB' \
		'SELECT name FROM vms' | sort | xargs"
	wide='-d 127.0.0.0/8'
	echo "$wide" >"$FAKE/wide"
	fails 'match:bottle-launch: dev: proof: bottle-prove: dev: REACHES .*' dev
	check -- inside docker ps -aq
}

@test "the engine without port rules, 1.7.7: launched, resumed, deleted" {
	RELEASE=$("$TESTS/engines" 1.7.7)
	cp "$RELEASE/smol/smolvm" smolvm-1.7.7
	FAKE_ENGINE=$PWD/smolvm-1.7.7
	wrap "$SMOLVM" "$TESTS/fake_smolvm"
	check -o 'match:.*"beside_ip":\[\],.*"dns":"255.255.255.255",.*"ports_enforced":false.*' \
		-- launch -j dev
	# what the engine had written, and what was set before
	check -o '{"allowed_cidrs":["127.0.0.16/32"],"dns":null,"egress_rules":null}' \
		-- jq -c .previous "$RECORD"
	launch dev >/dev/null
	check -o '{"allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","egress_rules":null}' \
		-- jq -c .previous "$RECORD"
	smolvm stop --name dev
	check -o "$(says dev 127.0.0.16)" -e ignore -- launch dev
	check -- inside bottle-rm -q dev
	nothing_left
}

@test "an engine whose machines share a root folder: each bottle has its own" {
	local dir

	unset SMOLVM_AGENT_ROOTFS_TAR
	RELEASE=$("$TESTS/engines" 1.7.7)
	cp "$RELEASE/smol/smolvm" engine
	mkdir agent-rootfs
	# without most of its large files, which take long to copy
	tar -xpf "$RELEASE/smol/agent-rootfs.tar" -C agent-rootfs \
		--exclude './usr/*' --exclude './lib/lib*'
	tar -cpf small.tar -C agent-rootfs .
	# shellcheck disable=SC2016 # the script expands it
	printf '#!/bin/sh\n%s\n' 'case $* in
	"machine start "*)
		dir=${SMOLVM_AGENT_ROOTFS%/rootfs}
		[ ! -e "$dir/rootfs/evil" ] && stat -c %a "$dir" && cat "$dir/rootfs/etc/os-release" |
			cmp - "$HOME"/*/etc/os-release &&
			echo "$dir" >"$HOME/dir"
		echo no KVM >&2
		exit 1 ;;
	esac
	exec "$HOME/engine" "$@"' >smolvm
	chmod 755 engine smolvm
	chmod 666 "$ENGINE/docker.sock"
	chmod -R go+rX "$BATS_RUN_TMPDIR"
	chown -R 65534 "$HOME"
	dir=$HOME/.cache/smolvm/vms/$(printf dev | sha256sum | cut -c 1-16)
	gets_root
	# without the folder, the archive beside it
	mv small.tar agent-rootfs.tar
	mv agent-rootfs elsewhere
	gets_root
	# each start has a new one, whatever the guest did to the one before
	setpriv --reuid 65534 --clear-groups env HOME="$HOME" ./engine machine \
		create --name dev --net -e BOTTLE=dev >/dev/null
	inside docker create --name dev-bundle --label bottle=dev \
		-p 127.0.0.16:3000:3000 bundle:1 >/dev/null
	for n in 1 2; do
		rm -f dir
		check -s 2 -e 'bottle-launch: dev: machine start: no KVM
bottle-launch: dev: it is stopped, and nothing is deleted' -- by_nobody dev
		check -o "$dir" -- cat dir
		: >"$dir/rootfs/evil"
		install -d -m 0 -o 65534 "$dir/rootfs/shut"
		: >"$dir/rootfs/shut/file"
	done
	rm agent-rootfs.tar
	check -s 2 -e 'match:bottle-launch: dev: set SMOLVM_AGENT_ROOTFS .*' -- \
		by_nobody dev
	inside docker rm -f dev-bundle >/dev/null
}

# by_nobody ARGUMENT...: launch, as a user who is not root.
by_nobody() {
	inside setpriv --reuid 65534 --clear-groups env HOME="$HOME" \
		SMOLVM="$PWD/smolvm" bottle-launch -q "$@"
}

# gets_root: the machine had a root folder, which is deleted with it.
gets_root() {
	rm -f dir
	check -s 2 -e 'bottle-launch: dev: machine start: no KVM
bottle-launch: dev: everything that was made is removed' -- by_nobody \
		-i bundle:1 -p 3000 dev
	check -o "$dir" -- cat dir
	[ ! -e "$dir" ]
}
