#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The installed files, and the shipped ones.

load lib.sh

TOP=$BATS_TEST_DIRNAME/..

# make in TOP; the tree is built already.
make_top() {
	"${MAKE:-make}" -s -C "$TOP" "$@"
}

# the installed files, their modes and nothing else
installed() {
	(cd "$1" && find . -type f -exec stat -c '%a %n' {} + | sort -k 2)
}

@test "install puts these files there, and uninstall takes them away" {
	make_top install "DESTDIR=$PWD/st age" PREFIX=/opt/bottle
	check -o '755 ./opt/bottle/bin/bottle-launch
755 ./opt/bottle/bin/bottle-ls
755 ./opt/bottle/bin/bottle-prove
755 ./opt/bottle/bin/bottle-rm
755 ./opt/bottle/bin/bottle-step
755 ./opt/bottle/bin/bottle-watch
755 ./opt/bottle/bin/loalias-audit
755 ./opt/bottle/bin/loalias-canary
755 ./opt/bottle/bin/loalias-ensure
755 ./opt/bottle/bin/loalias-pick
755 ./opt/bottle/bin/noproxy-add
755 ./opt/bottle/bin/smolvm-aliasroute
755 ./opt/bottle/bin/smolvm-allowpatch
644 ./opt/bottle/share/doc/bottle-tools/examples/bundle/Dockerfile
755 ./opt/bottle/share/doc/bottle-tools/examples/bundle/health
755 ./opt/bottle/share/doc/bottle-tools/examples/bundle/hooks/pre-receive
644 ./opt/bottle/share/doc/bottle-tools/examples/bundle/hosts
755 ./opt/bottle/share/doc/bottle-tools/examples/bundle/mcp
644 ./opt/bottle/share/doc/bottle-tools/examples/bundle/private
644 ./opt/bottle/share/doc/bottle-tools/examples/bundle/squid.conf
755 ./opt/bottle/share/doc/bottle-tools/examples/bundle/start
644 ./opt/bottle/share/man/man1/bottle-launch.1
644 ./opt/bottle/share/man/man1/bottle-ls.1
644 ./opt/bottle/share/man/man1/bottle-prove.1
644 ./opt/bottle/share/man/man1/bottle-rm.1
644 ./opt/bottle/share/man/man1/bottle-step.1
644 ./opt/bottle/share/man/man1/bottle-watch.1
644 ./opt/bottle/share/man/man1/loalias-audit.1
644 ./opt/bottle/share/man/man1/loalias-canary.1
644 ./opt/bottle/share/man/man1/loalias-ensure.1
644 ./opt/bottle/share/man/man1/loalias-pick.1
644 ./opt/bottle/share/man/man1/noproxy-add.1
644 ./opt/bottle/share/man/man1/smolvm-aliasroute.1
644 ./opt/bottle/share/man/man1/smolvm-allowpatch.1
644 ./opt/bottle/share/man/man7/bottle-bundle.7
644 ./opt/bottle/share/man/man7/bottle-tools.7' -- installed "st age"
	echo mine >"st age/opt/bottle/bin/mine"
	make_top uninstall "DESTDIR=$PWD/st age" PREFIX=/opt/bottle
	check -o '644 ./opt/bottle/bin/mine' -- installed "st age"
	check -- find "st age" -name '*bottle-tools*'
}

@test "a prefix that is no path is refused, and nothing is made" {
	for word in "PREFIX=~/x" BINDIR=bin MANDIR=man DOCDIR= ; do
		check -s 2 -e "match:make: .*: does not begin with /
make.*Error 2" -- make_top install "$word"
	done
	[ ! -e "$TOP/~" ]
}

@test "all tools have the version of the Makefile" {
	version=$(sed -n 's/^VERSION = //p' "$TOP/Makefile")
	for tool in $(make_top install "DESTDIR=$PWD/v" >&2; ls v/usr/local/bin)
	do
		check -o "bottle-tools $version" -- "v/usr/local/bin/$tool" -V
	done
}

@test "BINDIR and MANDIR are used" {
	make_top install "DESTDIR=$PWD" BINDIR=/b MANDIR=/m
	[ -x b/noproxy-add ]
	[ -f m/man7/bottle-tools.7 ]
}

@test "all tools run from where they were staged, and find each other" {
	make_top install "DESTDIR=$PWD/stage" PREFIX=/usr
	PATH=$PWD/stage/usr/bin:/usr/bin:/bin
	for tool in stage/usr/bin/*; do
		[ -x "$tool" ] || continue
		check -o 'match:bottle-tools [0-9.]+' -- "${tool##*/}" -V
		check -o 'match:bottle-tools [0-9.]+' -- "${tool##*/}" --version
		check -o 'match:usage: .*' -- "${tool##*/}" -h
		check -o 'match:usage: .*' -- "${tool##*/}" --help
	done
	# No installed file has a path of the build.
	check -s 1 -- grep -rl -- "$(cd "$TOP" && pwd)" stage
}

@test "dist: the same bytes from another clone, and they build and run" {
	need 'not a git checkout' git -C "$TOP" rev-parse HEAD
	export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory \
		GIT_CONFIG_VALUE_0='*'
	for clone in one two; do
		git clone -q "$TOP" "$clone"
		make -s -C "$clone" dist
		sleep 1
	done
	cmp one/bottle-tools-*.tar.gz two/bottle-tools-*.tar.gz
	tar xzf one/bottle-tools-*.tar.gz
	cd bottle-tools-*/
	[ -z "$(find . -name '*.o' -o -name .git)" ]
	make -s all tests/unit_addr tests/unit_noproxy CFLAGS=-O0 \
		WERROR=-Werror
	check -o "match:.*Result: PASS" -e ignore -- env -i HOME="$HOME" PATH="${PATH#*/bats-core:}" \
		tests/run tests/unit_addr \
		tests/unit_noproxy tests/lib.t
	make -s clean
	tar tzf ../one/bottle-tools-*.tar.gz | grep -v '/$' | sort >../shipped
	find . -type f | sed "s|^\.|${PWD##*/}|" | sort >../left
	check -- diff ../shipped ../left
}
