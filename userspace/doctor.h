/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: doctor, what it finds and what its checks share. */
#ifndef VPNPASS_DOCTOR_H
#define VPNPASS_DOCTOR_H

#include "ct.h"
#include "mode.h"
#include "problem.h"
#include "rec.h"
#include "vpnpass.h"

/* Instead of a protocol: what concerns all of them. */
#define DOCTOR_ALL	NPROTOS

/* How bad a finding is; FAIL alone counts as being in the way. */
enum severity { SEV_OK, SEV_INFO, SEV_WARN, SEV_FAIL };

/**
 * struct finding - one thing that was looked at
 * @id: its name for machines
 * @proto: protocol, or DOCTOR_ALL
 * @severity: how bad it is
 * @text: what it is
 * @command: what mends it, NULL for nothing
 */
struct finding {
	const char *id;
	unsigned int proto;
	enum severity severity;
	char *text;
	char *command;
};

struct ruleset;

/**
 * struct doctor - what is known and what was found
 * @opt: options of the command line
 * @named: the protocols are those of the command line
 * @protos: BIT(protocol) of those to look at
 * @err: negative errno with which the module did not answer, or 0
 * @version: of its ABI
 * @states: what it says about the protocols
 * @counters: what they counted
 * @tunnels: the tunnels
 * @tunnels_err: negative errno with which it did not show them, or 0
 * @rules: the firewall's rules
 * @client: of one connection, none if that is not asked for
 * @server: likewise
 * @v: findings
 * @n: how many
 */
struct doctor {
	const struct options *opt;
	bool named;
	unsigned int protos;
	int err;
	unsigned int version;
	struct recs states;
	struct recs counters;
	struct recs tunnels;
	int tunnels_err;
	struct ruleset *rules;
	struct ct_addr client;
	struct ct_addr server;
	struct finding *v;
	size_t n;
};

void found(struct doctor *d, unsigned int proto, enum severity severity, const char *id,
	   const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void mend(struct doctor *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool doctor_looks_at(const struct doctor *d, unsigned int proto);
bool doctor_helped(const struct doctor *d, unsigned int proto);

/* Checks: @proto is DOCTOR_ALL for those that concern all. */
void doctor_module(struct doctor *d, unsigned int proto);
void doctor_problems(struct doctor *d, unsigned int proto);
void doctor_recipe(struct doctor *d, unsigned int proto);
void doctor_reverse_path(struct doctor *d, unsigned int proto);
void doctor_mtu(struct doctor *d, unsigned int proto);
void doctor_rules(struct doctor *d, unsigned int proto);
void doctor_mode(struct doctor *d, unsigned int proto);
void doctor_protocol_rules(struct doctor *d, unsigned int proto);
void doctor_caps(struct doctor *d, unsigned int proto);
void doctor_counters(struct doctor *d, unsigned int proto);
void doctor_tunnels(struct doctor *d, unsigned int proto);
void doctor_natt(struct doctor *d, unsigned int proto);
void doctor_client(struct doctor *d, unsigned int proto);

#endif /* VPNPASS_DOCTOR_H */
