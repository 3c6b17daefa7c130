// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of a PPTP control connection (RFC 2637): links the call ids of both ends, decides
 * what each id field becomes, and follows a call from request to disconnect.
 */
#include <linux/err.h>
#include "call.h"

#define PPTP_BOTH	(BIT(PPTP_INITIATOR) | BIT(PPTP_RESPONDER))

const struct pptp_count_info pptp_count_info[PPTP_COUNT_MAX] = {
#define PPTP_COUNT_INFO(id, n, d) { .name = (n), .doc = (d) },
	PPTP_COUNTS(PPTP_COUNT_INFO)
#undef PPTP_COUNT_INFO
};

void pptp_conn_init(struct pptp_conn *conn, const struct pptp_ops *ops, const u32 next[2])
{
	INIT_LIST_HEAD(&conn->calls);
	conn->ncalls = 0;
	conn->ops = ops;
	conn->stopped = false;
	pptp_stream_init(&conn->stream[0], next ? &next[0] : NULL);
	pptp_stream_init(&conn->stream[1], next ? &next[1] : NULL);
}

void pptp_call_unlink(struct pptp_conn *conn, struct pptp_call *call)
{
	list_del_init(&call->list);
	conn->ncalls--;
}

/* The call to which @end gave @id. */
static struct pptp_call *pptp_by_id(struct pptp_conn *conn, enum pptp_end end, u16 id)
{
	struct pptp_call *call;

	list_for_each_entry(call, &conn->calls, list) {
		if ((call->known & BIT(end)) && call->id[end] == id)
			return call;
	}
	return NULL;
}

/* The call whose id of @end is known to the other end as @alias. */
static struct pptp_call *pptp_by_alias(struct pptp_conn *conn, enum pptp_end end, u16 alias)
{
	struct pptp_call *call;

	list_for_each_entry(call, &conn->calls, list) {
		if ((call->known & BIT(end)) && call->alias[end] == alias)
			return call;
	}
	return NULL;
}

static enum pptp_end pptp_pns(const struct pptp_view *view)
{
	return view->info->from_pns ? view->from : pptp_other_end(view->from);
}

/* The call that the peer id at @off names, if the roles of both ends fit the message. */
static struct pptp_call *pptp_by_peer(struct pptp_conn *conn, const struct pptp_view *view,
				      u8 off)
{
	struct pptp_call *call;

	call = pptp_by_alias(conn, pptp_other_end(view->from), pptp_get16(view->head + off));
	return call && call->pns == pptp_pns(view) ? call : NULL;
}

/* Life of a call. */

static struct pptp_call *pptp_call_add(struct pptp_conn *conn, enum pptp_end pns)
{
	struct pptp_call *call = conn->ops->call_alloc(conn);

	if (!call) {
		conn->ops->count(conn, PPTP_COUNT_REFUSED);
		return NULL;
	}
	call->known = 0;
	call->pns = pns;
	call->state = PPTP_CALL_SETUP;
	list_add_tail(&call->list, &conn->calls);
	conn->ncalls++;
	return call;
}

struct pptp_call *pptp_call_restore(struct pptp_conn *conn, const struct pptp_call *like)
{
	struct pptp_call *call;
	int end;

	for (end = 0; end < 2; end++)
		if (pptp_by_id(conn, end, like->id[end]))
			return ERR_PTR(-EEXIST);
	call = pptp_call_add(conn, like->pns);
	if (!call)
		return ERR_PTR(-ENOSPC);
	memcpy(call->id, like->id, sizeof(call->id));
	memcpy(call->alias, like->alias, sizeof(call->alias));
	call->known = PPTP_BOTH;
	call->state = PPTP_CALL_UP;
	return call;
}

static void pptp_call_open(struct pptp_conn *conn, struct pptp_call *call)
{
	if (call->state != PPTP_CALL_SETUP || call->known != PPTP_BOTH)
		return;
	call->state = PPTP_CALL_UP;
	conn->ops->call_up(conn, call);
}

static void pptp_call_close(struct pptp_conn *conn, struct pptp_call *call)
{
	if (call->state == PPTP_CALL_CLOSING)
		return;
	call->state = PPTP_CALL_CLOSING;
	conn->ops->call_closing(conn, call);
}

