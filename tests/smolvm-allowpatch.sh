# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by the tests of smolvm-allowpatch.

# place [release]: a recorded database where the engine looks for it.
place() {
	DB=$HOME/.local/share/smolvm/server/smolvm.db
	mkdir -p "${DB%/*}"
	cp "$TESTS/data/smolvm/${1:-1.7.7}.db" "$DB"
	chmod 644 "$DB"
	SAYS=smolvm-allowpatch
}

# row NAME: the record as it is stored.
row() {
	sqlite3 "$DB" "SELECT data FROM vms WHERE name = '$1'"
}

# sql TEXT: run it on the database.
sql() {
	sqlite3 "$DB" "$1"
}

# put NAME JSON: store it as the engines do.
put() {
	sql "INSERT OR REPLACE INTO vms
		VALUES ('$1', CAST('${2//\'/\'\'}' AS BLOB))"
}

# member NAME MEMBER JSON: give a record a member.
member() {
	sql "UPDATE vms SET data = CAST(json_set(CAST(data AS TEXT), '\$.$2',
		json('${3//\'/\'\'}')) AS BLOB) WHERE name = '$1'"
}

# folder NAME: make the machine's folder as the engine does, and print it.
folder() {
	local dir

	dir=$HOME/.cache/smolvm/vms/$(printf %s "$1" | sha256sum | cut -c1-16)
	mkdir -p "$dir"
	printf %s "$1" >"$dir/name"
	: >"$dir/vm.lock"
	printf '%s\n' "$dir"
}

# launched NAME JSON: write the files of a start with these resources.
launched() {
	printf '{"version":1,"mounts":[],"ports":[],"resources":%s}' "$2" \
		>"$(folder "$1")/agent.config.json"
}

# everything: the database's folder, its files' names, sizes and contents.
everything() {
	(cd "${DB%/*}" && find . -type f -ls && find . ! -name '*-shm' \
		-type f -exec sha256sum {} +)
}

# started PID: its start time, in the engine's units.
started() {
	sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20
}

# running NAME JSON: as launched, with a process that looks like the machine.
running() {
	launched "$1" "$2"
	sql "UPDATE vms SET data = CAST(json_set(CAST(data AS TEXT), '\$.state',
		'running', '\$.pid', $$, '\$.pid_start_time', $(started $$))
		AS BLOB) WHERE name = '$1'"
}

# The message about port rules, of the machine net.
RULES='smolvm-allowpatch: net: port rules are enforced by smolvm 1.28.1 and later: older engines ignore them and open all ports of the list'
STOPPED='does not run: it was never started, was stopped, or its start failed'
NO_DNS=255.255.255.255
