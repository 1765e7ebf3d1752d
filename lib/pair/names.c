/* SPDX-License-Identifier: MIT */
/*
 * What a name may mean, from its words: a table of words of several languages,
 * and for each role the rank that they come to.  No framework is known here;
 * a name that is missing is a row of the table.
 */
#include <pthread.h>
#include <string.h>

#include "base/array.h"
#include "pair/pair.h"

/* --- words --------------------------------------------------------------- */

enum class {
	OTHER,
	LR,
	RATE,  /* with LEARN a learning rate, alone perhaps one */
	LEARN, /* of training, elsewhere */
	LOSS,
	COST,    /* a loss that is not called so */
	ENTROPY, /* one if nothing better is told */
	AUX,     /* added to a loss; of rank 1: one behind a KIND */
	KIND,    /* of a loss: the one that is trained with */
	TOTAL,
	PART,    /* of a network that has several losses */
	AVERAGE, /* not the value of the step */
	VALID,   /* of validation: never a role */
	NOT,     /* of something else; of rank 1: unless EACH follows */
	EACH,    /* a loss may be told for each of these */
	NEUTRAL,
	AFTER,  /* neutral behind what it is of, else another thing */
	NUMBER, /* neutral beside a step or an epoch */
	GROUP,  /* of parameters */
	STEP,
	EPOCH,
	ACCURACY,
	FIVE, /* with an accuracy another one */
	RUN,
	PHASE,
	PROCESS,
	LETTER_L, /* with the next one a rate: "L.r." */
	LETTER_R,
	DIGITS,
	NCLASS,
};

struct word {
	const char *text; /* as fold() leaves it */
	enum class class;
	unsigned rank; /* of several steps or losses */
};

/*
 * Words of languages that write none apart stand in names that are cut at
 * them; longer ones before shorter ones with which they begin.
 */
