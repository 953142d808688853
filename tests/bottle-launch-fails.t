#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A launch that fails leaves nothing, and says why.  The Docker Engine and
# smolvm's database are real, the machines a fake: see bottle-launch.t.

load lib.sh
load bottle.sh

# each_call: write the calls of a good launch to the file good, one a line:
# "NAME.N", a tab and the command.  Then remove the bottle.
each_call() {
	counted
	launch dev >/dev/null
	awk '{ print $1 "." ++n[$1] "\t" $0 }' "$CALLS/log" >good
	inside bottle-rm -q dev
}

# fail_at NAME.N DO: launch, and run DO in place of that call.  Print the result
# unless it is right.
fail_at() {
	local status=0 call

	at "$1" "$2"
	call=$(sed -n "s/^$1	//p" good | cut -c 1-60)
	launch dev >out 2>err || status=$?
	case $status,$call in
	0,'smolvm machine exec '*)
		# is tried again
		inside bottle-rm -q dev ;;
	2,*)	[ ! -s out ] || echo "$call: standard output"
		grep -q '^bottle-launch: dev: ' err ||
			{ echo "$call: nothing is said:"; cat err; }
		grep -n 'bottle-[a-z]*: [0-9]*: \|line [0-9]' err &&
			echo "$call: the shell complains" ;;
	*)	echo "$call: status $status"; cat err ;;
	esac
	nothing_left || echo "$call: left something"
}

@test "each command fails in turn: status 2, a reason, and nothing is left" {
	each_call
	for n in $(cut -f 1 good); do
		fail_at "$n" fail
	done >wrong 2>&1
	check -- cat wrong
	until_true 5 none_runs
}

@test "each command does its work and then fails: the same" {
	each_call
	for n in $(grep -E \
	    '	(docker (create|start)|smolvm machine (create|start)|loalias-pick|smolvm-allowpatch -D|smolvm-aliasroute)' \
	    good | cut -f 1); do
		# shellcheck disable=SC2016 # fake_call expands it
		fail_at "$n" '"$real" "$@"; fail'
	done >wrong 2>&1
	check -- cat wrong
	until_true 5 none_runs
}

# The launch's own process, as its lock names it.
pid_of_launch='"$(cat "$HOME/.local/state/bottle-tools/dev.lock")"'

@test "signals: 128 and the signal, and nothing is left" {
	local signal call

	counted
	for call in 'loalias-ensure *' 'docker create *' 'docker start *' \
	    'noproxy-add *' 'smolvm machine create *' 'loalias-audit *' \
	    'smolvm machine start *' 'smolvm machine exec *' \
	    'bottle-prove *'; do
		for signal in 1.HUP 2.INT 15.TERM; do
			case $signal.$call in
			*TERM* | *' start '* | *prove*) ;;
			*) continue ;;
			esac
			at "$call" "kill -${signal#*.} $pid_of_launch; sleep 0.3"
			check -s $((128 + ${signal%.*})) -e ignore -- \
				launch dev
			[ ! -e "$CALLS/at" ]
			nothing_left
		done
	done
	until_true 5 none_runs
}

@test "a signal is heard at once, and the claim is gone with the create" {
	counted
	# A client with a child of its own, as a credential helper, that would
	# keep the claim.
	at 'docker create *' "kill -QUIT $pid_of_launch; sleep 1000; :"
	SECONDS=0
	check -s 131 -e 'match:(.* docker create: .*
)?bottle-launch: dev: everything that was made is removed' -- launch dev
	[ "$SECONDS" -lt 20 ]
	nothing_left
}

# hangs STEP: a launch ends that step after -t seconds, and says so.
hangs() {
	check -s 2 -e "match:bottle-launch: dev: $1: no end within 15 s(
bottle-launch: dev: everything that was made is removed)?" -- \
		inside bottle-launch -q -t 15 -i bundle:1 -p 3000 dev
	nothing_left
}

# run_by SHELL: let it run the scripts.
run_by() {
	local name

	for name in bottle-launch bottle-rm bottle-watch; do
		sed "1s|.*|#!$1|" "$TESTS/../bin/$name" >"called/$name"
	done
}

