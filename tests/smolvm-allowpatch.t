#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# smolvm-allowpatch on recorded databases; engine.t has the real engines.

load lib.sh
load smolvm-allowpatch.sh

@test "every release: the members change, and not one other byte" {
	for release in 0.6.0 0.8.0 1.0.1 1.7.7 1.8.3 1.9.1 1.32.2; do
		place "$release"
		for name in plain net cidr from; do
			row "$name" | sed 's/"allowed_cidrs":[^,]*/&/
				s/"allowed_cidrs":\(null\|\["[0-9./]*"\]\)/"allowed_cidrs":["127.0.0.18\/32","::1\/128"]/
				s|}$|,"dns":"255.255.255.255","egress_rules":[{"action":"allow","transport":"tcp","cidr":"127.0.0.18/32","ports":{"start":3000,"end":3000}},{"action":"allow","transport":"udp","cidr":"127.0.0.18/32","ports":{"start":53,"end":53}},{"action":"allow","transport":"tcp","cidr":"::1/128","ports":{"start":3000,"end":3000}},{"action":"allow","transport":"udp","cidr":"::1/128","ports":{"start":53,"end":53}},{"action":"deny"}]}|' \
				>expected
			row "$name" >original
			sql ".dump" | grep -v "'$name'" >others
			check -o '127.0.0.18/32
::1/128' -e ignore -- smolvm-allowpatch -N -D "$NO_DNS" -p 3000 -p 53/udp \
				"$name" 127.0.0.18 ::1
			row "$name" | cmp expected -
			check -o blob -- sql "SELECT typeof(data) FROM vms
				WHERE name = '$name'"
			sql ".dump" | grep -v "'$name'" | cmp others -

			# and back
			case $(grep -o '"allowed_cidrs":[^,]*' original) in
			*null) set -- unrestricted ;;
			*) set -- "$(grep -o '[0-9.]*/[0-9]*' original |
				head -n 1)" ;;
			esac
			check -o "$1" -e ignore -- smolvm-allowpatch -D none \
				-p none "$name" "$1"
			row "$name" | cmp original -
		done
	done
}

