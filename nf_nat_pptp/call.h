/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of a PPTP control connection: which call ids belong together, what each end calls
 * them, and when a call comes up and goes.
 *
 * Context: any; the caller lets one at a time to a connection.
 */
#ifndef NF_NAT_PPTP_CALL_H
#define NF_NAT_PPTP_CALL_H

#include "stream.h"

struct pptp_call;

/*
 * Every counter of the parser: X(constant, name, sentence). The order is not ABI.
 */
#define PPTP_COUNTS(X) \
	X(EDITED, "pptp-edited", \
	  "Rewritten call ids (or halves of one), because an id would have clashed") \
	X(RETRANSMIT, "pptp-retransmit", \
	  "Control segments that repeat bytes already seen") \
	X(GAP, "pptp-gap", \
	  "Control segments dropped as earlier bytes are missing; TCP sends them again in order") \
	X(BYPASS, "pptp-bypass", \
	  "Times a control stream passed unread because bytes went by unseen or were malformed") \
	X(RESYNC, "pptp-resync", \
	  "Times reading of a control stream began again at a message that starts a segment") \
	X(MALFORMED, "pptp-malformed", \
	  "Control messages with wrong magic, kind or length") \
	X(UNKNOWN_TYPE, "pptp-unknown-type", \
	  "Control messages of a type that RFC 2637 does not define, skipped") \
	X(AMBIGUOUS, "pptp-ambiguous", \
	  "Control segments dropped because half a call id did not tell which call it names") \
	X(GUESSED, "pptp-guessed", \
	  "Half call ids passed on by a guess after repeated drops did not bring the other half") \
	X(EDIT_LOG_FULL, "pptp-edit-log-full", \
	  "Control segments dropped because too many rewritten call ids wait for an ACK") \
	X(EDIT_LOG_LOST, "pptp-edit-log-lost", \
	  "Rewritten call ids forgotten before their ACK; a retransmission would pass unedited") \
	X(UNKNOWN_ID, "pptp-unknown-id", \
	  "Call ids that name no known call, passed unchanged") \
	X(UNEXPECTED, "pptp-unexpected", \
	  "Replies for a call that has been answered or closed, passed without effect") \
	X(REPEATED, "pptp-repeated", \
	  "Call requests sent again for a call that waits for its answer") \
	X(REPLACED, "pptp-replaced", \
	  "Calls given up because their end used the call id for a new call") \
	X(NO_ID, "pptp-no-id", \
	  "Call requests and replies dropped as no call id was free in place of a clashing one") \
	X(REFUSED, "pptp-refused", \
	  "Call requests dropped because of a limit on tunnels or of memory")

/* Things worth counting; PPTP_COUNTS has the text of each. */
enum pptp_count {
#define PPTP_COUNT_ENUM(id, name, doc) PPTP_COUNT_##id,
	PPTP_COUNTS(PPTP_COUNT_ENUM)
#undef PPTP_COUNT_ENUM
	PPTP_COUNT_MAX,
};

/**
 * struct pptp_count_info - how a counter is shown
 * @name: lower case with dashes
 * @doc: one sentence, without full stop
 */
struct pptp_count_info {
	const char *name;
	const char *doc;
};

/* Indexed by enum pptp_count. */
extern const struct pptp_count_info pptp_count_info[PPTP_COUNT_MAX];

/**
 * enum pptp_call_state - life of a call; it only moves forward
 * @PPTP_CALL_SETUP: requested, not connected yet
 * @PPTP_CALL_UP: ops->call_up() was called
 * @PPTP_CALL_CLOSING: ops->call_closing() was called; ids are still translated
 */
enum pptp_call_state {
	PPTP_CALL_SETUP,
	PPTP_CALL_UP,
	PPTP_CALL_CLOSING,
};

/**
 * struct pptp_call - one call; the owner embeds it in an object of its own
 * @list: link in pptp_conn.calls, oldest first
 * @id: call ids in host order, each as the end that assigned it knows it
 * @alias: the same ids as the other end knows them; equal to @id unless that would clash
 * @known: BIT(end): id[end] and alias[end] are valid, and the alias is reserved
 * @pns: enum pptp_end, the end that is the PNS of this call
 * @state: enum pptp_call_state
 *
 * All members are written by the functions of this file and stream.h only.
 */
struct pptp_call {
	struct list_head list;
	u16 id[2];
	u16 alias[2];
	u8 known;
	u8 pns;
	u8 state;
};

/**
 * struct pptp_ops - what the owner of a connection provides
 * @call_alloc: memory for a new call of @conn, linked and set up by the caller. NULL: at a
 *	limit or out of memory; the request is then dropped.
 * @reserve: reserve an alias for @id that @end assigned. Prefers @id itself, then one with
 *	the same high byte, then (unless @keep_high) any. Doesn't change @call. After
 *	release() the same @id should get the same alias again if it is still free. Returns
 *	the alias or a negative errno.
 * @release: give back the alias call->alias[end], which is valid during this call.
 * @call_up: both ids are known and the answer says connected: data flows from now on.
 *	At most once a call.
 * @call_closing: the call has ended or could not be helped. At most once a call, with or
 *	without call_up() before. The owner frees it later: after a grace of some seconds it
 *	takes it out with pptp_call_unlink() and gives back the aliases in call->known
 *	itself. Until then one or both aliases may be released, when an id is used anew.
 * @count: count one event.
 *
 * All are called with the connection's lock held, from pptp_stream_segment() and
 * pptp_conn_close() only; none may be NULL; none may call back into the functions of call.h
 * or stream.h (so calls are unlinked later, never from within a callback).
 */
