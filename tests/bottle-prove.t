#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The proof and the route, with a fake of the machine: see bottle-launch.t.

load lib.sh
load bottle.sh

prove() {
	inside bottle-prove -t 60 "$@"
}

@test "each way to connect proves, and sees what is open" {
	local way python

	python=$(python3 -c 'import sys; print(sys.executable)')
	launch dev
	inside socat UDP-LISTEN:53,bind=127.0.0.1,fork EXEC:cat 3>&- &
	for way in nc busybox bash python3 perl; do
		guest_has sh true ip cat head wc grep timeout
		case $way in
		python3) # -S: without looking for packages, which takes long
			printf '#!/bin/sh\nexec %s -S "$@"\n' "$python" \
				>"$FAKE/bin/python3"
			chmod +x "$FAKE/bin/python3" ;;
		busybox) machine_busybox ;;
		*) ln -s "$(type -P "$way")" "$FAKE/bin/$way" ;;
		esac
		check -o 'match:reached	127.0.0.16:3000/tcp
closed	127.0.0.1/tcp, also through the gateway
.*
closed	dns' -- prove -p 3000 dev 127.0.0.16
		inside iptables -I INPUT -i vm0 -d 127.0.0.31 -j ACCEPT
		resolver -I
		check -s 1 -o ignore -e 'bottle-prove: dev: REACHES 127.0.0.31/tcp
bottle-prove: dev: REACHES 127.0.0.31/udp
bottle-prove: dev: REACHES a resolver: DNS queries are answered' -- \
			prove -p 3000 dev 127.0.0.16
		inside iptables -D INPUT -i vm0 -d 127.0.0.31 -j ACCEPT
		resolver -D
	done
}

# machine_busybox: that of a real machine; Debian's nc makes no datagrams.
machine_busybox() {
	mkdir machine
	tar -x -f "$("$TESTS/engines" 1.7.7)/smol/agent-rootfs.tar" -C machine \
		./bin/busybox ./lib/ld-musl-x86_64.so.1
	printf '#!/bin/sh\nexec %s/lib/ld-musl-x86_64.so.1 %s/bin/busybox "$@"\n' \
		"$PWD/machine" "$PWD/machine" >"$FAKE/bin/busybox"
	chmod +x "$FAKE/bin/busybox"
}

# resolver -I|-D: redirect the guest's DNS queries to 127.0.0.1, or stop that.
resolver() {
	inside iptables -t nat "$1" PREROUTING -i vm0 -p udp --dport 53 \
		-j DNAT --to-destination 127.0.0.1
	inside iptables "$1" INPUT -i vm0 -d 127.0.0.1 -p udp --dport 53 \
		-j ACCEPT
}

@test "what is not tried is not said to be closed, and what proves nothing" {
	local root=$HOME/.cache/smolvm/rootfs/key

	launch -p 3128 dev
	# there is no IPv6 gateway in between
	prove -p 3000 dev 127.0.0.16 >said
	check -o 'closed	127.0.0.1/tcp, also through the gateway
closed	::1/tcp
closed	127.0.0.1/udp, also through the gateway
closed	::1/udp' -- grep -E '	(127.0.0|:):?.1/' said
	check -o 'closed	dns' -- grep dns said
	# port 53 of the bundle is no evidence, since a gateway accepts all connections
	prove -p 53 -p 3000 dev 127.0.0.16 >said
	check -s 1 -- grep :53 said

	# a guest that connects and sends no datagrams
	guest_has sh true ip cat head wc grep
	printf '#!/bin/sh\ncase " $* " in *" -u "*) exit 1 ;; esac\nexec %s "$@"\n' \
		"$(type -P nc)" >"$FAKE/bin/nc"
	chmod +x "$FAKE/bin/nc"
	check -s 2 -e 'bottle-prove: dev: the guest sends no datagrams (tried with nc)' \
		-- prove -p 3000 dev 127.0.0.16

	# a root folder that every machine has: read-write, and read-only
	guest_has sh true ip nc cat head wc grep timeout bash mkdir rmdir tr \
		rm umount
	mkdir -p "$root"
	# The only share of this guest.
	cat >"$FAKE/bin/mount" <<-END
	#!/bin/sh
	[ "\$1 \$2 \$5" = '-t virtiofs /dev/root' ] || exit 1
	exec $(type -P mount) --bind -o "\$(cat $PWD/mode)" '$root' "\$6"
	END
	chmod +x "$FAKE/bin/mount"
	echo rw >mode
	check -s 1 -o ignore -e "match:bottle-prove: dev: REACHES a folder of other machines: $root/bottle-.*" \
		-- prove -p 3000 dev 127.0.0.16
	check -- ls -A "$root"
	echo ro >mode
	check -o 'match:.*closed	root folder' -- prove -p 3000 dev 127.0.0.16
	check -- find /tmp /run /dev/shm /mnt -maxdepth 1 -name 'bottle-????????????'

	# no bundle; and what is no machine
	guest_has sh true ip nc cat head wc grep timeout bash
	check -s 2 -e 'bottle-prove: dev: the guest cannot reach its own bundle at 127.0.0.16:3001 (tried with nc bash)' \
		-- prove -p 3000 -p 3001 dev 127.0.0.16
	inside smolvm-aliasroute -d dev 127.0.0.16
	check -s 2 -e 'match:bottle-prove: dev: the guest cannot reach its own bundle at 127.0.0.16:3000 .*' \
		-- prove -p 3000 dev 127.0.0.16
	smolvm stop --name dev
	check -s 2 -e 'match:bottle-prove: dev: no command runs in it: .*' -- \
		prove -p 3000 dev 127.0.0.16
	check -s 2 -e 'match:bottle-prove: none: no command runs in it: .*' -- \
		prove -p 3000 none 127.0.0.16
	check -- ls -A "$TMPDIR"
}

