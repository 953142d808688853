#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# smolvm-allowpatch with other users of the same database, when it is killed,
# and with a full disk.

load lib.sh
load smolvm-allowpatch.sh

# hold: keep a connection open, as a running engine does; release ends it.
hold() {
	mkfifo hold
	sqlite3 "$DB" <hold >/dev/null 3>&- &
	exec 8>hold
	echo '.timeout 15000
	SELECT count(*) FROM vms;' >&8
	until_true 5 test -e "$DB-shm"
}

release() {
	exec 8>&-
	wait
}

# lock SECONDS: hold the writer's lock that long.
lock() {
	python3 - "$DB" "$1" 3>&- <<-'END' &
	import sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1], isolation_level=None)
	db.execute("BEGIN IMMEDIATE")
	open("locked", "w").close()
	time.sleep(float(sys.argv[2]))
	db.execute("COMMIT")
	END
	until_true 5 test -e locked
}

@test "locked by another writer for 3 seconds: waits, and is done" {
	place
	lock 3
	check -o 127.0.0.16/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
	wait
	row net | grep -q '127.0.0.16'
}

@test "locked past the timeout: says so, and nothing is changed" {
	place
	lock 18
	before=$(row net)
	check -s 2 -e "$SAYS: net: another program has kept it locked for 15 seconds" \
		-- smolvm-allowpatch net 127.0.0.16
	# asking needs no lock
	check -s 1 -o 127.0.0.16/32 -e ignore -- \
		smolvm-allowpatch -n net 127.0.0.16
	[ "$(row net)" = "$before" ]
	wait
}

@test "the engine removes a file beside the database during a check" {
	need 'no access() to preload' \
		"${CC:-cc}" -shared -fPIC -o race.so \
		"$TESTS/fake_race.c" -ldl
	place
	touch "$DB-shm"
	check -o 127.0.0.16/32 -- env GONE="$DB-shm" LD_PRELOAD=./race.so \
		smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
}

@test "a record that others change during the edit is read again" {
	need 'no fcntl64() to preload' \
		"${CC:-cc}" -shared -fPIC -o race.so \
		"$TESTS/fake_race.c" -ldl
	place
	hold
	export RACE="sqlite3 '$DB' \"UPDATE vms SET data = CAST(json_set(
		CAST(data AS TEXT), '\\\$.cpus', 1 + json_extract(CAST(data AS
		TEXT), '\\\$.cpus')) AS BLOB) WHERE name = 'net'\""
	row net | sed 's/"cpus":4/"cpus":7/
		s/"allowed_cidrs":null/"allowed_cidrs":["127.0.0.16\/32"]/
		s/}$/,"dns":"255.255.255.255"}/' >expected
	check -o 127.0.0.16/32 -- env TIMES=3 LD_PRELOAD=./race.so \
		smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
	row net | cmp expected -
	# for ever
	sed 's/"cpus":7/"cpus":12/' expected >again
	check -s 2 -e "$SAYS: net: its record was changed by others 5 times, each time before ours was written" \
		-- env TIMES=99 LD_PRELOAD=./race.so \
		smolvm-allowpatch -D "$NO_DNS" net 127.0.0.17
	row net | cmp again -
	# the same bytes, but as TEXT
	RACE="sqlite3 '$DB' \"UPDATE vms SET data = CAST(data AS TEXT)
		WHERE name = 'cidr'\""
	check -s 2 -e "$SAYS: cidr: its record is stored as TEXT, which no engine can read: repair it with -r" \
		-- env TIMES=1 LD_PRELOAD=./race.so \
		smolvm-allowpatch -D "$NO_DNS" cidr 127.0.0.17
	check -o cidr -- smolvm-allowpatch -r
	# gone
	RACE="sqlite3 '$DB' \"DELETE FROM vms WHERE name = 'net'\""
	check -s 2 -e "$SAYS: net: no such machine in $DB" -- \
		env TIMES=1 LD_PRELOAD=./race.so \
		smolvm-allowpatch -D "$NO_DNS" net 127.0.0.17
	# and a machine that was started after the check is checked again
	RACE="sqlite3 '$DB' \"UPDATE vms SET data = CAST(json_set(
		CAST(data AS TEXT), '\\\$.state', 'running', '\\\$.pid', $$)
		AS BLOB) WHERE name = 'from'\""
	check -s 2 -e "$SAYS: from: is running (process $$): stop it first" -- \
		env TIMES=1 LD_PRELOAD=./race.so \
		smolvm-allowpatch -D "$NO_DNS" from 127.0.0.17
	# a repair as well
	sql "UPDATE vms SET data = CAST(data AS TEXT) WHERE name = 'plain'"
	RACE="sqlite3 '$DB' \"UPDATE vms SET data = data || ' '
		WHERE name = 'plain'\""
	check -s 2 -e "$SAYS: $DB: records were changed by others 5 times, each time before ours were written" \
		-- env TIMES=99 LD_PRELOAD=./race.so smolvm-allowpatch -r
	check -o plain -- env TIMES=3 LD_PRELOAD=./race.so \
		smolvm-allowpatch -r
	release
}

