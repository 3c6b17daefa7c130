// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: look at another network namespace. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "netns.h"
#include "out.h"
#include "vpnpass.h"

#define NETNS_DIR	"/run/netns"

static bool is_number(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == '\0';
}

/* A name as "ip netns" has it, else a path, else the number of a process. */
static int open_netns(const char *name)
{
	char path[512];
	int fd;

	if (strchr(name, '/'))
		return open(name, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 || errno != ENOENT || !is_number(name))
		return fd;
	snprintf(path, sizeof(path), "/proc/%s/ns/net", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The names there are, as many as fit. */
static void list_names(char *buf, size_t size)
{
	DIR *dir = opendir(NETNS_DIR);
	size_t len = 0;
	struct dirent *d;

	*buf = '\0';
	while (dir && (d = readdir(dir))) {
		if (*d->d_name == '.' || len + strlen(d->d_name) + 2 > size)
			continue;
		len += snprintf(buf + len, size - len, " %s", d->d_name);
	}
	if (dir)
		closedir(dir);
}

static int fail_open(const char *name, int err)
{
	char names[1024];

	if (err == EACCES || err == EPERM)
		return out_fail(VP_PERM, "network namespace '%s': %s; run it as root", name,
				strerror(err));
	if (err != ENOENT)
		return out_fail(VP_FAILED, "network namespace '%s': %s", name, strerror(err));
	list_names(names, sizeof(names));
	return out_fail(VP_FAILED, "there is no network namespace '%s'; a name in " NETNS_DIR
			" (there are:%s), a path or a process number would do", name,
			*names ? names : " none");
}

/**
 * netns_enter() - move this process to another network namespace
 * @name: a name in /run/netns, a path, or a process number
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int netns_enter(const char *name)
{
	int fd = open_netns(name), err;

	if (fd < 0)
		return fail_open(name, errno);
	err = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	switch (err) {
	case 0:
		return VP_OK;
	case EPERM:
		return out_fail(VP_PERM, "entering the network namespace '%s' is not permitted; "
				"run it as root", name);
	case EINVAL:
		return out_fail(VP_FAILED, "'%s' is not a network namespace", name);
	}
	return out_fail(VP_FAILED, "cannot enter the network namespace '%s': %s", name,
			strerror(err));
}