@test "an engine's write-ahead log is read, written and left in place" {
	place
	cp "$TESTS"/data/smolvm/1.32.2-wal/* "${DB%/*}"
	chmod 644 "$DB"*
	before=$(cksum <"$DB")
	check -o 127.0.0.18/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.18
	[ "$(cksum <"$DB")" = "$before" ]
	[ -s "$DB-wal" ]
	check -o 127.0.0.18/32 -- smolvm-allowpatch -n -D "$NO_DNS" net \
		127.0.0.18
	row net | grep -q '"allowed_cidrs":\["127.0.0.18/32"\]'
}

@test "numbers, escapes, order and what looks like a member are kept" {
	place
	put odd '{"name":"odd","network":true,"storage_gb":9007199254740993,"x":1.0,"y":1e400,"z":-0,"env":[["A","\"allowed_cidrs\":null \u001b\/\u2028 😀 </script>"]],"allowed_cidrs":null,"nested":{"allowed_cidrs":[1],"dns":2},"":0,"state":"stopped"}'
	check -o 10.0.0.0/8 -- smolvm-allowpatch -D "$NO_DNS" odd 10.0.0.0/8
	check -o '{"name":"odd","network":true,"storage_gb":9007199254740993,"x":1.0,"y":1e400,"z":-0,"env":[["A","\"allowed_cidrs\":null \u001b\/\u2028 😀 </script>"]],"allowed_cidrs":["10.0.0.0/8"],"nested":{"allowed_cidrs":[1],"dns":2},"":0,"state":"stopped","dns":"255.255.255.255"}' -- row odd
}

@test "a record of an engine that wrote no list gets one" {
	place
	put bare '{"name":"bare"}'
	check -o 127.0.0.16/32 -e ignore -- smolvm-allowpatch -N bare 127.0.0.16
	check -o '{"name":"bare","allowed_cidrs":["127.0.0.16/32"]}' -- row bare
	check -o unrestricted -- smolvm-allowpatch bare unrestricted
	check -o '{"name":"bare","allowed_cidrs":null}' -- row bare
	put bare '{}'
	check -s 1 -e ignore -o '{"machine":"bare","allowed_cidrs":[],"dns":null,"allowed_ports":null,"previous":{"allowed_cidrs":null,"dns":null,"egress_rules":null}}' \
		-- smolvm-allowpatch -jn bare none
	put bare '{"name":"bare","allowed_cidrs":null}'
	check -o none -e ignore -- smolvm-allowpatch -D 1.2.3.4 bare none
	check -o '{"name":"bare","allowed_cidrs":[],"dns":"1.2.3.4"}' -- \
		row bare
}

@test "what is so already is not written" {
	place
	smolvm-allowpatch -D "$NO_DNS" -p 3000 net 127.0.0.16 ::1 >/dev/null
	running net '{"allowed_cidrs":["::1","127.0.0.16/32"],"dns":"255.255.255.255"}'
	before=$(everything)
	check -o '::1/128
127.0.0.16/32' -e "$RULES" -- smolvm-allowpatch -n -D "$NO_DNS" -p 3000/tcp net \
		::1/128 127.0.0.16/32 ::1
	check -o 127.0.0.16/32 -e "$RULES" -s 1 -- smolvm-allowpatch -n -D "$NO_DNS" \
		-p 3000 net 127.0.0.16
	check -- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16 ::1
	check -o ignore -- smolvm-allowpatch -l
	check -- smolvm-allowpatch -r
	[ "$(everything)" = "$before" ]
	member net pid 2147483646
	before=$(everything)
	check -o '::1/128
127.0.0.16/32' -e "$RULES" -- smolvm-allowpatch -D "$NO_DNS" -p 3000/tcp net \
		::1/128 127.0.0.16/32 ::1
	[ "$(everything)" = "$before" ]
	# nor where a log was left, with all of it in there
	cp "$TESTS"/data/smolvm/1.32.2-wal/* "${DB%/*}"
	chmod 644 "$DB"*
	smolvm-allowpatch -l >/dev/null
	before=$(everything)
	check -o 127.0.0.16/32 -e ignore -- smolvm-allowpatch from 127.0.0.16
	check -o ignore -- smolvm-allowpatch -l
	[ "$(everything)" = "$before" ]
}

@test "a list of bare addresses and blanks is compared by what it means" {
	place
	member net allowed_cidrs '["2001:DB8::/32","10.0.0.1","10.0.0.1/32"]'
	check -o '10.0.0.1/32
2001:db8::/32' -e ignore -- smolvm-allowpatch -n net 10.0.0.1 2001:db8::/32
	# engines drop, or fail on, an entry that is no network
	member net allowed_cidrs '["10.0.0.1/32","foo"]'
	check -s 1 -o 10.0.0.1/32 -e ignore -- smolvm-allowpatch -n net 10.0.0.1
	check -o 10.0.0.1/32 -e ignore -- smolvm-allowpatch net 10.0.0.1
	row net | grep -q '"allowed_cidrs":\["10.0.0.1/32"\]'
	# so is an entry with a NUL
	member net allowed_cidrs '["10.0.0.1/32","10.0.0.1/32\u0000"]'
	check -o 'match:net	[a-z]+	10.0.0.1/32,\?	.*' -- smolvm-allowpatch -l net
	check -s 1 -o 10.0.0.1/32 -e ignore -- smolvm-allowpatch -n net 10.0.0.1
	check -o 10.0.0.1/32 -e ignore -- smolvm-allowpatch net 10.0.0.1
	row net | grep -q '"allowed_cidrs":\["10.0.0.1/32"\]'
}

@test "-n prints the result, changes nothing, and its status is the answer" {
	place
	before=$(everything)
	check -s 1 -o 127.0.0.16/32 -- smolvm-allowpatch -n -D "$NO_DNS" net \
		127.0.0.16
	check -s 1 -e "$RULES" -o '{"machine":"net","allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","allowed_ports":["53/udp"],"previous":{"allowed_cidrs":null,"dns":null,"egress_rules":null}}' -- \
		smolvm-allowpatch -jn -D "$NO_DNS" -p 53/udp net 127.0.0.16
	[ "$(everything)" = "$before" ]
	check -o unrestricted -- smolvm-allowpatch -n net unrestricted
}

@test "operands: networks, each once, in their order" {
	place
	check -o '10.0.0.0/8
127.0.0.16/32
::1/128
2001:db8::/32
0.0.0.0/0' -- smolvm-allowpatch -D "$NO_DNS" net 10.0.0.0/8 127.0.0.16 ::1 \
		2001:DB8::/32 0.0.0.0/0 127.0.0.16/32
	check -o '["10.0.0.0/8","127.0.0.16/32","::1/128","2001:db8::/32","0.0.0.0/0"]' \
		-- sql "SELECT json_extract(CAST(data AS TEXT),
		'\$.allowed_cidrs') FROM vms WHERE name = 'net'"
}

@test "operands that are none are refused, by name" {
	place
	before=$(everything)
	while read -r operand reason; do
		check -s 2 -e "smolvm-allowpatch: $reason" -- \
			smolvm-allowpatch net 127.0.0.16 "$operand"
	done <<-'END'
	foo not an address or network: foo
	127.0.0.16/33 not a prefix length: 127.0.0.16/33
	127.0.0.16/032 not a prefix length: 127.0.0.16/032
	127.0.0.016 not an address or network: 127.0.0.016
	127.16 not an address or network: 127.16
	10.0.0.1/8 has host bits set: 10.0.0.1/8 (the network is 10.0.0.0/8)
	::ffff:127.0.0.16 IPv4-mapped network, which matches no IPv4 packet: ::ffff:127.0.0.16 (write it as 127.0.0.16/32)
	::ffff:10.0.0.0/104 IPv4-mapped network, which matches no IPv4 packet: ::ffff:10.0.0.0/104 (write it as 10.0.0.0/8)
	fe80::1%eth0 not an address or network: fe80::1%eth0
	[::1] not an address or network: [::1]
	none none and unrestricted exclude other operands
	unrestricted none and unrestricted exclude other operands
	- not an address or network: -
	END
	check -s 2 -e 'smolvm-allowpatch: none and unrestricted exclude other operands' -- \
		smolvm-allowpatch net none 127.0.0.16
	check -s 2 -e 'smolvm-allowpatch: not an address or network: ' -- \
		smolvm-allowpatch net ''
	# shellcheck disable=SC2046 # words
	check -s 2 -e 'smolvm-allowpatch: more than 4096 networks' -- \
		smolvm-allowpatch net $(seq -f '1.2.%.0f.0/24' 0 255) \
		$(for i in $(seq 0 15); do seq -f "10.$i.%.0f.0/24" 0 255; done)
	[ "$(everything)" = "$before" ]
}

@test "-D and -p: what is none is refused, by name" {
	place
	before=$(everything)
	while read -r option value reason; do
		check -s 2 -e "smolvm-allowpatch: $option: $reason" -- \
			smolvm-allowpatch "$option" "$value" net 127.0.0.16
	done <<-'END'
	-D ::1 not an IPv4 address: ::1
	-D 127.0.0.16/32 not an IPv4 address: 127.0.0.16/32
	-D localhost not an IPv4 address: localhost
	-p 0 not a port: 0
	-p 65536 not a port: 65536
	-p 99999999999999999999 not a port: 99999999999999999999
	-p 53/sctp not a port: 53/sctp
	-p 53/ not a port: 53/
	-p /udp not a port: /udp
	-p -1 not a port: -1
	-p http not a port: http
	END
	check -s 2 -e 'smolvm-allowpatch: -D: given twice' -- \
		smolvm-allowpatch -D 1.1.1.1 -D 1.1.1.1 net 127.0.0.16
	check -s 2 -e 'smolvm-allowpatch: -D: none excludes other values' -- \
		smolvm-allowpatch -D none -D 1.1.1.1 net 127.0.0.16
	check -s 2 -e 'smolvm-allowpatch: -p: none excludes other values' -- \
		smolvm-allowpatch -p none -p 53 net 127.0.0.16
	check -s 2 -e 'smolvm-allowpatch: -p: none excludes other values' -- \
		smolvm-allowpatch -p 53 -p none net 127.0.0.16
	for list in none unrestricted; do
		check -s 2 -e 'smolvm-allowpatch: port rules need a network on the list' \
			-- smolvm-allowpatch -p 53 net "$list"
	done
	[ "$(everything)" = "$before" ]
}

@test "a port twice is a port once; 65535 is one" {
	place
	check -o 127.0.0.16/32 -e "$RULES" -- smolvm-allowpatch -D "$NO_DNS" -p 65535 \
		-p 65535/tcp -p 65535/udp net 127.0.0.16
	check -o 65535/tcp,65535/udp -- sh -c 'smolvm-allowpatch -l net | cut -f5'
}

@test "usage: what is wrong with it is said in one line, and nothing is done" {
	place
	before=$(everything)
	check -s 0 -o 'match:usage: .*
  -D .*
  -p .*man smolvm-allowpatch' -- smolvm-allowpatch -h
	while IFS=: read -r line reason; do
		# shellcheck disable=SC2086 # words
		check -s 2 -e "smolvm-allowpatch:$reason" -- \
			smolvm-allowpatch $line
	done <<-'END'
	: no machine given (-h shows the usage)
	-c: no machine given (-h shows the usage)
	-n -l: -l and -n cannot be combined
	-l -N: -l and -N cannot be combined
	-l -D none: -l and -D cannot be combined
	-l -r: -l and -r cannot be combined
	-r -j: -r and -j cannot be combined
	-p 1 -r: -r and -p cannot be combined
	-c -l: -c and -l cannot be combined
	-c -j net none: -c and -j cannot be combined
	-c -n net none: -c and -n cannot be combined
	-N -c net none: -c and -N cannot be combined
	-x net none: -x: unknown option, or missing argument (-h lists them)
	--force net none: --force: unknown option (-h lists them)
	net -n: not an address or network: -n
	END
	check -s 2 -e 'smolvm-allowpatch: net: no network given: name one, or none or unrestricted' \
		-- sh -c 'smolvm-allowpatch net </dev/null'
	check -s 2 -e 'smolvm-allowpatch: net: no network given: standard input is not read without -' \
		-- sh -c 'echo 127.0.0.16 | smolvm-allowpatch net'
	[ "$(everything)" = "$before" ]
}

@test "standard input: lines, a JSON array, the launch record" {
	place
	check -i '
# the bottle
  127.0.0.16
::1' -o '127.0.0.16/32
::1/128' -- smolvm-allowpatch -D "$NO_DNS" net -
	check -i '["127.0.0.17","10.0.0.0/8"]' -o '127.0.0.17/32
10.0.0.0/8' -- smolvm-allowpatch -D "$NO_DNS" net -
	check -i '{"alias":"127.0.0.16"}' -o 127.0.0.16/32 -- \
		smolvm-allowpatch -D "$NO_DNS" net -
	check -i '{"allowed_cidrs":["127.0.0.17"],"x":1}' -o 127.0.0.17/32 -- \
		smolvm-allowpatch -D "$NO_DNS" net -
	check -i '{"alias":"127.0.0.17","allowed_cidrs":["127.0.0.17/32"]}' \
		-o 127.0.0.17/32 -- smolvm-allowpatch -D "$NO_DNS" net -
	check -i '{"allowed_cidrs":null}' -o unrestricted -- \
		smolvm-allowpatch net -
	check -i unrestricted -o unrestricted -- smolvm-allowpatch net -
	check -i '{"allowed_cidrs":[]}' -o none -e ignore -- \
		smolvm-allowpatch net -
}

@test "standard input that is no use is refused, by line" {
	place
	before=$(everything)
	refuse() {
		check -i "$1" -s 2 -e "smolvm-allowpatch: <stdin>$2" -- \
			smolvm-allowpatch net -
	}
	refuse '' ': empty'
	refuse '# nothing' ': empty'
	refuse '127.0.0.16
foo' ':2: not an address or network: foo'
	refuse '127.0.0.16
none' ':2: none and unrestricted exclude other operands'
	refuse '[]' ': empty'
	refuse '["::ffff:1.2.3.4"]' ': IPv4-mapped network, which matches no IPv4 packet: ::ffff:1.2.3.4 (write it as 1.2.3.4/32)'
	refuse '{}' ': has none of allowed_cidrs, alias, dns, egress_rules, allowed_ports'
	refuse '{"alias":"127.0.0.16","allowed_cidrs":["127.0.0.17/32"]}' \
		': allowed_cidrs is not the network of alias, 127.0.0.16'
	refuse '{"alias":"127.0.0.16","allowed_cidrs":null}' \
		': allowed_cidrs is not the network of alias, 127.0.0.16'
	refuse '{"alias":"127.0.0.16","allowed_cidrs":["127.0.0.16","10.0.0.0/8"]}' \
		': allowed_cidrs is not the network of alias, 127.0.0.16'
	refuse '{"alias":"127.0.0.16","allowed_cidrs":["127.0.0.16/31"]}' \
		': allowed_cidrs is not the network of alias, 127.0.0.16'
	refuse '{"alias":"::ffff:1.2.3.4"}' ': IPv4-mapped network, which matches no IPv4 packet: ::ffff:1.2.3.4 (write it as 1.2.3.4/32)'
	refuse '{"alias":"localhost"}' ': alias is not an address: localhost'
	refuse '{"alias":null}' ': alias is not a string'
	refuse '{"allowed_cidrs":"127.0.0.16"}' \
		': allowed_cidrs is neither null nor an array'
	refuse '{"allowed_cidrs":[1]}' \
		': allowed_cidrs: has an element that is not a string'
	refuse '{"allowed_cidrs":["foo"]}' \
		': allowed_cidrs: not an address or network: foo'
	refuse '{"allowed_cidrs":["10.0.0.1/8"]}' \
		': allowed_cidrs: has host bits set: 10.0.0.1/8 (the network is 10.0.0.0/8)'
	refuse '{"dns":7}' ': dns is neither null nor a string'
	refuse '{"dns":["1.1.1.1"]}' ': dns is neither null nor a string'
	refuse '{"dns":"::1"}' ': dns: not an IPv4 address: ::1'
	refuse '{"allowed_ports":"other"}' \
		': allowed_ports is neither null nor an array'
	refuse '{"allowed_ports":[3000]}' \
		': allowed_ports: has an element that is not a string'
	refuse '{"allowed_ports":["http"]}' ': allowed_ports: not a port: http'
	refuse '{"egress_rules":{}}' ': egress_rules is neither null nor an array'
	refuse '{"allowed_cidrs":[1],"egress_rules":[]}' \
		': allowed_cidrs: has an element that is not a string'
	refuse '{"dns":"::1","egress_rules":null}' ': dns: is not an IPv4 address'
	# which would make the engine's database unreadable
	for rule in 1 '"deny"' '{}' '{"action":"redirect"}' \
		'{"action":"deny","to":1}' '{"action":"deny","ports":{"start":1}}' \
		'{"action":"deny","cidr":"foo"}' '{"action":"deny","cidr":1}' \
		'{"action":"deny","transport":"sctp"}' \
		'{"action":"deny","ports":{"start":1,"end":65536}}' \
		'{"action":"deny","ports":{"start":-1,"end":1}}'; do
		refuse "{\"egress_rules\":[{\"action\":\"deny\"},$rule]}" \
			': egress_rules: [1]: is not a rule that engines up to 1.32.2 know'
	done
	refuse '{"alias":"127.0.0.16","alias":"127.0.0.17"}' \
		': has a member twice in one object'
	refuse '{"alias":"127.0.0.16"} {}' ': is not one JSON value'
	check -s 2 -e 'match:smolvm-allowpatch: <stdin>: .*' -- \
		sh -c 'smolvm-allowpatch net - <&-'
	[ "$(everything)" = "$before" ]
}

@test "the launch record flows through, with what others put in it" {
	place
	check -i '{"interface":"lo","alias":"127.0.0.16","n":1,"env":{"a":"b"},"dns":7}' \
		-o '{"interface":"lo","alias":"127.0.0.16","n":1,"env":{"a":"b"},"dns":"255.255.255.255","machine":"from","allowed_cidrs":["127.0.0.16/32"],"allowed_ports":["53/udp","3000/tcp"],"previous":{"allowed_cidrs":null,"dns":null,"egress_rules":null}}' \
		-e ignore -- smolvm-allowpatch -j -D "$NO_DNS" -p 3000 \
		-p 53/udp from -
	check -o '{"machine":"from","allowed_cidrs":[],"dns":"255.255.255.255","allowed_ports":null,"previous":{"allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","egress_rules":[{"action":"allow","transport":"tcp","cidr":"127.0.0.16/32","ports":{"start":3000,"end":3000}},{"action":"allow","transport":"udp","cidr":"127.0.0.16/32","ports":{"start":53,"end":53}},{"action":"deny"}]}}' \
		-e ignore -- smolvm-allowpatch -j -p none from none
	check -o '{"machine":"from","allowed_cidrs":null,"dns":null,"allowed_ports":null,"previous":{"allowed_cidrs":[],"dns":"255.255.255.255","egress_rules":null}}' \
		-- smolvm-allowpatch -j -D none from unrestricted
	# a record that comes from here means the same here
	smolvm-allowpatch -j -D 1.2.3.4 -p 3000 from 127.0.0.16 >was
	before=$(row from)
	smolvm-allowpatch -D none -p none from unrestricted >/dev/null
	check -i file:was -o 127.0.0.16/32 -e ignore -- smolvm-allowpatch from -
	[ "$(row from)" = "$before" ]
	# one member alone: the others stay
	check -i '{"dns":null}' -o 127.0.0.16/32 -e ignore -- \
		smolvm-allowpatch from -
	check -o 'from	created	127.0.0.16/32	none	3000/tcp	none	[]' -- \
		smolvm-allowpatch -l from
	check -i '{"allowed_ports":["4000/tcp"]}' -o 127.0.0.16/32 -e ignore \
		-- smolvm-allowpatch from -
	check -o 'from	created	127.0.0.16/32	none	4000/tcp	none	[]' -- \
		smolvm-allowpatch -l from
	check -i '{"egress_rules":[]}' -o 127.0.0.16/32 -e ignore -- \
		smolvm-allowpatch from -
	check -i '{"allowed_ports":["4000/tcp"]}' -s 2 \
		-e "$SAYS: net: port rules need a network on the list" -- \
		smolvm-allowpatch net -
}

@test "previous, given back, restores the record byte for byte" {
	place
	while IFS='|' read -r record options list; do
		put odd "$record"
		row odd >original
		# shellcheck disable=SC2086 # words
		check -o ignore -e ignore -- sh -c \
			'smolvm-allowpatch -j "$@" >was' sh $options odd $list
		! row odd | cmp -s original - || return 1
		jq .previous was >previous
		check -i file:previous -o ignore -e ignore -- \
			smolvm-allowpatch odd -
		row odd | diff original -
	done <<-'END'
	{"name":"odd","network":true,"allowed_cidrs":null,"x":1}|-D 255.255.255.255|127.0.0.16
	{"name":"odd","network":true,"allowed_cidrs":null,"x":1}|-D 255.255.255.255 -p 3000|127.0.0.16
	{"network":true,"allowed_cidrs":[],"x":1}|-D 255.255.255.255|127.0.0.16
	{"network":true,"allowed_cidrs":["10.0.0.1/8","foo","10.0.0.1/8"],"x":1}|-p 1|127.0.0.16
	{"network":true,"allowed_cidrs":["::FFFF:1.2.3.4","10.0.0.1"],"dns":"1.1.1.1","x":1}|-D none|127.0.0.16
	{"network":true,"allowed_cidrs":null,"dns":"1.1.1.1","x":1}|-D none|unrestricted
	{"network":true,"allowed_cidrs":null,"dns":"1.1.1.1"}|-D none -p 3000|127.0.0.16
	{"network":true,"allowed_cidrs":["::1"],"egress_rules":[{"cidr":"10.0.0.0/8","action":"deny"}],"dns":"1.1.1.1","x":1}|-D none -p none|127.0.0.16
	{"network":true,"allowed_cidrs":["::1"],"egress_rules":[{"cidr":"10.0.0.0/8","action":"deny"}],"dns":"1.1.1.1"}|-D none -p none|unrestricted
	{"network":true,"allowed_cidrs":["::1"],"egress_rules":[{"transport":"udp","cidr":"::1/128","ports":{"start":53,"end":54},"action":"allow"},{"action":"deny"}]}|-D 1.2.3.4 -p 3|127.0.0.16
	{"network":true,"allowed_cidrs":["::1"],"dns":"1.1.1.1","egress_rules":[{"action":"allow"}]}|-D none -p none|none
	{"network":true,"dns":"1.1.1.1","egress_rules":[{"action":"allow"}],"allowed_cidrs":["::1"]}|-D none -p none|unrestricted
	END
}

@test "text chains too" {
	place
	check -o '127.0.0.16/32
127.0.0.17/32' -- sh -c 'printf "127.0.0.16\n127.0.0.17/32\n" |
		smolvm-allowpatch -D 255.255.255.255 net - |
		smolvm-allowpatch -D 255.255.255.255 from -'
}

@test "a database that is none is refused, each with its reason" {
	place
	cp "$DB" good.db
	mkdir folder
	ln -s good.db link
	cp good.db hard
	ln hard other-name
	mkfifo pipe
	: >empty
	echo 'not a database, but some text' >text
	head -c 30000 good.db >cut
	sqlite3 other "CREATE TABLE vms (name TEXT, data BLOB)"
	sqlite3 view "CREATE VIEW vms AS SELECT 'a' AS name, x'7b7d' AS data"
	cp good.db more
	sqlite3 more 'ALTER TABLE vms ADD COLUMN policy TEXT'
	cp good.db trigger
	sqlite3 trigger "CREATE TRIGGER t AFTER UPDATE ON vms
		BEGIN DELETE FROM vms; END"
	sqlite3 wide "PRAGMA encoding='UTF-16'; CREATE TABLE vms
		(name TEXT PRIMARY KEY NOT NULL, data BLOB NOT NULL)"
	before=$(ls -l; cksum good.db)
	while read -r file reason; do
		for form in 'net none' '-n net none' '-c net none' -l -r; do
			# shellcheck disable=SC2086 # words
			check -s 2 -e "smolvm-allowpatch: $file: $reason" -- \
				smolvm-allowpatch -f "$file" $form
		done
	done <<-'END'
	missing no such database
	folder is not a file
	/dev/null is not a file
	pipe is not a file
	link is a symbolic link: name the file that it leads to
	hard has more than one name (hard links): SQLite may keep a log for each
	empty is not smolvm's: it has no table vms
	text is not an SQLite database
	other is not as smolvm makes it: its table vms is another one
	view is not as smolvm makes it: its table vms is another one
	more is not as smolvm makes it: its table vms is another one
	trigger is not as smolvm makes it: its table vms is another one
	wide is not as smolvm makes it: its table vms is another one
	missing/too no such database
	text/too Not a directory
	file:good.db no such database
	:memory: no such database
	END
	check -s 2 -e 'smolvm-allowpatch: : no such database' -- \
		smolvm-allowpatch -f '' -l
	check -s 2 -e 'match:smolvm-allowpatch: cut: .*malformed' -- \
		smolvm-allowpatch -f cut net none
	[ "$(ls -l; cksum good.db)" = "$before" ]
}

# as_nobody COMMAND: run it as the user nobody, in a folder that it may enter.
as_nobody() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
}

# shared: begin in such a folder, with the database db and the tool in it.
shared() {
	SHARED=/tmp/allowpatch.$$
	mkdir -m 755 "$SHARED"
	cp "$DB" "$SHARED/db"
	cp "$(command -v smolvm-allowpatch)" "$SHARED/"
	cd "$SHARED"
}

teardown() {
	[ -z "${SHARED:-}" ] || rm -r "$SHARED"
}

@test "a database that is another user's, or read-only, is listed, not written" {
	need 'not root' test "$(id -u)" -eq 0
	place
	shared
	smolvm-allowpatch -f db -l >list
	check_both() {
		before=$(find . -ls)
		check -s 2 -e "smolvm-allowpatch: db: $1" -- \
			as_nobody ./smolvm-allowpatch -f db net none
		check -s 2 -e "smolvm-allowpatch: db: $1" -- \
			as_nobody ./smolvm-allowpatch -f db -r
		check -o file:list -- as_nobody ./smolvm-allowpatch -f db -l
		[ "$(find . -ls)" = "$before" ]
	}
	check_both 'belongs to user root (0): run this as that user, or as root'
	chown 54321 db
	check_both 'belongs to user ? (54321): run this as that user, or as root'
	chown nobody db
	check_both 'its folder cannot be written: Permission denied'
	chown nobody .
	chmod 444 db
	check_both 'cannot be written: Permission denied'
	chmod 644 db
	check -o ignore -e ignore -- as_nobody ./smolvm-allowpatch -f db net none
	# not even that
	chown root db
	chmod 600 db
	check -s 2 -e 'smolvm-allowpatch: db: cannot be read: Permission denied' \
		-- as_nobody ./smolvm-allowpatch -f db -l
	smolvm-allowpatch -f db -l >list
	mv db 'a?b%20#c'
	chmod 644 a*
	check -o file:list -- as_nobody ./smolvm-allowpatch -f 'a?b%20#c' -l
}

@test "a copy with its write-ahead log, both read-only, is listed" {
	need 'not root' test "$(id -u)" -eq 0
	place
	shared
	cp "$TESTS"/data/smolvm/1.32.2-wal/smolvm.db db
	cp "$TESTS"/data/smolvm/1.32.2-wal/smolvm.db-wal db-wal
	chmod 444 db db-wal
	before=$(find . -ls)
	check -o 'cidr	created	10.0.0.0/8	none	none	none	[]
from	created	127.0.0.16/32	none	none	none	[]
hosts	created	127.0.0.1/32	none	none	localhost	[]
net	created	unrestricted	none	none	none	[]
plain	created	offline	none	none	none	[]' -- \
		as_nobody ./smolvm-allowpatch -f db -l
	[ "$(find . -ls)" = "$before" ]
}

@test "a file beside the database that is in the way is named" {
	need 'not root' test "$(id -u)" -eq 0
	place
	shared
	chown nobody . db
	smolvm-allowpatch -f db -l >list
	for name in db-wal db-shm db-journal; do
		: >"$name"
		check -s 2 -e "smolvm-allowpatch: db: $name beside it belongs to user root (0) and cannot be written: let root chown it to user nobody (65534)" \
			-- as_nobody ./smolvm-allowpatch -f db net none
		check -o file:list -- as_nobody ./smolvm-allowpatch -f db -l
		chown nobody "$name"
		[ "$name" = db-shm ] || check -o ignore -e ignore -- \
			as_nobody ./smolvm-allowpatch -f db -n net unrestricted
		rm -f db-*
		mkdir "$name"
		check -s 2 -e "smolvm-allowpatch: db: $name beside it is not a file: remove it" \
			-- as_nobody ./smolvm-allowpatch -f db -l
		rmdir "$name"
	done
	# the files that sudo sqlite3 leaves
	: >db-wal
	head -c 32768 /dev/zero >db-shm
	for mode in 644 600; do
		chmod "$mode" db-wal db-shm
		check -s 2 -e 'match:smolvm-allowpatch: db: db-wal beside it belongs to user root \(0\).*' \
			-- as_nobody ./smolvm-allowpatch -f db net none
		check -o file:list -- as_nobody ./smolvm-allowpatch -f db -l
	done
}

@test "a row that the index lacks is listed, found and set" {
	place
	cp "$TESTS/data/smolvm/index.db" "$DB"
	lacks='lost: the database'"'"'s index of names lacks it: engines list it but do not find it (REINDEX repairs that)'
	check -o 'cidr
from
hosts
lost
net
plain' -e "$SAYS: $lacks" -- sh -c 'smolvm-allowpatch -l | cut -f 1'
	check -o 'lost	created	unrestricted	none	none	none	[]' \
		-e "$SAYS: $lacks" -- smolvm-allowpatch -l lost
	check -o 127.0.0.16/32 -e "$SAYS: $lacks" -- \
		smolvm-allowpatch -D "$NO_DNS" lost 127.0.0.16
	check -o 'lost	created	127.0.0.16/32	255.255.255.255	none	none	[]' \
		-e "$SAYS: $lacks" -- smolvm-allowpatch -l lost
	sql REINDEX
	check -o 'lost	created	127.0.0.16/32	255.255.255.255	none	none	[]' \
		-- smolvm-allowpatch -l lost
}

@test "root leaves nothing of root's beside another user's database" {
	need 'not root' test "$(id -u)" -eq 0
	place
	chown -R nobody "${DB%/*}"
	check -o 127.0.0.16/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
	check -- find "${DB%/*}" ! -user nobody
	# where the log stays, and where there is a rollback journal instead
	cp "$TESTS"/data/smolvm/1.32.2-wal/* "${DB%/*}"
	chmod 644 "$DB"*
	chown -R nobody "${DB%/*}"
	check -o 127.0.0.16/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
	[ -e "$DB-shm" ]
	check -- find "${DB%/*}" ! -user nobody
}

@test "a wrong name: similar names are proposed" {
	place
	before=$(everything)
	while IFS='|' read -r name near; do
		check -s 2 -e "$SAYS: $name: no such machine in $DB$near" -- \
			smolvm-allowpatch "$name" none
	done <<-'END'
	nett| (did you mean net?)
	NET| (did you mean net?)
	n| (did you mean net?)
	plian| (did you mean plain?)
	hosts-2| (did you mean hosts?)
	no machine|
	x' OR '1'='1|
	"net"| (did you mean net?)
	%|
	END
	check -s 2 -e "$SAYS: : no such machine in $DB" -- \
		smolvm-allowpatch '' none
	check -s 2 -e "$SAYS: nett: no such machine in $DB (did you mean net?)" \
		-- smolvm-allowpatch -c nett none
	for form in -l -r; do
		check -s 2 -e "$SAYS: xyz: no such machine in $DB
$SAYS: nett: no such machine in $DB (did you mean net?)" -- \
			smolvm-allowpatch "$form" xyz net nett
	done
	check -s 2 -e "$SAYS: a\\x0ab\\x1b[31m: no such machine in $DB" -- \
		smolvm-allowpatch $'a\nb\e[31m' none
	long=$(printf '%010000d' 0)
	check -s 2 -e "$SAYS: $(printf %064d 0)...: no such machine in $DB" -- \
		smolvm-allowpatch "$long" none
	[ "$(everything)" = "$before" ]
	for name in "it's \"here\"" "$long" 'ü'; do
		sql "UPDATE vms SET name = '${name//\'/\'\'}'
			WHERE rowid = 1"
		check -o none -e ignore -- smolvm-allowpatch "$name" none
	done
}

@test "a record that is not as engines write it is refused, and kept" {
	place
	refuse() {
		before=$(sql 'SELECT typeof(data), hex(data) FROM vms' | cksum)
		for form in '' -n; do
			check -s 2 -e "$SAYS: odd: $1" -- \
				smolvm-allowpatch ${form:+"$form"} odd none
		done
		[ -n "${readable:-}" ] ||
			check -s 1 -e "$SAYS: odd: $1" -o 'match:.*net	created	unrestricted	none	none	none	\[\]
odd	(\?	\?	\?	\?	\?	\["unknown record"\]|created	offline	none	none	none	\[\])
plain	.*' -- smolvm-allowpatch -l
		[ "$(sql 'SELECT typeof(data), hex(data) FROM vms' |
			cksum)" = "$before" ]
	}
	store() { sql "INSERT OR REPLACE INTO vms VALUES ('odd', $1)"; }

	store "'{\"name\":\"odd\"}'"
	refuse 'its record is stored as TEXT, which no engine can read: repair it with -r'
	store 7
	refuse 'its record is stored as a number'
	store "x''"
	refuse 'its record is not one JSON object'
	store "x'7b7d00'"
	refuse 'its record: has a NUL byte'
	store "CAST('{}' AS BLOB) || x'ff'"
	store "CAST(CAST('{\"a\":\"' AS BLOB) || x'ff' || CAST('\"}' AS BLOB) AS BLOB)"
	refuse 'its record: is not UTF-8 at byte 7'
	for text in '[]' 'null' '"x"' '{' '{} {}' '{"a":1,}' "{\"a\":0x10}" \
		'{a:1}' '{"a":+1}' '{"a":NaN}' '{"a":.5}' '/**/{}' \
		'{"a":"\x41"}' '{"a":1}garbage'; do
		put odd "$text"
		refuse 'its record is not one JSON object'
	done
	put odd '{"a":"\ud800"}'
	refuse 'its record: is not one JSON value'
	put odd "{\"a\":$(printf '[%.0s' $(seq 100000))"
	refuse 'its record is not one JSON object'
	put odd "{\"a\":$(printf '[%.0s' $(seq 3000))$(printf ']%.0s' $(seq 3000))}"
	refuse 'its record is not one JSON object'
	put odd '{"allowed_cidrs":null,"allowed_cidrs":["10.0.0.0/8"]}'
	refuse 'its record has a member twice'
	put odd '{"\u0061llowed_cidrs":null,"allowed_cidrs":null}'
	refuse 'its record has a member twice'
	put odd '{"state":"stopped","state":"running"}'
	refuse 'its record has a member twice'
	# Engines read these, as -l does.  Some releases of SQLite find the member
	# and set it; with others it is refused.
	readable=1
	put odd '{"\u0061llowed_cidrs":null}'
	if smolvm-allowpatch odd none >said 2>&1; then
		check -o '{"\u0061llowed_cidrs":[]}' -- row odd
	else
		refuse 'its record spells the member allowed_cidrs with an escape'
	fi
	put odd '{"allowed_cidrs":[],"dn\u0073":"1.1.1.1"}'
	check -o 'odd	created	offline	1.1.1.1	none	none	[]' -- \
		smolvm-allowpatch -l odd
	if smolvm-allowpatch -D 2.2.2.2 odd none >said 2>&1; then
		check -o '{"allowed_cidrs":[],"dn\u0073":"2.2.2.2"}' -- row odd
	else
		check -o "$SAYS: odd: its record spells the member dns with an escape" \
			-- cat said
	fi
}

