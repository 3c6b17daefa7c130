// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: the module's messages, all of which are made of one set of attributes. */
#include <errno.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "rec.h"
#include "vpnpass.h"

#define DUMP_TRIES	5

static const char *const proto_names[] = {
	[VPNPASS_PROTO_PPTP] = "pptp",
	[VPNPASS_PROTO_L2TP] = "l2tp",
	[VPNPASS_PROTO_IPSEC] = "ipsec",
};

static const char *const mode_names[] = {
	[VPNPASS_MODE_OFF] = "off",
	[VPNPASS_MODE_ON] = "on",
	[VPNPASS_MODE_RULE] = "rule",
};

static const char *const state_names[] = {
	[VPNPASS_STATE_SETUP] = "setup",
	[VPNPASS_STATE_UP] = "up",
	[VPNPASS_STATE_CLOSING] = "closing",
	[VPNPASS_STATE_PAIRING] = "pairing",
	[VPNPASS_STATE_AMBIGUOUS] = "ambiguous",
};

static const char *const record_names[] = {
	[VPNPASS_RECORD_KIND_FLOW] = "flow",
	[VPNPASS_RECORD_KIND_TUNNEL] = "tunnel",
	[VPNPASS_RECORD_KIND_SESSION] = "session",
	[VPNPASS_RECORD_KIND_COOKIE] = "cookie",
	[VPNPASS_RECORD_KIND_SA_OUT] = "sa-out",
	[VPNPASS_RECORD_KIND_SA_IN] = "sa-in",
};

/* By number of the bit. */
static const char *const flag_names[] = {
	"own-zone", "masquerade", "server-pns", "unbound", "hidden", "unmanaged", "by-port",
};

#define ENUM(names)	REC_U8, names, ARRAY_SIZE(names)

const struct rec_attr rec_attrs[VPNPASS_A_MAX + 1] = {
	[VPNPASS_A_PROTO] = { "protocol", ENUM(proto_names) },
	[VPNPASS_A_MODE] = { "mode", ENUM(mode_names) },
	[VPNPASS_A_TUNNELS] = { "tunnels", REC_U32, NULL, 0 },
	[VPNPASS_A_CONTROLS] = { "controls", REC_U32, NULL, 0 },
	[VPNPASS_A_NAME] = { "name", REC_TEXT, NULL, 0 },
	[VPNPASS_A_VALUE] = { "value", REC_U64, NULL, 0 },
	[VPNPASS_A_DOC] = { "doc", REC_TEXT, NULL, 0 },
	[VPNPASS_A_STATE] = { "state", ENUM(state_names) },
	[VPNPASS_A_CLIENT] = { "client", REC_ADDR, NULL, 0 },
	[VPNPASS_A_CLIENT_MAPPED] = { "client-mapped", REC_ADDR, NULL, 0 },
	[VPNPASS_A_SERVER] = { "server", REC_ADDR, NULL, 0 },
	[VPNPASS_A_SERVER_MAPPED] = { "server-mapped", REC_ADDR, NULL, 0 },
	[VPNPASS_A_CLIENT_ID] = { "client-id", REC_U32, NULL, 0 },
	[VPNPASS_A_CLIENT_ID_MAPPED] = { "client-id-mapped", REC_U32, NULL, 0 },
	[VPNPASS_A_SERVER_ID] = { "server-id", REC_U32, NULL, 0 },
	[VPNPASS_A_SERVER_ID_MAPPED] = { "server-id-mapped", REC_U32, NULL, 0 },
	[VPNPASS_A_AGE] = { "age-ms", REC_U64, NULL, 0 },
	[VPNPASS_A_IDLE] = { "idle-ms", REC_U64, NULL, 0 },
	[VPNPASS_A_TX_PACKETS] = { "tx-packets", REC_U64, NULL, 0 },
	[VPNPASS_A_TX_BYTES] = { "tx-bytes", REC_U64, NULL, 0 },
	[VPNPASS_A_RX_PACKETS] = { "rx-packets", REC_U64, NULL, 0 },
	[VPNPASS_A_RX_BYTES] = { "rx-bytes", REC_U64, NULL, 0 },
	[VPNPASS_A_CLIENT_SESSION] = { "client-session", REC_U32, NULL, 0 },
	[VPNPASS_A_CLIENT_SESSION_MAPPED] = { "client-session-mapped", REC_U32, NULL, 0 },
	[VPNPASS_A_SERVER_SESSION] = { "server-session", REC_U32, NULL, 0 },
	[VPNPASS_A_RECORD] = { "record", ENUM(record_names) },
	[VPNPASS_A_FLAGS] = { "flags", REC_FLAGS, flag_names, ARRAY_SIZE(flag_names) },
	[VPNPASS_A_L4PROTO] = { "l4proto", REC_U8, NULL, 0 },
	[VPNPASS_A_ZONE] = { "zone", REC_U16, NULL, 0 },
	[VPNPASS_A_MEMBER] = { "member", REC_U16, NULL, 0 },
	[VPNPASS_A_CLIENT_PORT] = { "client-port", REC_U16, NULL, 0 },
	[VPNPASS_A_CLIENT_PORT_MAPPED] = { "client-port-mapped", REC_U16, NULL, 0 },
	[VPNPASS_A_SERVER_PORT] = { "server-port", REC_U16, NULL, 0 },
	[VPNPASS_A_SERVER_PORT_MAPPED] = { "server-port-mapped", REC_U16, NULL, 0 },
	[VPNPASS_A_SERVER_PORT_FLOATED] = { "server-port-floated", REC_U16, NULL, 0 },
	[VPNPASS_A_VERSION] = { "version", REC_U8, NULL, 0 },
	[VPNPASS_A_PARENT] = { "parent", REC_U32, NULL, 0 },
	[VPNPASS_A_MATE] = { "mate", REC_U32, NULL, 0 },
	[VPNPASS_A_SEQUENCE] = { "sequence", REC_U32, NULL, 0 },
	[VPNPASS_A_COOKIE] = { "cookie", REC_HEX, NULL, 0 },
	[VPNPASS_A_COOKIE_RESPONDER] = { "cookie-responder", REC_HEX, NULL, 0 },
	[VPNPASS_A_MARK] = { "mark", REC_U32, NULL, 0 },
	[VPNPASS_A_SEEN] = { "seen", REC_U8, NULL, 0 },
};

