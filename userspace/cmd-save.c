// SPDX-License-Identifier: GPL-2.0
/* vpnpass save: what the modules know of running tunnels, as JSON, for vpnpass load. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "genl.h"
#include "out.h"
#include "rec.h"
#include "vpnpass.h"

static json_t *saved_json(const struct recs *recs)
{
	json_t *root = out_json_new(), *list = json_array(), *obj;
	size_t i;

	json_object_set_new(root, "records", list);
	for (i = 0; i < recs->n; i++) {
		obj = json_object();
		rec_json(&recs->v[i], obj);
		json_array_append_new(list, obj);
	}
	return root;
}

static int write_file(int fd, const json_t *root)
{
	FILE *file = fdopen(fd, "w");
	int err = 0;

	if (!file) {
		err = -errno;
		close(fd);
		return err;
	}
	if (json_dumpf(root, file, JSON_INDENT(2)) || putc('\n', file) == EOF || fflush(file) ||
	    (fsync(fd) && errno != EINVAL))
		err = errno ? -errno : -EIO;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

/* Whole or not at all; only its owner may read it. */
static int replace_file(const char *name, const json_t *root)
{
	char *temp;
	int fd, err;

	if (asprintf(&temp, "%s.XXXXXX", name) < 0)
		return -ENOMEM;
	fd = mkostemp(temp, O_CLOEXEC);
	err = fd < 0 ? -errno : write_file(fd, root);
	if (!err && rename(temp, name))
		err = -errno;
	if (err && fd >= 0)
		unlink(temp);
	free(temp);
	return err;
}

/* What is no regular file (a pipe, /dev/stdout) can't be replaced. */
static int write_to(const char *name, const json_t *root)
{
	struct stat st;
	int fd;

	if (stat(name, &st) || S_ISREG(st.st_mode))
		return replace_file(name, root);
	fd = open(name, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : write_file(fd, root);
}

static int save(const char *name, const struct recs *recs)
{
	json_t *root = saved_json(recs);
	int err;

	if (!name || !strcmp(name, "-"))
		return out_json(root, false);
	err = write_to(name, root);
	json_decref(root);
	if (err)
		return out_fail(err == -EACCES || err == -EPERM ? VP_PERM : VP_FAILED,
				"cannot write %s: %s", name, strerror(-err));
	return VP_OK;
}

int cmd_save(const struct options *opt, int argc, char **argv)
{
	struct recs recs = { NULL, 0 };
	struct genl g;
	int rc, err;

	(void)opt;
	if (argc > 1)
		return out_fail(VP_USAGE, "'save' takes one file, but there is '%s' too", argv[1]);
	rc = genl_open_or_fail(&g);
	if (!rc) {
		err = recs_dump(&recs, &g, VPNPASS_CMD_RECORD_GET);
		if (err == -EOPNOTSUPP)
			rc = out_fail(VP_ABSENT, "the loaded module is older than this tool and "
					"can't save tunnels; load the new one");
		else if (err)
			rc = genl_fail(&g, err, "cannot save the tunnels");
	}
	genl_close(&g);
	if (!rc)
		rc = save(argc ? argv[0] : NULL, &recs);
	recs_free(&recs);
	return rc;
}
