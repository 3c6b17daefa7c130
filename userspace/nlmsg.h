/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: netlink messages. */
#ifndef VPNPASS_NLMSG_H
#define VPNPASS_NLMSG_H

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>

/**
 * nlmsg_fits() - is there a whole message?
 * @nlh: message
 * @len: how much there is
 *
 * Return: as mnl_nlmsg_ok(), which takes a length of 2 GiB for a negative one.
 */
static inline bool nlmsg_fits(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (unsigned int)len;
}

/* The kernel's errors go down to this. */
#define NLMSG_ERRNO_MIN	-4095

/**
 * nlmsg_errno() - is it an error of the kernel's?
 * @code: from an acknowledgement
 *
 * Return: @code, if it is 0 or a negative errno; else -EBADMSG.
 */
static inline int nlmsg_errno(int code)
{
	return code > 0 || code < NLMSG_ERRNO_MIN ? -EBADMSG : code;
}

#endif /* VPNPASS_NLMSG_H */
