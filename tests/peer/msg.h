/* SPDX-License-Identifier: GPL-2.0 */
/* PPTP control messages (RFC 2637 section 2). */
#ifndef PEER_MSG_H
#define PEER_MSG_H

#include "util.h"

enum msg_type {
	SCCRQ = 1, SCCRP, STOPCCRQ, STOPCCRP, ECHO_REQ, ECHO_REP,
	OCRQ, OCRP, ICRQ, ICRP, ICCN, CCRQ, CDN, WEN, SLI,
	MSG_TYPES
};

#define MSG_MAGIC	0x1a2b3c4d
#define MSG_MAX		220
#define MSG_PORT	1723

/* What the two id fields of a message hold, seen from its sender. */
enum field {
	FIELD_NONE,
	FIELD_OWN_NEW,	/* an id that the sender introduces */
	FIELD_OWN,	/* an id of the sender, introduced before */
	FIELD_PEER,	/* an id of the receiver */
};

/* Fixed length of a message, 0 for an unknown type. */
u16 msg_len(unsigned int type);
const char *msg_name(unsigned int type);
/* Kind of the 16-bit field at @off (12 or 14). */
enum field msg_field(unsigned int type, unsigned int off);
/* Build a complete message into @buf (MSG_MAX bytes); returns its length. */
u16 msg_build(u8 *buf, enum msg_type type, u16 at12, u16 at14);
/* Result byte of a reply (OCRP, ICRP @16, SCCRP @14). */
u8 msg_result(const u8 *msg);
void msg_set_result(u8 *msg, u8 result);

static inline u16 msg_type(const u8 *msg)
{
	return get16(msg + 8);
}

#endif
