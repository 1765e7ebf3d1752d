/* SPDX-License-Identifier: MIT */
/*
 * Where the frames of a file are that can be read anywhere, and what each is
 * of: by the indexes at the ends of its members, found from the end of the
 * file, and by walking from frame to frame where there is no index that holds.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/zip.h"
#include "spz/spz_impl.h"

#define END_FRAME_NBYTES (SPZ_END_NBYTES + SPZ_FRAME_NBYTES)
/* Zeros between members are looked over in steps of this size. */
#define BLOCK_NBYTES 4096

/* A member that is known by its END. */
struct member {
	uint64_t at, end; /* END included */
	uint64_t index;   /* offset in the file of the INDEX frame; 0: none */
	uint64_t raw;
};

static int get(
	const struct spz_map *m, void *p, size_t n, uint64_t at, struct diag *d)
{
	if (at > m->file->nbytes || n > m->file->nbytes - at)
		return diag_set(d, DIAG_DATA,
			"unexpected end of file; it was cut short");
	return m->file->pread(m->file->ctx, p, n, at, d);
}

/* --- what is found ------------------------------------------------------- */

static int add_frame(struct spz_map *m, uint8_t type, uint64_t at,
	uint64_t nbytes, uint64_t raw, struct diag *d)
{
	struct spz_place f = {.at = at,
		.nbytes = nbytes,
		.raw_at = m->raw,
		.raw = raw,
		.piece = m->piece.len / sizeof(struct spz_map_piece) - 1,
		.type = type};

	if (raw > UINT64_MAX - m->raw)
		return diag_set(d, DIAG_DATA, "more bytes than can be counted");
	m->raw += raw;
	buf_add(&m->place, &f, sizeof(f));
	return buf_end(&m->place, d);
}

/* Begins a piece that the payload P[0..n) of a SEGMENT describes. */
static int begin_piece(
	struct spz_map *m, const uint8_t *p, size_t n, struct diag *d)
{
	struct spz_map_piece s = {.text_at = m->text.len,
		.text_n = n,
		.raw_at = m->raw,
		.base_at = m->base_at};

	buf_add(&m->text, p, n);
	buf_addc(&m->text, '\0');
	buf_add(&m->piece, &s, sizeof(s));
	return buf_failed(&m->text) || buf_failed(&m->piece) ? diag_nomem(d, n)
							     : 0;
}

static int begin_opaque(struct spz_map *m, struct diag *d)
{
	static const uint8_t opaque[SPZ_SEGMENT_NBYTES];

	return begin_piece(m, opaque, sizeof(opaque), d);
}

/*
 * Begins the piece of the SEGMENT frame of NBYTES at AT.  One that is damaged
 * leaves its chunks without a name.
 */
static int read_segment(
	struct spz_map *m, uint64_t at, uint64_t nbytes, struct diag *d)
{
	uint8_t *p = buf_scratch(&m->frame, SPZ_SEGMENT_MAX + SPZ_FRAME_NBYTES);
	struct spz_segment s;
	uint8_t type;
	uint32_t n;

	if (!p)
		return diag_nomem(d, SPZ_SEGMENT_MAX);
	if (nbytes > SPZ_SEGMENT_MAX + SPZ_FRAME_NBYTES)
		nbytes = SPZ_SEGMENT_MAX + SPZ_FRAME_NBYTES;
	if (get(m, p, (size_t)nbytes, at, d))
		return -1;
	if (spz_frame_check(&type, &n, p, (size_t)nbytes, d) ||
		type != SPZ_SEGMENT ||
		spz_segment_parse(&s, p + SPZ_FRAME_HEAD_NBYTES, n, d)) {
		m->is_damaged = true;
		return begin_opaque(m, d);
	}
	return begin_piece(m, p + SPZ_FRAME_HEAD_NBYTES, n, d);
}

/* Adds the base that the BASE frame of NBYTES at AT tells. */
static int read_base(
	struct spz_map *m, uint64_t at, uint64_t nbytes, struct diag *d)
{
	uint8_t p[SPZ_BASE_NBYTES + SPZ_BASE_NAME_MAX + SPZ_FRAME_NBYTES];
	struct spz_base_id id = {0};
	uint8_t type;
	uint32_t n;

