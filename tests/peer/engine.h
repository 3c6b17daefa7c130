/* SPDX-License-Identifier: GPL-2.0 */
/* A PPTP end over ordinary sockets: either role, many control connections, many calls on each. */
#ifndef PEER_ENGINE_H
#define PEER_ENGINE_H

#include "data.h"
#include "msg.h"

enum call_state { CALL_ASKED, CALL_UP, CALL_CLEARING, CALL_GONE, CALL_STATES };

struct conn;

struct call {
	struct conn *conn;
	struct call *next_id;		/* chain of peer.by_id */
	struct call *next;		/* chain of conn.calls */
	u16 own, peer;			/* ids of this end and of the other */
	u8 state;
	bool pns;			/* this end is the PNS of the call */
	u32 tag;			/* 0 until known (server) */
	u32 serial;			/* last one sent (client) */
	u32 seen;			/* highest one that came */
	u64 window;			/* bit n: seen - n came */
	u64 sent, echoed;
};

struct conn {
	struct peer *peer;
	struct conn *next;
	struct addr remote;
	int fd;				/* -1: closed */
	bool client;			/* this end opened it */
	bool started;			/* handshake done */
	bool failed;			/* ended by the other end or by an error */
	bool want_out;
	struct call *calls;
	unsigned int echoes;
	u8 rx[2 * MSG_MAX];
	size_t have;
	u8 *tx;
	size_t tx_len, tx_room;
};

enum id_policy { IDS_COUNT, IDS_PEER };

struct peer {
	/* options */
	enum id_policy ids;
	u16 next_id;
	unsigned int offers;		/* incoming calls a server offers on each connection */
	unsigned int refuse_every;	/* 0: never */
	size_t data_len;
	bool quiet;			/* do not answer echo requests */
	/* state */
	int epfd, listen_fd, data_fd;
	struct conn *conns;
	struct call *by_id[65536];
	unsigned int nconns, asked;
	unsigned int calls[CALL_STATES];
	/* what happened */
	u64 messages, unexpected, garbled, data_in, data_wrong, data_dup;
};

void peer_init(struct peer *p, int family);
void peer_listen(struct peer *p, const struct addr *a);
/* Wait at most @timeout_ms for events and handle them. */
void peer_poll(struct peer *p, int timeout_ms);

struct conn *conn_open(struct peer *p, const struct addr *to, const struct addr *from);
void conn_send(struct conn *c, const void *data, size_t len);
void conn_send_msg(struct conn *c, enum msg_type type, u16 at12, u16 at14);
void conn_close(struct conn *c, bool abort);

/* A new call with an own id by the policy; @peer_id counts for IDS_PEER. */
struct call *call_new(struct conn *c, bool pns, u16 peer_id);
void call_state(struct call *call, enum call_state state);
struct call *call_by_own(struct conn *c, u16 own);
/* The call of @c in which this end is the PNS or not and the other end chose @peer_id. */
struct call *call_by_peer(struct conn *c, u16 peer_id, bool pns);
/* Ask for a call as PNS (OCRQ) or as PAC (ICRQ). */
struct call *call_ask(struct conn *c, bool pns);
void call_clear(struct call *call);
/* Send one data packet on a call that is up. */
void call_send(struct call *call, const struct data *d);

/* One complete control message came in. */
void reply_to(struct conn *c, const u8 *msg);
/* Every data packet comes here. */
void data_arrived(struct peer *p, const struct addr *from, u16 id, const struct data *d);

#endif
