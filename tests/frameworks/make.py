#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains with real frameworks and keeps their logs: make.py

  pip install torch==2.15.0 keras==3.15.1 lightning==2.6.6 tensorboard==2.21.0 \
      transformers==5.24.0 accelerate==1.15.0 ultralytics==8.4.190 numpy

Writes, beside itself, NAME.log or a folder NAME as the framework leaves it, and
NAME.csv: step, lr and loss as a callback of ours saw them in training.  A
network of one layer learns y = 3x; what it learns does not matter.
"""
import contextlib, csv, glob, io, os, shutil, sys, warnings

os.environ.update(KERAS_BACKEND="torch", TOKENIZERS_PARALLELISM="false",
                  YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false",
                  CUDA_VISIBLE_DEVICES="", COLUMNS="80",
                  HF_HUB_OFFLINE="1")
warnings.simplefilter("ignore")
here = os.path.dirname(os.path.abspath(__file__))
os.chdir(here)


def table(name, header, rows):
    with open(name + ".csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header)
        w.writerows(rows)


def keras_logs():
    import keras, numpy
    keras.utils.set_random_seed(1)
    x = numpy.linspace(-1, 1, 640)[:, None].astype("float32")
    seen = []

    class See(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            lr = float(keras.ops.convert_to_numpy(
                self.model.optimizer.learning_rate))
            seen.append([epoch, lr, logs["loss"]])

    def train(verbose, callbacks):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse",
                      metrics=["mae"])
        model.fit(x, 3 * x, epochs=8, batch_size=32, verbose=verbose,
                  validation_split=0.1, callbacks=[
                      keras.callbacks.LearningRateScheduler(
                          lambda e: 0.001 * 1.5 ** e),
                      See()] + callbacks)

    train(0, [keras.callbacks.CSVLogger("keras-csvlogger.log")])
    table("keras-csvlogger", ["step", "lr", "loss"], seen)
    for verbose, name in (1, "keras-bar"), (2, "keras-lines"):
        seen.clear()
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            train(verbose, [])
        open(name + ".log", "w").write(out.getvalue())
        table(name, ["step", "lr", "loss"],
              [[e + 1, "%.4f" % lr, "%.4f" % loss] for e, lr, loss in seen])


def lightning_logs():
    import torch, lightning
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
    from lightning.pytorch.callbacks import LearningRateMonitor
    seen = []

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch, i):
            x, y = batch
            loss = torch.nn.functional.mse_loss(self.layer(x), y)
            self.log("train/loss", loss, prog_bar=True)
            lr = self.trainer.optimizers[0].param_groups[0]["lr"]
            if self.trainer.global_step % 5 == 4:
                seen.append([self.trainer.global_step, lr, loss.item()])
            return loss

        def validation_step(self, batch, i):
            x, y = batch
            self.log("val/loss",
                     torch.nn.functional.mse_loss(self.layer(x), y))

        def configure_optimizers(self):
            o = torch.optim.SGD(self.parameters(), lr=0.05)
            s = torch.optim.lr_scheduler.OneCycleLR(o, 0.1, 60)
            return {"optimizer": o, "lr_scheduler":
                    {"scheduler": s, "interval": "step"}}

    lightning.seed_everything(1, verbose=False)
    x = torch.linspace(-1, 1, 320)[:, None]
    data = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, 3 * x), batch_size=16)
    shutil.rmtree("lightning", ignore_errors=True)
    csvs = CSVLogger(".", name="lightning", version=0)
    tb = TensorBoardLogger(".", name="lightning", version=1)
    lightning.Trainer(
        max_epochs=3, logger=[csvs, tb], log_every_n_steps=5,
        callbacks=[LearningRateMonitor(logging_interval="step")],
        enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, accelerator="cpu").fit(
            Model(), data, data)
    path, = glob.glob("lightning/version_1/*tfevents*")
    os.rename(path, path.replace(os.uname().nodename, "host"))
    table("lightning", ["step", "lr", "loss"], seen)


def hf_logs():
    import torch, transformers
    seen = []

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def forward(self, x, labels):
            y = self.layer(x)
            return {"loss": torch.nn.functional.mse_loss(y, labels),
                    "logits": y}

    class See(transformers.TrainerCallback):
        def on_log(self, args, state, control, logs=None, **kw):
            if "learning_rate" in logs:
                seen.append([state.global_step, float(logs["learning_rate"]),
                             float(logs["loss"])])

    transformers.set_seed(1)
    x = torch.linspace(-1, 1, 320)[:, None]
    data = [{"x": a, "labels": 3 * a} for a in x]
    out = io.StringIO()
    shutil.rmtree("tmp", ignore_errors=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        os.environ["TENSORBOARD_LOGGING_DIR"] = "tmp/tb"
        t = transformers.Trainer(
            Model(), transformers.TrainingArguments(
                output_dir="tmp", max_steps=60, logging_steps=1,
                per_device_train_batch_size=16, learning_rate=0.05,
                warmup_steps=10, report_to=["tensorboard"], eval_steps=20,
                eval_strategy="steps", save_strategy="steps", save_steps=60,
                use_cpu=True, dataloader_pin_memory=False),
            train_dataset=data, eval_dataset=data[:32], callbacks=[See()])
        t.train()
    open("hf-stdout.log", "w").write(out.getvalue())
    os.rename("tmp/checkpoint-60/trainer_state.json", "hf-state.log")
    shutil.rmtree("hf-tb", ignore_errors=True)
    os.makedirs("hf-tb")
    for f in glob.glob("tmp/**/*tfevents*", recursive=True):
        os.rename(f, "hf-tb/" + os.path.basename(f).replace(
            os.uname().nodename, "host"))
    shutil.rmtree("tmp")
    for name in "hf-stdout", "hf-state", "hf-tb":
        table(name, ["step", "lr", "loss"], seen)


def ultralytics_logs():
    import cv2, numpy
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        # Its log goes where this was when it was loaded.
        from ultralytics import YOLO
    seen = []
    rng = numpy.random.default_rng(1)
    for part, n in ("train", 16), ("val", 4):
        os.makedirs("tmp/images/" + part)
        os.makedirs("tmp/labels/" + part)
        for i in range(n):
            image = rng.integers(0, 60, (64, 64, 3), dtype=numpy.uint8)
            x, y = (int(v) for v in rng.integers(8, 40, 2))
            cv2.rectangle(image, (x, y), (x + 16, y + 16), (255,) * 3, -1)
            cv2.imwrite("tmp/images/%s/%d.png" % (part, i), image)
            with open("tmp/labels/%s/%d.txt" % (part, i), "w") as f:
                f.write("0 %g %g .25 .25\n" % ((x + 8) / 64, (y + 8) / 64))
    with open("tmp/data.yaml", "w") as f:
        f.write("path: %s/tmp\ntrain: images/train\nval: images/val\n"
                "names: [square]\n" % here)

    def see(trainer):
        seen.append([trainer.epoch + 1,
                     trainer.optimizer.param_groups[0]["lr"],
                     sum(float(v) for v in trainer.tloss.values())])

    with contextlib.redirect_stdout(out):
        model = YOLO("yolov8n.yaml")
        model.add_callback("on_train_epoch_end", see)
        model.train(data="tmp/data.yaml", epochs=8, imgsz=64, batch=4,
                    workers=0, project=here + "/tmp", name="run", plots=False,
                    amp=False, device="cpu", optimizer="SGD", lr0=0.01, seed=1)
    text = out.getvalue().replace(here + "/tmp", "/data")
    with open("ultralytics-console.log", "w") as f:
        f.write(text[text.index("Ultralytics 8"):])
    os.rename("tmp/run/results.csv", "ultralytics.log")
    shutil.rmtree("tmp")
    table("ultralytics", ["step", "lr", "loss"], seen)


makers = {"keras": keras_logs, "lightning": lightning_logs, "hf": hf_logs,
          "ultralytics": ultralytics_logs}
for w in sys.argv[1:] or makers:
    makers[w]()