@test "a member of another type is refused" {
	place
	while read -r member value reason; do
		put odd "{\"name\":\"odd\",\"$member\":$value}"
		before=$(everything)
		check -s 2 -e "$SAYS: odd: its $reason" -- \
			smolvm-allowpatch odd none
		check -s 1 -e "$SAYS: odd: its $reason" -o ignore -- \
			smolvm-allowpatch -l odd
		[ "$(everything)" = "$before" ]
	done <<-'END'
	allowed_cidrs "10.0.0.0/8" record: allowed_cidrs is neither null nor an array
	allowed_cidrs {} record: allowed_cidrs is neither null nor an array
	allowed_cidrs false record: allowed_cidrs is neither null nor an array
	allowed_cidrs [1] record: allowed_cidrs: has an element that is not a string
	allowed_cidrs [null] record: allowed_cidrs: has an element that is not a string
	dns 1 record: dns is neither null nor a string
	dns ["1.1.1.1"] record: dns is neither null nor a string
	egress_rules {} record: egress_rules is neither null nor an array
	dns_filter_hosts "a" record: dns_filter_hosts is neither null nor an array
	dns_filter_hosts [1] record: dns_filter_hosts: has an element that is not a string
	state 1 state is not a string
	pid "1" pid is neither null nor a whole number below 2^53
	pid 1.5 pid is neither null nor a whole number below 2^53
	pid -1 pid is neither null nor a whole number below 2^53
	pid_start_time true pid_start_time is neither null nor a whole number below 2^53
	END
}