@test "the launch record, in and out" {
	launch -p 53:3000/udp dev
	export EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
	example -o 'match:reached	127.0.0.16:3000/tcp
closed	.*' <<-'END'
	bottle-ls -j dev | bottle-prove -
	END
	inside bottle-ls -j dev | jq -c '{z: 1} + .' >record
	check -i file:record -o 'match:\{"z":1,.*' -- inside bottle-prove -j -
	mv "$BATS_TEST_TMPDIR/.out" said
	check -o 'dev 127.0.0.16 true 1.32.2 20 true' -- jq -r '"\(.machine) " +
		"\(.alias) \(.ports_enforced) \(.engine) " +
		"\(.proved_at | length) " +
		"\(.verified | index("reached 127.0.0.16:3000/tcp") != null)"' \
		said
}

@test "what is given wrongly" {
	local record

	check -s 2 -e 'bottle-prove: a machine and an alias, or -' -- bottle-prove
	check -s 2 -e 'bottle-prove: at least one -p' -- bottle-prove dev 127.0.0.16
	check -s 2 -e 'bottle-prove: either -p or -' -- bottle-prove -p 1 -
	check -s 2 -e 'bottle-prove: one address before --' -- \
		bottle-prove -p 1 dev 127.0.0.16 -- true
	check -s 2 -e 'bottle-prove: no command after --' -- \
		bottle-prove -p 1 127.0.0.16 --
	check -s 2 -e 'bottle-prove: -t x: not a number from 1 to 9999' -- \
		bottle-prove -t x
	check -s 2 -e 'bottle-prove: here: not an address' -- \
		bottle-prove -p 1 dev here
	for port in x 0 65536 1/sctp '' /udp 99999999999 00000801 1e3 -1; do
		check -s 2 -e "bottle-prove: -p $port: not a port" -- \
			bottle-prove -p "$port" dev 127.0.0.16
	done
	for proxy in x http:// http://name:80 http://127.0.0.16 \
	    https://127.0.0.16:1 http://127.0.0.16:0 http://127.0.0.16:1/x; do
		check -s 2 -e "bottle-prove: -x $proxy: not http://ADDRESS:PORT" \
			-- bottle-prove -x "$proxy" -p 1 dev 127.0.0.16
	done
	check -s 2 -e 'bottle-prove: dev: no TCP port of the bundle but 53 to try: nothing can be proved' \
		-- bottle-prove -p 53/udp -p 53 dev 127.0.0.16
	for record in '{}' '{"machine":"a","alias":"b"}' \
	    '{"machine":"a","alias":"127.0.0.16","ports":{}}' \
	    '{"machine":"a","alias":"127.0.0.16","ports":{"1/tcp":"x"}}' \
	    '{"machine":"a","alias":"127.0.0.16","ports":{"1":"a:1"}}'; do
		check -s 2 -i "$record" -e 'bottle-prove: <stdin>: not a record with machine, alias, ports' \
			-- bottle-prove -
	done
	for record in x '["x"]'; do
		check -s 2 -i "$record" -e 'bottle-prove: <stdin>: not a launch record' \
			-- bottle-prove -
		check -s 2 -i "$record" -e 'smolvm-aliasroute: <stdin>: not a launch record' \
			-- smolvm-aliasroute -
	done
	record='{"machine":"a\u001b[1m","alias":"127.0.0.16","ports":{"1/udp":"a:1"}}'
	check -s 2 -i "$record" -e 'match:bottle-prove: a.x1b.1m: no TCP port .*' \
		-- bottle-prove -
	SMOLVM=false check -s 2 -i "$record" -e 'match:smolvm-aliasroute: a.x1b.1m: no command runs in it: .*' \
		-- smolvm-aliasroute -
	check -s 2 -i '' -e 'match:bottle-prove: <stdin>: .*' -- bottle-prove -
	LOALIAS_POOL=127.0.0.16 check -s 2 -e 'bottle-prove: dev: the pool has no second alias to compare with 127.0.0.16' \
		-- bottle-prove -p 3000 dev 127.0.0.16
}

