#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# loalias-ensure with the real sudo, for a user made up in a mount namespace,
# in a network namespace where addresses are missing; and its files for sudo
# and launchd.

load lib.sh
load netns.sh

may_sudo() {
	command -v sudo && command -v visudo &&
		unshare -mn sh -c 'mount -t tmpfs x /mnt'
}

# The user, without any rules, and the namespace.
user() {
	need 'no sudo, no namespaces, or this is not Linux' may_sudo
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
	STATE=$BATS_TEST_TMPDIR/state
	mkdir "$STATE"
	chmod 777 "$STATE"
	cp "$(command -v loalias-ensure)" "$STATE/"
	ENSURE=$STATE/loalias-ensure
	: >"$STATE/sudoers"
	bare_lo
	unset TERM SUDO_ASKPASS DISPLAY WAYLAND_DISPLAY
}

# allow LINE ...: sudo's rules for the user.
allow() {
	printf '%s\n' "$@" >"$STATE/sudoers"
	check -o ignore -- visudo -cf "$STATE/sudoers"
}

# as_user ...: run it as that user, without a terminal.
as_user() {
	on setsid -w "$TESTS/with_sudo" "$STATE" \
		env HOME="$STATE" "$@"
}

IP_SCRIPT="'i=\$1; shift; for a do /sbin/ip address add \"\$a\" dev \"\$i\" || exit; done'"

@test "sudo asks for a password, and there is no terminal" {
	user
	allow 'bottle ALL = (root) ALL'
	check -s 2 -e "loalias-ensure: lo: sudo: a password is required; to do it by hand: /usr/bin/sudo /bin/sh -c $IP_SCRIPT sh lo 127.0.0.16/32 127.0.0.17/32" \
		-- as_user "$ENSURE" 127.0.0.16/31
	lo_is 127.0.0.1/32
}

@test "a password on the terminal: asked for once, for all" {
	user
	allow 'bottle ALL = (root) ALL'
	check -o '127.0.0.16
127.0.0.17' -- as_user "$TESTS/on_tty" secret "$STATE/tty" "$ENSURE" 127.0.0.16/31
	lo_is 127.0.0.1/32 127.0.0.16/32 127.0.0.17/32
	check -i "file:$STATE/tty" -o 'Password of bottle, to add 127.0.0.16 127.0.0.17 to lo: ' \
		-- tr -d '\r'
	check -o '127.0.0.16
127.0.0.17' -- as_user "$TESTS/on_tty" secret "$STATE/tty" "$ENSURE" -d 127.0.0.16/31
	lo_is 127.0.0.1/32
}

@test "a wrong password" {
	user
	allow 'bottle ALL = (root) ALL'
	check -s 2 -e 'sudo: 1 incorrect password attempt
loalias-ensure: lo: /usr/bin/sudo: exit status 1; to do it by hand: /usr/bin/sudo /sbin/ip address add 127.0.0.16/32 dev lo' \
		-- as_user "$TESTS/on_tty" wrong "$STATE/tty" "$ENSURE" 127.0.0.16
	lo_is 127.0.0.1/32
}

@test "a password from askpass" {
	user
	allow 'bottle ALL = (root) ALL'
	printf '#!/bin/sh\necho "$1" >>%s/asked\necho secret\n' "$STATE" \
		>"$STATE/askpass"
	chmod 755 "$STATE/askpass"
	check -o '127.0.0.16
127.0.0.17' -- as_user env SUDO_ASKPASS="$STATE/askpass" "$ENSURE" 127.0.0.16/31
	check -o 'Password of bottle, to add 127.0.0.16 127.0.0.17 to lo: ' \
		-- cat "$STATE/asked"
}

@test "a user who may not: sudo's own answer" {
	user
	check -s 2 -e 'match:(.*
)*loalias-ensure: lo: /usr/bin/sudo: exit status 1; to do it by hand: .*' \
		-- as_user "$TESTS/on_tty" secret "$STATE/tty" "$ENSURE" 127.0.0.16
	lo_is 127.0.0.1/32
}

@test "-P sudoers: no password for the pool, and for nothing else" {
	user
	allow "$(loalias-ensure -P sudoers 127.0.0.1 127.0.0.16/31)"
	check -o '{"interface":"lo","pool":["127.0.0.16","127.0.0.17"],"added":["127.0.0.16","127.0.0.17"]}' \
		-- as_user "$ENSURE" -bj 127.0.0.16/31
	# Allowed for two of three: those are added, and named.
	check -s 2 -e 'loalias-ensure: lo: sudo: a password is required; to do it by hand: /usr/bin/sudo /sbin/ip address add 127.0.0.18/32 dev lo' \
		-- as_user "$ENSURE" 127.0.0.16-127.0.0.18
	on loalias-ensure -d 127.0.0.16/31 >/dev/null
	check -s 2 -e 'loalias-ensure: lo: added 127.0.0.16 127.0.0.17
loalias-ensure: lo: sudo: a password is required; to do it by hand: /usr/bin/sudo /sbin/ip address add 127.0.0.18/32 dev lo' \
		-- as_user "$ENSURE" 127.0.0.16-127.0.0.18
	lo_is 127.0.0.1/32 127.0.0.16/32 127.0.0.17/32
	# A rule to add does not allow to remove.
	check -s 2 -e 'loalias-ensure: lo: sudo: a password is required; to do it by hand: /usr/bin/sudo /sbin/ip address del 127.0.0.16/32 dev lo' \
		-- as_user "$ENSURE" -d 127.0.0.16
}

