/* SPDX-License-Identifier: MIT */
/*
 * A main() for fuzz targets without libFuzzer: runs the target on every file
 * of the directories named, and on every truncation of the small ones.  TAP.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define FILE_NBYTES_MAX 65536
/* Truncations of larger files would take more time than they are worth. */
#define TRUNCATE_NBYTES_MAX 4096

/* A heap copy of just N bytes, so that a read past the end is seen. */
static void run(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int replay(const char *path)
{
	static uint8_t data[FILE_NBYTES_MAX];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return -1;
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	run(data, n);
	for (size_t i = 0; n <= TRUNCATE_NBYTES_MAX && i < n; i++)
		run(data, i);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned count = 0, failed = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *e;
		char path[4096];

		while (dir && (e = readdir(dir))) {
			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i],
				e->d_name);
			int bad = replay(path);
			failed += bad != 0;
			printf("%s %u - %s\n", bad ? "not ok" : "ok", ++count,
				path);
			fflush(stdout);
		}
		if (dir)
			closedir(dir);
	}
	printf("1..%u\n", count);
	return failed || count == 0;
}
