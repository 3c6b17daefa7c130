# SPDX-License-Identifier: GPL-2.0
# Cost of a packet over the number of tunnels. Left: the kernel's helper beside us; right: what
# lies close together there, enlarged.
set terminal svg size 960,430 font 'DejaVu Sans,13' background '#ffffff' linewidth 1.4
set output out
array name[7] = ['udp', 'gre', 'esp', 'l2tp2', 'l2tp2-edited', 'l2tpip', 'in-tree']
set style line 1 lc rgb '#555555' pt 5 ps 0.6 dt 2
set style line 2 lc rgb '#1b7837' pt 7 ps 0.7
set style line 3 lc rgb '#2166ac' pt 9 ps 0.8
set style line 4 lc rgb '#b35806' pt 13 ps 0.8
set style line 5 lc rgb '#e08214' pt 12 ps 0.8
set style line 6 lc rgb '#762a83' pt 11 ps 0.8
set style line 7 lc rgb '#b2182b' pt 4 ps 0.7
f(i) = data.'/'.name[i]
set logscale x 10
set xrange [0.8:14000]
set xtics ('1' 1, '10' 10, '100' 100, '1000' 1000, '10 000' 10000) nomirror
set xlabel 'tunnels'
set border 3
set grid ytics lc rgb '#dddddd' dt 1 lw 0.6
set key top left reverse Left samplen 2 spacing 1.15
set tmargin 3
set multiplot layout 1,2
set title "GRE: the kernel's helper and vpnpass"
set ylabel 'guest instructions per packet, whole way'
set logscale y 10
set yrange [5000:400000]
set ytics ('5000' 5000, '10 000' 10000, '20 000' 20000, '50 000' 50000, '100 000' 100000, \
	'200 000' 200000) nomirror
plot f(7) with linespoints ls 7 title 'GRE, in-tree helper', \
	f(1) with linespoints ls 1 title 'plain UDP', \
	f(2) with linespoints ls 2 title "PPTP's GRE, vpnpass"
set title 'All paths of vpnpass, enlarged'
unset logscale y
stats f(1) using 2 nooutput
set yrange [STATS_min * 0.9:STATS_max * 1.12]
set ytics autofreq
unset ylabel
plot f(5) with linespoints ls 5 title 'L2TPv2 over UDP, id replaced', \
	f(4) with linespoints ls 4 title 'L2TPv2 over UDP', \
	f(1) with linespoints ls 1 title 'plain UDP', \
	f(6) with linespoints ls 6 title 'L2TPv3 over IP 115', \
	f(3) with linespoints ls 3 title 'ESP', \
	f(2) with linespoints ls 2 title "PPTP's GRE"
unset multiplot