static const struct word words[] = {
	/* clang-format off */
	{"lr", LR, 0}, {"lrs", LR, 0}, {"lrate", LR, 0}, {"η", LR, 0},
	{"learningrate", LR, 0}, {"lernrate", LR, 0}, {"leersnelheid", LR, 0},
	{"学习率", LR, 0}, {"学习速率", LR, 0}, {"學習率", LR, 0},
	{"学習率", LR, 0}, {"학습률", LR, 0},

	{"l", LETTER_L, 0}, {"r", LETTER_R, 0},
	{"rate", RATE, 0}, {"rates", RATE, 0}, {"taux", RATE, 0},
	{"tasa", RATE, 0}, {"taxa", RATE, 0}, {"tasso", RATE, 0},
	{"скорость", RATE, 0}, {"темп", RATE, 0}, {"wspołczynnik", RATE, 0},

	{"learning", LEARN, 0}, {"learn", LEARN, 0},
	{"apprentissage", LEARN, 0}, {"aprendizaje", LEARN, 0},
	{"aprendizado", LEARN, 0}, {"aprendizagem", LEARN, 0},
	{"apprendimento", LEARN, 0}, {"обучения", LEARN, 0},
	{"обучении", LEARN, 0}, {"обучение", LEARN, 0}, {"uczenia", LEARN, 0},

	{"loss", LOSS, 0}, {"losses", LOSS, 0}, {"verlust", LOSS, 0},
	{"trainingsverlust", LOSS, 0}, {"trainverlust", LOSS, 0},
	{"perte", LOSS, 0}, {"pertes", LOSS, 0},
	{"perdida", LOSS, 0}, {"perda", LOSS, 0}, {"perdita", LOSS, 0},
	{"verlies", LOSS, 0}, {"strata", LOSS, 0}, {"потеря", LOSS, 0},
	{"потери", LOSS, 0}, {"лосс", LOSS, 0}, {"损失函数", LOSS, 0},
	{"损失值", LOSS, 0}, {"损失", LOSS, 0}, {"損失", LOSS, 0},
	{"ロス", LOSS, 0}, {"손실", LOSS, 0},
	{"gesamtverlust", LOSS, 1},
	{"cost", COST, 2}, {"objective", COST, 2}, {"criterion", COST, 2},
	{"xent", COST, 2}, {"fehler", COST, 2}, {"ошибка", COST, 2},
	{"kosten", COST, 2},
	{"bpc", ENTROPY, 7}, {"bpb", ENTROPY, 7}, {"ce", ENTROPY, 7},
	{"nll", ENTROPY, 7}, {"entropy", AUX, 1}, {"kl", AUX, 0},
	{"crossentropy", ENTROPY, 7}, {"kreuzentropie", ENTROPY, 7},
	{"lm", KIND, 2}, {"mlm", KIND, 2}, {"cross", KIND, 2},
	{"softmax", KIND, 2}, {"language", KIND, 2}, {"modeling", KIND, 2},
	{"fn", NEUTRAL, 0}, {"func", NEUTRAL, 0}, {"function", NEUTRAL, 0},
	{"total", TOTAL, 1}, {"overall", TOTAL, 1}, {"sum", TOTAL, 1},
	{"combined", TOTAL, 1}, {"all", TOTAL, 1}, {"full", TOTAL, 1},
	{"gesamt", TOTAL, 1}, {"totale", TOTAL, 1}, {"итого", TOTAL, 1},
	{"общая", TOTAL, 1}, {"общие", TOTAL, 1}, {"总", TOTAL, 1},
	{"總", TOTAL, 1}, {"合計", TOTAL, 1},
	{"d", PART, 0}, {"g", PART, 0}, {"disc", PART, 0}, {"gen", PART, 0},
	{"discriminator", PART, 0}, {"generator", PART, 0},
	{"critic", PART, 0}, {"actor", PART, 0}, {"policy", PART, 0},
	{"value", AFTER, 0}, {"values", AFTER, 0}, {"q", PART, 0}, {"pi", PART, 0},
	{"vf", PART, 0}, {"qf", PART, 0}, {"student", PART, 0},
	{"teacher", PART, 0},

	{"avg", AVERAGE, 0}, {"avr", AVERAGE, 0}, {"average", AVERAGE, 0},
	{"averaged", AVERAGE, 0}, {"mean", AVERAGE, 0}, {"smooth", AVERAGE, 0},
	{"smoothed", AVERAGE, 0}, {"ema", AVERAGE, 0}, {"ewma", AVERAGE, 0},
	{"running", AVERAGE, 0}, {"moving", AVERAGE, 0},
	{"median", AVERAGE, 0}, {"interval", AVERAGE, 0},
	{"mittel", AVERAGE, 0}, {"mittlerer", AVERAGE, 0},
	{"durchschnitt", AVERAGE, 0}, {"moyenne", AVERAGE, 0},
	{"media", AVERAGE, 0}, {"promedio", AVERAGE, 0},
	{"средняя", AVERAGE, 0}, {"среднее", AVERAGE, 0},
	{"средние", AVERAGE, 0}, {"平均", AVERAGE, 0}, {"평균", AVERAGE, 0},

	{"val", VALID, 0}, {"valid", VALID, 0}, {"validate", VALID, 0},
	{"validation", VALID, 0}, {"eval", VALID, 0}, {"evaluate", VALID, 0},
	{"evaluation", VALID, 0}, {"test", VALID, 0}, {"testing", VALID, 0},
	{"dev", VALID, 0}, {"holdout", VALID, 0}, {"cv", VALID, 0},
	{"validierung", VALID, 0}, {"validierungsverlust", VALID, 0},
	{"testverlust", VALID, 0}, {"validacion", VALID, 0},
	{"validacao", VALID, 0}, {"validazione", VALID, 0},
	{"validatie", VALID, 0}, {"prueba", VALID, 0},
	{"валидация", VALID, 0}, {"валидации", VALID, 0},
	{"валидационная", VALID, 0}, {"проверка", VALID, 0},
	{"тест", VALID, 0}, {"тестовая", VALID, 0},
	{"验证", VALID, 0}, {"驗證", VALID, 0}, {"检验", VALID, 0},
	{"测试", VALID, 0}, {"測試", VALID, 0}, {"評価", VALID, 0},
	{"検証", VALID, 0}, {"テスト", VALID, 0}, {"검증", VALID, 0},
	{"평가", VALID, 0}, {"테스트", VALID, 0},

	{"best", NOT, 0}, {"min", NOT, 0}, {"max", NOT, 0},
	{"minimum", NOT, 0}, {"maximum", NOT, 0}, {"lowest", NOT, 0},
	{"highest", NOT, 0}, {"scale", NOT, 0}, {"scaler", NOT, 0},
	{"scaling", NOT, 0}, {"initial", NOT, 0}, {"init", NOT, 0},
	{"base", NOT, 0}, {"peak", NOT, 0}, {"target", NOT, 0},
	{"weight", NOT, 0}, {"weights", NOT, 0}, {"decay", NOT, 0},
	{"mult", NOT, 0}, {"multiplier", NOT, 0}, {"factor", NOT, 0},
	{"time", NOT, 0}, {"speed", NOT, 0}, {"std", NOT, 0}, {"var", NOT, 0},
	{"prev", NOT, 0}, {"previous", NOT, 0}, {"final", NOT, 0},
	{"warmup", NOT, 0}, {"ppl", NOT, 0}, {"perplexity", NOT, 0},
	{"grad", NOT, 0}, {"gradient", NOT, 0}, {"norm", NOT, 0},
	{"gnorm", NOT, 0}, {"threshold", NOT, 0}, {"ratio", NOT, 0},
	{"delta", NOT, 0}, {"diff", NOT, 0}, {"change", NOT, 0},
	{"improvement", NOT, 0}, {"sec", NOT, 0}, {"secs", NOT, 0},
	{"seconds", NOT, 0}, {"second", NOT, 0}, {"ms", NOT, 0},
	{"per", NOT, 1}, {"s", NOT, 0}, {"remaining", NOT, 0},
	{"left", NOT, 0}, {"patience", NOT, 0}, {"skipped", NOT, 0},
	{"eta", NOT, 0}, {"memory", NOT, 0}, {"mem", NOT, 0},
	{"size", NOT, 0}, {"coef", NOT, 0}, {"coeff", NOT, 0},
	{"accumulation", NOT, 0}, {"every", NOT, 0},

	{"sample", EACH, 0}, {"token", EACH, 0}, {"word", EACH, 0},
	{"char", EACH, 0}, {"frame", EACH, 0}, {"example", EACH, 0},
	{"instance", EACH, 0}, {"item", EACH, 0}, {"pixel", EACH, 0},

	{"train", NEUTRAL, 0}, {"training", NEUTRAL, 0},
	{"trained", NEUTRAL, 0}, {"trainer", NEUTRAL, 0}, {"tr", NEUTRAL, 0},
	{"trn", NEUTRAL, 0}, {"optim", NEUTRAL, 0}, {"opt", NEUTRAL, 0},
	{"optimizer", NEUTRAL, 0}, {"optimiser", NEUTRAL, 0},
	{"optimization", NEUTRAL, 0}, {"scheduler", NEUTRAL, 0},
	{"schedule", NEUTRAL, 0}, {"current", NEUTRAL, 0},
	{"cur", NEUTRAL, 0}, {"curr", NEUTRAL, 0}, {"mini", NEUTRAL, 0},
	{"minibatch", STEP, 9}, {"micro", NEUTRAL, 0}, {"last", NEUTRAL, 0},
	{"new", NEUTRAL, 0}, {"raw", NEUTRAL, 0},
	{"global", NEUTRAL, 1}, {"log", NEUTRAL, 0}, {"logs", NEUTRAL, 0},
	{"metric", NEUTRAL, 0}, {"metrics", NEUTRAL, 0},
	{"metadata", NEUTRAL, 0},
	{"model", NEUTRAL, 0}, {"scalar", NEUTRAL, 0},
	{"scalars", NEUTRAL, 0}, {"stats", NEUTRAL, 0},
	{"summary", NEUTRAL, 0}, {"charts", NEUTRAL, 0}, {"now", NEUTRAL, 0},
	{"de", NEUTRAL, 0}, {"di", NEUTRAL, 0}, {"of", NEUTRAL, 0},
	{"the", NEUTRAL, 0}, {"при", NEUTRAL, 0}, {"на", NEUTRAL, 0},
	{"entrainement", NEUTRAL, 0}, {"entrenamiento", NEUTRAL, 0},
	{"treino", NEUTRAL, 0}, {"treinamento", NEUTRAL, 0},
	{"addestramento", NEUTRAL, 0}, {"actuel", NEUTRAL, 0},
	{"aktuell", NEUTRAL, 0}, {"aktuelle", NEUTRAL, 0},
	{"训练", NEUTRAL, 0}, {"訓練", NEUTRAL, 0}, {"当前", NEUTRAL, 0},
	{"當前", NEUTRAL, 0}, {"学習", NEUTRAL, 0}, {"현재", NEUTRAL, 0},
	{"훈련", NEUTRAL, 0}, {"학습", NEUTRAL, 0}, {"的", NEUTRAL, 0},
	{"の", NEUTRAL, 0},

	{"num", NUMBER, 0}, {"n", NUMBER, 0}, {"no", NUMBER, 0},
	{"nr", NUMBER, 0}, {"number", NUMBER, 0}, {"index", NUMBER, 0},
	{"count", NUMBER, 0}, {"counter", NUMBER, 0}, {"id", NUMBER, 0},
	{"done", NUMBER, 0}, {"completed", NUMBER, 0}, {"name", NUMBER, 0},
	{"local", NUMBER, 0},

	{"group", GROUP, 0}, {"param", GROUP, 0}, {"params", GROUP, 0},
	{"pg", GROUP, 0}, {"groups", GROUP, 0},

	{"step", STEP, 1}, {"steps", STEP, 1}, {"globalstep", STEP, 0},
	{"schritt", STEP, 1}, {"schritte", STEP, 1},
	{"trainingsschritt", STEP, 1}, {"pas", STEP, 1}, {"etape", STEP, 1},
	{"paso", STEP, 1}, {"passo", STEP, 1}, {"stap", STEP, 1},
	{"krok", STEP, 1}, {"шаг", STEP, 1}, {"шаги", STEP, 1},
	{"步数", STEP, 1}, {"步數", STEP, 1}, {"步骤", STEP, 1},
	{"步", STEP, 1}, {"ステップ数", STEP, 1}, {"ステップ", STEP, 1},
	{"스텝", STEP, 1}, {"단계", STEP, 1},
	{"update", STEP, 3}, {"updates", STEP, 3}, {"up", STEP, 4},
	{"iteration", STEP, 5}, {"iterations", STEP, 5},
	{"iteracion", STEP, 5}, {"iteracao", STEP, 5},
	{"iterazione", STEP, 5}, {"iteratie", STEP, 5},
	{"итерация", STEP, 5}, {"迭代次数", STEP, 5}, {"迭代", STEP, 5},
	{"反復", STEP, 5}, {"イテレーション", STEP, 5}, {"반복", STEP, 5},
	{"iter", STEP, 6}, {"iters", STEP, 6}, {"it", STEP, 7},
	{"itr", STEP, 8}, {"batch", STEP, 9}, {"batches", STEP, 9},
	{"i", STEP, 10}, {"idx", STEP, 11}, {"t", STEP, 12},
	{"timestep", STEP, 13}, {"timesteps", STEP, 13},
	{"ts", STEP, 14},

	{"epoch", EPOCH, 0}, {"epochs", EPOCH, 0}, {"ep", EPOCH, 1},
	{"epoche", EPOCH, 0}, {"epoque", EPOCH, 0}, {"epoca", EPOCH, 0},
	{"epoka", EPOCH, 0}, {"эпоха", EPOCH, 0}, {"轮次", EPOCH, 0},
	{"轮数", EPOCH, 0}, {"轮", EPOCH, 0}, {"エポック", EPOCH, 0},
	{"에폭", EPOCH, 0}, {"에포크", EPOCH, 0},

	{"acc", ACCURACY, 0}, {"accuracy", ACCURACY, 0},
	{"acc1", ACCURACY, 0}, {"top1", ACCURACY, 0}, {"prec1", ACCURACY, 0},
	{"genauigkeit", ACCURACY, 0}, {"准确率", ACCURACY, 0},
	{"精度", ACCURACY, 0}, {"точность", ACCURACY, 0},
	{"top5", FIVE, 0}, {"acc5", FIVE, 0}, {"prec5", FIVE, 0},
	{"5", FIVE, 0},

	{"run", RUN, 0}, {"trial", RUN, 0}, {"seed", RUN, 1}, {"fold", RUN, 1},

	{"phase", PHASE, 0}, {"split", PHASE, 0}, {"mode", PHASE, 0},
	{"stage", PHASE, 0}, {"subset", PHASE, 0}, {"partition", PHASE, 0},
	{"set", PHASE, 0}, {"dataset", PHASE, 0}, {"data", PHASE, 0},
	{"collection", PHASE, 0}, {"context", PHASE, 0},

	{"rank", PROCESS, 0}, {"process", PROCESS, 0}, {"worker", PROCESS, 0},
	/* clang-format on */
};

