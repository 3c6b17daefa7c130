// SPDX-License-Identifier: GPL-2.0
/* Ethernet frames with TCP segments, sent and received past the kernel's own TCP. */
#define _GNU_SOURCE
#include "frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define ETH_HLEN	14
#define ETHERTYPE_V4	0x0800
#define ETHERTYPE_V6	0x86dd
#define FRAME_MAX	70000

static void parse_mac(const char *text, u8 *mac)
{
	unsigned int b[6], i;

	if (!text || sscanf(text, "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4, b + 5) != 6)
		usage_error("'%s' is no MAC address", text ? text : "");
	for (i = 0; i < 6; i++)
		mac[i] = b[i];
}

static void bind_interface(struct port *p, const char *ifname, u16 ethertype)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ethertype) };
	struct ifreq r = { 0 };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", ifname);
	if (ioctl(p->fd, SIOCGIFINDEX, &r))
		die_errno("no interface '%s'", ifname);
	p->ifindex = ll.sll_ifindex = r.ifr_ifindex;
	if (ioctl(p->fd, SIOCGIFHWADDR, &r))
		die_errno("no MAC address on '%s'", ifname);
	memcpy(p->mac, r.ifr_hwaddr.sa_data, 6);
	if (bind(p->fd, (void *)&ll, sizeof(ll)))
		die_errno("cannot bind to '%s'", ifname);
}

void port_open(struct port *p, const char *netns, const char *ifname, const char *router_mac,
	       u16 ethertype)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), size = 8 << 20;

	if (home < 0)
		die_errno("cannot open /proc/self/ns/net");
	netns_enter(netns);
	p->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		die_errno("cannot open a packet socket (needs root)");
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	bind_interface(p, ifname, ethertype);
	if (router_mac)
		parse_mac(router_mac, p->router);
	if (setns(home, CLONE_NEWNET))
		die_errno("cannot return to the first network namespace");
	close(home);
}

u16 addr_port(const struct addr *a)
{
	if (a->ss.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
	return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
}

void addr_set_port(struct addr *a, u16 port)
{
	if (a->ss.ss_family == AF_INET)
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
}

static u16 tcp_csum(const struct segment *s, const u8 *tcp, size_t len)
{
	size_t alen;
	u32 sum = 0;
	const u8 *a = addr_bytes((struct addr *)&s->src, &alen);

	sum = csum_add(sum, a, alen);
	a = addr_bytes((struct addr *)&s->dst, &alen);
	sum = csum_add(sum, a, alen);
	sum += IPPROTO_TCP + len;
	return csum_fold(csum_add(sum, tcp, len));
}

static size_t put_tcp(u8 *p, const struct segment *s)
{
	memset(p, 0, 20);
	put16(p, addr_port(&s->src));
	put16(p + 2, addr_port(&s->dst));
	put32(p + 4, s->seq);
	put32(p + 8, s->ack);
	p[12] = 5 << 4;
	p[13] = s->flags;
	put16(p + 14, 65535);
	memcpy(p + 20, s->data, s->len);
	put16(p + 16, tcp_csum(s, p, 20 + s->len));
	return 20 + s->len;
}

static size_t put_v4(u8 *p, const struct segment *s)
{
	static u16 ident;
	size_t alen, len = put_tcp(p + 20, s);

	memset(p, 0, 20);
	p[0] = 0x45;
	p[1] = s->tos;
	put16(p + 2, 20 + len);
	put16(p + 4, ++ident);
	put16(p + 6, 0x4000);
	p[8] = 64;
	p[9] = IPPROTO_TCP;
	memcpy(p + 12, addr_bytes((struct addr *)&s->src, &alen), 4);
	memcpy(p + 16, addr_bytes((struct addr *)&s->dst, &alen), 4);
	put16(p + 10, csum_fold(csum_add(0, p, 20)));
	return 20 + len;
}

static size_t put_v6(u8 *p, const struct segment *s)
{
	size_t alen, len = put_tcp(p + 40, s);

	memset(p, 0, 40);
	p[0] = 0x60;
	put16(p + 4, len);
	p[6] = IPPROTO_TCP;
	p[7] = 64;
	memcpy(p + 8, addr_bytes((struct addr *)&s->src, &alen), 16);
	memcpy(p + 24, addr_bytes((struct addr *)&s->dst, &alen), 16);
	return 40 + len;
}

void port_send(struct port *p, const struct segment *s)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLOUT };
	static u8 frame[FRAME_MAX];
	bool v4 = s->src.ss.ss_family == AF_INET;
	size_t len = ETH_HLEN;

	memcpy(frame, p->router, 6);
	memcpy(frame + 6, p->mac, 6);
	put16(frame + 12, v4 ? ETHERTYPE_V4 : ETHERTYPE_V6);
	len += v4 ? put_v4(frame + len, s) : put_v6(frame + len, s);
	while (send(p->fd, frame, len, 0) < 0 && errno != ENOBUFS) {
		if (errno != EAGAIN)
			die_errno("cannot send a frame of %zu bytes", len);
		poll(&pfd, 1, -1);
	}
}