@test "a record of 100 MB is refused without being read" {
	place
	sql "INSERT INTO vms VALUES ('odd', CAST('{\"a\":\"' ||
		hex(zeroblob(50000000)) || '\"}' AS BLOB))"
	check -s 2 -e "$SAYS: odd: a record is larger than 8388608 bytes" -- \
		smolvm-allowpatch odd none
	check -o none -e ignore -- smolvm-allowpatch net none
}

@test "port rules and host names are not silently overridden or overriding" {
	place
	check -s 2 -e "$SAYS: hosts: has dns_filter_hosts, which add the addresses of localhost to any list: create it without them" \
		-- smolvm-allowpatch hosts 127.0.0.16
	smolvm-allowpatch -D "$NO_DNS" -p 3000 net 127.0.0.16 >/dev/null
	before=$(everything)
	check -s 2 -e "$SAYS: net: has egress_rules, which override the list: use -p PORT or -p none" \
		-- smolvm-allowpatch net 127.0.0.16
	[ "$(everything)" = "$before" ]
	check -o 127.0.0.16/32 -e "$RULES" -- smolvm-allowpatch -p 4000 net 127.0.0.16
	row net | grep -q '"egress_rules":\[{"action":"allow","transport":"tcp","cidr":"127.0.0.16/32","ports":{"start":4000,"end":4000}},{"action":"deny"}\]'
	# the widest rule
	member net egress_rules '[{"action":"allow"}]'
	check -s 2 -o '' -e ignore -- smolvm-allowpatch net 127.0.0.16
	check -o 127.0.0.16/32 -- smolvm-allowpatch -p none net 127.0.0.16
	check -o 0 -s 1 -- grep -c egress_rules <(row net)
	# it may come from a saved record
	check -i '{"allowed_cidrs":["127.0.0.16"],"egress_rules":[{"action":"allow"}]}' \
		-o 127.0.0.16 -e "$SAYS: net: its egress_rules are not just ports of the list, and override it: -p none removes them
$RULES" -- smolvm-allowpatch -D "$NO_DNS" net -
}

