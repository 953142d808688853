#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# smolvm-allowpatch and a machine made from a pack.  See engine.t.

load lib.sh
load smolvm-allowpatch.sh
load engine.sh

@test "1.7.7 drops the list of create --from: the page's example" {
	engine 1.7.7
	PATH=$ENGINE:$PATH
	cd "$HOME"
	smolvm machine create --name src "${SMALL[@]}"
	boots=0
	smolvm machine start --name src >/dev/null 2>&1 || boots=1
	smolvm machine stop --name src >/dev/null 2>&1 || :
	mkdir -p rootfs/sbin
	if [ "$boots" = 0 ]; then
		tar -xf "$ENGINE"/smol/agent-rootfs.tar -C rootfs
	else	# nothing runs it
		ln -s /bin/busybox rootfs/sbin/init
	fi
	smolvm pack create --from-vm src --rootfs-dir rootfs -o agent

	smolvm machine create --name flag --from agent.smolmachine --net \
		--allow-cidr 127.0.0.16/32
	check -o 'flag	created	unrestricted	none	none	none	[]' -- \
		smolvm-allowpatch -l flag

	started=dev
	example -o ignore <<-'END'
	smolvm machine create --name dev --from agent.smolmachine --net
	END
	example -o 127.0.0.16/32 <<-'END'
	smolvm-allowpatch -D 255.255.255.255 dev 127.0.0.16
	END
	example -s "$boots" -o ignore -e ignore <<-'END'
	smolvm machine start --name dev
	END
	example -o ignore -e ignore <<-'END'
	smolvm-allowpatch -c -D 255.255.255.255 dev 127.0.0.16 ||
	    smolvm machine stop --name dev
	END
	answers -D 255.255.255.255 dev 127.0.0.16
	check -o '["127.0.0.16/32"]' -- jq -c .resources.allowed_cidrs \
		"$(folder dev)/agent.config.json"
}