@test "the same with each shell that sh may be" {
	local sh

	counted
	for sh in /bin/dash '/bin/bash --posix' /bin/ksh /bin/mksh \
	    "$(type -P busybox) sh"; do
		echo "# $sh" >&2
		run_by "$sh"
		check -o "$(says dev 127.0.0.16)" -- launch \
			-e $'ODD=a\'b\n' dev -l 'x= y' -- --mem 700
		check -o "$(says dev 127.0.0.16)" -- inside bottle-launch -q dev
		"$TESTS/dockerd" in "$ENGINE" bottle-watch -i 60 dev \
			>events 2>err 3>&- &
		until_true 30 grep -q '	proved	' events
		sleep 1	# in its pause
		kill "$!"
		check -s 143 -- wait "$!"
		check -- inside bottle-rm -q dev
		fails 'match:bottle-launch: dev: docker create: .*' -i absent dev
		at 'smolvm machine start *' "kill -TERM $pid_of_launch; sleep 0.3"
		check -s 143 -e ignore -- launch dev
		nothing_left
		at 'bottle-prove *' 'exec sleep 1000'
		hangs proof
		at 'docker create *' "kill -9 $pid_of_launch; sleep 0.3"
		check -s 137 -e ignore -- launch dev
		# The killed launch's create may still hold its claim, or be
		# finished by dockerd only now.
		launch dev >/dev/null 2>&1 || :
		check -o 'match:dev	127.0.0.1[67]	running	running	3000/tcp	proved .*' \
			-e ignore -- launch dev
		inside bottle-rm -q dev
		# all that the killed one could not remove
		rm -r "$TMPDIR"/bottle-launch.*
		nothing_left
	done
}

@test "a command that hangs is ended after -t seconds" {
	counted
	while IFS=: read -r call name; do
		at "$call" 'exec sleep 1000'
		hangs "$name"
	done <<-'END'
	bottle-ls -e dev:find the bottle
	loalias-ensure -j*:aliases
	docker create *:docker create
	docker start *:docker start
	noproxy-add *:NO_PROXY
	smolvm machine create *:machine create
	loalias-audit *:audit
	smolvm machine start *:machine start
	smolvm-allowpatch -c *:policy, as launched
	bottle-prove *:proof
	END
	# even if it ignores SIGTERM
	at 'docker start *' 'trap "" TERM; exec sleep 1000'
	hangs 'docker start'
	until_true 5 none_runs
}

@test "docker create goes on in the daemon after its client was ended" {
	counted
	# shellcheck disable=SC2016 # fake_call expands it
	at 'docker create *' 'setsid sh -c "sleep 17; exec \"\$@\"" sh "$real" "$@" \
		>/dev/null 2>&1 3>&- &
		exec sleep 1000'
	hangs 'docker create'
}

gone() {
	check -s 1 -e ignore -- kill -0 "$1"
}

@test "a start that is cut off leaves no machine" {
	local boots hash

	counted
	hash=$(printf dev | sha256sum | cut -c 1-16)
	# As with a real one: its process is not recorded yet.
	# shellcheck disable=SC2016 # fake_call expands it
	boots='dir=$HOME/.cache/smolvm/vms/'$hash'
		mkdir -p "$dir" && printf dev >"$dir/name" && : >"$dir/vm.lock"
		setsid python3 -c "import time; time.sleep(1000)" _boot-vm \
			"$dir/boot-config.json" >/dev/null 2>&1 3>&- 9>&- &
		echo "$!" >"$CALLS/booted"
		cut -d " " -f 1,22 "/proc/$!/stat" | tr " " "\n" \
			>"$dir/agent.pid"'
	at 'smolvm machine start *' "$boots; exec sleep 1000"
	hangs 'machine start'
	until_true 5 gone "$(cat "$CALLS/booted")"
	# killed by SIGKILL: the next launch ends it
	# shellcheck disable=SC2016 # fake_call expands it
	at 'smolvm machine start *' "$boots"'
		kill -9 '"$pid_of_launch"'; sleep 0.3; exit 1'
	check -s 137 -e ignore -- launch dev
	kill -0 "$(cat "$CALLS/booted")"
	# the step of the killed launch ends too, and says so
	check -o 'dev	127.0.0.16	running	running	3000/tcp	-' -e ignore -- \
		inside bottle-ls
	fails 'match:bottle-launch: dev: .*' dev
	until_true 5 gone "$(cat "$CALLS/booted")"
	check -o "$(says dev 127.0.0.16)" -e ignore -- launch dev
}