@test "killed at any moment: the record is the old or the new one" {
	place
	check -o 'match:[0-9]+ rounds, [1-9][0-9]* killed: [0-9]+ old, [0-9]+ new' \
		-- python3 "$TESTS/allowpatch.py" kill "$DB" "${ROUNDS:-100}"
	hold
	check -o 'match:[0-9]+ rounds, [1-9][0-9]* killed: [0-9]+ old, [0-9]+ new' \
		-- python3 "$TESTS/allowpatch.py" kill "$DB" "${ROUNDS:-100}"
	release
}

@test "two at once: the last one wins, whole" {
	place
	check -- python3 "$TESTS/allowpatch.py" two "$DB" 30
}

@test "a full disk: trouble, and the old record" {
	need 'no mount namespaces' unshare -rm true
	cat >full <<-'END'
	set -eu
	mount -t tmpfs -o size=200k tmpfs disk
	cp "$1" disk/db
	sqlite3 disk/db "SELECT data FROM vms WHERE name = 'net'" >old
	failed=0
	for pages in $(seq 0 24); do
		# as much room as that, in pages
		dd if=/dev/zero of=disk/fill bs=4096 2>/dev/null || :
		truncate -s "-$((pages * 4096))" disk/fill
		status=0
		smolvm-allowpatch -D 1.1.1.1 -f disk/db net 127.0.0.16 \
			>out 2>err || status=$?
		rm disk/fill
		[ "$(sqlite3 disk/db 'PRAGMA integrity_check')" = ok ]
		sqlite3 disk/db "SELECT data FROM vms WHERE name = 'net'" >now
		case $status in
		0) grep -q 127.0.0.16 now ;;
		2) cmp old now
			grep -q '^smolvm-allowpatch: \(disk/db\|net\): .*\(full\|I/O\)' err
			failed=$((failed + 1)) ;;
		*) exit 1 ;;
		esac
		smolvm-allowpatch -D none -f disk/db net unrestricted \
			>/dev/null 2>&1
	done
	[ "$failed" -gt 3 ]
	[ "$status" = 0 ]
	END
	place
	mkdir disk
	check -- unshare -rm sh full "$DB"
}

@test "a read-only file system: listed, and not written" {
	need 'no mount namespaces' unshare -rm true
	place
	mkdir disk
	cp "$DB" disk/db
	smolvm-allowpatch -l >list
	check -s 2 -o file:list \
		-e 'smolvm-allowpatch: disk/db: cannot be written: Read-only file system' \
		-- unshare -rm sh -c 'mount --bind disk disk &&
		mount -o remount,bind,ro disk && smolvm-allowpatch -l -f disk/db &&
		smolvm-allowpatch -f disk/db net none'
}

@test "beside a busy engine: no error of ours, and nothing is lost" {
	for release in 1.7.7 1.32.2; do
		need 'no engine for this system, or no way to fetch it' \
			"$TESTS/engines" "$release"
		engine=$("$TESTS/engines" "$release")
		check -o 'match:ours: [1-9][0-9]* patches, 0 errors, 0 lost; engine: [1-9][0-9]* commands, [0-9]+ failed, 0 lied; whole.*' \
			-- python3 "$TESTS/allowpatch.py" race "$engine" 5 ours
	done
}
