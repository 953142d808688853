#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A guest with arbitrary answers, against the tools that ask it.

load lib.sh

# What runs the fake of smolvm: the guest is ./answer, called with the words that
# guest.sh got.
setup() {
	plain_setup
	cat >smolvm <<-'END'
	#!/bin/sh
	case $1 in
	--version) echo 'smolvm 1.32.2'; exit ;;
	esac
	shift 9
	exec ./answer "$@"
	END
	chmod +x smolvm
	export SMOLVM=$PWD/smolvm
}

# answer: what the guest does, on standard input; honest() is what it says of
# the words that it got, but for the end.
answer() {
	{
		cat <<-'END'
		#!/bin/bash
		honest() {
			shift 6
			echo 'route 100.96.0.1 eth0'
			echo 'ways nc'
			n=0 first="$1 $2 $3"
			while [ $# -gt 0 ]; do
				[ "$1" != - ] || { shift; continue; }
				said=no
				[ "$1 $2 $3" != "$first" ] || said=yes
				echo "tried $n $said"
				n=$((n + 1))
				shift 3
			done
			echo 'datagrams 99'
			echo 'shares 1 0'
		}
		route() { honest() { echo 'route 100.96.0.1 eth0'; }; }
		[ "$1" = prove ] || route
		END
		cat
	} >answer
	chmod +x answer
}

prove() {
	bottle-prove -t 20 -p 3000 dev 127.0.0.16
}

route() {
	smolvm-aliasroute dev 127.0.0.16
}

# both REASON: neither tool takes the answer, and says so in plain text.
both() {
	local start=$SECONDS

	check -s 2 -e "match:bottle-prove: dev: $1" -- prove
	check -s 2 -e "match:smolvm-aliasroute: dev: $1" -- route
	[ $((SECONDS - start)) -lt 10 ]
}

asked='the guest did not answer as asked: line'

@test "an honest guest is believed" {
	answer <<<'honest "$@"; echo end'
	check -o 'match:reached	127.0.0.16:3000/tcp
.*closed	root folder' -- prove
	check -o '127.0.0.16	100.96.0.1	eth0' -- route
}

@test "huge, endless, long, binary: cut off at once" {
	answer <<<'honest "$@"; yes; echo end'
	both "$asked [0-9]+: y"
	answer <<<'honest "$@"; cat /dev/zero'
	both "$asked [0-9]+: it is not plain text"
	answer <<<'honest "$@"; yes | tr -d "\n"'
	both "$asked [0-9]+: it is too long"
	answer <<<'head -c 200000000 /dev/zero | tr "\0" "\n"'
	both "$asked 1: "
	answer <<<'honest "$@"; head -c 100000 /dev/urandom; echo end'
	both "$asked [0-9]+: it is .*"
	answer <<<'yes >&2'
	both 'more than 65536 bytes of error messages'
}

@test "escapes, CR and bytes beyond ASCII reach no terminal" {
	local bytes

	for bytes in '\033[2J' '\r' '\033]0;x\007' '\303\251' '\000' '\t'; do
		answer <<<"honest \"\$@\"; printf 'route 1.2.3.4 ${bytes}\\n'; echo end"
		both "$asked [0-9]+: it is not plain text"
		answer <<<"printf 'Error: $bytes\\n' >&2; exit 1"
		bottle-prove -p 3000 dev 127.0.0.16 2>err || :
		smolvm-aliasroute dev 127.0.0.16 2>>err || :
		check -s 1 -- grep -P '[^ -~]' err
	done
	answer <<<'echo "route 1.2.3.4 eth0\$(touch here);x"; echo end'
	both "$asked 1: route 1\.2\.3\.4 eth0\\\$\(touch here\);x"
	answer <<<'echo "lacks x[\$(touch here)]"; echo end'
	check -s 2 -e 'bottle-prove: dev: 127.0.0.31 cannot be routed for the test: the guest lacks x[$(touch here)]' -- prove
	[ ! -e here ]
}

# prove_says REASON: the same for bottle-prove alone.
prove_says() {
	check -s 2 -e "match:bottle-prove: dev: $1" -- prove
}

@test "look-alike lines, wrong counts, odd numbers" {
	local line

	for line in 'tried 0 yes ' ' tried 0 yes' 'tried  0 yes' 'tried 0 YES' \
	    'tried 0 200' 'tried 0' 'tried 0 yes no' 'tried -1 no' \
	    'tried 1e1 no' 'tried 0x1 no' 'tried 99999 no' 'tried 0 no' \
	    'tried x[0] no' 'tried x[$(touch here)] no' 'tried 4294967296 no' \
	    'datagrams 99' 'datagrams x[$(touch here)]' 'shares 1 0' \
	    'shares -1 0' 'ways nc' 'ways' 'end ' 'END' '' 'route none' \
	    'reached 127.0.0.16:3000/tcp' 'lacking'; do
		answer <<-END
		honest "\$@"
		echo '$line'
		echo end
		END
		check -s 2 -e "match:bottle-prove: dev: $asked [0-9]+: .*" -- \
			prove
	done
	for line in 'route' 'route ' 'route none ' 'route x eth0' \
	    'route 1.2.3.4' 'route 1.2.3.4 ' 'route 1.2.3.4 eth0 x' \
	    'route ::1 eth0' 'route 1.2.3.4 eth0eth0eth0eth0' 'tried 0 no' \
	    'route 1.2.3.04 eth0' 'none'; do
		answer <<-END
		echo '$line'
		echo end
		END
		check -s 2 -e "smolvm-aliasroute: dev: $asked 1: $line" -- route
	done
	for line in 1e9 -1 'x[0]' 0x10 '' 1.5 10000000000 '9 9'; do
		answer <<-END
		honest "\$@" | sed 's/^datagrams.*/datagrams $line/'
		echo end
		END
		prove_says "$asked [0-9]+: datagrams .*"
	done
	answer <<<'honest "$@" | sed "s/^datagrams.*/datagrams 1/"; echo end'
	prove_says 'the guest sends no datagrams \(tried with nc\)'
	answer <<<'honest "$@" | sed "s/^ways.*/ways/"; echo end'
	prove_says 'the guest has no way to connect: .*'
	answer <<-'END'
	honest "$@" | sed 's/^ways.*/ways nc $(touch here)/'
	echo end
	END
	prove_says "$asked 2: ways nc .*"
	[ ! -e here ]
}

@test "too little: partial lines, early exit, another status" {
	answer <<<'honest "$@" | sed "/^tried 3 /d"; echo end'
	prove_says 'the guest did not make all the tries'
	answer <<<'honest "$@" | sed "/^datagrams/d"; echo end'
	prove_says 'the guest sends no datagrams \(tried with nc\)'
	answer <<<'honest "$@"; printf end'
	both "$asked [0-9]+: the end is missing"
	answer <<<'honest "$@"'
	both "$asked [0-9]+: the end is missing"
	answer <<<'honest "$@"; echo end; echo end'
	both "$asked [0-9]+: it is after the end"
	answer <<<'honest "$@"; echo end; exit 3'
	both 'its command ended with status 3'
	answer <<<'exit 0'
	both 'its command printed nothing'
	answer <<<'kill -9 $$'
	both 'no command runs in it: exit status 137'
	answer <<<'echo end'
	prove_says 'the guest has no way to connect: .*'
	check -s 2 -e 'smolvm-aliasroute: dev: the guest did not answer as asked: no route' -- route
}

@test "a guest that hangs, or has a child that does, is ended" {
	answer <<<'honest "$@"; sleep 7919'
	check -s 2 -e 'bottle-prove: dev: no end within 2 s' -- \
		bottle-prove -t 2 -p 3000 dev 127.0.0.16
	answer <<<'sleep 7919 & honest "$@"; echo end'
	check -s 2 -e 'bottle-prove: dev: no end within 2 s' -- \
		bottle-prove -t 2 -p 3000 dev 127.0.0.16
	answer <<<'trap "" TERM; honest "$@"; echo $$ >pid; sleep 7919; sleep 7919'
	check -s 143 -- timeout --preserve-status -s TERM 2 \
		smolvm-aliasroute dev 127.0.0.16
	check -s 1 -e ignore -- kill -0 "$(cat pid)"
	check -s 1 -- pgrep -f 'sleep 7919'
}

@test "smolvm is run with the variables that it needs" {
	cat >smolvm <<-'END'
	#!/bin/sh
	env | sed 's/=.*//' | grep -vx -e PWD -e SHLVL -e _ -e OLDPWD |
		sort | tr '\n' ' ' >seen
	exit 1
	END
	SMOLVM_GUEST_HOST_SERVICE=3000:3000 SMOLVM_EXTRA_DISK=x LD_PRELOAD='' \
		SMOLVM_LIB_DIR=x XDG_DATA_HOME=/x LC_CTYPE=C TMPDIR=/tmp \
		env -u LANG -u USER -u LOGNAME -u XDG_RUNTIME_DIR smolvm-aliasroute \
		dev 127.0.0.16 2>err || :
	check -o 'match:HOME LC_ALL LC_CTYPE PATH SMOLVM_LIB_DIR TMPDIR TZ XDG_DATA_HOME ?' \
		-- cat seen
}

# shared FOLDER: a guest that leaves the name it was given in this folder of the
# host, as one does that can write to a share.
shared() {
	mkdir -p "$1" ".cache/smolvm/vms/$own"
	printf dev >".cache/smolvm/vms/$own/name"
	answer <<-END
	case \$1 in
	clean) echo 'shares 1 1'; echo end; echo \$2 >cleaned; exit ;;
	esac
	echo >'$1/bottle-'\$2
	honest "\$@" | sed 's/^shares.*/shares 3 1/'
	echo end
	END
}

