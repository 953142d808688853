#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Each kind of drift, with a real Docker Engine and a real smolvm whose machines
# are a fake.

load lib.sh
load bottle.sh

# watch [OPTION...]: watch the bottle dev until the first check is done.
watch() {
	rm -f events	# of the one before
	# not through a function, so that $! is its own
	"$TESTS/dockerd" in "$ENGINE" bottle-watch -i 1 "$@" dev \
		>events 2>err 3>&- &
	WATCH=$!
	until_true 30 grep -q '	proved	' events
}

# drifts KIND DETAIL: it ends with that event, and with status 1.
drifts() {
	local status=0

	until_true 60 sh -c '! kill -0 "$1"' sh "$WATCH" || kill "$WATCH"
	wait "$WATCH" || status=$?
	tail -n 1 events | cut -f 2- >last
	same event "match:$1	$2" last && [ "$status" = 1 ] && [ ! -s err ] &&
		return
	echo "status: $status"
	cat events err
	return 1
}

# closes ADDRESS PORT: end the listener there, of tests/sockets.
closes() {
	ours sh -c 'for pid; do grep -qs sockets "/proc/$pid/cmdline" &&
		kill "$pid"; done; :' sh
	until_true 5 sh -c '! "$@"' sh "$TESTS/dockerd" in "$ENGINE" nc -z "$@"
}

@test "the policy in its row, other listeners, the engine" {
	launch dev
	watch
	check -o 'match:20[0-9-]+T[0-9:]+Z	proved	smolvm 1\.32\.2' -- cat events
	edit dev '$.allowed_cidrs' '["127.0.0.16/32","10.0.0.0/8"]'
	drifts policy '.*10\.0\.0\.0/8.*'
	# the reason, and no other record's
	edit dev '$.allowed_cidrs' 7
	sqlite3 "$DB" "INSERT INTO vms VALUES ('a', CAST('{' AS BLOB))"
	check -s 2 -e 'match:bottle-watch: dev: bottle-ls: machine dev: .*' -- \
		inside bottle-watch dev
	sqlite3 "$DB" "DELETE FROM vms WHERE name = 'a'"
	edit dev '$.allowed_cidrs' '["127.0.0.16/32"]'
	inside bottle-launch -q dev >/dev/null 2>&1 || inside bottle-launch -q dev

	watch
	edit dev '$.network_name' '"other"'
	drifts fault "the machine's record opens more than its list: network other"
	edit dev '$.network_name' null

	watch
	inside "$TESTS/sockets" tcp,127.0.0.16,5001 -- sleep 60 3>&- &
	drifts listener '.*: process [0-9]+, sockets, has port 5001/tcp'
	closes 127.0.0.16 5001

	watch
	sed 's/^exec/[ "$*" != --version ] || { echo smolvm 9.9.9; exit; }\nexec/' \
		"$SMOLVM" >new
	chmod +x new
	mv new "$SMOLVM"
	drifts engine 'smolvm 9\.9\.9, was 1\.32\.2'
}

@test "the container: stopped, paused, replaced on another address" {
	launch dev
	watch
	# while it is down another program takes its port: both are reported
	kill -STOP "$WATCH"
	inside docker stop dev-bundle >/dev/null
	inside "$TESTS/sockets" tcp,0.0.0.0,3000 -- sleep 60 3>&- &
	until_true 10 inside nc -z 127.0.0.16 3000
	kill -CONT "$WATCH"
	drifts container exited
	check -o 'match:.*	listener	127.0.0.16 3000/tcp .*sockets answers in its place' \
		-- sh -c 'tail -n 2 events | head -n 1'
	check -s 2 -e 'bottle-watch: dev: does not run: bottle-launch starts it' \
		-- inside bottle-watch dev
	closes 127.0.0.1 3000
	inside bottle-launch -q dev

	watch
	inside docker pause dev-bundle >/dev/null
	drifts container paused
	inside docker unpause dev-bundle >/dev/null

	watch
	kill -STOP "$WATCH"
	inside docker rm -f dev-bundle >/dev/null
	inside docker run -d --name dev-bundle --label bottle=dev \
		-p 127.0.0.20:3000:3000 bundle:1 >/dev/null
	kill -CONT "$WATCH"
	drifts container 'recreated as [0-9a-f]{64}'

	inside bottle-rm -q dev
	launch dev
	watch
	kill -STOP "$WATCH"
	inside docker rm -f dev-bundle >/dev/null
	inside docker run -d --name dev-bundle bundle:1 >/dev/null
	kill -CONT "$WATCH"
	drifts container removed
	check -s 2 -e "bottle-watch: dev: bottle-ls: dev: the container dev-bundle is not a bottle's" \
		-- inside bottle-watch dev
	inside docker rm -f dev-bundle >/dev/null
	inside bottle-rm -q dev

	# deleted after it was looked at
	launch dev
	counted
	at 'bottle-ls -j dev' 'bottle-rm -q dev'
	"$TESTS/dockerd" in "$ENGINE" bottle-watch dev >events 2>err 3>&- &
	WATCH=$!
	drifts container removed
}

