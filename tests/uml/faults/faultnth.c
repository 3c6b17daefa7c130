// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the first, second, third, ... allocation of one system call (or of all by which a program
 * talks to netlink) fail, through /proc/thread-self/fail-nth, from FIRST on and at most COUNT.
 *
 * usage: faultnth load FIRST COUNT MODULE.ko       finit_module(), unloaded after each success
 *        faultnth space FIRST COUNT                unshare(CLONE_NEWNET)
 *        faultnth write FIRST COUNT FILE VALUE UNDO    write(); undone after each success
 *        faultnth run FIRST COUNT LIBRARY COMMAND...   with faultcall.so put before its libraries
 *
 * Prints how many allocations failed, and how often the call failed with them. Exits with 0 if
 * no allocation was left to fail, with 3 if COUNT was reached before, with 1 on trouble.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HIT "/run/fault-hit"

enum { REST_LEFT = 3 };

static char **args;

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", file);
	close(fd);
}

/*
 * The next @n-th allocation of this task fails; 0: none. Return: was there one that did, since the
 * time before? The file stays open, as opening it would take memory.
 */
static int arm(long n)
{
	static int fd = -1;
	char text[24] = "";
	long left;

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) < 0)
		err(1, "fail-nth");
	left = atol(text);
	snprintf(text, sizeof(text), "%ld", n);
	if (pwrite(fd, text, strlen(text), 0) < 0)
		err(1, "fail-nth");
	return !left;
}

static void module_name(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/');

	snprintf(name, size, "%s", base ? base + 1 : path);
	name[strcspn(name, ".")] = '\0';
}

/* Somebody may look at it for a moment. */
static void unload(const char *name)
{
	int tries;

	for (tries = 0; syscall(SYS_delete_module, name, O_NONBLOCK) < 0; tries++) {
		if (errno != EAGAIN || tries == 200)
			err(1, "unload %s", name);
		usleep(10000);
	}
}

static int do_load(long n, int *hit)
{
	int fd = open(args[0], O_RDONLY | O_CLOEXEC), failed;
	char name[64];

	if (fd < 0)
		err(1, "%s", args[0]);
	module_name(args[0], name, sizeof(name));
	arm(n);
	failed = syscall(SYS_finit_module, fd, "", 0) < 0;
	*hit = arm(0);
	close(fd);
	if (!failed)
		unload(name);
	return failed;
}

static int do_write(long n, int *hit)
{
	int fd = open(args[0], O_WRONLY | O_CLOEXEC), failed;

	if (fd < 0)
		err(1, "%s", args[0]);
	arm(n);
	failed = write(fd, args[1], strlen(args[1])) < 0;
	*hit = arm(0);
	close(fd);
	if (!failed)
		put(args[0], args[2]);
	return failed;
}

/* What is done in a child. Its exit code: 1 if it failed, 2 if an allocation did. */
static int result_of(pid_t pid, int *hit)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		err(1, "child");
	*hit = WIFEXITED(status) && WEXITSTATUS(status) & 2;
	return !WIFEXITED(status) || WEXITSTATUS(status) & 1;
}

static int do_space(long n, int *hit)
{
	pid_t pid = fork();
	int failed;

	if (!pid) {
		arm(n);
		failed = unshare(CLONE_NEWNET) < 0;
		_exit(failed | arm(0) << 1);
	}
	return result_of(pid, hit);
}

/* The program says itself what happened, by the library that is put before its others. */
static int do_run(long n, int *hit)
{
	char text[24];
	pid_t pid;
	int failed;

	unlink(HIT);
	pid = fork();
	if (!pid) {
		snprintf(text, sizeof(text), "%ld", n);
		setenv("FAULT_NTH", text, 1);
		setenv("FAULT_HIT", HIT, 1);
		setenv("LD_PRELOAD", args[0], 1);
		execvp(args[1], args + 1);
		_exit(127);
	}
	failed = result_of(pid, hit);
	*hit = !access(HIT, F_OK);
	return failed;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*fn)(long n, int *hit);
	} calls[] = { { "load", 1, do_load }, { "space", 0, do_space }, { "write", 3, do_write },
		      { "run", 2, do_run } };
	long n, first, count, failed = 0, hits = 0;
	unsigned int i;
	int hit = 1;

	for (i = 0; argc > 3 && i < 4; i++)
		if (!strcmp(argv[1], calls[i].name) && argc >= 4 + calls[i].args)
			break;
	if (argc <= 3 || i == 4)
		errx(2, "usage: faultnth load|space|write|run FIRST COUNT [ARGUMENT...]");
	args = argv + 4;
	first = atol(argv[2]);
	count = atol(argv[3]);
	for (n = first; hit && n < first + count; n++) {
		failed += calls[i].fn(n, &hit) && hit;
		hits += hit;
	}
	printf("%s: allocations %ld to %ld failed, the call %ld times\n", argv[1], first,
	       first + hits - 1, failed);
	return hit ? REST_LEFT : 0;
}
