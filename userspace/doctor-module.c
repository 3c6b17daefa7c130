// SPDX-License-Identifier: GPL-2.0
/* vpnpass doctor: are the modules there, and if not, why? */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"
#include "kmod.h"

#define DKMS_DIR	"/var/lib/dkms/vpnpass"
#define MODULES_DIR	"/lib/modules"
#define SIGNATURE_END	"~Module signature appended~\n"

/* What the kernel says when it takes a module not. */
static const struct complaint {
	const char *words;
	bool refused;	/* for its signature; else as it is made for another kernel */
} complaints[] = {
	{ "module loading is restricted", true },
	{ "Loading of unsigned module is rejected", true },
	{ "Loading of module with", true },
	{ "not signed with a trusted key", true },
	{ "nf_vpnpass: version magic", false },
	{ "nf_vpnpass: disagrees about version", false },
	{ "nf_vpnpass: Unknown symbol", false },
};

/* Kernels that have our core, apart from the running one, as many as fit. */
static bool other_kernels(char *buf, size_t size)
{
	DIR *dir = opendir(MODULES_DIR);
	struct dirent *e;
	size_t len = 0;

	*buf = '\0';
	while (dir && (e = readdir(dir))) {
		if (*e->d_name == '.' || !strcmp(e->d_name, kmod_release()) ||
		    !kmod_find(e->d_name, KMOD_CORE, NULL, 0) ||
		    len + strlen(e->d_name) + 3 > size)
			continue;
		len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "", e->d_name);
	}
	if (dir)
		closedir(dir);
	return len;
}

/* The version that DKMS knows; false if it knows none. */
static bool dkms_version(char *buf, size_t size)
{
	DIR *dir = opendir(DKMS_DIR);
	struct dirent *e;
	bool any = false;

	while (dir && (e = readdir(dir))) {
		if (*e->d_name < '0' || *e->d_name > '9')
			continue;
		snprintf(buf, size, "%.*s", (int)size - 1, e->d_name);
		any = true;
	}
	if (dir)
		closedir(dir);
	return any;
}

static bool exists(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void not_built(struct doctor *d)
{
	char others[256], version[64], path[512];

	if (other_kernels(others, sizeof(others)))
		found(d, DOCTOR_ALL, SEV_FAIL, "module-other-kernel", "The modules are installed "
		      "for other kernels (%s), but not for the running one (%s).", others,
		      kmod_release());
	else
		found(d, DOCTOR_ALL, SEV_FAIL, "module-not-installed", "The modules are neither "
		      "loaded nor installed for this kernel (%s).", kmod_release());
	if (!dkms_version(version, sizeof(version)))
		mend(d, "make && make install");
	else
		mend(d, "dkms install vpnpass/%s -k %s", version, kmod_release());
	snprintf(path, sizeof(path), MODULES_DIR "/%s/build/Makefile", kmod_release());
	if (!exists(path)) {
		found(d, DOCTOR_ALL, SEV_FAIL, "headers-missing", "The headers of this kernel are "
		      "not installed, so that the modules can't be built for it.");
		mend(d, "apt-get install linux-headers-%s", kmod_release());
	}
	snprintf(path, sizeof(path), DKMS_DIR "/%s/build/make.log", version);
	if (dkms_version(version, sizeof(version)) && exists(path)) {
		found(d, DOCTOR_ALL, SEV_FAIL, "dkms-build-failed", "DKMS has tried to build the "
		      "modules and failed; its log says why.");
		mend(d, "tail %s", path);
	}
}

/* Does the kernel take signed modules only? */
static bool signature_needed(void)
{
	char line[128] = "";
	FILE *f;

	f = fopen("/sys/module/module/parameters/sig_enforce", "re");
	if (f && fgets(line, sizeof(line), f) && *line == 'Y') {
		fclose(f);
		return true;
	}
	if (f)
		fclose(f);
	f = fopen("/sys/kernel/security/lockdown", "re");
	if (f && !fgets(line, sizeof(line), f))
		*line = '\0';
	if (f)
		fclose(f);
	return strstr(line, "[integrity]") || strstr(line, "[confidentiality]");
}

/* A compressed module may hide its signature: no answer is taken for yes. */
static bool is_signed(const char *path)
{
	char end[sizeof(SIGNATURE_END)] = "";
	FILE *f;

	if (strcmp(path + strlen(path) - 3, ".ko"))
		return true;
	f = fopen(path, "re");
	if (!f)
		return true;
	if (fseek(f, -(long)strlen(SIGNATURE_END), SEEK_END) ||
	    fread(end, 1, strlen(SIGNATURE_END), f) != strlen(SIGNATURE_END))
		*end = '\0';
	fclose(f);
	return !strcmp(end, SIGNATURE_END);
}

/* What the kernel's log says about a module that was not taken. */
static const struct complaint *complained(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const struct complaint *last = NULL;
	char line[8192];
	unsigned int i;
	ssize_t n;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, line, sizeof(line) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		line[n < 0 ? 0 : n] = '\0';
		for (i = 0; i < ARRAY_SIZE(complaints); i++)
			if (strstr(line, complaints[i].words))
				last = &complaints[i];
	}
	close(fd);
	return last;
}

