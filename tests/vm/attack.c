/* SPDX-License-Identifier: ISC */
/*
 * attack: what root in a microVM can try without asking its kernel's routes.
 * Linked statically: it runs in the microVM, and as a judge in the test guest.
 *
 *	attack raw ALIAS PORT
 *		Send frames of our own making to the gateway: NAME answered,
 *		refused or silent, a line each.  Payloads are "probe NAME".
 *	attack ports4 | ports6 FIRST LAST
 *		Try TCP on these ports of the gateway, and print those that
 *		accept, and those that are silent.
 *	attack vsock FIRST LAST
 *		Connect to these vsock ports of the host, and print what each
 *		does, unless it is silent.
 *	attack tsi tcp | udp ADDRESS PORT
 *	attack aftsi tcp | udp ADDRESS PORT
 *		Reach ADDRESS through the host's socket proxy: with messages
 *		of our own, or with the kernel's address family for it.
 *	attack share TAG FILE
 *		Mount the shared folder TAG and write FILE in it.
 *	attack watch
 *		Print every IP packet of this host that is neither TCP nor UDP.
 */
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <net/if.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE	4000		/* milliseconds to wait for answers */
#define PAUSE		20		/* between two attempts */
#define GAP		300		/* between two answers in a row */
#define OWN_PORT	20000		/* source port of the first attempt */
#define MTU		1500

/* The messages of libkrun's socket proxy, and the ports that take them. */
#define TSI_PROXY	620
#define TSI_CREATE	1024
#define TSI_CONNECT	1025
#define TSI_SENDTO_ADDR	1027
#define TSI_SENDTO_DATA	1028
#define AF_TSI		46

struct tsi_create {
	uint32_t port;
	uint16_t family;
	uint16_t type;
};

struct tsi_connect {
	uint32_t port;
	uint32_t len;
	char addr[128];
};

/* The interface, and both ends of its wire. */
static int wire;
static struct sockaddr_ll link_to;
static unsigned char own_mac[6], fake_mac[6], gateway_mac[6];
static unsigned char own4[4], gateway4[4];
static unsigned char own6[16], gateway6[16];

/* One try: what came back for its source port. */
enum outcome { SILENT, REFUSED, ANSWERED };
static struct attempt {
	char name[32];
	enum outcome outcome;
	int tcp;
	/* where the rest of a TCP flow goes, if not where it began */
	unsigned char swap[4];
	int swapped;
} attempts[256];
static int nattempts;

static void hear(long);

static void
usage(void)
{
	fputs("usage: attack raw alias port | vsock first last |\n"
	    "       ports4 first last | ports6 first last | tsi proto address port |\n"
	    "       aftsi proto address port | share tag file | watch\n",
	    stderr);
	exit(2);
}

static long
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static void
put32(unsigned char *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static unsigned
get16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* The Internet checksum's running sum. */
static uint32_t
sum(const unsigned char *p, size_t len, uint32_t s)
{
	for (; len > 1; len -= 2, p += 2)
		s += get16(p);
	if (len == 1)
		s += (uint32_t)p[0] << 8;
	return s;
}

static unsigned
fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s & 0xffff;
}

/*
 * A packet in the making: addresses of 4 or 16 bytes, the transport part, and
 * what is unusual about it.
 */
struct packet {
	unsigned char src[16], dst[16];
	int v6;
	int proto;
	unsigned char data[512];	/* TCP or UDP header and payload */
	size_t len;
	const unsigned char *options;	/* of IPv4, a multiple of 4 */
	size_t noptions;
	unsigned id, offset;		/* offset: as in the header, with flags */
	const unsigned char *mac;	/* other than the gateway's */
	int vlan;
};

static void
send_frame(const unsigned char *frame, size_t len)
{
	if (sendto(wire, frame, len, 0, (struct sockaddr *)&link_to,
	    sizeof(link_to)) == -1 && errno != ENOBUFS)
		err(2, "send");
}

/* Put an Ethernet header; its length. */
static size_t
ethernet(unsigned char *f, const struct packet *p)
{
	memcpy(f, p->mac != NULL ? p->mac : gateway_mac, 6);
	memcpy(f + 6, fake_mac, 6);
	if (p->vlan) {
		put16(f + 12, 0x8100);
		put16(f + 14, 1);
		f += 4;
	}
	put16(f + 12, p->v6 ? ETH_P_IPV6 : ETH_P_IP);
	return p->vlan ? 18 : 14;
}

static void
emit(const struct packet *p)
{
	unsigned char f[MTU], *ip;
	size_t hdr, eth;

	memset(f, 0, sizeof(f));
	eth = ethernet(f, p);
	ip = f + eth;
	if (p->v6) {
		hdr = 40;
		ip[0] = 0x60;
		put16(ip + 4, (unsigned)p->len);
		ip[6] = (unsigned char)p->proto;
		/* Neighbour discovery takes no other hop limit. */
		ip[7] = 255;
		memcpy(ip + 8, p->src, 16);
		memcpy(ip + 24, p->dst, 16);
	} else {
		hdr = 20 + p->noptions;
		ip[0] = (unsigned char)(0x40 | hdr / 4);
		put16(ip + 2, (unsigned)(hdr + p->len));
		put16(ip + 4, p->id);
		put16(ip + 6, p->offset);
		ip[8] = 64;
		ip[9] = (unsigned char)p->proto;
		memcpy(ip + 12, p->src, 4);
		memcpy(ip + 16, p->dst, 4);
		if (p->noptions > 0)
			memcpy(ip + 20, p->options, p->noptions);
		put16(ip + 10, fold(sum(ip, hdr, 0)));
	}
	memcpy(ip + hdr, p->data, p->len);
	send_frame(f, eth + hdr + p->len);
}