	if (nbytes > sizeof(p))
		nbytes = sizeof(p);
	if (get(m, p, (size_t)nbytes, at, d))
		return -1;
	/* of one that is damaged nothing can be had */
	if (spz_frame_check(&type, &n, p, (size_t)nbytes, d) ||
		type != SPZ_BASE ||
		spz_base_parse(&id, p + SPZ_FRAME_HEAD_NBYTES, n, d)) {
		m->is_damaged = true;
		id = (struct spz_base_id){0};
	}
	buf_add(&m->base, &id, sizeof(id));
	return buf_end(&m->base, d);
}

/* What follows is a member; it begins with opaque bytes. */
static int begin_member(struct spz_map *m, struct diag *d)
{
	m->base_at = m->base.len / sizeof(struct spz_base_id);
	return begin_opaque(m, d);
}

/* --- by the index -------------------------------------------------------- */

/* The END frame whose last byte stands before END.  Returns whether it is. */
static bool end_at(struct spz_map *m, uint64_t end, struct member *ret)
{
	uint8_t p[END_FRAME_NBYTES];
	struct spz_end e;
	struct diag doubt;
	uint8_t type;
	uint32_t n;

	if (end < sizeof(p) + SPZ_HEADER_NBYTES ||
		get(m, p, sizeof(p), end - sizeof(p), &doubt) ||
		spz_frame_check(&type, &n, p, sizeof(p), &doubt) ||
		type != SPZ_END || n != SPZ_END_NBYTES ||
		spz_end_parse(&e, p + SPZ_FRAME_HEAD_NBYTES, &doubt))
		return false;
	if (e.packed > end || e.packed < sizeof(p) + SPZ_HEADER_NBYTES ||
		e.index_offset > e.packed - sizeof(p))
		return false;
	*ret = (struct member){
		.at = end - e.packed,
		.end = end,
		.index = e.index_offset ? end - e.packed + e.index_offset : 0,
		.raw = e.raw,
	};
	return true;
}

/* Where the zeros begin that stand before END. */
static uint64_t before_zeros(struct spz_map *m, uint64_t end)
{
	uint8_t block[BLOCK_NBYTES];
	struct diag doubt;

	while (end) {
		size_t n = end < sizeof(block) ? (size_t)end : sizeof(block);

		if (get(m, block, n, end - n, &doubt))
			return end;
		while (n && block[n - 1] == 0)
			n--, end--;
		if (n)
			break;
	}
	return end;
}

/* The last member before END; its CRC may itself end in zeros. */
static bool last_member(struct spz_map *m, uint64_t end, struct member *ret)
{
	uint64_t from = before_zeros(m, end);

	for (unsigned i = 0; i <= 4 && from + i <= end; i++)
		if (end_at(m, from + i, ret))
			return true;
	return false;
}

/* Entry I of INDEX, whose N bytes are P, is about a frame of MEMBER. */
static int add_entry(struct spz_map *m, const struct member *member,
	const uint8_t *p, size_t n, struct diag *d)
{
	uint64_t mask = UINT64_MAX >> 8, base = m->raw - le_load64(p + 8);
	uint64_t at = member->at + (le_load64(p) & mask);
	uint64_t next = member->index, raw_next = member->raw;
	uint8_t type = (uint8_t)(le_load64(p) >> 56);

	if (n > SPZ_INDEX_ENTRY_NBYTES) {
		next = member->at +
		       (le_load64(p + SPZ_INDEX_ENTRY_NBYTES) & mask);
		raw_next = le_load64(p + SPZ_INDEX_ENTRY_NBYTES + 8);
	}
	if (type == SPZ_SEGMENT)
		return read_segment(m, at, next - at, d);
	if (type == SPZ_BASE)
		return read_base(m, at, next - at, d);
	return add_frame(m, type, at, next - at, base + raw_next - m->raw, d);
}

/* Whether the entries P[0..n) can be meant: frames and bytes in order. */
static bool index_ok(const struct member *member, const uint8_t *p, size_t n)
{
	uint64_t least = SPZ_HEADER_NBYTES, raw = 0, raw_max = 0;
	uint64_t end = member->index - member->at;

	for (size_t i = 0; i < n; i += SPZ_INDEX_ENTRY_NBYTES) {
		uint64_t at = le_load64(p + i) & (UINT64_MAX >> 8);
		uint64_t raw_at = le_load64(p + i + 8);
		uint8_t type = (uint8_t)(le_load64(p + i) >> 56);

		if (at < least || at > end - SPZ_FRAME_NBYTES || raw_at < raw ||
			raw_at - raw > raw_max ||
			(type != SPZ_SEGMENT && type != SPZ_CHUNK &&
				type != SPZ_BASE))
			return false;
		least = at + SPZ_FRAME_NBYTES;
		raw = raw_at;
		raw_max = type == SPZ_CHUNK ? 1u << CHUNK_LOG2_MAX : 0;
	}
	return member->raw >= raw && member->raw - raw <= raw_max;
}

