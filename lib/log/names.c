/* SPDX-License-Identifier: MIT */
/*
 * Guesses roles by names that frameworks use: first whole names, then words
 * in them, never a validation, a minimum or a scale.
 */
#include "log/log_impl.h"

#include <string.h>

#define NAME_MAX_LEN 128

/* Fits: a whole name, or some word of it. */
#define FIT_WORD 1u
#define FIT_WHOLE 2u

struct vocabulary {
	const char *role;
	const char *phrase;    /* with its article */
	bool ranked;           /* an earlier whole name beats a later one */
	const char *whole[48]; /* names as word_form() gives them */
	const char *word[6];   /* " word " anywhere in the name */
	const char *never[16]; /* but none of these */
};

static const struct vocabulary vocabularies[NROLE] = {
	[ROLE_STEP] = {"step", "the step", true,
		{"step", "iteration", "iter", "batch", "global_step",
			"trainer_global_step", "num_updates", "steps",
			"iterations", "iters", "it", "n_iter", "n_iters",
			"num_iter", "num_iters", "iter_num", "iteration_num",
			"n_step", "n_steps", "num_steps", "step_num",
			"train_step", "training_step", "current_step",
			"current_iter", "batch_idx", "update", "updates",
			"n_updates", "train_global_step", "train_steps",
			"train_iter", "train_iteration", "trainer_step",
			"training_iteration", "global_steps", "global_iter",
			"global_iteration", "num_batches", "n_batch"},
		{NULL}, {NULL}},
	[ROLE_LR] = {"lr", "the lr", false,
		{"lr", "learning_rate", "learningrate", "rate", "train_lr",
			"train_learning_rate"},
		{"_lr_", "_learning_rate_"},
		{"_base_", "_min_", "_max_", "_initial_"}},
	[ROLE_LOSS] = {"loss", "the loss", false,
		{"loss", "train_loss", "training_loss", "total_loss",
			"train_total_loss", "lm_loss"},
		{"_loss_"},
		{"_val_", "_valid_", "_validation_", "_eval_", "_test_",
			"_dev_", "_min_", "_max_", "_scale_", "_epoch_"}},
	[ROLE_METRIC] = {"loss", "an accuracy", false,
		{"acc", "accuracy", "train_acc", "train_accuracy"},
		{"_acc_", "_accuracy_", "_acc1_", "_top1_", "_prec1_"},
		{"_val_", "_valid_", "_validation_", "_eval_", "_test_",
			"_dev_", "_min_", "_max_", "_epoch_", "_top5_", "_5_"}},
	[ROLE_RUN] = {"run", "the run", true, {"run", "run_id", "trial"},
		{NULL}, {NULL}},
	[ROLE_EPOCH] = {"epoch", "the epoch", true,
		{"epoch", "epochs", "train_epoch", "current_epoch", "epoch_num",
			"epoch_idx", "epoch_index", "epoch_no", "epoch_number",
			"trainer_epoch", "training_epoch", "n_epoch",
			"num_epochs", "ep"},
		{NULL}, {NULL}},
	[ROLE_PHASE] = {"phase", "the phase", true,
		{"phase", "split", "mode", "stage", "subset", "partition",
			"data_split", "set", "dataset"},
		{NULL}, {NULL}},
};

const char *log_role_name(enum log_role role)
{
	return vocabularies[role].role;
}

const char *log_role_phrase(enum log_role role)
{
	return vocabularies[role].phrase;
}

/*
 * "_" before, between and after the words of NAME in small letters, so that a
 * word can be searched as "_word_".  Too long a name is cut.
 */
static void word_form(char out[NAME_MAX_LEN], const char *name, size_t n)
{
	size_t len = 0;

	out[len++] = '_';
	for (size_t i = 0; i < n && len + 2 < NAME_MAX_LEN; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[len++] = c;
		else if (out[len - 1] != '_')
			out[len++] = '_';
	}
	if (out[len - 1] != '_')
		out[len++] = '_';
	out[len] = '\0';
}

/* FORM begins with one of the words. */
static bool begins_with_any(const char *form, const char *const *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(form, word[i], strlen(word[i])) == 0)
			return true;
	return false;
}

static bool has_any(const char *form, const char *const *word, size_t n)
{
	for (size_t i = 0; i < n && word[i]; i++)
		if (strstr(form, word[i]))
			return true;
	return false;
}

#define COUNT(A) (sizeof(A) / sizeof((A)[0]))

/* FORM but for the "_" between its words is NAME: NumIters is num_iters. */
static bool is_whole(const char *form, const char *name)
{
	for (;; form++, name++) {
		while (*form == '_')
			form++;
		while (*name == '_')
			name++;
		if (*form != *name || !*form)
			return *form == *name;
	}
}

bool log_is_validation(const char *value, size_t n)
{
	static const char *const word[] = {"_val_", "_valid_", "_validation_",
		"_validate_", "_eval_", "_evaluate_", "_evaluation_", "_test_",
		"_testing_", "_dev_"};
	char form[NAME_MAX_LEN];

	word_form(form, value, n);
	return begins_with_any(form, word, COUNT(word));
}

unsigned log_name_fit(enum log_role role, const char *name, size_t n)
{
	const struct vocabulary *v = &vocabularies[role];
	char form[NAME_MAX_LEN];

	word_form(form, name, n);
	for (size_t i = 0; i < COUNT(v->whole) && v->whole[i]; i++)
		if (is_whole(form, v->whole[i]))
			return FIT_WHOLE +
			       (v->ranked ? COUNT(v->whole) - (unsigned)i : 0);
	if (has_any(form, v->word, COUNT(v->word)) &&
		!has_any(form, v->never, COUNT(v->never)))
		return FIT_WORD;
	return 0;
}