/* Put the checksum of a TCP, UDP or ICMPv6 part at data + at. */
static void
transport_sum(struct packet *p, size_t at)
{
	size_t alen = p->v6 ? 16 : 4;
	uint32_t s;

	put16(p->data + at, 0);
	s = sum(p->src, alen, 0);
	s = sum(p->dst, alen, s);
	s += (uint32_t)p->proto + (uint32_t)p->len;
	put16(p->data + at, fold(sum(p->data, p->len, s)));
}

/* An address in text; v6 is set accordingly. */
static void
to(struct packet *p, const char *dst)
{
	memset(p, 0, sizeof(*p));
	p->v6 = strchr(dst, ':') != NULL;
	if (inet_pton(p->v6 ? AF_INET6 : AF_INET, dst, p->dst) != 1)
		errx(2, "%s: not an address", dst);
	memcpy(p->src, p->v6 ? own6 : own4, p->v6 ? 16 : 4);
}

/* A new attempt; its source port.  The gateway first takes the last one. */
static unsigned
attempt(const char *name, int tcp)
{
	struct attempt *a;

	hear(PAUSE);
	if (nattempts == sizeof(attempts) / sizeof(attempts[0]))
		errx(2, "too many attempts");
	a = &attempts[nattempts];
	snprintf(a->name, sizeof(a->name), "%s", name);
	a->tcp = tcp;
	return OWN_PORT + (unsigned)nattempts++;
}

static void
udp(struct packet *p, const char *name, unsigned port)
{
	p->proto = IPPROTO_UDP;
	put16(p->data, attempt(name, 0));
	put16(p->data + 2, port);
	p->len = 8 + (size_t)snprintf((char *)p->data + 8,
	    sizeof(p->data) - 8, "probe %s\n", name);
	put16(p->data + 4, (unsigned)p->len);
	transport_sum(p, 6);
}

static void
tcp_header(struct packet *p, unsigned from, unsigned port, uint32_t seq,
    uint32_t ack, int flags)
{
	p->proto = IPPROTO_TCP;
	put16(p->data, from);
	put16(p->data + 2, port);
	put32(p->data + 4, seq);
	put32(p->data + 8, ack);
	p->data[12] = 5 << 4;
	p->data[13] = (unsigned char)flags;
	put16(p->data + 14, 8192);
	put32(p->data + 16, 0);
	p->len = 20;
}

static void
syn(struct packet *p, const char *name, unsigned port)
{
	tcp_header(p, attempt(name, 1), port, 1000, 0, 0x02);
	transport_sum(p, 16);
}

static void
send_udp(const char *name, const char *dst, unsigned port)
{
	struct packet p;

	to(&p, dst);
	udp(&p, name, port);
	emit(&p);
}

static void
send_syn(const char *name, const char *dst, unsigned port)
{
	struct packet p;

	to(&p, dst);
	syn(&p, name, port);
	emit(&p);
}

static void
send_echo(const char *name, const char *dst)
{
	struct packet p;

	to(&p, dst);
	p.proto = IPPROTO_ICMP;
	p.data[0] = 8;
	put16(p.data + 4, attempt(name, 0));
	p.len = 16;
	put16(p.data + 2, fold(sum(p.data, p.len, 0)));
	emit(&p);
}

static void
send_spoofed(const char *name, const char *src, const char *dst, unsigned port)
{
	struct packet p;

	to(&p, dst);
	if (inet_pton(AF_INET, src, p.src) != 1)
		errx(2, "%s: not an address", src);
	udp(&p, name, port);
	emit(&p);
}

/* In two pieces of which the second goes to other, unless that is NULL. */
static void
send_fragments(const char *name, const char *dst, const char *other,
    unsigned port, int is_tcp)
{
	struct packet p, rest;

	to(&p, dst);
	if (is_tcp)
		syn(&p, name, port);
	else
		udp(&p, name, port);
	p.id = 4000 + (unsigned)nattempts;
	rest = p;
	if (other != NULL && inet_pton(AF_INET, other, rest.dst) != 1)
		errx(2, "%s: not an address", other);
	rest.len = p.len - 8;
	memcpy(rest.data, p.data + 8, rest.len);
	rest.offset = 1;
	p.len = 8;
	p.offset = 0x2000;
	emit(&p);
	emit(&rest);
}

