#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The life of a bottle, from its launch through each kind of restart to its end.
# The Docker Engine and smolvm's database are real, the machines a fake: see
# bottle-launch.t.

load lib.sh
load bottle.sh

@test "a bottle's life: it keeps its alias, and is proved each time" {
	local id pid

	check -o "$(says dev 127.0.0.16)" -- launch dev
	id=$(inside docker ps -q)
	pid=$(row dev .pid)
	[ "$(row dev '.allowed_cidrs[]')" = 127.0.0.16/32 ]
	[ "$(row dev .dns)" = 255.255.255.255 ]
	check -o "$(says dev 127.0.0.16)" -- inside bottle-ls
	check -o 'match:\{"interface":"lo",.*"machine":"dev",.*"process":"[0-9]+ [0-9]+",.*"ports_enforced":true,"verified":\["reached 127.0.0.16:3000/tcp",.*\],"proved_at":"20[0-9TZ:-]+","engine":"1.32.2","bundle_state":"running","health":null,"machine_state":"running"\}' \
		-- inside bottle-ls -j dev
	inside bottle-ls -j dev | jq 'del(.bundle_state, .health, .machine_state)' \
		>listed
	jq . "$RECORD" | cmp - listed
	check -o 600 -- stat -c %a "$RECORD"

	# running: nothing is created, all is tested
	counted
	check -o "$(says dev 127.0.0.16)" -e "$KEEPS" -- launch dev
	grep -q '^smolvm-allowpatch -c ' "$CALLS/log"
	grep -q '^smolvm-aliasroute -j -' "$CALLS/log"
	grep -q '^bottle-prove ' "$CALLS/log"
	check -s 1 -- grep -E \
		'^(docker|smolvm) (create|start|machine (create|start))' \
		"$CALLS/log"
	[ "$(row dev .pid)" = "$pid" ]

	# a busy engine recorded it as dead
	edit dev '$.state' '"unreachable"'
	check -o "$(says dev 127.0.0.16)" -e "$KEEPS" -- launch dev
	[ "$(row dev .pid)" = "$pid" ]
	check -- inside bottle-rm -q dev
	until_true 5 sh -c "! kill -0 $pid 2>/dev/null"
	launch dev
	id=$(inside docker ps -q)

	# the machine stopped by hand; its policy is written again
	smolvm stop --name dev
	edit dev '$.dns' null
	taken_up running stopped -
	[ "$(row dev .dns)" = 255.255.255.255 ]

	# it was restarted by hand: what was proved is gone
	smolvm stop --name dev
	smolvm start --name dev
	check -o 'dev	127.0.0.16	running	running	3000/tcp	-' -- \
		inside bottle-ls

	# the machine died
	kill -9 "$(row dev .pid)"
	taken_up running stopped -

	# the container died
	inside docker kill dev-bundle
	taken_up exited running 'proved .*'

	# the container was restarted: it has the same ports
	inside docker restart dev-bundle
	taken_up running running 'proved .*'
	[ "$(inside docker ps -q)" = "$id" ]

	# the Docker Engine was restarted
	"$TESTS/dockerd" restart "$ENGINE"
	taken_up exited running 'proved .*'

	# the host slept
	"$TESTS/dockerd" freeze "$ENGINE" 2 "$(row dev .pid)"
	taken_up running running 'proved .*'

	check -- inside bottle-rm -q dev
	nothing_left
	check -e 'match:.*bottle-rm: dev: no such bottle' -- inside bottle-rm dev
	check -- inside bottle-ls
	check -o '{"bottles":[]}' -- inside bottle-ls -j
	until_true 5 none_runs
}

# taken_up CONTAINER MACHINE PROOF: bottle-ls prints this, and the bottle is brought
# back by its name alone.
taken_up() {
	check -o "match:dev	127.0.0.16	$1	$2	3000/tcp	$3" -- \
		inside bottle-ls
	check -o 'match:.*"alias":"127.0.0.16",.*"proved_at":.*' -- \
		inside bottle-launch -q -j dev
}

@test "a container removed by hand: its alias stays reserved" {
	launch dev
	inside docker rm -f dev-bundle
	check -o 'match:dev	127.0.0.16	-	running		proved .*' -- inside bottle-ls
	check -o "$(says other 127.0.0.17)" -- launch other
	check -o "$(says dev 127.0.0.16)" -e "$KEEPS" -- launch dev

	smolvm stop --name dev
	inside docker rm -f dev-bundle
	check -o "$(says third 127.0.0.18)" -- launch third
	check -o "$(says dev 127.0.0.16)" -e ignore -- launch dev
}

@test "after the host was rebooted: the aliases are added again, the same one" {
	launch dev
	kill -9 "$(row dev .pid)"
	inside docker kill dev-bundle
	# as on macOS, where lo0 has only added addresses
	inside ip address add 127.0.0.1/32 dev lo
	inside ip address del 127.0.0.1/8 dev lo
	check -s 1 -o ignore -- inside loalias-ensure -n 127.0.0.16
	taken_up exited stopped -
	[ "$(inside ip address show dev lo | grep -c '127.0.0.16/32')" = 1 ]
	inside ip address add 127.0.0.1/8 dev lo
	inside loalias-ensure -d 127.0.0.16/28
}

@test "a bundle that publishes more than is asked for now" {
	launch -p 3128 dev
	check -o 'match:dev	127.0.0.16	running	running	3000/tcp,3128/tcp	proved .*' \
		-e "$KEEPS" -- inside bottle-launch -q -t 60 -i bundle:1 -p 3128 dev
}

@test "half a bottle: launch completes it, bottle-rm deletes it" {
	launch dev
	smolvm stop --name dev
	smolvm delete --name dev -f
	check -o 'dev	127.0.0.16	running	-	3000/tcp	-' -- \
		inside bottle-ls
	check -s 2 -e "match:$KEEPS
bottle-launch: dev: machine create: .*
bottle-launch: dev: what was made is removed, the rest is stopped" -- \
		launch -f absent dev
	check -o 'dev	127.0.0.16	exited	-	3000/tcp	-' -- inside bottle-ls
	check -o "$(says dev 127.0.0.16)" -e "$KEEPS" -- launch dev
	smolvm delete --name dev -f
	check -- inside bottle-rm -q dev
	nothing_left
	launch dev
	inside docker rm -f dev-bundle
	check -- inside bottle-rm -q dev
	nothing_left
}

@test "eight at once have eight aliases" {
	at_once 8
}