void pptp_conn_close(struct pptp_conn *conn)
{
	struct pptp_call *call;

	list_for_each_entry(call, &conn->calls, list)
		pptp_call_close(conn, call);
	conn->stopped = true;
}

/* Take the id of @end off @call. Without it data can't flow. */
static void pptp_call_take(struct pptp_conn *conn, struct pptp_call *call, enum pptp_end end)
{
	if (call->state == PPTP_CALL_UP)
		pptp_call_close(conn, call);
	conn->ops->release(conn, call, end);
	call->known &= ~BIT(end);
}

/* Set the id of @end on @call. False if no alias is free. */
static bool pptp_call_give(struct pptp_conn *conn, struct pptp_call *call, enum pptp_end end,
			   u16 id, bool keep_high)
{
	int alias = conn->ops->reserve(conn, call, end, id, keep_high);

	if (alias < 0) {
		conn->ops->count(conn, PPTP_COUNT_NO_ID);
		return false;
	}
	call->id[end] = id;
	call->alias[end] = alias;
	call->known |= BIT(end);
	return true;
}

/* @end uses @id for a new call: whatever had it is over. */
static void pptp_call_replace(struct pptp_conn *conn, enum pptp_end end, u16 id)
{
	struct pptp_call *call = pptp_by_id(conn, end, id);

	if (!call)
		return;
	if (call->state != PPTP_CALL_CLOSING)
		conn->ops->count(conn, PPTP_COUNT_REPLACED);
	pptp_call_close(conn, call);
	pptp_call_take(conn, call, end);
}

/* Ids that the sender introduces. The high byte has gone out unchanged if @keep_high. */

static bool pptp_fits(u16 id, u16 alias, bool keep_high)
{
	return !keep_high || id >> 8 == alias >> 8;
}

/* The same request once more, for a call that still waits for its answer? */
static bool pptp_is_repeat(const struct pptp_view *view, const struct pptp_call *call,
			   u16 id, bool keep_high)
{
	return call->state == PPTP_CALL_SETUP && call->known == BIT(view->from) &&
	       call->pns == pptp_pns(view) &&
	       pptp_fits(id, call->alias[view->from], keep_high);
}

/*
 * Own id of a request: a new call. One that can't be helped must not be made: its packets would
 * come with an id that another client's call may have. The request is dropped; TCP sends it again,
 * and when there is room by then it passes.
 */
static int pptp_request_id(struct pptp_conn *conn, const struct pptp_view *view, u16 id,
			   bool keep_high)
{
	struct pptp_call *call = pptp_by_id(conn, view->from, id);

	if (call && pptp_is_repeat(view, call, id, keep_high)) {
		conn->ops->count(conn, PPTP_COUNT_REPEATED);
		return call->alias[view->from];
	}
	pptp_call_replace(conn, view->from, id);
	call = pptp_call_add(conn, pptp_pns(view));
	if (!call)
		return PPTP_REFUSED;
	if (!pptp_call_give(conn, call, view->from, id, keep_high)) {
		pptp_call_close(conn, call);
		return PPTP_REFUSED;
	}
	return call->alias[view->from];
}

/* Could this reply be for @call? */
static bool pptp_awaits(const struct pptp_view *view, const struct pptp_call *call)
{
	return call->state == PPTP_CALL_SETUP && call->pns == pptp_pns(view) &&
	       call->known == BIT(pptp_other_end(view->from));
}

/*
 * A reply was cut between its own id and the peer's id, which names the call. Take the only
 * call that waits for such a reply; of several the oldest, once waiting has not helped.
 * pptp_unguess() mends it if the guess was wrong.
 */
static int pptp_guess(struct pptp_conn *conn, const struct pptp_view *view,
		      struct pptp_call **guess)
{
	struct pptp_call *call;

	*guess = NULL;
	list_for_each_entry(call, &conn->calls, list) {
		if (!pptp_awaits(view, call))
			continue;
		if (!*guess) {
			*guess = call;
			continue;
		}
		if (!view->force)
			return PPTP_UNDECIDED;
		conn->ops->count(conn, PPTP_COUNT_GUESSED);
		break;
	}
	conn->stream[view->from].guessed = *guess;
	return 0;
}

