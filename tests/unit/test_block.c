/* SPDX-License-Identifier: MIT */
/*
 * Values by the block are the doubles that values one by one are: for every
 * kind of node, at all steps around the seams, in strides, far out, and for
 * blocks of any size.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "sched/sched.h"
#include "tap.h"
#include "words/words.h"

#define BLOCK_MAX 1000

static const char *const words[] = {
	"cos:100",
	"linear:3 cos:7:.1x",
	"warmup:2.5 const:10 sqrt:20.25:.1x",
	"warmup:50,lead cos:150,lead",
	"warmup:50,over cos:150",
	"warmup:5,over linear:9,over cos:20,past=zero",
	"cos:20.5,past=zero",
	"cos:20,past=cont",
	"warmup:10 decay,by=.99",
	"step,at=3/30/300,by=.1",
	"triangular,min=.1,max=1,step=7",
	"exp_range,min=.1,max=1,step=9,gamma=.99",
	"sgdr,min=.1,max=1,len=11,mult=1.5,decay=.9",
	"sgdr:40,min=.1,max=1,len=11,mult=1.5,decay=.9,past=cont",
	"cos:10:.1x,cycles=inf,tmul=2,vmul=.5,scale=span",
	"rep:inf,gamma=.99 linear:5,from=1x,to=.1x linear:6:1x end",
	"rep:3,tmul=1.1 linear:50 warmup:3 end const",
	"rep:2 rep:2 cos:4 end linear:3:1x end linear:9",
	"cos:300 times warmup:20",
	"cos:300,past=zero times step,at=20/90,by=.1 times decay,by=.999",
	"rep:3 cos:50 times decay,by=.9 end linear:20",
	"linear:5 part:30 cos:9 linear:8,from=1x end const:3",
	"warmup:5 part cos:30,past=cont end",
	"rex:40,flip tanh:30 cos:50,waves=3",
	"fn,of=(lambda t:0.95**t)",
	"rep:inf,vfn=(lambda c:1/c) cos:20 end",
	"rep:3,tfn=(lambda t:.9**t),scale=all cos:20 linear:7,from=1x end",
	"rep:inf,tmul=1.5,scale=drop,vmul=.5 linear:6:1x,from=.1x end",
	"prod,of=(lambda t:1-1/(t+2))",
	"prod:30,of=(lambda t:1-1/(t+2)),past=cont",
	"cos:300 times rep:4,tmul=2 linear:5:.5 end",
	"rep,tmul=2 cos:8 times warmup:3,over const:8 end",
	"rep:2 part:9 cos:4 linear:3:1x end const:2 end",
	"hold:7 cos:9 linear:3:1x end",
	"warmup:5 hold:2.5 cos:6 times decay,by=.9 end",
	"rep:3,tmul=2 hold:3 cos:4 end linear:3:1x end",
	"hold:4 rep:inf,tmul=1.5,gamma=.99 cos:3 end end",
	"hold:3 hold:2 linear:20 end end times hold:5 linear:3 end",
	"rep:3,tmul=2 warmup:3,over linear:4,over cos:9 end const",
	"part:12 cos:30 end part cos:9 linear:8:.5x,past=zero end",
	"part:12,past=cont decay,by=.9 end",
	"part:100 rep,tmul=.5 cos:64 end end const",
	"part:12 warmup:20,over cos:30 end times part:7 linear:3,from=0 end",
	"const:5 part:20 rep cos:6 end end linear:4:.1x",
	"cos:50,incl,flip linear:9.5:1x,open,floor=.02",
	"range:40,from=.1,to=1,preset=lightning",
	"fn:12.5,of=(lambda t:t/9),floor=.01,ceil=.05 sat:9,tau=3",
};

static size_t differing(
	const struct sched *s, uint64_t step, uint64_t every, size_t n)
{
	double v[BLOCK_MAX], one;
	size_t i, bad = 0;

	sched_block(s, step, every, n, v);
	for (i = 0; i < n; i++) {
		one = sched_at(s, step + i * every);
		bad += memcmp(&one, &v[i], sizeof(one)) != 0;
	}
	return bad;
}

static void test_words(const char *text)
{
	struct sched_env env = {
		.base = 0.1, .steps = 1000, .epoch_steps = NAN, .horizon = 1e6};
	char copy[256], *word = copy;
	struct sched_table t;
	struct sched_where where;
	struct diag d = {0};
	uint64_t state = 1, far;
	size_t bad = 0, i;
	const struct sched *s;

	memcpy(copy, text, strlen(text) + 1);
	if (!ok(!words_parse(&t, &word, 1, &env, &where, &d), "%s: %s", text,
		    d.text))
		return;
	s = t.column[0].node;
	bad += differing(s, 0, 1, 1000);
	for (i = 0; i < 300; i++) {
		bad += differing(s, i, 1, i % 50);
		far = tap_random(&state) % 100000;
		bad += differing(s, far, 1 + tap_random(&state) % 1000,
			tap_random(&state) % BLOCK_MAX);
	}
	bad += differing(s, SCHED_STEPS_MAX - 5, 1, 5);
	is_u64(bad, 0, text);
	sched_table_free(&t);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		test_words(words[i]);
	return tap_done();
}