/* The frames of MEMBER by its index.  Returns 1, 0 if that is no help, -1. */
static int by_index(
	struct spz_map *m, const struct member *member, struct diag *d)
{
	uint64_t n = member->end - END_FRAME_NBYTES - member->index;
	struct diag doubt;
	uint8_t *p, type;
	uint32_t got;
	int ret = 0;

	/* within the header there is none */
	if (member->index < member->at + SPZ_HEADER_NBYTES || n > UINT32_MAX ||
		n / SPZ_INDEX_ENTRY_NBYTES >
			(member->index - member->at) / SPZ_FRAME_NBYTES + 1)
		return 0;
	p = malloc((size_t)n + 1);
	if (!p)
		return diag_nomem(d, n);
	if (get(m, p, (size_t)n, member->index, &doubt) == 0 &&
		spz_frame_check(&type, &got, p, (size_t)n, &doubt) == 0 &&
		type == SPZ_INDEX && got == n - SPZ_FRAME_NBYTES &&
		got % SPZ_INDEX_ENTRY_NBYTES == 0 &&
		index_ok(member, p + SPZ_FRAME_HEAD_NBYTES, got)) {
		ret = begin_member(m, d) ? -1 : 1;
		for (size_t i = 0; i < got && ret > 0;
			i += SPZ_INDEX_ENTRY_NBYTES)
			if (add_entry(m, member, p + SPZ_FRAME_HEAD_NBYTES + i,
				    got - i, d))
				ret = -1;
	}
	free(p);
	return ret;
}

/* --- by walking ---------------------------------------------------------- */

/*
 * A walk over the frames of one member.  What a frame says that is damaged is
 * not to be believed, not even how much it yields: only if one such frame is
 * all that lacks in a known sum, the rest has its place.
 */
struct walk {
	uint64_t at, end; /* in the file */
	uint64_t raw_at;  /* where the member begins in the original */
	uint64_t raw;     /* of the member; SPZ_RAW_UNKNOWN */
	size_t nbad, bad; /* damaged frames, and the place of the first */
	bool lost;        /* no frame was found at AT */
	uint8_t type;
	uint32_t n, yield; /* of a frame, and of a chunk */
	uint64_t nbytes;
};

static struct spz_place *places(struct spz_map *m)
{
	return (struct spz_place *)(void *)m->place.data;
}

/* What is left of the member is lost. */
static int lose(struct spz_map *m, const struct walk *w, struct diag *d)
{
	uint64_t had = m->raw - w->raw_at;
	uint64_t gone =
		w->raw == SPZ_RAW_UNKNOWN || w->raw < had ? 0 : w->raw - had;

	m->is_damaged = true;
	return add_frame(m, 0, w->at, 0, gone, d);
}

/*
 * Looks at the frame at W->at.  Returns 1 if it is whole, 0 if it is damaged
 * or none can be there (then lost is set), or -1.
 */
static int see_frame(struct spz_map *m, struct walk *w, struct diag *d)
{
	const uint64_t most = SPZ_FRAME_NBYTES + CHUNK_HEAD_NBYTES +
			      ((uint64_t)1 << CHUNK_LOG2_MAX);
	uint8_t head[SPZ_FRAME_HEAD_NBYTES], *p;
	struct diag doubt;

	w->lost = true;
	if (w->end - w->at < SPZ_FRAME_NBYTES)
		return 0;
	if (get(m, head, sizeof(head), w->at, d))
		return -1;
	if (spz_frame_parse(&w->type, &w->n, head, &doubt) ||
		w->n > w->end - w->at - SPZ_FRAME_NBYTES)
		return 0;
	w->nbytes = (uint64_t)w->n + SPZ_FRAME_NBYTES;
	w->lost = false;
	w->yield = 0;
	/* an index may be longer, and is of no use here */
	if (w->nbytes > most)
		return w->type == SPZ_INDEX || w->type & SPZ_ANCILLARY;
	p = buf_scratch(&m->frame, (size_t)w->nbytes);
	if (!p)
		return diag_nomem(d, w->nbytes);
	if (get(m, p, (size_t)w->nbytes, w->at, d))
		return -1;
	if (w->type == SPZ_CHUNK && w->n >= CHUNK_HEAD_NBYTES)
		w->yield = le_load32(p + SPZ_FRAME_HEAD_NBYTES);
	return spz_frame_check(&w->type, &w->n, p, w->nbytes, &doubt) == 0;
}

