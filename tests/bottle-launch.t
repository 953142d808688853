#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Launches, with a real Docker Engine and a real smolvm engine whose machines are
# a fake.  tests/vm.t has real ones.

load lib.sh
load bottle.sh

@test "eight at once have eight aliases; when none is left the status is 1" {
	local n

	for n in 1 2 3 4 5 6 7 8; do
		inside bottle-launch -q -t 120 -i bundle:1 -p 3000 "b$n" \
			>"out.$n" 2>"err.$n" 3>&- &
	done
	wait
	check -- cat err.*
	check -o "$(printf '127.0.0.%s\n' 16 17 18 19 20 21 22 23)" -- \
		sh -c 'cut -f 2 out.* | sort'
	export LOALIAS_POOL=127.0.0.16/29
	check -s 1 -e 'match:bottle-launch: ninth: docker create: .*none of 8 addresses is free: 8 held, .*' \
		-- launch ninth
	check -- ls -A "$TMPDIR"
	[ "$(inside bottle-ls | wc -l)" = 8 ]
	# none of them reaches a neighbour
	for n in 1 4 8; do
		check -o ignore -- inside bottle-prove -p 3000 "b$n" \
			"$(cut -f 2 "out.$n")"
	done
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
	check -o "$(says dev 127.0.0.16)" -- launch dev
	check -- ls -A "$TMPDIR"
	kill "$!"
	bottle-step -L "$LOCK" dev sh -c 'echo $$ >pid; exec sleep 1000' 3>&- &
	until_true 5 test -s pid
	for tool in bottle-launch bottle-rm; do
		check -s 1 -e "$tool: dev: process $(cat pid) is at work on it" \
			-- inside "$tool" dev
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

@test "-e: each byte, and the alias for {}" {
	odd=$' a\'b"c\\d $HOME `x`\n\n*?\te\xc3\xa9|&;<>()#~! \n'
	check -o ignore -- launch -e "ODD=$odd" -e EMPTY= -e EQ=a=b \
		-e 'HTTPS_PROXY=http://{}:3128' -e 'LITERAL={{}} {a} {} {{}' dev
	row dev '.env | map({(.[0]): .[1]}) | add' >env
	printf %s "$odd" >expected
	jq -j .ODD env | cmp expected -
	check -o '["dev","","a=b","http://127.0.0.16:3128","{} {a} 127.0.0.16 {127.0.0.16","localhost,127.0.0.1,127.0.0.16","localhost,127.0.0.1,127.0.0.16"]' \
		-- jq -c '[.BOTTLE, .EMPTY, .EQ, .HTTPS_PROXY, .LITERAL,
		.NO_PROXY, .no_proxy]' env
}

@test "labels and variables of the user do not hide the bottle" {
	launch -e BOTTLE=x -e BOTTLE_RUN=y dev --label bottle=x \
		--label bottle.run=y -lbottle=z -- -e BOTTLE=x
	check -o "$(says dev 127.0.0.16)" -- inside bottle-ls
	check -- inside bottle-rm -q dev
	nothing_left
}

@test "127.0.0.1 is no alias of one bottle" {
	counted
	LOALIAS_POOL=127.0.0.1 fails 'bottle-launch: dev: 127.0.0.1 is shared: not usable as an alias' \
		dev
	check -s 1 -- grep 'start' "$CALLS/log"
	nothing_left
}

@test "options go to docker and smolvm as they are" {
	mkdir 'a b'
	check -o 'match:.*"beside_ip":\["mount .*/a b:/mnt"\].*' -- launch -j dev \
		--env "A= '{}' \"\$x\"" -v "$PWD/a b:/a b" --label 'x=*' \
		-- -v "$PWD/a b:/mnt" --mem 700 --init 'echo {}'
	check -o "[\"A= '127.0.0.16' \\\"\$x\\\"\",\"*\",[\"$PWD/a b:/a b\"]]" \
		-- sh -c '"$@" | jq -c ".[0] | [.Config.Env[0],
		.Config.Labels.x, .HostConfig.Binds]"' sh "$TESTS/dockerd" in \
		"$ENGINE" docker inspect dev-bundle
	check -o '[700,["echo 127.0.0.16"]]' -- row dev '[.mem, .init] | tojson'
}