/* A word of a name is cut at so many bytes, a name at so many words. */
#define WORD_MAX 48
#define NWORD_MAX 24

/* The words of a name, as far as they matter. */
struct words {
	enum class class[NWORD_MAX];
	unsigned rank[NWORD_MAX];
	size_t n;
	unsigned count[NCLASS];
	bool is_mean;   /* told in brackets behind another number */
	bool is_path;   /* "loss/value": of the value, not the value of it */
	unsigned group; /* its place in a list */
};

/* The last word of W is of CLASS, and of RANK, if not 0. */
static bool ends_in(const struct words *w, enum class class, unsigned rank)
{
	return w->n && w->class[w->n - 1] == class &&
	       (rank == 0 || w->rank[w->n - 1] == rank);
}

static void take_last(struct words *w)
{
	w->count[w->class[--w->n]]--;
}

static void add(struct words *w, enum class class, unsigned rank)
{
	if (w->n == NWORD_MAX)
		return;
	if (class == LETTER_R && ends_in(w, LETTER_L, 0)) {
		take_last(w);
		class = LR;
	} else if (class == AUX && rank == 1 && ends_in(w, KIND, 0)) {
		class = ENTROPY;
	} else if (class == EACH && ends_in(w, NOT, 1)) {
		take_last(w);
		class = NEUTRAL;
	}
	w->class[w->n] = class;
	w->rank[w->n++] = rank;
	w->count[class]++;
}

