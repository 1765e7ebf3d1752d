# Trimtab: learning rates over time, and which weights survive.
#
#   make deps demo     a fresh Debian machine to a trained, pruned, compressed
#                      network
#   make deps check    a fresh Debian machine to "N passed, N failed"
#
# Targets: all deps demo check check-full bench fuzz lint san tsan install
# uninstall clean help; interop-deps interop, which train with real frameworks
# (PyPI); cross, which compiles for musl, macOS and FreeBSD and runs tests of
# s390x and aarch64 builds under qemu; coverage, which says what tests reach;
# rooms, which shows what the folders of lib/ export; mutants, which asks
# whether tests would notice a change:
# make mutants ROOM=curve COUNT=20 TESTS='lrfind'.
#
# Knobs (on the command line or in the environment):
#   CC=gcc             the compiler; gcc and clang build without a warning
#   CFLAGS=-O2 -g      yours come last and win over ours; a change rebuilds
#   CPPFLAGS, LDFLAGS  added to ours
#   V=1                shows commands as they run
#   PREFIX=/usr/local  where install puts bin/, share/man/ and the shells'
#                      completions; DESTDIR before it
#   B=build            where all output goes
#   SAN=1              builds with AddressSanitizer and UBSan ('make san' uses
#                      it with B=build/san); SAN=thread with ThreadSanitizer
#                      ('make tsan', B=build/tsan)
#   FUZZ_SECONDS=60    how long 'make fuzz' runs each target, and
#   FUZZ_RUNS=         after how many executions it stops at the latest;
#                      without FUZZ_SECONDS there is no other limit
#   PYTHON=            whose frameworks 'make interop' trains with; default:
#                      what 'make interop-deps' installed, else python3
#
# The link lines below name, for each binary, the archives it needs and no
# others: read them as the map of the code.

VERSION := 0.1.0
B ?= build
PREFIX ?= /usr/local
FUZZ_SECONDS ?= $(if $(FUZZ_RUNS),0,60)
CFLAGS ?= -O2 -g

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wvla
comma := ,
usual := address$(comma)undefined$(comma)float-cast-overflow
sanitizers := $(subst 1,$(usual),$(SAN))
SANFLAGS := $(if $(SAN),-fsanitize=$(sanitizers) \
	-fno-sanitize-recover=all -fno-omit-frame-pointer)

# In variables of their own: a knob of the environment passes to a make that is
# started within this one as the user set it.
# glibc and musl show POSIX where asked; macOS and FreeBSD then hide all else.
cppflags := -Ilib -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 \
	-D_DARWIN_C_SOURCE -D__BSD_VISIBLE=1 -D__XSI_VISIBLE=700 \
	-DTRIMTAB_VERSION='"$(VERSION)"' $(CPPFLAGS)
# No contraction: a*b+c must give the same bits on every machine.
# Warnings are the plain build's: they are a tenth of a compiler's time.
cflags := -std=c11 $(if $(SAN),,$(WARNINGS)) -ffp-contract=off -pthread \
	$(SANFLAGS) $(CFLAGS)
ldflags := -pthread $(SANFLAGS) $(LDFLAGS)

ifneq ($(words $B),1)
$(error B='$B' must be one word: make cannot name targets with blanks)
endif

ifneq ($(V),1)
MAKEFLAGS += -s
say = @printf '  %-6s %s\n' $(1) $(2);
endif

all:

# --- lib: one archive per layer -------------------------------------------

LAYERS := base file object builtin syntax py numpy text event pair form line source \
	tape role settings sched words making optim call skim config stepper script spec \
	log match fit curve watch tensor format pickle model select choice stat prune check \
	plan entropy chunk spz
LIBS := $(LAYERS:%=$B/lib/%.a)

