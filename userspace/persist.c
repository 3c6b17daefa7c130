// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass tool: read the configuration file, change it safely.
 *
 * A new file is written beside the old one, synced, and takes its name at the end, so that there
 * is a whole file at any time. The new one has a fixed name and is locked: two instances
 * take turns, and what one of them leaves behind when it is killed is used by the next one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "out.h"
#include "persist.h"

#define LOCK_SECONDS	5
#define LOCK_TRIES	(LOCK_SECONDS * 50)
#define ROOM		512	/* bytes by which a file may grow */

static const char head[] =
	"# What vpnpass.service applies at boot, see vpnpass.conf(5)\n";

static int fail_file(const char *doing, const char *name, int err)
{
	if (err == EACCES || err == EPERM)
		return out_fail(VP_PERM, "cannot %s %s: %s; run it as root", doing, name,
				strerror(err));
	return out_fail(VP_FAILED, "cannot %s %s: %s", doing, name, strerror(err));
}

static int fail_memory(void)
{
	return out_fail(VP_FAILED, "out of memory");
}

/* Read all there is, one byte more than allowed at most. Gives the length or a negative errno. */
static ssize_t read_all(int fd, char *text)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, text + len, CONFIG_SIZE_MAX + 1 - len);
		if (n > 0)
			len += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : (ssize_t)len;
}

/* Read and parse what is open as @fd. Its errors are not looked at. */
static int parse_fd(int fd, const char *name, struct config *c)
{
	char *text = malloc(CONFIG_SIZE_MAX + 1);
	ssize_t len;
	int rc = VP_OK;

	*c = (struct config){ .nlines = 0 };
	if (!text)
		return fail_memory();
	len = read_all(fd, text);
	if (len < 0)
		rc = fail_file("read", name, -len);
	else if (len > CONFIG_SIZE_MAX)
		rc = out_fail(VP_FAILED, "%s has more than %d bytes; is it the right file?", name,
			      CONFIG_SIZE_MAX);
	else if (config_parse(c, text, len))
		rc = fail_memory();
	free(text);
	return rc;
}

/* Say all that is wrong with a file. */
static int fail_errors(const char *name, const struct config *c)
{
	size_t i;

	if (!c->nerrors)
		return VP_OK;
	for (i = 0; i < c->nerrors; i++)
		out_fail(VP_FAILED, "%s:%u: %s", name, c->errors[i].line, c->errors[i].text);
	return out_fail(VP_FAILED, "nothing was changed; mend %s, see vpnpass.conf(5)", name);
}

/**
 * persist_read() - read a configuration file
 * @name: its path, "-" for standard input
 * @c: to be filled; for config_free() in any case
 *
 * Return: VP_OK if there is no error in it, or an exit code after saying what is wrong.
 */
int persist_read(const char *name, struct config *c)
{
	bool standard = !strcmp(name, "-");
	int fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	int rc;

	*c = (struct config){ .nlines = 0 };
	if (standard)
		name = "standard input";
	if (fd < 0)
		return fail_file("read", name, errno);
	rc = parse_fd(fd, name, c);
	if (!standard)
		close(fd);
	return rc ? rc : fail_errors(name, c);
}

/* Where a file is that may not exist yet, or whose folder does not. */
static int find_path(struct persist *p)
{
	const char *slash = strrchr(p->name, '/');
	const char *base = slash ? slash + 1 : p->name;
	char folder[PATH_MAX], real[PATH_MAX];

	if (realpath(p->name, p->path))
		return 0;
	if (errno != ENOENT || strlen(p->name) >= sizeof(folder))
		return -errno;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(base - p->name) : 1,
		 slash ? p->name : ".");
	if (!realpath(folder, real))
		return -errno;
	if (snprintf(p->path, sizeof(p->path), "%s/%s", real, base) >= (int)sizeof(p->path))
		return -ENAMETOOLONG;
	return 0;
}

static int name_temp(struct persist *p)
{
	const char *base = strrchr(p->path, '/') + 1;
	int len = snprintf(p->temp, sizeof(p->temp), "%.*s.%s.new", (int)(base - p->path), p->path,
			   base);

	return len < (int)sizeof(p->temp) ? 0 : -ENAMETOOLONG;
}

/* Is what we have locked still the file of that name? */
static bool is_current(int fd, const char *path)
{
	struct stat have, there;

	return !fstat(fd, &have) && !lstat(path, &there) && have.st_dev == there.st_dev &&
	       have.st_ino == there.st_ino;
}

