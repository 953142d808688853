#!/usr/bin/env bats
# SPDX-License-Identifier: ISC

load lib.sh

@test "a step: its line, its time, its status, its streams" {
	check -e 'match:dev: start \([0-9]+\.[0-9][0-9] s\)' -- \
		bottle-step 'dev: start' true
	check -o hello -i hello -- bottle-step -q x cat
	check -s 3 -e 'x: exit status 3' -- bottle-step x sh -c 'exit 3'
	check -s 137 -e 'x: signal 9 ended it' -- bottle-step x sh -c 'kill -9 $$'
	check -s 137 -e 'x: loading
x: signal 9 ended it' -- \
		bottle-step x sh -c 'echo loading >&2; kill -9 $$'
	check -s 127 -e 'x: nosuch: No such file or directory' -- \
		bottle-step x nosuch
	check -s 126 -e 'x: /dev/null: Permission denied' -- \
		bottle-step x /dev/null
	# standard error of a successful command is not shown
	check -- bottle-step -q x sh -c 'echo note >&2'
}

@test "all that a failing command said, every line after the label" {
	check -s 1 -o out -e 'dev: boot: Error: no KVM
dev: boot: sudo usermod -aG kvm you' -- bottle-step 'dev: boot' sh -c \
		'echo out; printf "Error: no KVM\n\nsudo usermod -aG kvm you" >&2; exit 1'
	check -s 1 -e 'x: \x1b]0;title\x07\x0d' -- bottle-step x sh -c \
		'printf "\033]0;title\007\r\n" >&2; exit 1'
	LC_ALL=C.UTF-8 check -s 1 -e 'x: é' -- bottle-step x sh -c \
		'echo é >&2; exit 1'
	check -s 1 -e 'x: \x01: bad' -- bottle-step $'x: \x01' sh -c \
		'echo bad >&2; exit 1'
}

@test "64 KiB are kept of what it says, however much there is" {
	bottle-step x sh -c 'yes | head -c 9000000 >&2; exit 1' 2>err || :
	check -o 'x: the rest, after 64 KiB, is cut' -- tail -n 1 err
	check -o 32769 -- sh -c 'wc -l <err'
}

@test "-t: SIGTERM to the whole group, SIGKILL 5 s later: 124" {
	SECONDS=0
	check -s 124 -e 'x: no end within 1 s' -- \
		bottle-step -t 1 x sh -c 'sleep 100 & echo $! >pid; wait'
	[ "$SECONDS" -lt 4 ]
	until_true 2 sh -c '! kill -0 "$(cat pid)" 2>/dev/null'
	check -s 124 -e 'x: starting
x: no end within 1 s' -- bottle-step -t 1 x sh -c \
		'echo starting >&2; trap "" TERM; exec sleep 100'
	[ "$SECONDS" -ge 6 ]
	# one of the group ignores SIGTERM
	SECONDS=0
	check -s 124 -e 'x: no end within 1 s' -- bottle-step -t 1 x sh -c \
		'(trap "" TERM; exec sleep 100) & echo $! >pid; exec sleep 100'
	[ "$SECONDS" -ge 6 ]
	until_true 2 sh -c '! kill -0 "$(cat pid)" 2>/dev/null'
	# one that is stopped
	check -s 124 -e 'x: no end within 1 s' -- \
		bottle-step -t 1 x sh -c 'kill -STOP $$'
}

@test "a program that it leaves running does not hold it up" {
	SECONDS=0
	check -- bottle-step -q x sh -c 'sleep 5 >/dev/null 3>&- &'
	[ "$SECONDS" -lt 3 ]
}

@test "the end of the command is seen, whatever signals are blocked" {
	local lock

	cat >blocked <<-'END'
		import os, signal, sys
		signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
		os.execvp(sys.argv[1], sys.argv[1:])
	END
	for lock in '' '' '' '-L lock' '-L lock' '-L lock'; do
		# shellcheck disable=SC2086 # words
		check -e ignore -- timeout 5 python3 blocked \
			bottle-step $lock x sleep 0.1
	done
}