# A folder is newer than its archive where a file has left it.
define archive
$B/lib/$(1).a: $(patsubst %.c,$B/%.o,$(wildcard lib/$(1)/*.c)) lib/$(1)
endef
$(foreach layer,$(LAYERS),$(eval $(call archive,$(layer))))

$(LIBS):
	$(call say,AR,$@) mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# --- cmd: one binary per tool ---------------------------------------------

TOOLS := lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune spzip
BINS := $(TOOLS:%=$B/%)
LINKS := unspzip spzcat

cli := $(patsubst %,$B/cmd/%.o,cli opt complete progress remedy suffix synonyms)
schedule := $(patsubst %,$B/cmd/schedule_%.o,opts remarks)
plot := $(patsubst %,$B/cmd/%.o,plot plot_line gnuplot)
weights := $B/cmd/weights.o
packed := $B/cmd/packed.o
rows := $B/cmd/rows.o
rules := $B/cmd/rules.o
logs := $(patsubst %,$B/cmd/%.o,logs logs_remarks)
tool = $(patsubst %.c,$B/%.o,cmd/$(1).c $(wildcard cmd/$(1)_*.c)) $(cli)
lib = $(patsubst %,$B/lib/%.a,$(1))

# What reads schedules, what reads logs, and the language below both; weights.
schedules := spec script stepper skim config call optim making words sched settings
readers := log role tape source event line form pair
language := text numpy py syntax builtin object file base
models := model pickle format tensor

$B/lrsched: $(call tool,lrsched) $(schedule) $(plot) \
	$(call lib,$(schedules) $(readers) $(language))
$B/lrcheck: $(call tool,lrcheck) $(schedule) $(logs) $(rows) $(plot) \
	$(call lib,fit match $(readers) $(schedules) $(language))
$B/lrfind: $(call tool,lrfind) $(schedule) $(logs) $(rows) $(plot) \
	$(call lib,curve $(readers) $(schedules) $(language))
$B/lrlog: $(call tool,lrlog) $(logs) $(rows) $(plot) \
	$(call lib,$(readers) text syntax builtin object file base)
$B/lrwatch: $(call tool,lrwatch) $(schedule) $(logs) $(rows) \
	$(call lib,watch $(readers) $(schedules) $(language))
$B/wcmp: $(call tool,wcmp) $(weights) $(rows) \
	$(call lib,stat choice select $(models) text file base)
$B/wstat: $(call tool,wstat) $(weights) $(rows) \
	$(call lib,check plan stat choice select $(models) text file base)
$B/wplan: $(call tool,wplan) $(rows) $(rules) \
	$(call lib,plan choice select $(models) text file base)
$B/wprune: $(call tool,wprune) $(weights) $(rows) $(rules) $(packed) \
	$(call lib,spz chunk entropy plan prune stat choice select $(models) text file base)
$B/spzip: $(call tool,spzip) $(rows) $(packed) \
	$(call lib,spz chunk entropy prune choice select $(models) text file base)

$B/lrsched $B/lrcheck $B/lrfind $B/lrwatch: LDLIBS += -lcsv -ljansson -lz -lm
$B/lrlog: LDLIBS += -lcsv -lz -lm
$B/wcmp $B/wstat $B/wplan $B/wprune: LDLIBS += -lcsv -ljansson -lz -lm
$B/spzip: LDLIBS += -lcsv -ljansson -lz -lm

SHELLS := bash zsh fish
COMPLETIONS := $(foreach s,$(SHELLS),$(TOOLS:%=$B/completion/%.$s))

all: $(BINS) $(LINKS:%=$B/%) $(COMPLETIONS)

$(BINS):
	$(call say,LINK,$@) $(CC) $(ldflags) -o $@ $^ $(LDLIBS)

$(LINKS:%=$B/%): $B/spzip
	ln -sf spzip $@

define completion
$B/completion/%.$(1): $B/%
	mkdir -p $$(@D) && $$< --completion $(1) >$$@
endef
$(foreach s,$(SHELLS),$(eval $(call completion,$s)))

# --- objects ---------------------------------------------------------------

# Rebuilds all when the compiler or a flag changes.
config := $(CC) $(cppflags) $(cflags) $(ldflags)
$B/config: FORCE
	mkdir -p $B
	printf '%s\n' '$(subst ','\'',$(config))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(config))' > $@

# Definitions, as the bytes of an array.
$B/%.py.inc: %.py
	mkdir -p $(@D) && od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g' > $@

# One of each library.
$B/lib/call/definitions.inc: $(patsubst %,$B/%.inc,$(wildcard lib/call/*.py))
	for f in $(^F:.py.inc=); do printf '%s\n' "static const char $${f}_py[] = {" \
		"#include \"call/$$f.py.inc\"" "};"; done >$@

$B/lib/call/library.o: $B/lib/call/definitions.inc
$B/lib/call/library.o: cppflags += -I$B/lib

$B/lib/stepper/classes.o: $B/lib/stepper/classes.py.inc
$B/lib/stepper/classes.o: cppflags += -I$B/lib

$B/lib/watch/read.o: $B/lib/watch/policies.py.inc
$B/lib/watch/read.o: cppflags += -I$B/lib

# Loops over weights are for the compiler to turn into vectors.
$B/lib/chunk/kernel.o $B/lib/select/view.o $B/lib/select/look.o \
$B/lib/select/apply.o $B/lib/select/format.o $B/lib/select/pick.o \
$B/lib/stat/kernel.o $B/lib/choice/score.o \
$B/lib/prune/unit.o $B/lib/prune/row.o \
$B/lib/prune/mark.o: cflags += $(if $(SAN),,-O3)

# What reads binary formats; tests/fuzz/run.sh treats it as such.
$(patsubst %.c,$B/%.o,$(wildcard lib/event/*.c lib/tensor/*.c \
	lib/format/*.c lib/pickle/*.c lib/model/*.c)): \
	cflags += $(BINARY_CFLAGS)

$B/%.o: %.c $B/config
	$(call say,CC,$<) mkdir -p $(@D) && \
		$(CC) $(cppflags) $(cflags) -MMD -MP -c -o $@ $<

-include $(shell find $B -name '*.d' 2>/dev/null)

# --- tests -------------------------------------------------------------------

BENCHES := $(patsubst tests/bench/%.c,$B/bench/%,$(wildcard tests/bench/*.c))
UNITS := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/test_*.c))
REPLAYS := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
all_libs := $(call lib,spz chunk entropy check plan prune stat choice select $(models) watch \
	curve fit match $(readers) $(schedules) $(language))
TEST_LDLIBS := -lcsv -ljansson -lz -lm

# Expressions, and what CPython says that they are.
$B/tests/unit/py_cases.h: tests/unit/py_cases.py
	mkdir -p $(@D) && python3 $< >$@.tmp && mv $@.tmp $@

$B/tests/unit/test_python.o: $B/tests/unit/py_cases.h
$B/tests/unit/test_python.o: cppflags += -I$B/tests/unit

$(UNITS): $B/unit/%: $B/tests/unit/%.o $(all_libs)
	$(call say,LINK,$@) mkdir -p $(@D) && \
		$(CC) $(ldflags) -o $@ $^ $(TEST_LDLIBS)

# Allocations that are to fail go by way of the test.
$B/unit/test_spz_faults: private ldflags += \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free

$(REPLAYS): $B/fuzz/%: $B/tests/fuzz/%.o $B/tests/fuzz/replay.o $(all_libs)
	$(call say,LINK,$@) mkdir -p $(@D) && \
		$(CC) $(ldflags) -o $@ $(filter %.o,$^) $(filter %/cmd.a,$^) \
			$(all_libs) $(TEST_LDLIBS)

# The shim that makes calls fail must not need what it makes fail, and wraps
# the calls by the names they have without _FILE_OFFSET_BITS.
FAULTS := $B/fault/shim.so $B/fault/escape.so $B/fault/sweep $B/fault/clumsy

$B/fault/shim.so: tests/fault/fault.h
$B/fault/shim.so $B/fault/escape.so: $B/fault/%.so: tests/fault/%.c $B/config
	$(call say,LINK,$@) mkdir -p $(@D) && $(CC) -std=c11 $(WARNINGS) \
		-O1 -fno-builtin -fPIC -shared -o $@ $< -ldl

# What starts thousands of processes takes none of a sanitizer's memory along.
$B/fault/sweep $B/fault/clumsy: private ldflags := -pthread $(LDFLAGS)
$B/tests/fault/%.o: private cflags += -fno-sanitize=all

$B/fault/sweep: $B/tests/fault/sweep.o $B/tests/fault/tree.o
$B/fault/clumsy: $B/tests/fault/clumsy.o
$B/fault/sweep $B/fault/clumsy:
	$(call say,LINK,$@) mkdir -p $(@D) && $(CC) $(ldflags) -o $@ $^

# Python of the tests that want numpy, without a second start of it.
$B/numpy: tests/numpy/client.c $B/config
	$(call say,LINK,$@) $(CC) -std=c11 $(WARNINGS) -O1 -o $@ $<

# The tools without their main(), for what tests them from within.
$B/cmd.a: $(TOOLS:%=$B/nomain/%.o) $(patsubst %.c,$B/%.o,\
	$(filter-out $(TOOLS:%=cmd/%.c),$(wildcard cmd/*.c))) cmd
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$B/nomain/%.o: cmd/%.c $B/config
	$(call say,CC,$<) mkdir -p $(@D) && \
		$(CC) $(cppflags) $(cflags) -Dmain=$*_main \
			-Wno-missing-prototypes -MMD -MP -c -o $@ $<

$B/fuzz/fuzz_options: $B/cmd.a

libs: $(LIBS)

tools: $B/cmd.a

# All that is compiled, for systems whose libraries are not here to link with.
objects: $(patsubst %.c,$B/%.o,$(wildcard lib/*/*.c cmd/*.c))

tests: all $(UNITS) $(REPLAYS) $(FAULTS) $(BENCHES) $B/numpy

# Half of a sanitized tool's time is its start, and a third of that relocations
# and libubsan, which only gcc has as a library of its own.
san:
	$(MAKE) SAN=1 B=$B/san CFLAGS='-O1 -g1 -fno-pie' LDFLAGS='-no-pie \
		$(if $(findstring clang,$(CC)),,-static-libubsan)' tests

# Units and corpora run with sanitizers; bats files want the tools, and what
# CPython's answers are held to.
check: all $(FAULTS) $B/numpy $B/unit/test_python san
	tests/run.sh $B

# The sweep of failing calls takes most of an hour.
check-full: tests san tsan
	FULL=1 LIMIT=$${LIMIT:-7200} tests/run.sh $B

# The tests of what runs in threads; tests/run.sh runs them where it is FULL.
THREADED := test_base test_deep test_num test_prune_file test_spz_file

tsan:
	$(MAKE) SAN=thread B=$B/tsan CFLAGS='-O1 -g' all $(THREADED:%=$B/tsan/unit/%)

# Needs clang; every target starts from its corpus and what earlier runs found.
fuzz:
	tests/fuzz/run.sh $(FUZZ_SECONDS) $(or $(FUZZ_RUNS),-1)

bench: all $(BENCHES)
	tests/bench/bench.sh $B

$(BENCHES): $B/bench/%: $B/tests/bench/%.o $(all_libs)
	$(call say,LINK,$@) mkdir -p $(@D) && \
		$(CC) $(ldflags) -o $@ $^ $(TEST_LDLIBS)

# For other systems and processors; what is not installed is skipped.
cross:
	tests/cross.sh $B/cross

# What is not installed is skipped.
interop: all | $(filter interop-deps,$(MAKECMDGOALS))
	tests/interop.sh $B $(PYTHON)

interop-deps:
	tests/deps.sh slurm-wlm
	python3 -m venv $B/interop-venv
	$B/interop-venv/bin/pip install -r tests/interop/requirements.txt

# How much of lib/ the tests reach, by folder; what gives up its rights could
# not say in the end what it reached.
coverage:
	$(MAKE) B=$B/coverage CFLAGS='-O0 -g --coverage -DSPZIP_NO_SANDBOX' \
		LDFLAGS=--coverage tests
	tests/coverage.sh $B/coverage

lint:
	tests/lint.sh

# Whether tests notice COUNT mutants of lib/ROOM: its unit tests and TESTS.
mutants:
	BUILD=$B tests/mutants.py $(or $(ROOM),base) $(or $(COUNT),20) $(TESTS)

# What each folder of lib/ shows to others and keeps to itself.
rooms: all
	tests/rooms.py $B -v

# --- the main job ------------------------------------------------------------

# Its hundred trainings take every processor, also where make was given no -j.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

# $B from there; relative, as a directory above may have blanks in its name.
there := $(if $(filter /%,$B),$B,../../$B)

demo: all
	$(MAKE) $(jobs) -C examples/digits TRIMTAB=$(there) OUT=$(there)/demo

# --- dependencies ------------------------------------------------------------

PACKAGES := gcc libc6-dev make libcsv-dev zlib1g-dev libjansson-dev bats \
	python3-numpy gnuplot-nox mandoc xz-utils universal-ctags hdf5-tools \
	zip unzip zsh parallel

deps:
	tests/deps.sh $(PACKAGES)

# 'make -j deps demo' installs before it builds.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
$(sort $(filter-out deps,$(MAKECMDGOALS)) san): | deps
$(patsubst %.c,$B/%.o,$(wildcard lib/*/*.c cmd/*.c tests/*/*.c)): | deps
endif

