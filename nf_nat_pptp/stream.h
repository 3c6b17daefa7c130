/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TCP stream of a PPTP control connection: finds messages in segments that are cut
 * anywhere, lost, repeated with other boundaries or reordered, and edits call ids in
 * place so that the receiver always sees one consistent stream.
 *
 * Context: any; the caller lets one at a time to a connection.
 */
#ifndef NF_NAT_PPTP_STREAM_H
#define NF_NAT_PPTP_STREAM_H

#include "wire.h"

struct pptp_conn;

#define PPTP_LOG_LEN	64	/* edits that may be unacknowledged at a time */
#define PPTP_MAX_DROPS	3	/* drops at one sequence number before going on regardless */

/**
 * enum pptp_sync - does the parser know where messages start?
 * @PPTP_SYNC_NONE: nothing seen of this direction yet (picked up in mid-stream)
 * @PPTP_SYNC_LOST: no; segments pass unedited until one starts with a sane header
 * @PPTP_SYNC_OK: yes
 */
enum pptp_sync {
	PPTP_SYNC_NONE,
	PPTP_SYNC_LOST,
	PPTP_SYNC_OK,
};

/**
 * struct pptp_logged - an edit that must be repeated on retransmission
 * @seq: sequence number of the first byte
 * @len: number of bytes, 1 or 2
 * @val: what the receiver gets
 */
struct pptp_logged {
	u32 seq;
	u8 len;
	u8 val[2];
};

/**
 * struct pptp_stream - one direction of a control connection
 * @next: first byte not parsed yet; all before it are decided for good
 * @acked: what the receiver has acknowledged
 * @info: type of the current message, NULL: skip it (valid from PPTP_HEADER_LEN bytes on)
 * @mlen: its length (valid from PPTP_HEADER_LEN bytes on)
 * @have: bytes of it that are parsed
 * @head: its beginning, as the sender sent it
 * @high: what was sent in place of the high byte of a field that is half parsed
 * @sync: enum pptp_sync
 * @guessed: the own id of this reply was given to a call before the reply named the call
 * @overflow: the log overflowed and forgets its oldest entry until the next ACK
 * @drops: how often a segment was dropped at @drop_seq
 * @drop_seq: value of @next at the last such drop
 * @nlog: entries in @log
 * @log: edits that are not yet acknowledged, oldest first
 */
struct pptp_stream {
	u32 next;
	u32 acked;
	const struct pptp_msg_info *info;
	u16 mlen;
	u16 have;
	u8 head[PPTP_PREFIX_LEN];
	u8 high;
	u8 sync;
	bool guessed;
	bool overflow;
	u8 drops;
	u32 drop_seq;
	u8 nlog;
	struct pptp_logged log[PPTP_LOG_LEN];
};

/**
 * struct pptp_edit - one change to the payload of a segment
 * @off: offset in the payload
 * @len: number of bytes, 1 or 2; off + len never exceeds the payload
 * @val: the new bytes
 */
struct pptp_edit {
	u32 off;
	u8 len;
	u8 val[2];
};

/**
 * struct pptp_segment - a TCP segment as the receiver would see it
 * @seq: sequence number of data[0], host order (of a SYN with data: one more than in its header)
 * @ack: acknowledgement number, host order
 * @data: payload, unedited and linear; may be NULL if @len is 0
 * @len: bytes of payload; 0 for a pure ACK
 */
struct pptp_segment {
	u32 seq;
	u32 ack;
	const u8 *data;
	u32 len;
};

/**
 * enum pptp_verdict - what to do with a segment
 * @PPTP_PASS: send it on, with the edits applied
 * @PPTP_DROP: drop it; TCP will send the bytes again
 */
enum pptp_verdict {
	PPTP_PASS,
	PPTP_DROP,
};

/* Called for each edit of a segment, in ascending order of offset and without overlap. */
typedef void (*pptp_edit_fn)(void *ctx, const struct pptp_edit *edit);

/**
 * pptp_stream_segment() - parse one segment and decide its edits
 * @conn: the control connection
 * @from: the end that sent it
 * @seg: the segment; must carry the ACK flag. Its data must not change before the return:
 *	 either collect the edits or write them to a copy, or write them in place, as
 *	 bytes before the end of an edit are not read again
 * @edit: called for each edit; may also have been called when the verdict is PPTP_DROP
 * @ctx: first argument of @edit
 *
 * Runs the callbacks of conn->ops. Never allocates, takes any payload. Time is linear in
 * the length, plus one walk over the connection's calls for each call id in the segment.
 *
 * Context: any; the caller holds the lock that guards @conn, and no callback drops it.
 * Return: PPTP_PASS or PPTP_DROP.
 */
enum pptp_verdict pptp_stream_segment(struct pptp_conn *conn, enum pptp_end from,
				      const struct pptp_segment *seg,
				      pptp_edit_fn edit, void *ctx);

/**
 * pptp_stream_init() - set up one direction
 * @s: memory of the direction, any contents
 * @next: its first sequence number, or NULL if that is not known
 */
void pptp_stream_init(struct pptp_stream *s, const u32 *next);

#endif
