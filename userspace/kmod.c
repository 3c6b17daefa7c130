// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: kernel modules, ours and those in our way. */
#include <errno.h>
#include <linux/netfilter/nf_vpnpass.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kmod.h"
#include "out.h"
#include "vpnpass.h"

static const char *const modules[] = {
	[VPNPASS_PROTO_PPTP] = KMOD_INTREE_NAT,
	[VPNPASS_PROTO_L2TP] = "nf_nat_l2tp",
	[VPNPASS_PROTO_IPSEC] = "nf_nat_esp",
};

/**
 * kmod_of() - the module that helps a protocol
 * @proto: enum vpnpass_proto
 *
 * Return: its name.
 */
const char *kmod_of(unsigned int proto)
{
	return modules[proto];
}

/* Release of the running kernel. */
const char *kmod_release(void)
{
	static struct utsname un;

	uname(&un);
	return un.release;
}

/* Without depmod, as on OpenWrt, all modules are in one folder. */
static bool find_in_folder(const char *release, const char *name, char *path, size_t size)
{
	char file[512];
	FILE *f;

	snprintf(file, sizeof(file), "/lib/modules/%s/%s.ko", release, name);
	f = fopen(file, "re");
	if (!f)
		return false;
	fclose(f);
	if (path)
		snprintf(path, size, "%s", file);
	return true;
}

/**
 * kmod_find() - look for a module of a kernel
 * @release: kernel
 * @name: module
 * @path: becomes where it is, NULL if that does not matter
 * @size: of the memory for @path
 *
 * Return: whether depmod has listed it, or it is there if nothing has been listed.
 */
bool kmod_find(const char *release, const char *name, char *path, size_t size)
{
	char list[512], line[4096], want[64];
	bool found = false;
	FILE *f;

	snprintf(list, sizeof(list), "/lib/modules/%s/modules.dep", release);
	snprintf(want, sizeof(want), "/%s.ko", name);
	f = fopen(list, "re");
	if (!f)
		return find_in_folder(release, name, path, size);
	while (!found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, want);
	}
	fclose(f);
	if (found && path)
		snprintf(path, size, "/lib/modules/%s/%s", release, line);
	return found;
}

/**
 * kmod_installed() - could modprobe find a module?
 * @name: module
 *
 * Return: whether it is there for the running kernel.
 */
bool kmod_installed(const char *name)
{
	return kmod_find(kmod_release(), name, NULL, 0);
}

/**
 * kmod_get() - look a module up in /proc/modules
 * @name: module
 * @mod: to be filled; not loaded if the file can't be read
 */
void kmod_get(const char *name, struct kmod *mod)
{
	FILE *f = fopen("/proc/modules", "re");
	char line[512], found[65], users[128];
	unsigned int refs;
	size_t len;

	memset(mod, 0, sizeof(*mod));
	while (f && !mod->loaded && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%64s %*u %u %127s", found, &refs, users) != 3 ||
		    strcmp(found, name))
			continue;
		mod->loaded = true;
		mod->refs = refs;
		len = strcspn(users, "[-");	/* [permanent] */
		while (len && users[len - 1] == ',')
			len--;
		memcpy(mod->users, users, len);
	}
	if (f)
		fclose(f);
}

/* Has the kernel a module of this name too? */
bool kmod_is_intree(const char *name)
{
	return !strcmp(name, KMOD_INTREE_NAT);
}

/* Is the kernel's own PPTP helper loaded? */
bool kmod_intree_loaded(void)
{
	struct kmod mod;

	kmod_get(KMOD_INTREE_TRACK, &mod);
	return mod.loaded;
}

/* Run a program of kmod's as the administrator would; it speaks for itself on stderr. */
static int run(const char *program, const char *module)
{
	char path[64];
	pid_t pid;
	int status;

	snprintf(path, sizeof(path), "/sbin/%s", program);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		execl(path, program, module, (char *)NULL);
		out_fail(VP_FAILED, "cannot run %s: %s; install the package kmod", path,
			 strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/**
 * struct intree - the kernel's own PPTP helper
 * @track: its connection tracking half
 * @nat: its NAT half, or our module of that name if @track is not loaded
 */
struct intree {
	struct kmod track;
	struct kmod nat;
};

static void intree_get(struct intree *in)
{
	kmod_get(KMOD_INTREE_TRACK, &in->track);
	kmod_get(KMOD_INTREE_NAT, &in->nat);
}

/* Say who uses it, besides its NAT half the other one. */
static int fail_intree_used(const struct intree *in)
{
	unsigned int inner = strstr(in->track.users, KMOD_INTREE_NAT) ? 1 : 0;
	const char *users = in->nat.refs ? in->nat.users : in->track.users;
	unsigned int refs = in->nat.refs + in->track.refs - inner;

	if (!refs)
		return VP_OK;
	if (*users && strcmp(users, KMOD_INTREE_NAT))
		return out_fail(VP_FAILED, "the kernel's own PPTP helper (%s) is in the way, in use "
				"by the module %s; unload that and try again", KMOD_INTREE_TRACK,
				users);
	return out_fail(VP_FAILED, "the kernel's own PPTP helper (%s) is in the way, in use by nft "
			"or iptables rules (%u) with its \"ct helper\"; delete them and try again",
			KMOD_INTREE_TRACK, refs);
}

static int intree_unload(const struct intree *in)
{
	if ((in->nat.loaded && run("rmmod", KMOD_INTREE_NAT)) || run("rmmod", KMOD_INTREE_TRACK))
		return out_fail(VP_FAILED, "the kernel's own PPTP helper (%s) is in the way and "
				"cannot be unloaded; see above", KMOD_INTREE_TRACK);
	out_note("unloaded the kernel's own PPTP helper (%s), which nobody used",
		 KMOD_INTREE_TRACK);
	return VP_OK;
}

static int check_loadable(const char *name)
{
	if (geteuid())
		return out_fail(VP_PERM, "the module %s is not loaded, and only root can load it; "
				"run it as root", name);
	if (!kmod_installed(KMOD_CORE) || !kmod_installed(name))
		return out_fail(VP_ABSENT, "the module %s is not installed for this kernel (%s); "
				"build and install it with: make && make install", name,
				kmod_release());
	return VP_OK;
}

/**
 * kmod_load() - load a module of ours and those that it needs
 * @name: module
 *
 * The kernel's own PPTP helper has the names and the port that our PPTP module needs.
 * It is unloaded first, provided that nobody uses it and ours is there to follow.
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int kmod_load(const char *name)
{
	struct intree in = { .track.loaded = false };
	int rc;

	if (kmod_is_intree(name))
		intree_get(&in);
	rc = in.track.loaded ? fail_intree_used(&in) : VP_OK;
	if (!rc)
		rc = check_loadable(name);
	if (!rc && in.track.loaded)
		rc = intree_unload(&in);
	if (!rc && run("modprobe", name))
		rc = out_fail(VP_ABSENT, "the module %s cannot be loaded; see above and the kernel's "
			      "log (dmesg)", name);
	return rc;
}