@test "a closed standard error: the launch is undone" {
	# shellcheck disable=SC2016 # the inner sh expands it
	check -o 'match:bottle-launch: dev: find the bottle .*' -- sh -c \
		'"$@" 2>&1 | head -n 1' sh "$TESTS/dockerd" in "$ENGINE" \
		bottle-launch -t 60 -i bundle:1 -p 3000 dev
	until_true 60 nothing_runs
	nothing_left
	# shellcheck disable=SC2016 # the inner sh expands it
	check -s 2 -e 'match:.*
bottle-launch: dev: <stdout>: cannot be written
bottle-launch: dev: everything that was made is removed' -- sh -c \
		'exec "$@" >/dev/full' sh "$TESTS/dockerd" in "$ENGINE" \
		bottle-launch -q -t 60 -i bundle:1 -p 3000 dev
	nothing_left
}

nothing_runs() {
	check -- ls -A "$TMPDIR"
}

# change_before PATTERN PATH JSON: change the record just before that call.
change_before() {
	echo "UPDATE vms SET data = CAST(json_set(CAST(data AS TEXT),
		'\$.$2', json('$3')) AS BLOB)" >"$CALLS/sql"
	# shellcheck disable=SC2016 # fake_call expands it
	at "$1" 'sqlite3 -cmd ".timeout 9000" "$DB" <"$CALLS/sql"'
}

@test "a record that has what would open it, from wherever" {
	counted
	while read -r path json said; do
		change_before 'smolvm machine create *' "$path" "$json"
		# shellcheck disable=SC2016 # fake_call expands it
		echo '"$real" "$@" && sqlite3 "$DB" <"$CALLS/sql"; exit' \
			>"$CALLS/do"
		fails "bottle-launch: dev: the machine's record opens more than its list: $said" \
			dev
		nothing_left
	done <<-'END'
	network_name "n" network n
	network_backend "tsi" backend tsi
	credential_policy {"credentials":[{"name":"K","environment_variable":"K","allowed_hosts":["localhost"],"injection_location":{"header":true,"body":false},"methods":["GET"]}]} credential_policy
	block_private ["10.0.0.0/8"] block_private
	END
}

@test "a policy that is changed before the start or at it" {
	local said when

	counted
	for when in 'smolvm-allowpatch -n *' 'smolvm machine start *'; do
		case $when in
		*-n*) said='policy, as written' ;;
		*) said='policy, as launched' ;;
		esac
		while read -r path json; do
			change_before "$when" "$path" "$json"
			fails "match:bottle-launch: dev: $said: .*" dev
			nothing_left
		done <<-'END'
		allowed_cidrs null
		allowed_cidrs ["127.0.0.0/8"]
		egress_rules [{"action":"allow"}]
		dns null
		END
	done
}

@test "a machine that runs, and was updated since: it is stopped, and kept" {
	launch dev
	while read -r path json; do
		edit dev "$path" "$json"
		fails 'match:bottle-launch: dev: policy, as launched: .*' dev
		check -o 'dev	127.0.0.16	exited	stopped	3000/tcp	-' -- \
			inside bottle-ls
		# the next launch writes the policy again
		check -o "$(says dev 127.0.0.16)" -e ignore -- launch dev
	done <<-'END'
	$.allowed_cidrs ["127.0.0.16/32","10.0.0.0/8"]
	$.dns "1.1.1.1"
	$.egress_rules [{"action":"allow"}]
	END
}

@test "another program binds to the alias after it was claimed: the audit finds it" {
	counted
	# shellcheck disable=SC2016 # fake_call expands it
	at 'docker start *' '"$TESTS/sockets" tcp,127.0.0.16,5001 -- sleep 30 \
		>/dev/null 2>&1 3>&- 9>&- &
		until nc -z 127.0.0.16 5001; do sleep 0.05; done'
	fails 'match:bottle-launch: dev: audit: loalias-audit: 127.0.0.16: process [0-9]+, sockets, has port 5001/tcp' dev
	until_true 5 sh -c '! "$@"' sh "$TESTS/dockerd" in "$ENGINE" \
		nc -z 127.0.0.16 5001 || ours kill -9
	nothing_left
}