@test "what the policy will really do is said" {
	place
	tunnel="$SAYS: plain: no resolver is set (-D): smolvm 1.1.3 and later answer queries to port 53 of any address through the host's, list or not"
	member plain network true
	member plain network_backend '"tsi"'
	check -o 127.0.0.16/32 -e "$SAYS: plain: its network_backend is tsi: smolvm 1.1.3 and later do not start that with a list
$tunnel" -- smolvm-allowpatch plain 127.0.0.16
	check -o unrestricted -- smolvm-allowpatch plain unrestricted
	check -o none -e "$SAYS: plain: an empty list does not deny everything: engines with the TSI backend add the host's resolver, with all its ports" \
		-- smolvm-allowpatch plain none
	# each time
	for _ in 1 2; do
		check -o 127.0.0.16/32 -e "$RULES" -- smolvm-allowpatch \
			-D "$NO_DNS" -p 3000 net 127.0.0.16
	done
	cp "$DB" elsewhere.db
	check -o unrestricted -e "smolvm-allowpatch: plain: a start under way cannot be detected, because this is not the engine's own database" \
		-- smolvm-allowpatch -f elsewhere.db plain unrestricted
	check -o unrestricted -- smolvm-allowpatch -f "$DB" plain unrestricted
}

@test "a machine without a network: listed as such, and no list without -N" {
	place
	offline='plain	created	offline	none	none	none	[]'
	check -o "$offline" -- smolvm-allowpatch -l plain
	before=$(everything)
	for form in '' -n; do
		check -s 2 -e "$SAYS: plain: has no network, and a list would turn it on: use -N if that is meant" \
			-- smolvm-allowpatch ${form:+"$form"} plain 127.0.0.16
	done
	[ "$(everything)" = "$before" ]
	# these do not turn it on
	check -o none -- smolvm-allowpatch plain none
	check -o "$offline" -- smolvm-allowpatch -l plain
	check -o unrestricted -- smolvm-allowpatch plain unrestricted
	check -o "$offline" -- smolvm-allowpatch -l plain
	check -s 1 -o 127.0.0.16/32 -- \
		smolvm-allowpatch -nN -D "$NO_DNS" plain 127.0.0.16
	check -o 127.0.0.16/32 -- \
		smolvm-allowpatch -N -D "$NO_DNS" plain 127.0.0.16
	check -o 'plain	created	127.0.0.16/32	255.255.255.255	none	none	[]' \
		-- smolvm-allowpatch -l plain
	# it is on now
	check -o 127.0.0.17/32 -- smolvm-allowpatch plain 127.0.0.17
	# a loop that restricts all that are unrestricted leaves it alone
	smolvm-allowpatch plain unrestricted >/dev/null
	check -o 'from
net' -- sh -c 'smolvm-allowpatch -l | grep "	unrestricted	" | cut -f 1'
	# names only: launched with an empty list
	member hosts allowed_cidrs null
	check -o 'hosts	created	hosts	none	none	localhost	[]' -- \
		smolvm-allowpatch -l hosts
	member hosts allowed_cidrs '[]'
	member hosts dns_filter_hosts '["*.example.com"]'
	check -o 'hosts	created	hosts	none	none	*.example.com	[]' -- \
		smolvm-allowpatch -l hosts
}

@test "a machine that is not stopped is refused, and -n still answers" {
	place
	now=$(started $$)
	refuse() {
		check -s 2 -e "$SAYS: net: $1" -- \
			smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
		check -s 1 -o 127.0.0.16/32 -- \
			smolvm-allowpatch -n -D "$NO_DNS" net 127.0.0.16
	}
	for state in running created unreachable; do
		member net state "\"$state\""
		member net pid "$$"
		member net pid_start_time "$now"
		refuse "is running (process $$): stop it first"
		member net pid_start_time null
		refuse "is running (process $$): stop it first"
	done
	member net pid null
	for state in running frozen paused pausing resizing; do
		member net state "\"$state\""
		refuse "is not stopped: its state is $state"
	done
	for state in frozen paused; do
		# whose process is gone, too
		member net state "\"$state\""
		member net pid 2147483646
		refuse "is not stopped: its state is $state"
	done
}

@test "a machine whose process is gone is stopped" {
	place
	for state in created stopped failed unreachable; do
		member net state "\"$state\""
		member net allowed_cidrs null
		check -o 127.0.0.16/32 -- \
			smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
	done
	# killed
	sleep 60 &
	pid=$!
	member net state '"running"'
	member net pid "$pid"
	member net pid_start_time "$(started "$pid")"
	check -s 2 -e "$SAYS: net: is running (process $pid): stop it first" \
		-- smolvm-allowpatch net 127.0.0.17
	kill -9 "$pid"
	wait "$pid" || :
	check -o 127.0.0.17/32 -- smolvm-allowpatch net 127.0.0.17
	# another process has its ID now
	member net pid "$$"
	member net pid_start_time "$(($(started $$) - 1))"
	check -o 127.0.0.18/32 -- smolvm-allowpatch net 127.0.0.18
}

@test "a zombie runs no more" {
	place
	sh -c 'sleep 0.1 & echo $! >zombie; exec sleep 60' &
	parent=$!
	until_true 5 sh -c 'grep -q "^State:.Z" /proc/$(cat zombie)/status'
	member net state '"running"'
	member net pid "$(cat zombie)"
	check -o unrestricted -- smolvm-allowpatch net unrestricted
	kill "$parent"
}

@test "a process that /proc does not show counts as running" {
	blind() {
		unshare -rm sh -c 'mount -t tmpfs x /proc && exec "$@"' sh "$@"
	}
	need 'no mount namespaces' blind true
	place
	member net state '"running"'
	member net pid "$$"
	check -s 2 -e "$SAYS: net: is running (process $$): stop it first" -- \
		blind smolvm-allowpatch net 127.0.0.16
	member net pid 2147483646
	check -o 127.0.0.16/32 -- \
		blind smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
}

@test "a start in flight is refused" {
	place
	dir=$(folder net)
	sh -c 'flock 9 && exec sleep 60' 9<"$dir/vm.lock" 3>&- &
	holder=$!
	until_true 5 sh -c "! flock -n '$dir/vm.lock' true"
	check -s 2 -e "$SAYS: net: is being started just now: $dir/vm.lock is held" \
		-- smolvm-allowpatch net 127.0.0.16
	check -o 127.0.0.16/32 -s 1 -e ignore -- \
		smolvm-allowpatch -n net 127.0.0.16
	kill "$holder"
	wait "$holder" || :
	check -o 127.0.0.16/32 -e ignore -- smolvm-allowpatch net 127.0.0.16
}

@test "a start by another user is refused as well" {
	need 'not root' test "$(id -u)" -eq 0
	place
	dir=$(folder net)
	mkfifo held
	# opened as root, locked as another, as an engine that changed its user
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
		sh -c 'flock 9 && echo >&8 && exec sleep 60' 8>held 9<"$dir/vm.lock" \
		3>&- &
	read -r _ <held
	check -s 2 -e "$SAYS: net: is being started just now: $dir/vm.lock is held" \
		-- smolvm-allowpatch net 127.0.0.16
	kill "$!"
	wait
}