/* Words by their first byte: the first + 1 of each, and what follows it. */
static uint16_t first[256], next[ARRAY_SIZE(words)];

static void sort_words(void)
{
	for (size_t i = ARRAY_SIZE(words); i-- > 0;) {
		unsigned char c = (unsigned char)words[i].text[0];

		next[i] = first[c];
		first[c] = (uint16_t)(i + 1);
	}
}

static const struct word *find_word(const char *s, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, sort_words);
	for (size_t i = first[(unsigned char)*s]; i; i = next[i - 1])
		if (strncmp(words[i - 1].text, s, n) == 0 &&
			words[i - 1].text[n] == '\0')
			return &words[i - 1];
	return NULL;
}

/* The longest word with which S begins. */
static const struct word *find_prefix(const char *s, size_t n)
{
	const struct word *best = NULL;
	size_t nbest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i].text);

		if (len > nbest && len <= n &&
			memcmp(words[i].text, s, len) == 0) {
			best = &words[i];
			nbest = len;
		}
	}
	return best;
}

/* Of a script that writes words together. */
static bool is_joined(unsigned char c)
{
	return c >= 0xe3;
}

static void add_joined(struct words *w, const char *s, size_t n)
{
	bool other = false;

	while (n) {
		const struct word *word = find_prefix(s, n);
		size_t len = word ? strlen(word->text) : 1;

		if (word)
			add(w, word->class, word->rank);
		other |= !word && is_joined((unsigned char)*s);
		s += len;
		n -= len;
	}
	if (other)
		add(w, OTHER, 0);
}

