#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The options of bottle-launch, and those that it hands on.  See bottle-launch.t.

load lib.sh
load bottle.sh

@test "-e: each byte, and the alias for {}; options go to docker and smolvm" {
	odd=$' a\'b"c\\d $HOME `x`\n\n*?\te\xc3\xa9|&;<>()#~! \n'
	mkdir 'a b'
	check -o 'match:.*"beside_ip":\["mount .*/a b:/mnt"\].*' -- launch -j \
		-e "ODD=$odd" -e EMPTY= -e EQ=a=b \
		-e 'HTTPS_PROXY=http://{}:3128' -e 'LITERAL={{}} {a} {} {{}' dev \
		--env "A= '{}' \"\$x\"" -v "$PWD/a b:/a b" --label 'x=*' \
		-- -v "$PWD/a b:/mnt" --mem 700 --init 'echo {}'
	row dev '.env | map({(.[0]): .[1]}) | add' >env
	printf %s "$odd" >expected
	jq -j .ODD env | cmp expected -
	check -o '["dev","","a=b","http://127.0.0.16:3128","{} {a} 127.0.0.16 {127.0.0.16","localhost,127.0.0.1,127.0.0.16","localhost,127.0.0.1,127.0.0.16"]' \
		-- jq -c '[.BOTTLE, .EMPTY, .EQ, .HTTPS_PROXY, .LITERAL,
		.NO_PROXY, .no_proxy]' env
	check -o "[\"A= '127.0.0.16' \\\"\$x\\\"\",\"*\",[\"$PWD/a b:/a b\"]]" \
		-- sh -c '"$@" | jq -c ".[0] | [.Config.Env[0],
		.Config.Labels.x, .HostConfig.Binds]"' sh "$TESTS/dockerd" in \
		"$ENGINE" docker inspect dev-bundle
	check -o '[700,["echo 127.0.0.16"]]' -- row dev '[.mem, .init] | tojson'
}

@test "labels and variables of the user do not hide the bottle" {
	launch -e BOTTLE=x -e BOTTLE_RUN=y dev --label bottle=x \
		--label bottle.run=y -lbottle=z -- -e BOTTLE=x
	check -o "$(says dev 127.0.0.16)" -- inside bottle-ls
	check -- inside bottle-rm -q dev
	nothing_left
	# docker takes an operand for the image, and the rest for its command
	fails 'match:bottle-launch: dev: docker start: .*' dev busybox
	nothing_left
}

@test "an existing bottle keeps its options, and that is said" {
	launch dev
	check -o "$(says dev 127.0.0.16)" -e "$KEEPS" -- launch -p 4000 dev
	check -- inside bottle-rm -q dev
}

@test "a launch whose record cannot be kept has status 2, not 1" {
	counted
	unkept
	check -s 2 -e 'bottle-launch: dev: everything that was made is removed' \
		-- launch dev
	nothing_left
	check -o dev.lock -- ls "${LOCK%/*}"
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
	refuses 'dev: -- --: start a command later, with machine exec' \
		-i x -p 1 dev -- --mem 700 -- sleep 9
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
