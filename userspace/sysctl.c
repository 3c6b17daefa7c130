// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: net.netfilter.nf_vpnpass.*, of this network namespace. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "sysctl.h"

static void path_of(const char *name, char *path, size_t size)
{
	snprintf(path, size, "/proc/sys/net/netfilter/nf_vpnpass/%s", name);
}

/**
 * sysctl_get() - read a number
 * @name: below net.netfilter.nf_vpnpass
 * @value: to be set
 *
 * Return: 0 or a negative errno, -ENOENT if its module is not loaded.
 */
int sysctl_get(const char *name, unsigned int *value)
{
	char path[128];
	int err = 0;
	FILE *f;

	path_of(name, path, sizeof(path));
	f = fopen(path, "re");
	if (!f)
		return -errno;
	if (fscanf(f, "%u", value) != 1)
		err = -EIO;
	fclose(f);
	return err;
}

/**
 * sysctl_set() - write a number
 * @name: below net.netfilter.nf_vpnpass
 * @value: number
 *
 * Return: 0 or a negative errno.
 */
int sysctl_set(const char *name, unsigned int value)
{
	char path[128], text[16];
	int fd, len, n, err = 0;

	path_of(name, path, sizeof(path));
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = snprintf(text, sizeof(text), "%u\n", value);
	n = write(fd, text, len);
	if (n != len)
		err = n < 0 ? -errno : -EIO;
	close(fd);
	return err;
}
