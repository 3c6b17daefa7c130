// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of random bytes, and sane ones with a few bytes changed, against the tool's
 * parser. The sanitizers watch; here we see that what comes out is printable.
 * usage: hostile ROUNDS SEED
 */
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rec.h"

#define PAYLOAD		400

static unsigned int good, bad;

static void sane_message(struct nlmsghdr *nlh)
{
	static const char addr[16] = { 10, 0, 0, 1 };
	unsigned int n;

	for (n = 1; n <= VPNPASS_A_MAX; n++) {
		if (rec_attrs[n].type == REC_U8)
			mnl_attr_put_u8(nlh, n, 1);
		else if (rec_attrs[n].type == REC_U32)
			mnl_attr_put_u32(nlh, n, n);
		else if (rec_attrs[n].type == REC_U64)
			mnl_attr_put_u64(nlh, n, n);
		else if (rec_attrs[n].type == REC_TEXT)
			mnl_attr_put_strz(nlh, n, "text");
		else if (rec_attrs[n].type == REC_ADDR)
			mnl_attr_put(nlh, n, n % 2 ? 4 : 16, addr);
	}
}

static void spoil(char *payload, size_t len)
{
	unsigned int n = rand() % 4;

	while (n--)
		payload[rand() % len] = rand();
}

/* Exactly as much memory as the message is long, so that one byte more is noticed. */
static struct nlmsghdr *message(void)
{
	char buf[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf), *copy;
	char *payload = mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	size_t i, len = rand() % PAYLOAD;

	if (rand() % 4) {
		sane_message(nlh);
		spoil(payload, nlh->nlmsg_len - sizeof(*nlh));
		if (rand() % 4 == 0)
			nlh->nlmsg_len -= rand() % (nlh->nlmsg_len - NLMSG_HDRLEN - 4);
	} else {
		for (i = 0; i < len; i++)
			payload[4 + i] = rand();
		nlh->nlmsg_len += len;
	}
	copy = malloc(nlh->nlmsg_len);
	if (!copy)
		abort();
	return memcpy(copy, nlh, nlh->nlmsg_len);
}

static void use(const struct rec *rec)
{
	json_t *obj = json_object();
	char buf[REC_BUF];
	const char *c;

	if (rec_json(rec, obj)) {
		fprintf(stderr, "hostile: a message that was taken has no JSON\n");
		exit(1);
	}
	json_decref(obj);
	rec_ids(rec, buf);
	rec_name(rec, VPNPASS_A_STATE, buf);
	for (c = rec_text(rec, VPNPASS_A_NAME); *c; c++) {
		if (*c < ' ' || *c > '~') {
			fprintf(stderr, "hostile: unprintable text\n");
			exit(1);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 1 ? atoi(argv[1]) : 1000;
	struct nlmsghdr *nlh;
	struct rec rec;

	srand(argc > 2 ? atoi(argv[2]) : 1);
	while (rounds--) {
		nlh = message();
		if (rec_parse(&rec, nlh)) {
			bad++;
		} else {
			good++;
			use(&rec);
			rec_free(&rec);
		}
		free(nlh);
	}
	printf("%u taken, %u refused\n", good, bad);
	return !(good && bad);
}
