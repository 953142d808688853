#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# smolvm-allowpatch with real smolvm engines.  No test needs a VM that boots:
# the engine writes the launch configuration before the boot.

load lib.sh
load smolvm-allowpatch.sh
load engine.sh

@test "-l shows what goes past the list, of all that engines record" {
	engine 1.7.7
	smolvm machine create --name old --net -p 8080:80 -v "$HOME:/mnt" \
		--mount-socket /run/s:/run/t --cuda
	check -o "old	created	unrestricted	none	none	none	[\"mount $HOME:/mnt\",\"port 8080:80\",\"socket mount /run/s:/run/t\",\"cuda\"]" \
		-- smolvm-allowpatch -l
	engine 1.32.2
	truncate -s 1M "$HOME/disk"
	smolvm machine create --name new --net -p 8080:80 -p 53:53/udp \
		-v "$HOME:/mnt:ro" -v "$HOME:/copy:staged" \
		--disk "$HOME/disk" --cache-disk "$HOME/disk:/cache" \
		--mount-socket /run/s:/run/t --expose-socket /run/u \
		--block-private --docker-socket
	check -o "[\"block_private\",\"mount $HOME:/mnt\",\"mount $HOME:/copy\",\"disk $HOME/disk\",\"disk $HOME/disk\",\"port 8080:80\",\"port 53:53/udp\",\"socket expose -:/run/u\",\"socket mount /run/s:/run/t\",\"docker_socket\"]" \
		-- sh -c 'smolvm-allowpatch -l | cut -f 7'
	smolvm machine create --name net --network other
	KEY=x smolvm machine create --name key --credential K=KEY@localhost
	check -o 'key	created	unrestricted	none	none	none	["credential_policy"]
net	created	unrestricted	none	none	none	["network other"]' -- \
		smolvm-allowpatch -l key net
}

@test "engines list, create, update and delete beside a patched record" {
	for release in $RELEASES; do
		engine "$release"
		two_machines
		check -o 127.0.0.16/32 -e "$RULES" -- smolvm-allowpatch \
			-D "$NO_DNS" -p 3000 net 127.0.0.16
		smolvm machine ls --json >list
		check -o 'net other' -- jq -r '[.[].name] | sort | join(" ")' list
		smolvm machine create --name third
		smolvm machine delete --name other -f
		check -o 'net	created	127.0.0.16/32	255.255.255.255	3000/tcp	none	[]
third	created	offline	none	none	none	[]' -- smolvm-allowpatch -l
		# an update writes the whole record again
		smolvm machine update --name net --cpus 2
		case $release in
		1.7.7) ports=none ;;
		*) ports=3000/tcp ;;
		esac
		check -o "net	created	127.0.0.16/32	255.255.255.255	$ports	none	[]" \
			-- smolvm-allowpatch -l net
		smolvm machine update --name net --cpus 4
		check -o 127.0.0.16/32 -e "$RULES" -- smolvm-allowpatch \
			-D "$NO_DNS" -p 3000 net 127.0.0.16
		check -o unrestricted -- smolvm-allowpatch -D none -p none \
			net unrestricted
		# in the place that the engine gave them: the same as absent
		row net | sed 's/"dns":null,//;s/"egress_rules":\[\],//' |
			cmp original -
		smolvm machine ls >/dev/null
		smolvm machine delete --name net -f
		check -s 2 -e "$SAYS: net: no such machine in $DB" -- \
			smolvm-allowpatch net none
	done
}

@test "1.7.7 starts with the list and the resolver, and knows no port rules" {
	engine 1.7.7
	smolvm machine create --name dev "${SMALL[@]}"
	started=dev
	start dev
	check -o null -- jq -c .resources.allowed_cidrs \
		"$(folder dev)/agent.config.json"
	answers dev unrestricted
	check -s 1 -e 'match:.*recorded as unrestricted, not 127.0.0.16/32.*' \
		-- smolvm-allowpatch -c dev 127.0.0.16
	smolvm machine stop --name dev >/dev/null 2>&1 || :
	check -o 127.0.0.16/32 -e "${RULES/net/dev}" -- \
		smolvm-allowpatch -D "$NO_DNS" -p 3000 dev 127.0.0.16
	start dev
	check -o '{"allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","egress_rules":null}' \
		-- jq -c '.resources | {allowed_cidrs, dns, egress_rules}' \
		"$(folder dev)/agent.config.json"
	answers -e "$SAYS: dev: egress_rules: launched with none, not 3000/tcp (this engine knows no rules, or was started without)" \
		-D "$NO_DNS" -p 3000 dev 127.0.0.16
	answers -D "$NO_DNS" dev 127.0.0.16
}

@test "1.32.2 starts with the list, the resolver and the port rules" {
	engine 1.32.2
	smolvm machine create --name dev "${SMALL[@]}"
	check -o 127.0.0.16/32 -e "${RULES/net/dev}" -- \
		smolvm-allowpatch -D "$NO_DNS" -p 3000 -p 53/udp dev 127.0.0.16
	started=dev
	start dev
	check -o '{"allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","egress_rules":[{"transport":"tcp","cidr":"127.0.0.16/32","ports":{"start":3000,"end":3000},"action":"allow"},{"transport":"udp","cidr":"127.0.0.16/32","ports":{"start":53,"end":53},"action":"allow"},{"action":"deny"}]}' \
		-- jq -c '.resources | {allowed_cidrs, dns, egress_rules}' \
		"$(folder dev)/agent.config.json"
	answers -D "$NO_DNS" -p 3000 -p 53/udp dev 127.0.0.16
	answers -D "$NO_DNS" dev 127.0.0.16
	smolvm machine stop --name dev >/dev/null 2>&1 || :
	smolvm machine update --name dev --allow-cidr 10.0.0.0/8 >/dev/null
	check -s 1 -e "match:.*$SAYS: dev: allowed_cidrs: recorded as 10.0.0.0/8,127.0.0.16/32, not 127.0.0.16/32.*" \
		-- smolvm-allowpatch -c -D "$NO_DNS" dev 127.0.0.16
}

