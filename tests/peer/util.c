// SPDX-License-Identifier: GPL-2.0
/* Small things that every mode of the test peers needs. */
#define _GNU_SOURCE
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void complain(const char *fmt, va_list ap, const char *tail)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	if (tail)
		fprintf(stderr, ": %s", tail);
	fputc('\n', stderr);
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap, NULL);
	va_end(ap);
	exit(1);
}

void die_errno(const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap, why);
	va_end(ap);
	exit(1);
}

void usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap, NULL);
	va_end(ap);
	fprintf(stderr, "Say '%s help' for the modes and their options.\n",
		program_invocation_short_name);
	exit(2);
}

u64 now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

u64 now_ms(void)
{
	return now_us() / 1000;
}

long number(const char *text, const char *what, long min, long max)
{
	char *end;
	long v;

	if (!text || !*text)
		usage_error("%s is missing its number", what);
	v = strtol(text, &end, 0);
	if (*end || v < min || v > max)
		usage_error("%s: '%s' is not a number from %ld to %ld", what, text, min, max);
	return v;
}

struct addr address(const char *text, u16 port)
{
	struct addr a = { 0 };
	struct sockaddr_in *v4 = (void *)&a.ss;
	struct sockaddr_in6 *v6 = (void *)&a.ss;

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		a.len = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		a.len = sizeof(*v6);
	} else {
		usage_error("'%s' is neither an IPv4 nor an IPv6 address", text);
	}
	return a;
}

u8 *addr_bytes(struct addr *a, size_t *len)
{
	if (a->ss.ss_family == AF_INET) {
		*len = 4;
		return (u8 *)&((struct sockaddr_in *)&a->ss)->sin_addr;
	}
	*len = 16;
	return (u8 *)&((struct sockaddr_in6 *)&a->ss)->sin6_addr;
}

bool addr_same_host(const struct addr *a, const struct addr *b)
{
	size_t la, lb;
	const u8 *x = addr_bytes((struct addr *)a, &la);
	const u8 *y = addr_bytes((struct addr *)b, &lb);

	return la == lb && !memcmp(x, y, la);
}

const char *addr_text(const struct addr *a)
{
	static char buf[4][INET6_ADDRSTRLEN];
	static int turn;
	char *out = buf[turn++ & 3];
	size_t len;

	inet_ntop(a->ss.ss_family, addr_bytes((struct addr *)a, &len), out, INET6_ADDRSTRLEN);
	return out;
}

void netns_enter(const char *name)
{
	char path[256];
	int fd;

	if (!name || !*name)
		return;
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die_errno("no network namespace '%s' (%s)", name, path);
	if (setns(fd, CLONE_NEWNET))
		die_errno("cannot enter network namespace '%s'", name);
	close(fd);
}

void set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		die_errno("cannot make fd %d non-blocking", fd);
}

void raise_file_limit(unsigned long want)
{
	struct rlimit r = { want, want };

	if (!setrlimit(RLIMIT_NOFILE, &r))
		return;
	if (getrlimit(RLIMIT_NOFILE, &r))
		die_errno("getrlimit");
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	if (r.rlim_cur < want)
		die("needs %lu open files, the limit is %lu: run as root or raise ulimit -n",
		    want, (unsigned long)r.rlim_cur);
}

u32 csum_add(u32 sum, const void *data, size_t len)
{
	const u8 *p = data;
	size_t i;

	for (i = 0; i + 1 < len; i += 2) {
		sum += get16(p + i);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	if (len & 1)
		sum += p[len - 1] << 8;
	return sum;
}

u16 csum_fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

bool file_exists(const char *path)
{
	return !access(path, F_OK);
}

void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		die_errno("cannot create %s", path);
	close(fd);
}

void socket_drain(int fd)
{
	char byte;

	while (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0)
		;
}

int run_mode(const char *program, const struct mode *mode, size_t modes, int argc, char **argv)
{
	bool help = argc < 2 || !strcmp(argv[1], "help");
	size_t i;

	if (help)
		printf("%s MODE [OPTION...]\n", program);
	for (i = 0; i < modes; i++) {
		if (help)
			printf("  %-7s %s\n", mode[i].name, mode[i].what);
		else if (!strcmp(mode[i].name, argv[1]))
			return mode[i].main(argc - 1, argv + 1);
	}
	if (!help)
		usage_error("no mode is called '%s'", argv[1]);
	return 0;
}
