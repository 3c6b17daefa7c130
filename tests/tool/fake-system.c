// SPDX-License-Identifier: GPL-2.0
/*
 * The system's side for tests of the tool: files of /proc, /lib, /run and others are looked for
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
char *__real_realpath(const char *path, char *real);
char *__wrap_realpath(const char *path, char *real);
DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
int __wrap_execl(const char *path, const char *arg, ...);
int __wrap_execv(const char *path, char *const argv[]);
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
	static const char *const faked[] = {
		"/proc/", "/lib/", "/run/", "/sys/", "/dev/kmsg", "/var/lib/dkms", "/etc/",
	};
	unsigned int i;

	for (i = 0; i < sizeof(faked) / sizeof(faked[0]); i++)
		if (!strncmp(path, faked[i], strlen(faked[i])))
			return fake_path(path);
	return path;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return __real_fopen(redirect(path), mode);
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, int) : 0;
	va_end(ap);
	return __real_open(redirect(path), flags, mode);
}

char *__wrap_realpath(const char *path, char *real)
{
	return __real_realpath(redirect(path), real);
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

int __wrap_execv(const char *path, char *const argv[])
{
	return execvp(fake_path(path), argv);
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
