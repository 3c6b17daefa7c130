/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPTP control messages on the wire (RFC 2637, section 2): header and where the
 * call ids are. All message lengths are fixed, so an id is edited in place.
 *
 * Context: any.
 */
#ifndef NF_NAT_PPTP_WIRE_H
#define NF_NAT_PPTP_WIRE_H

#include "pure.h"

#define PPTP_MAGIC		0x1a2b3c4du
#define PPTP_MSG_MIN		16	/* shortest message of RFC 2637 */
#define PPTP_MSG_MAX		1024	/* longest length that is taken for one (RFC: 220) */
#define PPTP_HEADER_LEN		10	/* length, kind, magic, control message type */
#define PPTP_PREFIX_LEN		17	/* all that is ever read of a message */
#define PPTP_RESULT_OFF		16	/* result byte of the two replies */
#define PPTP_RESULT_CONNECTED	1

/**
 * enum pptp_end - the two ends of a control connection
 * @PPTP_INITIATOR: opened the TCP connection (equals IP_CT_DIR_ORIGINAL)
 * @PPTP_RESPONDER: accepted it (equals IP_CT_DIR_REPLY)
 *
 * Which of them is PNS and which is PAC is told by message types, for each call.
 */
enum pptp_end {
	PPTP_INITIATOR,
	PPTP_RESPONDER,
};

/**
 * pptp_other_end() - the end that receives what @end sends
 * @end: one end of a control connection
 *
 * Return: the other one.
 */
static inline enum pptp_end pptp_other_end(enum pptp_end end)
{
	return end == PPTP_INITIATOR ? PPTP_RESPONDER : PPTP_INITIATOR;
}

/* Control message types that carry call ids or end calls; the sender is in brackets. */
enum pptp_msg_type {
	PPTP_MSG_STOP_REPLY = 4,	/* [either] */
	PPTP_MSG_OUT_REQUEST = 7,	/* [PNS] */
	PPTP_MSG_OUT_REPLY = 8,		/* [PAC] */
	PPTP_MSG_IN_REQUEST = 9,	/* [PAC] */
	PPTP_MSG_IN_REPLY = 10,		/* [PNS] */
	PPTP_MSG_IN_CONNECTED = 11,	/* [PAC] */
	PPTP_MSG_CLEAR_REQUEST = 12,	/* [PNS] */
	PPTP_MSG_DISCONNECT = 13,	/* [PAC] */
	PPTP_MSG_WAN_ERROR = 14,	/* [PAC] */
	PPTP_MSG_SET_LINK = 15,		/* [PNS] */
	PPTP_MSG_LAST = 15,
};

/**
 * enum pptp_field_kind - what a call id field means
 * @PPTP_FIELD_NONE: no field
 * @PPTP_FIELD_OWN_NEW: introduces an id that the sender assigned: becomes its alias
 * @PPTP_FIELD_OWN_OLD: names such an id again: becomes its alias
 * @PPTP_FIELD_PEER: names, by its alias, an id that the receiver assigned: becomes the id
 */
enum pptp_field_kind {
	PPTP_FIELD_NONE,
	PPTP_FIELD_OWN_NEW,
	PPTP_FIELD_OWN_OLD,
	PPTP_FIELD_PEER,
};

/**
 * struct pptp_field - one call id of a message
 * @off: offset from the start of the message, even
 * @kind: enum pptp_field_kind
 */
struct pptp_field {
	u8 off;
	u8 kind;
};

/**
 * struct pptp_msg_info - what there is to know about one message type
 * @field: its call ids in ascending order; unused ones are PPTP_FIELD_NONE
 * @min: shortest length that holds all that is read of it; 0: type unknown
 * @act: bytes after which the message takes effect; 0: it has none beyond its fields
 * @from_pns: the sender is the PNS of the call (else it is the PAC)
 */
struct pptp_msg_info {
	struct pptp_field field[2];
	u8 min;
	u8 act;
	bool from_pns;
};

/**
 * pptp_msg_info() - look up a control message type
 * @type: control message type, host order, any value
 *
 * Return: its description, or NULL for a type that RFC 2637 doesn't know.
 */
const struct pptp_msg_info *pptp_msg_info(u16 type);

/**
 * pptp_header_sane() - could this be the start of a control message?
 * @p: 8 bytes: length, kind and magic
 *
 * Return: true if kind and magic are right and the length lies within
 * PPTP_MSG_MIN and PPTP_MSG_MAX.
 */
bool pptp_header_sane(const u8 *p);

#endif
