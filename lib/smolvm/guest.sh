# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# Runs inside a sandbox, from "sh -c" or standard input; see guest.h.
#
#	route ALIAS | unroute ALIAS
#	prove LABEL OTHER|- SHARES PROXY|- PORT TRY... - TRY... - TRY...
#	clean LABEL
#
# A TRY is KIND ADDRESS PORT.  The tries between the two "-" run in parallel.
# The first must be to a port that is known to be open: the command that
# reaches it makes all tries.  Each prints "tried N ANSWER", N counting from 0,
# so that a try that was not made differs from one that failed.
#
# The shells are dash, busybox and bash; the commands are what a small image
# has.  Bytes of a message are written with printf's octal escapes.

# lacks TEXT: print what this sandbox lacks, and end.
lacks() {
	echo "lacks $1"
	echo end
	exit 0
}

# gateways: $via and $dev of the IPv4 default route, $via6 of the IPv6 one;
# empty if there is none.  The kernel prints IPv4 as a little-endian number.
gateways() {
	via='' dev='' via6=''
	while read -r card to by _ _ _ _ mask _; do
		case $to,$mask,$by in
		*,00000000) continue ;;
		00000000,00000000,*) ;;
		*) continue ;;
		esac
		b1=${by#??????} by=${by%??}
		b2=${by#????} by=${by%??}
		via=$(printf '%d.%d.%d.%d' "0x$b1" "0x$b2" "0x${by#??}" \
		    "0x${by%??}") dev=$card
		break
	done </proc/net/route
	while read -r to bits _ _ by _ _ _ _ card; do
		case $to,$bits,$by in
		*,00000000000000000000000000000000) continue ;;
		00000000000000000000000000000000,00,*) ;;
		*) continue ;;
		esac
		while [ -n "$by" ]; do
			rest=${by#????}
			via6=${via6:+$via6:}${by%"$rest"} by=$rest
		done
		case $via6 in
		fe[89ab]*) via6=$via6%$card ;;
		esac
		break
	done </proc/net/ipv6_route
}

# --- the route ----------------------------------------------------------------

localnet=/proc/sys/net/ipv4/conf/all/route_localnet

# route ALIAS: the kernel keeps all of 127.0.0.0/8 on lo.  A /32 in table
# local beats that, and route_localnet lets the packets leave and come back.
route() {
	command -v ip >/dev/null || lacks 'the ip command'
	[ -n "$via" ] || { echo 'route none'; return; }
	src=$(ip -4 addr show dev "$dev" | while read -r key value _; do
		[ "$key" != inet ] || { echo "${value%%/*}"; break; }
	done)
	[ "$(cat "$localnet")" = 1 ] || echo 1 >"$localnet" ||
		lacks "a writable $localnet"
	why=$(ip route replace "$1/32" via "$via" dev "$dev" src "$src" \
	    table local 2>&1) || lacks "the right to route: $why"
	echo "route $via $dev"
}

# routed ALIAS: is ALIAS routed?
routed() {
	case $(ip route show table local) in
	*"$1 via "*) ;;
	*) return 1 ;;
	esac
}

# withdraw ALIAS: delete the route, and with the last one route_localnet.
withdraw() {
	[ -n "$via" ] || return 0
	ip route del "$1/32" via "$via" table local
	! routed "$1" || return 1
	case $(ip route show table local) in
	*127.*' via '*) ;;
	*) echo 0 >"$localnet" ;;
	esac
	return 0
}

unroute() {
	command -v ip >/dev/null || lacks 'the ip command'
	withdraw "$1" || lacks 'the right to change routes'
	if [ -n "$via" ]; then
		echo "route $via $dev"
	else
		echo 'route none'
	fi
}

# --- shares -------------------------------------------------------------------

# tags: type and tag of every share that the host offers or this one mounted.
tags() {
	for file in /sys/fs/virtiofs/*/tag; do
		[ ! -r "$file" ] || echo virtiofs "$(cat "$file")"
	done
	for file in /sys/bus/virtio/drivers/9pnet_virtio/*/mount_tag; do
		[ ! -r "$file" ] || echo 9p "$(tr -d '\000' <"$file")"
	done
	while read -r tag _ type _; do
		case $type in
		virtiofs | 9p) echo "$type $tag" ;;
		esac
	done </proc/mounts
	# The name of the root share, which is hidden once it was left.
	echo virtiofs /dev/root
}

# share LABEL write|remove: in every share, once.
share() {
	for base in /tmp /run /dev/shm /mnt /; do
		at=$base/bottle-$1
		! mkdir "$at" || break
	done
	tags | share_each "$1" "$2"
	rmdir "$at"
}

# share_each LABEL write|remove <TAGS
share_each() {
	found=0 changed=0 seen=' '
	while read -r type tag; do
		case $seen in
		*" $type:$tag "*) continue ;;
		esac
		seen="$seen$type:$tag "
		option=trans=virtio
		[ "$type" = 9p ] || option=rw
		mount -t "$type" -o "$option" "$tag" "$at" || continue
		found=$((found + 1))
		case $2 in
		write) ! echo >"$at/bottle-$1" ;;
		remove) ! rm "$at/bottle-$1" ;;
		esac || changed=$((changed + 1))
		umount "$at"
	done
	echo "shares $found $changed"
}

# --- the tries ----------------------------------------------------------------

py="import socket,sys
k,a,p,w=sys.argv[1],sys.argv[2],int(sys.argv[3]),int(sys.argv[4])
m=sys.stdin.buffer.read()
s=socket.socket(socket.AF_INET6 if chr(58) in a else socket.AF_INET,
 socket.SOCK_STREAM if k=='tcp' else socket.SOCK_DGRAM)
