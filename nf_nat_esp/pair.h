/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who owns an inbound SPI: the clients of one server behind one NAT address, what they owe
 * their IKE exchanges, and the SPIs that the server sends to that address.
 *
 * Owner of the objects is the caller, who embeds them in its own; nothing is allocated but
 * by ops->case_alloc().
 *
 * Context: all functions want the lock of the group held, but for the three fast paths,
 * esp_pair_in_known(), esp_pair_out_matters() and esp_pair_out_note(). Without the lock these
 *  - read esp_pair_in.owner and .state, esp_pair_client.needs, .watched and .ins;
 *  - write esp_pair_in.high, .window and .last, esp_pair_client.in_last, .in_gap and .out_last.
 * Everybody else writes the former and reads or writes the latter with the *_ONCE() macros. A
 * lost update of the latter does no harm; nor does a time torn in halves on a 32-bit CPU,
 * every 49 days.
 */
#ifndef NF_NAT_ESP_PAIR_H
#define NF_NAT_ESP_PAIR_H

#include "ike.h"

#define ESP_PAIR_NEEDS		4	/* SAs that a client may wait for at a time */
#define ESP_PAIR_CANDS		128	/* clients that may get a copy of one packet */
#define ESP_PAIR_CASES		128	/* undecided SPIs of a group, the quietest goes */
#define ESP_PAIR_YOUNG		32	/* sequence numbers up to this are of a new SA */

/*
 * Every step of the pairing: X(constant, name, sentence). The order is not ABI.
 */
#define ESP_PAIR_COUNTS(X) \
	X(BOUND, "esp-bound", \
	  "Packets from a server whose SPI belongs to a known client") \
	X(ONLY, "esp-only-candidate", \
	  "SPIs given to the only client that waited for one") \
	X(COPIED, "esp-copied", \
	  "Packets copied to several clients because the SPI could belong to any of them") \
	X(COPIES, "esp-copies", \
	  "Copies made of such packets, each for a client that drops what is not its own") \
	X(EVIDENCE, "esp-evidence", \
	  "SPIs given to a client because of its traffic and the times of its exchanges") \
	X(ELIMINATION, "esp-elimination", \
	  "SPIs given to a client because all others had got what they waited for") \
	X(GUESSED, "esp-guessed", \
	  "SPIs given to the likeliest client when the limit of copies was reached") \
	X(OLDEST, "esp-oldest", \
	  "SPIs given to the client whose outgoing SA waited longest, without any evidence") \
	X(CONFIRMED, "esp-confirmed", \
	  "SPIs whose client was confirmed by its traffic") \
	X(REOPENED, "esp-reopened", \
	  "SPIs whose client is in doubt again because traffic contradicted") \
	X(SHARED, "esp-shared", \
	  "SPIs that two clients seem to have chosen; their packets go to all it may be") \
	X(REPEATED, "esp-repeated-seq", \
	  "Sequence numbers seen again on one SPI while another client waited for an SA") \
	X(UNASKED, "esp-unasked", \
	  "Packets from a server with an unknown SPI that no client waited for") \
	X(CAPPED, "esp-copy-limit", \
	  "Packets dropped because the limit of copies was reached and nothing was decided") \
	X(CROWDED, "esp-crowded", \
	  "Packets that were copied to fewer clients than might own them") \
	X(EVICTED, "esp-evicted", \
	  "Undecided SPIs forgotten because there were too many of them") \
	X(NO_MEMORY, "esp-no-memory", \
	  "Packets dropped because there was no memory to decide whose they are") \
	X(NEED_LOST, "esp-need-lost", \
	  "Exchanges forgotten because their client waits for too many SAs")

/* Things worth counting; ESP_PAIR_COUNTS has the text of each. */
enum esp_pair_count {
#define ESP_PAIR_ENUM(id, name, doc) ESP_PAIR_##id,
	ESP_PAIR_COUNTS(ESP_PAIR_ENUM)
#undef ESP_PAIR_ENUM
	ESP_PAIR_COUNT_MAX,
};

