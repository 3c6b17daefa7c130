// SPDX-License-Identifier: GPL-2.0
/*
 * The system's side for tests of the tool: files of /proc, /lib and /run are looked for
 * below $VPNPASS_FAKE, programs too, and the user is root unless $VPNPASS_FAKE_UID
 * says otherwise. The linker puts these in the place of the C library's functions
 * (--wrap).
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "fake.h"

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
int __wrap_execl(const char *path, const char *arg, ...);
uid_t __wrap_geteuid(void);
int __wrap_uname(struct utsname *un);

const char *fake_path(const char *path)
{
	static char buf[1024];
	const char *root = getenv("VPNPASS_FAKE");

	snprintf(buf, sizeof(buf), "%s%s", root ? root : "/nonexistent", path);
	return buf;
}

static const char *redirect(const char *path)
{
	if (!strncmp(path, "/proc/", 6) || !strncmp(path, "/lib/", 5) ||
	    !strncmp(path, "/run/", 5))
		return fake_path(path);
	return path;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return __real_fopen(redirect(path), mode);
}

int __wrap_open(const char *path, int flags, ...)
{
	return __real_open(redirect(path), flags);
}

DIR *__wrap_opendir(const char *path)
{
	return __real_opendir(redirect(path));
}

int __wrap_execl(const char *path, const char *arg, ...)
{
	const char *module;
	va_list ap;

	va_start(ap, arg);
	module = va_arg(ap, const char *);
	va_end(ap);
	return execlp(fake_path(path), arg, module, (char *)NULL);
}

uid_t __wrap_geteuid(void)
{
	const char *uid = getenv("VPNPASS_FAKE_UID");

	return uid ? atoi(uid) : 0;
}

int __wrap_uname(struct utsname *un)
{
	memset(un, 0, sizeof(*un));
	strcpy(un->release, "6.1.0-test");
	return 0;
}
