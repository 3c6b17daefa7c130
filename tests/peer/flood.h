/* SPDX-License-Identifier: GPL-2.0 */
/* PPTP in bulk: thousands of control connections and calls, past the kernel's own TCP. */
#ifndef PEER_FLOOD_H
#define PEER_FLOOD_H

#include "frame.h"
#include "msg.h"

#define FLOOD_SEGMENT	1400	/* bytes of messages in a segment at most */

#define FLOOD_FRAME	2048	/* bytes of a frame at most */

/* Read the next frame with an IPv4 packet that came in into FLOOD_FRAME bytes; false if there is none. */
bool flood_frame(struct port *p, u8 *frame, size_t *len);

/* Modes, one per file. */
int calls_main(int argc, char **argv);
int answer_main(int argc, char **argv);
int raw_main(int argc, char **argv);

#endif
