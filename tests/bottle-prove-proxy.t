#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The proof with real proxies in a bundle, configured well and badly.

load lib.sh
load bottle.sh

eval "$(declare -f setup | sed '1s/setup/bottle_setup/')"

# A network for the bundle and the sandbox, and an address of the host that
# represents its local network.
setup() {
	bottle_setup
	need 'no tinyproxy' command -v tinyproxy
	need 'no squid' test -x /usr/sbin/squid
	mkdir conf
	chmod 755 . conf
	inside ip address add 10.77.0.1/32 dev lo
	inside docker network create --subnet 172.30.0.0/24 only >/dev/null
	programs=(-v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro
		-v /etc/alternatives:/etc/alternatives:ro
		-v /etc/passwd:/etc/passwd:ro -v /etc/group:/etc/group:ro
		-v "$PWD/conf:$PWD/conf" --tmpfs /tmp)
	programs+=(--sysctl net.ipv6.conf.all.disable_ipv6=0)
}

teardown() {
	[ -e "$ENGINE" ] || return 0
	{
		ours kill -9
		inside docker ps -aq | inside xargs -r docker rm -f
		inside docker network rm only
		inside ip address delete 10.77.0.1/32 dev lo
	} >/dev/null 2>&1 || :
}

# contained NAME ADDRESS COMMAND...: run it in a container that has the
# programs of this host, where squid needs IPv6: without ::1 it may crash.
contained() {
	local name=$1 address=$2

	shift 2
	inside docker run -d --name "$name" --network only --ip "$address" \
		"${programs[@]}" busybox "$@" >/dev/null
}

# configure KIND: ./conf for a tinyproxy and a squid of the kind, on port 3128.
#	good	a list of names for the one, no private addresses for the other
#	local	private addresses but for the loopback are allowed
#	names	only names are denied
#	open	nothing is denied
configure() {
	printf '%s\n' 'Port 3128' 'Timeout 30' 'LogLevel Critical' \
		'FilterExtended On' >conf/tinyproxy
	printf '%s\n' 'http_port 3128' 'pid_filename none' 'cache deny all' \
		'access_log none' 'cache_log /dev/null' 'shutdown_lifetime 0' \
		'netdb_filename none' 'pinger_enable off' \
		'coredump_dir /tmp' 'dns_timeout 2 seconds' \
		'acl private dst 0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16
acl private dst 172.16.0.0/12 192.168.0.0/16 ::1 fc00::/7 fe80::/10
acl names dstdomain localhost host.docker.internal' >conf/squid
	case $1 in
	good) echo '^example\.com$' >conf/filter
		echo 'FilterDefaultDeny Yes' >>conf/tinyproxy
		echo 'http_access deny private' >>conf/squid ;;
	local) printf '%s\n' '^example\.com$' '^10\.' '^172\.' >conf/filter
		echo 'FilterDefaultDeny Yes' >>conf/tinyproxy
		echo 'http_access deny to_localhost' >>conf/squid ;;
	names) echo '^[a-z.]+$' >conf/filter
		echo 'http_access deny names' >>conf/squid ;;
	esac
	[ "$1" = open ] || echo "Filter \"$PWD/conf/filter\"" >>conf/tinyproxy
	echo 'http_access allow all' >>conf/squid
}

# proxy KIND of tinyproxy or squid: its command line.
proxy() {
	case $1 in
	tinyproxy) set -- tinyproxy -d -c "$PWD/conf/tinyproxy" ;;
	squid) set -- squid -N -f "$PWD/conf/squid" ;;
	esac
	argv=("$@")
}

# try ADDRESS: the listeners that the proxy there reached.
try() {
	local status=0

	until_true 20 inside nc -z "$1" 3128
	inside bottle-prove -t 60 -x "http://$1:3128" -p 3128 "$1" -- \
		docker exec -i box >out 2>err || status=$?
	[ "$status" = 1 ] || { cat out err; return 1; }
	echo "$(sed -n 's/.*REACHES \(.*\), through the proxy/\1/p' err |
		tr '\n' ' ')"
}

