// SPDX-License-Identifier: GPL-2.0
/* A PPTP end over ordinary sockets: sockets, calls and the event loop. */
#define _GNU_SOURCE
#include "engine.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

static void watch(struct peer *p, int fd, void *what, u32 events, int op)
{
	struct epoll_event e = { .events = events, .data.ptr = what };

	if (epoll_ctl(p->epfd, op, fd, &e))
		die_errno("epoll_ctl");
}

void peer_init(struct peer *p, int family)
{
	p->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (p->epfd < 0)
		die_errno("epoll_create1");
	p->listen_fd = -1;
	p->data_fd = data_socket(family);
	watch(p, p->data_fd, &p->data_fd, EPOLLIN, EPOLL_CTL_ADD);
}

void peer_listen(struct peer *p, const struct addr *a)
{
	int one = 1, fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die_errno("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const void *)&a->ss, a->len))
		die_errno("cannot bind %s", addr_text(a));
	if (listen(fd, 4096))
		die_errno("cannot listen on %s", addr_text(a));
	p->listen_fd = fd;
	watch(p, fd, &p->listen_fd, EPOLLIN, EPOLL_CTL_ADD);
}

static struct conn *conn_new(struct peer *p, int fd, const struct addr *remote, u32 events)
{
	struct conn *c = calloc(1, sizeof(*c));
	int one = 1;

	if (!c)
		die("out of memory");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->peer = p;
	c->fd = fd;
	c->remote = *remote;
	c->next = p->conns;
	p->conns = c;
	p->nconns++;
	watch(p, fd, c, events, EPOLL_CTL_ADD);
	return c;
}

struct conn *conn_open(struct peer *p, const struct addr *to, const struct addr *from)
{
	int fd = socket(to->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct conn *c;

	if (fd < 0)
		die_errno("socket");
	if (from->len && bind(fd, (const void *)&from->ss, from->len))
		die_errno("cannot bind %s", addr_text(from));
	if (connect(fd, (const void *)&to->ss, to->len) && errno != EINPROGRESS)
		die_errno("cannot connect to %s", addr_text(to));
	c = conn_new(p, fd, to, EPOLLIN | EPOLLOUT);
	c->client = true;
	c->want_out = true;
	conn_send_msg(c, SCCRQ, 0, 0);
	return c;
}

static void accept_all(struct peer *p)
{
	struct addr from;
	int fd;

	for (;;) {
		from.len = sizeof(from.ss);
		fd = accept4(p->listen_fd, (void *)&from.ss, &from.len,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		conn_new(p, fd, &from, EPOLLIN);
	}
}

void conn_close(struct conn *c, bool abort)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	struct call *call;

	if (c->fd < 0)
		return;
	if (abort)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(c->fd);
	c->fd = -1;
	c->peer->nconns--;
	for (call = c->calls; call; call = call->next)
		call_state(call, CALL_GONE);
}

static void conn_failed(struct conn *c)
{
	c->failed = true;
	conn_close(c, false);
}

static void conn_flush(struct conn *c)
{
	bool want;
	ssize_t n = 0;

	if (c->tx_len)
		n = send(c->fd, c->tx, c->tx_len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != ENOTCONN) {
		conn_failed(c);
		return;
	}
	if (n > 0) {
		c->tx_len -= n;
		memmove(c->tx, c->tx + n, c->tx_len);
	}
	want = c->tx_len > 0;
	if (want == c->want_out)
		return;
	c->want_out = want;
	watch(c->peer, c->fd, c, EPOLLIN | (want ? EPOLLOUT : 0), EPOLL_CTL_MOD);
}

void conn_send(struct conn *c, const void *data, size_t len)
{
	bool idle = !c->tx_len;

	if (c->fd < 0 || !len)
		return;
	if (c->tx_len + len > c->tx_room) {
		c->tx_room = (c->tx_len + len) * 2;
		c->tx = realloc(c->tx, c->tx_room);
		if (!c->tx)
			die("out of memory");
	}
	memcpy(c->tx + c->tx_len, data, len);
	c->tx_len += len;
	if (idle && !c->want_out)
		conn_flush(c);
}

void conn_send_msg(struct conn *c, enum msg_type type, u16 at12, u16 at14)
{
	u8 msg[MSG_MAX];

	conn_send(c, msg, msg_build(msg, type, at12, at14));
}

/* Take complete messages from the buffer; false: garbled, hang up. */
static bool parse(struct conn *c)
{
	size_t at = 0, len;

	while (c->have - at >= 8) {
		len = get16(c->rx + at);
		if (len < 16 || len > MSG_MAX || get16(c->rx + at + 2) != 1 ||
		    get32(c->rx + at + 4) != MSG_MAGIC) {
			c->peer->garbled++;
			return false;
		}
		if (c->have - at < len)
			break;
		c->peer->messages++;
		reply_to(c, c->rx + at);
		at += len;
		if (c->fd < 0)
			return true;
	}
	c->have -= at;
	memmove(c->rx, c->rx + at, c->have);
	return true;
}

static void conn_read(struct conn *c)
{
	ssize_t n;

	while (c->fd >= 0) {
		n = recv(c->fd, c->rx + c->have, sizeof(c->rx) - c->have, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			conn_failed(c);
			return;
		}
		c->have += n;
		if (!parse(c)) {
			conn_failed(c);
			return;
		}
	}
}

static void data_read(struct peer *p)
{
	struct addr from;
	struct data d;
	int got;
	u16 id;

	data_errors(p->data_fd);
	while ((got = data_recv(p->data_fd, &from, &id, &d)) != 0) {
		if (got > 0)
			data_arrived(p, &from, id, &d);
	}
}

void peer_poll(struct peer *p, int timeout_ms)
{
	struct epoll_event e[64];
	int i, n = epoll_wait(p->epfd, e, ARRAY_SIZE(e), timeout_ms);

	for (i = 0; i < n; i++) {
		struct conn *c = e[i].data.ptr;

		if (e[i].data.ptr == &p->data_fd) {
			data_read(p);
		} else if (e[i].data.ptr == &p->listen_fd) {
			accept_all(p);
		} else {
			if (e[i].events & EPOLLOUT && c->fd >= 0)
				conn_flush(c);
			conn_read(c);
		}
	}
}

void call_state(struct call *call, enum call_state state)
{
	call->conn->peer->calls[call->state]--;
	call->state = state;
	call->conn->peer->calls[state]++;
}

static bool own_id_free(struct conn *c, u16 id)
{
	struct call *call;

	for (call = c->peer->by_id[id]; call; call = call->next_id) {
		if (call->state != CALL_GONE && addr_same_host(&call->conn->remote, &c->remote))
			return false;
	}
	return true;
}

static u16 choose_id(struct conn *c, u16 peer_id)
{
	struct peer *p = c->peer;
	unsigned int tries = 65536;

	if (p->ids == IDS_PEER && own_id_free(c, peer_id))
		return peer_id;
	while (tries-- && !own_id_free(c, p->next_id))
		p->next_id++;
	return p->next_id++;
}

struct call *call_new(struct conn *c, bool pns, u16 peer_id)
{
	struct call *call = calloc(1, sizeof(*call));
	struct peer *p = c->peer;

	if (!call)
		die("out of memory");
	call->conn = c;
	call->pns = pns;
	call->peer = peer_id;
	call->own = choose_id(c, peer_id);
	if (c->client && getrandom(&call->tag, sizeof(call->tag), 0) < 0)
		die_errno("getrandom");
	call->next_id = p->by_id[call->own];
	p->by_id[call->own] = call;
	call->next = c->calls;
	c->calls = call;
	p->calls[CALL_ASKED]++;
	return call;
}

struct call *call_by_own(struct conn *c, u16 own)
{
	struct call *call;

	for (call = c->peer->by_id[own]; call; call = call->next_id) {
		if (call->conn == c && call->state != CALL_GONE)
			return call;
	}
	return NULL;
}

struct call *call_by_peer(struct conn *c, u16 peer_id, bool pns)
{
	struct call *call;

	for (call = c->calls; call; call = call->next) {
		if (call->peer == peer_id && call->pns == pns && call->state != CALL_GONE)
			return call;
	}
	return NULL;
}

struct call *call_ask(struct conn *c, bool pns)
{
	struct call *call = call_new(c, pns, 0);

	conn_send_msg(c, pns ? OCRQ : ICRQ, call->own, ++c->peer->asked);
	return call;
}

void call_clear(struct call *call)
{
	if (call->pns) {
		conn_send_msg(call->conn, CCRQ, call->own, 0);
		call_state(call, CALL_CLEARING);
	} else {
		conn_send_msg(call->conn, CDN, call->own, 0x0100);
		call_state(call, CALL_GONE);
	}
}

void call_send(struct call *call, const struct data *d)
{
	struct peer *p = call->conn->peer;
	struct addr to = call->conn->remote;
	u8 buf[DATA_MAX];

	/* a raw IPv6 socket takes no port */
	if (to.ss.ss_family == AF_INET)
		((struct sockaddr_in *)&to.ss)->sin_port = 0;
	else
		((struct sockaddr_in6 *)&to.ss)->sin6_port = 0;
	data_build(buf, p->data_len, call->peer, (u32)call->sent, d);
	call->sent++;
	if (sendto(p->data_fd, buf, p->data_len, 0, (void *)&to.ss, to.len) < 0 &&
	    errno != EMSGSIZE && errno != ENETUNREACH && errno != EHOSTUNREACH &&
	    errno != EAGAIN && errno != EPROTO && errno != ENOPROTOOPT && errno != EPERM)
		die_errno("cannot send GRE to %s", addr_text(&to));
}
