#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Launches, with a real Docker Engine and a real smolvm engine whose machines are
# a fake.  tests/vm.t has real ones.

load lib.sh
load bottle.sh

@test "four at once have four aliases; when none is left the status is 1" {
	at_once 4
}

@test "one slug twice at once: the loser leaves the winner whole" {
	local one=0 two=0

	launch dev >out.1 2>err.1 3>&- &
	launch dev >out.2 2>err.2 3>&- || two=$?
	wait "$!" || one=$?
	[ "$one $two" = '0 1' ] || [ "$one $two" = '1 0' ]
	check -o 'match:bottle-launch: dev: (process [0-9]+|another process) is at work on it' \
		-- cat err.1 err.2
	check -o "$(says dev 127.0.0.16)" -- inside bottle-ls
	check -o ignore -- inside bottle-prove -p 3000 dev 127.0.0.16
}

@test "the lock: of the next one too, not of one that was killed" {
	sleep 1000 3>&- &
	check -o "$(says dev 127.0.0.16)" -- launch dev
	check -o 600 -- stat -c %a "$LOCK"
	check -o 700 -- stat -c %a "${LOCK%/*}"
	echo "$!" >"$LOCK"
	check -o "$(says dev 127.0.0.16)" -e "$KEEPS" -- launch dev
	check -- ls -A "$TMPDIR"
	kill "$!"
	bottle-step -L "$LOCK" dev sh -c 'echo $$ >pid; exec sleep 1000' 3>&- &
	until_true 5 test -s pid
	for tool in bottle-launch bottle-rm; do
		check -s 1 -e "$tool: dev: process $(cat pid) is at work on it" \
			-- inside "$tool" dev
		# its parent holds a lock, but not this one
		check -s 1 -e "$tool: dev: process $(cat pid) is at work on it" \
			-- inside bottle-step -L other x "$tool" dev
	done
	kill "$(cat pid)"
	wait
	rm "$LOCK"
	ln -s /etc/passwd "$LOCK"
	check -s 125 -e "match:bottle-step: .*: is a symbolic link" -- \
		inside bottle-launch dev
}

# made_at CALL TOOL ARGUMENT...: at that call of the tool, TMPDIR has nothing but
# a folder of this user, with a random name.
made_at() {
	at "$1" 'stat -c "%A %n" "$TMPDIR"/* >"$CALLS/made"; fail'
	shift
	inside "$@" >out 2>err || :
	check -o "match:drwx------ $TMPDIR/$1\.[A-Za-z0-9]{6}" -- \
		cat "$CALLS/made"
	check -- ls -A "$TMPDIR"
	rm "$CALLS/made"
}

@test "no name in TMPDIR can be known before" {
	local call

	counted
	for call in 'docker create *' 'smolvm machine start *' 'bottle-prove *'; do
		made_at "$call" bottle-launch -q -i bundle:1 -p 3000 dev
	done
	check -o ignore -- launch dev
	made_at 'bottle-prove *' bottle-watch dev
	# bottle-rm makes none
	at 'smolvm machine delete *' 'ls -A "$TMPDIR" >"$CALLS/made"; fail'
	check -s 2 -e ignore -- inside bottle-rm dev
	check -- cat "$CALLS/made"
}

@test "what has the name and is not a bottle is left alone" {
	inside docker create --name dev-bundle bundle:1 >id
	left_alone 'the container dev-bundle' container
	[ "$(inside docker ps -aq --no-trunc)" = "$(cat id)" ]
	inside docker rm dev-bundle

	smolvm create --name dev --net
	row dev . >before
	left_alone 'the machine dev' machine
	row dev . | cmp before -
	check -- inside docker ps -aq
	check -- inside bottle-ls
}

left_alone() {
	check -s 2 -e "bottle-launch: dev: find the bottle: bottle-ls: dev: $1 is not a bottle's" \
		-- launch dev
	check -s 2 -e "bottle-rm: dev: find the bottle: bottle-ls: dev: $1 is not a bottle's
bottle-rm: dev: left alone" -- inside bottle-rm dev
	check -s 1 -e "bottle-ls: dev: $1 is not a bottle's" -- \
		inside bottle-ls dev
}

@test "127.0.0.1 is no alias of one bottle" {
	counted
	LOALIAS_POOL=127.0.0.1 fails 'bottle-launch: dev: 127.0.0.1 is shared: not usable as an alias' \
		dev
	check -s 1 -- grep 'start' "$CALLS/log"
	nothing_left
}

# cron COMMAND...: run it with cron's environment, and programs in PATH that must
# not be executed.
cron() {
	inside env -i HOME="$HOME" TMPDIR="$TMPDIR" SMOLVM="$SMOLVM" \
		SMOLVM_AGENT_ROOTFS_TAR="$SMOLVM_AGENT_ROOTFS_TAR" \
		DOCKER_HOST="unix://$ENGINE/docker.sock" \
		PATH="$PWD/evil:/usr/bin:/bin:$PWD/docker" "$@"
}

@test "from cron, by a link alone in its folder: own tools, no others in PATH" {
	local name bin

	bin=$(cd "$TESTS/../bin" && pwd)
	mkdir docker evil links alone
	ln -s "$(type -P docker)" docker
	for name in bottle-ls bottle-prove bottle-rm bottle-step loalias-audit \
	    loalias-ensure loalias-pick noproxy-add smolvm-aliasroute \
	    smolvm-allowpatch; do
		printf '#!/bin/sh\n: >"%s"\nexit 1\n' "$PWD/executed.$name" \
			>"evil/$name"
	done
	chmod +x evil/*
	check -o "$(says dev 127.0.0.16)" -- cron "$bin/bottle-launch" -q \
		-i bundle:1 -p 3000 dev
	for name in launch rm watch; do
		ln -s "$bin/bottle-$name" "links/$name"
		ln -s "links/$name" "$name"
		cp "$bin/bottle-$name" alone
		check -s 2 -e "bottle-$name: dev: $PWD/alone: has no bottle-step" \
			-- cron "alone/bottle-$name" -q dev
	done
	check -o "$(says dev 127.0.0.16)" -- cron ./launch -q dev
	# it is removed before the next check, which would see only a part of it
	cron ./watch -i 9 dev >events 3>&- &
	until_true 30 grep '	proved	' events
	check -- cron ./rm -q dev
	check -s 1 -- wait "$!"
	check -- find . -name 'executed.*'
	nothing_left
}

# An empty word in PATH is the current folder.
@test "in the root folder, whose name is empty without its slash" {
	local name

	need 'no merged /usr' test -L /bin -a -L /lib
	mkdir root root/usr root/dev root/tmp root/evil
	cp -P /bin /lib* root
	for name in bottle-launch bottle-rm bottle-watch bottle-step bottle-ls; do
		cp "$TESTS/../bin/$name" root
	done
	for name in cat date docker mkdir mktemp rm smolvm; do
		printf '#!/bin/sh\n: >"/executed.%s"\n' "$name" >"root/evil/$name"
	done
	chmod +x root/evil/*
	for name in launch rm watch; do
		check -s 2 -e "match:bottle-$name: dev: .*docker.*" -- unshare -rm \
			sh -c 'mount --rbind /usr root/usr &&
			mount --rbind /dev root/dev && exec chroot root sh -c "
			cd /evil && PATH=/usr/bin HOME=/tmp TMPDIR=/tmp \
			    /bottle-$0 dev"' \
			"$name"
	done
	check -- sh -c 'ls root | grep executed || :'
}
