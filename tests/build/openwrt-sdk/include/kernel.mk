# SPDX-License-Identifier: GPL-2.0
# In place of OpenWrt's kernel.mk: packages of kernel modules. What they say is printed by the
# target "packages", one line each.
ifeq ($(PKG_NAME),)
$(error PKG_NAME has to be set before kernel.mk is included)
endif
PKG_BUILD_DIR ?= $(BUILD_DIR)/$(PKG_NAME)-$(PKG_VERSION)
KERNEL_MAKE = $(MAKE) -C $(LINUX_DIR)
AutoProbe = $(1)

define KernelPackage
TITLE :=
DEPENDS :=
CONFLICTS :=
FILES :=
AUTOLOAD :=
$$(eval $$(call KernelPackage/$(1)))
$$(eval $$(call add_package,kmod-$(1),KernelPackage/$(1)))
endef