/*
 * "lossvalue", "trainloss", "nupdates", "currlr": a word that is written in one
 * with another, in front or at the end; what a loss is of may be any, "aeloss",
 * unless it begins as validation does, "valaeloss".  Returns whether it is one.
 */
static bool add_glued(struct words *w, const char *s, size_t n)
{
	static const char *const cores[] = {"loss", "losses", "lr", "step",
		"steps", "iter", "iters", "updates", "epoch", "epochs"};

	for (size_t i = 0; i < ARRAY_SIZE(cores); i++) {
		size_t len = strlen(cores[i]);
		const struct word *core, *other;
		static const struct word any = {"", OTHER, 0};
		bool last;

		if (n <= len)
			continue;
		last = memcmp(s + n - len, cores[i], len) == 0;
		if (!last && memcmp(s, cores[i], len) != 0)
			continue;
		core = find_word(cores[i], len);
		other = find_word(last ? s : s + len, n - len);
		/* One letter means little: only the n of a number does. */
		if (other && n - len == 1 && !(last && *s == 'n'))
			other = NULL;
		if (!other && last && core->class == LOSS) {
			other = find_prefix(s, n - len);
			if (!other || other->class != VALID)
				other = &any;
		}
		if (!other)
			continue;
		add(w, last ? other->class : core->class,
			last ? other->rank : core->rank);
		add(w, last ? core->class : other->class,
			last ? core->rank : other->rank);
		return true;
	}
	return false;
}

/* "val0", "lr1", "pg2", "loss3", "12" */
static void add_numbered(struct words *w, const char *s, size_t n)
{
	const struct word *word;
	size_t len = n;

	while (len && str_is_digit(s[len - 1]))
		len--;
	if (!len) {
		add(w, DIGITS, 0);
		return;
	}
	word = len < n ? find_word(s, len) : NULL;
	if (!word) {
		add(w, OTHER, 0);
		return;
	}
	add(w, word->class == STEP ? OTHER : word->class, word->rank);
	if (word->class == LR)
		add(w, GROUP, 0);
	else if (word->class == LOSS)
		add(w, OTHER, 0);
}

static void add_word(struct words *w, const char *s, size_t n)
{
	const struct word *word;

	if (!n)
		return;
	word = find_word(s, n);
	if (word)
		add(w, word->class, word->rank);
	else if (is_joined((unsigned char)*s))
		add_joined(w, s, n);
	else if (!add_glued(w, s, n))
		add_numbered(w, s, n);
}

/* --- letters ------------------------------------------------------------- */

static bool is_letter(char c)
{
	return str_is_letter(c) || (unsigned char)c >= 0x80;
}

