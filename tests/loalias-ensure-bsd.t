#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# loalias-ensure as it is on macOS and the BSDs: the whole tool, with
# lib/loopback/interface_bsd.c on a stand-in for the kernel (fake_kernel.c), and stand-ins for
# sudo, doas and ifconfig under the real names in a mount namespace.

load lib.sh

setup_file() {
	[ "$(uname)" != Linux ] ||
		"$BATS_TEST_DIRNAME/fake_build" "$BATS_FILE_TMPDIR/loalias-ensure"
}

may_mount() {
	unshare -m sh -c 'mount -t tmpfs x /mnt'
}

# A Mac after a reboot: 127.0.0.1 only, and sudo that asks for a password.
bsd() {
	need 'no mount namespaces, or this is not Linux' may_mount
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
	STATE=$BATS_TEST_TMPDIR/state
	mkdir "$STATE"
	chmod 777 "$STATE" .
	echo 127.0.0.1 >"$STATE/lo0"
	echo locked >"$STATE/mode"
	echo sudo >"$STATE/programs"
	: >"$STATE/log"
	chmod 666 "$STATE"/*
	unset TERM SUDO_ASKPASS DISPLAY WAYLAND_DISPLAY XAUTHORITY \
		XDG_RUNTIME_DIR
	export STATE FAKE_LO0=$STATE/lo0
	ENSURE=$BATS_FILE_TMPDIR/loalias-ensure
}

# on ...: run it there, without a terminal.
on() {
	setsid -w "$TESTS/fake_system" "$STATE" "$@"
}

# typing ANSWER ...: run it there, with a terminal on which ANSWER is typed.
typing() {
	local answer=$1

	shift
	"$TESTS/fake_system" "$STATE" "$TESTS/on_tty" "$answer" \
		"$STATE/tty" "$@"
}

log() {
	check -o "$1" -- cat "$STATE/log"
	: >"$STATE/log"
	# Whatever was run, 127.0.0.1 is where it was.
	check -o 127.0.0.1 -- head -n 1 "$STATE/lo0"
}

SCRIPT="'i=\$1; shift; for a do /sbin/ifconfig \"\$i\" alias \"\$a\" || exit; done'"

@test "nothing is missing: nothing is run, nobody asked" {
	bsd
	printf '%s\n' 127.0.0.16 127.0.0.17 >>"$STATE/lo0"
	check -o '127.0.0.16
127.0.0.17' -- on "$ENSURE" 127.0.0.16/31
	check -o '{"interface":"lo0","pool":["127.0.0.1"],"added":[]}' \
		-- on "$ENSURE" -j 127.0.0.1
	check -o 127.0.0.17 -- on "$ENSURE" -n 127.0.0.17
	log ''
}

@test "root: by ioctl, each one with its mask, and only what is missing" {
	bsd
	: >"$STATE/root"
	echo 127.0.0.17 >>"$STATE/lo0"
	check -o '127.0.0.16
127.0.0.17
127.0.0.18' -- on "$ENSURE" 127.0.0.16-127.0.0.18
	log 'kernel: lo0: add 127.0.0.16 mask ffffffff
kernel: lo0: add 127.0.0.18 mask ffffffff'
	check -o '127.0.0.17
127.0.0.18' -- on "$ENSURE" -d 127.0.0.1 127.0.0.17-127.0.0.20
	log 'kernel: lo0: delete 127.0.0.17
kernel: lo0: delete 127.0.0.18'
	check -o '127.0.0.1
127.0.0.16' -- cat "$STATE/lo0"
}

@test "sudo -n suffices: word for word what sudoers may allow" {
	bsd
	echo free >"$STATE/mode"
	check -o '{"interface":"lo0","pool":["127.0.0.16","127.0.0.17"],"added":["127.0.0.16","127.0.0.17"]}' \
		-- on "$ENSURE" -bj 127.0.0.16/31
	log 'sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.16/32
sudo: -n /sbin/ifconfig lo0 alias 127.0.0.17/32
ifconfig: lo0 alias 127.0.0.17/32'
	check -o 127.0.0.16 -- on "$ENSURE" -d 127.0.0.16
	log 'sudo: -n /sbin/ifconfig lo0 -alias 127.0.0.16
ifconfig: lo0 -alias 127.0.0.16'
}

@test "sudo -n is refused: one prompt for all, on the terminal" {
	bsd
	check -o '127.0.0.16
127.0.0.17
127.0.0.18' -- typing secret "$ENSURE" 127.0.0.16-127.0.0.18
	log "sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
sudo: -p 'Password of %p, to add 127.0.0.16 ... 127.0.0.18 to lo0: ' /bin/sh -c $SCRIPT sh lo0 127.0.0.16/32 127.0.0.17/32 127.0.0.18/32
sudo: prompt
ifconfig: lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.17/32
ifconfig: lo0 alias 127.0.0.18/32"
	# From now on, until the next reboot, nobody is asked.
	check -o '127.0.0.16
127.0.0.17
127.0.0.18' -- typing secret "$ENSURE" 127.0.0.16-127.0.0.18
	log ''
}

@test "-d asks once, too, and removes without a mask" {
	bsd
	printf '%s\n' 127.0.0.16 127.0.0.17 >>"$STATE/lo0"
	check -o '127.0.0.16
127.0.0.17' -- typing secret "$ENSURE" -d 127.0.0.16/30
	log "sudo: -n /sbin/ifconfig lo0 -alias 127.0.0.16
sudo: -p 'Password of %p, to remove 127.0.0.16 127.0.0.17 from lo0: ' /bin/sh -c ${SCRIPT/ alias/ -alias} sh lo0 127.0.0.16 127.0.0.17
sudo: prompt
ifconfig: lo0 -alias 127.0.0.16
ifconfig: lo0 -alias 127.0.0.17"
}

@test "no terminal: askpass, or the command to run by hand" {
	bsd
	check -s 2 -e "loalias-ensure: lo0: sudo: a password is required; to do it by hand: /usr/bin/sudo /bin/sh -c $SCRIPT sh lo0 127.0.0.16/32 127.0.0.17/32" \
		-- on "$ENSURE" 127.0.0.16/31
	log 'sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32'

	printf '#!/bin/sh\necho secret\n' >askpass
	chmod 755 askpass
	check -o '127.0.0.16
127.0.0.17' -- env SUDO_ASKPASS="$PWD/askpass" DISPLAY=:0 setsid -w \
		"$TESTS/fake_system" "$STATE" "$ENSURE" 127.0.0.16/31
	log "sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
sudo: -A -p 'Password of %p, to add 127.0.0.16 127.0.0.17 to lo0: ' /bin/sh -c $SCRIPT sh lo0 127.0.0.16/32 127.0.0.17/32
sudo: prompt
ifconfig: lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.17/32"
	check -o 'DISPLAY
HOME
LC_ALL
PATH
SUDO_ASKPASS' -- cat "$STATE/env"
}

@test "the command that is shown does it" {
	bsd
	on "$ENSURE" 127.0.0.16/31 2>message || :
	sed 's/.*by hand: .usr.bin.sudo//' message >command
	check -- on sh command
	check -o '127.0.0.1
127.0.0.16
127.0.0.17' -- cat "$STATE/lo0"
}

@test "-b never asks" {
	bsd
	check -s 2 -e 'loalias-ensure: lo0: sudo: a password is required; to do it by hand: /usr/bin/sudo /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- typing secret "$ENSURE" -b 127.0.0.16
	log 'sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32'
	check -- cat "$STATE/tty"
}

@test "a wrong password, and an interrupt at the prompt" {
	bsd
	check -s 2 -e 'sudo: 1 incorrect password attempt
loalias-ensure: lo0: /usr/bin/sudo: exit status 1; to do it by hand: /usr/bin/sudo /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- typing wrong "$ENSURE" 127.0.0.16
	: >"$STATE/log"
	check -s 2 -e 'loalias-ensure: lo0: /usr/bin/sudo: exit status 130; to do it by hand: /usr/bin/sudo /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- typing ^C "$ENSURE" 127.0.0.16
	log "sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
sudo: -p 'Password of %p, to add 127.0.0.16 to lo0: ' /sbin/ifconfig lo0 alias 127.0.0.16/32
sudo: prompt"
	check -o 127.0.0.1 -- cat "$STATE/lo0"
}

@test "ifconfig fails on the third: what worked is told, on stderr" {
	bsd
	echo 127.0.0.18 >"$STATE/broken"
	check -s 2 -e 'ifconfig: ioctl (SIOCAIFADDR): cannot be done
loalias-ensure: lo0: added 127.0.0.16 127.0.0.17
loalias-ensure: lo0: /usr/bin/sudo: exit status 1; to do it by hand: '"/usr/bin/sudo /bin/sh -c $SCRIPT sh lo0 127.0.0.18/32 127.0.0.19/32" \
		-- typing secret "$ENSURE" 127.0.0.16/30

	echo 127.0.0.1 >"$STATE/lo0"
	echo free >"$STATE/mode"
	check -s 2 -e 'loalias-ensure: lo0: added 127.0.0.16 127.0.0.17
loalias-ensure: lo0: ifconfig: ioctl (SIOCAIFADDR): cannot be done; to do it by hand: '"/usr/bin/sudo /bin/sh -c $SCRIPT sh lo0 127.0.0.18/32 127.0.0.19/32" \
		-- on "$ENSURE" -j 127.0.0.16/30

	printf '127.0.0.%d\n' 18 19 >>"$STATE/lo0"
	check -s 2 -e 'loalias-ensure: lo0: removed 127.0.0.16 127.0.0.17
loalias-ensure: lo0: ifconfig: ioctl (SIOCDIFADDR): cannot be done; to do it by hand: '"/usr/bin/sudo /bin/sh -c ${SCRIPT/ alias/ -alias} sh lo0 127.0.0.18 127.0.0.19" \
		-- on "$ENSURE" -d 127.0.0.16/30
}

@test "what the commands say of themselves is not believed" {
	bsd
	echo idle >"$STATE/mode"
	check -s 2 -e 'loalias-ensure: lo0: no command failed, and yet 127.0.0.16 is as it was' \
		-- on "$ENSURE" 127.0.0.16/31
}

@test "what the commands print does not get among the addresses" {
	bsd
	: >"$STATE/chatty"
	check -o 127.0.0.16 -e 'lo0: as you wish' \
		-- typing secret "$ENSURE" 127.0.0.16
	echo free >"$STATE/mode"
	check -o 127.0.0.17 -- on "$ENSURE" 127.0.0.17
}

@test "sudoers that allow some: the others are asked for" {
	bsd
	# No password for the first, and none afterwards.
	sed 's|^if \[ "$(cat|[ "$*" != "/sbin/ifconfig lo0 alias 127.0.0.16/32" ] \|\| exec "$@"\n&|' \
		"$TESTS/fake_sudo" >fake_sudo
	cp "$TESTS/fake_system" "$TESTS/fake_ifconfig" "$TESTS/on_tty" .
	TESTS=$PWD
	check -o '127.0.0.16
127.0.0.17' -- typing secret "$ENSURE" 127.0.0.16/31
	log "sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.16/32
sudo: -n /sbin/ifconfig lo0 alias 127.0.0.17/32
sudo: -p 'Password of %p, to add 127.0.0.17 to lo0: ' /sbin/ifconfig lo0 alias 127.0.0.17/32
sudo: prompt
ifconfig: lo0 alias 127.0.0.17/32"
}

@test "two runs at once prompt once" {
	bsd
	cat >askpass <<-'END'
	#!/bin/sh
	i=0
	until [ -e go ] || [ "$i" -eq 60 ]; do
		sleep 0.5
		i=$((i + 1))
	done
	echo secret
	END
	chmod 755 askpass
	export SUDO_ASKPASS=$PWD/askpass
	on "$ENSURE" 127.0.0.16/31 >first 2>&1 3>&- &
	first=$!
	until_true 25 grep -q prompt "$STATE/log"
	on "$ENSURE" 127.0.0.17 >second 2>&1 3>&- &
	second=$!
	until_true 25 grep -q waiting second
	: >go
	check -- wait "$first"
	check -- wait "$second"
	check -o '127.0.0.16
127.0.0.17' -- cat first
	check -o 'loalias-ensure: waiting for another one to end
127.0.0.17' -- cat second
	log "sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
sudo: -A -p 'Password of %p, to add 127.0.0.16 127.0.0.17 to lo0: ' /bin/sh -c $SCRIPT sh lo0 127.0.0.16/32 127.0.0.17/32
sudo: prompt
ifconfig: lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.17/32"
}

@test "what the environment says is not believed" {
	bsd
	echo free >"$STATE/mode"
	mkdir evil
	for name in sudo doas ifconfig sh; do
		printf '#!/bin/sh\necho %s >>%s\n' hostile "$STATE/log" \
			>"evil/$name"
	done
	chmod -R 755 evil
	check -o '127.0.0.16' -- setsid -w "$TESTS/fake_system" \
		"$STATE" env PATH="$PWD/evil:$PATH" LD_LIBRARY_PATH=/x \
		DYLD_INSERT_LIBRARIES=/x IFS=0 ENV=/x BASH_ENV=/x CDPATH=/ \
		TERM=vt100 "$ENSURE" 127.0.0.16
	log 'sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.16/32'
	check -o 'HOME
LC_ALL
PATH
TERM' -- cat "$STATE/env"
}

@test "a parent that ignores SIGCHLD, and closed standard streams" {
	bsd
	check -s 2 -e 'match:.*a password is required; to do it by hand.*' \
		-- on perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' \
		"$ENSURE" 127.0.0.16
	echo free >"$STATE/mode"
	check -o 127.0.0.16 -- on sh -c 'exec "$0" 127.0.0.16 <&- 2>&-' "$ENSURE"
	check -s 2 -e 'loalias-ensure: <stdout>: Bad file descriptor' \
		-- on sh -c 'exec "$0" 127.0.0.17 >&-' "$ENSURE"
	check -o '127.0.0.1
127.0.0.16
127.0.0.17' -- cat "$STATE/lo0"
}

@test "doas, where there is no sudo" {
	bsd
	echo doas >"$STATE/programs"
	check -o '127.0.0.16
127.0.0.17' -- typing secret "$ENSURE" 127.0.0.16/31
	log "doas: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
doas: /bin/sh -c $SCRIPT sh lo0 127.0.0.16/32 127.0.0.17/32
doas: prompt
ifconfig: lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.17/32"
	check -s 2 -e 'loalias-ensure: lo0: doas: a password is required; to do it by hand: /usr/bin/doas /sbin/ifconfig lo0 alias 127.0.0.18/32' \
		-- on env SUDO_ASKPASS=/bin/true "$ENSURE" 127.0.0.18
	log 'doas: -n /sbin/ifconfig lo0 alias 127.0.0.18/32'
}

@test "neither sudo nor doas" {
	bsd
	: >"$STATE/programs"
	check -s 2 -e 'loalias-ensure: lo0: 127.0.0.16: Operation not permitted; to do it by hand: /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- on "$ENSURE" 127.0.0.16
	log ''
}

# sudo_mode MODE: let sudo have other permissions.
sudo_mode() {
	cp "$TESTS/fake_sudo" "$TESTS/fake_ifconfig" .
	sed "s/ 4755\$/ $1/" "$TESTS/fake_system" >fake_system
	chmod 755 fake_system
	TESTS=$PWD
}

@test "a sudo that cannot be run" {
	bsd
	sudo_mode 4644
	check -s 2 -e 'loalias-ensure: lo0: /usr/bin/sudo: exit status 127; to do it by hand: /usr/bin/sudo /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- on "$ENSURE" 127.0.0.16
	log ''
}

@test "a sudo that is not root's is not used" {
	bsd
	sudo_mode 755
	check -s 2 -e 'loalias-ensure: lo0: 127.0.0.16: Operation not permitted; to do it by hand: /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- on "$ENSURE" 127.0.0.16
	log ''
}

@test "-i: a loopback interface that is up" {
	bsd
	check -s 2 -e 'loalias-ensure: en0: is not a loopback interface' \
		-- on "$ENSURE" -i en0 127.0.0.1
	check -s 2 -e 'loalias-ensure: lo7: No such device or address' \
		-- on "$ENSURE" -i lo7 127.0.0.1
	: >"$STATE/down"
	check -s 2 -e 'loalias-ensure: lo0: is down, so no address on it works' \
		-- on "$ENSURE" 127.0.0.16
	log ''
}

@test "an address that is there but cannot be bound is not added again" {
	bsd
	echo 127.0.0.16 | tee "$STATE/jail" >>"$STATE/lo0"
	check -s 2 -e 'loalias-ensure: 127.0.0.16: an interface has it, but it cannot be bound' \
		-- on "$ENSURE" 127.0.0.16
	log ''
}

@test "the stand-in loses 127.0.0.1 to a wrong ifconfig, as the real one" {
	bsd
	check -- on /sbin/ifconfig lo0 127.0.0.16
	check -- cat "$STATE/lo0"
	echo 127.0.0.1 >"$STATE/lo0"
	check -- on /sbin/ifconfig lo0 -alias
	check -- cat "$STATE/lo0"
}
