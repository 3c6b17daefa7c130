// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: generic netlink, requests and events of one family. */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>
#include "genl.h"
#include "kmod.h"
#include "nlmsg.h"
#include "out.h"
#include "vpnpass.h"

/* The kernel fills dumps up to 32 KiB a datagram if there is room. */
#define RECEIVE_SIZE	32768

/* nlctrl's own group, in which families come and go */
#define NLCTRL_NOTIFY	GENL_ID_CTRL

/* Not in every libc's headers yet. */
#ifndef NLM_F_ACK_TLVS
#define NLM_F_ACK_TLVS	0x200
#endif

/**
 * struct talk - a request on its way
 * @g: socket
 * @cb: gets the answers, may be NULL
 * @ctx: for @cb
 * @done: the kernel has said all
 * @interrupted: what was dumped changed meanwhile
 */
struct talk {
	struct genl *g;
	genl_cb cb;
	void *ctx;
	bool done;
	bool interrupted;
};

/**
 * genl_request() - begin a request to the family
 * @g: socket
 * @buf: memory, GENL_REQUEST_SIZE bytes
 * @cmd: command
 * @flags: NLM_F_ACK or NLM_F_DUMP
 *
 * Return: the message, to which attributes may be added.
 */
struct nlmsghdr *genl_request(struct genl *g, void *buf, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = g->family ? g->family : GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++g->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = VPNPASS_FAMILY_VERSION;
	return nlh;
}

static int extack_attr(const struct nlattr *attr, void *ctx)
{
	struct genl *g = ctx;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
		snprintf(g->extack, sizeof(g->extack), "%.*s",
			 (int)mnl_attr_get_payload_len(attr),
			 (const char *)mnl_attr_get_payload(attr));
	return MNL_CB_OK;
}

/* Attributes behind an error: after the header of our request, or all of it if not capped. */
static void read_extack(struct genl *g, const struct nlmsghdr *nlh, size_t skip)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const char *payload = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && skip <= len)
		mnl_attr_parse_payload(payload + skip, len - skip, extack_attr, g);
}

static int on_error(struct talk *t, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*e);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
		return -EBADMSG;
	t->done = true;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && e->error && e->msg.nlmsg_len > sizeof(e->msg))
		skip += MNL_ALIGN((size_t)e->msg.nlmsg_len) - sizeof(e->msg);
	read_extack(t->g, nlh, skip);
	return nlmsg_errno(e->error);
}

static int on_done(struct talk *t, const struct nlmsghdr *nlh)
{
	int err = 0;

	t->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err)) {
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
		read_extack(t->g, nlh, sizeof(err));
	}
	return err < 0 ? nlmsg_errno(err) : 0;
}

static int on_message(struct talk *t, const struct nlmsghdr *nlh, uint16_t type)
{
	if (!mnl_nlmsg_seq_ok(nlh, t->g->seq) ||
	    !mnl_nlmsg_portid_ok(nlh, mnl_socket_get_portid(t->g->sock)))
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		t->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return on_error(t, nlh);
	if (nlh->nlmsg_type == NLMSG_DONE)
		return on_done(t, nlh);
	if (nlh->nlmsg_type != type)
		return 0;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return -EBADMSG;
	return t->cb ? t->cb(nlh, t->ctx) : 0;
}

