#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is not pruned unless asked for: scales, biases, masks, tables and tokens
# by their names, and shards that hold nothing else.

load helper
load weights

# Names of tensors of two dimensions or more in checkpoints people have.
kept_names() {
	cat <<-'END'
		optimizer.state.0.exp_avg_sq
		optimizer_states.0.state.1.momentum_buffer
		optimizer_state_dict.state.2.sum
		fc1.weight.exp_avg
		dense/kernel/Adam_1
		m/dense/kernel/.OPTIMIZER_SLOT/opt/m/.ATTRIBUTES/VARIABLE_VALUE
		optimizer/_variables/2/.ATTRIBUTES/VARIABLE_VALUE
		m/query/bias/.ATTRIBUTES/VARIABLE_VALUE
		query/bias:0
		model.layers.0.self_attn.q_proj.scales
		model.layers.0.self_attn.q_proj.qzeros
		model.layers.0.mlp.down_proj.weight_scale
		model.layers.0.mlp.down_proj.weight_scale_2
		model.layers.0.mlp.down_proj.weight_scale_inv
		model.layers.0.mlp.down_proj.input_scale
		model.layers.0.mlp.down_proj.weight_global_scale
		model.layers.0.mlp.down_proj.weight_zero_point
		model.layers.0.mlp.zeropoints
		model.layers.0.mlp.down_proj.weight.absmax
		model.layers.0.mlp.down_proj.weight.nested_absmax
		model.layers.0.mlp.down_proj.weight.quant_map
		model.layers.0.mlp.down_proj.biases
		model.layers.0.mlp.down_proj.zeros
		model.layers.0.mlp.down_proj.codebooks
		model.layers.0.mlp.experts.down_proj_scales
		model.layers.0.mlp.experts.gate_up_proj_bias
		model.layers.0.self_attn.q_proj.weight_quantizer._amax
		transformer.layers.0.attention.qkv.weights_scaling_factor
		transformer.layers.0.mlp.smoother
		mlp.act.scales
		h.0.attn.bias
		h.0.attn.masked_bias
		bias
		lstm.bias_hh_l0.bias
		backbone.layers.0.mixer.A_log
		layers.0.A_logs
		layers.0.mixer.D
		blocks.0.att.time_faaaa
		blocks.0.att.time_mix_k
		rwkv.blocks.0.attention.time_mix_receptance
		layers.0.blocks.0.attn.relative_position_bias_table
		layers.0.blocks.0.attn.relative_coords_table
		encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight
		blocks.0.attn.rel_pos_h
		cls_token
		dist_token
		mask_token
		register_tokens
		qformer.query_tokens
		mask_decoder.iou_token.weight
		pos_embed
		vit.embeddings.position_embeddings
		encoder.positional_embedding
		model.encoder.embed_positions.weight
		pos_emb
		pos_encoder.pe
		model.rotary_emb.inv_freq
		layers.0.self_attn.rotary_emb.cos_cached
		attn_mask
		layers.0.mask
		logit_scale
		layer_scale.gamma
		stages.0.blocks.0.grn.gamma
		stages.0.blocks.0.grn.beta
		conv_pre.weight_g
		model.layers.0.self_attn.k_proj.s
		model.layers.0.self_attn.k_proj.s_channel
		model.layers.0.self_attn.k_proj.s_group
		model.layers.0.self_attn.q_proj.weight._shift
		model.layers.0.mlp.down_proj.forward_hadamard_matrix
		model.layers.0.mlp.down_proj.tlut
		blocks.0.attn.attention_biases
		h.0.attn.tril
		perceiver_resampler.latents
		latents
		transformer.visual.attn_pool.query
		blocks.0.modulation
		token_embd.weight
		position_embd.weight
		per_layer_token_embd.weight
		blk.0.ffn_gate_inp.weight
		enc.blk.0.attn_rel_b.weight
		blk.0.ssm_a
		blk.0.ssm_d
		blk.0.time_mix_first.weight
		blk.0.time_mix_decay.weight
		blk.0.time_mix_lerp_fused.weight
		blk.0.channel_mix_lerp_k.weight
		blk.0.time_mix_r_k.weight
		blocks.0.att.x_r
		blocks.0.att.w0
		blocks.0.att.k_k
		blocks.0.att.r_k
		blocks.0.ffn.x_k
		model.layers.0.attn.x_g
		model.layers.0.attn.k_a
		encoder_level1.0.attn.temperature
		encoder_q.queue
		model.22.dfl.conv.weight
		preprocessor.featurizer.fb
		stft.forward_basis
		spectrogram_extractor.stft.conv_real.weight
		logmel_extractor.melW
		synthesis.b8.resample_filter
		synthesis.b8.conv1.noise_const
		conv1.conv.blur.kernel
		layer2.0.downsample.0.filt
		conv.parametrizations.weight.original0
		q_proj.lora_magnitude_vector
		norm.weight
		ln.norm1.weight
		bn.running_mean
		normalize_inputs.buffer_image.std
		pixel_mean
		detect.anchors
		mel_filters
		model.embed_tokens.weight
		transformer.wte.weight
		model/wte
		wpe
		emb.weight
		emb
		enc_emb
		model.cls_emb
		heads.emb
		rnn/emb
		lm_head.weight
		output.weight
		block_sparse_moe.gate.weight
		mlp.shared_expert_gate.weight
		mlp.router.weight
	END
}