@test "the proof of another bottle listens there for a moment" {
	counted
	for seconds in 3 30; do
		# shellcheck disable=SC2016 # fake_call expands it
		at 'docker start *' "$TESTS/../bin/loalias-canary \
			-t 60 127.0.0.16 -- sh -c ': >canary; sleep $seconds' \
			>/dev/null 2>&1 3>&- 9>&- &
			until [ -e canary ]; do sleep 0.05; done; rm canary"
		case $seconds in
		3) check -o "$(says dev 127.0.0.16)" -- launch dev
			inside bottle-rm -q dev ;;
		*) fails 'match:bottle-launch: dev: audit: loalias-audit: 127.0.0.16: process [0-9]+, loalias-canary, has port [0-9]+/tcp' dev ;;
		esac
	done
	ours kill -9
	nothing_left
}

# wide MATCH...: let the engine pass that traffic, whatever the policy.
wide() {
	printf '%s\n' "$@" >"$FAKE/wide"
}

# reaches WHAT [OPTION]: the launch fails for that reason.
reaches() {
	fails 'match:bottle-launch: dev: proof: bottle-prove: dev: REACHES .*' $2 dev
	grep -q "REACHES $1\$" err || { cat err; return 1; }
	nothing_left
}

@test "an engine that does not keep to the policy: the proof finds it" {
	wide '-d 127.0.0.0/8'
	reaches 127.0.0.31/tcp
	check -o 'bottle-launch: dev: everything that was made is removed
bottle-launch: dev: proof: bottle-prove: dev: REACHES 127.0.0.31/tcp
bottle-launch: dev: proof: bottle-prove: dev: REACHES 127.0.0.31/udp' -- sort err
	wide '-p tcp -d 172.17.0.1'
	reaches 172.17.0.1/tcp
	wide open '-p tcp -d 127.0.0.1'
	reaches 127.0.0.1/tcp
	inside socat UDP-LISTEN:53,bind=127.0.0.1,fork EXEC:cat 3>&- &
	wide 'resolver 127.0.0.1'
	reaches 'a resolver: DNS queries are answered'
	wide '-d 127.0.0.16'
	check -o 'match:.*"ports_enforced":false.*' -- launch -j dev
	inside bottle-rm -q dev
	reaches "ports of 127.0.0.16 that are not the bundle's" -s
}

@test "the machine dies between two tries, or has no way to connect" {
	counted
	echo "SELECT json_extract(CAST(data AS TEXT), '\$.pid') FROM vms" \
		>"$CALLS/sql"
	# shellcheck disable=SC2016 # fake_call expands it
	at 'bottle-prove *' \
		'kill -9 "$(sqlite3 "$DB" <"$CALLS/sql")"'
	fails 'match:bottle-launch: dev: proof: bottle-prove: .*' dev
	nothing_left
	guest_has sh true ip cat head wc grep
	fails 'match:bottle-launch: dev: proof: .*the guest has no way to connect: none of nc, busybox, bash, python3, perl' dev
	nothing_left
	guest_has sh true nc cat head wc grep
	fails 'match:.*: dev: the guest lacks the ip command' dev
	nothing_left
}

