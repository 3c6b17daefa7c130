/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A world of IPsec clients and gateways in one process: each has sockets of its own, bound to
 * its address in its network namespace. What one end knows of the other it has from messages
 * that arrived; the ledger of packets sent and received is kept by the process for all.
 */
#ifndef PEER_IPSEC_H
#define PEER_IPSEC_H

#include "play.h"

#define IKE_PORT	500
#define IKE_MAX		6000	/* octets of a message */
#define ESP_LEN_MIN	40	/* octets of a data packet */
#define ESP_LEN_MAX	1400

struct world;
struct link;

/* A host with one address. */
struct end {
	struct world *world;
	bool server;
	u32 index;		/* from 1, clients and servers each */
	struct addr addr;
	char netns[32];
	int ike_fd, esp_fd;
};

/* What was sent in one direction of an SA, and what became of it; index is serial - 1. */
struct stream {
	u32 sent, got, dup, forgiven;
	u32 first_seq;
	u8 *fate;		/* FATE_* */
	u32 room;
};

#define FATE_GOT	1
#define FATE_FOREIGN	2	/* somebody else got it, too or instead */
#define FATE_FORGIVEN	4

/* A pair of SAs. The SPIs are chosen by the receiver. */
struct sa {
	struct sa *next;	/* of the link, newest first */
	struct link *link;
	u32 uid;
	u32 spi[2];		/* chosen by the server (up), by the client (down) */
	u32 told[2];		/* what the other end knows of that */
	bool ready[2];		/* the client may send, the server may */
	bool gone;
	struct stream stream[2];
};

enum dir { UP, DOWN };		/* to the server, to the client */

struct ike_sa {
	struct ike_sa *next;	/* of the link, newest first */
	u8 cookie[2][8];
	u8 version;
	enum dir initiator;	/* UP: the client began */
	u32 msgid[2];		/* IKEv2: next one of each end's requests */
};

enum kind {
	X_NONE, X_MAIN, X_AGGRESSIVE, X_QUICK, X_INFO1,
	X_INIT, X_AUTH, X_CHILD, X_IKE_CHILD, X_INFO2,
};

/* An exchange of messages: number 1 by the end that begins, number 2 by the other ... */
struct xchg {
	struct xchg *next;
	struct link *link;
	struct ike_sa *isa;	/* in which it happens */
	struct sa *sa;		/* which it makes */
	enum kind kind, then;	/* exchange that follows */
	enum dir from;		/* UP: the client began */
	u32 uid, msgid;
	u8 sent, seen, pieces;
	bool done;
	u64 begin, retry;	/* ms */
	int tries;
};

/* Somebody speaks every @ms, @left times (-1: until told to stop). */
struct talker {
	u32 ms;
	long left;
	u64 next;
};

/* A client and a server. */
struct link {
	struct world *world;
	struct end *client, *server;
	struct addr nat;	/* the client as the server sees it; len 0: not seen yet */
	struct ike_sa *isas;
	struct sa *sas;
	struct talker talk[2];	/* the client, the server */
	u32 next_spi;		/* that the client chooses; 0: random */
	u8 next_cookie[8];	/* of the next IKE SA that the client begins, if any is set */
	bool has_cookie;
	bool mute;		/* the client neither answers nor speaks */
	u64 replayed;		/* packets that were sent again on purpose */
	bool old;		/* both ends use the SA before the newest */
};

struct totals {
	u64 sent[2], got[2], lost[2], wrong[2];	/* wrong: lost, and somebody else got it */
	u64 dup, replayed;
};

struct world {
	struct end *client[CLIENTS_MAX], *server[SERVERS_MAX];
	u32 clients, servers;
	struct link *link[CLIENTS_MAX][SERVERS_MAX];
	struct xchg *xchgs;
	int epfd;
	int version;		/* of IKE */
	int timeout_ms;
	u32 uids;
	u32 ike_len, pieces, repeat;
	u32 esp_len;
	u32 greet_ms;
	long greet_count;
	/* counters */
	u64 foreign;		/* copies of ESP packets for somebody else */
	u64 strange;		/* packets that nobody here sent */
	u64 junk;		/* non-IKE on port 500 that arrived at its end */
	u64 ike, ike_foreign, ike_again, garbled, moved, retries, unsent;
};

/* ipsec_world.c */
struct world *world_new(void);
struct end *world_end(struct world *w, bool server, const char *netns, struct addr addr);
/* After the last end was added: one link for each client and server. */
void world_links(struct world *w);
void world_send(struct end *e, int fd, const struct addr *to, const void *p, size_t len);
u32 roll(u32 below);
u32 roll32(void);

/* ipsec_ike.c */
struct xchg *ike_begin(struct link *l, enum kind kind, enum dir from, u64 delay);
/* An exchange that makes a pair of ESP SAs, whichever fits. */
struct xchg *ike_begin_sa(struct link *l, enum dir from, u64 delay);
void ike_receive(struct end *e, const u8 *p, size_t len, const struct addr *from);
/* Send and send again what is due; when to come back. */
u64 ike_timers(struct world *w, u64 now);
bool ike_idle(struct world *w);
/* Exchanges that did not end never will. */
void ike_abandon(struct world *w);
/* Every message of the latest exchange of a link again. */
void ike_again(struct link *l);
void ike_junk(struct link *l, enum dir dir, size_t len);

/* ipsec_esp.c */
struct sa *sa_new(struct link *l);
bool esp_send(struct link *l, enum dir dir, bool echo);
/* The latest packet of the newest SA in a direction once more, as an attacker would. */
void esp_replay(struct link *l, enum dir dir);
void esp_receive(struct end *e, const u8 *p, size_t len, const struct addr *from);
u64 talk_timers(struct world *w, u64 now);
void talk(struct link *l, enum dir who, u32 ms, long count);
/* Over some links. */
void totals(struct link *const *l, u32 n, struct totals *t);
void forgive(struct link *const *l, u32 n);
bool esp_complete(struct link *const *l, u32 n);

/* Modes, one per file. */
int play_main(int argc, char **argv);
int flood_main(int argc, char **argv);

#endif