/**
 * rec_name() - the name of an enum's value
 * @rec: message
 * @attr: attribute of an enum type
 * @buf: memory for values that are newer than this tool
 *
 * Return: its name, "-" if the attribute is not there.
 */
const char *rec_name(const struct rec *rec, unsigned int attr, char buf[REC_BUF])
{
	uint64_t v = rec_num(rec, attr);

	if (!rec_has(rec, attr))
		return "-";
	if (v < rec_attrs[attr].nnames)
		return rec_attrs[attr].names[v];
	snprintf(buf, REC_BUF, "%s-%u", rec_attrs[attr].key, (unsigned int)v);
	return buf;
}

/**
 * rec_lookup() - the value of an enum that has a name
 * @attr: attribute of an enum type
 * @name: name
 *
 * Return: the value, -1 if there is none of that name.
 */
int rec_lookup(unsigned int attr, const char *name)
{
	unsigned int i;

	for (i = 0; i < rec_attrs[attr].nnames; i++)
		if (!strcmp(name, rec_attrs[attr].names[i]))
			return i;
	return -1;
}

/* An address in words, "-" if it is not there. */
const char *rec_addr(const struct rec *rec, unsigned int attr, char buf[REC_BUF])
{
	const struct rec_value *v = &rec->v[attr];

	if (!rec_has(rec, attr))
		return "-";
	return inet_ntop(v->len == 4 ? AF_INET : AF_INET6, v->addr, buf, REC_BUF);
}

/* A text, "" if it is not there. */
const char *rec_text(const struct rec *rec, unsigned int attr)
{
	return rec_has(rec, attr) ? rec->v[attr].text : "";
}

/* One id as the programs of its protocol write it: SPIs in hexadecimal. */
static int put_number(const struct rec *rec, unsigned int attr, char *buf, size_t size)
{
	bool spi = rec_num(rec, VPNPASS_A_PROTO) == VPNPASS_PROTO_IPSEC;

	return snprintf(buf, size, spi ? "0x%08" PRIx64 : "%" PRIu64, rec_num(rec, attr));
}

