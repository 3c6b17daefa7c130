# SPDX-License-Identifier: GPL-2.0
# In place of OpenWrt's package.mk: targets prepare, compile, packages, install-NAME.
PACKAGES :=

define add_package
$(if $(strip $(TITLE)),,$(error $(1) has no title))
$(if $(value $(2)/description),,$(error $(1) has no description))
PACKAGES += $(1)
line-$(1) := $(1)|$(strip $(TITLE))|$(strip $(DEPENDS))|$(strip $(CONFLICTS))
line-$(1) := $$(line-$(1))|$(strip $(FILES:$(PKG_BUILD_DIR)/%=%))|$(strip $(AUTOLOAD))
endef

define BuildPackage
TITLE :=
DEPENDS :=
CONFLICTS :=
FILES :=
AUTOLOAD :=
$$(eval $$(call Package/$(1)))
$$(eval $$(call add_package,$(1),Package/$(1)))
endef

packages:
	@$(foreach p,$(PACKAGES),echo '$(line-$(p))';)

prepare:
	$(Build/Prepare)

compile: prepare
	$(Build/Configure)
	$(Build/Compile)

install-%:
	$(call Package/$*/install,$(DESTDIR))

conffiles-%:
	@echo '$(strip $(Package/$*/conffiles))'

.PHONY: packages prepare compile