/**
 * struct esp_pair_info - how a counter is shown
 * @name: lower case with dashes
 * @doc: one sentence, without full stop
 */
struct esp_pair_info {
	const char *name;
	const char *doc;
};

/* Indexed by enum esp_pair_count. */
extern const struct esp_pair_info esp_pair_info[ESP_PAIR_COUNT_MAX];

/**
 * enum esp_pair_state - of an inbound SPI
 * @ESP_PAIR_AMBIGUOUS: packets are copied to several clients, or dropped at the limit
 * @ESP_PAIR_PAIRING: they go to one client, whose traffic hasn't confirmed it yet
 * @ESP_PAIR_UP: they go to one client
 */
enum esp_pair_state {
	ESP_PAIR_AMBIGUOUS,
	ESP_PAIR_PAIRING,
	ESP_PAIR_UP,
};

struct esp_pair_group;
struct esp_pair_client;
struct esp_pair_case;
struct esp_pair_in;

/**
 * struct esp_pair_ops - what the caller provides
 * @case_alloc: memory for an undecided SPI (some 2 KB), or NULL
 * @case_free: give it back
 * @changed: owner or state of @in is another now. Its packets are to be found by its SPI
 *	in any case; this is for events and for the caller's own links.
 * @count: count @n events
 *
 * None may be NULL, none may call back into the functions of this file.
 */
struct esp_pair_ops {
	struct esp_pair_case *(*case_alloc)(struct esp_pair_group *group);
	void (*case_free)(struct esp_pair_group *group, struct esp_pair_case *c);
	void (*changed)(struct esp_pair_group *group, struct esp_pair_in *in);
	void (*count)(struct esp_pair_group *group, enum esp_pair_count what, u32 n);
};

/**
 * struct esp_pair_limits - how much may be copied
 * @rounds: how broadly the packets of an undecided SPI are copied: in round n of it to the
 *	24 * @rounds / n likeliest candidates. Packets less than 20 ms apart are one round. 0
 *	turns all copying off, and the likeliest client gets the packet.
 * @few: so many of them in any case, until
 * @packets: so many packets have been copied. After that the likeliest client gets them if it
 *	stands out, with a copied one in between ever more rarely; if none does, ever fewer
 *	do, down to three.
 * @rate: copies per second of the whole group
 * @burst: copies that may be made at once
 */
struct esp_pair_limits {
	u16 rounds;
	u16 few;
	u16 packets;
	u32 rate;
	u32 burst;
};

/* What is used unless the administrator says otherwise. */
#define ESP_PAIR_LIMITS_DEFAULT { \
	.rounds = 16, .few = 8, .packets = 256, .rate = 4000, .burst = 40000, \
}

/**
 * struct esp_pair_group - the clients of one server behind one NAT address
 * @clients: in the order of their coming
 * @open: inbound SPIs that are undecided
 * @lost: inbound SPIs without owner that are nobody's to decide at the moment
 * @ops: the caller's functions
 * @limits: how much may be copied
 * @tokens: copies that may be made now, in thousandths
 * @filled: when @tokens was brought up to date
 * @waiting: clients that wait for an SA
 * @cases: undecided SPIs
 */
struct esp_pair_group {
	struct list_head clients;
	struct list_head open;
	struct list_head lost;
	const struct esp_pair_ops *ops;
	struct esp_pair_limits limits;
	u64 tokens;
	u64 filled;
	u32 waiting;
	u32 cases;
};

/**
 * struct esp_pair_need - an SA that an exchange has made and that no packet came by yet
 * @open: when the server could use it first
 * @seen: time of the latest message of the exchange
 * @tag: the exchange, 0: unused
 * @until: when it is given up, as another SA has replaced it; 0: not
 * @armed: the exchange has ended
 */
struct esp_pair_need {
	u64 open;
	u64 seen;
	u64 until;
	u32 tag;
	bool armed;
};