# Weights, some with names that only look like the above.
pruned_names() {
	cat <<-'END'
		optimizer/_trainable_variables/0/.ATTRIBUTES/VARIABLE_VALUE
		m/query/kernel/.ATTRIBUTES/VARIABLE_VALUE
		optimized.proj.weight
		model.layers.0.self_attn.q_proj.weight
		blk.0.attn_output.weight
		bert.encoder.layer.0.output.dense.weight
		model.layers.0.mlp.gate_proj.weight
		model.layers.0.mlp.experts.down_proj
		h.0.attn.c_attn.weight
		layers.0.mixer.in_proj.weight
		layers.0.mixer.x_proj.weight
		layers.0.mixer.conv1d.weight
		blocks.0.att.receptance.weight
		blocks.0.time_mix.value.weight
		blk.0.time_mix_key.weight
		blk.0.time_mix_receptance.weight
		blk.0.ssm_x.weight
		blk.0.ffn_gate.weight
		blocks.0.att.w1
		blocks.0.att.key.weight
		model.layers.0.attn.k_proj.weight
		model.layers.0.attn.r_proj.weight
		double_blocks.0.img_mod.lin.weight
		modulation.lin.weight
		mixer.filter.weight
		basis_proj.weight
		lstm.weight_hh_l0
		conv.weight_v
		conv.parametrizations.weight.original1
		q_proj.lora_A.weight
		tokenizer_proj.weight
		time_emb.0.weight
		emb_proj.weight
		decoder.emb.proj.kernel
		memb
		token_mixer.weight
		biased_proj.weight
		biasnet.0.weight
		tables_head.weight
		normal_head.weight
		transformer_blocks.0.norm1.linear.weight
		composed_encoder.0.weight
		decoder.alphabet.weight
		Dense_0.kernel
		fc.weight
		w
	END
}

# The file m: every name with the same values.
named_model() {
	{ kept_names; pruned_names; } >all
	py <<-'END'
		a = np.arange(1, 9, dtype="<f4").reshape(2, 4)
		st.save("m", {n.strip(): a for n in open("all")})
	END
}

@test "what is no weight by its name is left as it is, and the report says why" {
	named_model
	wprune -q -s .5 m -o x --report r
	kept_names >kept
	pruned_names >pruned
	wstat m >s
	py <<-'END'
		import csv, fnmatch
		a, b = st.load("m")[0], st.load("x")[0]
		kept = open("kept").read().split()
		pruned = open("pruned").read().split()
		rows = {r["tensor"]: r for r in csv.DictReader(open("r"))}
		stat = {r["tensor"]: r for r in csv.DictReader(open("s"))}
		assert len(rows) == len(kept) + len(pruned) == len(a)
		for n in kept:
		    pattern, what = rows[n]["reason"].split(": ")
		    assert (a[n] == b[n]).all(), n
		    assert what == "an embedding" or "embed_tokens" not in n
		    assert rows[n]["decision"] == stat[n]["decision"] == "skip:name"
		    plain = n.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE").removesuffix(":0")
		    assert fnmatch.fnmatchcase(plain, pattern) and what, rows[n]
		    weight = what.split()[-1] in ("embedding", "head", "experts")
		    assert stat[n]["decay"] == "01"[weight], stat[n]
		for n in pruned:
		    assert (b[n] == 0).sum() == 4, n
		    assert rows[n]["decision"] == stat[n]["decision"] == "prune"
		    assert rows[n]["reason"] == "", rows[n]
		    assert stat[n]["decay"] == "1", stat[n]
	END
}