static int receive(const struct genl *g, void *buf)
{
	ssize_t n;

	do {
		n = mnl_socket_recvfrom(g->sock, buf, RECEIVE_SIZE);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ENOSPC ? -EBADMSG : -errno;
	return n;
}

static int talk_receive(struct talk *t, uint16_t type)
{
	char buf[RECEIVE_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh = (void *)buf;
	int len = receive(t->g, buf), err;

	if (len < 0)
		return len;
	for (; nlmsg_fits(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		err = on_message(t, nlh, type);
		if (err || t->done)
			return err;
	}
	return len > 0 ? -EBADMSG : 0;
}

/**
 * genl_talk() - send a request and take in the answers
 * @g: socket
 * @nlh: request from genl_request() with NLM_F_ACK or NLM_F_DUMP
 * @cb: gets each answer, may be NULL
 * @ctx: for @cb
 *
 * Return: 0; -EINTR if what was dumped changed meanwhile; -EBADMSG if the answer
 * makes no sense; another negative errno.
 */
int genl_talk(struct genl *g, struct nlmsghdr *nlh, genl_cb cb, void *ctx)
{
	struct talk t = { .g = g, .cb = cb, .ctx = ctx };
	int err = 0;

	g->extack[0] = '\0';
	if (mnl_socket_sendto(g->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (!t.done && !err)
		err = talk_receive(&t, nlh->nlmsg_type);
	return err ? err : t.interrupted ? -EINTR : 0;
}

/**
 * genl_dump() - ask for all there is of something
 * @g: socket
 * @cmd: command
 * @cb: gets each
 * @ctx: for @cb
 *
 * Return: as genl_talk().
 */
int genl_dump(struct genl *g, uint8_t cmd, genl_cb cb, void *ctx)
{
	char buf[GENL_REQUEST_SIZE] __attribute__((aligned(8)));

	return genl_talk(g, genl_request(g, buf, cmd, NLM_F_DUMP), cb, ctx);
}

static int group_attr(const struct nlattr *attr, void *ctx)
{
	const struct nlattr **tb = ctx;

	if (mnl_attr_type_valid(attr, CTRL_ATTR_MCAST_GRP_MAX) > 0)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static int group(const struct nlattr *nest, void *ctx)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1] = { 0 };
	const struct nlattr *name, *id;
	struct genl *g = ctx;

	mnl_attr_parse_nested(nest, group_attr, tb);
	name = tb[CTRL_ATTR_MCAST_GRP_NAME];
	id = tb[CTRL_ATTR_MCAST_GRP_ID];
	if (name && id && !mnl_attr_validate(name, MNL_TYPE_NUL_STRING) &&
	    !mnl_attr_validate(id, MNL_TYPE_U32) &&
	    !strcmp(mnl_attr_get_str(name), VPNPASS_MCGRP_EVENTS))
		g->events = mnl_attr_get_u32(id);
	return MNL_CB_OK;
}

static int family_attr(const struct nlattr *attr, void *ctx)
{
	struct genl *g = ctx;

	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
			return MNL_CB_ERROR;
		g->family = mnl_attr_get_u16(attr);
		break;
	case CTRL_ATTR_VERSION:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		g->version = mnl_attr_get_u32(attr);
		break;
	case CTRL_ATTR_MCAST_GROUPS:
		mnl_attr_parse_nested(attr, group, g);
		break;
	}
	return MNL_CB_OK;
}

static int family(const struct nlmsghdr *nlh, void *ctx)
{
	if (mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_attr, ctx) < 0)
		return -EBADMSG;
	return 0;
}

static int resolve(struct genl *g)
{
	char buf[GENL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct genl found = *g;
	int err;

	nlh = genl_request(g, buf, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VPNPASS_FAMILY_NAME);
	err = genl_talk(g, nlh, family, &found);
	if (err)
		return err;
	g->family = found.family;
	g->version = found.version;
	g->events = found.events;
	if (g->family <= GENL_ID_CTRL)
		return -EBADMSG;
	return g->version == VPNPASS_FAMILY_VERSION ? 0 : -EPROTONOSUPPORT;
}

/**
 * genl_open() - open a socket and find the family
 * @g: to be filled; genl_close() it whatever the outcome
 *
 * Return: 0; -ENOENT if the module is not loaded; -EPROTONOSUPPORT if it speaks
 * another version of the ABI; another negative errno.
 */
int genl_open(struct genl *g)
{
	int one = 1;

	*g = (struct genl){ .sock = mnl_socket_open(NETLINK_GENERIC) };
	if (!g->sock || mnl_socket_bind(g->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* kernels without these just say less */
	mnl_socket_setsockopt(g->sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(g->sock, NETLINK_CAP_ACK, &one, sizeof(one));
	return resolve(g);
}

/**
 * genl_open_or_fail() - genl_open() for those who can't go on without the module
 * @g: to be filled
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int genl_open_or_fail(struct genl *g)
{
	int err = genl_open(g);

	return err ? genl_fail(g, err, "cannot talk to the module") : VP_OK;
}

void genl_close(struct genl *g)
{
	if (g->sock)
		mnl_socket_close(g->sock);
	g->sock = NULL;
}

/**
 * genl_subscribe() - ask for events from now on
 * @g: open socket, which is then of no use for requests
 *
 * Return: 0 or a negative errno.
 */
int genl_subscribe(struct genl *g)
{
	int notify = NLCTRL_NOTIFY;

	if (!g->events)
		return -EPROTONOSUPPORT;
	if (mnl_socket_setsockopt(g->sock, NETLINK_ADD_MEMBERSHIP, &g->events,
				  sizeof(g->events)) < 0 ||
	    mnl_socket_setsockopt(g->sock, NETLINK_ADD_MEMBERSHIP, &notify, sizeof(notify)) < 0)
		return -errno;
	return 0;
}

/**
 * genl_receive() - take in one datagram of events
 * @g: subscribed socket
 * @cb: gets each message of the family or of nlctrl
 * @ctx: for @cb
 *
 * Return: 0 or a negative errno; -ENOBUFS if events were lost.
 */
int genl_receive(struct genl *g, genl_cb cb, void *ctx)
{
	char buf[RECEIVE_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh = (void *)buf;
	int len = receive(g, buf), err;

	if (len < 0)
		return len;
	for (; nlmsg_fits(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != g->family && nlh->nlmsg_type != GENL_ID_CTRL)
			continue;
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
			return -EBADMSG;
		err = cb(nlh, ctx);
		if (err)
			return err;
	}
	return len > 0 ? -EBADMSG : 0;
}

/**
 * genl_gone() - does this message say that our family has left?
 * @g: socket
 * @nlh: message from genl_receive()
 *
 * Return: 1 if so, 0 if not, negative errno if it makes no sense.
 */
int genl_gone(const struct genl *g, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct genl other = { .family = 0 };
	int err;

	if (nlh->nlmsg_type != GENL_ID_CTRL || genl->cmd != CTRL_CMD_DELFAMILY)
		return 0;
	err = family(nlh, &other);
	return err ? err : other.family == g->family;
}

static int fail_absent(void)
{
	if (kmod_installed(KMOD_CORE))
		return out_fail(VP_ABSENT, "the module %s is not loaded; load it with: "
				"vpnpass enable pptp (or l2tp, ipsec)", KMOD_CORE);
	return out_fail(VP_ABSENT, "the module %s is neither loaded nor installed for this "
			"kernel (%s); build and install it with: make && make install",
			KMOD_CORE, kmod_release());
}

/**
 * genl_fail() - say why something could not be done
 * @g: socket
 * @err: negative errno
 * @what: "cannot ..."
 *
 * The kernel's own words are passed on as they are.
 *
 * Return: exit code.
 */
int genl_fail(const struct genl *g, int err, const char *what)
{
	switch (err) {
	case -EPROTONOSUPPORT:
		return out_fail(VP_ABSENT, "the loaded module speaks ABI version %u%s, this tool "
				"version %u; install module and tool of the same release",
				g->version, g->events ? "" : " without events",
				VPNPASS_FAMILY_VERSION);
	case -EBADMSG:
		return out_fail(VP_ABSENT, "%s: its answer makes no sense to this tool; install "
				"module and tool of the same release", what);
	case -EPERM:
	case -EACCES:
		return out_fail(VP_PERM, "%s: %s%s%s; run it as root", what, strerror(-err),
				*g->extack ? ": " : "", g->extack);
	case -ENOENT:
		if (!*g->extack)
			return fail_absent();
		break;
	}
	return out_fail(VP_FAILED, "%s: %s%s%s", what, strerror(-err),
			*g->extack ? ": " : "", g->extack);
}