/**
 * struct esp_pair_client - one client of the group
 * @list: in esp_pair_group.clients
 * @outs: its outbound SPIs, oldest first
 * @ins: inbound SPIs that are its own, oldest first
 * @need: SAs it waits for, oldest first
 * @needs: how many
 * @several: it has more than one SA at a time
 * @tentative: SAs of these that it got by an SPI which is undecided still
 * @watched: undecided SPIs that may be its own, and own ones that are not confirmed
 * @out_last: time of its latest outbound packet, 0: never
 * @out_gap: smoothed time between such packets
 * @wake: time of the latest one that came after a silence or with a new SPI
 * @in_last: time of the latest inbound packet that was known to be its own
 * @in_gap: smoothed time between such packets
 * @unanswered: outbound packets since it began to wait
 * @unanswered_since: time of the first of these
 * @won: when it last got an inbound SPI
 */
struct esp_pair_client {
	struct list_head list;
	struct list_head outs;
	struct list_head ins;
	struct esp_pair_need need[ESP_PAIR_NEEDS];
	u8 needs;
	bool several;
	u32 tentative;
	u32 watched;
	u64 out_last;
	u32 out_gap;
	u64 wake;
	u64 in_last;
	u32 in_gap;
	u32 unanswered;
	u64 unanswered_since;
	u64 won;
};

/**
 * struct esp_pair_out - an outbound SPI of a client
 * @list: in esp_pair_client.outs
 * @spi: chosen by the server
 * @mate: the inbound SPI that is taken for its other half; NULL: unpaired
 * @first: time of the first packet
 */
struct esp_pair_out {
	struct list_head list;
	u32 spi;
	struct esp_pair_in *mate;
	u64 first;
};

/**
 * struct esp_pair_in - an inbound SPI
 * @list: in esp_pair_group.open, .lost, or in esp_pair_client.ins of @owner
 * @spi: chosen by a client
 * @state: enum esp_pair_state
 * @how: enum esp_pair_count, the reason of the latest decision
 * @old: it came up with a sequence number of an SA that is older than what we know
 * @owner: whose it is; NULL while nobody knows
 * @undecided: NULL once it is certain. While another client seems to use the same SPI this
 *	is set, @owner too and @state ESP_PAIR_AMBIGUOUS.
 * @mate: outbound SPI taken for its other half, or NULL
 * @first: time of the first packet
 * @last: time of the latest one
 * @since: since when the owner is the owner
 * @answers: answers of the owner while it was PAIRING
 * @packets: packets while it was not UP
 * @tag: exchange of the owner that was taken for the one that made it, 0: none
 * @high: highest sequence number
 * @window: the 64 ones up to @high that have been seen
 */
struct esp_pair_in {
	struct list_head list;
	u32 spi;
	u8 state;
	u8 how;
	bool old;
	struct esp_pair_client *owner;
	struct esp_pair_case *undecided;
	struct esp_pair_out *mate;
	u64 first;
	u64 last;
	u64 since;
	u32 answers;
	u32 packets;
	u32 tag;
	u32 high;
	u64 window;
};

/**
 * struct esp_pair_cand - a client that may own an SPI
 * @client: the client
 * @prior: points for the time of its exchanges and of its waking up, see judge.c
 * @answers: points for answering its packets
 * @asks: points for asking for them
 * @taken_over: points for its other SAs having fallen silent, or against
 * @flowing: packets were coming by another SA of it when this SPI came up
 * @answer: ms from the latest packet until it sent something, plus 1; 0: not yet
 * @delay: the same for the previous one that it answered
 * @lag: smoothed ms from its sending something until the next packet, plus 1; 0: unknown
 * @vary: smoothed ms by which that time varies
 * @sent: packets that it has sent since, up to 255
 * @phased: packets at a steady pace that came when an answer to it was due, up to 255
 * @got: it got a packet of the latest round, and so could answer
 */
struct esp_pair_cand {
	struct esp_pair_client *client;
	s8 prior;
	s8 answers;
	s8 asks;
	s8 taken_over;
	u8 flowing;
	u8 answer;
	u8 delay;
	u8 lag;
	u8 vary;
	u8 sent;
	u8 phased;
	bool got;
};

