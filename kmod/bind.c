// SPDX-License-Identifier: GPL-2.0
/* vpnpass: the one table, from what a packet carries to what is known of it. */
#include <linux/jhash.h>
#include <linux/once.h>
#include <linux/random.h>
#include "core.h"

/* Secret, so that nobody can choose addresses and ids that share a bucket. */
static u64 vpnpass_hash_keys[5] __read_mostly;

/*
 * Every data packet pays for this. A sum of products with random 64-bit numbers, its upper half
 * taken, is strongly universal (Lemire, Kaser: "Strongly universal string hashing is fast", 2014)
 * and takes half the instructions of jhash.
 */
static __always_inline u32 vpnpass_key_hash(const void *data, u32 len, u32 seed)
{
	const struct vpnpass_key *k = data;
	const u64 *r = vpnpass_hash_keys;

	if (likely(!(k->kind & VPNPASS_IPV6)))
		return (r[0] + r[1] * (__force u32)k->src.ip + r[2] * (__force u32)k->dst.ip +
			r[3] * (__force u32)k->id + r[4] * (seed ^ k->kind)) >> 32;
	return jhash2(data, sizeof(*k) / sizeof(u32), seed);
}

static __always_inline int vpnpass_binding_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct vpnpass_key *k = arg->key;
	const struct vpnpass_binding *b = obj;

	if (b->key.id != k->id || b->key.src.ip != k->src.ip || b->key.dst.ip != k->dst.ip ||
	    b->key.zone != k->zone || b->key.l4proto != k->l4proto || b->key.kind != k->kind)
		return 1;
	if (likely(!(k->kind & VPNPASS_IPV6)))
		return 0;
	return memcmp(&b->key, k, sizeof(*k));
}

static const struct rhashtable_params vpnpass_table_params = {
	.head_offset = offsetof(struct vpnpass_binding, node),
	.key_offset = offsetof(struct vpnpass_binding, key),
	.key_len = sizeof(struct vpnpass_key),
	.hashfn = vpnpass_key_hash,
	.obj_cmpfn = vpnpass_binding_cmp,
	.automatic_shrinking = true,
};

/**
 * vpnpass_lookup() - find the binding that recognises a packet
 * @vn: network namespace
 * @key: what the packet carries
 *
 * Context: RCU read lock.
 * Return: the binding, valid until the end of the RCU section, or NULL.
 */
struct vpnpass_binding *vpnpass_lookup(struct vpnpass_net *vn, const struct vpnpass_key *key)
{
	return rhashtable_lookup(&vn->table, key, vpnpass_table_params);
}
EXPORT_SYMBOL_GPL(vpnpass_lookup);

/**
 * vpnpass_bind() - insert a binding whose key is filled in
 * @vn: network namespace
 * @binding: not bound now. One that was may be bound again under another id, but
 *	never under other addresses, as readers may still be comparing it
 *
 * Context: any but hard interrupts, control->lock held.
 * Return: 0, -EEXIST if the key is taken, -EBUSY if it is bound, -ENOMEM and the like.
 */
int vpnpass_bind(struct vpnpass_net *vn, struct vpnpass_binding *binding)
{
	int err;

	if (WARN_ON_ONCE(binding->bound))
		return -EBUSY;
	/* before: who finds it on another CPU may take it out at once */
	binding->bound = true;
	err = rhashtable_lookup_insert_fast(&vn->table, &binding->node, vpnpass_table_params);
	if (err)
		binding->bound = false;
	return err;
}
EXPORT_SYMBOL_GPL(vpnpass_bind);

/**
 * vpnpass_unbind() - take a binding out, if it is in
 * @vn: network namespace
 * @binding: must stay in memory for an RCU grace period
 *
 * Context: any but hard interrupts, control->lock held.
 */
void vpnpass_unbind(struct vpnpass_net *vn, struct vpnpass_binding *binding)
{
	if (!binding->bound)
		return;
	rhashtable_remove_fast(&vn->table, &binding->node, vpnpass_table_params);
	binding->bound = false;
}
EXPORT_SYMBOL_GPL(vpnpass_unbind);

/**
 * vpnpass_bind_init() - make the table of bindings
 * @vn: network namespace that begins
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int vpnpass_bind_init(struct vpnpass_net *vn)
{
	get_random_once(vpnpass_hash_keys, sizeof(vpnpass_hash_keys));
	return rhashtable_init(&vn->table, &vpnpass_table_params);
}

/**
 * vpnpass_bind_exit() - free the table of bindings
 * @vn: network namespace that ends; nothing is bound in it
 *
 * Context: process.
 */
void vpnpass_bind_exit(struct vpnpass_net *vn)
{
	rhashtable_destroy(&vn->table);
}
