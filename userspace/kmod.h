/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: kernel modules, ours and those in our way. */
#ifndef VPNPASS_KMOD_H
#define VPNPASS_KMOD_H

#include <stdbool.h>
#include <stddef.h>

#define KMOD_CORE		"nf_vpnpass"
#define KMOD_INTREE_TRACK	"nf_conntrack_pptp"	/* has no namesake among ours */
#define KMOD_INTREE_NAT		"nf_nat_pptp"		/* ours has the same name */

/**
 * struct kmod - a module as the kernel shows it
 * @loaded: it is there
 * @refs: how many use it
 * @users: modules that use it, comma-separated
 */
struct kmod {
	bool loaded;
	unsigned int refs;
	char users[128];
};

const char *kmod_of(unsigned int proto);
const char *kmod_release(void);
bool kmod_find(const char *release, const char *name, char *path, size_t size);
bool kmod_installed(const char *name);
void kmod_get(const char *name, struct kmod *mod);
bool kmod_is_intree(const char *name);
bool kmod_intree_loaded(void);

int kmod_load(const char *name);

#endif /* VPNPASS_KMOD_H */