# locked FILE: is it locked?  Do not try the lock: an engine that finds it taken
# gives up its start.
locked() {
	grep -q ":$(stat -c %i "$1") 0 EOF\$" /proc/locks
}

@test "a start in flight is seen" {
	engine 1.32.2
	smolvm machine create --name dev "${SMALL[@]}"
	# the check may come just after the start: try again
	for attempt in 1 2 3 4 5; do
		start dev 3>&- &
		job=$!
		until locked "$HOME"/.cache/smolvm/vms/*/vm.lock 2>/dev/null; do
			kill -0 "$job" 2>/dev/null || break
		done
		smolvm-allowpatch dev "10.0.$attempt.1" >/dev/null 2>err || :
		wait "$job" || :
		! grep -q 'is being started just now' err || break
	done
	check -o "match:$SAYS: dev: is being started just now: .*" -- cat err
}

@test "a record stored as TEXT breaks the engine, and -r mends it" {
	for release in $RELEASES; do
		engine "$release"
		two_machines
		# as is found in instructions: without the outer CAST
		sql "UPDATE vms SET data = json_set(CAST(data AS TEXT),
			'$.allowed_cidrs', json('[\"127.0.0.16/32\"]'))
			WHERE name = 'net'"
		check -s 1 -e 'Error: database operation failed: read vms row: Invalid column type Text at index: 1, name: data' \
			-- smolvm machine ls
		check -s 1 -o ignore -e ignore -- \
			smolvm machine delete --name other -f
		check -o net -- smolvm-allowpatch -r
		check -o ignore -- smolvm machine ls
		check -o 127.0.0.16/32 -e ignore -- smolvm-allowpatch -n net \
			127.0.0.16
		check -o unrestricted -- smolvm-allowpatch net unrestricted
		row net | cmp original -
		smolvm machine delete --name other -f
	done
}

@test "what is refused would break the engine, for every machine" {
	for release in $RELEASES; do
		engine "$release"
		smolvm machine create --name net --net
		good=$(row net)
		breaks() {
			put net "$2"
			check -s 1 -e "match:Error: database operation failed: deserialize vm record 'net': $1.*" \
				-- smolvm machine ls
			check -s 2 -e ignore -- smolvm-allowpatch net none
			put net "$good"
			check -o ignore -- smolvm machine ls
		}
		# a member that is spelled with an escape is valid on its own
		put net "${good/\"allowed_cidrs\"/\"\\u0061llowed_cidrs\"}"
		check -o ignore -- smolvm machine ls
		check -s 2 -e "$SAYS: net: its record spells the member allowed_cidrs with an escape" \
			-- smolvm-allowpatch net none
		# and so not found by some releases of SQLite, who add another
		breaks 'duplicate field .allowed_cidrs.' \
			"${good/\"allowed_cidrs\"/\"\\u0061llowed_cidrs\":null,\"allowed_cidrs\"}"
		breaks 'duplicate field .allowed_cidrs.' \
			"${good/%\}/,\"allowed_cidrs\":[]\}}"
		breaks 'invalid type: string' \
			"${good/\"allowed_cidrs\":null/\"allowed_cidrs\":\"10.0.0.0/8\"}"
		breaks 'trailing characters' "$good{}"
	done
	# of -D ::1, and of rules that are no array
	put net "${good/%\}/,\"dns\":\"::1\"\}}"
	check -s 1 -e "match:Error: database operation failed: deserialize vm record 'net': invalid IPv4 address syntax.*" \
		-- smolvm machine ls
	put net "${good/%\}/,\"egress_rules\":null\}}"
	check -s 1 -e "match:Error: database operation failed: deserialize vm record 'net': invalid type: null, expected a sequence.*" \
		-- smolvm machine ls
	check -o unrestricted -- smolvm-allowpatch -p none net unrestricted
	check -o ignore -- smolvm machine ls
}

@test "database and machine's folder are where the engine puts them" {
	for release in $RELEASES; do
		engine "$release"
		unset SMOLVM_DATA_DIR
		find_it() {
			smolvm machine create --name net --net >/dev/null
			check -o 'net	created	unrestricted	none	none	none	[]' -- \
				smolvm-allowpatch -l
			smolvm machine delete --name net -f >/dev/null
		}
		find_it
		cd "$HOME"
		XDG_DATA_HOME=relative find_it
		[ ! -e relative ]
		XDG_DATA_HOME=$HOME/data find_it
		[ -e data/smolvm/server/smolvm.db ]
		SMOLVM_DATA_DIR=$HOME/dir XDG_DATA_HOME=$HOME/x find_it
		[ ! -e x ]
		SMOLVM_DATA_DIR=here find_it
		[ -e here/.local/share/smolvm/server/smolvm.db ]
		name=net-2_xY
		smolvm machine create --name "$name" --net >/dev/null
		check -o "$(smolvm machine data-dir --name "$name")" -- \
			folder "$name"
	done
}

@test "--state-dir is found by naming it SMOLVM_DATA_DIR" {
	engine 1.32.2
	smolvm --state-dir "$HOME/s" machine create --name net --net ||
		smolvm machine create --state-dir "$HOME/s" --name net --net
	SMOLVM_DATA_DIR=$HOME/s check -o 'net	created	unrestricted	none	none	none	[]' \
		-- smolvm-allowpatch -l
}
