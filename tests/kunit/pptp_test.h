/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the PPTP suites share: a laboratory for each test, in test->priv.
 */
#ifndef PPTP_TEST_H
#define PPTP_TEST_H

#include <kunit/test.h>
#include <linux/vmalloc.h>

#include "pptp_lab.h"

#define TEST_ISN0	0xffffff80u	/* both wrap in the middle of something */
#define TEST_ISN1	0x7fffff80u

static inline int pptp_test_init(struct kunit *test)
{
	struct lab *lab = vzalloc(sizeof(*lab));

	if (!lab)
		return -ENOMEM;
	lab_init(lab, TEST_ISN0, TEST_ISN1);
	test->priv = lab;
	return 0;
}

/* Every test: the laboratory found nothing wrong. */
static inline void pptp_test_exit(struct kunit *test)
{
	struct lab *lab = test->priv;

	if (lab)
		KUNIT_EXPECT_STREQ(test, lab->broken ?: "", "");
	vfree(lab);
}

/* The only call that knows @id of @end. */
static inline struct lab_call *pptp_test_call(struct kunit *test, enum pptp_end end, u16 id)
{
	struct lab *lab = test->priv;
	struct lab_call *c, *found = NULL;

	for (c = lab->pool; c < lab->pool + LAB_CALLS; c++) {
		if (!c->used || !(c->call.known & BIT(end)) || c->call.id[end] != id)
			continue;
		KUNIT_EXPECT_NULL(test, found);
		found = c;
	}
	KUNIT_ASSERT_NOT_NULL(test, found);
	return found;
}

/* An outgoing call with the initiator as PNS, up; aliases go to @alias. */
static inline void pptp_test_dial(struct lab *lab, u16 pns_id, u16 pac_id, u16 *alias)
{
	u32 off = lab_say(lab, PPTP_INITIATOR, PPTP_MSG_OUT_REQUEST, pns_id, 0, 0);

	alias[PPTP_INITIATOR] = lab_got16(lab, PPTP_INITIATOR, off + 12);
	off = lab_say(lab, PPTP_RESPONDER, PPTP_MSG_OUT_REPLY, pac_id, alias[PPTP_INITIATOR],
		      PPTP_RESULT_CONNECTED);
	alias[PPTP_RESPONDER] = lab_got16(lab, PPTP_RESPONDER, off + 12);
}

#endif
