// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's side for tests of the tool, without a kernel: takes the place of
 * libmnl's socket functions and answers requests from a text file,
 * $VPNPASS_FAKE/netlink. One thing in a line:
 *
 *   family ID VERSION GROUP        the family exists
 *   REQUEST reply KEY=VALUE...     a message of the answer; "VALUE" may be quoted
 *   REQUEST raw HEX                the same with this after the generic header
 *   REQUEST datagram HEX           this in a datagram of its own; S, P and F stand
 *                                  for sequence number, port id and family
 *   REQUEST error ERRNO TEXT       the request is refused
 *   REQUEST done ERRNO TEXT        the dump breaks off
 *   REQUEST interrupted            the first dump was interrupted by a change
 *   REQUEST term                   SIGTERM for us, once it is answered
 *   (what is about nft rules and conntrack, see fake-nft.c)
 *   event NAME KEY=VALUE...        an event; "event raw HEX", "event lost", "event gone"
 *
 * REQUEST is proto-get, proto-set, tunnel-get, counter-get, record-get, record-new or
 * getfamily. SIGTERM comes
 * after the last event. Once the tunnels have been asked for N times, or the family in
 * vain, $VPNPASS_FAKE/netlink.N is taken if it is there. Requests are written to $VPNPASS_FAKE/log. With a number
 * in $VPNPASS_FAKE_SEED some bytes of the answers are changed at random.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake.h"
#include "rec.h"
#include "vpnpass.h"

#define PORTID		4711
#define QUEUE_MAX	64
#define BATCH		3	/* messages in a datagram */

struct mnl_socket {
	int bus;
	int pipe[2];
	bool subscribed;
};

static struct datagram {
	char data[8192] __attribute__((aligned(8)));
	size_t len;
	unsigned int messages;
	bool lost;
} queue[QUEUE_MAX];

static unsigned int queued, taken;
static struct mnl_socket fake_socket;
static unsigned int family, version, group, seq, dumps, rounds;

static const char *const requests[] = {
	[VPNPASS_CMD_PROTO_GET] = "proto-get",
	[VPNPASS_CMD_PROTO_SET] = "proto-set",
	[VPNPASS_CMD_TUNNEL_GET] = "tunnel-get",
	[VPNPASS_CMD_COUNTER_GET] = "counter-get",
	[VPNPASS_CMD_TUNNEL_UP] = "tunnel-up",
	[VPNPASS_CMD_TUNNEL_DOWN] = "tunnel-down",
	[VPNPASS_CMD_REFUSED] = "refused",
	[VPNPASS_CMD_RECORD_GET] = "record-get",
	[VPNPASS_CMD_RECORD_NEW] = "record-new",
};

static void die(const char *what, const char *word)
{
	fprintf(stderr, "fake-kernel: %s '%s'\n", what, word);
	abort();
}

static struct datagram *datagram_new(void)
{
	if (queued == QUEUE_MAX)
		die("too many answers", "");
	memset(&queue[queued], 0, sizeof(queue[queued]));
	return &queue[queued++];
}

/* Begin a message in the last datagram, or in a new one if that is full. */
static struct nlmsghdr *begin(uint16_t type, uint16_t flags)
{
	struct datagram *d = queued > taken ? &queue[queued - 1] : NULL;
	struct nlmsghdr *nlh;

	if (!d || d->lost || !d->messages || d->messages == BATCH)
		d = datagram_new();
	nlh = mnl_nlmsg_put_header(d->data + d->len);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	nlh->nlmsg_pid = PORTID;
	return nlh;
}

static void end(struct nlmsghdr *nlh)
{
	struct datagram *d = &queue[queued - 1];

	d->len += NLMSG_ALIGN(nlh->nlmsg_len);
	d->messages++;
}

static void put_hex(struct nlmsghdr *nlh, const char *hex)
{
	unsigned int byte;
	int n;

	for (; sscanf(hex, " %2x%n", &byte, &n) == 1; hex += n) {
		((char *)nlh)[nlh->nlmsg_len] = byte;
		nlh->nlmsg_len++;
	}
}

