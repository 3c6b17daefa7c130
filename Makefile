# SPDX-License-Identifier: GPL-2.0
# vpnpass: VPN passthrough for Linux netfilter. `make help` lists the targets.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
MODULES := nf_vpnpass nf_nat_pptp nf_nat_l2tp nf_nat_esp
UPDATES := $(DESTDIR)/lib/modules/$(KVER)/updates

all: modules tool ## build the modules for the running kernel (KVER=, KDIR=) and the tool
	@echo "Built $(MODULES:=.ko) for $(KVER) and userspace/vpnpass"

modules: $(KDIR)/Makefile ## build nf_vpnpass.ko and a module for each protocol
	@echo "Building modules for $(KVER)"
	+$(MAKE) -C $(KDIR) M=$(CURDIR) modules

$(KDIR)/Makefile:
	@echo "No kernel headers in $(KDIR)." >&2
	@echo "Install them (Debian: apt install linux-headers-$(KVER)), or name another kernel with KVER= or KDIR=." >&2
	@exit 1

tool: ## build userspace/vpnpass (needs libmnl-dev, libnftnl-dev, libjansson-dev, pkg-config)
	@echo "Building the tool"
	+$(MAKE) -C userspace all

install: all ## install modules to updates/, the tool and its files; DESTDIR= for packaging
	+$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates modules_install
	+$(MAKE) -C userspace install
	$(if $(DESTDIR),,depmod $(KVER))

uninstall: ## remove what install put there
	rm -f $(foreach m,$(MODULES),$(UPDATES)/$(m).ko $(UPDATES)/$(m).ko.xz $(UPDATES)/$(m).ko.gz $(UPDATES)/$(m).ko.zst)
	-rmdir $(UPDATES) 2>/dev/null
	+$(MAKE) -C userspace uninstall
	$(if $(DESTDIR),,depmod $(KVER))

clean: ## remove what was built here
	rm -f *.ko *.o *.mod *.mod.c .*.cmd Module.symvers modules.order .Module.symvers.cmd .modules.order.cmd
	find kmod nf_nat_* tests/kunit \( -name '*.o' -o -name '.*.cmd' -o -name '*.mod' \) -delete
	rm -f kmod/compat/config.h
	rm -rf .tmp_versions
	+$(MAKE) -C userspace clean

deb: ## build the Debian packages vpnpass and vpnpass-dkms in ./deb (DEB_DIR=)
	debian/make-deb $(DEB_DIR)

demo: ## the show: two and ten clients behind one NAT, PPTP and IPsec, without and with help (10 min)
	tests/demo/run

check: ## the tests, but for check-slow (45 min), ends with "N passed, N failed"
	tests/tools/check all

check-quick: ## lint, units, fuzzer and the smoke scenarios on one kernel (5 min warm)
	tests/tools/check quick

check-slow: ## scenarios and kernels that make check leaves out (14 min)
	tests/tools/check slow

check-debug: ## units and scenarios under KASAN, lockdep, kmemleak, UBSAN
	tests/tools/check debug

check-fifty: ## fifty libreswan clients of one gateway, all re-keyed twice (10 min)
	tests/vm/run -m 3000 -t 1800 vm/long/ipsec-fifty.sh

RANDOM_SECONDS ?= 3600
RANDOM_SEED ?= $(shell od -An -N2 -tu2 /dev/urandom | tr -d ' ')
RANDOM_RUN = -t $$(($(RANDOM_SECONDS) + 1200)) -e RANDOM_SECONDS=$(RANDOM_SECONDS) \
	-e RANDOM_SEED=$(RANDOM_SEED) vm/long/random

check-floods: ## each cap reached from LAN and WAN while thirty real tunnels carry pings (25 min)
	tests/uml/run -m 3000M -t 2400 vm/long/flood-l2tp vm/long/flood-pptp vm/long/flood-ipsec

check-random: ## an hour of all at random under KASAN (RANDOM_SECONDS=, RANDOM_SEED=)
	tests/uml/run -d $(RANDOM_RUN)

check-smp: ## the same on Debian's 6.1 with four CPUs
	tests/vm/run -c 4 -m 2000 $(RANDOM_RUN)

check-coverage: ## lines of the modules that KUnit and scenarios execute; tests/coverage/floor says how many (30 min)
	tests/coverage/run

check-faults: ## each allocation of the modules fails, under KASAN (30 min)
	tests/uml/faults/run

check-selftests: ## the kernel's netfilter selftests, plain and with our modules (an hour)
	tests/selftests/run

check-web: ## the Cockpit page: a real Cockpit in a guest, driven by Chromium (5 min)
	tests/web/run

check-unit: ## KUnit suites of the pure logic
	tests/tools/check unit

build-matrix: ## modules on Debian's 5.10, 6.1, 6.12, 7.2, 7.3 kernels; a warning is a failure
	tests/tools/check matrix

vm-matrix: ## every scenario on Debian's 5.10, 6.1, 6.12, 7.2, 7.3, modules by DKMS (3 h)
	tests/vm/matrix

check-deb: ## the Debian packages on bookworm, trixie, sid, their modules in a guest (25 min)
	tests/tools/check deb

bench: ## instructions per packet and set-up, bytes per tunnel, up to 10 000 tunnels (8 min)
	tests/bench/run

fuzz: ## fuzz all that is read from outside, and the pairing, for FUZZ_SECONDS (60)
	tests/tools/check fuzz

fuzz-long: ## the same for FUZZ_EXECUTIONS of each fuzzer (10000000: two hours on 2 cores)
	tests/tools/deps fuzz
	tests/fuzz/run --executions $(or $(FUZZ_EXECUTIONS),10000000)

fuzz-packets: ## changed captures through a router under KASAN for PACKET_FUZZ_SECONDS (60), PACKET_FUZZ_SEED=
	tests/fuzz/packets/run

sim: ## who owns an inbound SPI: our rule beside others' on simulated days (10 min)
	tests/sim/run

lint: ## shellcheck, sparse, checkpatch, generated files, sizes
	tests/tools/check lint

lint-full: ## kernel's rules for coccinelle, modules by clang, clang's analyzer (15 min)
	tests/tools/lint-full

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: all modules tool install uninstall clean demo check check-quick check-slow check-debug check-fifty check-unit \
	check-coverage check-faults check-floods check-random check-selftests check-smp check-web check-deb \
	vm-matrix deb bench build-matrix fuzz fuzz-long fuzz-packets sim lint lint-full help
