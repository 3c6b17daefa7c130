// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP passthrough: control connections and calls as records. Where in the TCP stream the
 * messages were is not saved, as it goes on meanwhile: reading begins anew with the next
 * message that starts a segment.
 */
#include <linux/slab.h>
#include "pptp.h"

static struct pptp_control *pptp_control_from(struct vpnpass_control *control)
{
	return container_of(control, struct pptp_control, base);
}

static void pptp_save_call(struct pptp_tunnel *pt, struct vpnpass_record *rec)
{
	const struct pptp_call *call = &pt->call;

	vpnpass_tunnel_save(&pt->base, rec);
	rec->client_id[0] = call->id[PPTP_INITIATOR];
	rec->client_id[1] = call->alias[PPTP_INITIATOR];
	rec->server_id[0] = call->alias[PPTP_RESPONDER];
	rec->server_id[1] = call->id[PPTP_RESPONDER];
	if (call->pns == PPTP_RESPONDER)
		rec->flags |= VPNPASS_RECORD_FLAG_SERVER_PNS;
}

/**
 * pptp_save() - say what there is to say of a control connection
 * @control: it, locked
 * @i: number of the record
 * @rec: filled in
 *
 * Context: process, @control->lock held.
 * Return: false if there are no more.
 */
bool pptp_save(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec)
{
	struct pptp_control *pc = pptp_control_from(control);
	struct pptp_call *call;

	if (pc->closed)
		return false;
	rec->kind = VPNPASS_RECORD_KIND_FLOW;
	if (!i)
		return true;
	list_for_each_entry(call, &pc->conn.calls, list) {
		if (call->state != PPTP_CALL_UP || --i)
			continue;
		pptp_save_call(pptp_tunnel(call), rec);
		return true;
	}
	return false;
}

static int pptp_restore_control(struct vpnpass_net *vn, const struct vpnpass_record *rec)
{
	struct pptp_control *pc;
	int err;

	if (vpnpass_control_find(vn, &rec->key))
		return -EEXIST;
	pc = pptp_control_alloc(vn, &rec->key, NULL);
	if (!pc)
		return -ENOMEM;
	pc->base.client_mapped = rec->client_mapped;
	pc->base.server_mapped = rec->server_mapped;
	err = vpnpass_control_add(&pc->base, NULL);
	if (err)
		kfree(pc);
	return err;
}

/* control->lock held */
static int pptp_restore_call(struct vpnpass_control *control, const struct vpnpass_record *rec)
{
	struct pptp_control *pc = pptp_control_from(control);
	const struct pptp_call like = {
		.id = { rec->client_id[0], rec->server_id[1] },
		.alias = { rec->client_id[1], rec->server_id[0] },
		.pns = rec->flags & VPNPASS_RECORD_FLAG_SERVER_PNS ? PPTP_RESPONDER :
								      PPTP_INITIATOR,
	};
	struct pptp_call *call = pptp_call_restore(&pc->conn, &like);
	struct pptp_tunnel *pt;
	int err;

	if (IS_ERR(call))
		return PTR_ERR(call);
	pt = pptp_tunnel(call);
	err = pptp_rebind(pt, PPTP_INITIATOR);
	if (!err)
		err = pptp_rebind(pt, PPTP_RESPONDER);
	if (err) {
		pptp_call_end(pc, pt);
		return err;
	}
	vpnpass_tunnel_restore(&pt->base, rec);
	vpnpass_tunnel_up(&pt->base);
	return 0;
}

static bool pptp_record_sane(const struct vpnpass_record *rec)
{
	return rec->key.l4proto == IPPROTO_TCP && rec->client_id[0] <= U16_MAX &&
	       rec->client_id[1] <= U16_MAX && rec->server_id[0] <= U16_MAX &&
	       rec->server_id[1] <= U16_MAX;
}

/**
 * pptp_restore() - make known what a record says
 * @vn: network namespace
 * @rec: the record
 *
 * Context: RCU read lock, BH off.
 * Return: see struct vpnpass_engine.
 */
int pptp_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec)
{
	if (!pptp_record_sane(rec))
		return -EINVAL;
	if (rec->kind == VPNPASS_RECORD_KIND_FLOW)
		return pptp_restore_control(vn, rec);
	if (rec->kind != VPNPASS_RECORD_KIND_TUNNEL)
		return -EINVAL;
	return vpnpass_restore_part(vn, rec, pptp_restore_call);
}