@test "the defaults hold within longer names, for any number of dimensions" {
	py <<-'END'
		names = """a.scale.b xscalex zero.point x_zero_points.weight a.qzeros
		    an.absmax.of a.bias.bias A_log mixer.A_log a_table b_token
		    x.pos.y.embed.z posembed amaskb mask""".split()
		shape = [(4, 4), (2, 4, 2), (1, 1, 4, 4), (1, 4)]
		st.save("m", {n: np.full(shape[i % 4], 2, "<f4")
		              for i, n in enumerate(names)})
	END
	wprune -q -s .5 m | cmp - m
	run -0 bash -c 'wprune -q -n -s .5 --report - m | cut -d, -f6 | sort -u'
	[ "$output" = $'decision\nskip:name' ]
}

@test "a user's patterns come before the names" {
	named_model
	decisions() {
		wprune -q -n -s .5 --report - m "$@" | cut -d, -f2,6 |
			grep -E '^(h.0.attn.bias|cls_token|w|mask_token),' |
			cut -d, -f2 | paste -s -d ' '
	}
	[ "$(decisions)" = "skip:name skip:name skip:name prune" ]
	[ "$(decisions --include '*attn.bias')" = \
		"prune skip:name skip:name prune" ]
	[ "$(decisions --include '*_token' --exclude 'm*')" = \
		"skip:name prune skip:exclude prune" ]
	[ "$(decisions --only '*_token')" = \
		"skip:only prune prune skip:only" ]
	[ "$(decisions --include '*')" = "prune prune prune prune" ]
}

@test "a remark says how many weights the names left out" {
	py <<-'END'
		one = np.ones((4, 5), "<f4")
		st.save("m", {"a.weight": one, "b.weight": one, "a.scales": one,
		    "b.scales": one[0], "embed": one, "i.scales": np.arange(6)})
		st.save("n", {"a.weight": one, "b.weight_scale": one})
		st.save("few", {f"{n}": one for n in [
		    "w", "scale", "a_token", "b_token", "mask", "bias", "embed",
		    "lm_head"]})
	END
	run -0 --separate-stderr wprune -s .5 m -o x
	one_message 'wprune: m: 2 tensors with 40 of 80 weights left as they are by name ?*scale*, *embed*?; --report *--include*'
	run -0 --separate-stderr wprune -s .5 n -n
	one_message 'wprune: n: 1 tensor with 20 of 40 weights left *by name ?*scale*?;*'
	run -0 --separate-stderr wprune -s .5 few -o x
	one_message 'wprune: few: 7 tensors with 140 of 160 weights *, *_token, *mask*, *bias, ...?;*'
	run -0 --separate-stderr wprune -q -s .5 m -o x
	[ -z "$stderr" ]
	run -0 --separate-stderr wprune -s .5 --include '*s*' --exclude embed m -o x
	[ -z "$stderr" ]
	# A mask is of names that its maker chose.
	wprune -q -s .5 m -o x --mask-out k
	run -0 --separate-stderr wprune -m k m -o y
	[ -z "$stderr" ]
	cmp x y
}

@test "a tensor of only 0 and 1 is remarked, others are not" {
	py <<-'END'
		mask = np.tril(np.ones((90, 100)))
		late = mask.copy(); late[89, 99] = 0.5
		st.save("m", {"causal": mask.astype("<f4"),
		    "half": mask.astype("<f2"), "late": late.astype("<f8"),
		    "ternary": (mask - mask.T[:90, :90].repeat(2, 1)[:, :100]
		                ).astype("<f4"),
		    "zero": np.zeros((300, 200), "<f4"), "one": np.ones((9, 9))})
		np.save("m.npy", -0.0 * mask + mask[:, ::-1])
		st.save("single", {"causal": mask})
	END
	run -0 --separate-stderr wprune -s .1 m -o x --report r
	one_message 'wprune: m:causal: holds only 0 and 1, as 1 more do: a mask? --exclude *'
	[ "$(grep -c 'holds only 0 and 1' r)" -eq 2 ]
	[[ $(grep half r) == *,prune,*'holds only 0 and 1' ]]
	run -0 --separate-stderr wprune -s .1 m.npy -o x
	one_message 'wprune: m.npy:data: holds only 0 and 1: a mask? *'
	run -0 --separate-stderr wstat m
	one_message 'wstat: m:causal: holds only 0 and 1, as 1 more do: a mask? *'
	run -0 --separate-stderr wstat --exclude causal m
	one_message 'wstat: m:half: holds only 0 and 1: a mask? *'
	run -0 --separate-stderr wstat --exclude 'causal' --exclude half m
	[ -z "$stderr" ]
	run -0 --separate-stderr wprune -s .1 --exclude causal single -o x
	[[ $stderr != *holds* ]]
}