/**
 * struct esp_pair_case - all there is to know of an undecided SPI
 * @in: the SPI
 * @opened: when it was opened, for the first time or again
 * @time: when its latest packet came
 * @refill: when a packet beyond the limit was last copied
 * @refills: how often
 * @span: time between the latest two rounds
 * @rounds: rounds used up
 * @copied: packets copied
 * @steady: packets in a row for which there was only one candidate
 * @repeats: sequence numbers seen again
 * @counted: the owner counts it as @tentative; not a mere guess, which is to rule nobody out
 * @weak: candidates have no IKE evidence
 * @n: candidates
 * @cand: the candidates
 */
struct esp_pair_case {
	struct esp_pair_in *in;
	u64 opened;
	u64 time;
	u64 refill;
	u32 span;
	u32 rounds;
	u32 copied;
	u32 steady;
	u32 repeats;
	u8 refills;
	bool counted;
	bool weak;
	u16 n;
	struct esp_pair_cand cand[ESP_PAIR_CANDS];
};

/**
 * enum esp_pair_verdict - what to do with an inbound packet
 * @ESP_PAIR_DELIVER: give it to each client of the list; more than one means copies
 * @ESP_PAIR_DROP: drop it
 * @ESP_PAIR_PASS: nobody's: treat it as if this module weren't there
 */
enum esp_pair_verdict {
	ESP_PAIR_DELIVER,
	ESP_PAIR_DROP,
	ESP_PAIR_PASS,
};

/**
 * struct esp_pair_decision - result for one inbound packet
 * @verdict: enum esp_pair_verdict
 * @why: enum esp_pair_count
 * @n: clients in @to
 * @to: for ESP_PAIR_DELIVER
 */
struct esp_pair_decision {
	u8 verdict;
	u8 why;
	u16 n;
	struct esp_pair_client *to[ESP_PAIR_CANDS];
};

/**
 * esp_pair_init() - set up a group without clients
 * @group: its memory, any contents
 * @ops: the caller's functions; must outlive it
 * @limits: may be changed later, in the group
 */
void esp_pair_init(struct esp_pair_group *group, const struct esp_pair_ops *ops,
		   const struct esp_pair_limits *limits);

/**
 * esp_pair_client_add() - a client has been seen (its IKE or its ESP)
 * @group: the group
 * @client: its memory, any contents
 */
void esp_pair_client_add(struct esp_pair_group *group, struct esp_pair_client *client);

/**
 * esp_pair_client_del() - forget a client
 * @group: the group
 * @client: may be freed afterwards. Inbound SPIs that it owned have no owner any more and
 *	are ESP_PAIR_AMBIGUOUS; the caller removes its outbound SPIs before.
 */
void esp_pair_client_del(struct esp_pair_group *group, struct esp_pair_client *client);

/**
 * esp_pair_ike() - let an IKE message have its effect
 * @group: the group
 * @client: client of that flow
 * @event: from esp_ike_message()
 */
void esp_pair_ike(struct esp_pair_group *group, struct esp_pair_client *client,
		  const struct esp_ike_event *event);

/**
 * esp_pair_out_add() - a client uses an outbound SPI for the first time
 * @group: the group
 * @client: the client
 * @out: memory for it, any contents
 * @spi: the SPI
 * @now: time in ms; esp_pair_out() is to be called for the packet too
 */
void esp_pair_out_add(struct esp_pair_group *group, struct esp_pair_client *client,
		      struct esp_pair_out *out, u32 spi, u64 now);

/**
 * esp_pair_out_del() - forget an outbound SPI
 * @out: may be freed afterwards
 */
void esp_pair_out_del(struct esp_pair_out *out);

/**
 * esp_pair_out() - an outbound ESP packet
 * @group: the group
 * @client: who sent it
 * @now: time in ms
 *
 * Need not be called while esp_pair_out_matters() says no; esp_pair_out_note() is enough
 * then.
 */
void esp_pair_out(struct esp_pair_group *group, struct esp_pair_client *client, u64 now);