s.settimeout(w)
s.connect((a,p))
s.sendall(m)
while m:
 b=s.recv(64)
 if not b: break
 sys.stdout.buffer.write(b)
 sys.stdout.flush()
 if k!='tcp': break"
# shellcheck disable=SC2016 # perl expands it
pl='my ($k,$a,$p,$w)=@ARGV; local $/; my $m=<STDIN>; alarm $w+1; $|=1;
my $s=IO::Socket::IP->new(PeerHost=>$a,PeerPort=>$p,Proto=>$k,Timeout=>$w)
 or exit 1; exit 0 if $m eq ""; $s->syswrite($m);
while ($s->sysread(my $r,64)) { print $r; last if $k ne "tcp" }'

# talk tcp|udp ADDRESS PORT SECONDS <MESSAGE: send it, print what comes back.
talk() {
	u=
	[ "$1" = tcp ] || u=-u
	case $way in
	nc) nc $u -w "$4" "$2" "$3" ;;
	busybox) busybox nc $u -w "$4" "$2" "$3" ;;
	bash) timeout "$4" bash -c "exec 3<>/dev/$1/$2/$3 || exit; cat >&3
		[ $1 = tcp ] && cat <&3 || head -c 1 <&3" ;;
	python3) python3 -c "$py" "$1" "$2" "$3" "$4" ;;
	perl) perl -MIO::Socket::IP -e "$pl" "$1" "$2" "$3" "$4" ;;
	esac
}

# reach ADDRESS PORT: can a TCP connection be made?
reach() {
	case $way in
	nc) nc -z -w 3 "$1" "$2" ;;
	busybox) busybox nc -z -w 3 "$1" "$2" ;;
	bash) timeout 3 bash -c "exec 3<>/dev/tcp/$1/$2" ;;
	*) talk tcp "$1" "$2" 3 </dev/null ;;
	esac >/dev/null
}

# answered: does standard input have at least one byte?
answered() {
	[ "$(head -c 1 | wc -c)" -gt 0 ]
}

# request METHOD HOST PORT: ask the proxy; print the status of its answer.
request() {
	host=$2
	case $host in
	*:*) host="[$host]" ;;
	esac
	case $1 in
	connect) what="CONNECT $host:$3" ;;
	get) what="GET http://$host:$3/" ;;
	esac
	printf '%s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' \
	    "$what" "$host" "$3" | talk tcp "$proxy" "$pport" 15 | {
		read -r version status _
		case $version,$status in
		HTTP/1.[01],[1-5][0-9][0-9]*) echo "${status%"${status#???}"}" ;;
		esac
	}
}

# shellcheck disable=SC2059 # a query is a format
# try KIND ADDRESS PORT: $answer is yes or no, or the status of the proxy.
try() {
	answer=no
	case $1 in
	tcp) ! reach "$2" "$3" || answer=yes ;;
	udp) echo bottle | talk udp "$2" "$3" 2 >/dev/null ;;
	dns) ! printf "$query" | talk udp "$2" "$3" 2 | answered ||
		answer=yes ;;
	dnstcp) ! printf "\\000\\050$query" | talk tcp "$2" "$3" 2 |
		answered || answer=yes ;;
	connect | get)
		answer=$(request "$1" "$2" "$3")
		answer=${answer:-no} ;;
	esac
}

# attempt N KIND ADDRESS PORT: ADDRESS may be gw or gw6, the gateways, or ns,
# the name server; "none" if there is none.
attempt() {
	to=$3
	case $to in
	gw) to=$via ;;
	gw6) to=$via6 ;;
	ns) to=$ns ;;
	esac
	if [ -n "$to" ]; then
		try "$2" "$to" "$4"
	else
		answer=none
	fi
	echo "tried $1 $answer"
}

# sent: set $count to the number of IPv4 datagrams that the kernel sent.
sent() {
	count=0
	while read -r what _ _ _ n _; do
		[ "$what" != Udp: ] || count=$n
	done </proc/net/snmp
}

prove() {
	label=$1 other=$2 shares=$3 proxy=$4 pport=$5
	shift 5
	kept=y
	if [ "$other" != - ]; then
		routed "$other" || kept=
		[ -n "$kept" ] || trap 'withdraw "$other"' EXIT
		route "$other"
	fi
	ns=
	while read -r key value _; do
		[ "$key" != nameserver ] || [ -n "$ns" ] || ns=$value
	done </etc/resolv.conf
	query="bp\\001\\000\\000\\001\\000\\000\\000\\000\\000\\000\\014$label"
	query="$query\\011localhost\\000\\000\\001\\000\\001"
	ways=
	for way in nc busybox bash python3 perl; do
		! command -v "$way" >/dev/null || ways="$ways $way"
	done
	echo "ways$ways"
	for way in $ways; do
		! reach "$2" "$3" || break
	done
	sent
	before=$count n=0 parallel=
	while [ $# -gt 0 ]; do
		case $1$parallel in
		-) parallel=y; shift; continue ;;
		-y) parallel= ; wait; shift; continue ;;
		*y) attempt "$n" "$1" "$2" "$3" & ;;
		*) attempt "$n" "$1" "$2" "$3" ;;
		esac
		n=$((n + 1))
		case $parallel$n in
		y*00) wait ;;
		esac
		shift 3
	done
	sent
	echo "datagrams $((count - before))"
	[ "$shares" = 0 ] || share "$label" write
	trap - EXIT
	[ -n "$kept" ] || withdraw "$other" || lacks 'the right to change routes'
}

main() {
	exec 2>/dev/null
	trap 'exit 1' HUP INT TERM
	gateways
	case $1 in
	route) route "$2" ;;
	unroute) unroute "$2" ;;
	clean) share "$2" remove ;;
	prove) shift; prove "$@" ;;
	esac
	echo end
	exit 0
}

main "$@" </dev/null
