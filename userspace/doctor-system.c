// SPDX-License-Identifier: GPL-2.0
/* vpnpass doctor: the system around the modules. */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include "doctor.h"
#include "sysfs.h"

#define SYSCTL_DIR	"/etc/sysctl.d"
#define LOAD_DIR	"/etc/modules-load.d"
#define MTU_USUAL	1500

/* What status shows too; that the module is absent has been said better. */
void doctor_problems(struct doctor *d, unsigned int proto)
{
	bool table = false, forwarding = false;
	struct problems p;
	unsigned int i;

	problems_all(&p, !d->err, &d->states);
	for (i = 0; i < p.n; i++) {
		if (!strcmp(p.v[i].id, "module-absent"))
			continue;
		table |= !strcmp(p.v[i].id, "conntrack-full");
		forwarding |= !strcmp(p.v[i].id, "no-forwarding");
		found(d, proto, SEV_FAIL, p.v[i].id, "%s", p.v[i].text);
		if (!strcmp(p.v[i].id, "conntrack-full"))
			mend(d, "sysctl -w net.netfilter.nf_conntrack_max=%ld", 2 *
			     sysfs_number("/proc/sys/net/netfilter/nf_conntrack_max"));
		else
			mend(d, "%s", p.v[i].fix);
	}
	if (!forwarding)
		found(d, proto, SEV_OK, "forwarding", "IPv4 packets are forwarded.");
	if (!table)
		found(d, proto, SEV_OK, "conntrack", "The connection table has room.");
}

/* Does an uncommented line of a file contain @word? */
static bool file_says(const char *path, const char *word)
{
	FILE *f = fopen(path, "re");
	char line[512];
	bool says = false;

	while (f && !says && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "#;\n")] = '\0';
		says = strstr(line, word);
	}
	if (f)
		fclose(f);
	return says;
}

/* Old advice in a file of the configuration. */
static void look_into(struct doctor *d, const char *path)
{
	if (file_says(path, "nf_conntrack_helper")) {
		found(d, DOCTOR_ALL, SEV_WARN, "helper-recipe", "%s sets nf_conntrack_helper: an "
		      "old recipe for the kernel's own helpers. vpnpass does not need it, and "
		      "kernels since 6.0 do not have it.", path);
		mend(d, "sed -i /nf_conntrack_helper/d %s", path);
	}
	if (file_says(path, "nf_conntrack_pptp")) {
		found(d, DOCTOR_ALL, SEV_WARN, "in-tree-at-boot", "%s loads the kernel's own PPTP "
		      "helper at boot, which can get in before ours.", path);
		mend(d, "sed -i /_pptp/d %s", path);
	}
}

static void look_into_all(struct doctor *d, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	char path[512];

	while (dir && (e = readdir(dir))) {
		if (fnmatch("*.conf", e->d_name, 0))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		look_into(d, path);
	}
	if (dir)
		closedir(dir);
}

/* Recipes for the kernel's own helpers, which are dead and do harm at most. */
void doctor_recipe(struct doctor *d, unsigned int proto)
{
	if (sysfs_number("/proc/sys/net/netfilter/nf_conntrack_helper") == 1) {
		found(d, proto, SEV_WARN, "helper-sysctl", "The sysctl nf_conntrack_helper is 1: "
		      "connections go to helpers by their port, whatever the rules and the modes "
		      "of vpnpass say. An old recipe, which vpnpass does not need.");
		mend(d, "sysctl -w net.netfilter.nf_conntrack_helper=0");
	}
	look_into(d, "/etc/sysctl.conf");
	look_into(d, "/etc/modules");
	look_into_all(d, SYSCTL_DIR);
	look_into_all(d, LOAD_DIR);
}

static bool is_strict(const char *dev)
{
	return sysfs_number("/proc/sys/net/ipv4/conf/%s/rp_filter", dev) == 1 ||
	       (sysfs_number("/proc/sys/net/ipv4/conf/%s/rp_filter", dev) == 0 &&
		sysfs_number("/proc/sys/net/ipv4/conf/all/rp_filter") == 1);
}

/* With one way out, what comes back comes by the way it went. */
void doctor_reverse_path(struct doctor *d, unsigned int proto)
{
	struct route routes[ROUTES_MAX];
	unsigned int n = routes_read(routes), i, ways = 0;
	const char *first = NULL;

	for (i = 0; i < n; i++) {
		if (routes[i].mask)
			continue;
		ways += !first || strcmp(first, routes[i].dev);
		first = routes[i].dev;
	}
	for (i = 0; i < n && ways > 1; i++) {
		if (routes[i].mask || !is_strict(routes[i].dev))
			continue;
		found(d, proto, SEV_WARN, "reverse-path", "There are several ways out, and %s "
		      "drops packets that come in by another one than the way back "
		      "(rp_filter is 1): answers of servers may be lost.", routes[i].dev);
		mend(d, "sysctl -w net.ipv4.conf.%s.rp_filter=2", routes[i].dev);
		return;
	}
	found(d, proto, SEV_OK, "reverse-path", "The reverse path filter is in nobody's way.");
}

/* That of IPv6 is the device's, unless somebody has made it smaller. */
void doctor_mtu(struct doctor *d, unsigned int proto)
{
	struct route routes[ROUTES_MAX];
	const struct route *way;
	long mtu;

	way = routes_find(routes, routes_read(routes), 0);
	mtu = way ? sysfs_number("/proc/sys/net/ipv6/conf/%s/mtu", way->dev) : -1;
	if (mtu <= 0 || mtu >= MTU_USUAL)
		return;
	found(d, proto, SEV_INFO, "small-mtu", "Packets of at most %ld bytes leave by %s. A tunnel "
	      "needs up to 80 of them for itself; if connections come up and then hang, give the "
	      "tunnel at its ends an MTU that fits (a router can't clamp the MSS inside), and "
	      "let ICMP \"fragmentation needed\" pass.", mtu, way->dev);
}
