# SPDX-License-Identifier: MIT
# One figure as SVG: gnuplot -e "dir=...; what=...; lo=...; hi=..." plot.gp
set terminal svg size 720,420 font "sans,13" background "white"
set datafile separator ","
set grid lc rgb "#cccccc" lw 1 lt 1
set border 3 lc rgb "#555555"
set tics nomirror
set key tmargin center horizontal noautotitle
stats dir."/cyclical.csv" using "step" nooutput
n = STATS_max + 1

if (what eq "range") {
	set title "Range test: loss against learning rate, and the bounds found"
	set logscale x
	set xlabel "learning rate"
	set ylabel "training loss"
	set format x "10^{%T}"
	set yrange [0:4]
	set object rectangle from lo, graph 0 to hi, graph 1 behind \
		fc rgb "#e3f1ee" fs solid noborder
	set arrow from lo, graph 0 to lo, graph 1 nohead lw 2 lc rgb "#2a9d8f"
	set arrow from hi, graph 0 to hi, graph 1 nohead lw 2 lc rgb "#c1121f"
	set label sprintf("min %.3g  ", lo) at lo, graph 0.95 right
	set label sprintf("  max %.3g", hi) at hi, graph 0.95
	plot dir."/range.csv" using "lr":"loss" with lines lw 1.5 \
		lc rgb "#33658a"
}
if (what eq "schedule") {
	set title "What lrsched emitted: rates and sparsity by update"
	set xlabel "update"
	set xrange [0:2 * n]
	set ylabel "learning rate"
	set y2label "sparsity"
	set border 11
	set y2tics
	set y2range [0:1]
	plot dir."/constant.csv" using "step":"lr" with lines lw 2 \
			lc rgb "#888888" title "constant", \
		dir."/cyclical.csv" using "step":"lr" with lines lw 2 \
			lc rgb "#33658a" title "cyclical", \
		dir."/pruned.csv" using (column("step") + n):"lr" with lines \
			lw 2 lc rgb "#c1121f" title "retraining", \
		dir."/pruned.csv" using (column("step") + n):"sparsity" \
			axes x1y2 with lines lw 2 dt 2 lc rgb "#2a9d8f" \
			title "sparsity"
}
if (what eq "training") {
	set title "Validation error after each epoch, means over the seeds"
	set xlabel "update"
	set xrange [0:2 * n]
	set ylabel "error, %"
	set yrange [0:15]
	curve(name) = strcol("run") eq name ? 100 * column("val_error") : NaN
	plot dir."/curves.csv" using "step":(curve("constant")) \
			with linespoints lw 2 pt 7 ps .4 lc rgb "#888888" \
			title "constant", \
		"" using "step":(curve("cyclical")) with linespoints \
			lw 2 pt 7 ps .4 lc rgb "#33658a" title "cyclical", \
		"" using (column("step") + n):(curve("pruned")) \
			with linespoints lw 2 pt 7 ps .4 lc rgb "#c1121f" \
			title "pruned"
}
