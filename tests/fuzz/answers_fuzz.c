// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what the tool takes from the module by netlink: the answer to the look
 * for the family, dumps, errors with their texts, events. Any datagrams. What is taken has
 * attributes that were there, texts fit a terminal, and each is shown within its memory.
 *
 * Input: one byte (bit 0: the family is looked for first; bits 1 to 3: what is dumped), and
 * datagrams as fake_socket.h has them.
 */
#include <linux/genetlink.h>

#include "../../userspace/genl.h"
#include "../../userspace/kmod.h"
#include "../../userspace/out.h"
#include "../../userspace/rec.h"
#include "fake_socket.h"

/* What the rest of the tool would do. */
int out_fail(int rc, const char *fmt, ...)
{
	must(fmt && *fmt, "failures are said");
	return rc;
}

const char *out_arrow(void)
{
	return "→";
}

bool kmod_installed(const char *name)
{
	(void)name;
	return true;
}

const char *kmod_release(void)
{
	return "6.1";
}

static void sent(const struct nlmsghdr *nlh)
{
	must(mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct genlmsghdr), "requests have a command");
}

static void fits(const char *text, size_t size)
{
	must(strnlen(text, size) < size, "texts end");
	for (; *text; text++)
		must((unsigned char)*text >= ' ' && *text != 0x7f, "texts do no harm to a terminal");
}

static void show(const struct rec *rec)
{
	char buf[REC_BUF];
	json_t *obj = json_object();
	unsigned int n;

	fits(rec_ids(rec, buf), REC_BUF);
	for (n = 0; n <= VPNPASS_A_MAX; n++) {
		if (rec_attrs[n].type == REC_ADDR)
			fits(rec_addr(rec, n, buf), REC_BUF);
		else if (rec_attrs[n].type == REC_TEXT)
			fits(rec_text(rec, n), SIZE_MAX);
		else if (rec_attrs[n].type == REC_U8 && rec_attrs[n].names)
			fits(rec_name(rec, n, buf), REC_BUF);
		must(!rec_has(rec, n) || rec_attrs[n].type != REC_NONE, "what is there is known");
	}
	must(!rec_json(rec, obj), "all can be said in JSON");
	must(json_object_size(obj) == (size_t)__builtin_popcountll(rec->has),
	     "JSON says what is there");
	json_decref(obj);
}

static void dump(struct genl *g, uint8_t cmd)
{
	struct recs recs = { NULL, 0 };
	unsigned int proto;
	const struct rec *rec;
	size_t i;
	int err = recs_dump(&recs, g, cmd);

	must(err <= 0, "errors are negative");
	must(strnlen(g->extack, sizeof(g->extack)) < sizeof(g->extack), "the kernel's text ends");
	genl_fail(g, err ? err : -EINVAL, "cannot");
	for (i = 0; i < recs.n; i++)
		show(&recs.v[i]);
	for (proto = 0; proto < 4; proto++) {
		rec = recs_of_proto(&recs, proto);
		must(!rec || (rec >= recs.v && rec < recs.v + recs.n &&
			      rec_num(rec, VPNPASS_A_PROTO) == proto), "it is about that protocol");
	}
	recs_free(&recs);
}

static int on_event(const struct nlmsghdr *nlh, void *ctx)
{
	const struct genl *g = ctx;
	struct rec rec;
	int gone = genl_gone(g, nlh), err;

	must(gone <= 1, "gone, not gone or an error");
	must(gone != 1 || nlh->nlmsg_type == GENL_ID_CTRL, "nlctrl says who goes");
	if (gone)
		return gone < 0 ? gone : 0;
	err = rec_parse(&rec, nlh);
	if (err)
		return err;
	show(&rec);
	rec_free(&rec);
	return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct genl g = { .family = 0x1c, .version = VPNPASS_FAMILY_VERSION, .events = 5 };
	unsigned int left;
	int err = 0;

	if (!size)
		return 0;
	fake_begin(data + 1, size - 1);
	if (data[0] & 1)
		err = genl_open(&g);
	else
		g.sock = mnl_socket_open(0);
	must(err || g.family > GENL_ID_CTRL, "a family has a number");
	if (!err)
		dump(&g, data[0] >> 1 & 7);
	if (!err && !genl_subscribe(&g)) {
		do {
			left = fake.received;
			genl_receive(&g, on_event, &g);
		} while (fake.received > left);
	}
	genl_close(&g);
	must(!fake.sock.opened, "the socket is closed");
	return 0;
}