static void not_signed(struct doctor *d, bool tried)
{
	found(d, DOCTOR_ALL, SEV_FAIL, "module-unsigned", "Secure Boot: this kernel takes only "
	      "modules that are signed with a key it trusts, and %s.", tried ?
	      "has refused one (\"Key was rejected\")" : "ours are not signed");
	mend(d, "mokutil --import /var/lib/dkms/mok.pub && reboot");
}

static void not_loaded(struct doctor *d)
{
	const struct complaint *c = complained();
	char path[512] = "";

	kmod_find(kmod_release(), KMOD_CORE, path, sizeof(path));
	if (signature_needed() && (!is_signed(path) || (c && c->refused))) {
		not_signed(d, c && c->refused);
	} else if (c && !c->refused) {
		found(d, DOCTOR_ALL, SEV_FAIL, "module-mismatch", "The modules that are installed "
		      "were built for another kernel than the running one (%s), which has "
		      "refused them.", kmod_release());
		mend(d, "make clean && make && make install");
	} else {
		found(d, DOCTOR_ALL, SEV_FAIL, "module-absent", "The modules are not loaded.");
		mend(d, "vpnpass enable %s", proto_name(__builtin_ctz(d->protos)));
	}
}

/* The core: loaded, answering, of our ABI? */
void doctor_module(struct doctor *d, unsigned int proto)
{
	switch (d->err) {
	case 0:
		found(d, proto, SEV_OK, "module", "The modules are loaded and answer.");
		break;
	case -ENOENT:
		if (kmod_installed(KMOD_CORE))
			not_loaded(d);
		else
			not_built(d);
		break;
	case -EPROTONOSUPPORT:
		found(d, proto, SEV_FAIL, "module-abi", "The loaded module speaks ABI version %u, "
		      "this tool version %u; they must be of one release.", d->version,
		      VPNPASS_FAMILY_VERSION);
		mend(d, "make && make install");
		break;
	default:
		found(d, proto, SEV_FAIL, "module-mute", "The module does not answer: %s.",
		      strerror(-d->err));
		mend(d, "dmesg | grep vpnpass");
	}
}

/* Of one protocol: module and mode. */
void doctor_mode(struct doctor *d, unsigned int proto)
{
	const struct rec *rec = recs_of_proto(&d->states, proto);
	const char *name = proto_name(proto);
	char buf[REC_BUF];

	if (d->err)
		return;
	if (!rec) {
		found(d, proto, SEV_FAIL, "protocol-absent", "Its module %s is not loaded.",
		      kmod_of(proto));
		mend(d, "vpnpass enable %s", name);
	} else if (rec_num(rec, VPNPASS_A_MODE) == VPNPASS_MODE_OFF) {
		found(d, proto, SEV_FAIL, "mode-off", "Its mode is off: plain NAT, no help.");
		mend(d, "vpnpass enable %s", name);
	} else {
		found(d, proto, SEV_OK, "mode", "Its module is loaded, its mode is %s.",
		      rec_name(rec, VPNPASS_A_MODE, buf));
	}
}
