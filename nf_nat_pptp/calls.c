// SPDX-License-Identifier: GPL-2.0
/* PPTP passthrough: calls as tunnels, and aliases for call ids that would clash. */
#include <linux/random.h>
#include <linux/slab.h>
#include "pptp.h"

#define PPTP_ALIAS_TRIES	256	/* random ids that are tried before giving up */
#define PPTP_ALIAS_STRIDE	37	/* odd, so that all low bytes are tried */

static struct pptp_control *pptp_control_of(struct pptp_conn *conn)
{
	return container_of(conn, struct pptp_control, conn);
}

static struct pptp_call *pptp_call_alloc(struct pptp_conn *conn)
{
	struct vpnpass_control *control = &pptp_control_of(conn)->base;
	struct pptp_tunnel *pt = kzalloc(sizeof(*pt), GFP_ATOMIC);

	if (!pt) {
		vpnpass_count(control->vn, VPNPASS_PROTO_PPTP, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	if (vpnpass_tunnel_add(&pt->base, control)) {
		kfree(pt);
		return NULL;
	}
	return &pt->call;
}

/*
 * The id that an end assigned is in the packets that it receives. The initiator is the
 * client.
 */
static enum vpnpass_slot pptp_slot(enum pptp_end end)
{
	return end == PPTP_INITIATOR ? VPNPASS_TO_CLIENT : VPNPASS_TO_SERVER;
}

static void pptp_key(struct vpnpass_key *key, const struct vpnpass_control *control, u8 kind,
		     const union nf_inet_addr *src, const union nf_inet_addr *dst)
{
	key->src = *src;
	key->dst = *dst;
	key->zone = control->binding.key.zone;
	key->l4proto = IPPROTO_GRE;
	key->kind = kind | (control->binding.key.kind & VPNPASS_IPV6);
}

static bool pptp_bind_alias(struct vpnpass_net *vn, struct vpnpass_binding *b, u16 alias)
{
	b->key.id = htonl(alias);
	return !vpnpass_bind(vn, b);
}

/*
 * Ids must differ among all calls between the same two outside addresses. Keep the id,
 * else its high byte, else take any.
 */
static int pptp_find_alias(struct vpnpass_net *vn, struct vpnpass_binding *b, u16 id,
			   bool keep_high)
{
	unsigned int i;
	u16 alias;

	if (pptp_bind_alias(vn, b, id))
		return id;
	/*
	 * In a fixed order, so that an id given back and asked for again comes back; and far
	 * from the id, as the next ids are what an end that counts takes next.
	 */
	for (i = 0; i < 256; i++) {
		alias = (id & 0xff00) | ((id + 128 + i * PPTP_ALIAS_STRIDE) & 0xff);
		if (alias && pptp_bind_alias(vn, b, alias))
			return alias;
	}
	for (i = 0; i < PPTP_ALIAS_TRIES && !keep_high; i++) {
		alias = get_random_u32();
		if (alias && pptp_bind_alias(vn, b, alias))
			return alias;
	}
	return -ENOSPC;
}

/*
 * How routers beyond us quote these packets. A clash means that an end gave the same id to
 * two calls; then errors go to the older one.
 */
static void pptp_bind_error(struct vpnpass_control *control, struct pptp_tunnel *pt,
			    enum vpnpass_slot slot)
{
	const struct vpnpass_binding *data = &pt->base.slot[slot];
	struct vpnpass_binding *b = &pt->base.slot[slot + VPNPASS_ERR_TO_SERVER];

	if (slot == VPNPASS_TO_SERVER)
		pptp_key(&b->key, control, VPNPASS_ERROR, &control->client_mapped,
			 &control->server_mapped);
	else
		pptp_key(&b->key, control, VPNPASS_ERROR, &control->binding.key.dst,
			 &control->binding.key.src);
	b->key.id = data->id;
	b->id = data->key.id;
	vpnpass_bind(control->vn, b);
}

/* How packets to the end that assigned @id are recognised, all but the alias. */
static struct vpnpass_binding *pptp_bind_prepare(struct vpnpass_control *control,
						 struct pptp_tunnel *pt, enum vpnpass_slot slot,
						 u16 id)
{
	struct vpnpass_binding *b = &pt->base.slot[slot];

	if (slot == VPNPASS_TO_SERVER)
		pptp_key(&b->key, control, VPNPASS_DATA, &control->binding.key.src,
			 &control->binding.key.dst);
	else
		pptp_key(&b->key, control, VPNPASS_DATA, &control->server_mapped,
			 &control->client_mapped);
	b->id = htonl(id);
	return b;
}

/**
 * pptp_rebind() - reserve the alias that a call had
 * @pt: a call from pptp_call_restore()
 * @end: which of its ends assigned the id
 *
 * Context: softirq, control->lock held.
 * Return: 0, -EADDRINUSE if another call has it now, or -ENOMEM.
 */
int pptp_rebind(struct pptp_tunnel *pt, enum pptp_end end)
{
	struct vpnpass_control *control = pt->base.flow.control;
	enum vpnpass_slot slot = pptp_slot(end);
	struct vpnpass_binding *b = pptp_bind_prepare(control, pt, slot, pt->call.id[end]);
	int err;

	b->key.id = htonl(pt->call.alias[end]);
	err = vpnpass_bind(control->vn, b);
	if (!err)
		pptp_bind_error(control, pt, slot);
	return err == -EEXIST ? -EADDRINUSE : err;
}

static int pptp_reserve(struct pptp_conn *conn, struct pptp_call *call, enum pptp_end end,
			u16 id, bool keep_high)
{
	struct vpnpass_control *control = &pptp_control_of(conn)->base;
	struct pptp_tunnel *pt = pptp_tunnel(call);
	enum vpnpass_slot slot = pptp_slot(end);
	struct vpnpass_binding *b = pptp_bind_prepare(control, pt, slot, id);
	int alias;

	alias = pptp_find_alias(control->vn, b, id, keep_high);
	if (alias >= 0)
		pptp_bind_error(control, pt, slot);
	return alias;
}

static void pptp_release(struct pptp_conn *conn, struct pptp_call *call, enum pptp_end end)
{
	struct vpnpass_net *vn = pptp_control_of(conn)->base.vn;
	struct pptp_tunnel *pt = pptp_tunnel(call);
	enum vpnpass_slot slot = pptp_slot(end);

	vpnpass_unbind(vn, &pt->base.slot[slot]);
	vpnpass_unbind(vn, &pt->base.slot[slot + VPNPASS_ERR_TO_SERVER]);
}

static void pptp_call_up(struct pptp_conn *conn, struct pptp_call *call)
{
	vpnpass_tunnel_up(&pptp_tunnel(call)->base);
}

/* Ended, but late packets may be under way: pptp_gc() takes it away. */
static void pptp_call_closing(struct pptp_conn *conn, struct pptp_call *call)
{
	struct pptp_tunnel *pt = pptp_tunnel(call);

	pt->closing_at = jiffies;
	vpnpass_tunnel_closing(&pt->base);
}

/**
 * pptp_call_end() - take a call away at once
 * @pc: its control connection
 * @pt: the call
 *
 * Context: control->lock held.
 */
void pptp_call_end(struct pptp_control *pc, struct pptp_tunnel *pt)
{
	pptp_call_unlink(&pc->conn, &pt->call);
	vpnpass_tunnel_del(&pt->base);
}

static void pptp_count(struct pptp_conn *conn, enum pptp_count what)
{
	vpnpass_count(pptp_control_of(conn)->base.vn, VPNPASS_PROTO_PPTP,
		      VPNPASS_COUNT_MAX + what);
}

const struct pptp_ops pptp_call_ops = {
	.call_alloc = pptp_call_alloc,
	.reserve = pptp_reserve,
	.release = pptp_release,
	.call_up = pptp_call_up,
	.call_closing = pptp_call_closing,
	.count = pptp_count,
};
