#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The peers are bash's /dev/tcp and /dev/udp.

load lib.sh

tcp='bash -c "exec 3<>/dev/tcp/{}/{port}"'
udp='bash -c "echo hello >/dev/udp/{}/{port}"'

# Seconds that no other process sleeps.
nap=1234.$BASHPID

# gone COMMAND-LINE: has no process exactly this command line?
gone() {
	! ps -A -o args= | grep -qxF "$1"
}

@test "no peer" {
	check -o 'match:127\.0\.0\.1:[0-9]+ unreached' -- loalias-canary -- true
	check -o 'match:127\.0\.0\.1:[0-9]+ unreached' -- \
		loalias-canary -u -- true
}

@test "the command connects, over TCP and UDP, and is named" {
	check -s 1 -o 'match:127\.0\.0\.1:[0-9]+ reached' \
		-e 'match:loalias-canary: reached by 127\.0\.0\.1:[0-9]+' -- \
		loalias-canary -- sh -c "$tcp"
	check -s 1 -o 'match:127\.0\.0\.1:[0-9]+ reached' \
		-e 'match:loalias-canary: reached by 127\.0\.0\.1:[0-9]+' -- \
		loalias-canary -u -- sh -c "$udp"
}

@test "any local address: an alias, ::1, all of them" {
	check -s 1 -o 'match:127\.0\.0\.16:[0-9]+ reached' -e 'match:.*' -- \
		loalias-canary 127.0.0.16 -- sh -c "$tcp"
	check -s 1 -o 'match:\[::1\]:[0-9]+ reached' \
		-e 'match:loalias-canary: reached by \[::1\]:[0-9]+' -- \
		loalias-canary ::1 -- sh -c "$tcp"
	check -s 1 -o 'match:0\.0\.0\.0:[0-9]+ reached' -e 'match:.*' -- \
		loalias-canary 0.0.0.0 -- sh -c "$tcp"
}

@test "a visit to another address, or with the other protocol, is none" {
	check -o 'match:127\.0\.0\.16:[0-9]+ unreached' -e ignore -- \
		loalias-canary 127.0.0.16 -- \
		sh -c 'bash -c "exec 3<>/dev/tcp/127.0.0.17/{port}"'
	check -o 'match:127\.0\.0\.1:[0-9]+ unreached' -e ignore -- \
		loalias-canary -u -- sh -c "$tcp"
	check -o 'match:127\.0\.0\.1:[0-9]+ unreached' -e ignore -- \
		loalias-canary -- sh -c "$udp"
}

@test "-j prints one object" {
	check -o 'match:\{"address":"127\.0\.0\.1","port":[0-9]+,"transport":"tcp","reached":false,"times":0\}' \
		-- loalias-canary -j -- true
	check -s 1 -o 'match:\{"address":"::1","port":[0-9]+,"transport":"udp","reached":true,"times":2\}' \
		-e ignore -- loalias-canary -ju ::1 -- sh -c "$udp; $udp"
}

@test "the braces: {} the address, {port} the port, {{}} itself" {
	check -o 'match:127\.0\.0\.16:([0-9]+) unreached' \
		-e 'match:127\.0\.0\.16 [0-9]+ \{\} \{x\}' -- \
		loalias-canary 127.0.0.16 -- echo {} {port} '{{}}' '{x}'
	loalias-canary -- echo {port} >out 2>err
	check -o "127.0.0.1:$(cat err) unreached" -- cat out
}

@test "the command's standard output goes to standard error" {
	check -o 'match:127\.0\.0\.1:[0-9]+ unreached' -e hello -- \
		loalias-canary -- echo hello
}

@test "the command's standard input is empty" {
	check -i hello -o ignore -- loalias-canary -- cat
}

@test "several connections are counted, the first eight named" {
	check -s 1 -o 'match:.*"times":10\}' \
		-e 'match:(loalias-canary: reached by 127\.0\.0\.1:[0-9]+
){8}loalias-canary: reached 2 more times' -- \
		loalias-canary -j -- bash -c 'for i in 0 1 2 3 4 5 6 7 8 9; do
			exec 3<>/dev/tcp/{}/{port}; done'
}