/* One try. -EAGAIN: somebody else has it, or has just let go of it. */
static int try_lock(struct persist *p)
{
	struct stat st;
	int err = 0;

	p->fd = open(p->temp, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (p->fd < 0)
		return -errno;
	if (fstat(p->fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_nlink > 1)
		err = st.st_nlink ? -EEXIST : -EAGAIN;
	else if (flock(p->fd, LOCK_EX | LOCK_NB))
		err = -errno;
	else if (!is_current(p->fd, p->temp))
		err = -EAGAIN;
	if (err) {
		close(p->fd);
		p->fd = -1;
	}
	return err;
}

static int lock(struct persist *p)
{
	const struct timespec pause = { .tv_nsec = 1000000000 / 50 };
	int i, err = -EAGAIN;

	for (i = 0; i < LOCK_TRIES && err == -EAGAIN; i++) {
		if (i)
			nanosleep(&pause, NULL);
		err = try_lock(p);
	}
	if (err == -EAGAIN)
		return out_fail(VP_FAILED, "another vpnpass has been changing %s for %d seconds; "
				"wait for it or end it", p->name, LOCK_SECONDS);
	if (err == -EEXIST || err == -ELOOP)
		return out_fail(VP_FAILED, "%s is in the way of changing %s; remove it", p->temp,
				p->name);
	return err ? fail_file("change", p->name, -err) : VP_OK;
}

static int read_old(struct persist *p)
{
	int fd = open(p->path, O_RDONLY | O_CLOEXEC);
	int rc;

	p->exists = fd >= 0;
	if (fd < 0 && errno == ENOENT)
		return config_parse(&p->config, head, strlen(head)) ? fail_memory() : VP_OK;
	if (fd < 0)
		return fail_file("read", p->name, errno);
	rc = parse_fd(fd, p->name, &p->config);
	close(fd);
	return rc ? rc : fail_errors(p->name, &p->config);
}

/* Take the room that the new file needs, before anything is done that it shall tell of. */
static int reserve(const struct persist *p)
{
	size_t len = ROOM, i;
	int err;

	for (i = 0; i < p->config.nlines; i++)
		len += p->config.lines[i].len;
	err = posix_fallocate(p->fd, 0, len);
	if (!err || err == EOPNOTSUPP || err == ENOSYS)
		return VP_OK;
	return out_fail(VP_FAILED, "cannot write %s: %s; nothing was changed", p->name,
			strerror(err));
}

/**
 * persist_open() - get ready to change the configuration file, if that is wanted
 * @p: to be filled; for persist_close() in any case
 * @opt: says whether, and which file
 *
 * No other instance can change the file until it is closed.
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int persist_open(struct persist *p, const struct options *opt)
{
	int err, rc;

	memset(p, 0, sizeof(*p));
	p->fd = -1;
	if (!opt->persist)
		return VP_OK;
	p->name = opt->config_file ? opt->config_file : PERSIST_FILE;
	err = find_path(p);
	if (!err)
		err = name_temp(p);
	if (err)
		return fail_file("change", p->name, -err);
	rc = lock(p);
	if (!rc)
		rc = read_old(p);
	return rc ? rc : reserve(p);
}

/**
 * persist_set() - set a key in the file, or nothing if that was not wanted
 * @p: open file
 * @key: index in config_keys; of a mode the protocol
 * @value: a value that it may have
 * @lan: of a block its interface, or ""
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int persist_set(struct persist *p, unsigned int key, unsigned int value, const char *lan)
{
	const struct config_value *v = &p->config.values[key];

	if (!p->name || (v->line && v->value == value && !strcmp(v->lan, lan)))
		return VP_OK;
	p->changed = true;
	return config_set(&p->config, key, value, lan) ? fail_memory() : VP_OK;
}

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
	return 0;
}

/* Owner and mode of the old file, if there is one. */
static int adopt(const struct persist *p)
{
	struct stat old, new;

	if (!p->exists)
		return fchmod(p->fd, 0644) ? -errno : 0;
	if (stat(p->path, &old) || fstat(p->fd, &new))
		return -errno;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(p->fd, old.st_uid, old.st_gid))
		return -errno;
	return fchmod(p->fd, old.st_mode & 07777) ? -errno : 0;
}

/* The new name shall survive a power failure too; a file system that can't say so is left be. */
static void sync_folder(const struct persist *p)
{
	char folder[PATH_MAX];
	int fd;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(p->path, '/') + 1 - p->path),
		 p->path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static int replace(struct persist *p, const char *text, size_t len)
{
	int err;

	err = write_all(p->fd, text, len);
	if (!err && ftruncate(p->fd, len))
		err = -errno;
	if (!err)
		err = adopt(p);
	if (!err && fsync(p->fd))
		err = -errno;
	if (!err && rename(p->temp, p->path))
		err = -errno;
	if (err)
		return err;
	*p->temp = '\0';
	sync_folder(p);
	return 0;
}

/**
 * persist_save() - write the file, whole or not at all
 * @p: open file, or none if that was not wanted
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int persist_save(struct persist *p)
{
	size_t len;
	char *text;
	int err;

	if (!p->changed)
		return VP_OK;
	text = config_text(&p->config, &len);
	if (!text)
		return fail_memory();
	err = replace(p, text, len);
	free(text);
	if (err)
		return out_fail(err == -EPERM || err == -EACCES ? VP_PERM : VP_FAILED,
				"cannot write %s: %s; it is as it was, what runs now has changed "
				"all the same", p->name, strerror(-err));
	return VP_OK;
}

/* Let go of the file, and let the next instance have it. */
void persist_close(struct persist *p)
{
	config_free(&p->config);
	if (p->fd < 0)
		return;
	if (*p->temp)
		unlink(p->temp);
	close(p->fd);
}
