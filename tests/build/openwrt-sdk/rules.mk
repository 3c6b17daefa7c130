# SPDX-License-Identifier: GPL-2.0
# In place of OpenWrt's rules.mk: what our package uses of it, for this machine's compiler.
INCLUDE_DIR := $(TOPDIR)/include
LINUX_DIR := $(TOPDIR)/linux
CP := cp -fpR
INSTALL_DIR := install -d -m0755
INSTALL_BIN := install -m0755
INSTALL_DATA := install -m0644
INSTALL_CONF := install -m0600
MAKE_VARS := CFLAGS="-O2"
MAKE_FLAGS := CC="$(CC)" ARCH="test" CROSS=""