/* What U+00C0 to U+00FF are without what stands above them. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidn"
			    "ooooo.ouuuuyty";

/*
 * Appends the letter at S in small and without accents to OUT, which has room;
 * returns the bytes it has.
 */
static size_t fold(char *out, size_t *len, const char *s, size_t n)
{
	unsigned char a = (unsigned char)s[0];
	unsigned char b = n > 1 ? (unsigned char)s[1] : 0;

	if (a == 0xc3 && b >= 0x80 && b < 0xc0) {
		out[(*len)++] = latin[b - 0x80];
		return 2;
	}
	if (a == 0xd0 && b >= 0x90 && b < 0xb0) {
		out[(*len)++] = (char)(b < 0xa0 ? 0xd0 : 0xd1);
		out[(*len)++] = (char)(b < 0xa0 ? b + 0x20 : b - 0x20);
		return 2;
	}
	out[(*len)++] = str_is_upper(s[0]) ? (char)(s[0] + 'a' - 'A') : s[0];
	return 1;
}

/* "trainLoss", "MSELoss": a word begins at I. */
static bool is_hump(const char *s, size_t n, size_t i)
{
	if (i == 0 || !str_is_upper(s[i]))
		return false;
	return str_is_lower(s[i - 1]) ||
	       (str_is_upper(s[i - 1]) && i + 1 < n && str_is_lower(s[i + 1]));
}

/* "valid's loss" */
static bool is_possessive(const char *s, size_t n)
{
	return n > 1 && s[0] == '\'' && s[1] == 's' &&
	       (n == 2 || !is_letter(s[2]));
}

/* The place of a list's element, cut off: "lr#2". */
static size_t cut_group(const char *s, size_t n, unsigned *ret)
{
	size_t end = n;

	while (n && str_is_digit(s[n - 1]))
		n--;
	if (n < 2 || n == end || s[n - 1] != '#')
		return end;
	*ret = 1;
	return n - 1;
}

static struct words cut(const char *s, size_t n)
{
	static const char mean[] = PAIR_KEY_MEAN;
	struct words w = {.n = 0};
	char word[WORD_MAX];
	size_t len = 0;

	if (n > sizeof(mean) - 1 &&
		memcmp(s + n - sizeof(mean) + 1, mean, sizeof(mean) - 1) == 0) {
		w.is_mean = true;
		n -= sizeof(mean) - 1;
	}
	n = cut_group(s, n, &w.group);
	for (size_t i = 0; i < n;) {
		if (is_hump(s, n, i) ||
			!(is_letter(s[i]) || str_is_digit(s[i]))) {
			add_word(&w, word, len);
			len = 0;
			w.is_path |= s[i] == '/' && ends_in(&w, LOSS, 0);
		}
		if (is_possessive(s + i, n - i))
			i += 2;
		else if (!(is_letter(s[i]) || str_is_digit(s[i])) ||
			 len + 2 > WORD_MAX)
			i++;
		else
			i += fold(word, &len, s + i, n - i);
	}
	add_word(&w, word, len);
	return w;
}

/* --- meanings ------------------------------------------------------------ */

#define MEAN 20u /* the rank of an average is worse by that */

static unsigned lowest(const struct words *w, enum class class, unsigned from)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->class[i] == class && w->rank[i] < from)
			from = w->rank[i];
	return from;
}

/* How many words are of none of these. */
static unsigned others(const struct words *w, unsigned long classes)
{
	unsigned n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += !(classes >> w->class[i] & 1);
	return n;
}

#define IN(C) (1UL << (C))
#define LITTLE (IN(NEUTRAL) | IN(LEARN) | IN(AFTER) | IN(RUN))
#define COUNTED (LITTLE | IN(NUMBER) | IN(TOTAL))

static unsigned mean_lr(const struct words *w)
{
	bool named = w->count[LR] || (w->count[RATE] && w->count[LEARN]);
	unsigned rank;

	if (w->count[VALID])
		return PAIR_RANK_NONE;
	if (!named)
		return w->count[RATE] &&
				       !others(w, LITTLE | IN(RATE) | IN(GROUP))
			       ? PAIR_RANK_WEAK
			       : PAIR_RANK_NONE;
	if (w->count[NOT])
		return PAIR_RANK_LAST;
	rank = others(w, LITTLE | IN(LR) | IN(RATE) | IN(STEP) | IN(EPOCH) |
				 IN(GROUP) | IN(PART) | IN(DIGITS))
		       ? 2
	       : w->count[GROUP] + w->count[PART] + w->count[DIGITS] ? 1
								     : 0;
	return rank + (w->group ? 3 : 0);
}

