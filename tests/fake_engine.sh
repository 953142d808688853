# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by the tests of loalias-pick with tests/fake_engine.

ENGINES=

# engine DIR: start a fake that has no containers.
engine() {
	mkdir -p "$1/inspect"
	echo '[]' >"$1/list"
	"$TESTS/fake_engine" "$1" 3>&- &
	ENGINES="$ENGINES $!"
	until_true 5 test -S "$1/docker.sock"
}

# held DIR N...: let its containers hold 127.0.0.N
held() {
	local dir=$1

	shift
	jq -n '[$ARGS.positional[] | {Id: ., Names: ["/web" + .],
		State: "running", HostConfig: {NetworkMode: "default"}, Ports: [{IP: ("127.0.0." + .),
		PrivatePort: 80, PublicPort: 80, Type: "tcp"}]}]' \
		--args "$@" >"$dir/list"
}

# hides DIR ID...: the same, with containers whose bindings a list hides
hides() {
	local dir=$1 id

	shift
	jq -n '[$ARGS.positional[] | {Id: ., Names: ["/web" + .],
		State: "exited", Ports: []}]' --args "$@" >"$dir/list"
	for id in "$@"; do
		jq -n --arg id "$id" '{Id: $id, Name: ("/web" + $id),
			State: {Status: "exited"}, HostConfig: {PortBindings:
			{"80/tcp": [{HostIp: ("127.0.0." + $id), HostPort:
			"80"}]}}, NetworkSettings: {Ports: {}}}' \
			>"$dir/inspect/$id"
	done
}

# context NAME HOST: make one, as docker context create does
context() {
	local dir

	dir=$HOME/.docker/contexts/meta/$(printf %s "$1" | sha256sum |
		cut -d ' ' -f 1)
	mkdir -p "$dir"
	jq -n '{Name: $ARGS.positional[0], Metadata: {}, Endpoints:
		{docker: {Host: $ARGS.positional[1], SkipTLSVerify: false}}}' \
		--args "$@" >"$dir/meta.json"
}

setup_file() {
	file_needs 'no network namespaces' inside true || return 0
}

teardown() {
	local pid

	for pid in $ENGINES; do
		kill "$pid"
	done
}
