/* SPDX-License-Identifier: MIT */
/* What a log's lines tell: {what, text, pairs, options}. */
{"CSV",
	"step,lr,loss\n0,1e-05,2.27\n1,2e-05,\n", "step=0, lr=1e-05, loss=2.27"
	" ~ step=1, lr=2e-05", {0}},
{"a number that may go on is left out",
	"step,loss,lr\n0,2.5,0.1\n1,2.25,0.20", "step=0, loss=2.5, lr=0.1"
	" ~ step=1, loss=2.25 cut", {0}},
{"a quoted cell over lines",
	"step,note,loss\n0,\"a, \"\"b\"\"\nc\",2.5\n1,x,2\n",
	"step=0, note='a, \"b\"\nc', loss=2.5 ~ step=1, note='x', loss=2", {0}},
{"decimal commas",
	"Schritt;Lernrate;Verlust\n0;1e-05;2,27149\n",
	"Schritt=0, Lernrate=1e-05, Verlust=2.27149", {0}},
{"a dict in a line",
	"Train: 2%|#  | 1/60 [00:55<54:36, 55.5s/it]{'loss': '0.66', "
	"'lr': [0.1, 0.2], 'x': {'y': None, 'z': nan}}\n",
	"bar loss=0.66, lr=0.1, lr#1=0.2, x.z=nan, #c=1/60, s/it=55.5", {0}},
{"llm.c", "step    1/80 | loss 2.27 (+nanz)| lr 1.00e-05 | 42.6% bf16 MFU\n",
	"step=1/80, loss=2.27, lr=1e-05, bf16 MFU=42.6", {0}},
{"timm", "Train: 0 [   3/20 (  5%)]  Loss:  2.25 (2.5)  LR: 1.000e-06\n",
	"Train=0, #c=3/20, Loss=2.25, Loss ()=2.5, LR=1e-06", {0}},