static void set_addrs(struct segment *s, const u8 *src, const u8 *dst, int family)
{
	size_t len;

	memset(&s->src, 0, sizeof(s->src));
	memset(&s->dst, 0, sizeof(s->dst));
	s->src.ss.ss_family = s->dst.ss.ss_family = family;
	s->src.len = s->dst.len = family == AF_INET ? sizeof(struct sockaddr_in) :
						       sizeof(struct sockaddr_in6);
	memcpy(addr_bytes(&s->src, &len), src, family == AF_INET ? 4 : 16);
	memcpy(addr_bytes(&s->dst, &len), dst, family == AF_INET ? 4 : 16);
}

static bool parse_tcp(const u8 *tcp, size_t len, struct segment *s)
{
	size_t off;

	if (len < 20)
		return false;
	off = (tcp[12] >> 4) * 4;
	if (off < 20 || off > len)
		return false;
	addr_set_port(&s->src, get16(tcp));
	addr_set_port(&s->dst, get16(tcp + 2));
	s->seq = get32(tcp + 4);
	s->ack = get32(tcp + 8);
	s->flags = tcp[13];
	s->csum_ok = s->csum_ok && !tcp_csum(s, tcp, len);
	s->data = tcp + off;
	s->len = len - off;
	return true;
}

bool segment_parse(const u8 *ip, size_t len, struct segment *s)
{
	if (len >= 20 && ip[0] == 0x45 && ip[9] == IPPROTO_TCP) {
		if (get16(ip + 2) > len)
			return false;
		s->csum_ok = !csum_fold(csum_add(0, ip, 20));
		s->tos = ip[1];
		set_addrs(s, ip + 12, ip + 16, AF_INET);
		return parse_tcp(ip + 20, get16(ip + 2) - 20, s);
	}
	if (len >= 40 && ip[0] >> 4 == 6 && ip[6] == IPPROTO_TCP) {
		if (get16(ip + 4) > len - 40u)
			return false;
		s->csum_ok = true;
		set_addrs(s, ip + 8, ip + 24, AF_INET6);
		return parse_tcp(ip + 40, get16(ip + 4), s);
	}
	return false;
}

static bool read_one(struct port *p, const struct addr *local, struct segment *s)
{
	static u8 frame[FRAME_MAX];
	struct sockaddr_ll from = { .sll_pkttype = PACKET_HOST };
	socklen_t flen = sizeof(from);
	ssize_t n;

	for (;;) {
		n = recvfrom(p->fd, frame, sizeof(frame), 0, (void *)&from, &flen);
		if (n < 0)
			return false;
		if (from.sll_pkttype == PACKET_OUTGOING || n < ETH_HLEN)
			continue;
		if (segment_parse(frame + ETH_HLEN, n - ETH_HLEN, s) &&
		    addr_same_host(&s->dst, local))
			return true;
	}
}

bool port_recv(struct port *p, const struct addr *local, struct segment *s, int timeout_us)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };
	u64 end = now_us() + timeout_us, now;
	struct timespec t;

	for (;;) {
		if (read_one(p, local, s))
			return true;
		now = now_us();
		if (now >= end)
			return false;
		t.tv_sec = (end - now) / 1000000;
		t.tv_nsec = (end - now) % 1000000 * 1000;
		ppoll(&pfd, 1, &t, NULL);
	}
}
