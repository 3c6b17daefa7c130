// SPDX-License-Identifier: GPL-2.0
/*
 * Put before a program's libraries: of the allocations that the kernel makes while the program
 * sends to a socket or receives from one, number FAULT_NTH fails. The file FAULT_HIT is made then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int file = -1;
static long left;

static void put(long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", n);
	if (pwrite(file, text, strlen(text), 0) < 0)
		abort();
}

static void begin(void)
{
	if (file < 0) {
		left = atol(getenv("FAULT_NTH"));
		file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		if (file < 0)
			abort();
	}
	put(left);
}

static long end(long result)
{
	int error = errno;
	char text[24] = "";

	if (left && pread(file, text, sizeof(text) - 1, 0) < 0)
		abort();
	put(0);
	if (left && !atol(text))
		close(open(getenv("FAULT_HIT"), O_CREAT | O_WRONLY, 0600));
	left = atol(text);
	errno = error;
	return result;
}

ssize_t sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *to,
	       socklen_t size)
{
	begin();
	return end(syscall(SYS_sendto, fd, data, len, flags, to, size));
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	begin();
	return end(syscall(SYS_sendmsg, fd, msg, flags));
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	begin();
	return end(syscall(SYS_recvmsg, fd, msg, flags));
}