# Three shards: weights, none that is pruned, none at all.
shards() {
	py <<-'END'
		n = rng.standard_normal
		st.save("s1", {"a.weight": n((20, 30)).astype("<f4")})
		st.save("s2", {"norm.weight": n(30).astype("<f4"),
		    "embed": n((5, 6)), "ids": np.arange(3)})
		st.save("s3", {})
		st.save("s4", {"a.weight": np.zeros((0, 7), "<f4"),
		    "b.weight": np.zeros((0, 0))})
	END
}

@test "a loop over shards leaves no hole" {
	shards
	mkdir to
	for s in s?; do
		run -0 --separate-stderr wprune -s 50% $s -o to/$s \
			--mask-out to/$s.mask --report to/$s.csv
		case $s in
		s2) [[ ${stderr_lines[0]} == "wprune: s2: no tensor to prune among 3, copied as it is; 'wstat' shows why" ]] ;;
		s3) one_message 'wprune: s3: no tensor to prune among 0, copied*' ;;
		*) [ -z "$stderr" ] ;;
		esac
	done
	cmp s2 to/s2
	cmp s3 to/s3
	cmp s4 to/s4
	[ "$(wc -l <to/s2.csv)" -eq 4 ]
	for s in s?; do
		wprune -q -m to/$s.mask $s | cmp - to/$s
		wprune -q -m @to/$s $s | cmp - to/$s
		wprune -q -s 50% --scope global --mask-update to/$s.mask $s |
			cmp - to/$s
		wprune -q -k 0 --in-place $s
		wprune -q -t 0 $s | cmp - $s
	done
	run -0 --separate-stderr wprune -s .5 -n s2
	[[ ${stderr_lines[0]} == *'no tensor to prune among 3; '* ]]
	# Also by the user's choice, which may be a slip.
	run -0 --separate-stderr wprune -s .5 --only nothing s1 -o x
	[ "${#stderr_lines[@]}" -eq 2 ]
	[[ ${stderr_lines[0]} == *"no tensor matches the pattern 'nothing'" ]]
	cmp s1 x
	# An array that cannot be pruned is none.
	echo 'np.save("int.npy", np.arange(4))' | py
	refused 'wprune: int.npy: dtype I64; expected a float dtype, or --int-zero' \
		wprune -s .5 int.npy -o out.npy
}

@test "--check passes over shards without weights, but not over all" {
	shards
	for s in s?; do wprune -q -s 50% --in-place $s; done
	run -0 --separate-stderr wstat --check 'sparsity>=1/2' s?
	[ "${#stderr_lines[@]}" -eq 2 ]
	[[ ${stderr_lines[0]} == 'wstat: s2: no tensor to check; '* ]]
	run -1 --separate-stderr wstat -q --check 'sparsity>=.6' s2 s1
	[ -z "$output$stderr" ]
	run -2 --separate-stderr wstat -q --check 'sparsity>=0' s2 s3
	one_message 'wstat: sparsity>=0: no tensor to check in any file; *'
	run -2 --separate-stderr wstat --check 'sparsity>=0' s2
	one_message 'wstat: s2: no tensor to check; *'
}

@test "the manual lists every pattern" {
	grep -oE '"[^ "]*[*][^ "]*"' "$ROOT/lib/choice/choice.c" |
		tr -d '"' | sort >table
	sed -n '/^\.Ss Names that are left out/,/^\.Ss\|^\.Sh E/p' \
		"$ROOT/man/wprune.1" |
		grep -oE '^\.(Ql|Cm|It|Li) .*|Ql [^ ]+' |
		grep -oE '[^ ]*[*][^ ]*' | sort >page
	[ -s table ]
	diff table page
}