/* "value loss" and "loss/value" are of something else, "loss value" is not. */
static bool is_of_value(const struct words *w)
{
	for (size_t i = 0; i + 1 < w->n; i++)
		if (w->class[i] == AFTER && w->class[i + 1] == LOSS)
			return true;
	return w->is_path && w->count[AFTER];
}

static unsigned mean_loss(const struct words *w)
{
	unsigned all = IN(LOSS) | IN(COST) | IN(ENTROPY) | IN(KIND) |
		       IN(TOTAL) | IN(AVERAGE) | IN(EPOCH) | IN(STEP) |
		       IN(NUMBER);
	unsigned other = others(w, LITTLE | all) + w->group + is_of_value(w);
	unsigned rank;

	if (w->count[VALID] + w->count[NOT] + w->count[LR] + w->count[ACCURACY])
		return PAIR_RANK_NONE;
	if (w->count[LOSS])
		rank = other > 2 || (w->count[PART] && w->count[AUX]) ? 6
		       : other ? PAIR_RANK_PART
		       : w->count[KIND] + w->count[ENTROPY] + w->count[COST] ? 2
		       : w->count[TOTAL]                                     ? 1
					 : lowest(w, LOSS, 1);
	else if (w->count[COST] && !other)
		rank = 2;
	else if (ends_in(w, COST, 0))
		rank = 6;
	else if (w->count[ENTROPY] && !other)
		rank = 7;
	else if (w->count[AVERAGE] && !others(w, LITTLE | IN(AVERAGE)))
		rank = PAIR_RANK_BARE;
	else
		return PAIR_RANK_NONE;
	return rank +
	       (w->count[AVERAGE] || w->count[EPOCH] || w->is_mean ? MEAN : 0);
}

static unsigned mean_step(const struct words *w)
{
	unsigned rank = lowest(w, STEP, PAIR_RANK_NONE);
	unsigned other = others(w, COUNTED | IN(STEP) | IN(EPOCH));

	if (!w->count[STEP] || w->is_mean ||
		w->count[VALID] + w->count[NOT] + w->count[LR] +
			w->count[RATE] + w->count[LOSS] + w->count[AVERAGE])
		return PAIR_RANK_NONE;
	if (other)
		return w->class[w->n - 1] == STEP ? PAIR_RANK_PROSE
						  : PAIR_RANK_NONE;
	if (w->count[EPOCH])
		return PAIR_RANK_LOCAL;
	for (size_t i = 0; i < w->n; i++)
		if (w->class[i] == NEUTRAL && w->rank[i] && rank == 1)
			return 0;
	return rank;
}

/* All words are of CLASS, or of little meaning. */
static unsigned mean_alone(
	const struct words *w, enum class class, unsigned long little)
{
	if (!w->count[class] || w->is_mean || w->group ||
		others(w, little | IN(class)))
		return PAIR_RANK_NONE;
	return lowest(w, class, PAIR_RANK_NONE);
}

static unsigned mean_metric(const struct words *w)
{
	if (!w->count[ACCURACY] || w->is_mean ||
		w->count[VALID] + w->count[NOT] + w->count[EPOCH] +
			w->count[AVERAGE] + w->count[FIVE])
		return PAIR_RANK_NONE;
	return others(w, LITTLE | IN(ACCURACY) | IN(DIGITS)) ? PAIR_RANK_PART
							     : 0;
}

/* "Learning Rate" is learning_rate. */
bool pair_same_name(const char *a, size_t na, const char *b, size_t nb)
{
	size_t i = 0, k = 0;

	for (;; i++, k++) {
		while (i < na && !is_letter(a[i]) && !str_is_digit(a[i]))
			i++;
		while (k < nb && !is_letter(b[k]) && !str_is_digit(b[k]))
			k++;
		if (i == na || k == nb)
			return i == na && k == nb;
		if ((a[i] | (str_is_upper(a[i]) ? 32 : 0)) !=
			(b[k] | (str_is_upper(b[k]) ? 32 : 0)))
			return false;
	}
}

static bool is_one_of(
	const char *s, size_t n, const char *const *names, size_t nname)
{
	for (size_t i = 0; i < nname; i++)
		if (pair_same_name(s, n, names[i], strlen(names[i])))
			return true;
	return false;
}

/* "split" says of what a line is; "train" may, by yes or no. */
static unsigned mean_phase(const struct words *w, const char *name, size_t n)
{
	static const char *const train[] = {"train", "training", "is_train"};

	if ((w->n == 1 && w->count[VALID]) ||
		is_one_of(name, n, train, ARRAY_SIZE(train)))
		return PAIR_RANK_WEAK;
	return mean_alone(w, PHASE, IN(NUMBER) | IN(NEUTRAL));
}

