// SPDX-License-Identifier: GPL-2.0
/*
 * IPsec passthrough: pairs, IKE SAs and SAs as records. SPIs whose owner isn't certain are
 * left out: their next packet opens the question anew.
 */
#include "esp.h"

static void esp_save_flow(struct esp_peers *peers, struct vpnpass_record *rec)
{
	int dir;

	rec->kind = VPNPASS_RECORD_KIND_FLOW;
	rec->member = peers->id;
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		rec->client_port[dir] = peers->port[dir];
		rec->server_port[dir] = peers->server_port[dir];
	}
	vpnpass_flow_save(&peers->ike, rec);
}

static bool esp_save_tunnel(struct esp_peers *peers, unsigned int *i, struct vpnpass_record *rec)
{
	struct vpnpass_tunnel *tunnel;

	tunnel = rcu_dereference_protected(peers->tunnel, lockdep_is_held(&peers->base.lock));
	if (!tunnel || --*i)
		return false;
	vpnpass_tunnel_save(tunnel, rec);
	return true;
}

/* group->base.lock held, as in what follows */
static bool esp_save_cookie(const struct esp_peers *peers, unsigned int *i,
			    struct vpnpass_record *rec)
{
	const struct esp_cookie *c;
	int n;

	list_for_each_entry(c, &peers->cookies, list) {
		if (--*i)
			continue;
		rec->kind = VPNPASS_RECORD_KIND_COOKIE;
		rec->cookie[0] = c->cookie;
		for (n = 0; n < ESP_IKE_SAS; n++)
			if (peers->ike_flow.sa[n][0] == c->cookie)
				rec->cookie[1] = peers->ike_flow.sa[n][1];
		return true;
	}
	return false;
}

static bool esp_save_out(const struct esp_peers *peers, unsigned int *i,
			 struct vpnpass_record *rec)
{
	const struct esp_pair_out *out;

	list_for_each_entry(out, &peers->client.outs, list) {
		if (--*i)
			continue;
		rec->kind = VPNPASS_RECORD_KIND_SA_OUT;
		rec->server_id[0] = out->spi;
		rec->server_id[1] = out->spi;
		return true;
	}
	return false;
}

static bool esp_save_in(const struct esp_peers *peers, unsigned int *i,
			struct vpnpass_record *rec)
{
	const struct esp_pair_in *in;

	list_for_each_entry(in, &peers->client.ins, list) {
		if (in->state != ESP_PAIR_UP || --*i)
			continue;
		rec->kind = VPNPASS_RECORD_KIND_SA_IN;
		rec->client_id[0] = in->spi;
		rec->client_id[1] = in->spi;
		rec->seq = READ_ONCE(in->high);
		if (in->mate)
			rec->mate = in->mate->spi;
		return true;
	}
	return false;
}

/**
 * esp_save() - say what there is to say of a pair
 * @control: its control flow, locked
 * @i: number of the record
 * @rec: filled in
 *
 * Context: process, @control->lock held.
 * Return: false if there are no more.
 */
bool esp_save(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec)
{
	struct esp_peers *peers = esp_peers_of(control);
	bool more;

	if (!peers->group)
		return false;
	if (!i) {
		esp_save_flow(peers, rec);
		return true;
	}
	if (esp_save_tunnel(peers, &i, rec))
		return true;
	spin_lock_bh(&peers->group->base.lock);
	more = i && (esp_save_cookie(peers, &i, rec) || esp_save_out(peers, &i, rec) ||
		     esp_save_in(peers, &i, rec));
	spin_unlock_bh(&peers->group->base.lock);
	return more;
}

static int esp_restore_tunnel(struct esp_peers *peers, const struct vpnpass_record *rec)
{
	struct vpnpass_control *control = &peers->base;
	struct vpnpass_tunnel *tunnel;

	if (rcu_access_pointer(peers->tunnel))
		return -EEXIST;
	tunnel = esp_tunnel_get(peers);
	if (!tunnel)
		return -ENOSPC;
	spin_lock_bh(&control->lock);
	if (!control->dead)
		vpnpass_tunnel_restore(tunnel, rec);
	spin_unlock_bh(&control->lock);
	return 0;
}

static int esp_restore_cookie(struct esp_peers *peers, const struct vpnpass_record *rec)
{
	struct esp_group *group = peers->group;
	int err = -ENOENT;

	spin_lock_bh(&group->base.lock);
	if (!peers->over)
		err = esp_cookie_restore(peers, rec->cookie);
	spin_unlock_bh(&group->base.lock);
	return err;
}