/* The same piece twice: to dst, then to other in its place. */
static void
send_overlap(const char *name, const char *dst, const char *other,
    unsigned port)
{
	struct packet p, q;

	to(&p, dst);
	udp(&p, name, port);
	p.id = 4000 + (unsigned)nattempts;
	p.offset = 0x2000;
	q = p;
	q.len = 8;
	p.len = 16;
	emit(&p);
	if (inet_pton(AF_INET, other, q.dst) != 1)
		errx(2, "%s: not an address", other);
	emit(&q);
	to(&q, other);
	q.proto = p.proto;
	q.id = p.id;
	q.offset = 2;
	q.len = strlen(name) + 7 - 8;
	memcpy(q.data, p.data + 16, q.len);
	emit(&q);
}

static void
send_options(const char *name, const char *dst, const unsigned char *options,
    size_t len, unsigned port)
{
	struct packet p;

	to(&p, dst);
	udp(&p, name, port);
	p.options = options;
	p.noptions = len;
	emit(&p);
}

/* A whole packet to dst inside one of protocol proto to outer. */
static void
send_nested(const char *name, const char *outer, const char *dst, int proto,
    unsigned port)
{
	struct packet in, out;
	unsigned char *ip;
	size_t hdr;

	to(&in, dst);
	udp(&in, name, port);
	to(&out, outer);
	out.proto = proto;
	ip = out.data;
	if (proto == 47) {		/* GRE: flags, the inner type */
		put16(ip + 2, in.v6 ? ETH_P_IPV6 : ETH_P_IP);
		ip += 4;
	}
	hdr = in.v6 ? 40 : 20;
	memset(ip, 0, hdr);
	if (in.v6) {
		ip[0] = 0x60;
		put16(ip + 4, (unsigned)in.len);
		ip[6] = IPPROTO_UDP;
		ip[7] = 64;
		memcpy(ip + 8, in.src, 16);
		memcpy(ip + 24, in.dst, 16);
	} else {
		ip[0] = 0x45;
		put16(ip + 2, (unsigned)(hdr + in.len));
		ip[8] = 64;
		ip[9] = IPPROTO_UDP;
		memcpy(ip + 12, in.src, 4);
		memcpy(ip + 16, in.dst, 4);
		put16(ip + 10, fold(sum(ip, hdr, 0)));
	}
	memcpy(ip + hdr, in.data, in.len);
	out.len = (size_t)(ip - out.data) + hdr + in.len;
	emit(&out);
}

/* With an IPv6 header of type before the UDP part. */
static void
send_extended(const char *name, const char *dst, int type, unsigned port)
{
	struct packet p;

	to(&p, dst);
	udp(&p, name, port);
	memmove(p.data + 8, p.data, p.len);
	memset(p.data, 0, 8);
	p.data[0] = IPPROTO_UDP;
	if (type == IPPROTO_FRAGMENT)
		put32(p.data + 4, 7);
	else if (type != IPPROTO_ROUTING)
		p.data[2] = 1, p.data[3] = 4;	/* padding */
	p.len += 8;
	p.proto = type;
	emit(&p);
}

/* Every protocol that is not carried as such, to dst. */
static void
send_protocols(const char *dst)
{
	struct packet p;
	int proto;

	for (proto = 0; proto < 256; proto++) {
		if (proto == IPPROTO_ICMP || proto == IPPROTO_TCP ||
		    proto == IPPROTO_UDP)
			continue;
		to(&p, dst);
		p.proto = proto;
		p.len = 16;
		emit(&p);
	}
}