@test "a proxy in a container: addresses of the host are reached" {
	local kind name

	contained box 172.30.0.3 sleep 1000
	for name in tinyproxy squid; do
		for kind in good local names open; do
			configure "$kind"
			proxy "$name"
			contained proxy 172.30.0.2 "${argv[@]}"
			echo "$name $kind: $(try 172.30.0.2)" >>table
			inside docker rm -f proxy >/dev/null
		done
	done
	check -o 'tinyproxy good: 
tinyproxy local: 10.77.0.1 172.17.0.1 172.30.0.1 
tinyproxy names: 10.77.0.1 172.17.0.1 172.30.0.1 
tinyproxy open: 10.77.0.1 172.17.0.1 172.30.0.1 
squid good: 
squid local: 10.77.0.1 172.17.0.1 172.30.0.1 
squid names: 10.77.0.1 172.17.0.1 172.30.0.1 
squid open: 10.77.0.1 172.17.0.1 172.30.0.1 ' -- cat table
	# all closed listeners are listed
	check -o 9 -- grep -c '^closed.*through the proxy' out
}

@test "a proxy with the host's network: its loopback is reached" {
	local kind name

	contained box 172.30.0.3 sleep 1000
	for name in tinyproxy squid; do
		for kind in good local names open; do
			configure "$kind"
			proxy "$name"
			inside "${argv[@]}" 3>&- &
			echo "$name $kind: $(try 172.30.0.1)" >>table
			ours kill -9 || :
			until_true 10 gone
		done
	done
	check -o 'tinyproxy good: 
tinyproxy local: 10.77.0.1 172.17.0.1 
tinyproxy names: 127.0.0.1 ::1 127.0.0.31 10.77.0.1 172.17.0.1 127.1 2130706433 0.0.0.0 ::ffff:127.0.0.1 
tinyproxy open: 127.0.0.1 ::1 127.0.0.31 10.77.0.1 172.17.0.1 localhost 127.1 2130706433 0.0.0.0 ::ffff:127.0.0.1 
squid good: 
squid local: 10.77.0.1 172.17.0.1 
squid names: 127.0.0.1 ::1 127.0.0.31 10.77.0.1 172.17.0.1 127.1 2130706433 0.0.0.0 ::ffff:127.0.0.1 
squid open: 127.0.0.1 ::1 127.0.0.31 10.77.0.1 172.17.0.1 localhost 127.1 2130706433 0.0.0.0 ::ffff:127.0.0.1 ' -- cat table
}

gone() {
	! inside nc -z 172.30.0.1 3128
}

@test "a proxy that cannot be asked was not tried" {
	contained box 172.30.0.3 sleep 1000
	contained proxy 172.30.0.2 nc -ll -p 3128 -e cat
	inside bottle-prove -t 60 -x http://172.30.0.2:3128 -p 3128 172.30.0.2 -- \
		docker exec -i box >out 2>err || :
	check -o 'bottle-prove: docker: 127.0.0.1, through the proxy: was not tried: the proxy does not answer' \
		-- tail -n 1 err
}

@test "a bottle with a proxy of its own" {
	configure good
	proxy tinyproxy
	bundle proxy 'httpd -f -p 3000' "${argv[*]}"
	inside bottle-launch -q -t 60 -i bundle:proxy -p 3000 -p 3128 dev \
		"${programs[@]}"
	export EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
	example -o 'match:reached	127.0.0.16:3000/tcp
reached	127.0.0.16:3128/tcp
.*
closed	127.0.0.1, through the proxy
.*
closed	localhost, through the proxy
.*
closed	dns' <<-'END'
	bottle-prove -x 'http://{}:3128' -p 3000 -p 3128 dev 127.0.0.16
	END
}
