/* SPDX-License-Identifier: GPL-2.0 */
/* What the fakes for tests of the tool share. */
#ifndef VPNPASS_FAKE_H
#define VPNPASS_FAKE_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

/* The path below $VPNPASS_FAKE, valid until the next call. */
const char *fake_path(const char *path);

/* Answers of the fake kernel: a message is begun, attributes are added, it is ended. */
struct nlmsghdr *fake_begin(uint16_t type, uint16_t flags);
void fake_end(struct nlmsghdr *nlh);
void fake_error(int err);
void fake_done(void);
void fake_seq(uint32_t seq);

void fake_nft(const struct nlmsghdr *nlh, size_t size);

#endif /* VPNPASS_FAKE_H */