static void
send_odd_links(const char *dst, unsigned port)
{
	static const unsigned char broadcast[6] =
	    { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const unsigned char stranger[6] =
	    { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };
	struct packet p;

	to(&p, dst);
	udp(&p, "link-vlan", port);
	p.vlan = 1;
	emit(&p);
	to(&p, dst);
	udp(&p, "link-broadcast", port);
	p.mac = broadcast;
	emit(&p);
	to(&p, dst);
	udp(&p, "link-stranger", port);
	p.mac = stranger;
	emit(&p);
}

/* A datagram to alias, then one from the same port to dst. */
static void
send_udp_flow(const char *alias, const char *dst, unsigned port)
{
	struct packet p;

	to(&p, alias);
	udp(&p, "flow-udp", port);
	emit(&p);
	emit(&p);
	if (inet_pton(AF_INET, dst, p.dst) != 1)
		errx(2, "%s: not an address", dst);
	transport_sum(&p, 6);
	emit(&p);
}

/* A TCP flow to alias that goes on to dst once it is there. */
static void
send_tcp_flow(const char *alias, const char *dst, unsigned port)
{
	struct attempt *a;

	send_syn("flow-tcp", alias, port);
	a = &attempts[nattempts - 1];
	a->swapped = 1;
	if (inet_pton(AF_INET, dst, a->swap) != 1)
		errx(2, "%s: not an address", dst);
}

/* With addresses alone. */
static void
send_plain(const char *alias, unsigned port, const char *gw)
{
	send_syn("twin-tcp", alias, port);
	send_syn("tcp-lan", "10.9.9.9", 8080);
	send_syn("tcp-host", "127.0.0.1", 3000);
	send_syn("tcp-alias", "127.0.0.17", 3000);
	send_syn("tcp-gateway", gw, 3000);
	send_syn("tcp-any", "0.0.0.0", 3000);
	send_syn("tcp-net", "127.0.0.0", 3000);
	send_udp("udp-internet", "8.8.8.8", 9999);
	send_udp("udp-host", "127.0.0.1", 3053);
	send_udp("udp-alias", "127.0.0.17", 3053);
	send_udp("udp-gateway", gw, 3053);
	send_udp("udp-any", "0.0.0.0", 3053);
	send_udp("udp-broadcast", "255.255.255.255", 3053);
	send_udp("udp-multicast", "224.0.0.251", 3053);
	send_echo("icmp-internet", "8.8.8.8");
	send_echo("icmp-host", "127.0.0.1");
	send_echo("icmp-alias", "127.0.0.17");
}

/* What a gateway may take for something else. */
static void
send_odd(const char *alias, unsigned port, const char *gw, const char *gw6)
{
	static const unsigned char nops[8] = { 1, 1, 1, 1, 1, 1, 1, 0 };
	static const unsigned char lsrr[8] = { 131, 7, 4, 8, 8, 8, 8, 0 };
	static const unsigned char ssrr[8] = { 137, 7, 4, 8, 8, 8, 8, 0 };

	send_spoofed("spoof-host", "127.0.0.1", "8.8.8.8", 9999);
	send_spoofed("spoof-alias", alias, "8.8.8.8", 9999);
	send_spoofed("spoof-gateway", gw, "8.8.8.8", 9999);
	send_spoofed("spoof-outside", "9.9.9.9", "8.8.8.8", 9999);
	send_options("options-none", "8.8.8.8", nops, sizeof(nops), 9999);
	send_options("options-lsrr", alias, lsrr, sizeof(lsrr), 9999);
	send_options("options-ssrr", alias, ssrr, sizeof(ssrr), 9999);
	send_fragments("fragments-udp", "8.8.8.8", NULL, 9999, 0);
	send_fragments("fragments-tcp", "10.9.9.9", NULL, 8080, 1);
	send_fragments("fragments-swap", alias, "8.8.8.8", 9999, 0);
	send_fragments("fragments-back", "8.8.8.8", alias, 9999, 0);
	send_overlap("fragments-overlap", alias, "8.8.8.8", 9999);
	send_nested("nested-ipip", alias, "8.8.8.8", 4, 9999);
	send_nested("nested-gre", alias, "8.8.8.8", 47, 9999);
	send_nested("nested-6in4", alias, "2001:db8::9", 41, 6003);
	send_nested("nested-4in6", gw6, "8.8.8.8", 4, 9999);
	send_odd_links("8.8.8.8", 9999);
	send_udp_flow(alias, "127.0.0.17", 3053);
	send_tcp_flow(alias, "127.0.0.17", port);
}

/* IPv6, and IPv4 addresses within it. */
static void
send_v6(const char *gw6)
{
	send_syn("v6-tcp", "2001:db8::9", 6002);
	send_udp("v6-udp", "2001:db8::9", 6003);
	send_syn("v6-loopback", "::1", 6001);
	send_syn("v6-any", "::", 6001);
	send_syn("v6-gateway", gw6, 6001);
	send_syn("v6-link", "fe80::1", 6001);
	send_syn("mapped-host", "::ffff:127.0.0.1", 3000);
	send_syn("mapped-alias", "::ffff:127.0.0.17", 3000);
	send_syn("mapped-lan", "::ffff:10.9.9.9", 8080);
	send_udp("mapped-udp", "::ffff:8.8.8.8", 9999);
	send_syn("compat-host", "::127.0.0.1", 3000);
	send_syn("compat-lan", "::10.9.9.9", 8080);
	send_syn("nat64-lan", "64:ff9b::10.9.9.9", 8080);
	send_syn("6to4-lan", "2002:a09:909::", 8080);
	send_extended("v6-hop", "2001:db8::9", IPPROTO_HOPOPTS, 6003);
	send_extended("v6-options", "2001:db8::9", IPPROTO_DSTOPTS, 6003);
	send_extended("v6-routing", "2001:db8::9", IPPROTO_ROUTING, 6003);
	send_extended("v6-fragment", "2001:db8::9", IPPROTO_FRAGMENT, 6003);
}

static void
send_all(const char *alias, unsigned port)
{
	char gw[INET_ADDRSTRLEN], gw6[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET, gateway4, gw, sizeof(gw));
	inet_ntop(AF_INET6, gateway6, gw6, sizeof(gw6));
	send_plain(alias, port, gw);
	send_odd(alias, port, gw, gw6);
	send_v6(gw6);
	send_protocols("8.8.8.8");
}

/* ARP: who has target, says mac. */
static void
arp(int op, const unsigned char *mac, const unsigned char *target_mac,
    const unsigned char *target)
{
	unsigned char f[60];

	memset(f, 0, sizeof(f));
	memset(f, 0xff, 6);
	if (op == 2)
		memcpy(f, target_mac, 6);
	memcpy(f + 6, mac, 6);
	put16(f + 12, ETH_P_ARP);
	put16(f + 14, 1);
	put16(f + 16, ETH_P_IP);
	f[18] = 6;
	f[19] = 4;
	put16(f + 20, (unsigned)op);
	memcpy(f + 22, mac, 6);
	memcpy(f + 28, own4, 4);
	if (op == 2)
		memcpy(f + 32, target_mac, 6);
	memcpy(f + 38, target, 4);
	send_frame(f, sizeof(f));
}

/*
 * Neighbour discovery, to dst: who has target, says mac (type 135); or target
 * is at mac (type 136).
 */
static void
discover(int type, const unsigned char *dst, const unsigned char *target,
    const unsigned char *mac)
{
	struct packet p;

	memset(&p, 0, sizeof(p));
	p.v6 = 1;
	p.proto = IPPROTO_ICMPV6;
	memcpy(p.src, own6, 16);
	memcpy(p.dst, dst, 16);
	p.data[0] = (unsigned char)type;
	p.data[4] = type == 136 ? 0x60 : 0;
	memcpy(p.data + 8, target, 16);
	p.data[24] = (unsigned char)(type - 134);
	p.data[25] = 1;
	memcpy(p.data + 26, mac, 6);
	p.len = 32;
	transport_sum(&p, 2);
	emit(&p);
}

/* A solicitation for our IPv6 address is answered with fake_mac. */
static void
advertise(const unsigned char *f)
{
	discover(136, f + 14 + 8, own6, fake_mac);
}

/* Go on with a TCP flow whose SYN was answered: its payload. */
static void
go_on(struct attempt *a, const unsigned char *ip, const unsigned char *t,
    int v6)
{
	struct packet p;
	unsigned from;
	int n;

	memset(&p, 0, sizeof(p));
	p.v6 = v6;
	memcpy(p.src, ip + (v6 ? 24 : 16), v6 ? 16 : 4);
	memcpy(p.dst, ip + (v6 ? 8 : 12), v6 ? 16 : 4);
	from = OWN_PORT + (unsigned)(a - attempts);
	tcp_header(&p, from, get16(t), get32(t + 8), get32(t + 4) + 1, 0x10);
	transport_sum(&p, 16);
	emit(&p);
	if (a->swapped)
		memcpy(p.dst, a->swap, 4);
	tcp_header(&p, from, get16(t), get32(t + 8), get32(t + 4) + 1, 0x18);
	n = snprintf((char *)p.data + 20, sizeof(p.data) - 20, "probe %s\n",
	    a->name);
	p.len += (size_t)n;
	transport_sum(&p, 16);
	emit(&p);
}

/* What a frame says about an attempt. */
static void
judge(const unsigned char *f, size_t len)
{
	const unsigned char *ip, *t;
	struct attempt *a;
	int proto, v6;
	size_t hdr;
	unsigned port;

	ip = f + 14;
	v6 = get16(f + 12) == ETH_P_IPV6;
	hdr = v6 ? 40 : (size_t)(ip[0] & 15) * 4;
	if (len < 14 + hdr + 8)
		return;
	proto = v6 ? ip[6] : ip[9];
	t = ip + hdr;
	if (v6 && proto == IPPROTO_ICMPV6 && t[0] == 135) {
		advertise(f);
		return;
	}
	if (proto == IPPROTO_ICMP)
		port = t[0] == 0 ? get16(t + 4) :
		    len >= 14 + hdr + 30 ? get16(t + 28) : 0;
	else if (proto == IPPROTO_TCP || proto == IPPROTO_UDP)
		port = get16(t + 2);
	else
		return;
	if (port < OWN_PORT || port >= OWN_PORT + (unsigned)nattempts)
		return;
	a = &attempts[port - OWN_PORT];
	if (proto == IPPROTO_ICMP && t[0] != 0)
		a->outcome = REFUSED;
	else if (proto != IPPROTO_TCP)
		a->outcome = ANSWERED;
	else if (len >= 14 + hdr + 20 && (t[13] & 0x12) == 0x12) {
		a->outcome = ANSWERED;
		go_on(a, ip, t, v6);
	} else if ((t[13] & 0x04) != 0 && a->outcome == SILENT)
		a->outcome = REFUSED;
}

/* Hear frames for ms milliseconds, answering ARP. */
static void
hear(long ms)
{
	unsigned char f[2048];
	struct pollfd pfd;
	long end, left;
	ssize_t n;

	end = now() + ms;
	while ((left = end - now()) > 0) {
		pfd.fd = wire;
		pfd.events = POLLIN;
		if (poll(&pfd, 1, (int)left) < 1)
			continue;
		if ((n = recv(wire, f, sizeof(f), MSG_DONTWAIT)) < 42)
			continue;
		if (memcmp(f + 6, fake_mac, 6) == 0 ||
		    memcmp(f + 6, own_mac, 6) == 0)
			continue;		/* our own */
		if (get16(f + 12) == ETH_P_ARP) {
			if (memcmp(f + 28, gateway4, 4) == 0)
				memcpy(gateway_mac, f + 22, 6);
			if (get16(f + 20) == 1)
				arp(2, fake_mac, f + 22, f + 28);
		} else
			judge(f, (size_t)n);
	}
}

/* The default route of the guest: its interface and the gateway. */
static void
find_gateway(char *name)
{
	char line[256];
	unsigned dst, via;
	FILE *f;

	if ((f = fopen("/proc/net/route", "r")) == NULL)
		err(2, "/proc/net/route");
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%15s %x %x", name, &dst, &via) == 3 &&
		    dst == 0 && via != 0) {
			memcpy(gateway4, &via, 4);
			fclose(f);
			return;
		}
	errx(2, "no default route");
}