@test "health, and the machine" {
	local id

	id=$(inside docker create bundle:1)
	inside docker commit -c 'HEALTHCHECK --interval=1s --retries=1 CMD [ ! -e /ill ]' \
		"$id" bundle:well >/dev/null
	inside docker rm "$id" >/dev/null
	launch -i bundle:well dev
	watch
	inside docker exec dev-bundle sh -c ': >/ill'
	drifts health unhealthy
	inside docker exec dev-bundle busybox rm /ill
	until_true 20 sh -c '"$@" | grep -qx healthy' sh "$TESTS/dockerd" in \
		"$ENGINE" docker inspect --format '{{.State.Health.Status}}' \
		dev-bundle
	inside bottle-launch -q dev

	watch
	kill -STOP "$WATCH"
	smolvm stop --name dev
	# as an engine that is deleting the folder
	rm "$HOME"/.cache/smolvm/vms/*/name
	kill -CONT "$WATCH"
	drifts machine stopped
	inside bottle-launch -q dev
	watch
	kill -9 "$(row dev .pid)"
	drifts machine stopped
}

@test "what is no drift: a proof that is kept, or cannot be; denied connections" {
	local log

	launch dev
	jq -c '.proved_at = "2020-01-01T00:00:00Z"' "$RECORD" >old
	cp old "$RECORD"
	check -o 'match:.*	proved 2020-01-01T00:00:00Z, smolvm 1\.32\.2' -- \
		inside bottle-ls dev
	log=$(echo "$HOME"/.cache/smolvm/vms/*)/egress-denials.log
	echo '[2026-11-29T20:25:37Z]: egress policy denied connect to 1.1.1.1:1' >"$log"
	# what the proof tries is no event
	counted
	at 'bottle-prove *' "echo '[..]: egress policy denied connect to 1.1.1.1:2' >>'$log'"
	watch
	# the proof is kept, with what the launch recorded
	check -o "match:.*	proved $(date -u +%Y)-.*" -- inside bottle-ls dev
	check -o "$(jq -c '[.previous, .env, .pool, .process]' old)" -- \
		jq -c '[.previous, .env, .pool, .process]' "$RECORD"
	check -o 600 -- stat -c %a "$RECORD"
	check -o 'dev.json
dev.lock' -- ls "${RECORD%/*}"
	# denied connections are events, printable and not too many
	printf '[2026-11-29T20:25:38Z]: egress policy denied connect to 8.8.8.8:443\n[..]: egress policy denied resolve \033[1mx\n' >>"$log"
	until_true 10 grep -q 8.8.8.8 events
	yes | head -n 100000 >>"$log"
	until_true 10 grep -q '	at least [0-9]* more' events
	kill "$WATCH"
	check -s 143 -- wait "$WATCH"
	check -- cat err
	check -o 'denied	connect to 8.8.8.8:443
denied	resolve ?[1mx' -- sh -c \
		'grep denied events | cut -f 2- | head -n 2'
	[ "$(wc -l <events)" -lt 30 ]
	check -s 1 -- grep 1.1.1.1 events
	check -- ls -A "$TMPDIR"

	unkept
	watch
	kill "$WATCH"
	check -s 143 -- wait "$WATCH"
	check -o 'bottle-watch: dev: the proof is not kept' -- cat err
	check -o 'dev.json
dev.lock' -- ls "${RECORD%/*}"
}

@test "-q, what cannot be watched, a lost route, and the page's example" {
	check -s 2 -e 'bottle-watch: dev: does not run: bottle-launch starts it' -- \
		inside bottle-watch dev
	check -s 2 -e 'match:bottle-watch: .*no.sock.*' -- \
		env DOCKER_HOST=unix:///no.sock bottle-watch dev
	check -s 2 -e 'match:bottle-watch: -i x: .*' -- bottle-watch -i x dev
	launch dev
	# the next proof fails
	inside smolvm-aliasroute -d dev 127.0.0.16 >/dev/null
	"$TESTS/dockerd" in "$ENGINE" bottle-watch -i 1 dev >events 2>err 3>&- &
	WATCH=$!
	drifts proof '.*'
	inside smolvm-aliasroute dev 127.0.0.16 >/dev/null

	# ^C is no drift: what is to follow on that does not
	"$TESTS/dockerd" in "$ENGINE" env --default-signal=INT bash -c 'set -m
		bottle-watch -i 1 dev || echo goes on' >events 2>err 3>&- &
	WATCH=$!
	until_true 30 grep -q '	proved	' events
	pkill -INT -f 'bottle-watch -i 1 dev$'
	check -s 130 -- wait "$WATCH"
	check -o 1 -- sh -c 'wc -l <events'
	check -- ls -A "$TMPDIR"

	counted
	"$TESTS/dockerd" in "$ENGINE" bottle-watch -q -i 1 dev \
		>events 2>err 3>&- &
	WATCH=$!
	# the second check, which proves nothing, has looked at the machine
	until_true 60 sh -c \
		'[ "$(grep -c "^loalias-audit " "$CALLS/log")" -ge 2 ]'
	smolvm stop --name dev
	drifts machine stopped
	check -o 1 -- sh -c 'wc -l <events'

	# bottle-watch.1
	PATH=$BATS_TEST_TMPDIR:$PATH
	example -e ignore -o 'match:.*dev.*' <<-'END'
		bottle-watch -q dev || smolvm machine stop --name dev
	END
}