/**
 * esp_pair_in_add() - an inbound ESP packet with an SPI that isn't known
 * @group: the group
 * @in: memory for it, any contents; the caller keeps it only if the verdict is
 *	ESP_PAIR_DELIVER (and finds it by the SPI then), else it is free again
 * @esp: its header
 * @now: time in ms
 * @d: result
 */
void esp_pair_in_add(struct esp_pair_group *group, struct esp_pair_in *in,
		     const struct esp_wire *esp, u64 now, struct esp_pair_decision *d);

/**
 * esp_pair_in() - an inbound ESP packet with a known SPI
 * @group: the group
 * @in: the SPI
 * @seq: sequence number
 * @now: time in ms
 * @d: result
 *
 * Need not be called where esp_pair_in_known() has named the owner.
 */
void esp_pair_in(struct esp_pair_group *group, struct esp_pair_in *in, u32 seq, u64 now,
		 struct esp_pair_decision *d);

/**
 * esp_pair_in_del() - forget an inbound SPI
 * @group: the group
 * @in: may be freed afterwards
 */
void esp_pair_in_del(struct esp_pair_group *group, struct esp_pair_in *in);

/**
 * esp_pair_age() - drop what has waited for too long; every few seconds
 * @group: the group
 * @now: time in ms
 */
void esp_pair_age(struct esp_pair_group *group, u64 now);

/* Smoothed gap: the past counts 7 of 8, and no gap counts more than ten seconds. */
static inline u32 esp_pair_smooth(u32 gap, u64 last, u64 now)
{
	u64 new = esp_since(last, now);

	if (new > 10000)
		new = 10000;
	return (gap * 7 + (u32)new) / 8;
}

/* An inbound packet of a client has come: for the fast path and with the lock. */
static inline void esp_pair_in_note(struct esp_pair_client *client, u64 now)
{
	u32 gap = READ_ONCE(client->in_gap);

	WRITE_ONCE(client->in_gap, esp_pair_smooth(gap, READ_ONCE(client->in_last), now));
	WRITE_ONCE(client->in_last, now);
}

/**
 * esp_pair_in_known() - the fast path of an inbound packet
 * @in: its SPI
 * @seq: its sequence number
 * @now: time in ms
 *
 * Context: without the lock; the caller reads @in under RCU and frees clients by RCU. A lost
 * update does no harm.
 *
 * Return: the owner, if the packet is for it and there is nothing to be learned; NULL: take
 * the lock and call esp_pair_in(). in->owner may be another one a moment later, so that the
 * caller doesn't read it again.
 */
static inline struct esp_pair_client *esp_pair_in_known(struct esp_pair_in *in, u32 seq, u64 now)
{
	struct esp_pair_client *client = READ_ONCE(in->owner);
	u32 high = READ_ONCE(in->high);

	if (READ_ONCE(in->state) != ESP_PAIR_UP || !client || seq <= high)
		return NULL;
	if (seq - high < 64)
		WRITE_ONCE(in->window, READ_ONCE(in->window) << (seq - high) | 1);
	else
		WRITE_ONCE(in->window, 1);
	WRITE_ONCE(in->high, seq);
	WRITE_ONCE(in->last, now);
	esp_pair_in_note(client, now);
	return client;
}

/**
 * esp_pair_out_matters() - does an outbound packet of this client tell anything?
 * @client: who sent it
 *
 * Context: without the lock.
 *
 * Return: true if esp_pair_out() is to be called.
 */
static inline bool esp_pair_out_matters(const struct esp_pair_client *client)
{
	return READ_ONCE(client->needs) || READ_ONCE(client->watched) ||
	       READ_ONCE(client->ins.next) == &client->ins;
}

/**
 * esp_pair_out_note() - the fast path of an outbound packet
 * @client: who sent it
 * @now: time in ms
 *
 * Context: without the lock.
 */
static inline void esp_pair_out_note(struct esp_pair_client *client, u64 now)
{
	WRITE_ONCE(client->out_last, now);
}

#endif
