/* SPDX-License-Identifier: GPL-2.0 */
/*
 * L2TP messages on the wire: L2TPv2 (RFC 2661) over UDP, L2TPv3 (RFC 3931) over UDP and
 * over IP. What is read: the header of any message, and of control messages the type and
 * the AVPs that assign ids. An id has a fixed width, so it is edited in place.
 *
 * Not read: the tunnel and session ids in the fail-over AVPs of RFC 4951, and AVPs of
 * vendors.
 *
 * Context: any.
 */
#ifndef NF_NAT_L2TP_WIRE_H
#define NF_NAT_L2TP_WIRE_H

#include "pure.h"

#define L2TP_HEADER_READ	16	/* no more of a message is read for its header */
#define L2TP_AVP_HEADER_LEN	6	/* flags and length, vendor, attribute */

/* Control message types (RFC 2661 3.2, RFC 3931 3.1); there are more. */
enum l2tp_message_type {
	L2TP_ZLB = 0,		/* no AVP at all: an acknowledgement */
	L2TP_SCCRQ = 1,
	L2TP_SCCRP = 2,
	L2TP_SCCCN = 3,
	L2TP_STOPCCN = 4,
	L2TP_HELLO = 6,
	L2TP_OCRQ = 7,
	L2TP_OCRP = 8,
	L2TP_OCCN = 9,
	L2TP_ICRQ = 10,
	L2TP_ICRP = 11,
	L2TP_ICCN = 12,
	L2TP_CDN = 14,
	L2TP_WEN = 15,
	L2TP_SLI = 16,
	L2TP_ACK = 20,		/* L2TPv3: an acknowledgement with AVPs */
};

/*
 * Every reason not to read a message: X(constant, name, sentence). The order is not ABI.
 * Those up to DATA_ID come from headers, the others from AVPs.
 */
#define L2TP_WIRE_ERRORS(X) \
	X(SHORT, "l2tp-short", \
	  "L2TP messages too short for their header, passed unread") \
	X(VERSION, "l2tp-version", \
	  "messages of a version other than 2 and 3, such as L2F, passed unread") \
	X(FLAGS, "l2tp-flags", \
	  "control messages without length or sequence numbers or with an offset, passed unread") \
	X(LENGTH, "l2tp-length", \
	  "control messages with a wrong length, data with an offset past the end, passed unread") \
	X(DATA_ID, "l2tp-data-id", \
	  "data messages with tunnel id (L2TPv3: session id) 0, passed unread") \
	X(AVP_SHORT, "avp-short", \
	  "control messages with an AVP shorter than its header, passed unread") \
	X(AVP_END, "avp-past-end", \
	  "control messages with an AVP that ends past their end, passed unread") \
	X(AVP_TYPE, "avp-no-type", \
	  "control messages that don't start with a readable message type, passed unread") \
	X(AVP_RESERVED, "avp-reserved", \
	  "control messages with reserved bits set in their type or an id, passed unread") \
	X(AVP_SIZE, "avp-id-size", \
	  "control messages with an id of a wrong size, passed unread") \
	X(AVP_TWICE, "avp-twice", \
	  "control messages that have their type or an id twice, passed unread") \
	X(AVP_ZERO, "avp-id-zero", \
	  "control messages that assign the id 0, passed unread")

/* Why a message was not read; L2TP_WIRE_ERRORS has the text of each. */
enum l2tp_wire_error {
	L2TP_WIRE_OK,
#define L2TP_WIRE_ENUM(id, name, doc) L2TP_WIRE_##id,
	L2TP_WIRE_ERRORS(L2TP_WIRE_ENUM)
#undef L2TP_WIRE_ENUM
	L2TP_WIRE_MAX,
};

/**
 * enum l2tp_sight - what is seen of an id
 * @L2TP_ABSENT: it isn't there
 * @L2TP_CLEAR: it can be read and edited
 * @L2TP_HIDDEN: it is there, hidden by the peers' secret (H bit, RFC 2661 4.3)
 */
enum l2tp_sight {
	L2TP_ABSENT,
	L2TP_CLEAR,
	L2TP_HIDDEN,
};

/**
 * struct l2tp_id - an id and where it is; all 0 but @sight unless that is L2TP_CLEAR
 * @value: the id, host order; 0 is nobody's and must not be replaced
 * @off: where it is, in bytes from the start of the UDP or IP payload; may be odd
 * @width: bytes it takes: 2 or 4
 * @sight: enum l2tp_sight
 */
struct l2tp_id {
	u32 value;
	u32 off;
	u8 width;
	u8 sight;
};