@test "a share that other machines use is found; the machine's own is none" {
	local own folder

	own=$(printf dev | sha256sum | cut -c 1-16)
	for folder in .cache/smolvm/rootfs/1bb9800-12cea600 .cache/smolvm \
	    .cache/smolvm/vms/0123456789abcdef \
	    .cache/smolvm/vms/0123456789abcdef/rootfs; do
		shared "$folder"
		check -s 1 -o ignore -e "match:bottle-prove: dev: REACHES a folder of other machines: .*/$folder/bottle-[0-9a-f]{12}" \
			-- prove
		check -- find .cache -name 'bottle-*'
		[ -s cleaned ]
	done
	SMOLVM_AGENT_ROOTFS=$PWD/tree
	export SMOLVM_AGENT_ROOTFS
	shared "$PWD/tree"
	check -s 1 -o ignore -e "match:bottle-prove: dev: REACHES a folder of other machines: $PWD/tree/.*" \
		-- prove
	for folder in ".cache/smolvm/vms/$own" ".cache/smolvm/vms/$own/rootfs"; do
		SMOLVM_AGENT_ROOTFS=$PWD/$folder
		shared "$folder"
		check -o 'match:.*closed	root folder' -- prove
	done
	# a share that was not mounted is not reported as closed
	answer <<<'honest "$@" | sed "s/^shares.*/shares 0 0/"; echo end'
	prove >said
	check -s 1 -- grep root said
}

@test "the route of the test is withdrawn, whatever ended it" {
	local hang='case $1 in
	unroute) echo "$2" >>undone
		echo "route 100.96.0.1 eth0"; echo end; exit ;;
	esac
	honest "$@"'

	answer <<<"$hang; sleep 7919"
	check -s 2 -e 'bottle-prove: dev: no end within 1 s' -- \
		bottle-prove -t 1 -p 3000 dev 127.0.0.16
	check -s 143 -- timeout --preserve-status -s TERM 1 \
		bottle-prove -p 3000 dev 127.0.0.16
	check -s 130 -- timeout --preserve-status -s INT 1 \
		bottle-prove -p 3000 dev 127.0.0.16
	answer <<<"$hang; echo tried"
	check -s 2 -e 'match:.* tried' -- prove
	check -o '127.0.0.31
127.0.0.31
127.0.0.31
127.0.0.31' -- cat undone
}