/* Takes in the frame at W->at, GOOD or damaged. */
static int take_frame(
	struct spz_map *m, struct walk *w, bool good, struct diag *d)
{
	if (good && w->type == SPZ_SEGMENT)
		return read_segment(m, w->at, w->nbytes, d);
	if (w->type == SPZ_BASE && read_base(m, w->at, w->nbytes, d))
		return -1;
	if (good ? w->type != SPZ_CHUNK : w->type == SPZ_END)
		return 0;
	if (!good && w->nbad++ == 0)
		w->bad = m->place.len / sizeof(struct spz_place);
	if (w->yield > (uint32_t)1 << CHUNK_LOG2_MAX)
		w->yield = 0;
	return add_frame(m, SPZ_CHUNK, w->at, w->nbytes, w->yield, d);
}

/* The only damaged frame yields DIFF more, or less, than it says. */
static void mend_sum(struct spz_map *m, const struct walk *w, uint64_t diff)
{
	struct spz_place *p = places(m);
	struct spz_map_piece *s = (void *)m->piece.data;
	size_t n = m->place.len / sizeof(*p);

	for (size_t i = p[w->bad].piece + 1; i < spz_map_count(m); i++)
		s[i].raw_at += diff;
	p[w->bad].raw += diff;
	for (size_t i = w->bad + 1; i < n; i++)
		p[i].raw_at += diff;
	m->raw += diff;
}

/* Leaves out all from the first damaged frame on: where it is, nobody knows. */
static int cut(struct spz_map *m, const struct walk *w, struct diag *d)
{
	const struct spz_place p = places(m)[w->bad];

	m->place.len = w->bad * sizeof(p);
	m->piece.len = (p.piece + 1) * sizeof(struct spz_map_piece);
	m->raw = p.raw_at;
	return lose(m, w, d);
}

/*
 * Goes over the frames from W->at to the END frame of the member, or to
 * W->end, where W->at then stands.
 */
static int walk_frames(struct spz_map *m, struct walk *w, struct diag *d)
{
	uint64_t had;

	do {
		int good = see_frame(m, w, d);

		if (good < 0)
			return -1;
		if (w->lost)
			break;
		if (take_frame(m, w, good, d))
			return -1;
		w->at += w->nbytes;
	} while (w->type != SPZ_END);
	m->is_damaged = m->is_damaged || w->lost || w->nbad;
	had = m->raw - w->raw_at;
	if (w->nbad == 1 && !w->lost && w->raw != SPZ_RAW_UNKNOWN &&
		w->raw - had + places(m)[w->bad].raw <=
			(uint64_t)1 << CHUNK_LOG2_MAX)
		mend_sum(m, w, w->raw - had);
	else if (w->nbad && (w->lost || w->raw != had))
		return cut(m, w, d);
	else if (w->lost || (w->raw != SPZ_RAW_UNKNOWN && w->raw > had))
		return lose(m, w, d);
	return 0;
}

/* Bytes of the original in N bytes of a file, the last chunk cut, at most. */
static uint64_t yield_max(uint64_t n)
{
	uint64_t nchunk = n / (SPZ_FRAME_NBYTES + CHUNK_HEAD_NBYTES) + 1;

	return nchunk > UINT64_MAX >> CHUNK_LOG2_MAX ? UINT64_MAX
						     : nchunk << CHUNK_LOG2_MAX;
}

/*
 * Goes over the members between AT and END.  KNOWN: there is one, of RAW
 * bytes, whatever its header says.
 */