static unsigned int attr_of(const char *key, size_t len)
{
	unsigned int n;

	for (n = 0; n <= VPNPASS_A_MAX; n++)
		if (rec_attrs[n].key && strlen(rec_attrs[n].key) == len &&
		    !strncmp(rec_attrs[n].key, key, len))
			return n;
	die("no attribute", key);
	return 0;
}

static void put_value(struct nlmsghdr *nlh, unsigned int attr, const char *value)
{
	uint64_t num = strtoull(value, NULL, 0);
	char addr[16];
	int name;

	switch (rec_attrs[attr].type) {
	case REC_U8:
		name = rec_lookup(attr, value);
		mnl_attr_put_u8(nlh, attr, name >= 0 ? (uint64_t)name : num);
		break;
	case REC_U16:
		mnl_attr_put_u16(nlh, attr, num);
		break;
	case REC_U32:
	case REC_FLAGS:
		mnl_attr_put_u32(nlh, attr, num);
		break;
	case REC_U64:
	case REC_HEX:
		mnl_attr_put(nlh, VPNPASS_A_PAD, 0, NULL);
		mnl_attr_put_u64(nlh, attr, num);
		break;
	case REC_TEXT:
		mnl_attr_put_strz(nlh, attr, value);
		break;
	default:
		if (inet_pton(AF_INET, value, addr) == 1)
			mnl_attr_put(nlh, attr, 4, addr);
		else if (inet_pton(AF_INET6, value, addr) == 1)
			mnl_attr_put(nlh, attr, 16, addr);
		else
			die("no address", value);
	}
}

/* KEY=VALUE KEY="VALUE"... */
static void put_attrs(struct nlmsghdr *nlh, char *text)
{
	char *value, *stop;
	unsigned int attr;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		value = strchr(text, '=');
		if (!value)
			die("no value for", text);
		attr = attr_of(text, value - text);
		value++;
		if (*value == '"')
			stop = strchr(++value, '"');
		else
			stop = value + strcspn(value, " ");
		text = stop + (*stop ? 1 : 0);
		*stop = '\0';
		put_value(nlh, attr, value);
	}
}

static void answer_message(uint8_t cmd, char *attrs, const char *hex, uint16_t flags)
{
	struct nlmsghdr *nlh = begin(family, flags);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	genl->version = version;
	if (attrs)
		put_attrs(nlh, attrs);
	if (hex)
		put_hex(nlh, hex);
	end(nlh);
}

static void put_extack(struct nlmsghdr *nlh, const char *text)
{
	if (!*text)
		return;
	nlh->nlmsg_flags |= 0x200;	/* NLM_F_ACK_TLVS */
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
}

static void answer_error(int err, const char *text)
{
	struct nlmsghdr *nlh = begin(NLMSG_ERROR, 0x100);	/* NLM_F_CAPPED */
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	e->error = -err;
	e->msg.nlmsg_len = 4096;	/* it was longer than what is quoted */
	put_extack(nlh, text);
	end(nlh);
}

static void answer_done(int err, const char *text)
{
	struct nlmsghdr *nlh = begin(NLMSG_DONE, NLM_F_MULTI);
	int *code = mnl_nlmsg_put_extra_header(nlh, sizeof(*code));

	*code = -err;
	put_extack(nlh, text);
	end(nlh);
}

/* Bytes as they are, except for S, P and F. */
static void answer_datagram(const char *text)
{
	struct datagram *d = datagram_new();
	uint32_t port = PORTID;
	uint16_t type = family;
	unsigned int byte;

	for (; *text; text++) {
		if (*text == 'S') {
			memcpy(d->data + d->len, &seq, 4);
			d->len += 4;
		} else if (*text == 'P') {
			memcpy(d->data + d->len, &port, 4);
			d->len += 4;
		} else if (*text == 'F') {
			memcpy(d->data + d->len, &type, 2);
			d->len += 2;
		} else if (sscanf(text, "%2x", &byte) == 1 && *text != ' ') {
			d->data[d->len++] = byte;
			text++;
		}
	}
}

