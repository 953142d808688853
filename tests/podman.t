#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# loalias-pick with a real podman, in namespaces and with storage of its own.

load lib.sh

# A folder as /run, since podman keeps locks and networks there.
podman_in() {
	printf '%s\n' 'set -eu
	ip link set lo up
	mount -t tmpfs tmpfs /run
	podman() {
		command podman --root "$PWD/root" --runroot "$PWD/runroot" \
			--tmpdir "$PWD/tmp" --storage-driver vfs \
			--cgroup-manager cgroupfs --events-backend file \
			--network-backend cni --runtime runc "$@"
	}
	mkdir -p image/bin
	cp "$(command -v busybox)" image/bin/busybox
	ln -sf busybox image/bin/sleep
	tar -C image -c bin | podman import - busybox >import.log 2>&1' \
		"$1" >script
	timeout 120 unshare -mn --fork --pid --kill-child --mount-proc \
		sh script 3>&-
}

@test "podman: created, running and stopped containers, and its service" {
	need 'no podman' command -v podman
	need 'not root' [ "$(id -u)" -eq 0 ]
	check -e ignore -o '127.0.0.19
127.0.0.17
127.0.0.19' -- podman_in '
	exec 3>&1 >&2
	podman create --name created -p 127.0.0.16:80:80 busybox sleep 100
	podman run -d --name running --ulimit host -p 127.0.0.17:80-82:80-82 \
		busybox sleep 100
	podman run -d --name stopped --ulimit host -p 127.0.0.18:53:53/udp \
		busybox sleep 100
	podman run -d --name all --ulimit host -p 8080:80 busybox sleep 100
	podman kill stopped
	podman system service --time 0 "unix://$PWD/podman.sock" >service.log 2>&1 &
	tries=100
	until [ -S podman.sock ] || [ "$tries" -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	podman inspect created running stopped all >file
	exec >&3
	loalias-pick -H "unix://$PWD/podman.sock"
	loalias-pick -o running -H "unix://$PWD/podman.sock"
	loalias-pick -f file'
}