/* "gpt2 - train/loss" of an export: the run is named before it. */
static size_t skip_run(const char *s, size_t n)
{
	for (size_t i = n; i > 3; i--)
		if (memcmp(s + i - 3, " - ", 3) == 0)
			return i;
	return 0;
}

/* "global_step/max_steps": what is told is the first of both. */
static size_t cut_total(const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	struct words w;

	if (!slash)
		return n;
	w = cut(slash + 1, (size_t)(s + n - slash - 1));
	return w.count[STEP] && w.count[NOT] + w.count[TOTAL]
		       ? (size_t)(slash - s)
		       : n;
}

/* A name of validation that would be a loss if it were not one of that. */
static unsigned mean_valid_loss(struct words w)
{
	bool is_valid = w.count[VALID] > 0;

	w.count[VALID] = 0;
	return is_valid ? mean_loss(&w) : PAIR_RANK_NONE;
}

/* As it is kept; it is at most PAIR_RANK_NONE. */
static uint16_t kept(unsigned rank)
{
	return (uint16_t)rank;
}

/* "us/step" says how long that takes. */
static bool is_duration(const char *s, size_t n)
{
	return memchr(s, '/', n) &&
	       pair_mark_measure(s, n) == PAIR_MEASURE_TIME;
}

/*
 * "time/total_timesteps" stands in a group of what is told of time, and counts;
 * "time/step" says how long one takes.
 */
static struct words cut_step(const char *name, size_t n)
{
	static const char group[] = "time/";
	size_t ngroup = sizeof(group) - 1;
	struct words w = {0};

	if (n > ngroup && memcmp(name, group, ngroup) == 0)
		w = cut(name + ngroup, n - ngroup);
	return w.count[TOTAL] ? w : cut(name, cut_total(name, n));
}

void pair_mean(struct pair_meaning *ret, const char *name, size_t n)
{
	if (is_duration(name, n))
		n = 0;

	size_t run = skip_run(name, n);
	struct words w = cut(name + run, n - run);
	struct words step = cut_step(name, n);

	ret->rank[PAIR_STEP] = kept(mean_step(&step));
	ret->rank[PAIR_LR] = kept(mean_lr(&w));
	ret->rank[PAIR_LOSS] = kept(mean_loss(&w));
	ret->loss_is_last = w.n && w.class[w.n - 1] == LOSS;
	ret->is_valid = w.count[VALID] > 0;
	ret->valid_loss = kept(mean_valid_loss(w));
	ret->of_network = w.count[PART] > 0;
	ret->rank[PAIR_METRIC] = kept(mean_metric(&w));
	ret->rank[PAIR_RUN] = kept(mean_alone(&w, RUN, IN(NUMBER)));
	ret->rank[PAIR_EPOCH] = kept(mean_alone(&w, EPOCH, COUNTED));
	ret->rank[PAIR_PHASE] = kept(mean_phase(&w, name, n));
	ret->rank[PAIR_PROCESS] =
		kept(mean_alone(&w, PROCESS, IN(NUMBER) | IN(NEUTRAL)));
}

bool pair_is_validation(const char *value, size_t n)
{
	struct words w = cut(value, n);
	size_t i = 0;

	/* {"subset": "val"} */
	while (i < w.n && w.class[i] == PHASE)
		i++;
	return i < w.n && w.class[i] == VALID;
}

bool pair_fits(const char *name, size_t n, unsigned roles)
{
	struct pair_meaning m;

	pair_mean(&m, name, n);
	for (enum pair_role r = PAIR_STEP; r < PAIR_NROLE; r++)
		if (roles >> r & 1 && m.rank[r] != PAIR_RANK_NONE)
			return true;
	return false;
}

bool pair_tells_name(const char *s, size_t n)
{
	static const char *const names[] = {"tag", "metric", "name", "key",
		"variable", "series", "metric name", "scalar"};

	return is_one_of(s, n, names, ARRAY_SIZE(names));
}

bool pair_tells_value(const char *s, size_t n)
{
	static const char *const names[] = {"value", "val", "metric value"};

	return is_one_of(s, n, names, ARRAY_SIZE(names));
}

const char *pair_role_name(enum pair_role role)
{
	static const char *const name[] = {
		[PAIR_STEP] = "step",
		[PAIR_LR] = "lr",
		[PAIR_LOSS] = "loss",
		[PAIR_METRIC] = "loss",
		[PAIR_RUN] = "run",
		[PAIR_EPOCH] = "epoch",
		[PAIR_PHASE] = "phase",
		[PAIR_PROCESS] = "rank",
		[PAIR_NROLE] = "",
	};

	return name[role];
}
