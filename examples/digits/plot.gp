# SPDX-License-Identifier: MIT
# The schedules or the training as SVG, in the manner of lrfind --plot:
#	gnuplot -e "dir=...; what=...; hi=..." plot.gp
set terminal svg size 900,560 font "Helvetica,Arial,sans-serif,15" \
	background "white"
set datafile separator ","
set grid lt 1 lw 0.7 lc rgb "#e0e0e0"
set border 3 lc rgb "#606060"
set tics scale 0.6 nomirror textcolor rgb "#303030"
# The title stands over the legend, so it is the legend's.
set key tmargin center horizontal Left reverse samplen 3 spacing 1.1 noautotitle
stats dir."/cyclical.csv" using "step" nooutput
n = STATS_max + 1

runs = "constant found cyclical dense pruned"
colours = "#888888 #e69f00 #0072b2 #009e73 #d55e00"

if (what eq "schedule") {
	set key title "Learning rates, and the sparsity to prune to" \
		font ",18"
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
			using "step":"lr" with lines lw 2.5 \
			lc rgb word(colours, i) title word(runs, i), \
		dir."/retrain.csv" every 8 using (column("step") + n):"lr" \
			with lines lw 2.5 lc rgb word(colours, 4) \
			title "trained on", \
		"" every 8 using (column("step") + n):"sparsity" \
			axes x1y2 with lines lw 2.5 dt 2 lc rgb word(colours, 5) \
			title "sparsity"
}
if (what eq "training") {
	set key title "Validation error: mean over the seeds, in a band " \
		."of one standard deviation" font ",18"
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
			lw 2.5 pt 7 ps .4 lc rgb word(colours, i) \
			title word(runs, i)
}
