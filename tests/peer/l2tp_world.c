// SPDX-License-Identifier: GPL-2.0
/* L2TP ends with their sockets, and the loop that serves them all. */
#define _GNU_SOURCE
#include "l2tp.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

u32 roll32(void)
{
	u32 v;

	if (getrandom(&v, sizeof(v), 0) != sizeof(v))
		die_errno("getrandom");
	return v;
}

u32 roll(u32 below)
{
	return below ? roll32() % below : 0;
}

struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		die("out of memory");
	w->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (w->epfd < 0)
		die_errno("epoll_create1");
	w->next_port = 40000;
	w->set = (struct setting){ .version = 2, .sum = SUM_FULL, .size = DATA_MIN,
				   .timeout = 15000 };
	return w;
}

static int raw_socket(struct end *e, int proto)
{
	struct epoll_event ev = {
		/* ends are aligned: the lowest bit tells the socket */
		.events = EPOLLIN, .data.u64 = (uintptr_t)e | (proto == IPPROTO_L2TP_),
	};
	int size = 8 << 20, fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);

	if (fd < 0)
		die_errno("cannot open a raw socket in %s (needs root)", e->netns);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (bind(fd, (void *)&e->addr.ss, e->addr.len))
		die_errno("cannot bind %s in %s", addr_text(&e->addr), e->netns);
	socket_drain(fd);
	if (epoll_ctl(e->world->epfd, EPOLL_CTL_ADD, fd, &ev))
		die_errno("epoll_ctl");
	return fd;
}

/* A UDP socket that takes what comes and drops it */
void end_port(struct end *e, u16 port)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &drop };
	struct addr local = e->addr;
	int fd, one = 1;

	if (e->ports[port / 8] & 1 << port % 8)
		return;
	netns_enter(e->netns);
	((struct sockaddr_in *)&local.ss)->sin_port = htons(port);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (void *)&local.ss, local.len))
		die_errno("cannot bind port %u of %s in %s", port, addr_text(&local), e->netns);
	e->ports[port / 8] |= 1 << port % 8;
}

struct end *world_end(struct world *w, int who, const char *netns, struct addr addr)
{
	struct end *e = calloc(1, sizeof(*e));

	if (!e)
		die("out of memory");
	if (who == SERVER ? w->servers == SERVERS_MAX : w->clients == CLIENTS_MAX)
		usage_error("play: at most %d servers and %d clients", SERVERS_MAX, CLIENTS_MAX);
	if (addr.ss.ss_family != AF_INET)
		usage_error("play: %s is no IPv4 address", addr_text(&addr));
	e->world = w;
	e->who = who;
	e->addr = addr;
	snprintf(e->netns, sizeof(e->netns), "%s", netns);
	netns_enter(netns);
	e->udp_fd = raw_socket(e, IPPROTO_UDP);
	e->ip_fd = raw_socket(e, IPPROTO_L2TP_);
	end_port(e, L2TP_PORT);
	if (who == SERVER) {
		w->server[w->servers] = e;
		e->index = ++w->servers;
	} else {
		w->client[w->clients] = e;
		e->index = ++w->clients;
	}
	return e;
}

u32 world_clients(const struct world *w)
{
	return w->clients;
}

u32 world_servers(const struct world *w)
{
	return w->servers;
}

struct link *world_link(struct world *w, u32 client, u32 server)
{
	return w->link[client - 1][server - 1];
}

void world_links(struct world *w)
{
	struct link *l;
	u32 c, s;

	for (c = 0; c < w->clients; c++) {
		for (s = 0; s < w->servers; s++) {
			l = calloc(1, sizeof(*l));
			if (!l)
				die("out of memory");
			l->world = w;
			l->end[CLIENT] = w->client[c];
			l->end[SERVER] = w->server[s];
			w->link[c][s] = l;
		}
	}
}

struct tunnel *tunnel_by_uid(struct world *w, u32 uid)
{
	struct tunnel *t;

	for (t = w->tunnels; t && t->uid != uid; t = t->all)
		;
	return t;
}

struct session *session_by_uid(struct world *w, u32 uid)
{
	struct session *s;
	struct tunnel *t;

	for (t = w->tunnels; t; t = t->all) {
		for (s = t->sessions; s; s = s->next) {
			if (s->uid == uid)
				return s;
		}
	}
	return NULL;
}

static u32 pseudo_sum(const struct addr *a, const struct addr *b, size_t len)
{
	size_t alen;
	u32 sum = csum_add(IPPROTO_UDP + len, addr_bytes((struct addr *)a, &alen), 4);

	return csum_add(sum, addr_bytes((struct addr *)b, &alen), 4);
}

