/* SPDX-License-Identifier: GPL-2.0 */
/* What the fakes for tests of the tool share. */
#ifndef VPNPASS_FAKE_H
#define VPNPASS_FAKE_H

/* The path below $VPNPASS_FAKE, valid until the next call. */
const char *fake_path(const char *path);

#endif /* VPNPASS_FAKE_H */
