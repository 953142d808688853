/* SPDX-License-Identifier: ISC */
/*
 * Feed files to a fuzz target, where libFuzzer's own main() is not linked:
 * once each, and once more cut at half their length.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "fuzz.h"
#include "base/io.h"

/* From a block of just this size, so that a read beyond it can be seen. */
static void
feed(const char *data, size_t len)
{
	uint8_t *copy;

	if ((copy = malloc(len > 0 ? len : 1)) == NULL)
		err(2, NULL);
	memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

int
main(int argc, char *argv[])
{
	struct error e;
	size_t len;
	char *data;
	int fd, i;

	for (i = 1; i < argc; i++) {
		if ((fd = open(argv[i], O_RDONLY)) == -1)
			err(2, "%s", argv[i]);
		if (io_read(fd, argv[i], 1 << 24, &data, &len, &e) == -1)
			errx(2, "%s", e.text);
		close(fd);
		feed(data, len);
		feed(data, len / 2);
		free(data);
	}
	printf("%d replayed\n", argc - 1);
	return (argc > 1 ? 0 : 2);
}