/**
 * struct l2tp_header - header of a message (RFC 2661 3.1, RFC 3931 3.2.1, 4.1.1, 4.1.2)
 * @tunnel: L2TPv2: tunnel id; L2TPv3 control messages: control connection id; L2TPv3 data
 *	messages have none. Assigned by the receiver; 0 as long as the sender doesn't know it
 * @session: L2TPv2: session id; L2TPv3 data messages: session id; L2TPv3 control messages
 *	have none. Assigned by the receiver
 * @body: where the header ends, from the start of the UDP or IP payload: AVPs of control
 *	messages; in data of L2TPv2 what follows the offset padding, if the bytes given
 *	reach as far as its size; in data of L2TPv3 the cookie and sublayer, if any
 * @end: where a control message ends by its length field, from the same start; what follows
 *	is padding. Data ends with the payload: receivers, Linux among them, don't mind
 *	what its length field says
 * @version: 2 or 3
 * @control: a control message, else data
 */
struct l2tp_header {
	struct l2tp_id tunnel;
	struct l2tp_id session;
	u32 body;
	u32 end;
	u8 version;
	bool control;
};

/**
 * struct l2tp_message - what is read of the AVPs of a control message. Ids are given
 *	whatever the message type is, and are assigned by the sender unless told otherwise
 * @assigned: Assigned Tunnel ID (RFC 2661 4.4.3) or, in L2TPv3, Assigned Control
 *	Connection ID (RFC 3931 5.4.3)
 * @assigned3: Assigned Control Connection ID in a message of version 2: an SCCRQ that offers
 *	both versions, so that it counts if the answer is of version 3 (RFC 3931 4.7.3)
 * @local: Assigned Session ID (RFC 2661 4.4.4) or, in L2TPv3, Local Session ID (RFC 3931
 *	5.4.4)
 * @remote: Remote Session ID of L2TPv3 (RFC 3931 5.4.4): assigned by the receiver
 * @type: enum l2tp_message_type or another; L2TP_ZLB if there are no AVPs
 * @digest: a Message Digest covers header and AVPs (RFC 3931 5.4.1): edit neither. In a
 *	message of version 2 it counts if the answer is of version 3
 */
struct l2tp_message {
	struct l2tp_id assigned;
	struct l2tp_id assigned3;
	struct l2tp_id local;
	struct l2tp_id remote;
	u16 type;
	bool digest;
};

/**
 * l2tp_udp_parse() - read the header of an L2TP message over UDP
 * @p: payload of the UDP packet
 * @head: how many bytes of it @p holds: L2TP_HEADER_READ if there are as many; what an ICMP
 *	error quotes may do, as everything but the ids is optional then
 * @len: length of the whole payload
 * @h: result; written in case of success only
 *
 * Return: L2TP_WIRE_OK or why it is none.
 */
enum l2tp_wire_error l2tp_udp_parse(const u8 *p, u32 head, u32 len, struct l2tp_header *h);

/**
 * l2tp_ip_parse() - read the header of an L2TPv3 message over IP protocol 115
 * @p: payload of the IP packet
 * @head: how many bytes of it @p holds, as above
 * @len: length of the whole payload
 * @h: result; written in case of success only
 *
 * Four zero bytes where data messages have the session id mark a control message (RFC 3931
 * 4.1.1.2); its length field doesn't count them, all offsets in @h do.
 *
 * Return: L2TP_WIRE_OK or why it is none.
 */
enum l2tp_wire_error l2tp_ip_parse(const u8 *p, u32 head, u32 len, struct l2tp_header *h);

/**
 * l2tp_message_parse() - read the AVPs of a control message (RFC 2661 4.1, RFC 3931 5.1)
 * @p: the same payload as the header was read from, whole
 * @len: how many bytes there are
 * @h: its header, of a control message
 * @m: result; written in case of success only
 *
 * AVPs of vendors and unknown ones, mandatory or not, are stepped over. A Message Digest
 * counts however malformed it is, so that nothing protected is ever edited. Id 0 is refused
 * where an id is assigned, in SCCRQ, SCCRP, ICRQ, ICRP, OCRQ and OCRP; where it is
 * repeated, a sender that has assigned none may say 0.
 *
 * Return: L2TP_WIRE_OK or why it isn't read.
 */
enum l2tp_wire_error l2tp_message_parse(const u8 *p, u32 len, const struct l2tp_header *h,
					struct l2tp_message *m);

/**
 * struct l2tp_wire_info - how a reason is shown
 * @name: lower case with dashes
 * @doc: one sentence, without full stop
 */
struct l2tp_wire_info {
	const char *name;
	const char *doc;
};

/* Indexed by enum l2tp_wire_error; the first entry is empty. */
extern const struct l2tp_wire_info l2tp_wire_info[L2TP_WIRE_MAX];

#endif