@test "a process that is in the folder only is seen" {
	place
	dir=$(folder net)
	printf '%s\n%s' "$$" "$(started $$)" >"$dir/agent.pid"
	check -s 2 -e "$SAYS: net: is running or starting, according to $dir/agent.pid: stop it first" \
		-- smolvm-allowpatch net 127.0.0.16
	echo "$$" >"$dir/agent.pid"
	check -s 2 -e ignore -- smolvm-allowpatch net 127.0.0.16
	printf %s "$$" >"$dir/agent.pid"
	check -s 2 -e ignore -- smolvm-allowpatch net 127.0.0.16
	printf '%s\n%s' "$$" "$(($(started $$) + 1))" >"$dir/agent.pid"
	check -o 127.0.0.16/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
}

@test "an agent.pid that cannot be read is trouble, not a process that is gone" {
	place
	dir=$(folder net)
	before=$(row net)
	refuse() {
		check -s 2 -e "match:$SAYS: net: $dir/agent.pid: $1" -- \
			smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
		[ "$(row net)" = "$before" ]
		rm -rf "$dir/agent.pid"
	}
	mkdir "$dir/agent.pid"
	refuse 'is not a file'
	truncate -s 9M "$dir/agent.pid"
	refuse 'larger than 8388608 bytes'
	echo "$$" >pid
	ln -s "$PWD/pid" "$dir/agent.pid"
	refuse '(Too many levels of symbolic links|Symbolic link loop)'
	# The recorded state is kept.
	member net state '"running"'
	member net pid 2147483646
	check -o 'match:net	stopped	.*' -- smolvm-allowpatch -l net
	mkdir "$dir/agent.pid"
	check -o 'match:net	running	.*' -- smolvm-allowpatch -l net
}

@test "the lock is taken, never made, and let go" {
	place
	dir=$(folder net)
	rm "$dir/vm.lock"
	check -o 127.0.0.16/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
	[ ! -e "$dir/vm.lock" ]
	: >"$dir/vm.lock"
	check -o 127.0.0.17/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.17
	flock -n "$dir/vm.lock" true
}

@test "a folder that is another machine's is refused" {
	place
	dir=$(folder net)
	printf %s other >"$dir/name"
	check -s 2 -e "$SAYS: net: $dir: is another machine's folder, according to its file \"name\"" \
		-- smolvm-allowpatch net 127.0.0.16
	rm "$dir/name"
	mkfifo "$dir/name"
	check -s 2 -e "$SAYS: net: $dir/name: is not a file" -- \
		smolvm-allowpatch net 127.0.0.16
}

@test "a link among a machine's files is refused, and a folder that is a loop" {
	place
	# glibc's text, and musl's
	loops='(Too many levels of symbolic links|Symbolic link loop)'
	dir=$(folder net)
	mv "$dir/vm.lock" lock
	ln -s "$PWD/lock" "$dir/vm.lock"
	check -s 2 -e "match:$SAYS: net: $dir/vm.lock: $loops" -- \
		smolvm-allowpatch net 127.0.0.16
	mv "$dir/name" name
	ln -s "$PWD/name" "$dir/name"
	check -s 2 -e "match:$SAYS: net: $dir/name: $loops" -- \
		smolvm-allowpatch net 127.0.0.16
	rm -r "$dir"
	ln -s loop "$dir"
	ln -s loop "${dir%/*}/loop"
	check -s 2 -e "match:$SAYS: net: $dir: $loops" -- \
		smolvm-allowpatch net 127.0.0.16
}

@test "a name that is being created is refused" {
	place
	sql "INSERT INTO vm_create_reservations (name, owner_token, owner_pid,
		created_at) VALUES ('net', 't', $$, 1795500000)"
	for form in '' -n; do
		check -s 2 -e "$SAYS: net: is being created just now (by process $$)" \
			-- smolvm-allowpatch ${form:+"$form"} net 127.0.0.16
	done
	sql "UPDATE vm_create_reservations SET owner_pid = 2147483646"
	check -o 127.0.0.16/32 -- smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16
}

@test "-c: launched with exactly this, and the record still says so" {
	place
	policy="-D $NO_DNS -p 3000 -p 53/udp"
	resources='{"cpus":1,"allowed_cidrs":["127.0.0.16"],"dns":"255.255.255.255","egress_rules":[{"transport":"udp","cidr":"127.0.0.16/32","ports":{"start":53,"end":53},"action":"allow"},{"transport":"tcp","cidr":"127.0.0.16/32","ports":{"start":3000,"end":3000},"action":"allow"},{"action":"deny"}]}'
	# shellcheck disable=SC2086 # words
	smolvm-allowpatch $policy net 127.0.0.16 >/dev/null
	for word in $policy; do set -- "$@" "$word"; done
	check -s 1 -e "$SAYS: net: $STOPPED" -- \
		smolvm-allowpatch -c "$@" net 127.0.0.16
	# a start that failed leaves what it would have been launched with
	launched net "$resources"
	check -s 1 -e "$SAYS: net: $STOPPED" -- \
		smolvm-allowpatch -c "$@" net 127.0.0.16
	check -s 1 -e "$SAYS: net: $STOPPED
$SAYS: net: allowed_cidrs: recorded as 127.0.0.16/32, not 127.0.0.17/32" -- \
		smolvm-allowpatch -c net 127.0.0.17
	running net "$resources"
	check -- smolvm-allowpatch -c "$@" net 127.0.0.16
	check -i 127.0.0.16 -- smolvm-allowpatch -c "$@" net -
	# without -p: rules that only narrow the list are accepted
	check -- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16
	check -- smolvm-allowpatch -c net 127.0.0.16
	# asked for something else
	check -s 1 -e "$SAYS: net: allowed_cidrs: recorded as 127.0.0.16/32, not 10.0.0.0/8,127.0.0.17/32
$SAYS: net: dns: recorded as 255.255.255.255, not none
$SAYS: net: egress_rules: recorded as 53/udp,3000/tcp, not none
$SAYS: net: allowed_cidrs: launched with 127.0.0.16/32, not 10.0.0.0/8,127.0.0.17/32
$SAYS: net: dns: launched with 255.255.255.255, not none
$SAYS: net: egress_rules: launched with 53/udp,3000/tcp, not none" -- \
		smolvm-allowpatch -c -D none -p none net 127.0.0.17 10.0.0.0/8
	check -s 1 -e "$SAYS: net: egress_rules: recorded as 53/udp,3000/tcp, not 3000/tcp
$SAYS: net: egress_rules: launched with 53/udp,3000/tcp, not 3000/tcp" \
		-- smolvm-allowpatch -c -p 3000 net 127.0.0.16
}

@test "-c: why the launch and the record differ" {
	place
	smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16 >/dev/null
	running net '{"allowed_cidrs":null}'
	check -s 1 -e "$SAYS: net: allowed_cidrs: launched with unrestricted, not 127.0.0.16/32 (started before the record was changed)
$SAYS: net: dns: launched with none, not 255.255.255.255 (started before the record was changed)" \
		-- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16
	running net '{"allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255"}'
	check -s 1 -e "$SAYS: net: allowed_cidrs: recorded as 127.0.0.16/32, not none
$SAYS: net: allowed_cidrs: launched with 127.0.0.16/32, not none" \
		-- smolvm-allowpatch -c net none
	member net allowed_cidrs '["127.0.0.16/32","10.0.0.0/8"]'
	check -s 1 -e "$SAYS: net: allowed_cidrs: recorded as 10.0.0.0/8,127.0.0.16/32, not 127.0.0.16/32 (the record was changed since the start)" \
		-- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16
	member net allowed_cidrs '["127.0.0.16/32"]'
	member net dns_filter_hosts '["example.com","localhost"]'
	hosts='dns_filter_hosts: add the addresses of example.com,localhost to the list at every start'
	check -s 1 -e "$SAYS: net: $hosts" \
		-- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16
	# the record was not changed
	running net '{"allowed_cidrs":["127.0.0.16/32","10.1.2.3"],"dns":"255.255.255.255"}'
	check -s 1 -e "$SAYS: net: $hosts
$SAYS: net: allowed_cidrs: launched with 10.1.2.3/32,127.0.0.16/32, not 127.0.0.16/32 (the addresses of its host names were added)" \
		-- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16
	member net allowed_cidrs null
	running net '{"allowed_cidrs":[],"dns":"255.255.255.255"}'
	check -s 1 -e "$SAYS: net: $hosts
$SAYS: net: allowed_cidrs: launched with none, not unrestricted (the addresses of its host names were added)" \
		-- smolvm-allowpatch -c -D "$NO_DNS" net unrestricted
}

@test "-c: an engine without port rules is recognised" {
	place
	smolvm-allowpatch -D "$NO_DNS" -p 3000 net 127.0.0.16 >/dev/null
	running net '{"allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255"}'
	check -s 1 -e "$SAYS: net: egress_rules: launched with none, not 3000/tcp (this engine knows no rules, or was started without)" \
		-- smolvm-allowpatch -c -D "$NO_DNS" -p 3000 net 127.0.0.16
	check -- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16
	# which has rewritten the record without them
	member net pid 2147483646
	smolvm-allowpatch -p none net 127.0.0.16 >/dev/null
	member net pid "$$"
	check -- smolvm-allowpatch -c -D "$NO_DNS" net 127.0.0.16
	check -- smolvm-allowpatch -c -D "$NO_DNS" -p none net 127.0.0.16
}