# --- install -----------------------------------------------------------------

bindir := $(DESTDIR)$(PREFIX)/bin
mandir := $(DESTDIR)$(PREFIX)/share/man
exampledir := $(DESTDIR)$(PREFIX)/share/doc/trimtab/examples
magicdir := $(DESTDIR)$(PREFIX)/share/misc
bashdir := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

# Examples that are of use without the source.
EXAMPLES := h5 distributed

install: all
	for e in $(EXAMPLES); do \
		mkdir -p "$(exampledir)/$$e" && \
		install -m 755 examples/$$e/*.sh "$(exampledir)/$$e" && \
		install -m 644 examples/$$e/[A-Z]* "$(exampledir)/$$e" || \
			exit 1; \
	done
	for s in 1 5 7; do \
		mkdir -p "$(mandir)/man$$s" && \
		install -m 644 man/*.$$s "$(mandir)/man$$s" || exit 1; \
	done
	mkdir -p "$(bindir)" "$(bashdir)" "$(zshdir)" "$(fishdir)" "$(magicdir)"
	install -m 644 cmd/spzip.magic "$(magicdir)"
	install -m 755 $(BINS) "$(bindir)"
	for t in $(TOOLS); do \
		install -m 644 $B/completion/$$t.bash "$(bashdir)/$$t" && \
		install -m 644 $B/completion/$$t.zsh "$(zshdir)/_$$t" && \
		install -m 644 $B/completion/$$t.fish "$(fishdir)" || exit 1; \
	done
	for l in $(LINKS); do \
		ln -sf spzip "$(bindir)/$$l" && \
		ln -sf spzip "$(bashdir)/$$l" && \
		ln -sf spzip.fish "$(fishdir)/$$l.fish" && \
		ln -sf spzip.1 "$(mandir)/man1/$$l.1" || exit 1; \
	done

uninstall:
	for f in $(TOOLS) $(LINKS); do \
		rm -f "$(bindir)/$$f" "$(bashdir)/$$f" "$(zshdir)/_$$f" \
			"$(fishdir)/$$f.fish"; \
	done
	for f in $(notdir $(wildcard man/*.[157])) $(LINKS:%=%.1); do \
		rm -f "$(mandir)/man$${f##*.}/$$f"; \
	done
	rm -f "$(magicdir)/spzip.magic"
	for e in $(EXAMPLES); do rm -rf "$(exampledir)/$$e"; done

clean:
	rm -rf $B

help:
	sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

FORCE:
.DELETE_ON_ERROR:
.PHONY: all libs tools objects rooms deps demo check check-full bench fuzz \
	cross coverage mutants interop interop-deps lint san tsan tests install \
	uninstall clean help FORCE