@test "signals go on to the command and all that it runs" {
	local signal status

	for signal in HUP TERM; do
		rm -f pid
		bottle-step -q x sh -c 'sleep 100 & echo $! >pid; wait' \
			2>err 3>&- &
		until_true 5 test -s pid
		kill -"$signal" "$!"
		status=0
		wait "$!" || status=$?
		[ "$status" = $((128 + $(kill -l "$signal"))) ]
		until_true 2 sh -c '! kill -0 "$(cat pid)" 2>/dev/null'
	done
	rm pid
	# in a job of this shell SIGINT is ignored
	env --default-signal=INT bottle-step -q x sh -c \
		'echo $$ >pid; exec sleep 100' 2>err 3>&- &
	until_true 5 test -s pid
	kill -INT "$!"
	status=0
	wait "$!" || status=$?
	[ "$status" = 130 ]
}

@test "a command that asks on the terminal gets it, and gives it back" {
	# shellcheck disable=SC2016 # the inner sh expands it
	check -- "$TESTS/on_tty" secret transcript sh -c '
		bottle-step -q ask sh -c "printf Password: >/dev/tty
		    read x </dev/tty; echo \"\$x\" >got" &
		wait "$!" || exit
		printf password: >/dev/tty
		read -r x </dev/tty
		echo "$x" >again'
	check -o 'secret
secret' -- cat got again
}

@test "-L: one at a time, whoever has the file" {
	bottle-step -L lock dev sh -c 'echo $$ >pid; exec sleep 100' 3>&- &
	until_true 5 test -s pid
	until_true 5 test -s lock
	check -o "$(cat pid)" -- cat lock
	check -s 1 -e "dev: process $(cat pid) is at work on it" -- \
		bottle-step -L lock dev true
	kill -9 "$(cat pid)"
	check -s 137 -- wait "$!"
	check -s 4 -o hello -i hello -- bottle-step -L lock dev sh -c 'cat; exit 4'
	check -o 600 -- stat -c %a lock
	# the holder is killed: the kernel releases the lock
	rm pid
	bottle-step -L lock dev sh -c 'echo $$ >pid; exec sleep 100' 3>&- &
	until_true 5 test -s pid
	kill -9 "$!"
	until_true 5 bottle-step -L lock dev true
	kill -9 "$(cat pid)"
	# shellcheck disable=SC2016 # the inner sh expands it
	check -o yes -- bottle-step -L lock dev sh -c \
		'[ "$BOTTLE_LOCK" = "$PPID lock" ] && echo yes'
}

@test "-L: no file of another user, no link" {
	: >other
	ln -s other link
	ln other name
	mkfifo fifo
	check -s 125 -e 'bottle-step: link: is a symbolic link' -- \
		bottle-step -L link x true
	check -s 125 -e "match:bottle-step: name: is not a regular file .*" -- \
		bottle-step -L name x true
	check -s 125 -e "match:bottle-step: fifo: is not a regular file .*" -- \
		bottle-step -L fifo x true
	check -s 125 -e 'match:bottle-step: no/lock: No such file.*' -- \
		bottle-step -L no/lock x true
	[ "$(id -u)" = 0 ] || return 0
	: >theirs
	chown 1 theirs
	check -s 125 -e "match:bottle-step: theirs: is not a regular file .*" -- \
		bottle-step -L theirs x true
	check -- cat other theirs
}

@test "usage" {
	check -s 2 -e 'bottle-step: a label and a command are needed' -- \
		bottle-step x
	check -s 2 -e 'bottle-step: -t: not 1 to 9999 seconds' -- \
		bottle-step -t 0 x true
	check -s 2 -e 'bottle-step: -L: goes with neither -q nor -t' -- \
		bottle-step -q -L lock x true
	check -o 'match:usage: bottle-step .*man bottle-step' -- bottle-step -h
}

@test "bottle-step.1: the examples" {
	mkdir bin data
	printf '#!/bin/sh\necho "$@"\n' >bin/docker
	chmod +x bin/docker
	PATH=$PWD/bin:$PATH
	example -o 'start web' -e 'match:web: start .*' <<-'END'
		bottle-step -t 30 'web: start' docker start web || exit
	END
	example <<-'END'
		bottle-step -L backup.lock backup tar -czf backup.tar.gz data
	END
	[ -s backup.tar.gz ]
}