static int put_id(const struct rec *rec, unsigned int inside, unsigned int outside, char *buf,
		  size_t size)
{
	int len;

	if (!rec_has(rec, inside))
		return snprintf(buf, size, "?");
	len = put_number(rec, inside, buf, size);
	if (!rec_has(rec, outside) || rec_num(rec, inside) == rec_num(rec, outside))
		return len;
	len += snprintf(buf + len, size - len, "%s", out_arrow());
	return len + put_number(rec, outside, buf + len, size - len);
}

static int put_tunnel(const struct rec *rec, char *buf, size_t size)
{
	int len = put_id(rec, VPNPASS_A_CLIENT_ID, VPNPASS_A_CLIENT_ID_MAPPED, buf, size);

	buf[len++] = '/';
	return len + put_id(rec, VPNPASS_A_SERVER_ID, VPNPASS_A_SERVER_ID_MAPPED, buf + len,
			    size - len);
}

/* Both ends know the server's id of a session as the same. */
static int put_session(const struct rec *rec, char *buf, size_t size)
{
	int len = snprintf(buf, size, "s");

	len += put_id(rec, VPNPASS_A_CLIENT_SESSION, VPNPASS_A_CLIENT_SESSION_MAPPED, buf + len,
		      size - len);
	buf[len++] = '/';
	return len + put_id(rec, VPNPASS_A_SERVER_SESSION, VPNPASS_A_SERVER_SESSION, buf + len,
			    size - len);
}

/**
 * rec_ids() - the ids of a tunnel and of its latest session
 * @rec: message about a tunnel
 * @buf: memory
 *
 * Return: client's id/server's id, each as the client and as the server knows it
 * if these differ, "?" if it is not known yet. SPIs are hexadecimal. Those of a session, if
 * there is one, follow with an "s" before them; they stand alone where nobody negotiated a
 * tunnel.
 */
const char *rec_ids(const struct rec *rec, char buf[REC_BUF])
{
	bool session = rec_has(rec, VPNPASS_A_CLIENT_SESSION) ||
		       rec_has(rec, VPNPASS_A_SERVER_SESSION);
	int len = 0;

	if (!session || rec_has(rec, VPNPASS_A_CLIENT_ID) || rec_has(rec, VPNPASS_A_SERVER_ID))
		len = put_tunnel(rec, buf, REC_BUF);
	if (session && len)
		buf[len++] = ' ';
	if (session)
		put_session(rec, buf + len, REC_BUF - len);
	return buf;
}

static int parse_number(struct rec_value *v, const struct nlattr *attr, enum rec_type type)
{
	uint16_t len = mnl_attr_get_payload_len(attr);

	if (type == REC_U8 && len == sizeof(uint8_t))
		v->num = mnl_attr_get_u8(attr);
	else if (type == REC_U16 && len == sizeof(uint16_t))
		v->num = mnl_attr_get_u16(attr);
	else if ((type == REC_U32 || type == REC_FLAGS) && len == sizeof(uint32_t))
		v->num = mnl_attr_get_u32(attr);
	else if ((type == REC_U64 || type == REC_HEX) && len == sizeof(uint64_t))
		v->num = mnl_attr_get_u64(attr);
	else
		return -EBADMSG;
	return 0;
}

static int parse_addr(struct rec_value *v, const struct nlattr *attr)
{
	uint16_t len = mnl_attr_get_payload_len(attr);

	if (len != 4 && len != 16)
		return -EBADMSG;
	memcpy(v->addr, mnl_attr_get_payload(attr), len);
	v->len = len;
	return 0;
}

