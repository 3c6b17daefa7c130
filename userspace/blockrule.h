/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: the nft rules that drop a protocol. */
#ifndef VPNPASS_BLOCKRULE_H
#define VPNPASS_BLOCKRULE_H

#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <libnftnl/rule.h>

#define BLOCK_TABLE		"vpnpass"	/* of family inet */
#define BLOCK_PRIORITY		(-10)		/* before the user's: nothing is offloaded */

/* Room for what blockrule_form() and blockrule_text() write. */
#define BLOCKRULE_FORM		1024
#define BLOCKRULE_TEXT		192

const char *blockrule_chain(unsigned int proto);
unsigned int blockrule_count(unsigned int proto, const char *lan);
struct nftnl_rule *blockrule_new(unsigned int proto, const char *lan, unsigned int n);
void blockrule_text(unsigned int proto, const char *lan, unsigned int n,
		    char buf[BLOCKRULE_TEXT]);

int blockrule_parse(const struct nftnl_rule *rule, char lan[IFNAMSIZ]);
void blockrule_form(const struct nftnl_rule *rule, char buf[BLOCKRULE_FORM]);
void blockrule_counted(const struct nftnl_rule *rule, uint64_t *packets, uint64_t *bytes);

#endif /* VPNPASS_BLOCKRULE_H */