@test "smolvm-aliasroute: there and back, twice; an engine that is busy" {
	local route='127.0.0.16	100.96.0.1	eth0'

	launch dev
	# an engine that is busy is asked three times
	cat >busy <<-'END'
	#!/bin/sh
	echo . >>tries
	[ "$(wc -l <tries)" -gt "$(cat times)" ] || { echo busy >&2; exit 1; }
	exec ./smolvm "$@"
	END
	chmod +x busy
	echo 2 >times
	SMOLVM=$PWD/busy check -o '127.0.0.16	100.96.0.1	eth0' -- \
		inside smolvm-aliasroute dev 127.0.0.16
	rm tries
	echo 3 >times
	SMOLVM=$PWD/busy check -s 2 -e 'smolvm-aliasroute: dev: no command runs in it: busy' \
		-- inside smolvm-aliasroute dev 127.0.0.16

	check -o "$route" -- inside smolvm-aliasroute dev 127.0.0.16
	smolvm stop --name dev
	export EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
	PATH=$BATS_TEST_TMPDIR:$PATH
	example -o "${route/100.96.0/100.96.1}" -e ignore <<-'END'
	smolvm machine start --name dev && smolvm-aliasroute dev 127.0.0.16
	END
	check -o '{"machine":"dev","alias":"127.0.0.16","route":{"gateway":"100.96.1.1","device":"eth0"}}' \
		-- inside smolvm-aliasroute -j dev 127.0.0.16
	check -i '{"x":[1],"alias":"127.0.0.16","machine":"dev"}' \
		-o '{"x":[1],"alias":"127.0.0.16","machine":"dev","route":{"gateway":"100.96.1.1","device":"eth0"}}' \
		-- inside smolvm-aliasroute -j -
	route=${route/100.96.0/100.96.1}
	check -o "${route/16/17}" -- inside smolvm-aliasroute dev 127.0.0.17
	check -o "$route" -- inside smolvm-aliasroute -d dev 127.0.0.16
	check -o 1 -- in_guest cat /proc/sys/net/ipv4/conf/all/route_localnet
	check -o "${route/16/17}" -- inside smolvm-aliasroute -d dev 127.0.0.17
	check -o "${route/16/17}" -- inside smolvm-aliasroute -d dev 127.0.0.17
	check -o 0 -- in_guest cat /proc/sys/net/ipv4/conf/all/route_localnet
	# without a gateway, as with TSI, nothing is needed
	in_guest ip route del default
	check -o '127.0.0.16	-	-' -- inside smolvm-aliasroute dev 127.0.0.16
	check -o '{"machine":"dev","alias":"127.0.0.16","route":null}' -- \
		inside smolvm-aliasroute -j dev 127.0.0.16
}

in_guest() {
	inside "$TESTS/fake_smolvm" machine exec --name dev -- "$@"
}

@test "smolvm-aliasroute: what is given wrongly" {
	local address

	for address in 10.0.0.1 127.0.0 127.0.0.16.1 127.0.0.x 127.0.0.256 \
	    127.0.0.016 127.0.0.1x 127.0.0.16. \
	    127..0.1 localhost ::1 ''; do
		check -s 2 -e "smolvm-aliasroute: $address: not a loopback address" \
			-- smolvm-aliasroute dev "$address"
	done
	check -s 2 -e "smolvm-aliasroute: 127.0.0.1: is the guest's own" -- \
		smolvm-aliasroute dev 127.0.0.1
	check -s 2 -e 'smolvm-aliasroute: a machine and an alias, or -' -- smolvm-aliasroute dev
	check -s 2 -e 'match:smolvm-aliasroute: -x: .*' -- smolvm-aliasroute -x
	check -s 2 -e 'match:smolvm-aliasroute: none: no command runs in it: .*' \
		-- inside smolvm-aliasroute none 127.0.0.16
}
