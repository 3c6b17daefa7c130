// SPDX-License-Identifier: GPL-2.0
/* L2TP passthrough: flows, tunnels and sessions as records. */
#include <linux/slab.h>
#include "l2tp.h"

static void l2tp_save_flow(struct l2tp_control *c, struct vpnpass_record *rec)
{
	rec->kind = VPNPASS_RECORD_KIND_FLOW;
	rec->member = c->id;
	if (c->flow.zone.dir != NF_CT_DEFAULT_ZONE_DIR)
		rec->flags |= VPNPASS_RECORD_FLAG_OWN_ZONE;
	if (c->by_port)
		rec->flags |= VPNPASS_RECORD_FLAG_BY_PORT;
	if (c->unmanaged)
		rec->flags |= VPNPASS_RECORD_FLAG_UNMANAGED;
	vpnpass_flow_save(&c->flow, rec);
}

static void l2tp_save_tunnel(struct l2tp_tunnel *t, struct vpnpass_record *rec)
{
	vpnpass_tunnel_save(&t->base, rec);
	rec->version = t->version;
	rec->client_id[0] = t->own;
	rec->client_id[1] = t->alias;
	rec->server_id[0] = t->peer;
	rec->server_id[1] = t->peer;
	memcpy(rec->session, t->shown, sizeof(rec->session));
	if (t->floated)
		rec->floated = t->float_port;
	if (t->hidden)
		rec->flags |= VPNPASS_RECORD_FLAG_HIDDEN;
	if (!l2tp_tunnel_bound(t))
		rec->flags |= VPNPASS_RECORD_FLAG_UNBOUND;
}

static void l2tp_save_session(const struct l2tp_session *s, struct vpnpass_record *rec)
{
	rec->kind = VPNPASS_RECORD_KIND_SESSION;
	rec->version = 3;
	rec->parent = s->tunnel->own;
	rec->client_id[0] = s->own;
	rec->client_id[1] = s->alias;
	rec->server_id[0] = s->peer;
	rec->server_id[1] = s->peer;
	if (s->tunnel->unmanaged)
		rec->flags |= VPNPASS_RECORD_FLAG_UNMANAGED;
	if (!s->data.bound)
		rec->flags |= VPNPASS_RECORD_FLAG_UNBOUND;
}

/* Return: true if the record is that of the tunnel or of one of its sessions. */
static bool l2tp_save_in(struct l2tp_tunnel *t, unsigned int *i, struct vpnpass_record *rec)
{
	struct l2tp_session *s;

	if (t->base.state != VPNPASS_STATE_UP && !t->unmanaged)
		return false;
	if (!t->unmanaged && !--*i) {
		l2tp_save_tunnel(t, rec);
		return true;
	}
	list_for_each_entry(s, &t->sessions, list) {
		if (s->closing || --*i)
			continue;
		l2tp_save_session(s, rec);
		return true;
	}
	return false;
}

/**
 * l2tp_save() - say what there is to say of a flow
 * @control: the flow, locked
 * @i: number of the record
 * @rec: filled in
 *
 * Context: process, @control->lock held.
 * Return: false if there are no more.
 */
bool l2tp_save(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec)
{
	struct l2tp_control *c = l2tp_control_from(control);
	struct l2tp_tunnel *t;

	if (!c->group)
		return false;
	rec->client_port[1] = c->port[IP_CT_DIR_REPLY];
	rec->server_port[1] = c->server_port[IP_CT_DIR_REPLY];
	if (!i) {
		l2tp_save_flow(c, rec);
		return true;
	}
	list_for_each_entry(t, &c->tunnels, list)
		if (l2tp_save_in(t, &i, rec))
			return true;
	return false;
}

/* control->lock held. Return: as l2tp_control_add(), which may have ended the flow. */
static int l2tp_restore_known(struct l2tp_control *c, const struct vpnpass_record *rec)
{
	int dir, err;

	c->base.client_mapped = rec->client_mapped;
	c->base.server_mapped = rec->server_mapped;
	for (dir = 0; c->udp && dir < IP_CT_DIR_MAX; dir++) {
		c->port[dir] = rec->client_port[dir];
		c->server_port[dir] = rec->server_port[dir];
	}
	c->id = rec->member;
	c->by_port = rec->flags & VPNPASS_RECORD_FLAG_BY_PORT;
	c->unmanaged = rec->flags & VPNPASS_RECORD_FLAG_UNMANAGED;
	vpnpass_flow_restore(&c->flow, rec);
	err = l2tp_control_add(c, NULL);
	if (err || c->base.dead)
		return err;
	if ((rec->flags & VPNPASS_RECORD_FLAG_OWN_ZONE) && IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES))
		l2tp_zone_note(c);
	l2tp_back_bind(c);
	return 0;
}

static int l2tp_restore_flow(struct vpnpass_net *vn, const struct vpnpass_record *rec)
{
	struct l2tp_control *c;
	bool dead;
	int err;

	if (vpnpass_control_find(vn, &rec->key))
		return -EEXIST;
	c = l2tp_control_new(vn, &rec->key);
	if (!c)
		return -ENOMEM;
	spin_lock_bh(&c->base.lock);
	err = l2tp_restore_known(c, rec);
	dead = c->base.dead;
	spin_unlock_bh(&c->base.lock);
	if (dead)	/* no group; freed after a grace period */
		return -ENOMEM;
	if (err)
		kfree(c);
	return err;
}

/* control->lock held */
static int l2tp_restore_part(struct vpnpass_control *control, const struct vpnpass_record *rec)
{
	struct l2tp_control *c = l2tp_control_from(control);

	return rec->kind == VPNPASS_RECORD_KIND_TUNNEL ? l2tp_tunnel_restore(c, rec) :
							 l2tp_session_restore(c, rec);
}

static bool l2tp_record_sane(const struct vpnpass_record *rec)
{
	if (rec->key.l4proto != IPPROTO_UDP && rec->key.l4proto != IPPROTO_L2TP)
		return false;
	switch (rec->kind) {
	case VPNPASS_RECORD_KIND_FLOW:
		return rec->key.l4proto != IPPROTO_UDP ||
		       (rec->client_port[0] && rec->client_port[1] && rec->server_port[0] &&
			rec->server_port[1]);
	case VPNPASS_RECORD_KIND_TUNNEL:
		return rec->version == 3 ||
		       (rec->version == 2 && rec->client_id[0] <= U16_MAX &&
			rec->client_id[1] <= U16_MAX && rec->server_id[0] <= U16_MAX);
	case VPNPASS_RECORD_KIND_SESSION:
		return rec->flags & VPNPASS_RECORD_FLAG_UNMANAGED ? rec->server_id[0] :
								     rec->client_id[0];
	default:
		return false;
	}
}

/**
 * l2tp_restore() - make known what a record says
 * @vn: network namespace
 * @rec: the record
 *
 * Context: RCU read lock, BH off.
 * Return: see struct vpnpass_engine.
 */
int l2tp_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec)
{
	if (!l2tp_record_sane(rec))
		return -EINVAL;
	if (rec->kind == VPNPASS_RECORD_KIND_FLOW)
		return l2tp_restore_flow(vn, rec);
	return vpnpass_restore_part(vn, rec, l2tp_restore_part);
}
