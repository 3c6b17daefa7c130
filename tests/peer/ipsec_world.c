// SPDX-License-Identifier: GPL-2.0
/* Ends with their sockets, and the loop that serves them all. */
#define _GNU_SOURCE
#include "ipsec.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
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
	w->version = 1;
	w->timeout_ms = 15000;
	w->ike_len = 200;
	w->pieces = 1;
	w->esp_len = 64;
	return w;
}

/* A socket of an end, in its namespace; a UDP one of IKE or a raw one of ESP. */
static int end_socket(struct end *e, int type, int proto)
{
	int family = e->addr.ss.ss_family, size = 16 << 20, one = 1;
	struct addr local = e->addr;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);

	if (fd < 0)
		die_errno("cannot open a socket in %s (needs root)", e->netns);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (type == SOCK_RAW && family == AF_INET6)
		((struct sockaddr_in6 *)&local.ss)->sin6_port = 0;
	if (bind(fd, (void *)&local.ss, local.len))
		die_errno("cannot bind %s in %s", addr_text(&local), e->netns);
	socket_drain(fd);
	return fd;
}

static void watch(struct world *w, struct end *e, int fd, bool esp)
{
	/* ends are aligned: the lowest bit tells the socket */
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = (uintptr_t)e | esp };

	if (epoll_ctl(w->epfd, EPOLL_CTL_ADD, fd, &ev))
		die_errno("epoll_ctl");
}

struct end *world_end(struct world *w, bool server, const char *netns, struct addr addr)
{
	struct end *e = calloc(1, sizeof(*e));

	if (!e)
		die("out of memory");
	if (server ? w->servers == SERVERS_MAX : w->clients == CLIENTS_MAX)
		usage_error("play: at most %d servers and %d clients", SERVERS_MAX, CLIENTS_MAX);
	e->world = w;
	e->server = server;
	e->addr = addr;
	snprintf(e->netns, sizeof(e->netns), "%s", netns);
	netns_enter(netns);
	e->ike_fd = end_socket(e, SOCK_DGRAM, 0);
	e->esp_fd = end_socket(e, SOCK_RAW, IPPROTO_ESP);
	watch(w, e, e->ike_fd, false);
	watch(w, e, e->esp_fd, true);
	if (server) {
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
			l->client = w->client[c];
			l->server = w->server[s];
			w->link[c][s] = l;
		}
	}
}

void world_send(struct end *e, int fd, const struct addr *to, const void *p, size_t len)
{
	struct addr a = *to;

	if (fd == e->esp_fd && a.ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a.ss)->sin6_port = 0;
	if (sendto(fd, p, len, 0, (void *)&a.ss, a.len) != (ssize_t)len)
		e->world->unsent++;
}

static void drain(struct end *e, bool esp)
{
	static u8 buf[65536];
	struct addr from;
	const u8 *p;
	ssize_t n;

	for (;;) {
		from.len = sizeof(from.ss);
		n = recvfrom(esp ? e->esp_fd : e->ike_fd, buf, sizeof(buf), 0, (void *)&from.ss,
			     &from.len);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n < 0)
			continue;
		p = buf;
		if (esp && from.ss.ss_family == AF_INET) {
			p += (buf[0] & 15) * 4;
			n -= (buf[0] & 15) * 4;
		}
		if (esp)
			esp_receive(e, p, n, &from);
		else
			ike_receive(e, p, n, &from);
	}
}

static void serve(struct world *w, u64 ms)
{
	struct epoll_event ev[64];
	struct end *e;
	int i, n;

	n = epoll_wait(w->epfd, ev, ARRAY_SIZE(ev), (int)ms);
	for (i = 0; i < n; i++) {
		e = (struct end *)(uintptr_t)(ev[i].data.u64 & ~1ULL);
		drain(e, ev[i].data.u64 & 1);
	}
}

bool world_run(struct world *w, u64 ms, bool (*done)(struct world *w))
{
	u64 now = now_ms(), end = now + ms, next, other;

	for (;;) {
		next = ike_timers(w, now);
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