@test "the page's examples: never be asked again" {
	user
	allow 'bottle ALL = (root) NOPASSWD: /usr/bin/install' \
		'@includedir /etc/sudoers.d'
	cd "$STATE"
	PATH=$STATE:$PATH
	EXAMPLE_SH='as_user sh'
	said='loalias: parsed OK
127.0.0.16'
	example -o "$said" <<-'END'
		loalias-ensure -P sudoers >loalias
		visudo -cf loalias
		sudo install -m 440 loalias /etc/sudoers.d/loalias
		exec loalias-ensure -b 127.0.0.16
	END
	lo_is 127.0.0.1/32 127.0.0.16/32
}

@test "-P sudoers on a BSD: each argument list, allowed or not" {
	user
	"$TESTS/bsd_build" ./ensure loalias-ensure
	allow "$(./ensure -P sudoers)"
	check -o '%wheel ALL = (root) NOPASSWD: LOALIAS' -- tail -n 1 "$STATE/sudoers"
	check -o 16 -- grep -c '^    /sbin/ifconfig lo0 alias 127' "$STATE/sudoers"
	while IFS='|' read -r verdict words; do
		case $verdict in
		yes) set -- -o "ifconfig: $words" ;;
		no) set -- -s 1 -e 'sudo: a password is required' ;;
		esac
		# shellcheck disable=SC2086 # an argument list
		check "$@" -- as_user sudo -n /sbin/ifconfig $words
	done <<-'END'
	yes|lo0 alias 127.0.0.16/32
	yes|lo0 alias 127.0.0.31/32
	no|lo0 alias 127.0.0.32/32
	no|lo0 alias 127.0.0.1/32
	no|lo0 alias 127.0.0.16
	no|lo0 alias 127.0.0.16/8
	no|lo0 alias 127.0.0.16/32 down
	no|lo0 alias 127.0.0.16/32 en0 down
	no|lo0 -alias 127.0.0.16
	no|lo0 -alias
	no|lo0 127.0.0.16/32
	no|en0 alias 127.0.0.16/32
	no|lo0 down
	no|
	END
	check -s 1 -e 'sudo: a password is required' -- as_user sudo -n \
		/sbin/ifconfig lo0 alias '127.0.0.16/32 down'
	check -s 1 -e 'sudo: a password is required' -- as_user sudo -n \
		/bin/sh -c 'echo root'
}

@test "-P launchd: a property list whose command adds the pool" {
	need 'no python3' command -v python3
	loalias-ensure -P launchd 127.0.0.1 127.0.0.16/31 >plist
	# -P without the addresses would print another pool
	check -s 1 -- grep -h 'loalias-ensure -P' plist \
		<(loalias-ensure -P sudoers 127.0.0.40)
	check -o "bottle-tools.loalias True
/bin/sh
-c
i=\$1; shift; for a do /sbin/ifconfig \"\$i\" alias \"\$a\" || exit; done
sh
lo0
127.0.0.16/32
127.0.0.17/32" -- python3 -c '
import plistlib, sys
p = plistlib.load(open("plist", "rb"))
print(p.pop("Label"), p.pop("RunAtLoad"))
print(*p.pop("ProgramArguments"), sep="\n")
assert not p'
	# Well-formed, and as the document type wants it.
	if command -v xmllint >/dev/null; then
		check -- xmllint --nonet --noout plist
	fi
}

@test "-P: the whole pool, nothing but the pool, and only two kinds" {
	need 'this is not Linux' test "$(uname)" = Linux
	check -o 256 -- sh -c \
		'loalias-ensure -P launchd 127.0.1.0/24 | grep -c 127.0.1'
	check -o 16 -- sh -c \
		'loalias-ensure -P sudoers | grep -c "address add 127.0.0"'
	check -s 2 -e 'loalias-ensure: neither launchd nor sudoers: systemd' \
		-- loalias-ensure -P systemd
	check -s 2 -e 'loalias-ensure: nothing to add: every system has 127.0.0.1' \
		-- loalias-ensure -P sudoers 127.0.0.1
	check -s 2 -e 'loalias-ensure: <stdout>: No space left on device' \
		-- sh -c 'exec loalias-ensure -P sudoers >/dev/full'
}