/* What is not printable ASCII could harm a terminal or be no UTF-8. */
static int parse_text(struct rec_value *v, const struct nlattr *attr)
{
	char *c;

	v->text = strndup(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	if (!v->text)
		return -ENOMEM;
	for (c = v->text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return 0;
}

static int parse_attr(struct rec *rec, const struct nlattr *attr)
{
	unsigned int n = mnl_attr_get_type(attr);
	int err;

	if (n > VPNPASS_A_MAX || rec_attrs[n].type == REC_NONE)
		return 0;	/* newer than this tool, or padding */
	if (rec_has(rec, n))
		return -EBADMSG;
	if (rec_attrs[n].type == REC_ADDR)
		err = parse_addr(&rec->v[n], attr);
	else if (rec_attrs[n].type == REC_TEXT)
		err = parse_text(&rec->v[n], attr);
	else
		err = parse_number(&rec->v[n], attr, rec_attrs[n].type);
	if (!err)
		rec->has |= 1ull << n;
	return err;
}

/**
 * rec_parse() - take a message apart
 * @rec: to be filled; rec_free() it if that succeeds
 * @nlh: message with at least a generic netlink header
 *
 * Return: 0; -EBADMSG if it is malformed; -ENOMEM.
 */
int rec_parse(struct rec *rec, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(*genl));
	int err = 0;

	memset(rec, 0, sizeof(*rec));
	rec->cmd = genl->cmd;
	for (; !err && mnl_attr_ok(attr, end - (const char *)attr); attr = mnl_attr_next(attr))
		err = parse_attr(rec, attr);
	if (!err && (const char *)attr < end)
		err = -EBADMSG;
	if (err)
		rec_free(rec);
	return err;
}

void rec_free(struct rec *rec)
{
	unsigned int n;

	for (n = 0; n <= VPNPASS_A_MAX; n++)
		if (rec_has(rec, n) && rec_attrs[n].type == REC_TEXT)
			free(rec->v[n].text);
	rec->has = 0;
}

static json_t *flags_json(const struct rec *rec, unsigned int n)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < rec_attrs[n].nnames; i++)
		if (rec_num(rec, n) & 1u << i)
			json_array_append_new(list, json_string(rec_attrs[n].names[i]));
	return list;
}

static json_t *value_json(const struct rec *rec, unsigned int n)
{
	char buf[REC_BUF];

	switch (rec_attrs[n].type) {
	case REC_FLAGS:
		return flags_json(rec, n);
	case REC_HEX:
		snprintf(buf, sizeof(buf), "0x%016" PRIx64, rec_num(rec, n));
		return json_string(buf);
	case REC_ADDR:
		return json_string(rec_addr(rec, n, buf));
	case REC_TEXT:
		return json_string(rec_text(rec, n));
	default:
		if (rec_attrs[n].names)
			return json_string(rec_name(rec, n, buf));
		return json_integer(rec_num(rec, n));
	}
}

/**
 * rec_json() - put all that a message says into an object
 * @rec: message
 * @obj: object
 *
 * Return: 0 or -1.
 */
int rec_json(const struct rec *rec, json_t *obj)
{
	unsigned int n;

	for (n = 0; n <= VPNPASS_A_MAX; n++)
		if (rec_has(rec, n) &&
		    json_object_set_new(obj, rec_attrs[n].key, value_json(rec, n)))
			return -1;
	return 0;
}

static int recs_add(const struct nlmsghdr *nlh, void *ctx)
{
	struct recs *recs = ctx;
	struct rec *v = reallocarray(recs->v, recs->n + 1, sizeof(*v));
	int err;

	if (!v)
		return -ENOMEM;
	recs->v = v;
	err = rec_parse(&v[recs->n], nlh);
	if (!err)
		recs->n++;
	return err;
}

/**
 * recs_dump() - get all messages that a dump gives
 * @recs: to be filled; recs_free() it whatever the outcome
 * @g: open socket
 * @cmd: command
 *
 * Return: 0 or a negative errno.
 */
int recs_dump(struct recs *recs, struct genl *g, uint8_t cmd)
{
	unsigned int tries;
	int err = -EINTR;

	for (tries = 0; err == -EINTR && tries < DUMP_TRIES; tries++) {
		recs_free(recs);
		err = genl_dump(g, cmd, recs_add, recs);
	}
	return err == -EINTR ? 0 : err;	/* it never stands still: the last one is as good as any */
}

/* The first message about a protocol, NULL if there is none. */
const struct rec *recs_of_proto(const struct recs *recs, unsigned int proto)
{
	size_t i;

	for (i = 0; i < recs->n; i++)
		if (rec_has(&recs->v[i], VPNPASS_A_PROTO) &&
		    rec_num(&recs->v[i], VPNPASS_A_PROTO) == proto)
			return &recs->v[i];
	return NULL;
}

void recs_free(struct recs *recs)
{
	size_t i;

	for (i = 0; i < recs->n; i++)
		rec_free(&recs->v[i]);
	free(recs->v);
	*recs = (struct recs){ NULL, 0 };
}