@test "a command that fails has run to its end, up to 124" {
	for status in 1 2 124; do
		check -o ignore -- loalias-canary -- sh -c "exit $status"
	done
}

@test "a status of 125 or more says that it has not" {
	for status in 125 126 127 128 137 255; do
		check -s 2 -e "loalias-canary: sh: exit status $status: it did not run to its end" \
			-- loalias-canary -- sh -c "exit $status"
	done
}

@test "a command that cannot be run" {
	check -s 2 -e 'loalias-canary: ./none: No such file or directory' -- \
		loalias-canary -- ./none
	: >plain
	check -s 2 -e 'loalias-canary: ./plain: Permission denied' -- \
		loalias-canary -- ./plain
}

@test "a command that is killed" {
	check -s 2 -e 'loalias-canary: sh: killed by signal 9' -- \
		loalias-canary -- sh -c 'kill -9 $$'
}

@test "reached stays reached when the command is killed or never ends" {
	check -s 1 -o 'match:.* reached' -e 'match:.*reached by.*
loalias-canary: sh: killed by signal 9' -- \
		loalias-canary -- sh -c "$tcp"'; kill -9 $$'
	check -s 1 -o 'match:.* reached' -e 'match:.*reached by.*
loalias-canary: sh: timed out after 1 s' -- \
		loalias-canary -t 1 -- sh -c "$tcp; sleep $nap"
	until_true 5 gone "sleep $nap"
}

@test "a command that never ends is killed, with its whole group" {
	check -s 2 -e 'loalias-canary: sh: timed out after 1 s' -- \
		loalias-canary -t 1 -- \
		sh -c "sleep $nap & sleep 1$nap; wait"
	until_true 5 gone "sleep $nap"
	until_true 5 gone "sleep 1$nap"
	check -s 2 -e 'loalias-canary: sh: timed out after 1 s' -- \
		loalias-canary -t 1 -- \
		sh -c "trap '' TERM; while :; do sleep 0.1; done; $nap"
	until_true 5 gone "sh -c trap '' TERM; while :; do sleep 0.1; done; $nap"
}

@test "processes that it leaves are waited for, then killed" {
	check -s 1 -o 'match:.* reached' -e ignore -- \
		loalias-canary -- sh -c "(sleep 0.3; $tcp) & exit 0"
	check -s 2 -e 'loalias-canary: sh: left processes that still ran after 1 s' \
		-- loalias-canary -t 1 -- sh -c "sleep $nap & exit 0"
	until_true 5 gone "sleep $nap"
}

@test "what was under way when it ended still counts" {
	# It comes after the command has ended and was waited for.
	mkfifo never
	check -s 1 -o 'match:.* reached' -e ignore -- loalias-canary -u -- \
		sh -c 'setsid bash -c "while kill -0 $$; do :; done
			read -t 0.05 <>never
			echo hello >/dev/udp/{}/{port}" &'
}

@test "a peer that is not the command counts, too" {
	mkfifo port
	{
		read -r number <port
		bash -c "exec 3<>/dev/tcp/127.0.0.1/$number"
	} 3>&- &
	check -s 1 -o 'match:.* reached' -e 'match:.*reached by 127.*' -- \
		loalias-canary -- sh -c 'echo {port} >port; sleep 0.3'
	wait
}

@test "a signal that ends it ends the command first" {
	for signal in 1.HUP 2.INT 15.TERM; do
		check -s $((128 + ${signal%.*})) -- timeout --preserve-status \
			-s "${signal#*.}" 0.5 loalias-canary -- sleep "$nap"
		until_true 5 gone "sleep $nap"
	done
}

@test "a signal that is ignored is ignored" {
	(
		trap '' HUP
		exec loalias-canary -- sh -c 'kill -HUP $PPID; sleep 0.1'
	) >out
	check -o 'match:.* unreached' -- cat out
}

@test "a parent that ignores the end of its children" {
	check -o 'match:.* unreached' -- env --ignore-signal=CHLD \
		loalias-canary -t 5 -- true
	check -s 2 -e 'loalias-canary: sh: killed by signal 9' -- \
		env --ignore-signal=CHLD loalias-canary -t 5 -- \
		sh -c 'kill -9 $$'
}