@test "-c without -p: rules that could allow more are reported" {
	place
	smolvm-allowpatch -D "$NO_DNS" net 127.0.0.16/31 >/dev/null
	list='"allowed_cidrs":["127.0.0.16/31"],"dns":"255.255.255.255"'
	allow='"action":"allow"'
	running net "{$list}"
	while read -r answer rules; do
		member net egress_rules "$rules"
		launched net "{$list,\"egress_rules\":$rules}"
		if [ "$answer" = narrow ]; then
			check -- smolvm-allowpatch -c net 127.0.0.16/31
			continue
		fi
		check -s 1 -e "$SAYS: net: egress_rules: recorded as rules that override the list
$SAYS: net: egress_rules: launched with rules that override the list" -- \
			smolvm-allowpatch -c net 127.0.0.16/31
		# either place is enough
		launched net "{$list}"
		check -s 1 -e "$SAYS: net: egress_rules: recorded as rules that override the list (the record was changed since the start)" \
			-- smolvm-allowpatch -c net 127.0.0.16/31
	done <<-END
	narrow []
	narrow [{"action":"deny"}]
	narrow [{"action":"deny","transport":null,"cidr":null}]
	narrow [{$allow,"cidr":"127.0.0.17/32"},{"action":"deny"}]
	narrow [{$allow,"cidr":"127.0.0.17/32","ports":{"start":0,"end":0}},{"action":"deny"}]
	narrow [{$allow,"cidr":"127.0.0.17/32","ports":{"start":65536,"end":65536}},{"action":"deny"}]
	narrow [{$allow,"cidr":"127.0.0.17/32","ports":{"start":"1","end":1}},{"action":"deny"}]
	narrow [{$allow,"cidr":"127.0.0.17/32","ports":{"start":1}},{"action":"deny"}]
	narrow [{$allow,"cidr":"127.0.0.17/32","ports":{"start":1,"end":1},"transport":"sctp"},{"action":"deny"}]
	narrow [{$allow,"cidr":"127.0.0.16/31","ports":{"start":1,"end":9}},{"action":"deny","transport":"udp"},{"action":"deny"}]
	wide [{$allow}]
	wide [{$allow},{"action":"deny"}]
	wide [{$allow,"cidr":"127.0.0.16/32"}]
	wide [{$allow,"cidr":"127.0.0.16/32"},{"action":"deny","transport":"tcp"}]
	wide [{$allow,"cidr":"127.0.0.16/32"},{"action":"deny","ports":{"start":1,"end":2}}]
	wide [{$allow,"cidr":"127.0.0.16/30"},{"action":"deny"}]
	wide [{$allow,"cidr":"127.0.0.18/32"},{"action":"deny"}]
	wide [{$allow,"cidr":"foo"},{"action":"deny"}]
	wide [{"action":"redirect","cidr":"127.0.0.16/32"},{"action":"deny"}]
	wide [{$allow,"cidr":"127.0.0.16/32","to":"10.0.0.1"},{"action":"deny"}]
	wide [{"action":"deny","unless":1}]
	wide [1]
	wide ["deny"]
	END
}

@test "-c: a launch that cannot be read is trouble, not a difference" {
	place
	dir=$(folder net)
	check_fails() {
		check -s 2 -e "$SAYS: net: $1" -- \
			smolvm-allowpatch -c net unrestricted
	}
	echo '{' >"$dir/agent.config.json"
	check_fails 'agent.config.json: is not one JSON value'
	echo '{}' >"$dir/agent.config.json"
	check_fails 'agent.config.json: has no resources'
	running net '[]'
	check_fails 'agent.config.json: has no resources'
	running net '{"allowed_cidrs":7}'
	check_fails 'agent.config.json: allowed_cidrs is neither null nor an array'
	rm "$dir/agent.config.json"
	mkdir "$dir/agent.config.json"
	check_fails "$dir/agent.config.json: is not a file"
	cp "$DB" elsewhere.db
	check -s 2 -e 'smolvm-allowpatch: net: what it was launched with is not known, because elsewhere.db is not the engine'"'"'s own database' \
		-- smolvm-allowpatch -c -f elsewhere.db net unrestricted
}

@test "-l: name, state, list, resolver, ports, host names, what goes past" {
	place
	smolvm-allowpatch -D "$NO_DNS" -p 3000 -p 53/udp net 127.0.0.16 ::1 \
		>/dev/null
	member from egress_rules '[{"action":"allow"}]'
	member from state '"running"'
	member from pid "$$"
	member cidr state '"running"'
	member cidr pid 2147483646
	member plain allowed_cidrs '["foo","10.0.0.0/8"]'
	check -o 'cidr	stopped	10.0.0.0/8	none	none	none	[]
from	running	unrestricted	none	other	none	[]
hosts	created	127.0.0.1/32	none	none	localhost	[]
net	created	127.0.0.16/32,::1/128	255.255.255.255	53/udp,3000/tcp	none	[]
plain	created	10.0.0.0/8,?	none	none	none	[]' -- smolvm-allowpatch -l
	smolvm-allowpatch -lj net from hosts >list
	check -o '[{"name":"net","state":"created","network":true,"allowed_cidrs":["127.0.0.16/32","::1/128"],"dns":"255.255.255.255","allowed_ports":["53/udp","3000/tcp"],"dns_filter_hosts":null,"beside_ip":[]},{"name":"from","state":"running","network":true,"allowed_cidrs":null,"dns":null,"allowed_ports":"other","dns_filter_hosts":null,"beside_ip":[]},{"name":"hosts","state":"created","network":true,"allowed_cidrs":["127.0.0.1/32"],"dns":null,"allowed_ports":null,"dns_filter_hosts":["localhost"],"beside_ip":[]}]' \
		-- jq -c '.machines | map(del(.record))' list
	jq -cS '.machines[].record' list >records
	for name in net from hosts; do row "$name"; done | jq -cS . |
		cmp records -
	member from state '"unreachable"'
	check -o 'from	running	unrestricted	none	other	none	[]' -- \
		smolvm-allowpatch -l from
	member from pid_start_time "$(($(started $$) - 1))"
	check -o 'from	unreachable	unrestricted	none	other	none	[]' -- \
		smolvm-allowpatch -l from
	member from state '"created"'
	echo "$$" >"$(folder from)/agent.pid"
	check -o 'from	running	unrestricted	none	other	none	[]' -- \
		smolvm-allowpatch -l from
	member from state '"frozen"'
	check -o 'from	frozen	unrestricted	none	other	none	[]' -- \
		smolvm-allowpatch -l from
	check -s 2 -e "$SAYS: no: no such machine in $DB" -- \
		smolvm-allowpatch -l net no
	member plain network true
	member plain allowed_cidrs '[]'
	check -o 'plain	created	none	none	none	none	[]' -- \
		smolvm-allowpatch -l plain
	member plain allowed_cidrs '["foo"]'
	check -o 'plain	created	?	none	none	none	[]' -- \
		smolvm-allowpatch -l plain
	member plain network_backend '"tsi"'
	member plain remote_volumes '[{"source":"s3://b/\t\"","target":"/d"}]'
	member plain ssh_agent true
	member plain mounts '[["/a",null],7]'
	member plain credential_policy null
	member plain network_name null
	check -o 'plain	created	?	none	none	none	["backend tsi","mount /a:-","mount -:-","volume s3://b/\t\":/d","ssh_agent"]' \
		-- smolvm-allowpatch -l plain
	member plain network_backend '"virtio-net"'
	check -o '["mount /a:-","mount -:-","volume s3://b/\t\":/d","ssh_agent"]' \
		-- sh -c 'smolvm-allowpatch -lj plain |
		jq -c .machines[].beside_ip'
	sql 'DELETE FROM vms'
	check -- smolvm-allowpatch -l
	check -o '{"machines":[]}' -- smolvm-allowpatch -lj
	# no database at all
	rm "$DB"
	check -- smolvm-allowpatch -l
	check -o '{"machines":[]}' -- smolvm-allowpatch -lj
	check -s 2 -e "$SAYS: net: no such machine in $DB" -- \
		smolvm-allowpatch -l net
	check -s 2 -e "$SAYS: net: no such machine in $DB" -- \
		smolvm-allowpatch -c net none
	for form in -r 'net none'; do
		# shellcheck disable=SC2086 # words
		check -s 2 -e "$SAYS: $DB: no such database" -- \
			smolvm-allowpatch $form
	done
	rm -r "${DB%/*}"
	check -- smolvm-allowpatch -l
	: >"${DB%/*}"
	check -s 2 -e "$SAYS: $DB: Not a directory" -- smolvm-allowpatch -l
	[ -z "$(find "$HOME" -name 'smolvm.db*')" ]
}

@test "-l: what cannot be read of one machine does not hide the others" {
	place
	sql "UPDATE vms SET data = CAST(data AS TEXT) WHERE name = 'net'"
	sql "UPDATE vms SET data = '{' WHERE name = 'from'"
	sql "UPDATE vms SET name = x'61' WHERE name = 'cidr'"
	put "$(printf 'a\tb\033')" '{"name":"ab","dns":"a\tb\u001b"}'
	mkdir -p "$(folder hosts)/agent.pid"
	folder plain >dir
	echo other >"$(cat dir)/name"
	check -s 1 -o 'a\x09b\x1b	created	offline	a\x09b\x1b	none	none	[]
from	?	?	?	?	?	["unknown record"]
hosts	running	127.0.0.1/32	none	none	localhost	[]
net	created	unrestricted	none	none	none	[]
plain	?	offline	none	none	none	[]
row 3	?	?	?	?	?	["unknown record"]' -e "match:$SAYS: from: its record is not one JSON object
$SAYS: net: its record is stored as TEXT, which no engine can read: repair it with -r
$SAYS: plain: .*: is another machine.s folder, according to its file .name.
$SAYS: row 3: its name is not text in UTF-8" -- smolvm-allowpatch -l
	check -s 1 -e ignore -o '["a\tb\u001b","from","hosts","net","plain",null]
[null,null,null]' -- sh -c 'smolvm-allowpatch -lj >all
		status=$?
		jq -c "[.machines[].name], (.machines[1] |
		    [.state, .allowed_cidrs, .record])" all
		exit $status'
	sql "UPDATE vms SET name = CAST(x'ff' AS TEXT) WHERE name = 'net'"
	check -s 1 -e ignore -o 'match:.*