static void
open_wire(void)
{
	struct packet_mreq mreq;
	struct ifreq ifr;
	char name[16];
	int size = 1 << 22, try;

	find_gateway(name);
	wire = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	if (wire == -1)
		err(2, "AF_PACKET");
	setsockopt(wire, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, name, strlen(name) + 1);
	if (ioctl(wire, SIOCGIFHWADDR, &ifr) == -1)
		err(2, "%s", name);
	memcpy(own_mac, ifr.ifr_hwaddr.sa_data, 6);
	memcpy(fake_mac, own_mac, 6);
	fake_mac[5] ^= 0x55;
	if (ioctl(wire, SIOCGIFADDR, &ifr) == -1)
		err(2, "%s", name);
	memcpy(own4, &((struct sockaddr_in *)&ifr.ifr_addr)->sin_addr, 4);
	link_to.sll_family = AF_PACKET;
	link_to.sll_ifindex = (int)if_nametoindex(name);
	link_to.sll_protocol = htons(ETH_P_ALL);
	if (bind(wire, (struct sockaddr *)&link_to, sizeof(link_to)) == -1)
		err(2, "%s", name);
	memset(&mreq, 0, sizeof(mreq));
	mreq.mr_ifindex = link_to.sll_ifindex;
	mreq.mr_type = PACKET_MR_PROMISC;
	setsockopt(wire, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
	    sizeof(mreq));
	inet_pton(AF_INET6, "fd53:4d00::2", own6);
	inet_pton(AF_INET6, "fd53:4d00::1", gateway6);
	for (try = 0; try < 20 && (gateway_mac[0] | gateway_mac[5]) == 0;
	    try++) {
		arp(1, fake_mac, NULL, gateway4);
		hear(200);
	}
	if ((gateway_mac[0] | gateway_mac[5]) == 0)
		errx(2, "the gateway does not answer ARP");
	discover(135, gateway6, gateway6, fake_mac);
	hear(200);
}

