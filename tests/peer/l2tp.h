/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A world of L2TP clients (LACs) and servers (LNSs) in one process, IPv4. What one end knows of
 * the other it has from messages that arrived. Each control message says in a vendor AVP, each
 * data packet in its payload, who it is for: what comes to somebody else is counted.
 */
#ifndef PEER_L2TP_H
#define PEER_L2TP_H

#include "play.h"

#define L2TP_PORT	1701
#define IPPROTO_L2TP_	115
#define MSG_ROOM	512	/* octets of a control message */
#define DATA_MIN	96	/* octets of a data packet's payload */
#define DATA_MAX	1400

enum { CLIENT, SERVER };	/* index of what each end has of its own; also a direction: */
enum { UP, DOWN };		/* from the client, from the server */

struct world;
struct link;
struct tunnel;

/* A host with one address. It reads and writes UDP headers itself. */
struct end {
	struct world *world;
	int who;
	u32 index;		/* from 1, clients and servers each */
	struct addr addr;
	char netns[32];
	int udp_fd, ip_fd;	/* raw */
	u8 ports[8192];		/* bit map of those that are ours */
	u32 next_tunnel, next_session;
};

/* A control message on its way; only its Nr may change when it is sent again. */
struct msg {
	struct msg *next;
	u16 ns, len, type;
	int tries;
	u64 due;
	u8 buf[MSG_ROOM];
};

/* One end of a tunnel. */
struct half {
	u32 own, peer;		/* ids, chosen here and by the other end */
	u16 port;
	struct addr remote;	/* where it sends, with port; len 0: not known yet */
	struct addr from;	/* where it was heard from last, as a server */
	u16 ns, nr;
	bool active, up, stopped;
	struct msg *queue;	/* not acknowledged yet, oldest first */
	struct msg *log;	/* acknowledged, latest first */
};

struct tunnel {
	struct tunnel *next;	/* of the link, newest first */
	struct tunnel *all;	/* of the world */
	struct link *link;
	u32 uid;
	u8 version;
	bool over_ip, hidden, digest, unmanaged;
	bool failed, moved;
	struct half h[2];
	struct session *sessions;
};

/* What was sent in one direction of a session, and what became of it; index is serial - 1. */
struct stream {
	u32 sent, got, dup, forgiven;
	u8 *fate;		/* FATE_* */
	u32 room;
};

#define FATE_GOT	1
#define FATE_FOREIGN	2	/* somebody else got it, too or instead */
#define FATE_FORGIVEN	4

struct session {
	struct session *next;	/* of the tunnel, newest first */
	struct tunnel *tunnel;
	u32 uid;
	u32 id[2];		/* chosen by the client, by the server */
	u32 told[2];		/* what each end knows of the other's */
	u8 cookie[2][8];	/* that each end wants to see; its length is the world's */
	bool active[2], ready[2];
	u16 seq[2];
	int asker;
	struct stream stream[2];
	u8 last[2][DATA_MAX + 80];	/* the latest packet that arrived, from its IP header */
	u16 last_len[2];
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
	struct end *end[2];
	struct tunnel *tunnels;
	struct talker talk[2];
	bool mute;		/* the client neither answers nor speaks */
	u64 due;		/* when to make a tunnel; 0: no more */
};

enum answer { ANSWER_SOURCE, ANSWER_1701, ANSWER_FLOAT };
enum udp_sum { SUM_NONE, SUM_FULL, SUM_MIXED };

#define DATA_LENGTH	1	/* optional fields of L2TPv2 data packets */
#define DATA_SEQ	2
#define DATA_OFFSET	4
#define DATA_MIXED	8

struct setting {
	long version, over_ip;
	long tunnel_id, session_id;	/* of clients' first ones; 0: random */
	long server_tunnel_id, server_session_id;
	long answer, client_port, hidden, digest, cookie;
	long data, sum, repeat, greet_ms, greet_count, size, timeout;
};

struct count {
	u64 foreign;		/* data of somebody else */
	u64 control_foreign;	/* control messages of somebody else */
	u64 strange;		/* data for nobody */
	u64 unknown;		/* control messages for no tunnel here */
	u64 garbled;		/* malformed, or changed where nothing may be */
	u64 sum_bad, sum_changed;
	u64 moved;		/* tunnels whose client's port the server saw otherwise */
	u64 aliased;		/* ids that the server was told otherwise */
	u64 confused;		/* SCCRQs that the server took for another client's again */
	u64 control, again, retries, gone, unsent, port_wrong;
};

struct world {
	struct end *client[CLIENTS_MAX], *server[SERVERS_MAX];
	u32 clients, servers;
	struct link *link[CLIENTS_MAX][SERVERS_MAX];
	struct tunnel *tunnels;
	int epfd;
	u32 uids;
	u16 next_port;
	struct addr nat;	/* of unmanaged tunnels: the clients as servers see them */
	struct setting set;
	struct count n;
};