static void answer_family(void)
{
	struct nlmsghdr *nlh = begin(GENL_ID_CTRL, 0);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	struct nlattr *groups, *one;

	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VPNPASS_FAMILY_NAME);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, family);
	mnl_attr_put_u32(nlh, CTRL_ATTR_VERSION, version);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	one = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, group ? VPNPASS_MCGRP_EVENTS : "other");
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, group ? group : 99);
	mnl_attr_nest_end(nlh, one);
	mnl_attr_nest_end(nlh, groups);
	end(nlh);
	answer_error(0, "");
}

static void event_gone(void)
{
	struct nlmsghdr *nlh = begin(GENL_ID_CTRL, 0);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = CTRL_CMD_DELFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, family);
	end(nlh);
}

static uint8_t request_of(const char *name)
{
	unsigned int i;

	for (i = 1; i < ARRAY_SIZE(requests); i++)
		if (!strcmp(name, requests[i]))
			return i;
	return 0;
}

/* Split off the first word. */
static char *word(char **text)
{
	char *w = *text + strspn(*text, " ");

	*text = w + strcspn(w, " ");
	if (**text)
		*(*text)++ = '\0';
	return w;
}

/* One line about the request. Gives whether it has ended the answer. */
static bool answer_line(uint8_t cmd, char *text, uint16_t flags)
{
	char *what = word(&text);
	int err;

	if (!strcmp(what, "reply")) {
		answer_message(cmd, text, NULL, flags);
	} else if (!strcmp(what, "raw")) {
		answer_message(cmd, NULL, text, flags);
	} else if (!strcmp(what, "datagram")) {
		answer_datagram(text);
	} else if (!strcmp(what, "term")) {
		kill(getpid(), SIGTERM);
	} else if (!strcmp(what, "interrupted")) {
		if (!dumps++)
			answer_message(cmd, NULL, NULL, flags | NLM_F_DUMP_INTR);
	} else {
		err = atoi(word(&text));
		if (!strcmp(what, "error"))
			answer_error(err, text);
		else
			answer_done(err, text);
		return true;
	}
	return false;
}

static FILE *open_script(void)
{
	char line[2048], name[32];
	FILE *f;

	snprintf(name, sizeof(name), "/netlink.%u", rounds);
	f = fopen(fake_path(name), "r");
	if (!f)
		f = fopen(fake_path("/netlink"), "r");

	family = version = group = 0;
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "family %u %u %u", &family, &version, &group);
	if (f)
		rewind(f);
	return f;
}

/* All lines that begin with this word are handed to @cb until it says stop. */
static bool each_line(const char *name, bool (*cb)(uint8_t cmd, char *text, uint16_t flags),
		      uint8_t cmd, uint16_t flags)
{
	FILE *f = open_script();
	char line[2048], *text;
	bool stop = false;

	while (f && !stop && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		text = line;
		if (!strcmp(word(&text), name))
			stop = cb(cmd, text, flags);
	}
	if (f)
		fclose(f);
	return stop;
}

static void log_record(FILE *f, const struct rec *rec)
{
	json_t *obj = json_object();
	char *text;

	rec_json(rec, obj);
	text = json_dumps(obj, JSON_COMPACT | JSON_SORT_KEYS);
	fprintf(f, "record-new %s\n", text);
	free(text);
	json_decref(obj);
}

static void log_request(const struct nlmsghdr *nlh, uint8_t cmd)
{
	FILE *f = fopen(fake_path("/log"), "a");
	char name[REC_BUF], mode[REC_BUF];
	struct rec rec;

	if (!f || rec_parse(&rec, nlh))
		die("bad request or no log for", requests[cmd]);
	if (cmd == VPNPASS_CMD_RECORD_NEW)
		log_record(f, &rec);
	else
		fprintf(f, "%s %s %s\n", requests[cmd], rec_name(&rec, VPNPASS_A_PROTO, name),
			rec_name(&rec, VPNPASS_A_MODE, mode));
	rec_free(&rec);
	fclose(f);
}

