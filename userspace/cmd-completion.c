// SPDX-License-Identifier: GPL-2.0
/* vpnpass completion: the script that completes its command lines. */
#include <stdio.h>
#include <string.h>
#include "out.h"
#include "vpnpass.h"

/* The file itself, so that there is one of it. */
__asm__(".pushsection .rodata\n"
	"completion_bash:\n"
	".incbin \"completion/vpnpass.bash\"\n"
	"completion_bash_end:\n"
	".popsection\n");

extern const char completion_bash[], completion_bash_end[];

int cmd_completion(const struct options *opt, int argc, char **argv)
{
	(void)opt;
	if (argc != 1 || strcmp(argv[0], "bash"))
		return out_fail(VP_USAGE, "there is no completion for '%s'; choose from bash",
				argc ? argv[argc - 1] : "");
	/* cppcheck-suppress comparePointers ; two labels of one piece, see above */
	fwrite(completion_bash, 1, completion_bash_end - completion_bash, stdout);
	return VP_OK;
}
