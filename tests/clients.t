#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Real HTTP clients between an origin and a proxy; clients.py says how.

load lib.sh

@test "every client reaches the alias directly, and all else as before" {
	need 'no network namespaces' inside true
	# Without PyPI there are those of the distribution.
	folder=$("$TESTS/clients") || [ -z "${CI:-}" ]
	folder=${folder:-/nonexistent}
	# A pip that is configured with other places would use them as well.
	unset "${!PIP_@}"
	mkdir -p "$TESTS/../build"
	run inside timeout 900 python3 "$TESTS/clients.py" "$folder" \
		"$TESTS/../man/noproxy-add.1"
	printf '%s\n' "$output" >"$TESTS/../build/clients"
	printf '# %s\n' "${lines[@]}" >&3
	[ "$status" -eq 0 ]
}

@test "clients.py finds fault with a tool that does nothing" {
	need 'no network namespaces' inside true
	mkdir bin
	printf '#!/bin/sh\nprintf "no_proxy=a\\nNO_PROXY=a\\n"\n' \
		>bin/noproxy-add
	chmod +x bin/noproxy-add
	PATH=$PWD/bin:$PATH
	check -s 1 -o 'match:.*WRONG: curl: unset: 127.0.0.16 was P, is P.*' -- \
		inside timeout 600 python3 "$TESTS/clients.py" /nonexistent \
		"$TESTS/../man/noproxy-add.1" curl
}