static void mutate(void)
{
	const char *seed = getenv("VPNPASS_FAKE_SEED");
	unsigned int i, n, r;

	if (!seed)
		return;
	srand(atoi(seed));
	for (i = taken; i < queued; i++) {
		r = rand();
		for (n = r % 4; n; n--)
			queue[i].data[rand() % queue[i].len] = rand();
		if (r % 8 == 7)
			queue[i].len = rand() % queue[i].len;
	}
}

static void answer(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	FILE *f = open_script();

	if (f)
		fclose(f);
	seq = nlh->nlmsg_seq;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		if (each_line("getfamily", answer_line, 0, 0))
			return;
		if (family)
			answer_family();
		else
			answer_error(ENOENT, "");
		rounds += !family;
		return;
	}
	log_request(nlh, genl->cmd);
	if (!family)
		answer_error(ENOENT, "");
	else if (!each_line(requests[genl->cmd], answer_line, genl->cmd,
		       nlh->nlmsg_flags & NLM_F_DUMP ? NLM_F_MULTI : 0)) {
		if (nlh->nlmsg_flags & NLM_F_DUMP)
			answer_done(0, "");
		else
			answer_error(0, "");
	}
	rounds += genl->cmd == VPNPASS_CMD_TUNNEL_GET;
	mutate();
}

static bool event_line(uint8_t cmd, char *text, uint16_t flags)
{
	char *what = word(&text);

	(void)cmd;
	seq = 0;
	if (!strcmp(what, "lost"))
		datagram_new()->lost = true;
	else if (!strcmp(what, "gone"))
		event_gone();
	else if (!strcmp(what, "raw"))
		answer_message(VPNPASS_CMD_TUNNEL_UP, NULL, text, flags);
	else
		answer_message(request_of(what), text, NULL, flags);
	queue[queued - 1].messages = BATCH;	/* each in a datagram of its own */
	return false;
}

/* For fake-nft.c */

struct nlmsghdr *fake_begin(uint16_t type, uint16_t flags)
{
	return begin(type, flags);
}

void fake_end(struct nlmsghdr *nlh)
{
	end(nlh);
}

void fake_error(int err)
{
	answer_error(err, "");
}

void fake_done(void)
{
	answer_done(0, "");
}

void fake_seq(uint32_t number)
{
	seq = number;
}

/* libmnl's interface from here on */

struct mnl_socket *mnl_socket_open(int bus)
{
	queued = taken = 0;
	fake_socket.bus = bus;
	return pipe(fake_socket.pipe) ? NULL : &fake_socket;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl, (void)groups, (void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	close(nl->pipe[0]);
	close(nl->pipe[1]);
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return nl->pipe[0];
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return PORTID;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)len;
	if (type != NETLINK_ADD_MEMBERSHIP || *(unsigned int *)buf != group)
		return 0;
	each_line("event", event_line, 0, 0);
	for (unsigned int i = taken; i < queued; i++)
		if (write(nl->pipe[1], "", 1) != 1)
			die("cannot announce", "an event");
	mutate();
	fake_socket.subscribed = true;
	if (queued == taken)
		kill(getpid(), SIGTERM);
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t size)
{
	if (queued == taken)
		queued = taken = 0;
	if (nl->bus == NETLINK_NETFILTER) {
		fake_nft(req, size);
		mutate();
		return size;
	}
	if (((const struct nlmsghdr *)req)->nlmsg_len != size)
		die("request of a wrong length", "");
	answer(req);
	return size;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	struct datagram *d = &queue[taken];
	char c;

	if (taken == queued) {
		errno = ENOMSG;
		return -1;
	}
	taken++;
	if (nl->subscribed) {
		if (read(nl->pipe[0], &c, 1) != 1)
			die("nothing announced", "");
		if (taken == queued)
			kill(getpid(), SIGTERM);
	}
	if (d->lost || d->len > size) {
		errno = d->lost ? ENOBUFS : ENOSPC;
		return -1;
	}
	memcpy(buf, d->data, d->len);
	return d->len;
}