@test "a resume that fails keeps the machine, its disk and the container" {
	launch dev
	smolvm stop --name dev
	local pid
	row dev .created_at >before
	echo '-d 127.0.0.0/8' >"$FAKE/wide"
	fails 'match:bottle-launch: dev: proof: bottle-prove: .*' dev
	check -o 'dev	127.0.0.16	exited	stopped	3000/tcp	-' -- \
		inside bottle-ls
	row dev .created_at | cmp before -
	ls .cache/smolvm/vms/*/overlay.*
	rm "$FAKE/wide"
	check -o "$(says dev 127.0.0.16)" -e ignore -- launch dev

	# a bottle that was running is stopped too
	pid=$(row dev .pid)
	kill -9 "$pid"
	until_true 5 sh -c '! kill -0 "$1"' sh "$pid"
	echo '-d 127.0.0.0/8' >"$FAKE/wide"
	fails 'match:bottle-launch: dev: proof: bottle-prove: .*' dev
	check -o 'dev	127.0.0.16	exited	stopped	3000/tcp	-' -- \
		inside bottle-ls
}

@test "smolvm is run without variables that could open a machine" {
	counted
	# shellcheck disable=SC2016 # fake_call expands it
	at 'smolvm machine create *' 'env >"$CALLS/env"'
	SMOLVM_GUEST_HOST_SERVICE=3000:3000 SMOLVM_EGRESS_FLOOR=strict \
		SMOLVM_EXTRA_DISK=/disk SSH_AUTH_SOCK=/agent check \
		-o "$(says dev 127.0.0.16)" \
		-e 'match:bottle-launch: dev: smolvm is run without( SMOLVM_(GUEST_HOST_SERVICE|EGRESS_FLOOR|EXTRA_DISK)){3}' \
		-- launch dev
	check -s 1 -- grep -E '^(SMOLVM_(GUEST|EGRESS|EXTRA)|SSH_)' "$CALLS/env"
	grep -q '^HOME=' "$CALLS/env"
}

@test "bundles that do not come up, or not where they should" {
	fails 'match:bottle-launch: dev: docker create: Error.*' -i absent dev
	bundle ends 'echo one; echo two; echo three; echo four; exit 3'
	counted
	# shellcheck disable=SC2016 # fake_call expands it
	at 'docker start *' '"$real" "$@" && exec "$real" wait "$2" >/dev/null'
	fails 'bottle-launch: dev: the container is exited' -i bundle:ends dev
	check -o 'bottle-launch: dev: dev-bundle: two
bottle-launch: dev: dev-bundle: three
bottle-launch: dev: dev-bundle: four
bottle-launch: dev: the container is exited' -- head -n 4 err
	nothing_left
	# the whole message, Docker's reason first
	inside "$TESTS/sockets" tcp,0.0.0.0,3128 -- sleep 1000 3>&- &
	until_true 5 inside nc -z 127.0.0.16 3128
	fails 'match:bottle-launch: dev: docker start: Error: failed to start containers: .*' -p 3128 dev
	check -o 'match:bottle-launch: dev: docker start: Error response from daemon: .*address already in use.*' \
		-- head -n 1 err
	nothing_left
	inside "$TESTS/sockets" tcp,127.0.0.16,3000 -- sleep 1000 3>&- &
	until_true 5 inside nc -z 127.0.0.16 3000
	check -o "$(says dev 127.0.0.17)" -e 'match:bottle-launch: dev: note: 0.0.0.0 3128/tcp \(process [0-9]+ sockets\) answers on 127.0.0.17, too' \
		-- launch dev
	inside bottle-rm -q dev
}

# checked TAG TEST: make the image bundle:TAG, with a health check.
checked() {
	local id

	id=$(inside docker create bundle:1)
	inside docker commit -c "HEALTHCHECK --interval=1s --retries=2 CMD $2" \
		"$id" "bundle:$1" >/dev/null
	inside docker rm "$id" >/dev/null
}

@test "a bundle with a health check must become healthy" {
	checked well '[ -e /up ] || { echo later; : >/up; exit 1; }'
	check -o 'match:dev	127.0.0.16	running \(healthy\)	running	3000/tcp	proved .*' -- \
		launch -i bundle:well dev
	check -o 'match:.*"health":"healthy".*' -- inside bottle-ls -j dev
	inside bottle-rm -q dev
	checked ill 'echo no mirror; exit 1'
	fails 'bottle-launch: dev: the container is running, unhealthy' \
		-i bundle:ill dev
	grep -qx 'bottle-launch: dev: dev-bundle: no mirror' err
	nothing_left
	checked slow 'sleep 100'
	fails 'bottle-launch: dev: the container is running, starting' \
		-t 20 -i bundle:slow dev
	nothing_left
}

@test "engines that cannot be closed are refused by name" {
	local release

	mkdir engine
	for release in 0.6.0 0.7.2 1.1.3 1.2.0 1.2.4 x ''; do
		printf '#!/bin/sh\necho smolvm %s\n' "$release" >engine/smolvm
		chmod +x engine/smolvm
		SMOLVM=$PWD/engine/smolvm fails \
			"match:bottle-launch: dev: .*smolvm.*" dev
	done
	nothing_left
}
