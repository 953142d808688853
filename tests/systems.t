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
	make -s -C tree clean
}

# nested BIN bats-argument...: run bats with BIN first in PATH
nested() {
	local bin=$1

	shift
	env -i HOME="$HOME" PATH="$bin:${PATH#*/bats-core:}" \
		BOTTLE_CACHE="${BOTTLE_CACHE:-}" CI="${CI:-}" \
		bats "$@" >nested 2>&1 && grep -q '^ok' nested || {
		grep -v '^ok' nested
		return 1
	}
}

# wrap 'COMMAND WORD ...' TOOL: have a script of the tool's name that runs it
wrap() {
	mkdir -p wrapped
	printf '#!/bin/sh\n%s "$@"\n' "$1" >"wrapped/$2"
	chmod +x "wrapped/$2"
}

# port TARGET: build it with tests/port, in the folder $PORT.
port() {
	PORT=$BATS_FILE_TMPDIR/$1
	need 'no zig from PyPI' "$TESTS/zig"
	need 'no sources from PyPI and crates.io' "$TESTS/sources"
	[ -e "$PORT/done" ] ||
		check -e ignore -- timeout 550 "$TESTS/port" "$1" "$PORT"
	: >"$PORT/done"
}

# run_port [emulator]: the tests that tests/port built
run_port() {
	local test

	# They read tests/data.
	pushd "$TOP"
	for test in "$PORT"/unit_*; do
		check -o 'match:1\.\.[1-9].*ok .*' -- timeout 300 "$@" "$test" ||
			bad=1
	done
	for test in "$PORT"/fuzz_*; do
		# shellcheck disable=SC2046 # words
		check -o 'match:.* replayed' -- timeout 300 "$@" "$test" $(
			printf '%s\n' "tests/corpus/${test#*/fuzz_}"/* |
				grep -v "${without:-^$}") || bad=1
	done
	popd
	[ -z "${bad:-}" ]
}

@test "bmake and clang build the same, without a warning" {
	need 'no bmake' command -v bmake
	need 'no clang' command -v clang
	copy
	check -o ignore -- bmake -j 2 -C tree CC=clang WERROR=-Werror all
	check -o match:.+ -- tree/bin/noproxy-add h
	check -o ignore -- bmake -C tree install "DESTDIR=$PWD/stage"
	[ -x stage/usr/local/bin/smolvm-allowpatch ]
	check -o ignore -- bmake -C tree clean
	[ -z "$(find tree -name '*.o' -o -name '*.a')" ]
}

# GNU make 3.81 itself is not available, so refuse the features that later
# releases added, and those that bmake lacks or has otherwise.
@test "the makefile has nothing that GNU make 3.81 or bmake take otherwise" {
	none() { check -s 1 -- grep -nE "$1" makefile || bad=1; }

	grep -v '^#' "$TOP/Makefile" >makefile
	# Functions, all of them.
	none '(^|[^$])[$][({][a-z-]+[[:blank:]]'
	# Assignments but =, :=, ?= and +=; grouped targets, double colons.
	none '^[^	]*(!=|::|&:)'
	none '^ *(if[a-z]*|else|endif|define|undefine|endef)([[:blank:]]|$)'
	none '^ *(-?load|sinclude|vpath|(un)?export|private|override)[[:blank:]]'
	none '^[^	]*: *(private|override|export) '
	# Special names but these.
	none '^\.([^PSc]|P[^H]|S[^U])'
	none '[$][({]?\.[A-Z]'
	# $< and $^ are empty in bmake, but in suffix rules.
	none '(^|[^$])[$][({]?[<^+|*?%]'
	[ -z "${bad:-}" ]
}

@test "ASan and UBSan have nothing to say to hostile input" {
	local sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'
	local options=ASAN_OPTIONS=detect_leaks=0:abort_on_error=1

	copy
	check -o ignore -- make -s -j 2 -C tree WERROR=-Werror all \
		CFLAGS="-O1 -g $sanitize" LDFLAGS="$sanitize"
	for tool in loalias-ensure loalias-pick loalias-audit loalias-canary \
		noproxy-add smolvm-allowpatch; do
		wrap "$options exec '$PWD/tree/bin/$tool'" "$tool"
	done
	# A sanitizer ends a process with signal 6, which no test expects.
	nested "$PWD/wrapped:$PWD/tree/bin" "$TESTS/errors.t"
}

@test "make fuzz runs its targets with libFuzzer" {
	need 'no clang' command -v clang
	need 'no libFuzzer' sh -c 'echo "int LLVMFuzzerTestOneInput(void);
		int LLVMFuzzerTestOneInput(void) { return 0; }" |
		clang -fsanitize=fuzzer -x c -o fuzzer -'
	copy
	check -o 'match:addr: [0-9]+ inputs in 1 s, clean' -- \
		make -s -C tree fuzz FUZZ=tests/fuzz_addr FUZZ_SECONDS=1
}

@test "32 bits, musl, newer libraries: unit tests, corpora, command line" {
	need 'no 32-bit programs here' sh -c 'uname -m | grep x86_64'
	port x86-linux-musl
	run_port
	nested "$PORT" --filter-tags '!once' "$TESTS/noproxy-add.t" \
		"$TESTS/smolvm-allowpatch.t" "$TESTS/loalias-ensure.t" \
		"$TESTS/loalias-pick-engine.t"
}

# said FOLDER: run $words there, with no other claims and listeners, and with
# empty standard input.
said() {
	local status=0

	PATH=$1:$PATH unshare -rn sh -c "ip link set lo up && $words" \
		>out 2>err </dev/null || status=$?
	sed -E 's/(127.0.0.1:|"port":)[0-9]+/\1PORT/' out
	cat err
	echo "$status"
}

# alike FOLDER: do the tools there read command lines like those built here?
alike() {
	need 'no network namespaces' unshare -rn true
	echo '[]' >none
	cp "$TESTS/data/smolvm/1.32.2.db" db
	while read -r words; do
		said "$TOP/bin" >expected
		check -o file:expected -- said "$1" || bad=1
	done <<-'END'
	loalias-ensure -n 127.0.0.1
	loalias-ensure -jn 127.0.0.1
	loalias-ensure -jin 127.0.0.1
	loalias-ensure -n -ilo -- 127.0.0.1
	loalias-ensure -n -i -- 127.0.0.1
	loalias-ensure -n -- -- 127.0.0.1
	loalias-ensure 127.0.0.1 -n
	loalias-ensure 127.0.0.1 -- -n
	loalias-ensure -n -- -
	loalias-ensure -n -
	loalias-ensure -n -i
	loalias-ensure -n - -
	loalias-ensure -n -i ''
	loalias-ensure -Z -n
	loalias-ensure -nZ
	loalias-ensure -n-
	loalias-ensure -n-help
	loalias-ensure -+
	loalias-ensure -:
	loalias-ensure -i - -n
	loalias-ensure --help
	loalias-ensure --help=1
	loalias-ensure --hel -n
	loalias-ensure -n --help
	loalias-ensure -- --help
	loalias-ensure ---
	loalias-ensure ---help
	loalias-ensure --
	loalias-pick -f none -aj 127.0.0.16/31
	loalias-pick -fnone -x127.0.0.16 127.0.0.16/31
	loalias-pick -x -- -f none 127.0.0.16
	loalias-pick -f none 127.0.0.16 -j
	loalias-pick -f none -j -
	loalias-pick -f none -j -x - 127.0.0.16
	loalias-pick -f none -j - - --
	loalias-pick -f - --help
	loalias-pick -f none -o --help 127.0.0.16
	loalias-pick - --help
	loalias-pick -f none 127.0.0.16 -- echo {} -j -- x
	loalias-pick -f none -- echo {}
	loalias-pick -f none -j -- --
	loalias-pick -f none --
	loalias-pick -f
	loalias-pick -f -- -j
	loalias-pick -f none -x ''
	loalias-audit -f none -j 127.0.0.31
	loalias-audit -f none -j -
	loalias-audit -jf - -
	loalias-audit -fnone -jo x -- 127.0.0.31
	loalias-audit -f none 127.0.0.31 -j
	loalias-audit -f none -o -- 127.0.0.31
	loalias-audit -o
	loalias-audit -f none -- -j
	loalias-canary -t5 127.0.0.1 -- echo {} -t
	loalias-canary -jut 5 -- true -j -- x
	loalias-canary -t -- true
	loalias-canary 127.0.0.1 -j -- true
	loalias-canary -j - -- true
	loalias-canary -j -- --help
	loalias-canary -- -j
	loalias-canary -- -- true
	loalias-canary -j --
	noproxy-add -j h
	noproxy-add -je h
	noproxy-add -j -
	noproxy-add -
	noproxy-add - -- -
	noproxy-add -e -- h
	noproxy-add -e h -- echo -e
	noproxy-add h -- env -- echo --
	noproxy-add h -e
	noproxy-add -- -e
	noproxy-add - -- -e
	noproxy-add -e- h
	noproxy-add '' -e
	noproxy-add -- -- echo h
	noproxy-add --version
	noproxy-add --versio
	noproxy-add -V-
	noproxy-add -h -Z
	smolvm-allowpatch -l -f db
	smolvm-allowpatch -lj -fdb plain
	smolvm-allowpatch -f db -l -- plain
	smolvm-allowpatch -f db -l plain -j
	smolvm-allowpatch -nf db -p3000 -p 53/udp plain 127.0.0.16
	smolvm-allowpatch -f db -nD -- plain none
	smolvm-allowpatch -f db -n plain -- none
	smolvm-allowpatch -f db -n plain none -j
	smolvm-allowpatch -f db -n -- -l none
	smolvm-allowpatch -f db -p
	smolvm-allowpatch -f db -np plain none
	smolvm-allowpatch -jnf db plain -
	smolvm-allowpatch -nf db - -
	smolvm-allowpatch -cln -f db plain none
	smolvm-allowpatch -f -- -l
	END
	[ -z "${bad:-}" ]
}

@test "options, operands and -- are the same with glibc and with musl" {
	need 'no 32-bit programs here' sh -c 'uname -m | grep x86_64'
	port x86-linux-musl
	alike "$PORT"
}

@test "options, operands and -- are the same with getopt of the BSDs" {
	mkdir bsd
	for tool in loalias-ensure loalias-pick loalias-audit loalias-canary \
		noproxy-add smolvm-allowpatch; do
		"${CC:-cc}" -std=c11 -D_DEFAULT_SOURCE '-DVERSION="0"' \
			-I"$TOP/lib" -o "bsd/$tool" "$TOP/bin/$tool.c" \
			"$TESTS/fake_getopt.c" "$TOP/lib/alias.a" \
			"$TOP/lib/noproxy.a" "$TOP/lib/loopback.a" \
			"$TOP/lib/smolvm.a" "$TOP/lib/docker.a" \
			"$TOP/lib/net.a" "$TOP/lib/base.a" \
			-ljq -lsqlite3 -lcurl
	done
	alike "$PWD/bsd"
}

@test "big-endian, s390x in an emulator: unit tests, corpora, command line" {
	need 'no qemu-s390x' command -v qemu-s390x
	port s390x-linux-musl
	# The emulator cannot enter a network namespace, and a list of the host's
	# addresses, by which endpoint/six is judged, does not end in it.
	rm "$PORT/unit_listen"
	without=endpoint/six run_port qemu-s390x
	for tool in noproxy-add smolvm-allowpatch; do
		wrap "exec qemu-s390x '$PORT/$tool'" "$tool"
	done
	nested "$PWD/wrapped" "$TESTS/noproxy-add.t" \
		"$TESTS/smolvm-allowpatch.t" -f \
		"a second time|engine's write-ahead|numbers, escapes|the launch record|-l:"
}

@test "the scripts say the same under every shell" {
	cat >cases <<-'END'
	bottle-launch
	bottle-launch -h
	bottle-launch -V
	bottle-launch -Z
	bottle-launch -i
	bottle-launch -i image -p 3000 -x
	bottle-launch -i image -p 3000 Not_A_Slug
	bottle-launch -i image -p 3000 -e =b dev
	bottle-launch -t never -i image -p 3000 dev
	bottle-launch dev -q
	bottle-rm
	bottle-rm -h
	bottle-rm -t 0 dev
	bottle-rm Dev
	bottle-watch -h
	bottle-watch -i x dev
	bottle-watch
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
