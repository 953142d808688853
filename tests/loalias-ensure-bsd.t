#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# loalias-ensure as it is on macOS and the BSDs: the whole tool, with
# lib/loopback/interface_bsd.c, in a network namespace whose loopback interface
# is lo0, and stand-ins for sudo, doas and ifconfig under the real names in a
# mount namespace.

load lib.sh
load netns.sh

setup_file() {
	[ "$(uname)" != Linux ] || "$BATS_TEST_DIRNAME/bsd_build" \
		"$BATS_FILE_TMPDIR/loalias-ensure" loalias-ensure
}

may_mount() {
	unshare -m sh -c 'mount -t tmpfs x /mnt'
}

# A Mac after a reboot: 127.0.0.1 only, and sudo that asks for a password.
bsd() {
	need 'no mount namespaces, or this is not Linux' may_mount
	new_ns
	on ip link set lo name lo0
	on ip link set lo0 up
	on ip address del 127.0.0.1/8 dev lo0
	on ip address add 127.0.0.1/32 dev lo0
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
	STATE=$BATS_TEST_TMPDIR/state
	mkdir "$STATE"
	chmod 777 "$STATE" .
	echo locked >"$STATE/mode"
	echo sudo >"$STATE/programs"
	: >"$STATE/log"
	chmod 666 "$STATE"/*
	unset TERM SUDO_ASKPASS DISPLAY WAYLAND_DISPLAY XAUTHORITY \
		XDG_RUNTIME_DIR
	ENSURE=$BATS_FILE_TMPDIR/loalias-ensure
}

# without_terminal ...: run it there, without a terminal.
without_terminal() {
	on setsid -w "$TESTS/fake_system" "$STATE" "$@"
}

# typing ANSWER ...: run it there, with a terminal on which ANSWER is typed.
typing() {
	local answer=$1

	shift
	on "$TESTS/fake_system" "$STATE" "$TESTS/on_tty" "$answer" \
		"$STATE/tty" "$@"
}

# add ADDRESS...: they exist already.
add() {
	for address; do
		on ip address add "$address/32" dev lo0
	done
}

# has ADDRESS...: lo0 has exactly these.
has() {
	check -o "$(printf '%s/32\n' "$@")" -- without_terminal sh -c \
		'ip -o -4 address show dev lo0 | awk "{ print \$4 }"'
}

log() {
	check -o "$1" -- cat "$STATE/log"
	: >"$STATE/log"
	# 127.0.0.1 is still the first.
	check -o 127.0.0.1/32 -- without_terminal sh -c \
		'ip -o -4 address show dev lo0 | awk "{ print \$4; exit }"'
}

SCRIPT="'i=\$1; shift; for a do /sbin/ifconfig \"\$i\" alias \"\$a\" || exit; done'"

@test "nothing is missing: no command, no prompt" {
	bsd
	add 127.0.0.16 127.0.0.17
	check -o '127.0.0.16
127.0.0.17' -- without_terminal "$ENSURE" 127.0.0.16/31
	check -o '{"interface":"lo0","pool":["127.0.0.1"],"added":[]}' \
		-- without_terminal "$ENSURE" -j 127.0.0.1
	check -o 127.0.0.17 -- without_terminal "$ENSURE" -n 127.0.0.17
	log ''
}

@test "root: by ifconfig, each one with its mask, and only missing ones" {
	bsd
	: >"$STATE/root"
	add 127.0.0.17
	check -o '127.0.0.16
127.0.0.17
127.0.0.18' -- without_terminal "$ENSURE" 127.0.0.16-127.0.0.18
	log 'ifconfig: lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.18/32'
	has 127.0.0.1 127.0.0.17 127.0.0.16 127.0.0.18
	check -o '127.0.0.17
127.0.0.18' -- without_terminal "$ENSURE" -d 127.0.0.1 127.0.0.17-127.0.0.20
	log 'ifconfig: lo0 -alias 127.0.0.17
ifconfig: lo0 -alias 127.0.0.18'
	has 127.0.0.1 127.0.0.16
}

@test "root: ifconfig fails for two: the others are added, and named" {
	bsd
	: >"$STATE/root"
	printf '127.0.0.%d\n' 16 18 >"$STATE/broken"
	check -s 2 -e 'loalias-ensure: lo0: added 127.0.0.17 127.0.0.19
loalias-ensure: lo0: ifconfig: ioctl (SIOCAIFADDR): cannot be done' \
		-- without_terminal "$ENSURE" 127.0.0.16/30
	has 127.0.0.1 127.0.0.17 127.0.0.19
}

@test "sudo -n suffices: word for word what sudoers may allow" {
	bsd
	echo free >"$STATE/mode"
	check -o '{"interface":"lo0","pool":["127.0.0.16","127.0.0.17"],"added":["127.0.0.16","127.0.0.17"]}' \
		-- without_terminal "$ENSURE" -bj 127.0.0.16/31
	log 'sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.16/32
sudo: -n /sbin/ifconfig lo0 alias 127.0.0.17/32
ifconfig: lo0 alias 127.0.0.17/32'
	check -o 127.0.0.16 -- without_terminal "$ENSURE" -d 127.0.0.16
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
	# No prompt again until the next reboot.
	check -o '127.0.0.16
127.0.0.17
127.0.0.18' -- typing secret "$ENSURE" 127.0.0.16-127.0.0.18
	log ''
}

@test "-d asks once, too, and removes without a mask" {
	bsd
	add 127.0.0.16 127.0.0.17
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
		-- without_terminal "$ENSURE" 127.0.0.16/31
	log 'sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32'

	printf '#!/bin/sh\necho secret\n' >askpass
	chmod 755 askpass
	check -o '127.0.0.16
127.0.0.17' -- on env SUDO_ASKPASS="$PWD/askpass" DISPLAY=:0 setsid -w \
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
	without_terminal "$ENSURE" 127.0.0.16/31 2>message || :
	sed 's/.*by hand: .usr.bin.sudo//' message >command
	check -- without_terminal sh command
	has 127.0.0.1 127.0.0.16 127.0.0.17
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
	has 127.0.0.1
}

@test "ifconfig fails on the third: stderr names those that were added" {
	bsd
	echo 127.0.0.18 >"$STATE/broken"
	check -s 2 -e 'ifconfig: ioctl (SIOCAIFADDR): cannot be done
loalias-ensure: lo0: added 127.0.0.16 127.0.0.17
loalias-ensure: lo0: /usr/bin/sudo: exit status 1; to do it by hand: '"/usr/bin/sudo /bin/sh -c $SCRIPT sh lo0 127.0.0.18/32 127.0.0.19/32" \
		-- typing secret "$ENSURE" 127.0.0.16/30

	on ip address flush dev lo0
	add 127.0.0.1
	echo free >"$STATE/mode"
	check -s 2 -e 'loalias-ensure: lo0: added 127.0.0.16 127.0.0.17
loalias-ensure: lo0: ifconfig: ioctl (SIOCAIFADDR): cannot be done; to do it by hand: '"/usr/bin/sudo /bin/sh -c $SCRIPT sh lo0 127.0.0.18/32 127.0.0.19/32" \
		-- without_terminal "$ENSURE" -j 127.0.0.16/30

	add 127.0.0.18 127.0.0.19
	check -s 2 -e 'loalias-ensure: lo0: removed 127.0.0.16 127.0.0.17
loalias-ensure: lo0: ifconfig: ioctl (SIOCDIFADDR): cannot be done; to do it by hand: '"/usr/bin/sudo /bin/sh -c ${SCRIPT/ alias/ -alias} sh lo0 127.0.0.18 127.0.0.19" \
		-- without_terminal "$ENSURE" -d 127.0.0.16/30
}

@test "a command that does nothing and returns 0" {
	bsd
	echo idle >"$STATE/mode"
	check -s 2 -e 'loalias-ensure: lo0: 127.0.0.16 did not change although the command succeeded' \
		-- without_terminal "$ENSURE" 127.0.0.16/31
}

@test "the output of commands is not printed among the addresses" {
	bsd
	: >"$STATE/chatty"
	check -o 127.0.0.16 -e 'lo0: as you wish' \
		-- typing secret "$ENSURE" 127.0.0.16
	echo free >"$STATE/mode"
	check -o 127.0.0.17 -- without_terminal "$ENSURE" 127.0.0.17
}

@test "sudoers that allow some: the others are asked for" {
	bsd
	# No password for the first, and none afterwards.
	sed 's|^if \[ "$(cat|[ "$*" != "/sbin/ifconfig lo0 alias 127.0.0.16/32" ] \|\| exec "$@"\n&|' \
		"$TESTS/fake_sudo" >fake_sudo
	cp "$TESTS/fake_system" "$TESTS/fake_ifconfig" "$TESTS/fake_netstat" \
		"$TESTS/on_tty" .
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
	without_terminal "$ENSURE" 127.0.0.16/31 >first 2>&1 3>&- &
	first=$!
	until_true 25 grep -q prompt "$STATE/log"
	without_terminal "$ENSURE" 127.0.0.17 >second 2>&1 3>&- &
	second=$!
	until_true 25 grep -q waiting second
	: >go
	check -- wait "$first"
	check -- wait "$second"
	check -o '127.0.0.16
127.0.0.17' -- cat first
	check -o 'loalias-ensure: waiting for another loalias-ensure
127.0.0.17' -- cat second
	log "sudo: -n /sbin/ifconfig lo0 alias 127.0.0.16/32
sudo: -A -p 'Password of %p, to add 127.0.0.16 127.0.0.17 to lo0: ' /bin/sh -c $SCRIPT sh lo0 127.0.0.16/32 127.0.0.17/32
sudo: prompt
ifconfig: lo0 alias 127.0.0.16/32
ifconfig: lo0 alias 127.0.0.17/32"
}

@test "a hostile environment" {
	bsd
	echo free >"$STATE/mode"
	mkdir evil
	for name in sudo doas ifconfig sh; do
		printf '#!/bin/sh\necho %s >>%s\n' hostile "$STATE/log" \
			>"evil/$name"
	done
	chmod -R 755 evil
	check -o '127.0.0.16' -- on setsid -w "$TESTS/fake_system" \
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
		-- without_terminal perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' \
		"$ENSURE" 127.0.0.16
	echo free >"$STATE/mode"
	check -o 127.0.0.16 -- without_terminal sh -c 'exec "$0" 127.0.0.16 <&- 2>&-' "$ENSURE"
	check -s 2 -e 'loalias-ensure: <stdout>: Bad file descriptor' \
		-- without_terminal sh -c 'exec "$0" 127.0.0.17 >&-' "$ENSURE"
	has 127.0.0.1 127.0.0.16 127.0.0.17
}

@test "doas without sudo" {
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
		-- without_terminal env SUDO_ASKPASS=/bin/true "$ENSURE" 127.0.0.18
	log 'doas: -n /sbin/ifconfig lo0 alias 127.0.0.18/32'
}

@test "neither sudo nor doas" {
	bsd
	: >"$STATE/programs"
	check -s 2 -e 'loalias-ensure: lo0: needs root, and there is no sudo or doas; to do it by hand: /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- without_terminal "$ENSURE" 127.0.0.16
	log ''
}

# sudo_mode MODE: let sudo have other permissions.
sudo_mode() {
	cp "$TESTS/fake_sudo" "$TESTS/fake_ifconfig" "$TESTS/fake_netstat" .
	sed "s/ 4755\$/ $1/" "$TESTS/fake_system" >fake_system
	chmod 755 fake_system
	TESTS=$PWD
}

@test "a sudo that cannot be run" {
	bsd
	sudo_mode 4644
	check -s 2 -e 'loalias-ensure: lo0: /usr/bin/sudo: Permission denied; to do it by hand: /usr/bin/sudo /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- without_terminal "$ENSURE" 127.0.0.16
	log ''
}

@test "a sudo that is not root's is not used" {
	bsd
	sudo_mode 755
	check -s 2 -e 'loalias-ensure: lo0: needs root, and there is no sudo or doas; to do it by hand: /sbin/ifconfig lo0 alias 127.0.0.16/32' \
		-- without_terminal "$ENSURE" 127.0.0.16
	log ''
}

@test "-i: a loopback interface that is up" {
	bsd
	on ip link add en0 type veth peer name en1
	check -s 2 -e 'loalias-ensure: en0: is not a loopback interface' \
		-- without_terminal "$ENSURE" -i en0 127.0.0.1
	check -s 2 -e 'loalias-ensure: lo7: No such device' \
		-- without_terminal "$ENSURE" -i lo7 127.0.0.1
	on ip link set lo0 down
	check -s 2 -e 'loalias-ensure: lo0: is down, so no address on it works' \
		-- without_terminal "$ENSURE" 127.0.0.16
	log ''
}

@test "an address that exists but cannot be bound is not added again" {
	bsd
	add 127.0.0.16
	on ip route del table local local 127.0.0.16 dev lo0
	check -s 2 -e 'loalias-ensure: 127.0.0.16: an interface has it, but it cannot be bound' \
		-- without_terminal "$ENSURE" 127.0.0.16
	log ''
}

@test "the stand-in loses 127.0.0.1 to a wrong ifconfig, as the real one" {
	bsd
	for words in '127.0.0.16' '-alias'; do
		check -- without_terminal /sbin/ifconfig lo0 "$words"
		check -- on ip -o -4 address show dev lo0
		add 127.0.0.1
	done
}