/* The key of a pair's data packets in one direction. */
static void esp_restore_key(struct vpnpass_key *key, const struct esp_peers *peers,
			    enum ip_conntrack_dir dir, u32 spi)
{
	const struct vpnpass_control *control = &peers->base;
	const struct vpnpass_key *ck = &control->binding.key;

	*key = (struct vpnpass_key) {
		.src = dir == IP_CT_DIR_ORIGINAL ? ck->src : control->server_mapped,
		.dst = dir == IP_CT_DIR_ORIGINAL ? ck->dst : control->client_mapped,
		.id = htonl(spi),
		.zone = ck->zone,
		.l4proto = IPPROTO_ESP,
		.kind = VPNPASS_DATA | (ck->kind & VPNPASS_IPV6),
	};
}

static int esp_restore_out(struct esp_peers *peers, const struct vpnpass_record *rec)
{
	struct vpnpass_tunnel *tunnel = esp_tunnel_get(peers);
	struct vpnpass_key key;

	if (!tunnel)
		return -ENOSPC;
	esp_restore_key(&key, peers, IP_CT_DIR_ORIGINAL, rec->server_id[0]);
	if (vpnpass_lookup(peers->base.vn, &key))
		return -EEXIST;
	esp_sa_out(peers, tunnel, &key, rec->server_id[0]);
	return vpnpass_lookup(peers->base.vn, &key) ? 0 : -ENOMEM;
}

static int esp_restore_in(struct esp_peers *peers, const struct vpnpass_record *rec)
{
	struct esp_wire esp = { .spi = rec->client_id[0], .seq = rec->seq };
	struct esp_group *group = peers->group;
	struct vpnpass_binding *b;
	struct vpnpass_key key;
	struct esp_sa *sa;
	int err = -ENOENT;

	esp_restore_key(&key, peers, IP_CT_DIR_REPLY, esp.spi);
	sa = esp_sa_new(group, &key);
	if (!sa)
		return -ENOMEM;
	sa->data.dir = IP_CT_DIR_REPLY;
	spin_lock_bh(&group->base.lock);
	b = vpnpass_lookup(peers->base.vn, &key);
	if (b)
		err = esp_sa_of(b)->in.owner == &peers->client ? -EEXIST : -EADDRINUSE;
	if (!b && !peers->over) {
		esp_sa_own(peers, sa, &esp, rec->mate);
		err = esp_sa_keep_in(group, sa);
		sa = NULL;
	}
	spin_unlock_bh(&group->base.lock);
	kfree(sa);
	return err;
}

static int esp_restore_part(struct esp_peers *peers, const struct vpnpass_record *rec)
{
	switch (rec->kind) {
	case VPNPASS_RECORD_KIND_TUNNEL:
		return esp_restore_tunnel(peers, rec);
	case VPNPASS_RECORD_KIND_COOKIE:
		return esp_restore_cookie(peers, rec);
	case VPNPASS_RECORD_KIND_SA_OUT:
		return esp_restore_out(peers, rec);
	case VPNPASS_RECORD_KIND_SA_IN:
		return esp_restore_in(peers, rec);
	default:
		return -EINVAL;
	}
}

static bool esp_record_sane(const struct vpnpass_record *rec)
{
	if (rec->key.l4proto != IPPROTO_ESP)
		return false;
	switch (rec->kind) {
	case VPNPASS_RECORD_KIND_COOKIE:
		return rec->cookie[0];
	case VPNPASS_RECORD_KIND_SA_OUT:
		return rec->server_id[0];
	case VPNPASS_RECORD_KIND_SA_IN:
		return rec->client_id[0];
	default:
		return true;
	}
}

/**
 * esp_restore() - make known what a record says
 * @vn: network namespace
 * @rec: the record
 *
 * Context: RCU read lock, BH off.
 * Return: see struct vpnpass_engine.
 */
int esp_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec)
{
	struct esp_peers *peers;
	int err;

	if (!esp_record_sane(rec))
		return -EINVAL;
	if (rec->kind == VPNPASS_RECORD_KIND_FLOW)
		return esp_peers_restore(vn, rec);
	peers = esp_peers_find(vn, &rec->key);
	if (!peers)
		return -ENOENT;
	err = esp_restore_part(peers, rec);
	esp_tunnel_update(peers);
	return err;
}
