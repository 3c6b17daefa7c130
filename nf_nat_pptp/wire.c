// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP control messages on the wire (RFC 2637, section 2).
 */
#include "wire.h"

#define OWN_NEW(at)	{ .off = (at), .kind = PPTP_FIELD_OWN_NEW }
#define OWN_OLD(at)	{ .off = (at), .kind = PPTP_FIELD_OWN_OLD }
#define PEER(at)	{ .off = (at), .kind = PPTP_FIELD_PEER }

/* Types without call ids (start, stop, echo) need their header only. */
static const struct pptp_msg_info pptp_msg_infos[PPTP_MSG_LAST + 1] = {
	[1 ... 3] = { .min = PPTP_MSG_MIN },
	[PPTP_MSG_STOP_REPLY] = { .min = PPTP_MSG_MIN, .act = PPTP_MSG_MIN },
	[5 ... 6] = { .min = PPTP_MSG_MIN },
	[PPTP_MSG_OUT_REQUEST] = {
		.min = PPTP_MSG_MIN, .from_pns = true, .field = { OWN_NEW(12) },
	},
	[PPTP_MSG_OUT_REPLY] = {
		.min = PPTP_RESULT_OFF + 1, .act = PPTP_RESULT_OFF + 1,
		.field = { OWN_NEW(12), PEER(14) },
	},
	[PPTP_MSG_IN_REQUEST] = {
		.min = PPTP_MSG_MIN, .field = { OWN_NEW(12) },
	},
	[PPTP_MSG_IN_REPLY] = {
		.min = PPTP_RESULT_OFF + 1, .act = PPTP_RESULT_OFF + 1, .from_pns = true,
		.field = { OWN_NEW(12), PEER(14) },
	},
	[PPTP_MSG_IN_CONNECTED] = {
		.min = PPTP_MSG_MIN, .act = 14, .field = { PEER(12) },
	},
	[PPTP_MSG_CLEAR_REQUEST] = {
		.min = PPTP_MSG_MIN, .from_pns = true, .field = { OWN_OLD(12) },
	},
	[PPTP_MSG_DISCONNECT] = {
		.min = PPTP_MSG_MIN, .act = 14, .field = { OWN_OLD(12) },
	},
	[PPTP_MSG_WAN_ERROR] = {
		.min = PPTP_MSG_MIN, .field = { PEER(12) },
	},
	[PPTP_MSG_SET_LINK] = {
		.min = PPTP_MSG_MIN, .from_pns = true, .field = { PEER(12) },
	},
};

const struct pptp_msg_info *pptp_msg_info(u16 type)
{
	if (type > PPTP_MSG_LAST || !pptp_msg_infos[type].min)
		return NULL;
	return &pptp_msg_infos[type];
}

bool pptp_header_sane(const u8 *p)
{
	u16 len = pptp_get16(p);

	return len >= PPTP_MSG_MIN && len <= PPTP_MSG_MAX &&
	       pptp_get16(p + 2) == 1 && pptp_get32(p + 4) == PPTP_MAGIC;
}
