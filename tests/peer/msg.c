// SPDX-License-Identifier: GPL-2.0
/* PPTP control messages (RFC 2637 section 2). */
#include "msg.h"

#include <string.h>

struct msg_info {
	const char *name;
	u16 len;
	u8 at12, at14;
};

static const struct msg_info info[MSG_TYPES] = {
	[SCCRQ] = { "SCCRQ", 156, FIELD_NONE, FIELD_NONE },
	[SCCRP] = { "SCCRP", 156, FIELD_NONE, FIELD_NONE },
	[STOPCCRQ] = { "StopCCRQ", 16, FIELD_NONE, FIELD_NONE },
	[STOPCCRP] = { "StopCCRP", 16, FIELD_NONE, FIELD_NONE },
	[ECHO_REQ] = { "EchoRQ", 16, FIELD_NONE, FIELD_NONE },
	[ECHO_REP] = { "EchoRP", 20, FIELD_NONE, FIELD_NONE },
	[OCRQ] = { "OCRQ", 168, FIELD_OWN_NEW, FIELD_NONE },
	[OCRP] = { "OCRP", 32, FIELD_OWN_NEW, FIELD_PEER },
	[ICRQ] = { "ICRQ", 220, FIELD_OWN_NEW, FIELD_NONE },
	[ICRP] = { "ICRP", 24, FIELD_OWN_NEW, FIELD_PEER },
	[ICCN] = { "ICCN", 28, FIELD_PEER, FIELD_NONE },
	[CCRQ] = { "CCRQ", 16, FIELD_OWN, FIELD_NONE },
	[CDN] = { "CDN", 148, FIELD_OWN, FIELD_NONE },
	[WEN] = { "WEN", 40, FIELD_PEER, FIELD_NONE },
	[SLI] = { "SLI", 24, FIELD_PEER, FIELD_NONE },
};

u16 msg_len(unsigned int type)
{
	return type < MSG_TYPES ? info[type].len : 0;
}

const char *msg_name(unsigned int type)
{
	return type < MSG_TYPES && info[type].name ? info[type].name : "unknown";
}

enum field msg_field(unsigned int type, unsigned int off)
{
	if (type >= MSG_TYPES)
		return FIELD_NONE;
	return off == 12 ? info[type].at12 : off == 14 ? info[type].at14 : FIELD_NONE;
}

static unsigned int result_at(unsigned int type)
{
	switch (type) {
	case SCCRP:
	case CDN:
		return 14;
	case STOPCCRP:
	case STOPCCRQ:
		return 12;
	case OCRP:
	case ICRP:
	case ECHO_REP:
		return 16;
	}
	return 0;
}

u8 msg_result(const u8 *msg)
{
	unsigned int at = result_at(msg_type(msg));

	return at ? msg[at] : 0;
}

void msg_set_result(u8 *msg, u8 result)
{
	unsigned int at = result_at(msg_type(msg));

	if (at)
		msg[at] = result;
}

/* Bytes that the router must carry unchanged: different in every place. */
static void fill_body(u8 *buf, u16 len)
{
	u16 i;

	for (i = 16; i < len; i++)
		buf[i] = (u8)(i * 7 + buf[9]);
}

static void set_version(u8 *buf, enum msg_type type)
{
	if (type != SCCRQ && type != SCCRP)
		return;
	put16(buf + 12, 0x0100);
	memset(buf + 28, 0, 128);
	memcpy(buf + 28, "peer", 4);
	memcpy(buf + 92, "vpnpass", 7);
}

u16 msg_build(u8 *buf, enum msg_type type, u16 at12, u16 at14)
{
	u16 len = msg_len(type);

	memset(buf, 0, len);
	put16(buf, len);
	put16(buf + 2, 1);
	put32(buf + 4, MSG_MAGIC);
	put16(buf + 8, type);
	fill_body(buf, len);
	put16(buf + 12, at12);
	put16(buf + 14, at14);
	set_version(buf, type);
	msg_set_result(buf, 1);
	return len;
}
