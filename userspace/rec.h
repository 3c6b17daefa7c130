/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: the module's messages, all of which are made of one set of attributes. */
#ifndef VPNPASS_REC_H
#define VPNPASS_REC_H

#include <arpa/inet.h>
#include <jansson.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_vpnpass.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "genl.h"

/* REC_FLAGS: 32 bits that have names; REC_HEX: 64 bits that are no number. */
enum rec_type { REC_NONE, REC_U8, REC_U16, REC_U32, REC_U64, REC_ADDR, REC_TEXT, REC_FLAGS, REC_HEX };

/**
 * struct rec_attr - one attribute of the ABI
 * @key: its name in JSON
 * @type: what it holds
 * @names: names of its values, for an enum, or of its bits
 * @nnames: how many
 */
struct rec_attr {
	const char *key;
	enum rec_type type;
	const char *const *names;
	unsigned int nnames;
};

extern const struct rec_attr rec_attrs[VPNPASS_A_MAX + 1];

/**
 * struct rec - one message
 * @cmd: command or event
 * @has: BIT(attribute) is there
 * @v: numbers; addresses in network order with their length; texts, printable ASCII
 */
struct rec {
	uint8_t cmd;
	uint64_t has;
	struct rec_value {
		union {
			uint64_t num;
			uint8_t addr[16];
			char *text;
		};
		uint8_t len;
	} v[VPNPASS_A_MAX + 1];
};

/* Messages of one dump. */
struct recs {
	struct rec *v;
	size_t n;
};

static inline bool rec_has(const struct rec *rec, unsigned int attr)
{
	return rec->has & 1ull << attr;
}

static inline uint64_t rec_num(const struct rec *rec, unsigned int attr)
{
	return rec_has(rec, attr) ? rec->v[attr].num : 0;
}

/* Room for what rec_name(), rec_addr() and rec_ids() write: seven numbers and three arrows. */
#define REC_BUF		96

/* Room for what rec_from_json() says. */
#define REC_WHY		160

/* Room for a message with all attributes. */
#define REC_REQUEST	4096

const char *rec_name(const struct rec *rec, unsigned int attr, char buf[REC_BUF]);
const char *rec_addr(const struct rec *rec, unsigned int attr, char buf[REC_BUF]);
const char *rec_text(const struct rec *rec, unsigned int attr);
const char *rec_ids(const struct rec *rec, char buf[REC_BUF]);
int rec_lookup(unsigned int attr, const char *name);

int rec_parse(struct rec *rec, const struct nlmsghdr *nlh);
void rec_free(struct rec *rec);
int rec_json(const struct rec *rec, json_t *obj);
int rec_from_json(struct rec *rec, json_t *obj, char why[REC_WHY]);
void rec_put(const struct rec *rec, struct nlmsghdr *nlh);

int recs_dump(struct recs *recs, struct genl *g, uint8_t cmd);
const struct rec *recs_of_proto(const struct recs *recs, unsigned int proto);
void recs_free(struct recs *recs);

#endif /* VPNPASS_REC_H */
