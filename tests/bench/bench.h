/* SPDX-License-Identifier: GPL-2.0 */
/* What the benchmark's packet sources share. */
#ifndef BENCH_H
#define BENCH_H

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

/* A raw socket in a network namespace, which this process is in from then on. */
static inline int socket_in(const char *netns)
{
	const int one = 1;
	int ns = open(netns, O_RDONLY | O_CLOEXEC), fd;

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die(netns);
	close(ns);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one)))
		die("socket");
	return fd;
}

#endif