void half_send(struct tunnel *t, int who, const u8 *p, size_t len, bool sum)
{
	struct end *e = t->link->end[who];
	struct half *h = &t->h[who];
	struct addr to = h->remote;
	size_t hlen = t->over_ip ? 0 : 8;
	u8 buf[2048];
	u16 csum;

	if (!to.len || hlen + len > sizeof(buf))
		return;
	memcpy(buf + hlen, p, len);
	if (!t->over_ip) {
		put16(buf, h->port);
		put16(buf + 2, ntohs(((struct sockaddr_in *)&to.ss)->sin_port));
		put16(buf + 4, 8 + len);
		put16(buf + 6, 0);
		csum = csum_fold(csum_add(pseudo_sum(&e->addr, &to, 8 + len), buf, 8 + len));
		if (sum)
			put16(buf + 6, csum ? csum : 0xffff);
	}
	((struct sockaddr_in *)&to.ss)->sin_port = 0;
	if (sendto(t->over_ip ? e->ip_fd : e->udp_fd, buf, hlen + len, 0, (void *)&to.ss,
		   to.len) < 0)
		e->world->n.unsent++;
}

/* A packet with a wrong checksum, for who has to find out why. */
static void print_bad(const struct end *e, const struct packet *p)
{
	size_t i;

	fprintf(stderr, "wrong checksum at the %s:", e->who == SERVER ? "server" : "client");
	for (i = 0; i < p->len; i++)
		fprintf(stderr, " %02x", p->p[i]);
	fputc('\n', stderr);
}

/* Take off the UDP header, look at its checksum. */
static bool take_udp(struct end *e, struct packet *p)
{
	u16 csum;

	if (p->len < 8 || get16(p->p + 4) < 8 || get16(p->p + 4) > p->len)
		return false;
	p->port = get16(p->p + 2);
	if (!(e->ports[p->port / 8] & 1 << p->port % 8))
		return false;
	p->len = get16(p->p + 4);
	csum = get16(p->p + 6);
	p->sum = csum;
	if (csum && csum_fold(csum_add(pseudo_sum(&p->from, &e->addr, p->len), p->p, p->len))) {
		e->world->n.sum_bad++;
		print_bad(e, p);
		return false;
	}
	((struct sockaddr_in *)&p->from.ss)->sin_port = htons(get16(p->p));
	p->p += 8;
	p->len -= 8;
	return true;
}

static void receive(struct end *e, struct packet *p)
{
	bool control;

	if (!p->over_ip && !take_udp(e, p))
		return;
	if (p->len < 4)
		return;
	control = p->over_ip ? !get32(p->p) : p->p[0] & 0x80;
	if (control)
		control_receive(e, p);
	else
		data_receive(e, p);
}

static void drain(struct end *e, bool over_ip)
{
	static u8 buf[65536];
	struct packet p;
	ssize_t n;

	for (;;) {
		memset(&p, 0, sizeof(p));
		p.from.len = sizeof(p.from.ss);
		n = recvfrom(over_ip ? e->ip_fd : e->udp_fd, buf, sizeof(buf), 0,
			     (void *)&p.from.ss, &p.from.len);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n < 20)
			continue;
		p.over_ip = over_ip;
		p.sum = true;
		p.ip = buf;
		p.ip_len = n;
		p.p = buf + (buf[0] & 15) * 4;
		p.len = n - (buf[0] & 15) * 4;
		receive(e, &p);
	}
}

static void serve(struct world *w, u64 ms)
{
	struct epoll_event ev[64];
	int i, n;

	n = epoll_wait(w->epfd, ev, ARRAY_SIZE(ev), (int)ms);
	for (i = 0; i < n; i++)
		drain((struct end *)(uintptr_t)(ev[i].data.u64 & ~1ULL), ev[i].data.u64 & 1);
}

bool world_run(struct world *w, u64 ms, bool (*done)(struct world *w))
{
	u64 now = now_ms(), end = now + ms, next, other;

	for (;;) {
		next = control_timers(w, now);
		other = talk_timers(w, now);
		if (other < next)
			next = other;
		if (done && done(w))
			return true;
		if (now >= end)
			return !done;
		if (next > end)
			next = end;
		if (next > now + 50)	/* files that a step waits for are looked at */
			next = now + 50;
		serve(w, next > now ? next - now : 0);
		now = now_ms();
	}
}
