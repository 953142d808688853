# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# A network namespace of a test's own, for .t files that load this.

teardown() {
	[ -z "${HOLDER:-}" ] || kill "$HOLDER"
}

# Make one, whose lo is as at boot: down.
new_ns() {
	need 'no network namespaces, or this is not Linux' unshare -n true
	unshare -n sleep 600 3>&- &
	HOLDER=$!
	until_true 20 apart
}

# Is it another namespace than this one?  The host's lo must never be changed.
apart() {
	[ "$(readlink "/proc/$HOLDER/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# on command...: run it there.
on() {
	apart || { echo "not in a namespace of its own: $*" >&2; return 70; }
	nsenter -t "$HOLDER" -n "$@"
}

# lo with 127.0.0.1 only, as on macOS and the BSDs.
bare_lo() {
	new_ns
	on ip link set lo up
	on ip address del 127.0.0.1/8 dev lo
	on ip address add 127.0.0.1/32 dev lo
}

# lo_is ADDRESS/BITS ...: are these, and only these, on lo?
lo_is() {
	check -o "$(printf '%s\n' "$@")" -- on sh -c \
		'ip -o -4 address show dev lo | awk "{ print \$4 }"'
}