static bool pptp_result_seen(const struct pptp_view *view)
{
	return view->seen > PPTP_RESULT_OFF;
}

static bool pptp_connected(const struct pptp_view *view)
{
	return view->head[PPTP_RESULT_OFF] == PPTP_RESULT_CONNECTED;
}

/* The call that a reply answers, for its own id. NULL: none. */
static int pptp_answered(struct pptp_conn *conn, const struct pptp_view *view,
			 struct pptp_call **call)
{
	u8 off = view->info->field[1].off;

	if (view->seen < off + 2)
		return pptp_guess(conn, view, call);
	*call = pptp_by_peer(conn, view, off);
	return 0;
}

/* Own id of a reply. */
static int pptp_reply_id(struct pptp_conn *conn, const struct pptp_view *view, u16 id,
			 bool keep_high)
{
	enum pptp_end from = view->from;
	struct pptp_call *call;

	if (pptp_result_seen(view) && !pptp_connected(view))
		return id;	/* refused: whatever id it carries won't be used */
	if (pptp_answered(conn, view, &call) < 0)
		return PPTP_UNDECIDED;
	if (!call) {
		call = pptp_by_id(conn, from, id);
	} else if (pptp_awaits(view, call)) {
		pptp_call_replace(conn, from, id);
		return pptp_call_give(conn, call, from, id, keep_high) ?
		       call->alias[from] : PPTP_REFUSED;
	}
	if (call && (call->known & BIT(from)) && call->id[from] == id &&
	    pptp_fits(id, call->alias[from], keep_high))
		return call->alias[from];
	return id;
}

static int pptp_new_id(struct pptp_conn *conn, const struct pptp_view *view, u16 id,
		       bool keep_high)
{
	if (view->type == PPTP_MSG_OUT_REQUEST || view->type == PPTP_MSG_IN_REQUEST)
		return pptp_request_id(conn, view, id, keep_high);
	return pptp_reply_id(conn, view, id, keep_high);
}

/* Ids that are known. */

/* What is sent for one call in a field of @kind (@sent), and what the receiver gets (@gets). */
static bool pptp_mapping(const struct pptp_call *call, const struct pptp_view *view, u8 kind,
			 u16 *sent, u16 *gets)
{
	bool peer = kind == PPTP_FIELD_PEER;
	enum pptp_end end = peer ? pptp_other_end(view->from) : view->from;

	if (!(call->known & BIT(end)))
		return false;
	*sent = peer ? call->alias[end] : call->id[end];
	*gets = peer ? call->id[end] : call->alias[end];
	return true;
}

/* Look up a known id; @high is what its high byte became already, -1 if it hasn't passed. */
static u16 pptp_known_id(struct pptp_conn *conn, const struct pptp_view *view,
			 const struct pptp_field *field, int high)
{
	u16 id = pptp_get16(view->head + field->off), sent, gets;
	struct pptp_call *call;

	list_for_each_entry(call, &conn->calls, list) {
		if (pptp_mapping(call, view, field->kind, &sent, &gets) && sent == id &&
		    (high < 0 || gets >> 8 == high))
			return gets;
	}
	conn->ops->count(conn, PPTP_COUNT_UNKNOWN_ID);
	return id;
}

/*
 * High byte of a known id whose low byte isn't seen: decided if all ids that it may be the
 * beginning of agree. By force: unchanged if that fits one of them, else as fits the oldest.
 */
static int pptp_known_high(struct pptp_conn *conn, const struct pptp_view *view,
			   const struct pptp_field *field)
{
	u8 high = view->head[field->off];
	int first = -1, best = high;
	struct pptp_call *call;
	bool differ = false;
	u16 sent, gets;

	list_for_each_entry(call, &conn->calls, list) {
		if (!pptp_mapping(call, view, field->kind, &sent, &gets) || sent >> 8 != high)
			continue;
		if (first < 0) {
			first = gets >> 8;
			best = first;
		} else if (gets >> 8 != first) {
			differ = true;
			if (gets >> 8 == high)
				best = high;
		}
	}
	if (differ && !view->force)
		return PPTP_UNDECIDED;
	if (differ)
		conn->ops->count(conn, PPTP_COUNT_GUESSED);
	return best;
}

