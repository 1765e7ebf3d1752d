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

/* The model with this HEAD, and N bytes of tensors at P. */
static struct tensor_model model_of(const char *head, const void *p, size_t n)
{
	int fd = unnamed_temporary("/tmp");
	size_t nhead = strlen(head);
	struct tensor_model m;
	unsigned char len[8];
	struct input in;
	struct diag d;

	le_store64(len, nhead);
	if (write(fd, len, 8) != 8 ||
		write(fd, head, nhead) != (ssize_t)nhead ||
		write(fd, p, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) ||
		input_open_fd(&in, fd, "m", &d) ||
		model_take(&m, &in, NULL, "/tmp", &d))
		exit(2);
	return m;
}

#endif