@test "the listener is closed in the command" {
	need 'no /proc' test -d /proc/self/fd
	check -o ignore -e 'match:' -- loalias-canary -- \
		sh -c 'ls -l /proc/self/fd | grep socket; :'
}

@test "bad usage: one line, status 2, nothing run" {
	none='loalias-canary: no command after --'
	check -s 2 -e "$none" -- loalias-canary
	check -s 2 -e "$none" -- loalias-canary --
	check -s 2 -e "$none" -- loalias-canary 127.0.0.1
	check -s 2 -e 'loalias-canary: more than one address before --' -- \
		loalias-canary 127.0.0.1 ::1 -- touch x
	check -s 2 -e "loalias-canary: -x: unknown option, or missing argument (-h lists them)" -- loalias-canary -x -- touch x
	for seconds in '' 0 -1 1.5 86401 99999999999999999999 x; do
		check -s 2 -e "loalias-canary: -t: not a number from 1 to 86400: $seconds" \
			-- loalias-canary -t "$seconds" -- touch x
	done
	for address in '' localhost 127.1 '[::1]' 127.0.0.1/32 - fe80::1%lo; do
		check -s 2 -e "loalias-canary: not an address: $address" -- \
			loalias-canary "$address" -- touch x
	done
	check -s 2 -e 'match:loalias-canary: 192.0.2.1: .*(not available|assign requested address)' \
		-- loalias-canary 192.0.2.1 -- touch x
	[ ! -e x ]
}

@test "help, version" {
	check -o 'usage: loalias-canary [-ju] [-t seconds] [address] -- command [argument ...]
  -j          print JSON
  -t seconds  end the command after this time (60)
  -u          listen with UDP
man loalias-canary' -- loalias-canary -h
	check -o 'match:bottle-tools [0-9.]+' -- loalias-canary --version
}

@test "lost output is trouble" {
	check -s 2 -e 'loalias-canary: <stdout>: No space left on device' -- \
		sh -c 'exec loalias-canary -- true >/dev/full'
	check -s 2 -e ignore -- sh -c 'exec loalias-canary -- true >&-'
	check -o 'match:.*unreached' -- sh -c 'exec loalias-canary -- true <&-'
	check -o 'match:.*unreached' -- \
		sh -c 'exec loalias-canary -- echo x 2>&-'
}

@test "no descriptors left is trouble" {
	check -s 2 -e 'match:loalias-canary: .*(open files|file descriptors).*' -- \
		bash -c 'exec 3>&- 4>&-; ulimit -n 5; exec loalias-canary -- true'
}

# smolvm here is a fake that runs the command in a network namespace, which a
# guest sealed off also cannot leave; tests/vm has the real one.
@test "the page's examples" {
	need 'no network namespaces' unshare -rn true
	mkdir bin
	cat >bin/smolvm <<-'END'
		#!/bin/sh
		while [ "$1" != -- ]; do shift; done
		shift
		exec unshare -rn "$@"
	END
	ln -s "$(command -v busybox)" bin/nc
	chmod +x bin/smolvm
	PATH=$PWD/bin:$PATH
	example -o 'match:127\.0\.0\.1:[0-9]+ unreached' -e ignore <<-'END'
		loalias-canary -t 20 -- smolvm machine exec --name dev -- \
		    nc -w 2 100.96.0.1 {port} || echo 'it is not sealed' >&2
	END
	example -o 'match:127\.0\.0\.17:[0-9]+ unreached' -e ignore <<-'END'
		loalias-canary -u 127.0.0.17 -- unshare -rn \
		    sh -c 'echo hello | nc -u -w 1 {} {port}'
	END
	example -s 1 -o 'match:127\.0\.0\.17:[0-9]+ reached' -e ignore <<-'END'
		loalias-canary 127.0.0.17 -- nc -w 2 {} {port}
	END
	sed -i 's/^exec.*/exec "$@"/; s/100.96.0.1/127.0.0.1/' bin/smolvm
	check -s 1 -o ignore -e ignore -- loalias-canary -- \
		smolvm machine exec --name dev -- nc -w 2 127.0.0.1 {port}
}