/* Fields. */

int pptp_call_field(struct pptp_conn *conn, const struct pptp_view *view,
		    const struct pptp_field *field)
{
	u16 id = pptp_get16(view->head + field->off);

	if (field->kind == PPTP_FIELD_OWN_NEW)
		return pptp_new_id(conn, view, id, false);
	return pptp_known_id(conn, view, field, -1);
}

int pptp_call_field_high(struct pptp_conn *conn, const struct pptp_view *view,
			 const struct pptp_field *field)
{
	if (field->kind == PPTP_FIELD_OWN_NEW)
		return view->head[field->off];
	return pptp_known_high(conn, view, field);
}

int pptp_call_field_low(struct pptp_conn *conn, const struct pptp_view *view,
			const struct pptp_field *field, u8 high)
{
	u16 id = pptp_get16(view->head + field->off);
	int ret;

	if (field->kind == PPTP_FIELD_OWN_NEW) {
		ret = pptp_new_id(conn, view, id, true);
		return ret < 0 ? ret : ret & 0xff;
	}
	return pptp_known_id(conn, view, field, high) & 0xff;
}

/* Effects of whole messages. */

/*
 * The own id of a reply went to a call by a guess. Now that the reply names its call, move
 * the id there if it is another one. What the receiver was told can't change any more.
 */
static void pptp_unguess(struct pptp_conn *conn, const struct pptp_view *view,
			 struct pptp_call *right)
{
	u16 id = pptp_get16(view->head + view->info->field[0].off), alias;
	struct pptp_call *guess = pptp_by_id(conn, view->from, id);

	if (!guess || guess == right)
		return;
	alias = guess->alias[view->from];
	pptp_call_take(conn, guess, view->from);
	if (!right || !pptp_awaits(view, right) || !pptp_connected(view))
		return;
	if (!pptp_call_give(conn, right, view->from, id, alias >> 8 == id >> 8)) {
		pptp_call_close(conn, right);
		return;
	}
	if (right->alias[view->from] == alias)
		return;
	conn->ops->count(conn, PPTP_COUNT_NO_ID);
	pptp_call_close(conn, right);
	pptp_call_take(conn, right, view->from);
}

static void pptp_reply(struct pptp_conn *conn, const struct pptp_view *view)
{
	struct pptp_call *call = pptp_by_peer(conn, view, view->info->field[1].off);

	if (conn->stream[view->from].guessed)
		pptp_unguess(conn, view, call);
	if (!call)
		return;
	if (call->state != PPTP_CALL_SETUP)
		conn->ops->count(conn, PPTP_COUNT_UNEXPECTED);
	else if (!pptp_connected(view))
		pptp_call_close(conn, call);
	else if (view->type == PPTP_MSG_OUT_REPLY)
		pptp_call_open(conn, call);
}

static void pptp_in_connected(struct pptp_conn *conn, const struct pptp_view *view)
{
	struct pptp_call *call = pptp_by_peer(conn, view, view->info->field[0].off);

	if (call)
		pptp_call_open(conn, call);
}

static void pptp_disconnect(struct pptp_conn *conn, const struct pptp_view *view)
{
	u16 id = pptp_get16(view->head + view->info->field[0].off);
	struct pptp_call *call = pptp_by_id(conn, view->from, id);

	if (call)
		pptp_call_close(conn, call);
}

void pptp_call_message(struct pptp_conn *conn, const struct pptp_view *view)
{
	switch (view->type) {
	case PPTP_MSG_OUT_REPLY:
	case PPTP_MSG_IN_REPLY:
		pptp_reply(conn, view);
		break;
	case PPTP_MSG_IN_CONNECTED:
		pptp_in_connected(conn, view);
		break;
	case PPTP_MSG_DISCONNECT:
		pptp_disconnect(conn, view);
		break;
	case PPTP_MSG_STOP_REPLY:
		pptp_conn_close(conn);
		break;
	}
}
