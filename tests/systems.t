#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Other compilers, makes, C libraries, processors and shells.

load lib.sh

TOP=$BATS_TEST_DIRNAME/..

# A copy of the sources, as they are now, in the folder tree.
copy() {
	mkdir tree
	(cd "$TOP" && tar cf - --exclude='*.o' --exclude='*.a' Makefile bin lib \
		man tests) | (cd tree && tar xf -)
	env -u MAKEFLAGS -u MAKELEVEL make -s -C tree clean
}

# nested bats file...: with bin/ of the first argument before all in PATH
nested() {
	local bin=$1

	shift
	env -i HOME="$HOME" PATH="$bin:${PATH#*/bats-core:}" \
		BOTTLE_CACHE="${BOTTLE_CACHE:-}" CI="${CI:-}" \
		bats "$@" >nested 2>&1 || {
		grep -v '^ok' nested
		return 1
	}
}

@test "bmake and clang build the same, without a warning" {
	need 'no bmake' command -v bmake
	need 'no clang' command -v clang
	copy
	check -o ignore -- env -u MAKEFLAGS -u MAKELEVEL bmake -j 2 -C tree \
		CC=clang WERROR=-Werror all
	check -o match:.+ -- tree/bin/noproxy-add h
	check -o ignore -- bmake -C tree install "DESTDIR=$PWD/stage"
	[ -x stage/usr/local/bin/smolvm-allowpatch ]
	check -o ignore -- bmake -C tree clean
	[ -z "$(find tree -name '*.o' -o -name '*.a')" ]
}

@test "the makefile has nothing that GNU make 3.81 or bmake take otherwise" {
	grep -v '^#' "$TOP/Makefile" >makefile
	! grep -nE '!=|\$\((shell|eval|call|foreach|file|wildcard)|::=' makefile
	! grep -nE '^(ifn?eq|ifn?def|define|\.if|\.for|\.POSIX)' makefile
	# $< and $^ are empty in bmake, but in suffix rules.
	check -o '1' -- grep -c '\$[<^]' makefile
}

@test "ASan and UBSan have nothing to say to hostile input" {
	local sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'

	copy
	check -o ignore -- env -u MAKEFLAGS -u MAKELEVEL make -s -j 2 -C tree \
		WERROR=-Werror all CFLAGS="-O1 -g $sanitize" \
		LDFLAGS="$sanitize"
	for tool in loalias-ensure loalias-pick loalias-audit loalias-canary \
		noproxy-add smolvm-allowpatch; do
		mkdir -p real
		mv "tree/bin/$tool" real
		printf '#!/bin/sh\nexec env %s "%s" "$@"\n' \
			'ASAN_OPTIONS=detect_leaks=0:abort_on_error=1' \
			"$PWD/real/$tool" >"tree/bin/$tool"
		chmod +x "tree/bin/$tool"
	done
	# A sanitizer's end is signal 6, which no test expects.
	nested "$PWD/tree/bin" "$TESTS/errors.t"
}

@test "32 bits, musl, libjq 1.8: unit tests, corpora and the command line" {
	need 'no zig from PyPI' "$TESTS/zig"
	need 'no 32-bit programs here' sh -c 'uname -m | grep x86_64'
	check -e ignore -- timeout 550 "$TESTS/port" x86-linux-musl port
	run_port
	nested "$PWD/port" "$TESTS/noproxy-add.t"
}

@test "big-endian, s390x in an emulator: unit tests and corpora" {
	need 'no zig from PyPI' "$TESTS/zig"
	need 'no qemu-s390x' command -v qemu-s390x
	check -e ignore -- timeout 550 "$TESTS/port" s390x-linux-musl port
	run_port qemu-s390x
}

# run_port [emulator]: what tests/port built; the texts of errno are glibc's
# in unit_listen.
run_port() {
	for test in port/unit_*; do
		[ "$test" != port/unit_listen ] || continue
		check -o 'match:1\.\..*ok .*' -- "$@" "$test" || bad=1
	done
	for test in port/fuzz_*; do
		check -o 'match:.* replayed' -- "$@" "$test" \
			"$TESTS/corpus/${test#port/fuzz_}"/* || bad=1
	done
	[ -z "${bad:-}" ]
}

@test "the scripts say the same under every shell" {
	cat >cases <<-'END'
	bottle-launch
	bottle-launch -h
	bottle-launch -V
	bottle-launch -Z
	bottle-launch -i
	bottle-launch -i image -p 0 dev
	bottle-launch -i image -p 3000 Not_A_Slug
	bottle-launch -i image -p 3000 -e 1A=b dev
	bottle-launch -t never -i image -p 3000 dev
	bottle-launch -d
	bottle-prove
	bottle-prove -h
	bottle-prove -p x dev 127.0.0.16
	bottle-prove -p 3000 dev 127.0.0.999
	smolvm-aliasroute
	smolvm-aliasroute -h
	smolvm-aliasroute dev localhost
	smolvm-aliasroute -Z
	END
	shells=0
	for sh in dash bash:--posix busybox:sh ksh mksh; do
		command -v "${sh%%:*}" >/dev/null || continue
		shells=$((shells + 1))
		while read -r script words; do
			script=$(command -v "$script")
			# shellcheck disable=SC2086 # words
			set -- $words
			${sh/:/ } -n "$script"
			got=0
			sh "$script" "$@" </dev/null >out 2>err || got=$?
			check -s "$got" -o file:out -e file:err -- \
				${sh/:/ } "$script" "$@" || bad="$bad $sh"
		done <cases
	done
	[ "$shells" -ge 2 ] && [ -z "${bad:-}" ]
}
