/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A network namespace of the core for the unit tests: its table, parties and caps, and one
 * protocol. Nothing of it is known to the kernel.
 */
#ifndef TESTS_KUNIT_CORE_LAB_H
#define TESTS_KUNIT_CORE_LAB_H

#include <kunit/test.h>

#include "../../kmod/core.h"

/* Addresses: the last byte tells them apart. */
#define CORE_CLIENT(n)	cpu_to_be32(0x0a000000 + (n))
#define CORE_MAPPED	cpu_to_be32(0xc6336401)
#define CORE_SERVER(n)	cpu_to_be32(0xcb007100 + (n))

/**
 * struct core_lab - the namespace
 * @vn: as the core knows it
 * @engine: the one protocol, with the id of PPTP
 * @notified: how often listeners were told of a refusal
 * @why: name of the counter that they were told last
 */
struct core_lab {
	struct vpnpass_net vn;
	struct vpnpass_engine engine;
	unsigned int notified;
	const char *why;
};

struct core_lab *core_lab_new(struct kunit *test);
void core_lab_end(struct core_lab *lab);
u64 core_lab_count(struct core_lab *lab, unsigned int what);
unsigned int core_lab_parties(struct core_lab *lab);

/* Prepare a control flow between two addresses. */
void core_lab_control(struct core_lab *lab, struct vpnpass_control *control, unsigned int client,
		      unsigned int server);

#endif /* TESTS_KUNIT_CORE_LAB_H */
