// SPDX-License-Identifier: GPL-2.0
/* What a PPTP end does with each control message and data packet. */
#include "engine.h"

#include <stdio.h>

static void unexpected(struct conn *c, const u8 *msg)
{
	c->peer->unexpected++;
	if (c->peer->unexpected > 20)
		return;
	printf("# unexpected %s from %s: ids %u %u\n", msg_name(msg_type(msg)),
	       addr_text(&c->remote), get16(msg + 12), get16(msg + 14));
}

static void on_sccrq(struct conn *c, const u8 *msg)
{
	unsigned int i;

	conn_send_msg(c, SCCRP, 0, 0);
	c->started = true;
	for (i = 0; i < c->peer->offers; i++)
		call_ask(c, false);
}

static void on_sccrp(struct conn *c, const u8 *msg)
{
	if (!c->client || c->started || msg_result(msg) != 1)
		unexpected(c, msg);
	c->started = true;
}

static void on_stopccrq(struct conn *c, const u8 *msg)
{
	conn_send_msg(c, STOPCCRP, 0, 0);
	conn_close(c, false);
}

static void on_stopccrp(struct conn *c, const u8 *msg)
{
	conn_close(c, false);
}

static void on_echo_req(struct conn *c, const u8 *msg)
{
	if (!c->peer->quiet)
		conn_send_msg(c, ECHO_REP, get16(msg + 12), get16(msg + 14));
}

static void on_echo_rep(struct conn *c, const u8 *msg)
{
	c->echoes++;
}

static bool refuse(struct peer *p)
{
	return p->refuse_every && ++p->asked % p->refuse_every == 0;
}

/* OCRQ makes this end the PAC, ICRQ makes it the PNS. */
static void on_ask(struct conn *c, const u8 *msg)
{
	bool pns = msg_type(msg) == ICRQ;
	struct call *call = call_new(c, pns, get16(msg + 12));
	u8 out[MSG_MAX];
	u16 len = msg_build(out, pns ? ICRP : OCRP, call->own, call->peer);

	if (refuse(c->peer)) {
		msg_set_result(out, 4);
		call_state(call, CALL_GONE);
	} else if (!pns) {
		call_state(call, CALL_UP);
	}
	conn_send(c, out, len);
}

static void on_answer(struct conn *c, const u8 *msg)
{
	struct call *call = call_by_own(c, get16(msg + 14));

	if (!call || call->state != CALL_ASKED || call->pns != (msg_type(msg) == OCRP)) {
		unexpected(c, msg);
		return;
	}
	call->peer = get16(msg + 12);
	if (msg_result(msg) != 1) {
		call_state(call, CALL_GONE);
		return;
	}
	if (!call->pns)
		conn_send_msg(c, ICCN, call->peer, 0);
	call_state(call, CALL_UP);
}

static void on_iccn(struct conn *c, const u8 *msg)
{
	struct call *call = call_by_own(c, get16(msg + 12));

	if (!call || call->state != CALL_ASKED || !call->pns)
		unexpected(c, msg);
	else
		call_state(call, CALL_UP);
}

static void on_ccrq(struct conn *c, const u8 *msg)
{
	struct call *call = call_by_peer(c, get16(msg + 12), false);

	if (!call) {
		unexpected(c, msg);
		return;
	}
	conn_send_msg(c, CDN, call->own, 0x0400);
	call_state(call, CALL_GONE);
}

static void on_cdn(struct conn *c, const u8 *msg)
{
	struct call *call = call_by_peer(c, get16(msg + 12), true);

	if (!call)
		unexpected(c, msg);
	else
		call_state(call, CALL_GONE);
}

/* WEN and SLI name a call of ours and change nothing here. */
static void on_notice(struct conn *c, const u8 *msg)
{
	if (!call_by_own(c, get16(msg + 12)))
		unexpected(c, msg);
}

static void (*const handler[MSG_TYPES])(struct conn *c, const u8 *msg) = {
	[SCCRQ] = on_sccrq, [SCCRP] = on_sccrp,
	[STOPCCRQ] = on_stopccrq, [STOPCCRP] = on_stopccrp,
	[ECHO_REQ] = on_echo_req, [ECHO_REP] = on_echo_rep,
	[OCRQ] = on_ask, [OCRP] = on_answer,
	[ICRQ] = on_ask, [ICRP] = on_answer, [ICCN] = on_iccn,
	[CCRQ] = on_ccrq, [CDN] = on_cdn,
	[WEN] = on_notice, [SLI] = on_notice,
};

void reply_to(struct conn *c, const u8 *msg)
{
	unsigned int type = msg_type(msg);

	if (type < MSG_TYPES && handler[type] && get16(msg) == msg_len(type))
		handler[type](c, msg);
	else
		c->peer->garbled++;
}

static struct call *call_of_data(struct peer *p, const struct addr *from, u16 id, u32 tag)
{
	struct call *call, *gone = NULL;

	for (call = p->by_id[id]; call; call = call->next_id) {
		if (!addr_same_host(&call->conn->remote, from))
			continue;
		if (call->state != CALL_GONE)
			return call;
		if (call->tag == tag)
			gone = call;
	}
	return gone;
}

static void wrong_data(struct peer *p, const struct addr *from, u16 id, const struct data *d,
		       const char *why)
{
	p->data_wrong++;
	if (p->data_wrong <= 20)
		printf("# data from %s for call %u, tag %08x: %s\n", addr_text(from), id,
		       d->tag, why);
}

/* False if this packet came before. */
static bool note_serial(struct peer *p, struct call *call, u32 serial)
{
	u32 ahead = serial - call->seen, back = call->seen - serial;

	if (serial > call->seen) {
		call->window = ahead < 64 ? call->window << ahead | 1 : 1;
		call->seen = serial;
		return true;
	}
	if (back >= 64 || call->window & 1ULL << back) {
		p->data_dup++;
		return false;
	}
	call->window |= 1ULL << back;
	return true;
}

void data_arrived(struct peer *p, const struct addr *from, u16 id, const struct data *d)
{
	struct call *call = call_of_data(p, from, id, d->tag);
	struct data echo = *d;

	p->data_in++;
	if (!call) {
		wrong_data(p, from, id, d, "no such call");
		return;
	}
	if (!d->echo && !call->tag)
		call->tag = d->tag;
	if (call->tag != d->tag) {
		wrong_data(p, from, id, d, "belongs to another call");
		return;
	}
	if (!note_serial(p, call, d->serial))
		return;
	if (d->echo) {
		call->echoed++;
	} else if (call->state != CALL_GONE) {
		echo.echo = true;
		call_send(call, &echo);
	}
}