row [0-9]+	\?	.*' -- smolvm-allowpatch -l
	# the others
	check -o 'hosts	running	127.0.0.1/32	none	none	localhost	[]' -- \
		smolvm-allowpatch -l hosts
	check -o none -e ignore -- \
		smolvm-allowpatch "$(printf 'a\tb\033')" none
}

@test "-l: other access is complete: unknown members are listed" {
	place
	member net usb_devices '["1d6b:0002"]'
	member net open_everything false
	member net next null
	check -o 'net	created	unrestricted	none	none	none	["unknown usb_devices","unknown open_everything","unknown next"]' \
		-- smolvm-allowpatch -l net
	# at the launch, too
	launched net '{"cpus":1,"tunnel":true,"next":1}'
	sed -i 's/"mounts"/"agents":[],"mounts"/' "$(folder net)/agent.config.json"
	check -o 'net	created	unrestricted	none	none	none	["unknown usb_devices","unknown open_everything","unknown next","unknown agents","unknown tunnel"]' \
		-- smolvm-allowpatch -l net
	echo '{' >"$(folder net)/agent.config.json"
	check -o '["unknown usb_devices","unknown open_everything","unknown next","unknown agent.config.json"]' \
		-- sh -c 'smolvm-allowpatch -l net | cut -f 7'
	rm "$(folder net)/agent.config.json"
	# nothing of the engines up to 1.32.2 is
	for release in 0.6.0 0.8.0 1.0.1 1.7.7 1.8.3 1.9.1 1.32.2; do
		place "$release"
		check -s 1 -- sh -c 'smolvm-allowpatch -l | grep unknown'
	done
}

@test "-r: TEXT becomes BLOB again" {
	place
	check -- smolvm-allowpatch -r
	check -- smolvm-allowpatch -rn
	sql ".dump" >original
	sql "UPDATE vms SET data = CAST(data AS TEXT)
		WHERE name IN ('net', 'from')"
	check -s 2 -e "$SAYS: net: its record is stored as TEXT, which no engine can read: repair it with -r" \
		-- smolvm-allowpatch net 127.0.0.16
	check -s 1 -o 'from
net' -- smolvm-allowpatch -rn
	check -s 2 -e "$SAYS: no: no such machine in $DB" -- smolvm-allowpatch -r net no
	check -s 1 -o net -- smolvm-allowpatch -rn net net
	check -o net -- smolvm-allowpatch -r net cidr net cidr
	check -o from -- smolvm-allowpatch -r
	sql ".dump" | cmp original -
}

@test "-r: records beyond repair are named with the reason; the rest is repaired" {
	place
	sql "UPDATE vms SET data = CAST(data AS TEXT)
		WHERE name IN ('net', 'plain')"
	sql "UPDATE vms SET data = '{' WHERE name = 'from'"
	sql "UPDATE vms SET data = x'7b' WHERE name = 'cidr'"
	sql "UPDATE vms SET data = CAST(data AS TEXT) || x'00'
		WHERE name = 'hosts'"
	beyond="no repair is possible: restore the row from a backup, or delete it"
	why="$SAYS: cidr: its record is not one JSON object: $beyond (rowid 3 of the table vms)
$SAYS: from: its record is not one JSON object: $beyond (rowid 4 of the table vms)
$SAYS: hosts: its record: has a NUL byte: $beyond (rowid 5 of the table vms)"
	# -n promises no repair that is impossible
	check -s 1 -o ignore -e "$SAYS: cidr: its record is not one JSON object
$SAYS: from: its record is not one JSON object
$SAYS: hosts: its record: has a NUL byte
$SAYS: net: its record is stored as TEXT, which no engine can read: repair it with -r
$SAYS: plain: its record is stored as TEXT, which no engine can read: repair it with -r" \
		-- smolvm-allowpatch -l
	before=$(everything)
	check -s 2 -e "$why" -- smolvm-allowpatch -rn
	[ "$(everything)" = "$before" ]
	check -s 1 -o net -- smolvm-allowpatch -rn net
	check -s 2 -e "$why
$SAYS: net: repaired
$SAYS: plain: repaired" -- smolvm-allowpatch -r
	check -o blob -- sql "SELECT DISTINCT typeof(data) FROM vms
		WHERE name IN ('net', 'plain')"
	check -o 'net	created	unrestricted	none	none	none	[]' -- \
		smolvm-allowpatch -l net
	check -s 2 -e "$why" -- smolvm-allowpatch -r
	check -- smolvm-allowpatch -r net plain
}

@test "lost output is trouble, and a message reports the change" {
	place
	need 'no /dev/full' test -c /dev/full
	check -s 2 -e "smolvm-allowpatch: <stdout>: No space left on device
$SAYS: output failed, but the database was changed" -- sh -c \
		'smolvm-allowpatch -D 1.1.1.1 net 127.0.0.16 >/dev/full'
	check -s 2 -e 'smolvm-allowpatch: <stdout>: No space left on device' \
		-- sh -c 'smolvm-allowpatch -l >/dev/full'
	check -s 2 -e 'smolvm-allowpatch: <stdout>: Bad file descriptor' -- \
		sh -c 'smolvm-allowpatch -l >&-'
	# after the reader ends, the folder is unchanged
	before=$(everything)
	sh -c 'smolvm-allowpatch -l | :' || :
	[ "$(everything)" = "$before" ]
}

@test "the database is found as the engines find it" {
	place
	try() {
		check -o 'net	created	unrestricted	none	none	none	[]' -- \
			env "$@" smolvm-allowpatch -l net
	}
	try A=a
	try XDG_DATA_HOME=relative
	try XDG_DATA_HOME=
	mkdir -p x/smolvm y/.local/share
	mv .local/share/smolvm/server x/smolvm/
	try XDG_DATA_HOME="$PWD/x"
	check -- smolvm-allowpatch -l
	check -s 2 -e "$SAYS: $DB: no such database" -- \
		smolvm-allowpatch net none
	mv x/smolvm y/.local/share/
	try SMOLVM_DATA_DIR="$PWD/y"
	try SMOLVM_DATA_DIR=y
	try SMOLVM_DATA_DIR="$PWD/y" XDG_DATA_HOME="$PWD/x"
	check -s 2 -e "smolvm-allowpatch: $(getent passwd "$(id -u)" |
		cut -d: -f6)/.local/share/smolvm/server/smolvm.db: no such database" \
		-- env SMOLVM_DATA_DIR= smolvm-allowpatch no none
	check -s 2 -e "smolvm-allowpatch: $(getent passwd "$(id -u)" |
		cut -d: -f6)/.local/share/smolvm/server/smolvm.db: no such database" \
		-- env -u HOME smolvm-allowpatch no none
}

@test "the machine's folder is found where the database is" {
	place
	running net '{"allowed_cidrs":null}'
	check -- smolvm-allowpatch -c net unrestricted
	check -- smolvm-allowpatch -c -f "$DB" net unrestricted
	check -- smolvm-allowpatch -c -f .local/share/../share/smolvm/server/smolvm.db \
		net unrestricted
	mkdir x
	mv .cache/smolvm x/
	check -- env XDG_CACHE_HOME="$PWD/x" smolvm-allowpatch -c net \
		unrestricted
	check -s 1 -e "$SAYS: net: $STOPPED" \
		-- env XDG_CACHE_HOME=x smolvm-allowpatch -c net unrestricted
}

@test "examples: machines that are there" {
	place
	sql "UPDATE vms SET name = 'dev' WHERE name = 'net'"
	example -o 127.0.0.16/32 <<-'END'
	smolvm-allowpatch -D 255.255.255.255 dev 127.0.0.16
	END
	example -o 127.0.0.16/32 -e ignore <<-'END'
	smolvm-allowpatch -D 255.255.255.255 -p 3000 -p 53/udp dev 127.0.0.16
	END
	example -o '10.0.0.0/8
not yet' <<-'END'
	smolvm-allowpatch -n -p none dev 10.0.0.0/8 || echo not yet
	END
	member cidr egress_rules '[{"action":"allow"}]'
	example -o 'cidr
from' <<-'END'
	smolvm-allowpatch -l |
	    awk -F '\t' '$3 == "unrestricted" || $5 == "other" { print $1 }'
	END
	row dev >original
	example -o 127.0.0.16/32 -e ignore <<-'END'
	smolvm-allowpatch -j -p none dev 10.0.0.0/8 >was.json
	jq .previous was.json | smolvm-allowpatch dev -
	END
	row dev | cmp original -
	sql .dump >original
	example -o ignore -e ignore <<-'END'
	smolvm-allowpatch -l -j >saved.json
	END
	smolvm-allowpatch -D 1.1.1.1 from 10.0.0.0/8 >/dev/null 2>&1
	smolvm-allowpatch -D none -p none dev unrestricted >/dev/null 2>&1
	example -o ignore -e ignore <<-'END'
	jq -r '.machines[] | select(.record.dns_filter_hosts == null).name' \
	    saved.json | while read -r name; do
	    jq --arg name "$name" '.machines[] | select(.name == $name).record |
	        {allowed_cidrs, dns, egress_rules}' saved.json |
	        smolvm-allowpatch "$name" -
	done
	END
	sql .dump | diff original -
	sql "UPDATE vms SET data = CAST(data AS TEXT) WHERE name = 'dev'"
	example -o dev <<-'END'
	smolvm-allowpatch -r
	END
	smolvm-allowpatch -D none -p none dev unrestricted >/dev/null
	example -e ignore -o '{"alias":"127.0.0.16","machine":"dev","allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","allowed_ports":["3000/tcp"],"previous":{"allowed_cidrs":null,"dns":null,"egress_rules":null},"env":{"NO_PROXY":"127.0.0.16","no_proxy":"127.0.0.16"}}' <<-'END'
	echo '{"alias":"127.0.0.16"}' |
	    smolvm-allowpatch -j -D 255.255.255.255 -p 3000 dev - |
	    noproxy-add -j -
	END
}