/* The kernel is given its addresses back. */
static void
close_wire(void)
{
	arp(1, own_mac, NULL, gateway4);
	discover(135, gateway6, gateway6, own_mac);
	close(wire);
}

static int
raw(const char *alias, const char *port)
{
	static const char *const words[] = { "silent", "refused", "answered" };
	int i;

	open_wire();
	send_all(alias, (unsigned)atoi(port));
	hear(PATIENCE);
	close_wire();
	for (i = 0; i < nattempts; i++)
		printf("%s %s\n", attempts[i].name, words[attempts[i].outcome]);
	return 0;
}

/* What a frame says about the ports that are tried; 1: about a new one. */
static int
scanned(const unsigned char *f, size_t len, int v6, unsigned char *answer)
{
	const unsigned char *t;
	size_t hdr = v6 ? 40 : 20;

	if (get16(f + 12) == ETH_P_ARP && get16(f + 20) == 1)
		arp(2, fake_mac, f + 22, f + 28);
	if (get16(f + 12) != (v6 ? ETH_P_IPV6 : ETH_P_IP) ||
	    len < 14 + hdr + 20)
		return 0;
	if (v6 && f[14 + 6] == IPPROTO_ICMPV6 && f[14 + 40] == 135)
		advertise(f);
	t = f + 14 + hdr;
	if (f[14 + (v6 ? 6 : 9)] != IPPROTO_TCP || get16(t + 2) != OWN_PORT ||
	    answer[get16(t)] != 0)
		return 0;
	answer[get16(t)] = t[13];
	return 1;
}

/* Hear until n ports have answered, or none has for a while. */
static void
hear_ports(unsigned n, int v6, unsigned char *answer)
{
	unsigned char f[2048];
	struct pollfd pfd;
	unsigned heard = 0;
	long end = now() + GAP;
	ssize_t len;

	while (heard < n && now() < end) {
		pfd.fd = wire;
		pfd.events = POLLIN;
		if (poll(&pfd, 1, (int)(end - now())) < 1)
			continue;
		len = recv(wire, f, sizeof(f), MSG_DONTWAIT);
		if (len >= 42 && memcmp(f + 6, fake_mac, 6) != 0 &&
		    scanned(f, (size_t)len, v6, answer)) {
			heard++;
			end = now() + GAP;
		}
	}
}

/*
 * Try the ports of the gateway, a few at a time since its queue is short, and
 * again those without an answer.  Closed ports answer, too: a silent one was
 * not tried.  The source port is the same for all.
 */
