/* SPDX-License-Identifier: MIT */
/* Models of safetensors that a test writes byte by byte. */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/le.h"
#include "file/unnamed.h"
#include "model/model.h"

/* The model with this HEAD, and N numbers of its tensors at P, below 64. */
static struct tensor_model model_of(const char *head, const float *p, size_t n)
{
	unsigned char data[64 * sizeof(*p)];
	int fd = unnamed_temporary("/tmp");
	size_t nhead = strlen(head);
	struct tensor_model m;
	unsigned char len[8];
	struct input in;
	struct diag d;

	for (size_t i = 0; i < n; i++) {
		uint32_t bits;

		memcpy(&bits, &p[i], sizeof(bits));
		le_store32(data + i * sizeof(bits), bits);
	}
	le_store64(len, nhead);
	if (write(fd, len, 8) != 8 ||
		write(fd, head, nhead) != (ssize_t)nhead ||
		write(fd, data, n * sizeof(*p)) != (ssize_t)(n * sizeof(*p)) ||
		lseek(fd, 0, SEEK_SET) || input_open_fd(&in, fd, "m", &d) ||
		model_take(&m, &in, NULL, "/tmp", &d))
		exit(2);
	return m;
}

#endif
