/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wire mode: this program is both TCP ends, one on each side of the router, cuts the control
 * stream as it likes and compares every byte that arrives.
 */
#ifndef PEER_WIRE_H
#define PEER_WIRE_H

#include "frame.h"
#include "msg.h"

enum end { INITIATOR, RESPONDER };

/* Ids that must differ from each other, as one end sees them. */
struct id_space {
	bool live[65536];		/* of a call of this moment */
	u64 until[65536];		/* of an ended call: may be kept until then, us */
};

#define WIRE_CALLS	300

struct wire_call {
	u16 id[2];			/* as the end that chose it knows it */
	u16 alias[2];			/* as the other end knows it */
	u32 learn[2];			/* where in the stream of the end its id stands */
	bool learning[2], learnt[2];
};

/* One direction of the stream, by offset from its first byte. */
struct stream {
	u8 *tx;				/* what its sender sends */
	u8 *want;			/* what the receiver must get */
	u8 *state;			/* BYTE_* */
	size_t len, room;
	size_t next;			/* first byte that the receiver lacks */
};

enum { BYTE_KNOWN = 1, BYTE_LEARN = 2, BYTE_GOT = 4 };

struct wire {
	struct port port[2];
	struct addr local[2];		/* addresses of the two ends */
	struct addr dst;		/* what the initiator connects to */
	u16 base[2];			/* first call id of each end */
	struct addr rival;		/* address of another client that takes the same ids */
	unsigned int hold;		/* how many of them, 0: no such client */
	bool routed;			/* no NAT: the server tells the clients apart */
	struct id_space *space[2][2];	/* by end and whether it is the rival's flow */
	u16 next_port;
	unsigned long segments, arrived, bytes, rewritten, errors;
};

struct flow {
	struct wire *w;
	struct addr remote[2];		/* the other end, as each end sees it */
	struct addr local[2];
	u32 isn[2];
	struct stream s[2];
	struct wire_call call[WIRE_CALLS];
	struct id_space *space[2];
	u16 base[2];
	bool lose;			/* what arrives now is lost behind the router */
};

/* Report an error of the router; the first few are printed. */
void __attribute__((format(printf, 2, 3))) wire_error(struct wire *w, const char *fmt, ...);

/* TCP handshake, as the rival or not; false: no connection. @f is zeroed. */
bool flow_open(struct flow *f, struct wire *w, bool rival);
/* RST from the initiator and memory freed. */
void flow_close(struct flow *f);
/* Append one message to the stream of @end about call number @call. */
void flow_say(struct flow *f, enum end end, enum msg_type type, unsigned int call);
/* Bytes [from, to) of the stream of @end as one segment; checks whatever arrives. */
void flow_send(struct flow *f, enum end end, size_t from, size_t to);
/* Send in one piece until the other end has it all; false: it never comes. */
bool flow_finish(struct flow *f, enum end end);

/* A reset from @end which the other end has to doubt. */
void flow_doubtful_reset(struct flow *f, enum end end);
/* Nothing but an acknowledgement a second, as a doubtful reset brings one. */
void flow_pause(struct flow *f, unsigned int seconds);
/* Both ends know nothing of it any more and shake hands again; false: no connection. */
bool flow_anew(struct flow *f);

/* All dialogues with all kinds of cutting, one TAP line each; false: something was wrong. */
bool wire_cases(struct wire *w, bool brief);
/* Dialogues that resets and forgetful ends disturb; needs a rival. */
bool wire_upset(struct wire *w);
bool wire_fuzz(struct wire *w, unsigned int seed, unsigned int rounds);

#endif
