# SPDX-License-Identifier: MIT
# One figure as SVG, of those that the Makefile names:
#	gnuplot -e "dir=...; what=...; lo=...; hi=...; at=..." plot.gp
set terminal svg size 720,420 font "sans,13" background "white"
set datafile separator ","
set grid lc rgb "#cccccc" lw 1 lt 1
set border 3 lc rgb "#555555"
set tics nomirror
set tmargin 5
set title offset 0, 1.3
set key at graph 0.5, graph 1.03 bottom center horizontal \
	samplen 2 width -1 noautotitle
stats dir."/cyclical.csv" using "step" nooutput
n = STATS_max + 1

runs = "constant found cyclical dense pruned"
colours = "#888888 #e09f3e #33658a #2a9d8f #c1121f"

# Where training diverges, the loss leaves the picture.
if (what eq "range") {
	set title sprintf("Range test: bounds %.3g to %.3g, suggested %.3g", \
		lo, hi, at)
	set logscale x
	set xlabel "learning rate"
	set ylabel "training loss"
	set format x "10^{%T}"
	set yrange [0:4]
	set object rectangle from lo, graph 0 to hi, graph 1 behind \
		fc rgb "#cfe8e3" fs solid noborder
	set arrow from at, graph 0 to at, graph 1 nohead lw 2 lc rgb "#c1121f"
	plot dir."/range.csv" using "lr":"loss" with lines lw 1.5 \
			lc rgb "#33658a" title "loss", \
		keyentry with boxes fc rgb "#cfe8e3" fs solid noborder \
			title "bounds", \
		keyentry with lines lw 2 lc rgb "#c1121f" \
			title "suggested"
}
if (what eq "schedule") {
	set title "Learning rates, and the sparsity to prune to, by update"
	set xlabel "update"
	set xrange [0:2 * n]
	set ylabel "learning rate"
	set yrange [0:1.1 * hi]
	set y2label "sparsity"
	set border 11
	set y2tics
	set y2range [0:1.1]
	# Every eighth row, in which the corners are.
	plot for [i = 1:3] dir."/".word(runs, i).".csv" every 8 \
			using "step":"lr" with lines lw 2 \
			lc rgb word(colours, i) title word(runs, i), \
		dir."/retrain.csv" every 8 using (column("step") + n):"lr" \
			with lines lw 2 lc rgb word(colours, 4) \
			title "trained on", \
		"" every 8 using (column("step") + n):"sparsity" \
			axes x1y2 with lines lw 2 dt 2 lc rgb word(colours, 5) \
			title "sparsity"
}
if (what eq "training") {
	set title "Validation error by update: mean over the seeds, in a band " \
		."of one standard deviation"
	set xlabel "update"
	set xrange [0:2 * n]
	set ylabel "error, %"
	set logscale y
	set yrange [2:20]
	set ytics (2, 3, 4, 5, 7, 10, 15, 20)
	x(i) = column("step") + 1 + (i > 3 ? n : 0)
	y(i, k) = strcol("run") eq word(runs, i) ? \
		100 * (column("error") + k * column("sd")) : NaN
	set style fill transparent solid 0.15 noborder
	plot for [i = 1:5] dir."/curves.csv" using (x(i)):(y(i, -1)):(y(i, 1)) \
			with filledcurves lc rgb word(colours, i), \
		for [i = 1:5] "" using (x(i)):(y(i, 0)) with linespoints \
			lw 2 pt 7 ps .4 lc rgb word(colours, i) \
			title word(runs, i)
}