static void
scan(unsigned first, unsigned last, int v6)
{
	static unsigned char answer[65536];
	struct packet p;
	unsigned port, sent, try;
	char text[INET6_ADDRSTRLEN];

	memset(answer, 0, sizeof(answer));
	inet_ntop(v6 ? AF_INET6 : AF_INET, v6 ? gateway6 : gateway4, text,
	    sizeof(text));
	for (try = 0; try < 5; try++)
		for (port = first, sent = 0; port <= last; port++) {
			if (answer[port] == 0) {
				to(&p, text);
				tcp_header(&p, OWN_PORT, port, 1000, 0, 0x02);
				transport_sum(&p, 16);
				emit(&p);
				sent++;
			}
			if (sent < 64 && port < last)
				continue;
			hear_ports(sent, v6, answer);
			sent = 0;
		}
	for (port = first; port <= last; port++)
		if (answer[port] == 0 || (answer[port] & 0x12) == 0x12)
			printf("%s %u%s\n", v6 ? "tcp6" : "tcp", port,
			    answer[port] == 0 ? " silent" : "");
}

static int
ports(const char *first, const char *last, int v6)
{
	open_wire();
	scan((unsigned)atoi(first), (unsigned)atoi(last), v6);
	close_wire();
	return 0;
}

static int
vsock_connect(int s, unsigned port)
{
	struct sockaddr_vm vm;

	memset(&vm, 0, sizeof(vm));
	vm.svm_family = AF_VSOCK;
	vm.svm_cid = VMADDR_CID_HOST;
	vm.svm_port = port;
	return connect(s, (struct sockaddr *)&vm, sizeof(vm));
}

/* What came of the connections to n ports from first on. */
static void
vsock_chunk(unsigned first, unsigned n)
{
	struct pollfd pfd[256];
	socklen_t len;
	unsigned i;
	long end;
	int error;

	for (i = 0; i < n; i++) {
		pfd[i].events = POLLOUT;
		pfd[i].revents = 0;
		pfd[i].fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (pfd[i].fd == -1)
			err(2, "AF_VSOCK");
		if (vsock_connect(pfd[i].fd, first + i) == -1 &&
		    errno != EINPROGRESS)
			printf("vsock %u %s\n", first + i, strerror(errno));
	}
	for (end = now() + 1500; now() < end;)
		if (poll(pfd, n, (int)(end - now())) > 0) {
			for (i = 0; i < n; i++) {
				if (pfd[i].fd < 0 || pfd[i].revents == 0)
					continue;
				len = sizeof(error);
				getsockopt(pfd[i].fd, SOL_SOCKET, SO_ERROR,
				    &error, &len);
				printf("vsock %u %s\n", first + i, error == 0 ?
				    "open" : strerror(error));
				close(pfd[i].fd);
				pfd[i].fd = -1;
			}
		}
	for (i = 0; i < n; i++)
		if (pfd[i].fd >= 0)
			close(pfd[i].fd);
}

static int
vsock(const char *first, const char *last)
{
	unsigned from, n, to_port;

	to_port = (unsigned)atoi(last);
	for (from = (unsigned)atoi(first); from <= to_port; from += n) {
		n = to_port - from + 1 < 256 ? to_port - from + 1 : 256;
		vsock_chunk(from, n);
	}
	return 0;
}

static void
message(int s, unsigned port, const void *data, size_t len)
{
	struct sockaddr_vm vm;

	memset(&vm, 0, sizeof(vm));
	vm.svm_family = AF_VSOCK;
	vm.svm_cid = VMADDR_CID_HOST;
	vm.svm_port = port;
	if (sendto(s, data, len, 0, (struct sockaddr *)&vm,
	    sizeof(vm)) == -1) {
		printf("silent: send: %s\n", strerror(errno));
		exit(1);
	}
}

static int
outcome(ssize_t n, char *buf)
{
	if (n <= 0) {
		printf("silent: %s\n", n == 0 ? "end of file" :
		    strerror(errno));
		return 1;
	}
	buf[n] = '\0';
	printf("answered: %s%s", buf, buf[n - 1] == '\n' ? "" : "\n");
	return 0;
}

/* An unbound vsock socket of the type; its port. */
static int
vsock_bound(int type, uint32_t *port)
{
	struct timeval tv = { 3, 0 };
	struct sockaddr_vm vm;
	socklen_t len = sizeof(vm);
	int s;

	if ((s = socket(AF_VSOCK, type, 0)) == -1)
		err(2, "AF_VSOCK");
	memset(&vm, 0, sizeof(vm));
	vm.svm_family = AF_VSOCK;
	vm.svm_cid = VMADDR_CID_ANY;
	vm.svm_port = VMADDR_PORT_ANY;
	if (bind(s, (struct sockaddr *)&vm, sizeof(vm)) == -1 ||
	    getsockname(s, (struct sockaddr *)&vm, &len) == -1)
		err(2, "AF_VSOCK: bind");
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	*port = vm.svm_port;
	return s;
}