struct pptp_ops {
	struct pptp_call *(*call_alloc)(struct pptp_conn *conn);
	int (*reserve)(struct pptp_conn *conn, struct pptp_call *call,
		       enum pptp_end end, u16 id, bool keep_high);
	void (*release)(struct pptp_conn *conn, struct pptp_call *call, enum pptp_end end);
	void (*call_up)(struct pptp_conn *conn, struct pptp_call *call);
	void (*call_closing)(struct pptp_conn *conn, struct pptp_call *call);
	void (*count)(struct pptp_conn *conn, enum pptp_count what);
};

/**
 * struct pptp_conn - one control connection; the owner embeds it in an object of its own
 * @calls: its calls, oldest first
 * @ncalls: how many
 * @stream: its two directions, indexed by the end that sends
 * @ops: the owner's functions
 * @stopped: a Stop-Control-Connection-Reply was seen or pptp_conn_close() called: all calls
 *	of that time are closing
 */
struct pptp_conn {
	struct list_head calls;
	unsigned int ncalls;
	struct pptp_stream stream[2];
	const struct pptp_ops *ops;
	bool stopped;
};

/**
 * pptp_conn_init() - set up a connection without calls
 * @conn: memory of the connection, any contents
 * @ops: the owner's functions; must outlive @conn
 * @next: first sequence number that each end will send (its ISN + 1), host order; NULL for
 *	a connection picked up in mid-stream: each direction then passes unedited until a
 *	segment of it starts with a sane header
 */
void pptp_conn_init(struct pptp_conn *conn, const struct pptp_ops *ops, const u32 next[2]);

/**
 * pptp_conn_close() - the connection has ended: close all its calls
 * @conn: the connection; segments may still come
 *
 * Runs ops->call_closing() for each call that isn't closing yet.
 *
 * Context: any; the caller holds the connection's lock.
 */
void pptp_conn_close(struct pptp_conn *conn);

/**
 * pptp_call_unlink() - take a call out of its connection, in any state
 * @conn: the connection
 * @call: one of its calls; the caller may free it afterwards
 *
 * Doesn't call any of the ops: the caller gives back the aliases in call->known itself.
 *
 * Context: any; the caller holds the connection's lock.
 */
void pptp_call_unlink(struct pptp_conn *conn, struct pptp_call *call);

/**
 * pptp_call_restore() - a call that was up goes on
 * @conn: the connection
 * @like: its ids, aliases and PNS
 *
 * Runs ops->call_alloc(). The caller reserves the aliases and tells that the call is up.
 *
 * Context: any; the caller holds the connection's lock.
 * Return: the call, or an ERR_PTR(): -EEXIST if one of the ids names a call already, -ENOSPC.
 */
struct pptp_call *pptp_call_restore(struct pptp_conn *conn, const struct pptp_call *like);

/*
 * Between stream.c and call.c.
 */

#define PPTP_UNDECIDED	(-1)	/* can't tell from what is seen of the message */
#define PPTP_REFUSED	(-2)	/* no call can be made of it, which is counted */

/**
 * struct pptp_view - a message in parsing, as call.c needs to see it
 * @from: the end that sent it
 * @info: its type
 * @type: the same as a number
 * @head: its beginning, as sent
 * @seen: bytes of @head that are known
 * @force: waiting didn't help: PPTP_UNDECIDED is no answer any more
 */
struct pptp_view {
	enum pptp_end from;
	const struct pptp_msg_info *info;
	u16 type;
	const u8 *head;
	u8 seen;
	bool force;
};

/**
 * pptp_call_field() - decide a call id field whose two bytes are seen
 * @conn: the connection
 * @view: the message
 * @field: the field
 *
 * Return: what the receiver gets, PPTP_UNDECIDED or PPTP_REFUSED.
 */
int pptp_call_field(struct pptp_conn *conn, const struct pptp_view *view,
		    const struct pptp_field *field);

/**
 * pptp_call_field_high() - decide the high byte of a field whose low byte isn't seen
 * @conn: the connection
 * @view: the message
 * @field: the field
 *
 * Return: what the receiver gets as high byte, or PPTP_UNDECIDED.
 */
int pptp_call_field_high(struct pptp_conn *conn, const struct pptp_view *view,
			 const struct pptp_field *field);

/**
 * pptp_call_field_low() - decide the low byte of a field whose high byte has passed
 * @conn: the connection
 * @view: the message; both bytes are seen, as sent
 * @field: the field
 * @high: what the receiver got as high byte
 *
 * Return: what the receiver gets as low byte, PPTP_UNDECIDED or PPTP_REFUSED.
 */
int pptp_call_field_low(struct pptp_conn *conn, const struct pptp_view *view,
			const struct pptp_field *field, u8 high);

/**
 * pptp_call_message() - let a message take effect on its call
 * @conn: the connection
 * @view: the message, at least view->info->act bytes of it are seen
 */
void pptp_call_message(struct pptp_conn *conn, const struct pptp_view *view);

#endif