struct totals {
	u64 sent[2], got[2], lost[2], wrong[2];	/* wrong: lost, and somebody else got it */
	u64 dup;
};

/* A packet that arrived, without its IP and UDP headers. */
struct packet {
	struct addr from;	/* with port, 0 if over IP */
	u16 port;		/* ours */
	bool over_ip, sum;
	const u8 *ip;
	size_t ip_len;
	const u8 *p;
	size_t len;
};

/* l2tp_world.c */
struct world *world_new(void);
struct end *world_end(struct world *w, int who, const char *netns, struct addr addr);
/* After the last end was added: one link for each client and server. */
void world_links(struct world *w);
/* Let no ICMP error answer what comes to that port. */
void end_port(struct end *e, u16 port);
/* One packet of a half; @sum: with a UDP checksum. */
void half_send(struct tunnel *t, int who, const u8 *p, size_t len, bool sum);
struct tunnel *tunnel_by_uid(struct world *w, u32 uid);
struct session *session_by_uid(struct world *w, u32 uid);
u32 roll(u32 below);
u32 roll32(void);

/* l2tp_avp.c */
struct avps {
	u8 *buf;
	size_t len;
	bool hide;		/* ids */
};

void avp_put(struct avps *a, u16 vendor, u16 type, const void *value, size_t len, bool hide);
void avp_put16(struct avps *a, u16 type, u16 value);
void avp_put32(struct avps *a, u16 type, u32 value);
/* The value of an AVP, made readable; its length or -1. */
int avp_get(const u8 *p, size_t len, u16 vendor, u16 type, u8 *value, size_t room);
/* False: lengths that cannot be. */
bool avps_valid(const u8 *p, size_t len);
/* As a message digest is: of @len octets, those at @at read as zero. */
void digest(const u8 *p, size_t len, size_t at, u8 out[16]);

/* l2tp_ctl.c */
enum msg_type {
	SCCRQ = 1, SCCRP, SCCCN, STOPCCN, HELLO = 6, OCRQ, OCRP, OCCN, ICRQ, ICRP, ICCN, CDN = 14,
};

struct tunnel *tunnel_new(struct link *l);
void tunnel_start(struct tunnel *t);
struct session *session_new(struct tunnel *t, int asker);
/* A session with ids that nobody negotiated, in a tunnel without control messages (L2TPv3) */
void session_static(struct link *l, u32 client_id, u32 server_id);
void session_ask(struct session *s);
/* Queue and send a message. */
void control_send(struct tunnel *t, int who, enum msg_type type, struct session *s);
/* A CDN of a session, a StopCCN of a tunnel */
void session_close(struct session *s, int who);
void tunnel_stop(struct tunnel *t, int who);
void control_receive(struct end *e, const struct packet *p);
/* Send again what is due; when to come back. */
u64 control_timers(struct world *w, u64 now);
bool control_idle(struct world *w);
/* Every message of both ends again, as if no acknowledgement had come. */
void control_again(struct tunnel *t);
void tunnel_send_control(struct tunnel *t, int who, struct msg *m);

/* l2tp_msg.c */
struct control {
	u8 version;
	u32 id;			/* of the header */
	u16 session;
	u16 ns, nr;
	u16 type;		/* 0: none, an acknowledgement */
	const u8 *avps;
	size_t len;
	u32 tunnel_uid, session_uid;	/* by the vendor AVP */
	int from;
	bool digest_wrong;
};

void msg_build(struct tunnel *t, int who, enum msg_type type, struct session *s, struct msg *m);
size_t ack_build(struct tunnel *t, int who, u8 *buf);
/* Nr and the digest, just before a message is sent */
void msg_finish(struct tunnel *t, int who, struct msg *m);
bool control_parse(const struct packet *p, struct control *c);
u32 control_id(const struct control *c, u16 type2, u16 type3);

/* l2tp_data.c */
bool data_send(struct session *s, int who, bool echo);
void data_receive(struct end *e, const struct packet *p);
u64 talk_timers(struct world *w, u64 now);
void talk(struct link *l, int who, u32 ms, long count);
/* Over some links. */
void totals(struct link *const *l, u32 n, struct totals *t);
void forgive(struct link *const *l, u32 n);
bool data_complete(struct link *const *l, u32 n);

/* l2tp_step.c, l2tp_step_ctl.c, l2tp_step_data.c */
extern const struct step control_steps[], data_steps[];

/* Modes, one per file. */
int play_main(int argc, char **argv);
int flood_main(int argc, char **argv);

#endif
