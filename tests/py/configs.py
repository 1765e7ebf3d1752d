# SPDX-License-Identifier: MIT
"""Trainers' configurations as Python reads them: the constructor that stands
for the trainer, by the name of the configuration, and its arguments."""
import ast
import json
import shlex

TRAINERS = {
    "hf": "hf.TrainingArguments", "diffusers": "hf.AccelerateArguments",
    "kohya": "hf.AccelerateArguments", "no": "hf.AccelerateArguments",
    "deepspeed": "deepspeed.DeepSpeedConfig",
    "megatron": "megatron.MegatronArguments", "timm": "timm.TimmArguments",
    "torchvision": "torchvision.TorchvisionArguments",
    "mmengine": "mmengine.MMEngineConfig", "mmcv": "mmengine.MMCVConfig",
    "detectron2": "fvcore.Detectron2Config",
    "yolo": "ultralytics.UltralyticsConfig",
    "nanogpt": "nanogpt.NanoGPTConfig", "fairseq": "fairseq.FairseqArguments",
    "composer": "composer.ComposerConfig", "nanotron": "hf.NanotronConfig",
    "torchtitan": "torchtitan.TorchTitanConfig"}
NAMES = ["_target_", "class_path", "type", "name"]


def scalar(text):
    for read in (ast.literal_eval, json.loads):
        try:
            return read(text)
        except (ValueError, SyntaxError):
            pass
    return {"true": True, "false": False, "null": None}.get(text.lower(), text)


def flags(text):
    """--name value, --name=value, name=value, SECTION.NAME value."""
    settings, name = {}, None
    for word in shlex.split(text.replace('{"', "'{\"").replace("}", "}'")):
        key, eq, value = word.partition("=")
        if key.startswith("--") or (eq and key.isidentifier()) or (
                "." in word and word.isupper()):
            name = key.lstrip("-").replace("-", "_")
            settings[name] = [value] if eq else []
        elif name:
            settings[name].append(word)
    out = {}
    for name, words in settings.items():
        values = [scalar(w) for w in words]
        at = out
        *parts, last = name.split(".")
        for part in parts:
            at = at.setdefault(part, {})
        at[last] = values if len(values) > 1 else values[0] if values else True
    return out


def settings_of(text):
    if text.startswith("{"):
        return scalar(text)
    if " = " not in text:
        return flags(text)
    names = {}
    exec(text, names)
    del names["__builtins__"]
    return names.get("hyp", names)


def is_named(d):
    return isinstance(d, dict) and any(isinstance(d.get(k), str) for k in NAMES)


def read(config, text):
    """The path of the constructor, its arguments, and the optimizer's rate; of
    a dict that names its constructor the path is None."""
    settings = settings_of(text)
    path = TRAINERS.get(config.split("-")[0])
    if path or is_named(settings):
        return path, settings, None
    optimizer = settings["optimizer"]
    optimizer = optimizer.get("init_args", optimizer)
    scheduler = settings.get("scheduler", settings.get("lr_scheduler"))
    return None, scheduler, optimizer["lr"]


def instance(value, find):
    """VALUE with the calls made of all dicts in it that name a constructor."""
    if isinstance(value, list):
        return [instance(v, find) for v in value]
    if not is_named(value):
        return value
    name = next(value[k] for k in NAMES if isinstance(value.get(k), str))
    arguments = value.get("init_args", value)
    return find(name)(**{k: instance(v, find) for k, v in arguments.items()
                         if k not in NAMES and k != "_partial_"})
