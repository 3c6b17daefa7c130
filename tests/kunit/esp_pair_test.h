/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the pairing share.
 */
#ifndef ESP_PAIR_TEST_H
#define ESP_PAIR_TEST_H

#include <kunit/test.h>
#include <linux/vmalloc.h>

#include "esp_lab.h"

static inline int pair_init(struct kunit *test)
{
	struct esp_lab *lab = vzalloc(sizeof(*lab));

	if (!lab)
		return -ENOMEM;
	esp_lab_init(lab, 4);
	test->priv = lab;
	return 0;
}

static inline void pair_exit(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	struct esp_pair_in *in;
	u32 open = 0;

	if (lab) {
		esp_lab_check(lab);
		KUNIT_EXPECT_STREQ(test, lab->broken ?: "", "");
		list_for_each_entry(in, &lab->group.open, list) {
			KUNIT_EXPECT_NOT_NULL(test, in->undecided);
			open++;
		}
		KUNIT_EXPECT_EQ(test, open, lab->group.cases);
	}
	vfree(lab);
}

static inline u8 state(struct esp_lab *lab, u32 spi)
{
	struct esp_lab_in *in = esp_lab_find(lab, spi);

	return in ? in->in.state : 0xff;
}

/* The server asks, the client answers: each 100 ms. Returns whom the last one went to. */
static inline int asked(struct esp_lab *lab, u32 spi, u32 *seq, u32 owner, u32 times)
{
	int to = -1;

	while (times--) {
		lab->now += 300 + lab->now % 70;
		to = esp_lab_to(lab, spi, ++*seq);
		lab->now += 3;
		esp_lab_out(lab, owner, 0x9000 + owner);
	}
	return to;
}

static inline struct esp_pair_cand *cand(struct esp_lab *lab, u32 spi, u32 client)
{
	struct esp_pair_case *c = esp_lab_find(lab, spi)->in.undecided;
	u16 i;

	for (i = 0; c && i < c->n; i++) {
		if (c->cand[i].client == &lab->client[client])
			return &c->cand[i];
	}
	return NULL;
}

#endif