static int
tsi(const char *proto, const struct sockaddr_in *sin)
{
	struct tsi_connect request;
	struct tsi_create create;
	uint32_t port, control_port;
	int32_t result;
	char buf[512];
	int control, is_tcp, s;

	is_tcp = strcmp(proto, "tcp") == 0;
	control = vsock_bound(SOCK_DGRAM, &control_port);
	s = vsock_bound(is_tcp ? SOCK_STREAM : SOCK_DGRAM, &port);
	memset(&create, 0, sizeof(create));
	create.port = port;
	create.family = AF_INET;
	create.type = is_tcp ? SOCK_STREAM : SOCK_DGRAM;
	message(control, TSI_CREATE, &create, sizeof(create));
	memset(&request, 0, sizeof(request));
	request.port = port;
	request.len = sizeof(*sin);
	memcpy(request.addr, sin, sizeof(*sin));
	if (!is_tcp) {
		message(control, TSI_SENDTO_ADDR, &request, sizeof(request));
		message(s, TSI_SENDTO_DATA, "probe tsi\n", 10);
		return outcome(recv(s, buf, sizeof(buf) - 1, 0), buf);
	}
	message(control, TSI_CONNECT, &request, sizeof(request));
	if (recv(control, &result, sizeof(result), 0) != sizeof(result))
		return outcome(-1, buf);
	if (result != 0) {
		printf("refused: %s\n", strerror(-result));
		return 1;
	}
	if (vsock_connect(s, TSI_PROXY) == -1 ||
	    send(s, "probe tsi\n", 10, MSG_NOSIGNAL) == -1)
		return outcome(-1, buf);
	return outcome(recv(s, buf, sizeof(buf) - 1, 0), buf);
}

/* Such sockets do not keep to SO_RCVTIMEO. */
static void
hung(int sig)
{
	(void)sig;
	if (write(STDOUT_FILENO, "silent: timed out\n", 18) == 18)
		_exit(1);
	_exit(2);
}

static int
aftsi(const char *proto, const struct sockaddr_in *sin)
{
	struct timeval tv = { 3, 0 };
	char buf[512];
	int s;

	signal(SIGALRM, hung);
	alarm(6);
	s = socket(AF_TSI, strcmp(proto, "tcp") == 0 ? SOCK_STREAM :
	    SOCK_DGRAM, 0);
	if (s == -1) {
		printf("silent: socket: %s\n", strerror(errno));
		return 1;
	}
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(s, (const struct sockaddr *)sin, sizeof(*sin)) == -1) {
		printf("silent: connect: %s\n", strerror(errno));
		return 1;
	}
	if (send(s, "probe tsi\n", 10, MSG_NOSIGNAL) == -1)
		return outcome(-1, buf);
	return outcome(recv(s, buf, sizeof(buf) - 1, 0), buf);
}

static int
proxied(int argc, char *argv[])
{
	struct sockaddr_in sin;

	if (argc != 5)
		usage();
	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons((uint16_t)atoi(argv[4]));
	if (inet_pton(AF_INET, argv[3], &sin.sin_addr) != 1)
		errx(2, "%s: not an address", argv[3]);
	if (strcmp(argv[1], "tsi") == 0)
		return tsi(argv[2], &sin);
	return aftsi(argv[2], &sin);
}

static int
share(const char *tag, const char *name)
{
	char dir[] = "/tmp/share.XXXXXX", path[256];
	int fd;

	if (mkdtemp(dir) == NULL)
		err(2, "%s", dir);
	if (mount(tag, dir, "virtiofs", 0, NULL) == -1) {
		printf("no such share: %s\n", strerror(errno));
		return 1;
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644)) == -1)
		printf("refused: %s\n", strerror(errno));
	else {
		printf("written\n");
		close(fd);
	}
	umount2(dir, MNT_DETACH);
	return fd == -1;
}

static int
watch(void)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	unsigned char f[2048];
	struct sockaddr_ll from;
	socklen_t len;
	ssize_t n;
	int proto, s, v6;

	s = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	if (s == -1)
		err(2, "AF_PACKET");
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		len = sizeof(from);
		n = recvfrom(s, f, sizeof(f), 0, (struct sockaddr *)&from,
		    &len);
		if (n < 20 || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		v6 = f[0] >> 4 == 6;
		if ((!v6 && f[0] >> 4 != 4) || (v6 && n < 40))
			continue;
		proto = v6 ? f[6] : f[9];
		if (proto == IPPROTO_TCP || proto == IPPROTO_UDP)
			continue;
		inet_ntop(v6 ? AF_INET6 : AF_INET, f + (v6 ? 8 : 12), src,
		    sizeof(src));
		inet_ntop(v6 ? AF_INET6 : AF_INET, f + (v6 ? 24 : 16), dst,
		    sizeof(dst));
		printf("packet %d %s %s\n", proto, src, dst);
	}
}

int
main(int argc, char *argv[])
{
	const char *what;

	if (argc < 2)
		usage();
	what = argv[1];
	if (strcmp(what, "watch") == 0 && argc == 2)
		return watch();
	if (strcmp(what, "tsi") == 0 || strcmp(what, "aftsi") == 0)
		return proxied(argc, argv);
	if (argc != 4)
		usage();
	if (strcmp(what, "raw") == 0)
		return raw(argv[2], argv[3]);
	if (strcmp(what, "ports4") == 0 || strcmp(what, "ports6") == 0)
		return ports(argv[2], argv[3], what[5] == '6');
	if (strcmp(what, "vsock") == 0)
		return vsock(argv[2], argv[3]);
	if (strcmp(what, "share") == 0)
		return share(argv[2], argv[3]);
	usage();
}