static int walk(struct spz_map *m, uint64_t at, uint64_t end,
	const struct member *known, struct diag *d)
{
	uint8_t p[SPZ_HEADER_NBYTES];
	struct spz_header h = {
		.raw_size = known ? known->raw : SPZ_RAW_UNKNOWN};
	struct diag doubt;
	struct walk w;

	while (at < end) {
		if (get(m, p, 1, at, d))
			return -1;
		if (p[0] == 0) { /* between members */
			at++;
			continue;
		}
		if (end - at < sizeof(p)) {
			m->is_damaged = true;
			return 0;
		}
		if (get(m, p, sizeof(p), at, d))
			return -1;
		if (!known && spz_magic_distance(p, SPZ_MAGIC_NBYTES) > 8)
			return 0; /* garbage */
		if (spz_header_parse(&h, p, &doubt)) {
			m->is_damaged = true;
			h.raw_size = known ? known->raw : SPZ_RAW_UNKNOWN;
		}
		/* What is more than can be there, or be counted, is no size. */
		if (h.raw_size > yield_max(m->file->nbytes - at) ||
			h.raw_size > UINT64_MAX - m->raw)
			h.raw_size = SPZ_RAW_UNKNOWN;
		at += sizeof(p);
		w = (struct walk){.at = at,
			.end = end,
			.raw_at = m->raw,
			.raw = h.raw_size};
		if (begin_member(m, d) || walk_frames(m, &w, d))
			return -1;
		at = w.lost ? end : w.at;
	}
	return 0;
}

/* --- all of it ----------------------------------------------------------- */

/* The members at the end of the file, first to last, to RET. */
static int find_members(struct spz_map *m, struct buf *ret, struct diag *d)
{
	uint64_t end = m->file->nbytes;
	struct member member, *p;
	size_t n;

	while (end && last_member(m, end, &member)) {
		buf_add(ret, &member, sizeof(member));
		if (buf_failed(ret))
			return diag_nomem(d, ret->len);
		end = member.at;
	}
	p = (struct member *)(void *)ret->data;
	n = ret->len / sizeof(*p);
	for (size_t i = 0; i < n / 2; i++) {
		member = p[i];
		p[i] = p[n - 1 - i];
		p[n - 1 - i] = member;
	}
	return 0;
}

static int fill(struct spz_map *m, struct diag *d)
{
	struct buf found = {0};
	const struct member *p, *end;
	int ret = find_members(m, &found, d);
	uint64_t at;

	p = (const struct member *)(const void *)found.data;
	end = p ? p + found.len / sizeof(*p) : NULL;
	at = p != end ? p->at : m->file->nbytes;
	if (!ret)
		ret = walk(m, 0, at, NULL, d);
	for (; !ret && p < end; p++) {
		int more = by_index(m, p, d);

		if (more == 0)
			ret = walk(m, p->at, p->end, p, d);
		else if (more < 0)
			ret = -1;
	}
	buf_free(&found);
	return ret;
}

/* A whole header that is refused is not damage: it is of another program. */
static int see_version(struct spz_map *m, struct diag *d)
{
	uint8_t p[SPZ_HEADER_NBYTES];
	struct spz_header h;

	if (m->file->nbytes < sizeof(p))
		return 0;
	if (get(m, p, sizeof(p), 0, d))
		return -1;
	if (zip_crc32(0, p, sizeof(p) - 4) != le_load32(p + sizeof(p) - 4))
		return 0;
	return spz_header_parse(&h, p, d);
}

int spz_map_open(
	struct spz_map **ret, const struct spz_file *file, struct diag *d)
{
	struct spz_map *m = calloc(1, sizeof(*m));

	*ret = m;
	if (!m)
		return diag_nomem(d, sizeof(*m));
	m->file = file;
	if (see_version(m, d) == 0 && fill(m, d) == 0)
		return 0;
	spz_map_close(m);
	*ret = NULL;
	return -1;
}

void spz_map_close(struct spz_map *m)
{
	if (!m)
		return;
	buf_free(&m->place);
	buf_free(&m->piece);
	buf_free(&m->text);
	buf_free(&m->base);
	buf_free(&m->frame);
	free(m);
}

static const struct spz_map_piece *pieces(const struct spz_map *m)
{
	return (const struct spz_map_piece *)(const void *)m->piece.data;
}

bool spz_map_has_bases(const struct spz_map *m)
{
	return m->base.len > 0;
}

size_t spz_map_count(const struct spz_map *m)
{
	return m->piece.len / sizeof(struct spz_map_piece);
}

uint64_t spz_map_raw(const struct spz_map *m)
{
	return m->raw;
}

void spz_map_get(const struct spz_map *m, size_t i, struct spz_piece_info *ret)
{
	const struct spz_map_piece *p = &pieces(m)[i];
	struct diag doubt;

	/* it was parsed before */
	spz_segment_parse(&ret->segment,
		(const uint8_t *)m->text.data + p->text_at, p->text_n, &doubt);
	ret->raw_at = p->raw_at;
	ret->raw =
		(i + 1 < spz_map_count(m) ? p[1].raw_at : m->raw) - p->raw_at;
}