@test "a launch whose record cannot be kept has status 2, not 1" {
	counted
	unkept
	check -s 2 -e 'bottle-launch: dev: everything that was made is removed' \
		-- launch dev
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
	cron ./watch -i 1 dev >events 3>&- &
	until_true 30 grep '	proved	' events
	check -- cron ./rm -q dev
	check -s 1 -- wait "$!"
	check -- find . -name 'executed.*'
	nothing_left
}

# refuses MESSAGE ARGUMENT...: a usage error, before anything is done.
refuses() {
	local message=$1

	shift
	check -s 2 -e "match:bottle-launch: $message" -- inside bottle-launch "$@"
	check -- ls -A "$TMPDIR"
}

@test "slugs, ports and options that are refused" {
	local option

	for slug in Dev -dev de_v dév dev/x 'a b' $'a\nb' \
	    . a234567890123456789012345678901234567890; do
		for tool in bottle-launch bottle-rm bottle-watch; do
			check -s 2 -e "$tool: $slug: not a slug (1 to 39 of a-z, 0-9 and -, not beginning with -)" \
				-- inside "$tool" -- "$slug"
		done
	done
	refuses 'a slug is needed .*' -i bundle:1
	refuses 'a slug is needed .*' -i bundle:1 ''
	[ ! -e "${LOCK%/*}" ]
	for tool in bottle-launch bottle-rm; do
		check -s 2 -e 'match:mkdir: .*/dev/null.*' -- \
			env HOME=/dev/null "$tool" dev
	done
	for option in '-i bundle:1' '-p 3000' ''; do
		# shellcheck disable=SC2086 # words
		refuses 'dev: no such bottle, or only in part: a launch needs -i and -p' \
			-q $option dev
	done
	for option in X =x ''; do
		refuses "-e $option: invalid argument .*" -i x -p 1 -e "$option" dev
	done
	for option in 0 -1 ''; do
		refuses "-t $option: invalid argument .*" -t "$option" -i x -p 1 dev
	done
	for option in 1x 12345; do
		check -s 2 -e 'bottle-step: -t: not 1 to 9999 seconds' -- \
			inside bottle-launch -t "$option" dev
	done
	for option in -f -i -p -x; do
		refuses "$option : invalid argument .*" "$option" '' dev
	done
	refuses '-y: unknown option.*' -y
	refuses '-i: unknown option, or missing argument.*' -i
	# after the slug, and an image is missing
	for option in -q '-i x -p 1' '-- --mem 700'; do
		# shellcheck disable=SC2086 # words
		refuses "dev: ${option%% *}: options come before the slug" \
			dev $option
	done
}

@test "docker and smolvm judge what is theirs" {
	local option

	for option in http '*' : 1:2:3 80/x '3000;touch evil' '{}:1:1'; do
		fails "match:bottle-launch: dev: docker create: .*" \
			-p "$option" dev
		grep -q 'docker create: docker: \(invalid\|no port\) ' err
	done
	[ ! -e evil ]
	fails 'bottle-launch: dev: port 80/sctp is neither TCP nor UDP' \
		-p 80/sctp dev
	# options of bottle-launch that docker has not
	for option in -s -x -j -f; do
		fails "match:bottle-launch: dev: docker create: .*" dev "$option"
		grep -q 'docker create: unknown shorthand flag' err
	done
	fails 'match:bottle-launch: dev: machine create: .*file not found: no.smolmachine' \
		-f no.smolmachine dev
	check -o 'match:dev	127.0.0.16	running	running	3000/tcp,3128/tcp,3129/tcp	proved .*' \
		-- launch -p 3128-3129 dev
	inside bottle-rm -q dev
	nothing_left
}
